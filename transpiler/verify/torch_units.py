"""The modules of a torch model that hold tensors, in the order in which they run first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from transpiler.verify.records import Array
from transpiler.verify.weights import Unit

#: Modules that own the tensors of their children too.
_WHOLE = frozenset({"MultiheadAttention"})
_IGNORED = frozenset({"num_batches_tracked"})


def unit_modules(model: Any) -> dict[str, Any]:
    """The modules with tensors of their own, by path, in the order of definition."""
    found: dict[str, Any] = {}
    inside: tuple[str, ...] = ()
    for path, module in model.named_modules():
        if path.startswith(inside):
            continue
        if kinds(module) & _WHOLE:
            inside += (f"{path}.",)
        if own_tensors(module):
            found[path] = module
    return found


def kinds(module: Any) -> frozenset[str]:
    """The names of a module's class and its bases."""
    return frozenset(c.__name__ for c in type(module).__mro__)


def own_tensors(module: Any) -> dict[str, Any]:
    """The tensors that belong to a module itself (or to it as a whole), by name."""
    deep = bool(kinds(module) & _WHOLE)
    named = [*module.named_parameters(recurse=deep), *module.named_buffers(recurse=deep)]
    return {name: tensor for name, tensor in named if name not in _IGNORED}


def as_unit(path: str, module: Any) -> Unit:
    """What pairing needs to know of a module."""
    tensors = own_tensors(module)
    trained = {name for name, _ in module.named_parameters()}
    return Unit(
        path,
        tuple(c.__name__ for c in type(module).__mro__),
        {name: tuple(tensor.shape) for name, tensor in tensors.items()},
        frozenset(trained & set(tensors)),
    )


@contextlib.contextmanager
def watched(modules: Mapping[str, Any], note: Callable[[str, Any, Any], None]) -> Iterator[None]:
    """Call `note(path, module, inputs)` whenever one of the modules runs."""

    def hook(path: str) -> Callable[[Any, Any], None]:
        return lambda module, inputs: note(path, module, inputs)

    handles = [m.register_forward_pre_hook(hook(path)) for path, m in modules.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def load(torch: Any, module: Any, values: Mapping[str, Array | float | None]) -> None:
    """Put arrays into a module's tensors; a number fills one."""
    tensors = own_tensors(module)
    with torch.no_grad():
        for name, value in values.items():
            if isinstance(value, float):
                tensors[name].fill_(value)
            elif value is not None:
                tensors[name].copy_(torch.tensor(value.copy()))


def channel_statistics(torch: Any, inputs: Any) -> tuple[Any, Any, int]:
    """Mean, biased variance and count of the elements of each channel of a batch."""
    x = inputs[0].detach()
    dims = [0, *range(2, x.dim())]
    return x.mean(dims), x.var(dims, unbiased=False), x.numel() // x.shape[1]
