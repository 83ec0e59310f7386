"""Models that each way of a condition compiles: one `compile` behind it gets what differs.

if args.huber:                               if args.huber:
    model.compile("sgd", "huber")                loss = "huber"
else:                                        else:
    model.compile("sgd", "mse")                  loss = "mse"
                                             model.compile(optimizer="sgd", loss=loss)
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.last_layers import LastLayer, last_layer
from transpiler.source.syntax import all_in, program_tree

_COMPILES = regex(r"^( +|\t+)[\w.]+\.compile\(", 8)
_ELSE = regex(r"^[ \t]*(?:else|elif)\b", 8)
_FIRST = ("optimizer", "loss")  #: the arguments that have places in every generation


@record(frozen=True, slots=True)
class _Way:
    """The statements of one way, and the call of `compile` among them."""

    body: list[ast.stmt]
    place: int
    model: str
    given: dict[str, ast.expr]


def compiled_behind(text: str) -> Rewritten | None:
    """The text with such calls of `compile`, if it has any."""
    if len(_COMPILES.findall(text)) < 2 or not _ELSE.search(text):
        return None
    module = program_tree(text)
    edits: dict[Span, str] = {}
    calls: list[str] = []
    inner: set[ast.stmt] = set()  #: what is the `elif` of another one
    for node in all_in(module) if module is not None else ():
        if isinstance(node, ast.If) and node.orelse and node not in inner:
            if module is not None and _is_decided(node.test, module):
                continue
            bodies = _bodies(node)
            inner |= {*node.orelse}
            ways = [way for body in bodies if (way := _way(body)) is not None]
            ways = [way for way in ways if _has_own_line(way.body[way.place], text)]
            if len(ways) == len(bodies) and (names := _different(ways)) is not None:
                layer = last_layer([way.body for way in ways], [way.place for way in ways])
                layer = layer if layer is not None and _may_be_later(layer, ways) else None
                wanted = [*(layer.variables.values() if layer is not None else ()), *names]
                found = _variables(module, wanted)
                calls.append(_join(node, ways, names, found, layer, text, edits))
    if not edits:
        return None
    return rewritten(text, edits, calls)


def _is_decided(test: ast.expr, module: ast.Module) -> bool:
    """Whether a condition reads nothing but settings of the module: one way alone is of use."""
    names = {node.id for node in all_in(test) if isinstance(node, ast.Name)}
    if not names or any(isinstance(node, ast.Call) for node in all_in(test)):
        return False
    known: set[str] = set()
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Constant() | ast.Dict()):
                known.add(name)
            case ast.ClassDef(name=name, bases=[]):
                known.add(name)
    bound = Counter(_changed(module))
    bound.update(n.name for n in module.body if isinstance(n, ast.ClassDef))
    return names <= known and all(bound[name] == 1 for name in names)


def _changed(module: ast.Module) -> Iterator[str]:
    """The names that get a value, or have something changed in them, each time."""
    for node in all_in(module):
        match node:
            case ast.Name(name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Attribute(ast.Name(name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Subscript(ast.Name(name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Call(func=ast.Attribute(ast.Name(name))):
                yield name


def _has_own_line(statement: ast.stmt, text: str) -> bool:
    """Whether nothing stands before a statement in its line."""
    line = text.split("\n")[statement.lineno - 1].encode()[: statement.col_offset]
    return not line.strip()


def _bodies(node: ast.If) -> list[list[ast.stmt]]:
    """The statements of each way of an `if`, with its `elif`s."""
    bodies = [node.body]
    while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        node = node.orelse[0]
        bodies.append(node.body)
    return [*bodies, node.orelse]


def _way(body: list[ast.stmt]) -> _Way | None:
    """A way that compiles one model; None where that is no call alone, or may not be later."""
    found = [(n, one) for n, s in enumerate(body) if (one := _compile(s)) is not None]
    if len(found) != 1:
        return None
    place, compiled = found[0]
    model, values = compiled
    root = model.partition(".")[0]
    read = {root, *(name for value in values.values() for name in _names(value))}
    for statement in body[place + 1 :]:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or root in _names(statement):
            return None
        if {n for n in _names(statement) if n in read and n in _bound(statement)}:
            return None
    return _Way(body, place, model, values)


def _compile(statement: ast.stmt) -> tuple[str, dict[str, ast.expr]] | None:
    """The model that a statement compiles, and what it gives, by the names of the arguments."""
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=of, attr="compile"), args=args, keywords=keys)
        ) if isinstance(of, (ast.Name, ast.Attribute)) and len(args) <= len(_FIRST):
            named = [(key.arg, key.value) for key in keys]
            given = [*zip(_FIRST, args, strict=False), *named]
            names = [name for name, _ in given]
            starred = any(isinstance(one, ast.Starred) for one in args)
            if starred or None in names or len(set(names)) < len(names):
                return None
            return ast.unparse(of), {str(name): value for name, value in given}
    return None


def _different(ways: list[_Way]) -> list[str] | None:
    """The arguments that differ; None where there can't be one call."""
    first, *others = ways
    if any(way.model != first.model or way.given.keys() != first.given.keys() for way in others):
        return None
    each = {name: {ast.dump(way.given[name]) for way in ways} for name in first.given}
    found = [name for name, texts in each.items() if len(texts) > 1]
    return found if {*found} <= {*_FIRST, "metrics"} else None


def _may_be_later(layer: LastLayer, ways: list[_Way]) -> bool:
    """Whether what follows on each way has nothing to do with the last layer."""
    names = {name for value in layer.call for name in _names(value)}
    given = {name for each in layer.given for value in each.values() for name in _names(value)}
    behind = [s for way in ways for s in way.body[way.place + 1 :]]
    return not any((names | given) & {*_bound(s)} for s in behind)


def _variables(module: ast.Module | None, names: list[str]) -> dict[str, str]:
    """Variables for some arguments, of which a program has none."""
    nodes = [*all_in(module)] if module is not None else []
    taken = {n.id for n in nodes if isinstance(n, ast.Name)}
    taken |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    return {name: f"chosen_{name}" if name in taken else name for name in names}


def _join(
    node: ast.If,
    ways: list[_Way],
    names: list[str],
    variables: dict[str, str],
    layer: LastLayer | None,
    text: str,
    edits: dict[Span, str],
) -> str:
    """Put the call behind the condition; each way gives the variables what it gave `compile`.

    Also the last layer, if they have that in common.
    """
    positions, first = Positions(text), ways[0]

    def source(value: ast.expr) -> str:
        return text[slice(*positions.span(value))]

    given = {n: variables[n] if n in names else source(v) for n, v in first.given.items()}
    call = f"{first.model}.compile({', '.join(f'{n}={v}' for n, v in given.items())})"
    behind = positions.span(node)[1]
    added = ""
    if layer is not None:
        values = [
            variables[layer.variables[n]] if n in layer.variables else source(value)
            for n, value in enumerate(layer.call)
        ]
        written = [f"{k}={v}" if k else v for k, v in zip(layer.keys, values, strict=True)]
        made = layer.adds[0].value
        assert isinstance(made, ast.Call)
        inner = made.args[0]
        assert isinstance(inner, ast.Call)
        layers = f"{source(inner.func)}({', '.join(written)})"
        added = f"\n{' ' * node.col_offset}{source(made.func)}({layers})"
    edits[behind, behind] = f"{added}\n{' ' * node.col_offset}{call}"
    for number, way in enumerate(ways):
        start, end = spot = positions.span(way.body[way.place])
        margin = " " * way.body[way.place].col_offset
        own = {name: way.given[name] for name in names}
        if layer is not None:
            start = positions.span(layer.adds[number])[0]
            spot = start, end
            own = {**layer.given[number], **own}
        made_there = [f"{variables[name]} = {_whole(source(value))}" for name, value in own.items()]
        lines = [*comments_in(text[start:end]), *(made_there or ["pass"])]
        edits[spot] = f"\n{margin}".join(lines)
    return call


def _whole(source: str) -> str:
    """An expression that stands alone."""
    return f"({source})" if "\n" in source else source


def _names(node: ast.AST) -> Iterator[str]:
    return (n.id for n in all_in(node) if isinstance(n, ast.Name))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The variables that a statement gives other values, or something in them."""
    for node in all_in(statement):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            held: ast.expr = node
            if not isinstance(node.ctx, ast.Load):
                while isinstance(held, (ast.Attribute, ast.Subscript)):
                    held = held.value
                yield from [held.id] if isinstance(held, ast.Name) else []
