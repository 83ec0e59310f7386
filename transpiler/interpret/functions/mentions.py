"""Which functions are about the framework at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.symbols import IMPORTED_INSIDE
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Instance,
    Layer,
    Mapping,
    Model,
    Namespace,
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.ir.pipeline import Changes, Pipeline
from transpiler.regex import regex
from transpiler.source.lexical import standing, words_in


@provides("mentions_framework")
def mentions_framework(file: FileContext, function: Function) -> bool:
    """Whether a function's source uses a name that leads to TensorFlow or Keras."""
    home: FileContext = function.file if function.file is not None else file
    key = id(function.node), function.owner  # an heir defines what a method calls
    known = home.mentions.get(key)
    return _ASKING.answer(home, key, lambda: _mentions(home, function)) if known is None else known


def _mentions(home: FileContext, function: Function) -> bool:
    source = home.tree.source(function.node)
    if IMPORTED_INSIDE.search(source) or _trains_something(source):
        return True
    words = words_in(source)
    words -= {p.name.value for p in function.node.params.params}
    result = False
    for word in words:
        value = function.closure.get(word) or home.globals.get(word)
        result = value is not None and _leads_there(home, function, value, words)
        result = result or (_makes_data(value) and not _binds(home, function, word))
        if not result and word in home.class_methods.get(function.owner, {}):
            method = home.class_methods[function.owner][word]
            result = word != function.name and mentions_framework(home, method)
        if result:
            break
    return result


class Asking:
    """The functions about which is being asked, of which some may call one another.

    What is found out of one is not remembered where it depends on another one about which is
    still being asked: which of them is asked about first would decide.
    """

    def __init__(self) -> None:
        self.open: list[tuple[int, Any]] = []
        self.cyclic: list[bool] = []  #: of each: whether it depends on one before it
        self.assumed: dict[tuple[int, Any], FileContext] = {}  #: not to be about it

    def answer(self, home: FileContext, key: Any, find: Callable[[], bool]) -> bool:
        """What is found out of a function, or False while that is being found out."""
        own = id(home), key
        if own in self.open:
            self._depend_on(self.open.index(own))
            return False
        if own in self.assumed:
            self._depend_on(0)
            return False
        self.open.append(own)
        self.cyclic.append(False)
        found = False
        try:
            found = find()
        finally:
            self.open.pop()
            cyclic = self.cyclic.pop()
            if found or not cyclic:
                home.mentions[key] = found
            else:
                self.assumed[own] = home
            if not self.open:
                self._end(found)
        return found

    def _depend_on(self, place: int) -> None:
        self.cyclic[place + 1 :] = [True] * (len(self.cyclic) - place - 1)

    def _end(self, found: bool) -> None:
        """Nothing of what has been asked about is it where the first one isn't: that calls all."""
        for (_, key), home in self.assumed.items() if not found else ():
            home.mentions[key] = False
        self.assumed.clear()


_ASKING = Asking()


#: `build_fn().compile("adam", "mse")`, not `re.compile(pattern)`.
_COMPILES = regex(r"(?<!\bre)(?<!\bregex)(?<!\bjit)(?<!\btorch)\.compile\(")


def _trains_something(source: str) -> bool:
    """Whether it compiles and fits: what it is called with may make a model."""
    return ".fit(" in source and _COMPILES.search(source) is not None


def _makes_data(value: Value | None) -> bool:
    """Whether it is a data set of the module, or what makes one of images."""
    return isinstance(value, Static) and isinstance(value.expr.value, (Changes, Pipeline))


def _binds(home: FileContext, function: Function, name: str) -> bool:
    """Whether a function has a variable of its own with a name of the module."""
    text = home.tree.code(function.node)
    return re.search(rf"{standing(name)}\s*(?:=(?!=)|,[^=()\n]*=(?!=)| in\b)", text) is not None


def _leads_there(home: FileContext, function: Function, value: Value, words: set[str]) -> bool:
    """Whether something that a function names has to do with the framework."""
    if isinstance(value, (Framework, Layer, Bound, Model)):
        return True
    if isinstance(value, Function):
        return value.node is not function.node and mentions_framework(home, value)
    if isinstance(value, Instance):
        return value.made is not None and _leads_there(home, function, value.made, words)
    if isinstance(value, UserClass):
        made: FileContext = value.file if value.file is not None else home
        methods = made.class_methods.get(value.name, {}).values()
        return bool(value.bases) or any(mentions_framework(made, m) for m in methods)
    parts: list[Value] = []
    if isinstance(value, Namespace):
        parts = [v for name, v in value.items.items() if name in words]
        parts = [v for v in parts if isinstance(v, (Framework, Function))]
    elif isinstance(value, (Mapping, Sequence)):  # a table of functions
        items = value.items.values() if isinstance(value, Mapping) else value.items
        parts = [v for v in items if isinstance(v, (Framework, Function, UserClass, Model))]
    return any(_leads_there(home, function, part, words) for part in parts)
