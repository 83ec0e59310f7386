"""What stands in the body of a class besides its methods: settings, and models of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.control.suites import run_block
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, Region, contained
from transpiler.interpret.values import (
    Function,
    Mapping,
    Model,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, literal
from transpiler.record import replace
from transpiler.source.changed_entries import all_changed
from transpiler.source.set_outside import set_outside

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)


def run_body(region: Region, made: UserClass) -> dict[str, Value]:
    """Interpret the plain statements of a class; what they assign, by name.

    The names are those of the class: nothing that is made of its models can read them.
    """
    scope, outer = region.scope, region.inline
    before = dict(scope.values), dict(scope.versions)
    region.inline = dict(outer)
    for statement in made.node.body.body:
        if isinstance(statement, _DEFINITIONS):
            continue
        marks = len(region.init), len(region.forward)
        try:
            contained(lambda s=statement: _run(region, s), statement)  # type: ignore[misc]
        except GiveUp as why:
            del region.init[marks[0] :], region.forward[marks[1] :]
            region.failed_statements[id(statement)] = (statement, why)
        for name in _assigned(region, before[1]):
            value = scope.values[name] = _spelled_out(scope.values.get(name))
            if not is_graph(value):
                region.inline[name] = value
    region.inline = outer
    own = {name: scope.values[name] for name in _assigned(region, before[1])}
    for name, value in own.items():
        scope.values.pop(name)
        if name in before[0]:
            scope.values[name] = before[0][name]
        scope.versions[name] = before[1].get(name, 0)
        if isinstance(value, Model):
            value.expr = _reading(region, made.name, name)
    return own


def _run(region: Region, statement: cst.CSTNode) -> None:
    run_block(region, (statement,))


def _assigned(region: Region, versions: dict[str, int]) -> list[str]:
    changed = region.scope.versions.items()
    return [n for n, v in changed if n.isidentifier() and versions.get(n, 0) != v]


def _spelled_out(value: Value | None) -> Value:
    """A setting as its value, since its name is only known in the class."""
    if isinstance(value, Static) and value.expr.known:
        return Static(Expr(literal(value.expr.value), value.expr.value))
    if isinstance(value, (Sequence, Mapping)) and not is_graph(value):
        return replace(value, static=None)
    if isinstance(value, Static) and value.expr.names:
        return Unknown("a setting of a class that is only known at run time")
    return value if value is not None else Unknown("a setting of a class")


@provides("class_attribute")
def class_attribute(region: Region, owner: UserClass, attr: str, node: cst.Attribute) -> Value:
    """`Config.WIDTHS`: a value that is known unless the program changes it; `Net.block`."""
    method = _method(region, owner, attr)
    if method is not None:
        return method
    value = owner.attributes.get(attr)
    if isinstance(value, Model):
        return value
    if value is None or not isinstance(node.value, cst.Name) or is_graph(value):
        return Unknown(f"`.{attr}`")
    holder = node.value.value
    reading = _reading(region, holder, attr)
    home: FileContext = owner.file or region.file
    if (
        not _is_plain(owner.node)
        or _is_changed({region.tree.text, home.tree.text}, attr, value)
        or (set_outside(home.path).fullmatch(owner.name))
    ):
        return Static(reading)
    if isinstance(value, (Sequence, Mapping)):
        return replace(value, static=reading)
    known = value.expr.value if isinstance(value, Static) else UNKNOWN
    return Static(replace(reading, value=known))


def _method(region: Region, owner: UserClass, name: str) -> Function | None:
    """The method of that name, where it needs no instance."""
    home: FileContext = owner.file or region.file
    method = home.class_methods.get(owner.name, {}).get(name)
    return method if method is not None and (method.of_class or not method.owner) else None


def _reading(region: Region, owner: str, name: str) -> Expr:
    return Expr(f"{owner}.{name}", strength=POSTFIX, names=region.scope.read(owner).names)


def _is_plain(node: cst.ClassDef) -> bool:
    """Whether nothing else can set attributes: no base, no dataclass or enumeration."""
    bases = [isinstance(a.value, cst.Name) and a.value.value for a in node.bases]
    return not node.decorators and not node.keywords and bases in ([], ["object"])


def _is_changed(texts: Iterable[str], attr: str, value: Value) -> bool:
    """Whether a program gives an attribute of this name another value, of whatever it is."""
    pattern = rf"[\w\])]\.{attr}\s*(?:[-+*/%|&]|//|\*\*)?=[^=]|setattr\(|\bpatch\b"
    inside = isinstance(value, (Sequence, Mapping))
    return any(
        re.search(pattern, text) or (inside and all_changed(text).under(attr)) for text in texts
    )
