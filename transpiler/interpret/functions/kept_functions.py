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
from transpiler.regex import regex
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
    text = _BY_NAME.sub(lambda found: " " * len(found.group()), region.tree.blanked)
    places = [m.span() for m in re.finditer(rf"(?<![\w.]){made.name}\b", text)]
    defined = re.search(rf"\bclass\s+{made.name}\b", text)
    calls = [start for start, end in places if text[end : end + 1] == "("]
    alone = _is_alone(region, made) or _keeps_by_itself(region, made)
    if not alone or defined is None or len(calls) < len(places) - 1:
        return []
    found = [start for start, end in places if end != defined.end()]
    return found if len(found) == len(places) - 1 and set(found) <= {*calls} else []


#: What names a class in its own methods: `super(Trainer, self)`.
_BY_NAME = regex(r"\bsuper\(\s*\w+\s*,")
_NO_CLASSES = frozenset({"object", "ABC", "abc.ABC"})


def _is_alone(region: Region, made: UserClass) -> bool:
    """Whether what a class is derived from has no objects but those of that class."""
    if made.file is not region.file:
        return not made.bases and not made.node.bases
    above = {region.tree.source(argument.value) for argument in made.node.bases}
    if made.bases or made.parent is None:
        return not made.bases and above <= _NO_CLASSES
    name, text = made.parent.name, region.tree.blanked
    heirs = re.findall(rf"\bclass\s+\w+\s*\([^)]*(?<![\w.]){name}\b", text)
    calls = re.findall(rf"(?<![\w.])(?<!\bclass ){name}\(", text)
    return len(heirs) == 1 and not calls and _is_alone(region, made.parent)


def _keeps_by_itself(region: Region, made: UserClass) -> bool:
    """Whether what a class is derived from knows nothing of what its own `__init__` keeps."""
    last = made.lineage[-1]
    own = next((part for part in made.node.body.body if _is_initializer(part)), None)
    if made.file is not region.file or made.bases or own is None:
        return False
    above = {region.tree.source(argument.value) for argument in last.node.bases}
    texts = [region.tree.code(one.node) for one in made.lineage[1:]]
    kept = re.findall(r"(?m)^\s*self\.(\w+)(?:\s*:[^=\n]+)?\s*=\s*\w+\s*$", region.tree.code(own))
    known = any(re.search(rf"\.{name}\b", text) for name in kept for text in texts)
    return above <= _NO_CLASSES and not known


def _is_initializer(part: cst.CSTNode) -> bool:
    return isinstance(part, cst.FunctionDef) and part.name.value == "__init__"


def kept_as(region: Region, made: UserClass, node: cst.CSTNode, name: str, most: int = 0) -> str:
    """The attribute in which `__init__` keeps a parameter for good, or the one of the class above.

    It does nothing else with it, or reads it so often at most. Nobody else gives that attribute
    something: `agent.model = other`.
    """
    text = blanked(region.tree.source(node))
    places = re.findall(rf"(?<![\w.]){re.escape(name)}\b", text)
    kept = re.findall(rf"(?m)^\s*self\.(\w+)(?:\s*:[^=\n]+)?\s*=\s*{re.escape(name)}\s*$", text)
    kept += _kept_in_tuples(text, name)
    bound = re.search(rf"(?m)^\s*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)", text)
    attribute = kept[0] if len(kept) == 1 and not bound else ""
    above = _handed_above(region, made, node, name) if not kept and not bound else None
    if above is not None and _is_alone(region, made):
        initializer, parameter = above
        attribute = kept_as(region, made, initializer, parameter)
    if not attribute or not 2 <= len(places) <= 2 + most:
        return ""
    given = rf"\.{attribute}\s*(?::[^=\n]+)?=(?!=)"
    beside = (
        rf"(?m)^[ \t]*(?:{_PLACE},[ \t]*)*(?:{_PLACE})?\.{attribute}[ \t]*,[ \t\w.,\[\]]*=(?!=)"
    )
    codes = [region.tree.code(each.node) for each in made.lineage]
    inside = [one for code in codes for way in (given, beside) for one in re.findall(way, code)]
    outside = re.search(rf"(?<!\bself){given}", region.tree.blanked)
    return attribute if len(inside) == 1 and outside is None else ""


_PLACE = r"[\w.\[\]]+"


def _kept_in_tuples(text: str, name: str) -> list[str]:
    """`self.model, self.rate = model, rate`"""
    found: list[str] = []
    for targets, values in _TUPLES.findall(text):
        pairs = zip(targets.split(","), values.split(","), strict=False)
        same = targets.count(",") == values.count(",")
        kept = [one.strip() for one, value in pairs if same and value.strip() == name]
        found += [one.removeprefix("self.") for one in kept if one.startswith("self.")]
    return found


_TUPLES = regex(r"(?m)^\s*((?:[\w.]+[ \t]*,[ \t]*)+[\w.]+)[ \t]*=(?!=)[ \t]*([^\n=]*)$")


def _handed_above(
    region: Region, made: UserClass, node: cst.CSTNode, name: str
) -> tuple[cst.CSTNode, str] | None:
    """The `__init__` of the class above that gets a parameter, and what that is called there.

    super().__init__(model, config)
    """
    owner = next((one for one in made.lineage if _defines(one, node)), None)
    above = owner.parent if owner is not None else None
    methods = region.file.class_methods.get(above.name, {}) if above is not None else {}
    initializer = methods.get("__init__")
    if initializer is None or not isinstance(node, cst.FunctionDef):
        return None
    names = [parameter.name for parameter in parameters_of(initializer.node)][1:]
    for statement in node.body.body:
        match statement:
            case cst.SimpleStatementLine(body=[cst.Expr(cst.Call(func=func, args=args))]):
                called = region.tree.source(func)
                if not _ABOVE.fullmatch(called) or any(one.star for one in args):
                    continue
                positions = iter(names)
                for one in args:
                    taken = one.keyword.value if one.keyword is not None else next(positions, "")
                    if isinstance(one.value, cst.Name) and one.value.value == name and taken:
                        return initializer.node, taken
    return None


#: How a class calls the `__init__` of the one above.
_ABOVE = regex(r"super\((?:\s*\w+\s*,\s*self\s*)?\)\.__init__")


def _defines(made: UserClass, node: cst.CSTNode) -> bool:
    return any(statement is node for statement in made.node.body.body)
