"""The names that a program gives its layers."""

from __future__ import annotations

import re
from functools import cache

from transpiler.interpret.region import Region
from transpiler.interpret.values import Layer, Static
from transpiler.regex import regex


def layer_name_hint(region: Region, layer: Layer) -> str:
    """The attribute name that the program itself gives a layer, if any."""
    given = layer.arguments.get("name")
    if isinstance(given, Static):
        text = given.expr.value if given.expr.known else _constant_tail(given.expr.text)
        if isinstance(text, str):
            cleaned = _identifier(text)
            if cleaned:
                return cleaned
    return layer.hint


def _constant_tail(source: str) -> str:
    """The part of a computed name that is the same each time: `f"{name}_1_conv"` → `1_conv`."""
    pieces = re.findall(r"[fF]?(\"[^\"]*\"|'[^']*')", source)
    text = " ".join(p[1:-1] for p in pieces)
    return _PLACEHOLDER.sub("_", text)


#: What `.format`, f-strings and `%` fill in.
_PLACEHOLDER = regex(r"\{[^}]*\}|%[-+ #0]*\d*(?:\.\d+)?[sdifgrx]")


@cache
def _identifier(text: str) -> str:
    """A name in snake case made of a layer's name; a leading number moves to the end."""
    words = [w for w in re.split(r"[^0-9a-zA-Z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", text)) if w]
    words = [w.lower() for w in words]
    while len(words) > 1 and words[0].isdigit():
        number = words.pop(0)
        words[-1] = words[-1] + number if not words[-1][-1].isdigit() else f"{words[-1]}_{number}"
    name = "_".join(words)
    if not name or name[0].isdigit() or not name.isidentifier():
        return ""
    return name


def snake(name: str) -> str:
    """`TextVectorization` → `text_vectorization`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def snake_case(name: str) -> str:
    """A name as Keras makes one of that of a class or function."""
    plain = re.sub(r"\W+", "", name)
    plain = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", plain)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", plain).lower()
