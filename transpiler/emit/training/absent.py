"""Arguments that may be None, or zero, when the program runs: by defaults, or by assignments.

def fit(x, y, x_val=None, y_val=None, batch_size=None):
    val = (x_val, y_val) if x_val is not None else None
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.statics import constant
from transpiler.interpret.training import TrainingCall
from transpiler.ir.expr import UNKNOWN
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.may_be import sizes_it_may_be

_NONE = frozenset({"None"})
_ZERO = frozenset({"0", "0.0", "0.", ".0"})


def may_be_none(writer: ModelWriter, name: str) -> bool:
    """Whether a name, or an attribute, is None by default or by an assignment."""
    return _may_be(writer, name, _NONE)


def may_be_zero(writer: ModelWriter, name: str) -> bool:
    """The same for zero."""
    return _may_be(writer, name, _ZERO)


def perhaps_none(writer: ModelWriter, text: str) -> bool:
    """Whether some value of such a name, also an entry or an option, is None in the program."""
    return may_be_none(writer, text) or _has_been(writer.tree.text, text, _NONE)


def perhaps_zero(writer: ModelWriter, text: str) -> bool:
    """The same for zero."""
    return may_be_zero(writer, text) or _has_been(writer.tree.text, text, _ZERO)


_LAST = regex(r"""(?:\.get\(\s*["'](\w+)["'].*|(?:^|\.)(\w+)|\[\s*["'](\w+)["']\s*\])$""", re.S)


def _has_been(text: str, expression: str, texts: frozenset[str]) -> bool:
    """Whether a text gives something of that name such a value.

    settings = {"split": 0.0}; Settings(split=0.0); "--split", default=0.0; for split in (0.0, 0.2)
    """
    last = _LAST.search(expression)
    if last is None:
        return False
    name, value = next(filter(None, last.groups())), "|".join(map(re.escape, texts))
    ends = r"(?=\s*(?:[,)\]}#]|$))"
    ways = [
        rf"\b{name}[ \t]*(?::[^=,()\n]*)?=[ \t]*(?:{value}){ends}",
        rf"[\"']{name}[\"']\s*:\s*(?:{value}){ends}",
        rf"\.get\(\s*[\"']{name}[\"']\s*,\s*(?:{value})\s*\)",
        rf"-{name.replace('_', '[-_]')}[\"'][^()]*\bdefault\s*=\s*(?:{value}){ends}",
        rf"\bfor\b[^\n]*\b{name}\b[^\n]*\bin\b[^\n]*[\[(, ](?:{value}){ends}",
    ]
    if texts is _NONE:
        ways.append(rf"\.get\(\s*[\"']{name}[\"']\s*\)")
    return re.search("|".join(ways), text, re.M) is not None


def batch_size(writer: ModelWriter, call: TrainingCall, name: str = "batch_size") -> str | None:
    """The size of the batches; where that may be None, Keras takes 32, and torch no batches.

    Keras 3 does so for zero, too, and both where they validate.
    """
    size, zero = writer.argument(call, name), name != "batch_size" or _is_3(writer)
    known = constant(call.given[name].value) if size is not None else UNKNOWN
    if isinstance(known, int) and known <= 0:
        if known < 0 or not zero:
            raise Unsupported(f"{name}={known}, which Keras refuses")
        return None
    if size is None or isinstance(known, int):
        return size
    absent = perhaps_none(writer, size) or "None" in sizes_it_may_be(writer.tree.text, size)
    return or_32(size) if absent or (zero and perhaps_zero(writer, size)) else size


def or_32(size: str) -> str:
    """What Keras takes for a size that may be None."""
    return f"({size}) or 32" if " if " in size else f"{size} or 32"


def _is_3(writer: ModelWriter) -> bool:
    return writer.shared.file.options.keras != "2"


def refuse_absent(writer: ModelWriter, call: TrainingCall, name: str) -> None:
    """Refuse an argument that may be None, where nothing stands for that."""
    given = writer.argument(call, name)
    entry = given is not None and not given.isidentifier()
    if given is not None and (
        may_be_none(writer, given) or (entry and perhaps_none(writer, given))
    ):
        raise Unsupported(f"{name} may be None")


def _may_be(writer: ModelWriter, name: str, texts: frozenset[str]) -> bool:
    node = writer.room.node
    if isinstance(node, cst.FunctionDef) and _is_by_default(node, name, texts):
        return True
    owner: cst.CSTNode = writer.tree.module if "." in name else node
    return any(
        _is_one(value, function, texts)
        for target, value, function in _assignments(owner, None)
        if writer.tree.source(target) == name
    )


def present_part(node: cst.CSTNode | None) -> tuple[cst.BaseExpression | None, bool]:
    """Of `a if test else None`, and the other way around: `a`, and whether the test must hold."""
    if not isinstance(node, cst.IfExp):
        return None, False
    if _is_one(node.orelse, None, _NONE):
        return node.body, True
    return (node.orelse, False) if _is_one(node.body, None, _NONE) else (None, False)


def _is_one(
    value: cst.BaseExpression, function: cst.FunctionDef | None, texts: frozenset[str]
) -> bool:
    """Whether an expression is one of some constants, at least at times."""
    if isinstance(value, cst.IfExp):
        return any(_is_one(side, function, texts) for side in (value.body, value.orelse))
    if not isinstance(value, (cst.Name, cst.Integer, cst.Float)):
        return False
    by_default = function is not None and _is_by_default(function, value.value, texts)
    return value.value in texts or by_default


def _is_by_default(function: cst.FunctionDef, name: str, texts: frozenset[str]) -> bool:
    parameters = (*function.params.params, *function.params.kwonly_params)
    default = {p.name.value: p.default for p in parameters}.get(name)
    return isinstance(default, (cst.Name, cst.Integer, cst.Float)) and default.value in texts


_HOLDERS = (cst.BaseStatement, cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler)
_Assignment = tuple[cst.BaseExpression, cst.BaseExpression, cst.FunctionDef | None]


def _assignments(node: cst.CSTNode, function: cst.FunctionDef | None) -> Iterator[_Assignment]:
    """Targets, what they are given, and the functions in which that happens."""
    if isinstance(node, cst.FunctionDef):
        function = node
    for child in node.children:
        if isinstance(child, cst.Assign):
            for target in child.targets:
                yield target.target, child.value, function
        elif isinstance(child, cst.AnnAssign) and child.value is not None:
            yield child.target, child.value, function
        elif isinstance(child, _HOLDERS):
            yield from _assignments(child, function)
