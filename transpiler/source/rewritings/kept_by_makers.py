"""Models that an object gets at several places from the method that makes them: that keeps them.

class Trial:                                    class Trial:
    def __init__(self):                             def __init__(self):
        self.model = self.make()                        self.make()

    def make(self):                                 def make(self):
        model = Sequential([Dense(1)])                  model = Sequential([Dense(1)])
        model.compile("sgd", "mse")                     model.compile("sgd", "mse")
        return model                                    self.model = model

    def reset(self):                                def reset(self):
        self.model = self.make()                        self.make()

What trains them is kept beside them then.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.reached import last_name
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_KEPT = regex(r"self\.\w+ *= *self\.(\w+)\(")


@record(frozen=True, slots=True)
class _Kept:
    """A method that makes a model, and the statements that keep what it gives by one name."""

    owner: ast.ClassDef
    maker: ast.FunctionDef
    name: str
    given: ast.Return
    statements: list[ast.Assign]


def kept_by_makers(text: str, importers: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text in which such methods keep what they make, if it has any."""
    found = _KEPT.findall(text)
    if len(found) == len({*found}) or ".compile(" not in text:
        return None
    if (module := program_tree(text)) is None:
        return None
    positions = Positions(text)
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for kept in _kept(module):
        spans = [positions.span(one) for one in (kept.given, *kept.statements)]
        named = sum(one.count(kept.maker.name) for one in importers())
        if named or any(comments_in(text[slice(*span)]) for span in spans):
            continue
        if (returns := kept.maker.returns) is not None:
            edits[positions.span(returns)] = "None"
        value = kept.given.value
        assert value is not None
        edits[positions.span(kept.given)[0], positions.span(value)[0]] = f"self.{kept.name} = "
        for statement in kept.statements:
            edits[positions.span(statement)[0], positions.span(statement.value)[0]] = ""
        touched.append((kept.maker.lineno, kept.maker.end_lineno or kept.maker.lineno))
    return rewritten(text, edits, touched=touched) if edits else None


def _kept(module: ast.Module) -> Iterator[_Kept]:
    owners = [node for node in all_in(module) if isinstance(node, ast.ClassDef)]
    bases = {last_name(base) for owner in owners for base in owner.bases}
    for owner in owners:
        above = {last_name(base) for base in owner.bases}
        if owner.name in bases or above - {"object"} or owner.decorator_list:
            continue
        for maker in owner.body:
            if not isinstance(maker, ast.FunctionDef) or maker.decorator_list:
                continue
            given, statements = _given(maker), [*_statements(owner, maker.name)]
            names = {_name(one) for one in statements}
            mentions = sum(_mentions(node, maker.name) for node in all_in(module))
            if given is None or len(names) != 1 or not 1 < len(statements) == mentions:
                continue
            name = names.pop()
            inside = [node for node in all_in(maker) if _is_of_self(node, name)]
            if not inside and any(_compiles(node) for node in all_in(maker)):
                yield _Kept(owner, maker, name, given, statements)


def _given(maker: ast.FunctionDef) -> ast.Return | None:
    """The last statement of a method, if that and no other one gives a variable."""
    *before, last = maker.body
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name):
        return None
    inner = (node for statement in before for node in all_in(statement))
    ended = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await)
    return None if any(isinstance(node, ended) for node in inner) else last


def _statements(owner: ast.ClassDef, maker: str) -> Iterator[ast.Assign]:
    """The statements of a class that keep what the method gives."""
    for node in all_in(owner):
        match node:
            case ast.Assign(
                targets=[ast.Attribute(ast.Name("self"), _)],
                value=ast.Call(func=ast.Attribute(ast.Name("self"), called)),
            ) if (
                called == maker
            ):
                yield node


def _name(statement: ast.Assign) -> str:
    target = statement.targets[0]
    assert isinstance(target, ast.Attribute)
    return target.attr


def _mentions(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute(attr=named) | ast.Constant(str(named)):
            return named == name
    return False


def _is_of_self(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute(ast.Name("self"), named):
            return named == name
    return False


def _compiles(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "compile"
