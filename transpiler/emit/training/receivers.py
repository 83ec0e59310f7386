"""How programs refer to the models that they train: by variables, and by elements of lists."""

from __future__ import annotations

import re

from transpiler.interpret.values import Keyed, Mapping, Model, Repeated, Sequence
from transpiler.ir.expr import literal
from transpiler.regex import regex

#: A variable, or an attribute of an object: `self.model`, `trainer.model`.
VARIABLE = regex(r"([A-Za-z_]\w*\.)*[A-Za-z_]\w*")
#: An element of a list or dict in such: `models[i]`, `self.models["small"]`, `folds[k][0]`.
_ELEMENT = regex(rf"(?P<list>{VARIABLE.pattern})(?P<place>(\[[^\[\]\n]+\])+)")
#: An attribute of an object in one: `trainers["small"].model`.
_OF_ELEMENT = regex(rf"{_ELEMENT.pattern}(\.\w+)+")


def is_receiver(text: str) -> bool:
    """Whether the calls of a model can be followed that the program refers to so."""
    ways = (VARIABLE, _ELEMENT, _OF_ELEMENT)
    return any(way.fullmatch(text) for way in ways)


def element_of(text: str) -> tuple[str, str] | None:
    """The variable of a list, and the place in it, of an element of a list or dict."""
    found = _ELEMENT.fullmatch(text)
    return (found["list"], found["place"]) if found is not None else None


def function_of(label: str) -> str:
    """How a function is called after a model: `m` and `models_0` don't say of which it is."""
    return label if len(label) > 2 and not label[-1].isdigit() else "model"


#: Modules that the converted file reads by these names.
_IMPORTED = frozenset(
    {"F", "bisect", "copy", "csv", "dist", "glob", "io", "itertools", "json", "math", "nn", "np"}
    | {"operator", "os", "pickle", "random", "re", "shutil", "string", "torch", "torchvision"}
)


def why_hidden(variable: str) -> str:
    """Why the variable of a model, or of what keeps it, would hide what the file reads then."""
    name = re.split(r"[.\[]", variable)[0]
    if name not in _IMPORTED:
        return ""
    what = "the model" if name == variable else "what keeps the model"
    return f"{what} is called `{name}`, as a module that the converted file reads: rename it"


def named_in(model: Model, variable: str) -> str:
    """How a model is called where a variable, or several, get what the function gives.

    models = build()        # `models[0]`, or `models["encoder"]`
    encoder, both = build()
    """
    given = model.summary.result if model.summary is not None else None
    if isinstance(given, Mapping):
        keys = [key for key, value in given.items.items() if value is model.origin]
    elif isinstance(given, Sequence):
        keys = [place for place, value in enumerate(given.items) if value is model.origin]
    else:
        return "" if isinstance(given, (Keyed, Repeated)) else variable
    if len(keys) != 1:
        return ""
    if VARIABLE.fullmatch(variable):
        return f"{variable}[{literal(keys[0])}]"
    names = variable.strip("()[]").split(", ")
    several = isinstance(given, Sequence) and len(names) == len(given.items)
    return names[keys[0]] if several else ""


def label_of(text: str) -> str:
    """What the names of variables and functions for a model are made of."""
    name, place = element_of(text) or (text, "")
    known = re.fullmatch(r"\[(?:([\"\'])(\w+)\1|(\d+))\]", place)
    name = name.rpartition(".")[2]
    return name if known is None else f"{name}_{known[2] or known[3]}"
