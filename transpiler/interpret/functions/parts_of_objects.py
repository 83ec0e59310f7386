"""Models that an object keeps, which another of its methods makes a model of.

self.encoder = self.build_encoder()
self.autoencoder = self.build_autoencoder()        x = self.decoder(self.encoder(inputs))
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.values import Function, Model, Value
from transpiler.regex import regex

#: What is read of an object, or called.
_READ = regex(r"\bself\.(\w+)\b(?!\s*=(?!=))")
_BUILDS = regex(r"\b(?:Model|Sequential)\(")


def with_parts(
    file: FileContext, function: Function, given: dict[str, Value], caller: Region | None
) -> dict[str, Value]:
    """What a method that builds a model gets, with the models that its object keeps by then.

    The caller knows which, or there is just one of the name.
    """
    text = file.tree.code(function.node)
    if "self" not in given or not _BUILDS.search(text):
        return given
    kept, everywhere = file.kept_models.get(function.owner, {}), _bound(file.tree.blanked)
    found: dict[str, Value] = {}
    for name in {*_READ.findall(text)} - _bound(text).keys():
        held: Value | None = kept.get(name) if everywhere.get(name) == 1 else None
        if held is None and caller is not None:
            held = caller.scope.values.get(f"self.{name}")
        if isinstance(held, Model):
            found[f"self.{name}"] = held
    return found | given


def _bound(text: str) -> Counter[str]:
    """How often a text binds attributes, of whatever objects."""
    return Counter(_BOUND.findall(text))


_BOUND = regex(r"(?<=\.)(\w+)(?=\s*(?::[^=\n]+)?=(?!=)|\s*,[^=()\n]*=(?!=))")


def parts_first(methods: Iterable[Function], file: FileContext) -> list[Function]:
    """The methods of a class, those first that call no other of them: what they keep is read."""
    every = list(methods)
    calls = re.compile(rf"\bself\.(?:{'|'.join(one.name for one in every)})\(")
    return sorted(every, key=lambda one: calls.search(file.tree.code(one.node)) is not None)
