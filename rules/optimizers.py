"""Optimizers: torch's own, with Keras's defaults spelled out where they differ."""

from __future__ import annotations

from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer
from transpiler.rule import Param, optimizer, unless

#: Spellings of older versions.
_OLD = {"lr": "learning_rate"}


def _optim(name: str, parameters: Expr, weight_decay: Expr, **arguments: Param) -> Optimizer:
    """Torch's optimizer of that name, whose weight decay would be part of the gradients."""
    if not weight_decay.is_const(None, 0, 0.0):
        raise Unsupported(f"weight_decay of {name}: Keras decays apart from the gradients")
    made = call(f"torch.optim.{name}", parameters, **arguments)
    return Optimizer(made, momentum="momentum" in arguments)


def _betas(beta_1: Expr, beta_2: Expr) -> dict[str, Param]:
    if beta_1.is_const(0.9) and beta_2.is_const(0.999):
        return {}
    return {"betas": (beta_1, beta_2)}


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
) -> Optimizer:
    """The same while the learning rate stays."""
    arguments: dict[str, Param] = {}
    if not momentum.is_const(0, 0.0):
        arguments = {"momentum": momentum, **unless(nesterov, False, nesterov=nesterov)}
    return _optim("SGD", parameters, weight_decay, lr=learning_rate, **arguments)


@optimizer("Adam", "adam", fidelity=Fidelity.CLOSE, aliases=_OLD)
def adam(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    amsgrad: Param = False,
    weight_decay: Param = None,
) -> Optimizer:
    """Keras adds `epsilon` before the bias correction, torch after: tiny gradients step apart."""
    if weight_decay.is_const(None, 0, 0.0):
        shown = _as_adam(learning_rate, beta_1, beta_2, epsilon, amsgrad)
        return Optimizer(call("torch.optim.Adam", parameters, **shown))
    return adamw(parameters, learning_rate, weight_decay, beta_1, beta_2, epsilon, amsgrad)


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
) -> Optimizer:
    """Keras adds `epsilon` before the bias correction, torch after: tiny gradients step apart."""
    shown = _as_adam(learning_rate, beta_1, beta_2, epsilon, amsgrad)
    decay = unless(weight_decay, 0.01, weight_decay=weight_decay)
    return Optimizer(call("torch.optim.AdamW", parameters, **shown, **decay))


@optimizer("RMSprop", "rmsprop", fidelity=Fidelity.CLOSE, aliases=_OLD)
def rmsprop(
    parameters: Expr,
    learning_rate: Param = 0.001,
    rho: Param = 0.9,
    momentum: Param = 0.0,
    epsilon: Param = 1e-7,
    centered: Param = False,
    weight_decay: Param = None,
) -> Optimizer:
    """Keras adds `epsilon` under the root, torch outside: small gradients step apart."""
    arguments = {
        **unless(rho, 0.99, alpha=rho),
        **unless(_eps(epsilon), 1e-8, eps=_eps(epsilon)),
        **unless(momentum, 0.0, momentum=momentum),
        **unless(centered, False, centered=centered),
    }
    return _optim("RMSprop", parameters, weight_decay, lr=learning_rate, **arguments)


@optimizer("Adagrad", "adagrad", aliases=_OLD)
def adagrad(
    parameters: Expr,
    learning_rate: Param = 0.001,
    initial_accumulator_value: Param = 0.1,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
) -> Optimizer:
    """Keras adds `epsilon` under the root, where the accumulator starts at 0.1."""
    return _optim(
        "Adagrad",
        parameters,
        weight_decay,
        lr=learning_rate,
        initial_accumulator_value=initial_accumulator_value,
        eps=_eps(epsilon),
    )


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
) -> Optimizer:
    """Keras adds `epsilon` to the norm, torch to each gradient: tiny gradients step apart."""
    return _optim(
        "Adamax",
        parameters,
        weight_decay,
        lr=learning_rate,
        **_betas(beta_1, beta_2),
        eps=_eps(epsilon),
    )


@optimizer("Nadam", "nadam", fidelity=Fidelity.CLOSE, aliases=_OLD)
def nadam(
    parameters: Expr,
    learning_rate: Param = 0.001,
    beta_1: Param = 0.9,
    beta_2: Param = 0.999,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
) -> Optimizer:
    """Torch's momentum schedule is another by default; rounding differs slightly."""
    return _optim(
        "NAdam",
        parameters,
        weight_decay,
        lr=learning_rate,
        **_betas(beta_1, beta_2),
        eps=_eps(epsilon),
        momentum_decay=1.0,
    )
