"""Optimizers: torch's own, with Keras's defaults spelled out where they differ."""

from __future__ import annotations

from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer
from transpiler.rule import Param, optimizer, unless

#: Spellings of older versions.
_OLD = {"lr": "learning_rate"}


def _optim(name: str, parameters: Expr, **arguments: Param) -> Optimizer:
    return Optimizer(call(f"torch.optim.{name}", parameters, **arguments))


def _betas(beta_1: Expr, beta_2: Expr) -> dict[str, Param]:
    if beta_1.is_const(0.9) and beta_2.is_const(0.999):
        return {}
    return {"betas": (beta_1, beta_2)}


def _no_decay(weight_decay: Expr, name: str) -> None:
    if not weight_decay.is_const(None, 0, 0.0):
        raise Unsupported(f"weight_decay of {name}: Keras decays apart from the gradients")


@optimizer("SGD", "sgd", aliases=_OLD)
def sgd(
    parameters: Expr,
    learning_rate: Param = 0.01,
    momentum: Param = 0.0,
    nesterov: Param = False,
    weight_decay: Param = None,
) -> Optimizer:
    """The same while the learning rate stays."""
    _no_decay(weight_decay, "SGD")
    has = not momentum.is_const(0, 0.0)
    arguments = unless(momentum, 0.0, momentum=momentum) if has else {}
    if has and not nesterov.is_const(False):
        arguments["nesterov"] = nesterov
    made = call("torch.optim.SGD", parameters, lr=learning_rate, **arguments)
    return Optimizer(made, momentum=has)


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
    arguments = {
        **unless(learning_rate, 0.001, lr=learning_rate),
        **_betas(beta_1, beta_2),
        **_epsilon(epsilon),
        **unless(amsgrad, False, amsgrad=amsgrad),
    }
    if weight_decay.is_const(None, 0, 0.0):
        return _optim("Adam", parameters, **arguments)
    return _optim("AdamW", parameters, **arguments, weight_decay=weight_decay)


def _epsilon(epsilon: Expr) -> dict[str, Param]:
    return unless(1e-7 if epsilon.is_const(None) else epsilon, 1e-8, eps=_value(epsilon))


def _value(epsilon: Expr) -> Param:
    return 1e-7 if epsilon.is_const(None) else epsilon


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
    return _optim(
        "AdamW",
        parameters,
        **unless(learning_rate, 0.001, lr=learning_rate),
        **_betas(beta_1, beta_2),
        **_epsilon(epsilon),
        **unless(weight_decay, 0.01, weight_decay=weight_decay),
        **unless(amsgrad, False, amsgrad=amsgrad),
    )


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
    _no_decay(weight_decay, "RMSprop")
    arguments = {
        "lr": learning_rate,
        **unless(rho, 0.99, alpha=rho),
        **_epsilon(epsilon),
        **unless(momentum, 0.0, momentum=momentum),
        **unless(centered, False, centered=centered),
    }
    made = call("torch.optim.RMSprop", parameters, **arguments)
    return Optimizer(made, momentum="momentum" in arguments)


@optimizer("Adagrad", "adagrad", aliases=_OLD)
def adagrad(
    parameters: Expr,
    learning_rate: Param = 0.001,
    initial_accumulator_value: Param = 0.1,
    epsilon: Param = 1e-7,
    weight_decay: Param = None,
) -> Optimizer:
    """Keras adds `epsilon` under the root, where the accumulator starts at 0.1."""
    _no_decay(weight_decay, "Adagrad")
    return _optim(
        "Adagrad",
        parameters,
        lr=learning_rate,
        initial_accumulator_value=initial_accumulator_value,
        eps=_value(epsilon),
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
    _no_decay(weight_decay, "Adadelta")
    return _optim("Adadelta", parameters, lr=learning_rate, rho=rho, eps=_value(epsilon))


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
    _no_decay(weight_decay, "Adamax")
    return _optim(
        "Adamax",
        parameters,
        lr=learning_rate,
        **_betas(beta_1, beta_2),
        eps=_value(epsilon),
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
    _no_decay(weight_decay, "Nadam")
    return _optim(
        "NAdam",
        parameters,
        lr=learning_rate,
        **_betas(beta_1, beta_2),
        eps=_value(epsilon),
        momentum_decay=1.0,
    )
