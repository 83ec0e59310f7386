"""Functions that objects get and keep: `Experiment(build_model, units=4)`.

self.build = build              self.model = self.build(units)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.values import Function, UserClass, Value
from transpiler.source.lexical import blanked


def keep_functions(
    region: Region, node: cst.Call, made: UserClass, arguments: list[Argument]
) -> None:
    """Note the functions that a class gets where the program makes the one object of it."""
    home = region.file
    method = home.class_methods.get(made.name, {}).get("__init__")
    if made.file is not home or method is None or not is_made_once(region, made):
        return
    this, *names = [parameter.name for parameter in parameters_of(method.node)]
    positions = iter(names)
    found: dict[str, Function] = {}
    for argument, (keyword, value) in zip(node.args, arguments, strict=False):
        name = keyword or next(positions, "")
        if not isinstance(value, Function) or argument.star or name not in names:
            continue
        known = isinstance(argument.value, cst.Name) and argument.value.value == value.name
        if known and not value.parameter and mentions_framework(home, value):
            found[name] = value
            if kept := kept_as(region, made, method.node, name, 1):
                found[f"{this}.{kept}"] = value
    home.given_functions[made.name] = found


def gets_functions(file: FileContext, function: Function) -> bool:
    """Whether a method belongs to objects that get such functions."""
    return bool(function.owner and file.given_functions.get(function.owner))


def with_kept_functions(
    file: FileContext, function: Function, given: dict[str, Value]
) -> dict[str, Value]:
    """What a method gets, with the functions that its object has got."""
    kept = file.given_functions.get(function.owner, {}) if function.owner else {}
    if not kept:
        return given
    own = {parameter.name for parameter in parameters_of(function.node)}
    initial = function.name == "__init__"
    return {n: f for n, f in kept.items() if ("." in n or (initial and n in own))} | given


def is_made_once(region: Region, made: UserClass) -> bool:
    """Whether the file has one call of a class, and names it nowhere else."""
    return len(sites_of(region, made)) == 1


def sites_of(region: Region, made: UserClass) -> list[int]:
    """Where the calls of a class begin, where the file names it nowhere else."""
    text = region.tree.blanked
    places = [m.span() for m in re.finditer(rf"(?<![\w.]){made.name}\b", text)]
    defined = re.search(rf"\bclass\s+{made.name}\b", text)
    calls = [start for start, end in places if text[end : end + 1] == "("]
    bare = not made.bases and not made.node.bases
    if not bare or defined is None or len(calls) < len(places) - 1:
        return []
    found = [start for start, end in places if end != defined.end()]
    return found if len(found) == len(places) - 1 and set(found) <= {*calls} else []


def kept_as(region: Region, made: UserClass, node: cst.CSTNode, name: str, most: int = 0) -> str:
    """The attribute in which `__init__` keeps a parameter for good.

    It does nothing else with it, or reads it so often at most. Nobody else gives that attribute
    something: `agent.model = other`.
    """
    text = blanked(region.tree.source(node))
    places = re.findall(rf"(?<![\w.]){re.escape(name)}\b", text)
    kept = re.findall(rf"(?m)^\s*self\.(\w+)(?:\s*:[^=\n]+)?\s*=\s*{re.escape(name)}\s*$", text)
    bound = re.search(rf"(?m)^\s*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)", text)
    if not 2 <= len(places) <= 2 + most or len(kept) != 1 or bound:
        return ""
    given = rf"\.{kept[0]}\s*(?::[^=\n]+)?=(?!=)"
    inside = re.findall(given, region.tree.code(made.node))
    outside = re.search(rf"(?<!\bself){given}", region.tree.blanked)
    return kept[0] if len(inside) == 1 and outside is None else ""
