"""Models that a constructor begins, and another method fills: that method makes them.

class Net:                                      class Net:
    def __init__(self):                             def __init__(self):
        self.model = Sequential()                       self.model = None

    def build(self, units):                         def build(self, units):
        self.model.add(Dense(units))                    self.model = Sequential()
                                                        self.model.add(Dense(units))

Each object is built once: a second time would add the layers again.
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
from transpiler.source.syntax import all_in, parts_of, program_tree

_BEGUN = regex(r"\n[ \t]+self\.\w+ *= *(?:[\w.]+\.)?Sequential\(\)")
#: What an empty model has, too, but other ones of.
_OF_LAYERS = frozenset({
    "get_weights", "layers", "trainable_variables", "trainable_weights", "variables", "weights",
})  # fmt: skip
_ONCE = "`{0}` is taken to be called once for each object: a second time would add layers again"


@record(frozen=True, slots=True)
class _Begun:
    """A model that a class begins in one method and fills in another one."""

    owner: ast.ClassDef
    name: str
    made: ast.Assign
    filling: ast.FunctionDef


def begun_models(text: str, importers: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text in which such models are made by the methods that fill them, if it has any."""
    if not _BEGUN.search(text) or (module := program_tree(text)) is None:
        return None
    positions = Positions(text)
    edits: dict[Span, str] = {}
    said: list[tuple[int, str]] = []
    for begun in _begun(module):
        calls = _calls(begun, [text, *importers()])
        span = positions.span(begun.made)
        if calls is None or comments_in(text[slice(*span)]):
            continue
        first = _first_statement(begun.filling)
        start = positions.span(first)[0]
        margin = text[text.rfind("\n", 0, start) + 1 : start]
        if margin.strip():
            continue
        edits[positions.span(begun.made.value)] = "None"
        edits[start, start] = f"{text[slice(*span)]}\n{margin}"
        if not calls:
            said.append((begun.filling.lineno, _ONCE.format(begun.filling.name)))
    return rewritten(text, edits, assumed=said) if edits else None


def _begun(module: ast.Module) -> Iterator[_Begun]:
    for owner in module.body:
        if not isinstance(owner, ast.ClassDef) or owner.decorator_list:
            continue
        methods = [one for one in owner.body if isinstance(one, ast.FunctionDef)]
        constructor = next((one for one in methods if one.name == "__init__"), None)
        for statement in constructor.body if constructor is not None else ():
            match statement:
                case ast.Assign(
                    targets=[ast.Attribute(ast.Name("self"), name)],
                    value=ast.Call(args=[], keywords=[]) as made,
                ) if (
                    last_name(made.func) == "Sequential"
                ):
                    others = [one for one in methods if one is not constructor]
                    filling = [one for one in others if _adds(one, name)]
                    if len(filling) == 1 and constructor is not None:
                        found = _Begun(owner, name, statement, filling[0])
                        if _is_plain(found, constructor, others):
                            yield found


def _adds(function: ast.FunctionDef, name: str) -> bool:
    """Whether it adds layers to the model."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "add" and _is_it(node.value, name)
        for node in all_in(function)
    )


def _is_it(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute(ast.Name("self"), attr):
            return attr == name
    return False


def _is_plain(begun: _Begun, constructor: ast.FunctionDef, others: list[ast.FunctionDef]) -> bool:
    """Whether nothing sees the empty model before it is filled."""
    filling = begun.filling
    later = constructor.body[constructor.body.index(begun.made) + 1 :]
    own = {one.name for one in others} - {filling.name}
    for node in (inner for statement in later for inner in all_in(statement)):
        match node:
            case ast.Attribute(ast.Name("self"), name) if name in own or name == begun.name:
                return False  # what reads it before, or may
    sets = [
        node
        for node in all_in(filling)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and _is_it(node, begun.name)
    ]
    inside = [node for node in all_in(filling) if _is_it(node, filling.name)]
    plain = not filling.decorator_list and not sets and not inside
    return plain and not any(_looks(one, begun.name) for one in others)


def _looks(function: ast.FunctionDef, name: str) -> bool:
    """Whether it asks if there is a model, or gives the model away."""
    asked: list[ast.AST] = []
    for node in all_in(function):
        match node:
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                asked.append(test)
            case ast.Compare(left=left, comparators=others):
                asked += [left, *others]
            case ast.BoolOp(values=values):
                asked += values
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                asked.append(operand)
            case ast.Call(func=ast.Name("bool" | "hasattr" | "getattr"), args=args):
                asked += args
            case ast.Attribute(of, attr) if attr in _OF_LAYERS:
                asked.append(of)
    return any(_is_it(node, name) for node in asked)


def _first_statement(function: ast.FunctionDef) -> ast.stmt:
    """The first one behind the docstring."""
    told = ast.get_docstring(function, clean=False) is not None and len(function.body) > 1
    return function.body[1 if told else 0]


def _calls(begun: _Begun, texts: Iterable[str]) -> int | None:
    """How many places fill an object that they have just made; None if others may fill one."""
    number = 0
    for text in texts:
        if begun.filling.name not in text and begun.owner.name not in text:
            continue
        module = program_tree(text)
        if module is None:
            return None
        named = 0
        for node in all_in(module):
            match node:
                case ast.Attribute(attr=name) | ast.Constant(str(name)):
                    named += name == begun.filling.name
                case ast.ClassDef(bases=bases):
                    if any(last_name(base) == begun.owner.name for base in bases):
                        return None
        found = _filled(begun, module.body, set())
        if found != named:
            return None
        number += found
    return number


def _filled(begun: _Begun, block: list[ast.stmt], made: set[str]) -> int:
    """How many places of a block fill objects of which is known that they are new.

    These are `made` there or around it, and taken out of that when they are filled.
    """
    number = 0
    if begun.made in block:
        made.add("self")
    for statement in block:
        made -= _otherwise_used(begun, statement, made)
        match statement:
            case ast.Expr(ast.Call(func=ast.Attribute(of, method))) | ast.Assign(
                value=ast.Call(func=ast.Attribute(of, method))
            ) if (method == begun.filling.name and (text := ast.unparse(of)) in made):
                made.discard(text)
                number += 1
        match statement:
            case ast.Assign(targets=[target], value=value):
                made.discard(ast.unparse(target))
                if isinstance(value, ast.Call) and last_name(value.func) == begun.owner.name:
                    made.add(ast.unparse(target))
        blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
        blocks += [handler.body for handler in getattr(statement, "handlers", [])]
        once = isinstance(statement, (ast.If, ast.With))
        ways = [set(made) if once else set[str]() for _ in blocks]
        number += sum(_filled(begun, one, way) for one, way in zip(blocks, ways, strict=True))
        made.intersection_update(*(ways if once else ()))
    return number


def _otherwise_used(begun: _Begun, statement: ast.stmt, made: set[str]) -> set[str]:
    """Which of the objects a statement uses without filling them: it may see the empty model."""
    match statement:
        case ast.Expr(ast.Call(func=ast.Attribute(_, method)) as call) | ast.Assign(
            value=ast.Call(func=ast.Attribute(_, method)) as call
        ) if (method == begun.filling.name):
            parts: list[ast.AST] = [*call.args, *call.keywords]
        case ast.FunctionDef() | ast.ClassDef():
            return set()
        case _:
            parts = [one for one in parts_of(statement) if not isinstance(one, ast.stmt)]
    named = {n.id for part in parts for n in all_in(part) if isinstance(n, ast.Name)}
    roots = {text: text.partition(".")[0].partition("[")[0] for text in made - {"self"}}
    return {text for text, root in roots.items() if root in named}
