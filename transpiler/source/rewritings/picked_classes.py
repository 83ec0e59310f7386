"""Functions that pick the class of an optimizer out of a dict: it is made in the dict instead.

KINDS = {"adam": Adam, "sgd": SGD}

def get_optimizer(kind, rate):
    return KINDS[kind](rate)    # return {"adam": Adam(rate), "sgd": SGD(rate)}[kind]

So each of them is written as what it is for torch, whatever its arguments are called there. Also
those of which the rounds of a loop make one each.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.looped_classes import Made, items_of, made_in_rounds
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_CLASS = r"(?:SGD|Ada\w+|RMSprop|Nadam|Ftrl|Lion|Lamb)"
#: The name of a class of optimizers.
IS_CLASS = regex(rf"(?:\w+\.)*{_CLASS}$")
_NAMED = regex(rf"\b{_CLASS}\s*[(,)}}]")
_IN_LIST = regex(rf"\bfor\b[^\n]*\bin\s*[\[(][\s\[(\w\"',]*?(?:\w+\.)*{_CLASS}\s*,")
_IN_TABLE = regex(
    rf"[\"']\s*:\s*(?:\w+\.)*{_CLASS}\s*[,}}]|\blambda\s*:\s*(?:\w+\.)*{_CLASS}\("
    rf"|\bdict\(\s*\w+\s*=\s*(?:\w+\.)*{_CLASS}\s*[,)]|[\[(,]\s*(?:\w+\.)*{_CLASS}\s*,"
)
#: What arguments may be made of: they are written once for each class.
_PLAIN = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.operator,
    ast.unaryop, ast.expr_context,
)  # fmt: skip
#: Where a variable is another one in each round, or belongs to something inside.
_APART = (
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda, ast.FunctionDef,
    ast.ClassDef,
)  # fmt: skip
_LOOPS = (ast.For, ast.While, *_APART)


def made_where_picked(text: str) -> Rewritten | None:
    """The text with such dicts in functions that give an optimizer, if it has any."""
    if not _NAMED.search(text) or not (_IN_TABLE.search(text) or _IN_LIST.search(text)):
        return None
    module = program_tree(text)
    if module is None:
        return None
    names = (n for n in all_in(module) if isinstance(n, ast.Name))
    bound = Counter(n.id for n in names if not isinstance(n.ctx, ast.Load))
    known = {name: table for name, table in _tables(module.body).items() if bound[name] == 1}
    edits: dict[Span, str] = {}
    calls: list[str] = []
    for room in _rooms(module):
        function = _Function(text, room, known)
        if function.is_understood():
            edits |= function.edits
            calls += function.calls
    for made in made_in_rounds(module, IS_CLASS.match):
        positions = Positions(text)
        statement, use = made.named or (None, None)
        lines = _lines_of(text, positions.span(statement)) if statement is not None else None
        if lines is not None and use is not None:
            edits |= {lines: "", positions.span(use): made.name}
        else:
            edits[positions.span(made.call.func)[1], positions.span(made.call)[1]] = ""
        for one, given in made.classes:
            if isinstance(one, ast.Lambda):
                edits[positions.span(one)[0], positions.span(one.body)[0]] = ""
                calls.append(ast.unparse(one.body))
                continue
            place = positions.span(one)[1]
            edits[place, place] = f"({', '.join(given)})"
            calls.append(f"{ast.unparse(one)}({', '.join(given)})")
        for span, new in _on_lines(text, positions, made).items():
            edits[span] = edits.get(span, "") + new
    if not edits:
        return None
    return rewritten(text, edits, calls)


#: How much longer what makes an optimizer of torch is, and how long a line may be.
_LONGER, _WIDTH = 20, 96


def _on_lines(text: str, positions: Positions, made: Made) -> dict[Span, str]:
    """What gives each round of a loop a line of its own, where its head would be too long."""
    head, spans = made.loop.iter, [
        (positions.span(first)[0], positions.span(last)[1]) for first, last in items_of(made.loop)
    ]
    added = sum(len(", ".join(given)) + 2 + _LONGER for _, given in made.classes)
    width = (head.end_col_offset or 0) + added
    if head.lineno < (head.end_lineno or 0) or width < _WIDTH:
        return {}
    margin = "\n" + " " * made.loop.col_offset
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    closing = re.compile(r"\s*,?\s*").match(text, ends[-1])
    between = zip(ends, starts[1:], strict=False)
    edits = dict.fromkeys(between, f",{margin}    ")
    edits[starts[0], starts[0]] = f"{margin}    "
    edits[ends[-1], closing.end() if closing is not None else ends[-1]] = f",{margin}"
    return edits


def _lines_of(text: str, statement: Span) -> Span | None:
    """The lines of a statement; None where something else stands in them, too."""
    start, end = statement
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1
    alone = not text[first:start].strip() and not text[end:last].strip()
    return (first, last) if alone else None


def _rooms(module: ast.Module) -> Iterator[ast.FunctionDef | ast.Module]:
    """The functions and methods of a file, and what it does itself."""
    yield module
    for statement in module.body:
        inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        yield from (one for one in inner if isinstance(one, ast.FunctionDef))


def _walk(room: ast.FunctionDef | ast.Module) -> Iterator[ast.AST]:
    """The nodes of a room; those of a module without its functions and classes."""
    if isinstance(room, ast.FunctionDef):
        yield from all_in(room)
        return
    yield room
    for statement in room.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from all_in(statement)


def _tables(body: list[ast.stmt]) -> dict[str, ast.Dict]:
    """The dicts of classes of optimizers among some statements, by the names that they get."""
    found: dict[str, ast.Dict] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as held) | ast.AnnAssign(
                target=ast.Name(id=name), value=ast.Dict() as held
            ):
                if held.keys and all(isinstance(key, ast.Constant) for key in held.keys):
                    if all(IS_CLASS.match(ast.unparse(value)) for value in held.values):
                        found[name] = held
    return found


class _Function:
    """A function, or the module, and what it picks out of such dicts."""

    def __init__(
        self, text: str, node: ast.FunctionDef | ast.Module, outer: dict[str, ast.Dict]
    ) -> None:
        self._text, self._node = text, node
        self._positions = Positions(text)
        self._nodes = [*_walk(node)]
        self._above = {child: above for above in self._nodes for child in parts_of(above)}
        self._names = [one for one in self._nodes if isinstance(one, ast.Name)]
        self._own = _tables(node.body) if isinstance(node, ast.FunctionDef) else {}
        parameters = {one.arg for one in self._nodes if isinstance(one, ast.arg)}
        self._outer = {n: t for n, t in outer.items() if n not in parameters | {*self._own}}
        asked = {one.attr for one in self._nodes if isinstance(one, ast.Attribute)}
        self._compiles = "compile" in asked
        self._used: set[str] = set()  #: tables in which a class has been called
        self.edits: dict[Span, str] = {}
        self.calls: list[str] = []

    def is_understood(self) -> bool:
        """Whether each class that is picked is made at once, or under a name of its own."""
        gives = self._compiles or any(isinstance(one, ast.Return) for one in self._nodes)
        if not gives or (isinstance(self._node, ast.FunctionDef) and self._node.decorator_list):
            return False
        tables = [n for n in self._names if n.id in self._own or n.id in self._outer]
        module = isinstance(self._node, ast.Module)
        stored = {n.id for n in tables if not isinstance(n.ctx, ast.Load) and not module}
        if stored - {*self._own} or any(self._is_bound_again(name) for name in self._own):
            return False
        lookups = [found for name in tables if (found := self._lookup(name)) is not None]
        return bool(lookups) and all(self._makes(*found) for found in lookups)

    def _is_bound_again(self, name: str) -> bool:
        return sum(n.id == name and not isinstance(n.ctx, ast.Load) for n in self._names) > 1

    def _lookup(self, name: ast.Name) -> tuple[ast.Name, ast.expr, ast.expr | None] | None:
        """What is picked out of a dict where it is read, and what else that may be."""
        above = self._above[name]
        match above:
            case ast.Subscript(value=held, ctx=ast.Load()) if held is name:
                return name, above, None
            case ast.Attribute(attr="get"):
                call = self._above[above]
                if isinstance(call, ast.Call) and call.func is above and not call.keywords:
                    return name, call, call.args[1] if len(call.args) > 1 else None
        return None

    def _makes(self, name: ast.Name, lookup: ast.expr, default: ast.expr | None) -> bool:
        """Write down what makes an optimizer of what is picked; tell whether that is all of it."""
        call: ast.AST | None = self._above[lookup]
        if isinstance(call, ast.Assign):  # what compiles with it is understood without this
            call = None if self._compiles else self._call_of(call)
        elif isinstance(call, ast.Call) and call.func is not lookup:
            call = None
        if not isinstance(call, ast.Call) or not all(map(is_plain, arguments_of(call))):
            return False
        if any(keyword.arg is None for keyword in call.keywords):
            return False
        if default is not None and not IS_CLASS.match(ast.unparse(default)):
            return False
        own = name.id in self._own
        table = self._own[name.id] if own else self._outer[name.id]
        first = table if own else lookup
        if self._is_inside(lookup, _LOOPS if own else _APART) or name.id in self._used:
            return False
        if self._changes(call, first.lineno):
            return False
        self._used.add(name.id)
        given = [*map(self._source, call.args)]
        made = f"({', '.join([*given, *map(self._source, call.keywords)])})"
        self.edits[self._positions.span(call.func)[1], self._positions.span(call)[1]] = ""
        if own and table.lineno < (table.end_lineno or 0):
            for one in table.values:
                place = self._positions.span(one)[1]
                self.edits[place, place] = made
        else:
            self.edits[self._positions.span(table if own else name)] = self._written(
                first, table, made
            )
        if default is not None:
            place = self._positions.span(default)[1]
            self.edits[place, place] = made
        self.calls += [f"{self._source(one)}{made}" for one in table.values]
        return True

    def _written(self, place: ast.AST, table: ast.Dict, made: str) -> str:
        """A dict in some place whose classes are called, each on a line of its own."""
        while not isinstance(place, ast.stmt):
            place = self._above[place]
        margin = " " * place.col_offset
        pairs = [(key, value) for key, value in zip(table.keys, table.values, strict=True) if key]
        entries = (f"{self._source(key)}: {self._source(value)}{made}," for key, value in pairs)
        return "\n".join(["{", *(f"{margin}    {entry}" for entry in entries), f"{margin}}}"])

    def _call_of(self, assigned: ast.Assign) -> ast.Call | None:
        """Where what a variable holds is called, if nothing else becomes of it."""
        target, *others = assigned.targets
        if others or not isinstance(target, ast.Name) or self._is_bound_again(target.id):
            return None
        found: list[ast.Call] = []
        for use in (n for n in self._names if n.id == target.id and n is not target):
            match self._above[use]:
                case ast.Call(func=called) as call if called is use:
                    found.append(call)
                case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(None)]):
                    pass
                case ast.UnaryOp(op=ast.Not()) | ast.If(test=ast.Name()):
                    pass
                case _:
                    return None
        return found[0] if len(found) == 1 else None

    def _is_inside(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> bool:
        """Whether a place may be come to several times, or belongs to a function inside."""
        while (node := self._above.get(node, self._node)) is not self._node:
            if isinstance(node, kinds):
                return True
        return False

    def _changes(self, call: ast.Call, since: int) -> bool:
        """Whether what a call gets may change between a line and the call."""
        read = {n.id for a in arguments_of(call) for n in all_in(a) if isinstance(n, ast.Name)}
        for node in self._nodes:
            if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
                if isinstance(node.ctx, ast.Load) or not since <= node.lineno <= call.lineno:
                    continue
                while isinstance(node, (ast.Attribute, ast.Subscript)):
                    node = node.value
                if isinstance(node, ast.Name) and node.id in read:
                    return True
        return False

    def _source(self, node: ast.expr | ast.keyword) -> str:
        if isinstance(node, ast.keyword):
            return f"{node.arg}={self._source(node.value)}"
        start, end = self._positions.span(node)
        return " ".join(self._text[start:end].split())


def arguments_of(call: ast.Call) -> Iterator[ast.expr]:
    """All that a call passes."""
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)


def is_plain(argument: ast.expr) -> bool:
    """Whether an argument may be written, and evaluated, several times."""
    return all(isinstance(part, _PLAIN) for part in all_in(argument))
