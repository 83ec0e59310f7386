"""Optimizers: torch's own, with Keras's defaults spelled out where they differ."""

from __future__ import annotations

import rules.emitted_optimizers
import rules.emitted_sparse_optimizers  # noqa: F401  (the sources of the classes named here)
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Expr, call, expr, infix
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer
from transpiler.record import replace
from transpiler.rule import Param, helper, is_written, optimizer, unless

#: Spellings of older versions.
_OLD = {"lr": "learning_rate"}


def _optim(name: str, parameters: Expr, weight_decay: Expr, **arguments: Param) -> Optimizer:
    """Torch's optimizer of that name; its weight decay would be part of the gradients."""
    if decay := _decay(weight_decay):
        made = helper(f"{name}W", parameters, **arguments, **decay)
    else:
        made = call(f"torch.optim.{name}", parameters, **arguments)
    return Optimizer(made, momentum="momentum" in arguments)


def _own(name: str, parameters: Expr, weight_decay: Expr, **arguments: Param) -> Optimizer:
    """An emitted optimizer, which steps as Keras's does."""
    decay = _decay(weight_decay)
    return Optimizer(helper(name + "W" * bool(decay), parameters, **arguments, **decay), equal=True)


def _decay(weight_decay: Expr) -> dict[str, Param]:
    left = weight_decay.is_const(None) or is_written(weight_decay, 0, 0.0)
    return {} if left else {"weight_decay": weight_decay}


def _betas(beta_1: Expr, beta_2: Expr) -> dict[str, Param]:
    found = expr((beta_1, beta_2))
    return unless(found, (0.9, 0.999), betas=found)


def _eps(epsilon: Expr) -> Param:
    """Keras's epsilon; None means its default."""
    return 1e-7 if epsilon.is_const(None) else epsilon


@optimizer("SGD", "sgd", aliases=_OLD)
def sgd(
    parameters: Expr,
    learning_rate: Param = 0.01,
    momentum: Param = 0.0,
    nesterov: Param = False,
    weight_decay: Param = None,
    *,
    exact: bool = False,
) -> Optimizer:
    """The same while the learning rate stays."""
    if is_written(momentum, 0, 0.0) or (momentum.is_const(0, 0.0) and not nesterov.is_const(False)):
        made = call("torch.optim.SGD", parameters, lr=learning_rate, **_decay(weight_decay))
        return Optimizer(made)
    arguments: dict[str, Param] = {"momentum": momentum}
    arguments |= unless(nesterov, False, nesterov=nesterov)
    if exact:
        return _own("KerasSGD", parameters, weight_decay, lr=learning_rate, **arguments)
    return _optim("SGD", parameters, weight_decay, lr=learning_rate, **arguments)


@optimizer("Lion", "lion", aliases=_OLD)
def lion(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.99,
    weight_decay: Param = None,
) -> Optimizer:
    """Torch has none; an emitted class does the same."""
    betas = {} if (beta_1.value, beta_2.value) == (0.9, 0.99) else {"betas": (beta_1, beta_2)}
    made = helper("Lion", parameters, lr=learning_rate, **betas, **_decay(weight_decay))
    return Optimizer(made)


@optimizer("Ftrl", "ftrl", aliases=_OLD)
def ftrl(
    parameters: Expr,
    learning_rate: Param = 0.001,
    learning_rate_power: Param = -0.5,
    initial_accumulator_value: Param = 0.1,
    l1_regularization_strength: Param = 0.0,
    l2_regularization_strength: Param = 0.0,
    l2_shrinkage_regularization_strength: Param = 0.0,
    beta: Param = 0.0,
    weight_decay: Param = None,
) -> Optimizer:
    """Torch has none; an emitted class does the same."""
    options = {
        **unless(learning_rate_power, -0.5, lr_power=learning_rate_power),
        **unless(
            l2_shrinkage_regularization_strength, 0, shrinkage=l2_shrinkage_regularization_strength
        ),
        **unless(beta, 0, beta=beta),
    }
    made = _own(
        "Ftrl",
        parameters,
        weight_decay,
        lr=learning_rate,
        **unless(
            initial_accumulator_value, 0.1, initial_accumulator_value=initial_accumulator_value
        ),
        **unless(l1_regularization_strength, 0, l1=l1_regularization_strength),
        **unless(l2_regularization_strength, 0, l2=l2_regularization_strength),
        **options,
    )
    asked = frozenset(f"Ftrl.{name}" for name in options)
    constructor = replace(made.constructor, helpers=made.constructor.helpers | asked)
    return replace(made, constructor=constructor)


@optimizer("Adam", "adam", fidelity=Fidelity.CLOSE, aliases=_OLD)
def adam(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    amsgrad: Param = False,
    weight_decay: Param = None,
    *,
    exact: bool = False,
) -> Optimizer:
    """Torch adds epsilon later: steps are up to epsilon / sqrt(v) longer, at first 3.2e-6 / |g|.

    Of themselves; v is the mean of the squares of the gradients g, the number that of the defaults.
    """
    if _decay(weight_decay):
        arguments = learning_rate, weight_decay, beta_1, beta_2, epsilon, amsgrad
        return adamw(parameters, *arguments, exact=exact)
    shown = _as_adam(learning_rate, beta_1, beta_2, epsilon, amsgrad)
    return _adam("Adam", exact, parameters, **shown)


def _adam(name: str, exact: bool, parameters: Expr, **arguments: Param) -> Optimizer:
    if not exact:
        return Optimizer(call(f"torch.optim.{name}", parameters, **arguments))
    by_id = None
    if "amsgrad" not in arguments:
        # what torch's classes have by default, that one has not
        torchs = {"eps": 1e-8, **({"weight_decay": 0.01} if name == "AdamW" else {})}
        missing = {key: value for key, value in torchs.items() if key not in arguments}
        by_id = _by_id("KerasSparseAdam", parameters, **arguments, **missing)
    return Optimizer(helper(f"Keras{name}", parameters, **arguments), equal=True, by_id=by_id)


def _by_id(name: str, parameters: Expr, **arguments: Param) -> Expr | None:
    """An optimizer that sees what each id adds to the gradient of an embedding."""
    model = parameters.text.removesuffix(".parameters()")
    if model == parameters.text or not model.replace(".", "").isidentifier():
        return None
    return helper(
        name, helper("sparse_parameters", Expr(model, names=parameters.names)), **arguments
    )


def _as_adam(
    learning_rate: Expr, beta_1: Expr, beta_2: Expr, epsilon: Expr, amsgrad: Expr
) -> dict[str, Param]:
    """What Adam and AdamW share, without the defaults that both frameworks do."""
    return {
        **unless(learning_rate, 0.001, lr=learning_rate),
        **_betas(beta_1, beta_2),
        **unless(_eps(epsilon), 1e-8, eps=_eps(epsilon)),
        **unless(amsgrad, False, amsgrad=amsgrad),
    }


@optimizer("AdamW", "adamw", fidelity=Fidelity.CLOSE, aliases=_OLD)
def adamw(
    parameters: Expr,
    learning_rate: Param = 0.001,
    weight_decay: Param = 0.004,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    amsgrad: Param = False,
    *,
    exact: bool = False,
) -> Optimizer:
    """Torch adds epsilon later: steps are up to epsilon / sqrt(v) longer, at first 3.2e-6 / |g|."""
    shown = _as_adam(learning_rate, beta_1, beta_2, epsilon, amsgrad)
    decay = unless(weight_decay, 0.01, weight_decay=weight_decay)
    return _adam("AdamW", exact, parameters, **shown, **decay)


@optimizer("RMSprop", "rmsprop", fidelity=Fidelity.CLOSE, aliases=_OLD)
def rmsprop(
    parameters: Expr,
    learning_rate: Param = 0.001,
    rho: Param = 0.9,
    momentum: Param = 0.0,
    epsilon: Param = 1e-7,
    centered: Param = False,
    weight_decay: Param = None,
    *,
    exact: bool = False,
    legacy: bool = False,
) -> Optimizer:
    """Torch adds epsilon to the root, not in it: steps differ by up to epsilon / min(2 v, sqrt(v)).

    Of themselves; v is the mean of the squares of the gradients, or their variance. Keras's legacy
    optimizer without momentum is torch's.
    """
    torchs = legacy and momentum.is_const(0, 0.0)
    own = exact and not torchs
    arguments = {
        **unless(rho, 0.9 if own else 0.99, alpha=rho),
        **unless(_eps(epsilon), 1e-7 if own else 1e-8, eps=_eps(epsilon)),
        **unless(momentum, 0.0, momentum=momentum),
        **unless(centered, False, centered=centered),
    }
    if own:
        made = _own("KerasRMSprop", parameters, weight_decay, lr=learning_rate, **arguments)
        if _decay(weight_decay) or "centered" in arguments:
            return made
        by_id = _by_id("KerasSparseRMSprop", parameters, lr=learning_rate, **arguments)
        return replace(made, by_id=by_id)
    made = _optim("RMSprop", parameters, weight_decay, lr=learning_rate, **arguments)
    return replace(made, equal=torchs)


@optimizer("Adagrad", "adagrad", fidelity=Fidelity.CLOSE, aliases=_OLD)
def adagrad(
    parameters: Expr,
    learning_rate: Param = 0.001,
    initial_accumulator_value: Param = 0.1,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
    *,
    exact: bool = False,
    legacy: bool = False,
) -> Optimizer:
    """Torch adds epsilon to the root, not in it: steps differ by up to epsilon / min(2 s, sqrt(s)).

    Of themselves; s is the sum of the squares of the gradients, which starts at 0.1. Keras's legacy
    optimizer adds it to the root, too.
    """
    start, eps = initial_accumulator_value, expr(_eps(epsilon))
    if exact and not legacy:  # what the sum starts with stays in it
        start, eps = infix(start, "+", eps), expr(0.0)
    made = _optim(
        "Adagrad",
        parameters,
        weight_decay,
        lr=learning_rate,
        initial_accumulator_value=start,
        eps=eps,
    )
    return replace(made, equal=exact or legacy)


@optimizer("Adadelta", "adadelta", aliases=_OLD)
def adadelta(
    parameters: Expr,
    learning_rate: Param = 0.001,
    rho: Param = 0.95,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
) -> Optimizer:
    """The same, with other defaults."""
    return _optim(
        "Adadelta", parameters, weight_decay, lr=learning_rate, rho=rho, eps=_eps(epsilon)
    )


@optimizer("Adamax", "adamax", fidelity=Fidelity.CLOSE, aliases=_OLD)
def adamax(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
    *,
    exact: bool = False,
) -> Optimizer:
    """Torch adds epsilon to gradients, not to their norm: steps are up to epsilon / norm longer."""
    betas = _betas(beta_1, beta_2)
    if exact:
        eps = unless(_eps(epsilon), 1e-7, eps=_eps(epsilon))
        return _own("KerasAdamax", parameters, weight_decay, lr=learning_rate, **betas, **eps)
    return _optim("Adamax", parameters, weight_decay, lr=learning_rate, **betas, eps=_eps(epsilon))


@optimizer("Nadam", "nadam", aliases=_OLD)
def nadam(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
    *,
    legacy: bool = False,
) -> Optimizer:
    """Torch's momentum schedule is another by default: that of Keras's legacy optimizer."""
    decay = _decay(weight_decay)
    made = call(
        "torch.optim.NAdam",
        parameters,
        lr=learning_rate,
        **_betas(beta_1, beta_2),
        eps=_eps(epsilon),
        **decay,
        **({} if legacy else {"momentum_decay": 1.0}),
        **({"decoupled_weight_decay": True} if decay else {}),
    )
    return Optimizer(made)


@optimizer("Lamb", "lamb", aliases=_OLD)
def lamb(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
) -> Optimizer:
    """Torch has none; an emitted class does the same."""
    arguments = {
        **unless(learning_rate, 0.001, lr=learning_rate),
        **_betas(beta_1, beta_2),
        **unless(_eps(epsilon), 1e-7, eps=_eps(epsilon)),
        **_decay(weight_decay),
    }
    return Optimizer(helper("Lamb", parameters, **arguments), by_weight=True)


@optimizer("Adafactor", "adafactor", aliases=_OLD, ignored=("relative_step",))
def adafactor(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_2_decay: Param = -0.8,
    epsilon_1: Param = 1e-30,
    epsilon_2: Param = 1e-3,
    clip_threshold: Param = 1.0,
    weight_decay: Param = None,
) -> Optimizer:
    """Torch's factors other dimensions of convolutions; an emitted class does the same."""
    eps = {"eps": (epsilon_1, epsilon_2)}
    if epsilon_1.is_const(1e-30) and epsilon_2.is_const(1e-3):
        eps = {}
    arguments: dict[str, Param] = {
        **unless(learning_rate, 0.001, lr=learning_rate),
        **unless(beta_2_decay, -0.8, beta2_decay=beta_2_decay),
        **eps,
        **unless(clip_threshold, 1.0, clip_threshold=clip_threshold),
        **_decay(weight_decay),
    }
    return Optimizer(helper("Adafactor", parameters, **arguments), by_weight=True)


@optimizer("Muon", "muon", aliases=_OLD)
def muon(
    parameters: Expr,
    learning_rate: Param = 0.001,
    adam_beta_1: Param = 0.9,
    adam_beta_2: Param = 0.999,
    adam_weight_decay: Param = 0.004,
    epsilon: Param = 1e-7,
    weight_decay: Param = 0.004,
    exclude_layers: Param = None,
    exclude_embeddings: Param = True,
    muon_a: Param = 3.4445,
    muon_b: Param = -4.7750,
    muon_c: Param = 2.0315,
    adam_lr_ratio: Param = 1,
    momentum: Param = 0.95,
    ns_steps: Param = 5,
    nesterov: Param = True,
    rms_rate: Param = 0.2,
) -> Optimizer:
    """Torch's takes matrices alone, and computes in bfloat16; an emitted class does the same."""
    if not exclude_layers.is_const(None) and exclude_layers.value != []:
        raise Unsupported("Muon without layers that the names of Keras choose")
    if not exclude_embeddings.known:
        raise Unsupported("whether embeddings are excluded is only known at run time")
    betas = (
        {}
        if adam_beta_1.is_const(0.9) and adam_beta_2.is_const(0.999)
        else {"adam_betas": (adam_beta_1, adam_beta_2)}
    )
    defaults = muon_a.is_const(3.4445) and muon_b.is_const(-4.7750) and muon_c.is_const(2.0315)
    decay, adam_decay = (
        expr(0.0) if d.is_const(None) else d for d in (weight_decay, adam_weight_decay)
    )
    arguments: dict[str, Param] = {
        **unless(learning_rate, 0.001, lr=learning_rate),
        **unless(momentum, 0.95, momentum=momentum),
        **unless(nesterov, True, nesterov=nesterov),
        **({} if defaults else {"coefficients": (muon_a, muon_b, muon_c)}),
        **unless(ns_steps, 5, steps=ns_steps),
        **unless(rms_rate, 0.2, rms_rate=rms_rate),
        **unless(decay, 0.004, weight_decay=decay),
        **unless(adam_lr_ratio, 1, adam_lr_ratio=adam_lr_ratio),
        **betas,
        **unless(adam_decay, 0.004, adam_weight_decay=adam_decay),
        **unless(_eps(epsilon), 1e-7, eps=_eps(epsilon)),
    }
    by_name = "embedding" if exclude_embeddings.value else ""
    return Optimizer(helper("Muon", parameters, **arguments), by_weight=True, by_name=by_name)
