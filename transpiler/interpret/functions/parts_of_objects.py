"""Models that an object keeps, which another of its methods makes a model of.

self.encoder = self.build_encoder()
self.autoencoder = self.build_autoencoder()        x = self.decoder(self.encoder(inputs))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

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
    own = _bound(text)
    for name in dict.fromkeys(one for one in _READ.findall(text) if one not in own):
        held: Value | None = kept.get(name) if everywhere.get(name) == 1 else None
        if held is None and caller is not None:
            held = caller.scope.values.get(f"self.{name}")
        if isinstance(held, Model):
            found[f"self.{name}"] = held
    return found | given


@lru_cache(maxsize=64)
def _bound(text: str) -> Counter[str]:
    """How often a text binds attributes, of whatever objects."""
    return Counter(_BOUND.findall(text))


_BOUND = regex(r"(?<=\.)(\w+)(?=\s*(?::[^=\n]+)?=(?!=)|\s*,[^=()\n]*=(?!=))")


def parts_first(methods: Iterable[Function], file: FileContext) -> list[Function]:
    """The methods of a class, those first that keep what another one builds a model of."""
    texts = {one: file.tree.code(one.node) for one in methods}
    bound = {one: {*_bound(text)} for one, text in texts.items()}
    building = [one for one, text in texts.items() if _BUILDS.search(text)]
    read = {one: {*_READ.findall(texts[one])} - bound[one] for one in building}
    keeping = [one for one in building if any(bound[one] & names for names in read.values())]
    if any(one.name == "__init__" for one in keeping):
        return [*texts]  # which begins with it in any case
    rest = [one for one in texts if one not in keeping and one.name != "__init__"]
    first = [one for one in texts if one.name == "__init__"]
    return [*keeping, *rest, *first] if keeping else [*texts]
