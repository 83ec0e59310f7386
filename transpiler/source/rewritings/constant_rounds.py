"""What a loop over constants does in each of its rounds, with these written in.

TASKS = ["age", "gender"]
for task in TASKS:                          Dense(1, name="age_head")
    Dense(1, name=f"{task}_head")           Dense(1, name="gender_head")
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from copy import deepcopy
from operator import add, floordiv, mul, sub, truediv
from typing import Any

from transpiler.regex import regex
from transpiler.source.lexical import placed_comments
from transpiler.source.stores import stores_of
from transpiler.source.syntax import all_in, program_tree

_OWN_NAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: A text: the first group is what stands in one that may have other quotes.
_TEXT = regex(r"(?<!\w)'([^'\"\\{}\n]*)'|\w*'(?:[^'\\\n]|\\.)*'|\w*\"(?:[^\"\\\n]|\\.)*\"")
_FORMS = regex(r"%0?\d*[ds]")
_MOST = 12  #: rounds that are written one by one


def has_names_of_its_own(node: ast.AST) -> bool:
    """Whether some names in it may be others than those of the same name around it."""
    return any(isinstance(inner, _OWN_NAMES) for inner in all_in(node))


def comments_of(text: str, loop: ast.For, statement: ast.stmt) -> list[str]:
    """The comments above a statement of a loop, and in its lines, which are written anew.

    Those of the head of the loop go with its first one; what is behind the last one stays there.
    """
    place = loop.body.index(statement)
    before = loop.body[place - 1] if place else None
    begin = loop.lineno if before is None else (before.end_lineno or before.lineno) + 1
    end = statement.end_lineno or statement.lineno
    lines = text.split("\n")
    first, last = (sum(len(line) + 1 for line in lines[:n]) for n in (begin - 1, end))
    if statement is loop.body[-1]:
        last -= len(lines[end - 1]) + 1
    return [comment for at, comment in placed_comments(text) if first <= at < last]


def used_besides(nodes: Iterable[ast.AST], loop: ast.For) -> set[str]:
    """The variables among some nodes, but for what a loop and others like it have of their own."""
    nodes = list(nodes)
    own = {
        (inner, variable)
        for node in nodes
        for variable in _bound_by(node)
        for inner in (all_in(node) if node is loop or variable in _bound_by(loop) else ())
    }
    own |= {(inner, variable) for inner in all_in(loop) for variable in _bound_by(loop)}
    return {n.id for n in nodes if isinstance(n, ast.Name) and (n, n.id) not in own}


def _bound_by(node: ast.AST) -> set[str]:
    """The variables of a loop or a comprehension."""
    match node:
        case ast.For(target=target):
            targets = [target]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            targets = [one.target for one in node.generators]
        case _:
            return set()
    return {n.id for one in targets for n in all_in(one) if isinstance(n, ast.Name)}


def rounds_of(text: str, target: ast.expr, over: ast.expr) -> list[dict[str, ast.expr]]:
    """What the variables of a loop are in each of its rounds; nothing where that is not known."""
    items = _items(text, over)
    if items is None or not 1 < len(items) <= _MOST:
        return []
    rows = [_bound(target, item) for item in items]
    return [row for row in rows if row is not None] if None not in rows else []


def _bound(target: ast.expr, item: ast.expr) -> dict[str, ast.expr] | None:
    """The variables of a target, with the constants that they get."""
    match target, item:
        case ast.Name(name), _:
            return {name: item} if _is_constant(item) else None
        case ast.Tuple(elts=targets), ast.Tuple(elts=parts) | ast.List(elts=parts):
            each = [_bound(t, p) for t, p in zip(targets, parts, strict=False)]
            if len(targets) != len(parts) or None in each:
                return None
            return {name: value for one in each if one for name, value in one.items()}
    return None


def _items(text: str, over: ast.expr) -> list[ast.expr] | None:
    """What an expression goes over, as far as the program says it once and for all."""
    match over:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return items
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None] if None not in keys else None
        case ast.Name():
            table = _held(text, over)
            return _items(text, table) if table is not None else None
        case ast.Call(func=ast.Name("range"), args=limits, keywords=[]):
            held = [n if isinstance(n, ast.Constant) else _held(text, n) for n in limits]
            given = [n.value for n in held if isinstance(n, ast.Constant)]
            whole = [number for number in given if isinstance(number, int)]
            if len(whole) < len(limits):
                return None
            return [ast.Constant(number) for number in _rounds(whole)]
        case ast.Call(func=ast.Name("enumerate"), args=[inner], keywords=[]):
            items = _items(text, inner) or []
            pairs = enumerate(items)
            return [ast.Tuple([ast.Constant(n), one], ast.Load()) for n, one in pairs]
        case ast.Call(func=ast.Name("zip"), args=parts, keywords=[]) if parts:
            lists = [_items(text, part) for part in parts]
            each = [one for one in lists if one is not None]
            if len(each) < len(lists):
                return None
            return [ast.Tuple([*row], ast.Load()) for row in zip(*each, strict=False)]
        case ast.Call(func=ast.Attribute(value=of, attr="items" | "keys" | "values" as view)):
            entries = _held(text, of) if isinstance(of, ast.Name) else of
            if not isinstance(entries, ast.Dict) or None in entries.keys:
                return None
            known = [key for key in entries.keys if key is not None]
            if view == "items":
                both = zip(known, entries.values, strict=True)
                return [ast.Tuple([k, v], ast.Load()) for k, v in both]
            return known if view == "keys" else entries.values
    return None


def _rounds(limits: list[int]) -> list[int]:
    """The numbers of a `range`, or more of them than are written."""
    if not 1 <= len(limits) <= 3 or limits[2:] == [0]:
        return []
    return [*range(*limits)[: _MOST + 1]]


def _held(text: str, name: ast.expr) -> ast.expr | None:
    """What a variable of the module stands for throughout a program, a list, dict or number."""
    module, stores = program_tree(text), stores_of(text)
    if module is None or stores is None or not isinstance(name, ast.Name):
        return None
    if not stores.is_steady(name):
        return None
    values = [
        statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name.id for t in statement.targets)
    ]
    entries = {base for base, _ in stores.entries}
    taken = any(isinstance(n, ast.arg) and n.arg == name.id for n in all_in(module))
    alone = len(values) == 1 and name.id not in entries and not taken
    return values[0] if alone else None


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(map(_is_constant, parts))
    return False


def in_round(node: ast.AST, row: dict[str, ast.expr]) -> str:
    """The source of something in one round."""
    return source_of(_Replacing(row).visit(deepcopy(node)))


def replaced_in_round(node: ast.expr, row: dict[str, ast.expr]) -> ast.expr:
    """An expression as it is in one round."""
    found: ast.expr = _Replacing(row).visit(deepcopy(node))
    return found


def source_of(node: ast.AST) -> str:
    """The source of something, with its plain texts as most people write them."""
    quoted = ast.unparse(node)
    return _TEXT.sub(lambda found: f'"{found[1]}"' if found[1] is not None else found[0], quoted)


def constant_in_round(node: ast.expr, row: dict[str, ast.expr]) -> ast.Constant | None:
    """The number or text that an expression is in one round, if it is one."""
    value = replaced_in_round(node, row)
    return value if isinstance(value, ast.Constant) else None


#: What is computed of constants, as the program would.
_COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.FloorDiv: floordiv, ast.Div: truediv,
}  # fmt: skip


class _Replacing(ast.NodeTransformer):
    """Puts what the variables are in their places, and makes one text of its parts."""

    def __init__(self, row: dict[str, ast.expr]) -> None:
        self._row = row

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self._row.get(node.id, node))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        compute = _COMPUTED.get(type(node.op))
        match node:
            case ast.BinOp(left=ast.Constant(value=str(form)), op=ast.Mod(), right=given):
                parts = given.elts if isinstance(given, ast.Tuple) else [given]
                values = tuple(p.value for p in parts if isinstance(p, ast.Constant))
                if len(values) == len(parts) and len(_FORMS.findall(form)) == len(parts):
                    return ast.Constant(form % values) if form.count("%") == len(parts) else node
            case ast.BinOp(left=ast.Constant(value=one), right=ast.Constant(value=other)):
                texts = isinstance(one, str) and isinstance(other, str)
                numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
                if compute is not None and other != 0 and (numbers or (compute is add and texts)):
                    return ast.Constant(compute(one, other))
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        values = [one.value for one in node.args if isinstance(one, ast.Constant)]
        plain = len(values) == len(node.args) > 0 and not node.keywords
        numbers = [value for value in values if isinstance(value, (int, float))]
        match node.func:
            case ast.Name("min" | "max" as name) if plain and len(numbers) == len(values) > 1:
                return ast.Constant(min(numbers) if name == "min" else max(numbers))
            case ast.Name("str") if plain and len(values) == 1:
                return ast.Constant(str(values[0]))
            case ast.Attribute(value=ast.Constant(value=str(form)), attr="format") if plain:
                if form.count("{}") == form.count("{") == form.count("}") == len(values):
                    return ast.Constant(form.format(*values))
            case ast.Name("int") if plain and len(numbers) == len(values) == 1:
                return ast.Constant(int(numbers[0]))
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        parts: list[str] = []
        for part in node.values:
            match part:
                case ast.Constant(value=str(said)):
                    parts.append(said)
                case ast.FormattedValue(
                    value=ast.Constant(value=value), conversion=-1, format_spec=None
                ):
                    parts.append(str(value))
                case _:
                    return node
        return ast.Constant("".join(parts))
