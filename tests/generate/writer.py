"""Writes a Keras program by statements; what Keras refuses is left out."""

from __future__ import annotations

import gc
import importlib
import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import indent
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tests.generate.catalogue import ALIASES, COMMON, LAYERS, NAMED, Domain, Shape, Texts

INDENT = " " * 4
LARGEST = 20_000  #: elements of one tensor
#: Arguments that a loop's variable may stand for.
SIZES = ("units", "filters", "key_dim", "output_dim")


@cache
def framework(generation: str) -> Any:
    """Keras 3, or Keras 2 under its own name."""
    keras = importlib.import_module("keras" if generation == "3" else "tf_keras")
    gc.collect()
    gc.freeze()  # what a framework itself holds is not looked through again and again
    return keras


@cache
def parameters_of(generation: str, name: str) -> dict[str, bool]:
    """The constructor parameters of a layer, in order, and which of them must be given."""
    signature = inspect.signature(getattr(framework(generation).layers, name).__init__)
    return {
        p.name: p.default is p.empty
        for p in list(signature.parameters.values())[1:]
        if p.kind is p.POSITIONAL_OR_KEYWORD
    }


def scope_of(generation: str) -> dict[str, Any]:
    """What the statements of a program see before it defines anything."""
    keras = framework(generation)
    tensorflow = importlib.import_module("tensorflow")
    return {"keras": keras, "layers": keras.layers, "tf": tensorflow}


@dataclass
class Parts:
    """What all statements of a program share."""

    choose: Callable[[int], int]  #: a number below the given one; 0 makes the simplest program
    generation: str
    definitions: list[str] = field(default_factory=list)  #: functions of the module
    counts: dict[str, int] = field(default_factory=dict)

    def fresh(self, stem: str) -> str:
        """A name that nothing has yet."""
        count = self.counts[stem] = self.counts.get(stem, 0) + 1
        return stem if count == 1 else f"{stem}_{count}"


@dataclass
class Writer:
    """One block of statements, and the values that they make."""

    parts: Parts
    scope: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    tensors: list[str] = field(default_factory=list)  #: names of symbolic tensors, newest last
    #: Arguments that have a name of their own: its value, and another one.
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    sizes: list[str] = field(default_factory=list)  #: loop variables and the like

    def pick(self, texts: Sequence[Any]) -> Any:
        return texts[self.parts.choose(len(texts))]

    def chance(self, one_in: int) -> bool:
        """True once in so many times; the simplest program has none of it."""
        return self.parts.choose(one_in) == one_in - 1

    def count(self, low: int, high: int) -> int:
        return low + self.parts.choose(high - low + 1)

    def child(self) -> Writer:
        """A block of statements inside of this one."""
        return Writer(
            self.parts, dict(self.scope), [], list(self.tensors), self.named, list(self.sizes)
        )

    def run(self, text: str, *made: str) -> bool:
        """Write statements that bind these tensors, unless Keras refuses them."""
        before = dict(self.scope)
        try:
            exec(compile(text, "<program>", "exec"), self.scope)
            fine = all(_is_small(self.scope[name]) for name in made)
        except Exception:
            fine = False
        if not fine:
            self.scope.clear()
            self.scope.update(before)
            return False
        self.lines.append(text)
        for name in made:
            if name in self.tensors:
                self.tensors.remove(name)
            self.tensors.append(name)
        return True

    def shape(self, name: str) -> Shape:
        """The sizes of a tensor, without the batch."""
        return tuple(self.scope[name].shape)[1:]

    def is_ids(self, name: str) -> bool:
        dtype = self.scope[name].dtype
        return str(getattr(dtype, "name", dtype)).startswith("int")

    def some_tensor(self, *ranks: int, like: Shape | None = None) -> str | None:
        """A tensor of numbers of one of these ranks, the newest in most cases."""
        found = [
            name
            for name in self.tensors
            if not self.is_ids(name)
            and (not ranks or len(self.shape(name)) + 1 in ranks)
            and (like is None or self.shape(name) == like)
        ]
        if not found:
            return None
        return found[-1] if not self.chance(4) else str(self.pick(found))

    def target(self, source: str) -> str:
        """The name for what is made of `source`: mostly the same."""
        return source if not self.chance(4) else self.parts.fresh("y")

    def bind(self, parameter: str, domain: Texts) -> str:
        """An argument by a name of its own: a parameter of the builder, or a constant."""
        name = self.parts.fresh(parameter)
        default = self.pick(domain)
        other = self.pick([text for text in domain if _kind(text) == _kind(default)])
        self.named[name] = (default, other)
        self.scope[name] = eval(default, self.scope)
        return name

    def argument(self, parameter: str, domain: Domain, shape: Shape) -> str:
        texts = domain(shape) if callable(domain) else domain
        if parameter in SIZES and self.sizes and self.chance(2):
            return str(self.pick(self.sizes))
        if self.chance(12):
            return self.bind(parameter, NAMED.get(parameter, texts))
        return str(self.pick(texts))

    def call(self, name: str, domains: Mapping[str, Domain], shape: Shape, **fixed: str) -> str:
        """The constructor of a layer, in one of the forms in which it can be written."""
        given: dict[str, str] = {}
        parameters = parameters_of(self.parts.generation, name)
        for parameter, required in parameters.items():
            domain = domains.get(parameter, COMMON.get(parameter))
            if parameter in fixed:
                given[parameter] = fixed[parameter]
            elif domain is not None and (required or self.chance(4)):
                given[parameter] = self.argument(parameter, domain, shape)
        given |= {parameter: text for parameter, text in fixed.items() if parameter not in given}
        if "name" not in given and self.chance(10):
            given["name"] = f'"{self.parts.fresh("layer")}"'
        spelled = ALIASES[name] if name in ALIASES and self.chance(8) else name
        return f"layers.{spelled}({self.written(given, list(parameters))})"

    def written(self, given: Mapping[str, str], order: Sequence[str]) -> str:
        """Arguments: some by position, the others by keyword, in any order."""
        prefix = 0
        while prefix < len(order) and order[prefix] in given:
            prefix += 1
        positional = list(order[: self.count(0, prefix)]) if prefix else []
        keywords = [name for name in given if name not in positional]
        if len(keywords) > 1 and self.chance(6):
            keywords = [keywords.pop(self.parts.choose(len(keywords))) for _ in given if keywords]
        return ", ".join([given[n] for n in positional] + [f"{n}={given[n]}" for n in keywords])

    def layer(self, shape: Shape, among: Sequence[str] = ()) -> str:
        """The constructor of a layer that takes a tensor of this shape."""
        names = [
            name
            for name, entry in LAYERS.items()
            if len(shape) + 1 in entry.ranks
            and self.parts.generation in entry.keras
            and (not entry.colors or shape[-1] == 3)
            and (not among or name in among)
        ]
        name = str(self.pick(names))
        entry = LAYERS[name]
        fixed = {p: self.argument(p, entry.domains[p], shape) for p in entry.always}
        return self.call(name, entry.domains, shape, **fixed)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def indented(self) -> str:
        return indent(self.text, INDENT)


def _kind(text: str) -> str:
    """Values that one parameter can have: a tuple is no number."""
    return "number" if text[0] in "-.0123456789" else text[0]


def _is_small(tensor: Any) -> bool:
    """Whether a symbolic tensor can be computed with."""
    sizes = [size for size in tensor.shape if size is not None]
    return 1 < len(tensor.shape) < 6 and 0 not in sizes and math.prod(sizes) <= LARGEST
