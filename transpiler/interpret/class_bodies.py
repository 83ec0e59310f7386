"""What stands in the body of a class besides its methods: settings, and models of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from textwrap import dedent

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
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in, parts_of, python_tree

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
        marks, inline = (len(region.init), len(region.forward)), region.inline
        reads_outside = _reads_outside(region, statement, _assigned(region, before[1]))
        region.inline = outer if reads_outside else inline
        try:
            contained(lambda s=statement: _run(region, s), statement)  # type: ignore[misc]
        except GiveUp as why:
            del region.init[marks[0] :], region.forward[marks[1] :]
            region.failed_statements[id(statement)] = (statement, why)
        region.inline = inline
        for name in _assigned(region, before[1]):
            value = _spelled_out(scope.values.get(name))
            if reads_outside:
                value = Unknown("what a comprehension of a class reads")
            scope.values[name] = value
            if not is_graph(value):
                region.inline[name] = value
    region.inline = outer
    outside = {n for n in _assigned(region, before[1]) if n in before[0]}
    outside -= _bound(region, made) if outside else set()
    for name in outside:  # `options["rate"] = 0.1`
        scope.values[name] = Static(scope.read(name))
    own = {n: scope.values[n] for n in _assigned(region, before[1]) if n not in outside}
    for name, value in own.items():
        scope.values.pop(name)
        if name in before[0]:
            scope.values[name] = before[0][name]
        scope.versions[name] = before[1].get(name, 0)
        if isinstance(value, Model):
            value.expr = _reading(region, made.name, name)
    return own


def _reads_outside(region: Region, statement: cst.CSTNode, own: list[str]) -> bool:
    """Whether a comprehension reads what its class has, too: it gets that of the module."""
    source = region.tree.source(statement)
    tree = python_tree(dedent(source)) if own and " for " in source else None
    for node in all_in(tree) if tree is not None else ():
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            inside = [one for one in parts_of(node) if not isinstance(one, ast.comprehension)]
            inside += [test for one in node.generators for test in one.ifs]
            inside += [one.iter for one in node.generators[1:]]
            read = {n.id for one in inside for n in all_in(one) if isinstance(n, ast.Name)}
            if read & {*own}:
                return True
    return False


def _run(region: Region, statement: cst.CSTNode) -> None:
    run_block(region, (statement,))


def _assigned(region: Region, versions: dict[str, int]) -> list[str]:
    changed = region.scope.versions.items()
    return [n for n, v in changed if n.isidentifier() and versions.get(n, 0) != v]


def _bound(region: Region, made: UserClass) -> set[str]:
    """The names that are bound in the body of a class."""
    tree = python_tree(dedent(region.tree.source(made.node)))
    parts = parts_of(tree.body[0]) if tree is not None else []
    plain = (one for one in parts if not isinstance(one, (ast.FunctionDef, ast.ClassDef)))
    return set().union(*map(names_bound, plain))


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
    if method is not None and not method.owner and isinstance(node.value, cst.Name):
        return replace(method, static=_reading(region, node.value.value, attr))
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
    target = rf"[\w.\[\]]+\.{attr}\s*"
    plain = r"(?:(?!\w\()[^\n=])*"  # no call, whose keywords look like targets
    pattern = (
        rf"[\w\])]\.{attr}\s*(?::[^=\n]*)?(?:[-+*/%|&]|//|\*\*)?=[^=]|setattr\(|\bpatch\b"
        rf"|__set_name__|\bas\s+{target}[:,)]|\bfor\s[^\n]*{target}[^\n]*\bin\b"
        rf"|(?m:^{plain}{target}{plain}=(?!=))"
    )
    inside = isinstance(value, (Sequence, Mapping))
    return any(
        re.search(pattern, text) or (inside and all_changed(text).under(attr)) for text in texts
    )
