"""Dicts of arguments that objects keep: `self.fit_args = {"epochs": 3, "batch_size": 32}`.

self.model.fit(x, y, **self.fit_args)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from transpiler.interpret.compiled_values import NUMBERS
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.kept_parts import attributes_given
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Static
from transpiler.ir.expr import UNKNOWN, Expr, index
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.stores import stores_of

#: What reads a dict and leaves it as it is: an entry, or all of them as arguments.
_READS = regex(r"\[[^\]\n]+\](?!\s*[-+*/|]?=(?!=))|\.(?:get|items|keys|values|copy)\(")


@provides("kept_dict")
def kept_dict(region: Region, held: Expr) -> Mapping | None:
    """The numbers in a dict that one method puts into an attribute, and that nothing changes.

    `**kwargs` of which no call is seen is an empty one.
    """
    if held.text in region.unseen:
        return Mapping({})
    found = re.fullmatch(r"self\.(\w+)", held.text)
    if found is None or not region.methods or not _is_steady(region, found.group(1)):
        return None
    given = [
        value
        for method in region.methods.values()
        if isinstance(method.node, cst.FunctionDef)
        for statement in method.node.body.body
        for attribute, value in attributes_given(statement)
        if attribute == found.group(1)
    ]
    parsed = ast.parse(region.tree.source(given[0]), mode="eval").body if len(given) == 1 else None
    entries = dict(_entries(parsed)) if parsed is not None else {}
    if not entries or not entries.keys() <= NUMBERS:
        return None
    read = {key: replace(index(held, key), value=known) for key, known in entries.items()}
    return Mapping({key: Static(entry) for key, entry in read.items()}, held)


def _is_steady(region: Region, attribute: str) -> bool:
    """Whether the file gives an attribute one value, and does but read that."""
    text, puts, stores = region.tree.blanked, 0, stores_of(region.tree.text)
    if stores is None or stores.anything:
        return False
    for place in re.finditer(rf"(\*\*)?\b\w+\.{attribute}\b", text):
        bound = re.match(r"\s*(?::[^=\n]+)?=(?!=)", text[place.end() :])
        puts += bound is not None
        if not bound and not place.group(1) and not _READS.match(text, place.end()):
            return False
    return puts == 1


def _entries(node: ast.expr) -> Iterator[tuple[Any, Any]]:
    """The keys of a dict, and what is known of its values; "" for what is no such thing."""
    match node:
        case ast.Dict(keys, values):
            pairs = [
                (getattr(key, "value", ""), value) for key, value in zip(keys, values, strict=True)
            ]
        case ast.Call(ast.Name("dict"), [], keywords):
            pairs = [(keyword.arg or "", keyword.value) for keyword in keywords]
        case _:
            pairs = [("", node)]
    for key, value in pairs:
        yield key, value.value if isinstance(value, ast.Constant) else UNKNOWN
