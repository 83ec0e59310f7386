"""Functions that compile a model they get, which is compiled elsewhere, too: they stand as called.

def unfreeze(model, rate):                          model = build()
    model.trainable = True                          model.fit(x, y)
    model.compile(Adam(rate), "mse")                model.trainable = True
                                                    model.compile(Adam(1e-5), "mse")
model = build()                                     model.fit(x, y)
model.fit(x, y)
unfreeze(model, 1e-5)
model.fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.call_arguments import given_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_COMPILES = regex(r"^([ \t]+)(\w+)\.compile\(", 8)
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_BLANK = regex(r"(?:[ \t]*\n)+")
#: What leaves a function, or makes another thing of it; and what hides names in texts.
_ODD = (
    *_ROOMS, ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal,
    ast.JoinedStr, ast.NamedExpr, ast.While, ast.Try, ast.With,
)  # fmt: skip
#: What a call may give: it means the same wherever it stands.
_PLAIN = (ast.Name, ast.Constant)


def compiled_by_calls(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with the statements of such functions where it calls them, if it has any."""
    if not _COMPILES.search(text):
        return None
    module = program_tree(text)
    program = _Program(text, module) if module is not None else None
    edits: dict[Span, str] = {}
    assumed: list[tuple[int, str]] = []
    touched: list[tuple[int, int]] = []
    for function in module.body if module is not None else ():
        if program is None or not isinstance(function, ast.FunctionDef):
            continue
        calls = program.calls_of(function)
        if not calls or any(function.name in other for other in others()):
            continue
        edits |= program.inlined(function, calls)
        assumed.append((function.lineno, _GONE.format(function.name)))
        touched += ((one.statement.lineno, one.statement.end_lineno or 0) for one in calls)
    made = rewritten(text, edits, (), assumed, touched) if edits else None
    if made is None or program_tree(made.text) is None:
        return None
    return made


_GONE = "`{}` is gone: what it does stands where it was called"


@record(frozen=True, slots=True)
class _Call:
    """A statement that calls such a function, and what that gets, by the names there."""

    statement: ast.stmt
    given: dict[str, ast.expr]
    room: ast.AST  #: the function around it, or the module


class _Program:
    """A program as far as it tells where the statements of a function may stand."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self._text, self._module, self._positions = text, module, Positions(text)
        self._calls = [
            node
            for node in all_in(module)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if node.func.attr == "compile"
        ]

    def calls_of(self, function: ast.FunctionDef) -> list[_Call]:
        """All calls of a function whose statements may stand there; none where some may not."""
        model = _compiles(function)
        if not model or function.decorator_list:
            return []
        uses = [n for n in all_in(self._module) if _named(n) == function.name]
        found = [
            call
            for room, statement in _statements(self._module)
            if (call := self._call(room, statement, function, model)) is not None
        ]
        if len(found) != len(uses) - 1 or not all(self._may_stand(function, c) for c in found):
            return []  # one is the definition
        inside = set(all_in(function))
        if any(call.statement in inside for call in found):
            return []
        models = [ast.unparse(call.given[model]) for call in found]
        elsewhere = {ast.unparse(c.func) for c in self._calls if c not in inside}
        again = any(f"{one}.compile" in elsewhere for one in models)
        return found if again or len(set(models)) < len(models) else []

    def _call(
        self, room: ast.AST, statement: ast.stmt, function: ast.FunctionDef, model: str
    ) -> _Call | None:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(name)) as call) if name == function.name:
                target = ""
            case ast.Assign(
                targets=[ast.Name(target)], value=ast.Call(func=ast.Name(name)) as call
            ) if (name == function.name):
                pass
            case _:
                return None
        given = _given(function, call)
        if given is None or not all(map(_is_plain, given.values())):
            return None
        if target and not (_gives(function, model) and ast.unparse(given[model]) == target):
            return None
        return _Call(statement, given, room)

    def _may_stand(self, function: ast.FunctionDef, call: _Call) -> bool:
        """Whether the names of a function mean the same there, and hide nothing."""
        inside = [n for s in _body(function) for n in all_in(s) if isinstance(n, ast.Name)]
        bound = {n.id for n in inside if isinstance(n.ctx, ast.Store)}
        loops = [n for s in _body(function) for n in all_in(s) if isinstance(n, ast.For)]
        looped = {n.id for f in loops for n in all_in(f.target) if isinstance(n, ast.Name)}
        read = {n.id for n in inside} - bound - call.given.keys()
        inner = set(all_in(function))
        around = [n for room in self._rooms(call) for n in all_in(room) if n not in inner]
        own = {n.id for n in around if isinstance(n, ast.Name)}
        stored = {n.id for n in around if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {n.arg for n in around if isinstance(n, ast.arg)}
        in_module = call.room is self._module
        line = self._text.split("\n")[call.statement.lineno - 1]
        alone = not line.encode()[: call.statement.col_offset].strip()
        return (
            alone
            and not (bound - looped) & (own | stored)
            and not {n for n in looped & own if _is_read_elsewhere(call.room, n)}
            and (in_module or not read & stored)
        )

    def _rooms(self, call: _Call) -> list[ast.AST]:
        """The functions around a call, or the module."""
        functions = (n for n in all_in(self._module) if isinstance(n, _ROOMS))
        return [f for f in functions if call.statement in all_in(f)] or [self._module]

    def inlined(self, function: ast.FunctionDef, calls: list[_Call]) -> dict[Span, str]:
        """The edits that put the statements where they are called, and take the function out."""
        every = self._text.split("\n")
        above = [*takewhile(_is_comment, reversed(every[: function.lineno - 1]))]
        comments, edits = above[::-1], dict[Span, str]()
        for call in calls:
            margin = " " * call.statement.col_offset
            lines = [*comments, *self._lines(function, call.given)]
            span = self._positions.span(call.statement)
            edits[span] = "\n".join(f"{margin}{one}".rstrip() for one in lines).lstrip()
            comments = []
        first = self._positions.offset(function.lineno - len(above), 0)
        last = self._text.find("\n", self._positions.span(function)[1]) + 1 or len(self._text)
        blank = _BLANK.match(self._text, last)
        edits[first, blank.end() if blank is not None else last] = ""
        return edits

    def _source(self, node: ast.AST) -> str:
        return self._text[slice(*self._positions.span(node))]

    def _lines(self, function: ast.FunctionDef, given: dict[str, ast.expr]) -> list[str]:
        """The statements with what a call gives, as lines without their margin."""
        body = _body(function)
        before = function.body[len(function.body) - len(_with_return(function)) - 1 :][:1]
        documented = ast.get_docstring(function) is not None
        head = before[0].end_lineno if documented and before else _head_end(function)
        start = self._positions.offset((head or 0) + 1, 0)
        end = self._positions.span(body[-1])[1]
        end = self._text.find("\n", end) if self._text.find("\n", end) >= 0 else len(self._text)
        parts, position = list[str](), start
        names = [n for s in body for n in all_in(s) if isinstance(n, ast.Name) and n.id in given]
        for name in sorted(names, key=lambda n: (n.lineno, n.col_offset)):
            first, last = self._positions.span(name)
            parts += [self._text[position:first], self._source(given[name.id])]
            position = last
        text = "".join([*parts, self._text[position:end]])
        width = body[0].col_offset
        lines = [line[width:] if line[:width].isspace() else line for line in text.split("\n")]
        while lines and not lines[0].strip():
            del lines[0]
        return lines


def _is_comment(line: str) -> bool:
    return line.startswith("#") and not line.startswith(("#!", "# %%", "# In["))


def _compiles(function: ast.FunctionDef) -> str:
    """The parameter with the model that a function compiles, besides freezing; "" of others."""
    taken = function.args
    if taken.vararg or taken.kwarg or taken.posonlyargs:
        return ""
    names = {one.arg for one in (*taken.args, *taken.kwonlyargs)}
    body = _body(function)
    nodes = [n for s in body for n in all_in(s)]
    stores = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if not body or names & stores or any(isinstance(n, _ODD) for n in nodes):
        return ""
    models = [name for s in body if (name := _compiled(s))]
    odd = [s for s in body if not (_compiled(s) or _is_quiet(s))]
    many = any(s.lineno == s.end_lineno and s.col_offset != body[0].col_offset for s in body)
    if len(models) != 1 or models[0] not in names or odd or many:
        return ""
    if body[0].lineno <= _head_end(function):
        return ""
    return models[0] if _gives_nothing_else(function, models[0]) else ""


def _compiled(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(model), attr="compile"))):
            return model
    return ""


def _is_quiet(statement: ast.stmt) -> bool:
    """Whether it names something, freezes layers, or only shows something."""
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute(attr="trainable")]):
            return True
        case ast.For(body=body, orelse=[]):
            return all(map(_is_quiet, body))
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_quiet, (*body, *orelse)))
        case ast.Expr(value=ast.Call(func=ast.Name("print") | ast.Attribute(attr="summary"))):
            return True
    return isinstance(statement, ast.Pass)


def _with_return(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1 if ast.get_docstring(function) is not None else 0 :]


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without what it says of itself and gives at last."""
    body = _with_return(function)
    return body[:-1] if body and isinstance(body[-1], ast.Return) else body


def _gives(function: ast.FunctionDef, model: str) -> bool:
    match function.body[-1]:
        case ast.Return(value=ast.Name(name)):
            return name == model
    return False


def _gives_nothing_else(function: ast.FunctionDef, model: str) -> bool:
    last = function.body[-1]
    return not isinstance(last, ast.Return) or last.value is None or _gives(function, model)


def _head_end(function: ast.FunctionDef) -> int:
    """The last line of what stands before the body, as far as the parameters tell."""
    parts = [function.returns, *all_in(function.args)]
    return max([function.lineno, *(getattr(p, "end_lineno", 0) or 0 for p in parts)])


def _given(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """What each parameter gets; None where that is not clear."""
    taken = function.args
    every = {one.arg for one in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}
    found = given_in(function, call)
    return found if found is not None and found.keys() == every else None


def _is_plain(value: ast.expr) -> bool:
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, _PLAIN)


def _named(node: ast.AST) -> str:
    """The name that a node reads, binds or imports."""
    return str(getattr(node, "id", getattr(node, "name", getattr(node, "attr", ""))))


def _statements(module: ast.Module) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """The statements of a program, each with the function around it, or the module."""
    pending: list[tuple[ast.AST, ast.AST]] = [(module, module)]
    while pending:
        room, node = pending.pop()
        for inner in parts_of(node):
            if isinstance(inner, ast.stmt):
                yield room, inner
            pending.append((inner if isinstance(inner, _ROOMS) else room, inner))


def _is_read_elsewhere(room: ast.AST, name: str) -> bool:
    """Whether a name is read outside of the loops that give it its values."""
    loops = [n for n in all_in(room) if isinstance(n, (ast.For, ast.comprehension))]
    inside = {
        node
        for loop in loops
        if any(_named(n) == name for n in all_in(loop.target))
        for node in all_in(loop)
    }
    if any(isinstance(loop, ast.comprehension) for loop in loops):
        return True
    nodes = (n for n in all_in(room) if isinstance(n, ast.Name) and n.id == name)
    return any(node not in inside for node in nodes)
