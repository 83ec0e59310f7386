"""A GPU that there is not: tensors that were moved to it may not meet those that were not.

with pretended_gpu():
    exec(script)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

#: What a tensor of one place may be asked with tensors of another.
_MIXES = {"__getitem__", "__setitem__", "copy_", "new_tensor", "_has_compatible_shallow_copy_type"}
#: What wants the lengths of sequences, which are packed together, outside of the GPU.
_PACKED = {"_pack_padded_sequence", "_pad_packed_sequence", "lstm", "gru", "rnn_tanh", "rnn_relu"}


class PretendedGpu(TorchFunctionMode):
    """Knows which tensors are on the GPU, and complains as torch does."""

    def __init__(self) -> None:
        super().__init__()
        self.moved: Any = WeakIdKeyDictionary()
        self.steps = 0  #: losses on the GPU that were differentiated

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(function, "__name__", "")
        given = list(_tensors((args, kwargs.values())))
        if any(isinstance(t, nn.UninitializedParameter) for t in given):
            return self._of_lazy(function, args, kwargs, name)
        if name == "to" or name == "cpu":
            return self._move(function, args, kwargs, name)
        if name in ("numpy", "__array__") and self._holds(args[0]):
            raise TypeError("can't convert cuda device type tensor to numpy")
        if getattr(function, "__self__", None) is Tensor.device:
            return torch.device("cuda" if self._holds(args[0]) else "cpu")
        if name == "__set__" and len(args) == 2 and isinstance(args[1], Tensor):
            result = function(*args, **kwargs)
            self._mark(args[0], self._holds(args[1]))
            return result
        device = kwargs.get("device")
        if device is not None and name != "_parse_to":
            kwargs = {**kwargs, "device": "cpu"}
        if name in _PACKED and any(self._holds(t) and t.dtype is torch.int64 for t in given):
            raise RuntimeError(f"{name}: lengths should be on the CPU")
        meeting = [t for t in given if name not in _PACKED or t.dtype is not torch.int64]
        here = {self._holds(t) for t in meeting if t.dim() or self._holds(t)}
        if len(here) > 1 and name not in _MIXES:
            raise RuntimeError(f"{name}: all tensors should be on the same device")
        if name == "backward":
            self.steps += self._holds(args[0])
        result = function(*args, **kwargs)
        there = str(device).startswith("cuda") if device is not None else True in here
        for one in _tensors(result):
            if not any(one is other for other in given):
                self._mark(one, there and (name not in _PACKED or one.dtype is not torch.int64))
        return result

    def _of_lazy(self, function: Any, args: Any, kwargs: Any, name: str) -> Any:
        """Of a weight whose size is not known yet, nothing but the place can be asked."""
        if name == "to":
            self._mark(args[0], any(str(a).startswith("cuda") for a in (*args, *kwargs.values())))
            return args[0]
        if getattr(function, "__self__", None) is Tensor.device:
            return torch.device("cuda" if self._holds(args[0]) else "cpu")
        return function(*args, **kwargs)

    def _move(self, function: Any, args: Any, kwargs: Any, name: str) -> Any:
        """`.to(device)`: the same tensor where it is there already, else a copy."""
        places = [a for a in (*args[1:], kwargs.get("device")) if _is_place(a)]
        others = [a for a in args[1:] if not _is_place(a)]
        others += [False] * (bool(places) and not others and "dtype" not in kwargs)
        there = self._holds(args[0])
        if others and isinstance(others[0], Tensor):  # it takes the place and type of another one
            there, others = self._holds(others[0]), [others[0].dtype]
        if places or name == "cpu":
            there = name != "cpu" and str(places[0]).startswith("cuda")
        kwargs = {k: v for k, v in kwargs.items() if k != "device"}
        result = args[0]
        if any(isinstance(a, torch.dtype) for a in (*others, *kwargs.values())):
            result = function(args[0], *others, **kwargs)
        if result is args[0] and there != self._holds(args[0]):
            result = result.clone()
        self._mark(result, there)
        return result

    def _holds(self, tensor: Any) -> bool:
        return bool(self.moved.get(tensor, False))

    def _mark(self, tensor: Tensor, there: bool) -> None:
        self.moved[tensor] = there


def _is_place(value: Any) -> bool:
    return isinstance(value, torch.device) or (isinstance(value, str) and value in ("cuda", "cpu"))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes, range)):
        if isinstance(value, (list, tuple, set)) or "dict_values" in str(type(value)):
            for item in value:
                yield from _tensors(item)


@contextlib.contextmanager
def pretended_gpu() -> Iterator[PretendedGpu]:
    """Programs that ask whether there is a GPU are told so."""
    gpu, copied = PretendedGpu(), nn.Parameter.__deepcopy__

    def copy(parameter: nn.Parameter, memo: dict[int, Any]) -> Any:
        made = copied(parameter, memo)
        gpu.moved[made] = gpu.moved.get(parameter, False)
        return made

    def load(path: str, map_location: object = None) -> dict[str, Tensor]:
        loaded: dict[str, Tensor] = original_load(path, map_location="cpu")
        for tensor in loaded.values():
            gpu.moved[tensor] = "cpu" not in str(map_location)
        return loaded

    original_load = torch.load
    with (
        mock.patch.object(torch, "load", load),
        mock.patch.object(torch.cuda, "is_available", return_value=True),
        mock.patch.object(torch.cuda, "is_bf16_supported", return_value=True),
        mock.patch.object(torch.cuda, "set_device"),
        mock.patch.object(nn.Parameter, "__deepcopy__", copy),
        gpu,
    ):
        yield gpu
