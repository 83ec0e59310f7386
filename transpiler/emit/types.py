"""Types of Keras that a program says of its parameters and variables, and what stands for them."""

from __future__ import annotations

import re

from transpiler.emit.fold import fold
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Framework
from transpiler.regex import regex

#: What stands for types of Keras; what `fit` gives is made where it is seen to be read.
_TORCH_TYPES = {
    "Model": "nn.Module",
    "Sequential": "nn.Module",
    "Loss": "nn.Module",
    "Optimizer": "torch.optim.Optimizer",
    "History": "SimpleNamespace",
    "Tensor": "torch.Tensor",
    "KerasTensor": "torch.Tensor",
}
#: A name in a type, which may be in quotes.
TYPE = regex(r"[\"']?(?<![\w.])([A-Za-z_][\w.]*)[\"']?")


def torch_type(file: FileContext, name: str) -> str:
    """What stands for a type of the framework, by its name in a file; "" for any other."""
    value = file.globals.get(name.split(".")[0])
    return _TORCH_TYPES.get(name.rpartition(".")[2], "") if isinstance(value, Framework) else ""


def with_torch_types(file: FileContext, header: str) -> str:
    """A signature with torch's types for those of the framework."""
    made = _SAID.sub(lambda found: f"{found[1]}{_retyped(file, found[2])}", header)
    return fold(made, 0) if made != header and "\n" not in made else made


def _retyped(file: FileContext, text: str) -> str:
    def one(found: re.Match[str]) -> str:
        made = torch_type(file, found[1])
        whole = found.group()
        return made if made and whole == text else whole.replace(found[1], made or found[1])

    return TYPE.sub(one, text)


#: What is said of a parameter, or of what a function gives.
_SAID = regex(r"(:\s*|->\s*)([\"']?[A-Za-z_][\w.]*(?:\[[^=()]*\])?[\"']?)")
