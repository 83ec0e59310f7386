"""What is switched off in torch while models are measured, as in Keras."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DROPOUTS = (
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "alpha_dropout",
    "feature_alpha_dropout",
    "feature_dropout",
)
_DRAWS = ("rand", "rand_like", "bernoulli", "bernoulli_")
_ZEROS = {"randn_like": "zeros_like", "randn": "zeros"}


@dataclass
class Drops:
    """The dropouts that would have run in training mode."""

    rates: list[float] = field(default_factory=list)
    custom: bool = False  #: the program draws random numbers itself


def install(torch: Any) -> None:
    """Patch torch, once per process: a compiled module is the module, floats are the default's.

    So are those that a program computes in mixed precision.
    """

    def unchanged(model: Any = None, *args: Any, **kwargs: Any) -> Any:
        return model if model is not None else (lambda function: function)

    torch.Tensor.float = lambda self: self.to(torch.get_default_dtype())
    torch.autocast = lambda *args, **kwargs: contextlib.nullcontext()
    scaler = torch.amp.GradScaler
    torch.amp.GradScaler = lambda *args, **kwargs: scaler("cpu", enabled=False)
    torch.compile = unchanged
    torch.nn.Module.compile = lambda self, *args, **kwargs: None
    torch.nn.Module.cuda = lambda self, *args, **kwargs: self


@contextlib.contextmanager
def quiet(torch: Any, model: Any) -> Iterator[Drops]:
    """Nothing is dropped and Gaussian noise is zero; what would have been dropped is noted.

    Layers that keep their state from batch to batch start from zeros, before and after.
    """
    functional = torch.nn.functional
    drops = Drops()
    originals: list[tuple[Any, str, Any]] = []

    def replace(owner: Any, name: str, value: Any) -> None:
        if hasattr(owner, name):
            originals.append((owner, name, getattr(owner, name)))
            setattr(owner, name, value)

    def keep(x: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        if training and p:
            drops.rates.append(float(p))
        return x

    for name in _DROPOUTS:
        replace(functional, name, keep)
    attend = functional.scaled_dot_product_attention

    def attention(*args: Any, **kwargs: Any) -> Any:
        rate = args[4] if len(args) > 4 else kwargs.pop("dropout_p", 0.0)
        if rate:
            drops.rates.append(float(rate))
        return attend(*args[:4], *([0.0] if len(args) > 4 else []), *args[5:], **kwargs)

    replace(functional, "scaled_dot_product_attention", attention)
    # `.float()` stands for the precision of the program, which is another one here
    replace(torch.Tensor, "float", lambda tensor: tensor.to(torch.get_default_dtype()))
    # Torch's own multiplies gradients by 1/6 as float32 has it
    rounded = functional.hardsigmoid
    holders = [(m, n) for m in model.modules() for n, v in vars(m).items() if v is rounded]
    for owner, name in [(functional, "hardsigmoid"), *holders]:
        replace(owner, name, lambda x, *args: functional.relu6(x + 3) / 6)
    for name in _DRAWS:
        replace(torch, name, _noting(getattr(torch, name, None), drops))
    for name, zeros in _ZEROS.items():
        replace(torch, name, _without_generator(getattr(torch, zeros)))
    for module in model.modules():
        if isinstance(module, torch.nn.RNNBase):
            replace(module, "dropout", 0.0)
        if type(module).__name__.startswith("Random"):
            replace(module, "forward", lambda x, *args, **kwargs: x)
    _start_over(model)
    try:
        yield drops
    finally:
        _start_over(model)
        for owner, name, value in reversed(originals):
            setattr(owner, name, value)


def _start_over(model: Any) -> None:
    for module in model.modules():
        if hasattr(module, "reset_state"):
            module.reset_state()


def _noting(draw: Any, drops: Drops) -> Any:
    def drawn(*args: Any, **kwargs: Any) -> Any:
        drops.custom = True
        return draw(*args, **kwargs)

    return drawn


def _without_generator(zeros: Any) -> Any:
    def silent(*args: Any, generator: Any = None, **kwargs: Any) -> Any:
        return zeros(*args, **kwargs)

    return silent
