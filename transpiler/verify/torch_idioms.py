"""Torch's own classes made to do what Keras's do, where they differ by something declared CLOSE.

If a program is equal with them, it differs by nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from transpiler.registry import load_rules
from transpiler.verify.running import UNBIASED
from transpiler.verify.torch_units import channel_statistics
from transpiler.verify.training_runs import patched

_EPSILON = "CLOSE: torch's {0} adds epsilon at another place"
_MOMENTUM = (
    "CLOSE: the momentum of torch's SGD is that of gradients, Keras's that of steps: they differ "
    "where the learning rate changes"
)
_CLIPPING = "CLOSE: torch adds 1e-6 to the norm that it clips"
_BIAS = "CLOSE: the second bias of torch's {0} takes steps of its own"


@contextlib.contextmanager
def like_keras(torch: Any) -> Iterator[list[str]]:
    """Optimizers, normalizations and recurrent layers; the list names those that were met."""
    met: list[str] = []

    def meet(reason: str) -> None:
        if reason not in met:
            met.append(reason)

    with contextlib.ExitStack() as stack:
        for handle in _hooks(torch, meet):
            stack.callback(handle.remove)
        for name in ("RMSprop", "Adamax", "SGD"):
            kind = getattr(torch.optim, name)
            stack.enter_context(patched(kind, "step", _own_step(torch, name, meet)))
        clip = _clipping(torch, meet)
        stack.enter_context(patched(torch.nn.utils, "clip_grad_norm_", clip))
        yield met


def _hooks(torch: Any, meet: Callable[[str], None]) -> Iterator[Any]:
    optimizers, modules = import_module("torch.optim.optimizer"), torch.nn.modules.module

    def before_step(optimizer: Any, args: Any, kwargs: Any) -> None:
        name = type(optimizer).__name__
        if type(optimizer) in (torch.optim.Adam, torch.optim.AdamW):
            meet(_EPSILON.format(name))
            _correct_adam(optimizer)
        elif type(optimizer) is torch.optim.Adagrad:
            meet(_EPSILON.format(name))
            _correct_adagrad(optimizer)

    def after_forward(module: Any, inputs: Any, output: Any) -> None:
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            if module.training and module.running_var is not None:
                meet(UNBIASED)
                _average_biased(torch, module, inputs)

    def before_forward(module: Any, inputs: Any) -> None:
        if isinstance(module, (torch.nn.LSTM, torch.nn.RNN)) and module.training:
            for name, parameter in module.named_parameters():
                if name.startswith("bias_hh") and parameter.requires_grad:
                    meet(_BIAS.format(type(module).__name__))
                    parameter.register_hook(lambda slope: slope * 0)

    yield optimizers.register_optimizer_step_pre_hook(before_step)
    yield modules.register_module_forward_hook(after_forward)
    yield modules.register_module_forward_pre_hook(before_forward)


def _correct_adam(optimizer: Any) -> None:
    for group in optimizer.param_groups:
        group["steps"] = group.get("steps", 0) + 1
        correction = 1 - group["betas"][1] ** group["steps"]
        group["eps"] = group.setdefault("added", group["eps"]) / correction**0.5


def _correct_adagrad(optimizer: Any) -> None:
    """What the sum starts with stays in it, under the root."""
    for group in optimizer.param_groups:
        for parameter in group["params"] if group["eps"] else ():
            optimizer.state[parameter]["sum"] += group["eps"]
        group["eps"] = 0.0


def _emitted(torch: Any, name: str) -> Any:
    """What is emitted where numbers must be exact."""
    namespace: dict[str, Any] = {"torch": torch}
    exec(load_rules().emitted[name].source, namespace)
    return namespace[name]


def _own_step(torch: Any, name: str, meet: Callable[[str], None]) -> Callable[..., Any]:
    kind = getattr(torch.optim, name)
    original, exact = kind.step, _emitted(torch, f"Keras{name}").step

    def step(optimizer: Any, closure: Any = None) -> Any:
        plain = any(not group.get("momentum") for group in optimizer.param_groups)
        if type(optimizer) is not kind or (name == "SGD" and plain):
            return original(optimizer, closure)
        meet(_MOMENTUM if name == "SGD" else _EPSILON.format(name))
        return exact(optimizer)

    return step


def _clipping(torch: Any, meet: Callable[[str], None]) -> Callable[..., Any]:
    exact = _emitted(torch, "clip_norm")

    def clip_grad_norm_(parameters: Any, max_norm: float) -> None:
        meet(_CLIPPING)
        exact([parameters] if isinstance(parameters, torch.Tensor) else list(parameters), max_norm)

    return clip_grad_norm_


def _average_biased(torch: Any, module: Any, inputs: Any) -> None:
    """The average of variances again, with the share of the batch as Keras takes it."""
    _, variance, count = channel_statistics(torch, inputs)
    surplus = variance * count / max(count - 1, 1) - variance
    module.running_var.data -= module.momentum * surplus  # the backward pass reads the old one
