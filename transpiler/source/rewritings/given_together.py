"""Functions that give callbacks beside something else: what they do stands where they are called.

def get_callbacks(patience):
    keeper = Keeper()
    return keeper, [keeper, EarlyStopping(patience=patience)]

keeper, callbacks = get_callbacks(3)    # keeper = Keeper()
                                        # callbacks = [keeper, EarlyStopping(patience=3)]

So an object is the same under each of its names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.lexical import blanked, words_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, replaced, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

_MENTIONED = regex(r"allback|EarlyStopping|ModelCheckpoint|ReduceLROnPlateau|TensorBoard|CSVLogger")
#: A call that gives several things their names.
_UNPACKS = regex(r"^[ \t]*\(?\w+(?:, *\w+)+\)? *= *[\w.]+\(", 8)
_FRAMEWORK = regex(r"keras|tensorflow")
_MADE = regex(
    r"(?:^|\.)(?:EarlyStopping|ModelCheckpoint|ReduceLROnPlateau|LambdaCallback|TensorBoard"
    r"|CSVLogger|LearningRateScheduler|TerminateOnNaN|BackupAndRestore|RemoteMonitor)$"
)
#: What is asked of models alone.
_TRAINS = frozenset({"compile", "fit", "evaluate", "predict", "fit_generator"})
#: What has names, or ways out, of its own.
_REFUSED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Yield, ast.YieldFrom, ast.Await,
    ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.NamedExpr, ast.Try, ast.With,
    ast.Starred, ast.Delete,
)  # fmt: skip


class _Unclear(Exception):
    """What a call does would not be the same where it stands."""


def given_together(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with what such functions do in the place of their calls, if it has any.

    `others` gives the texts that import it: what they call stays a function.
    """
    if not _MENTIONED.search(text) or not _UNPACKS.search(text):
        return None
    module = program_tree(text)
    functions = module.body if module is not None else []
    edits: dict[Span, str] = {}
    calls: list[str] = []
    for function in functions:
        if module is None or not isinstance(function, ast.FunctionDef):
            continue
        last = function.body[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, (ast.Tuple, ast.List)):
            continue
        try:
            given = _Giving(text, module, function, last.value.elts)
            found = given.edits()
        except _Unclear:
            continue
        if not any(function.name in words_in(other) for other in others()):
            edits |= found
            calls += given.calls
    if not edits:
        return None
    return rewritten(text, edits, calls)


class _Giving:
    """A function that gives several things."""

    def __init__(
        self, text: str, module: ast.Module, node: ast.FunctionDef, parts: list[ast.expr]
    ) -> None:
        self._text, self._module, self._node, self._parts = text, module, node, parts
        self._positions = Positions(text)
        self._statements = node.body[1 if ast.get_docstring(node) is not None else 0 : -1]
        self._inside = [n for s in (*self._statements, *parts) for n in all_in(s)]
        self._names = [n for n in self._inside if isinstance(n, ast.Name)]
        self._stored = {n.id for n in self._names if not isinstance(n.ctx, ast.Load)}
        self._call = (0, 0)
        self._around: set[str] = set()  #: what is local to where the call stands
        self.calls: list[str] = []

    def edits(self) -> dict[Span, str]:
        """The calls as what they do; nothing stays of the function."""
        self._check()
        uses = [
            n for n in all_in(self._module) if isinstance(n, ast.Name) and n.id == self._node.name
        ]
        if len(uses) != 1:  # names of a second call would be those of the first
            raise _Unclear
        above = {c: n for n in all_in(self._module) for c in parts_of(n)}
        call = above[uses[0]]
        statement = above.get(call)
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=names) | ast.List(elts=names)], value=value):
                targets = [one.id for one in names if isinstance(one, ast.Name)]
                if value is not call or len(targets) != len(names):
                    raise _Unclear
            case _:
                raise _Unclear
        assert isinstance(call, ast.Call)
        if call.func is not uses[0] or len(targets) != len(self._parts):
            raise _Unclear
        if len(set(targets)) < len(targets) or self._node in _around(above, statement):
            raise _Unclear
        self._around = {name for one in _around(above, statement) for name in _own_names(one)}
        self._call = self._positions.span(call)
        start, end = self._lines_of(statement)
        comments, (first, last) = self._definition()
        margin = " " * statement.col_offset
        written = self._written(call, targets, statement.col_offset)
        lines = [*(f"{margin}{one}" for one in comments), written]
        return {(start, end): "\n".join(lines), (first, last): ""}

    def _check(self) -> None:
        """Raise where the statements are more than those of a script."""
        node, arguments = self._node, self._node.args
        source = ast.get_source_segment(self._text, node) or ""
        whole = not (arguments.vararg or arguments.kwarg or arguments.posonlyargs)
        if node.decorator_list or len(self._parts) < 2 or not whole:
            raise _Unclear
        if not _MENTIONED.search(source) or "\t" in source or not self._made():
            raise _Unclear
        for one in self._inside:
            if isinstance(one, (*_REFUSED, ast.Return)):
                raise _Unclear
            if isinstance(one, ast.Attribute) and one.attr in _TRAINS:
                raise _Unclear
            long = isinstance(one, (ast.Constant, ast.JoinedStr)) and one.lineno != one.end_lineno
            if long and not (isinstance(one, ast.Constant) and not isinstance(one.value, str)):
                raise _Unclear
        values = node.body[-1]
        if "#" in blanked(ast.get_source_segment(self._text, values) or ""):
            raise _Unclear
        for name in self._names:
            start, end = self._positions.span(name)
            if self._text[start:end] != name.id:  # in an f-string, whose places may be others
                raise _Unclear

    def _lines_of(self, statement: ast.stmt) -> Span:
        """Where the lines of a statement begin and end, which stands there alone."""
        start, end = self._positions.span(statement)
        first = self._text.rfind("\n", 0, start) + 1
        last = self._text.find("\n", end)
        last = len(self._text) if last < 0 else last
        if self._text[first:start].strip() or self._text[end:last].strip():
            raise _Unclear
        return first, last

    def _definition(self) -> tuple[list[str], Span]:
        """The comments above the function, and where all of it stands."""
        start, end = self._positions.span(self._node)
        above = self._text[:start].split("\n")[:-1]
        comments: list[str] = []
        while above and above[-1].startswith("#"):
            comments.insert(0, above.pop())
        first = sum(len(line) + 1 for line in above)
        last = end + len(self._text[end:]) - len(self._text[end:].lstrip("\n"))
        return comments, (first, last)

    def _written(self, call: ast.Call, targets: list[str], column: int) -> str:
        """What the function does, with the names of where it is called."""
        named, before = self._bound(call, targets)
        free = {n.id for n in self._names} - self._stored - named.keys()
        if free & {*targets, *self._around}:  # it would be another thing there
            raise _Unclear
        pairs = zip(self._parts, targets, strict=True)
        given = {p.id: t for p, t in pairs if isinstance(p, ast.Name)}
        alone = [p.id for p in self._parts if isinstance(p, ast.Name)]
        self._check_later(given)
        for name in sorted(self._stored):
            target = given.get(name)
            if target is not None and alone.count(name) == 1:
                if target != name and target in self._stored:
                    raise _Unclear
                named[name] = target
            else:
                named[name] = self._free(name, targets)
        quoted = self._in_strings()
        edits = [
            (self._positions.span(n), _quoted(named[n.id], quoted.get(n, "")))
            for n in self._names
            if n.id in named and not _is_word(named[n.id], quoted.get(n))
        ]
        edits += self._words(named, quoted)
        lines = [f"{name} = {text}" for name, text in before]
        shift = column - self._node.body[-1].col_offset
        body = self._between(edits, shift)
        for part, target in zip(self._parts, targets, strict=True):
            if not (isinstance(part, ast.Name) and named.get(part.id) == target):
                text = self._changed(self._positions.span(part), edits)
                lines_of = _shifted(text, shift)
                body.append(f"{' ' * column}{target} = {lines_of}")
        for node in self._made():
            self.calls.append(self._changed(self._positions.span(node), edits).partition("\n")[0])
        return "\n".join([*(f"{' ' * column}{line}" for line in lines), *body])

    def _check_later(self, given: dict[str, str]) -> None:
        """Raise where a lambda reads what has a name then that gets another value."""
        bound = [
            n.id
            for n in all_in(self._module)
            if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        ]
        for one in (n for n in self._inside if isinstance(n, ast.Lambda)):
            read = {n.id for n in all_in(one) if isinstance(n, ast.Name)}
            if any(
                bound.count(given[name]) > 1 + (given[name] == name) for name in read & {*given}
            ):
                raise _Unclear

    def _between(self, edits: list[tuple[Span, str]], shift: int) -> list[str]:
        """The lines of the statements, with the comments among them."""
        first, last = self._node.body[0], self._node.body[-1]
        start = self._positions.offset(first.lineno, 0)
        if first not in self._statements and first is not last:  # its docstring
            start = self._positions.offset((first.end_lineno or 0) + 1, 0)
        end = self._positions.offset(last.lineno, 0)
        text = self._changed((start, max(start, end)), edits).strip("\n")
        return [_shifted(text, shift, whole=True)] if text.strip() else []

    def _changed(self, span: Span, edits: list[tuple[Span, str]]) -> str:
        start, end = span
        inside = {(a - start, b - start): new for (a, b), new in edits if start <= a and b <= end}
        return replaced(self._text[start:end], inside)[0]

    def _bound(
        self, call: ast.Call, targets: list[str]
    ) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """What stands for each parameter, and the variables that some get before."""
        arguments = self._node.args
        order = [a.arg for a in arguments.args]
        defaults = dict(zip(reversed(order), reversed(arguments.defaults), strict=False))
        keyed = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        defaults |= {a.arg: d for a, d in keyed if d is not None}
        if any(isinstance(a, ast.Starred) for a in call.args) or len(call.args) > len(order):
            raise _Unclear
        given: dict[str | None, ast.expr] = dict(zip(order, call.args, strict=False))
        given |= {k.arg: k.value for k in call.keywords}
        named: dict[str, str] = {}
        before: list[tuple[str, str]] = []
        for name in (*order, *(a.arg for a in arguments.kwonlyargs)):
            value = given.pop(name, None)
            if value is None:
                value = defaults.get(name)
                if not isinstance(value, (ast.Constant, ast.UnaryOp)):
                    raise _Unclear
            text = ast.get_source_segment(self._text, value) or ""
            read = {n.id for n in all_in(value) if isinstance(n, ast.Name)}
            if read & {*targets} or "\n" in text:
                raise _Unclear
            steady = isinstance(value, ast.Constant)
            if (steady or _is_plain(value)) and self._may_be_written(name, text, steady):
                named[name] = text
            elif name in {n.id for n in self._names}:
                named[name] = self._free(name, targets)
                before.append((named[name], text))
            elif not _is_plain(value):
                raise _Unclear
        if given:
            raise _Unclear
        return named, before

    def _may_be_written(self, name: str, text: str, steady: bool = True) -> bool:
        """Whether an argument may stand wherever the function reads its parameter."""
        if name in self._stored:
            return False
        later = [n for n in self._inside if isinstance(n, ast.Lambda)] if not steady else []
        inside = [n for one in later for n in all_in(one)]
        if any(isinstance(n, ast.Name) and n.id == name for n in inside):
            return False
        quotes = [q for n, q in self._in_strings().items() if n.id == name]
        simple = re.search(r"[\\'\"].*[\\'\"].*[\\'\"]", text) is None and "?" not in quotes
        return simple or not quotes

    def _words(
        self, named: dict[str, str], quoted: dict[ast.Name, str]
    ) -> Iterator[tuple[Span, str]]:
        """What f-strings have in the place of names that are words now."""
        for string in (n for n in self._inside if isinstance(n, ast.JoinedStr)):
            parts = [n for n in string.values if isinstance(n, ast.FormattedValue)]
            names = [n for n in all_in(string) if isinstance(n, ast.Name)]
            words = [n for n in names if _is_word(named.get(n.id, ""), quoted.get(n))]
            for name in words:
                start, end = self._positions.span(name)
                bare = self._text[start - 1] == "{" and self._text[end] == "}"
                text = named[name.id]
                alone = (start - 1, end + 1), text[1:-1]
                yield alone if bare else ((start, end), _quoted(text, quoted[name]))
            start, end = self._positions.span(string)
            bare = all(
                self._text[a - 1] == "{" and self._text[b] == "}"
                for a, b in map(self._positions.span, words)
            )
            if len(words) == len(parts) == len(names) and bare and self._text[start] == "f":
                yield (start, start + 1), ""

    def _in_strings(self) -> dict[ast.Name, str]:
        """The names in f-strings, with the quotes around them; "?" where there are both."""
        found: dict[ast.Name, str] = {}
        for string in (n for n in self._inside if isinstance(n, ast.JoinedStr)):
            start, end = self._positions.span(string)
            quotes = {one for one in self._text[start:end] if one in "\"'"}
            inside = (n for n in all_in(string) if isinstance(n, ast.Name))
            found |= dict.fromkeys(inside, "?" if len(quotes) > 1 else "".join(quotes))
        return found

    def _free(self, name: str, targets: list[str]) -> str:
        """A name for a variable of the function that nothing else has."""
        start, end = self._positions.span(self._node)
        places = sorted([(start, end), self._call])
        (a, b), (c, d) = places
        taken = words_in(self._text[:a] + self._text[b:c] + self._text[d:]) | {*targets}
        if name not in taken:
            return name
        taken |= words_in(self._text[start:end])
        return next(one for n in range(1, 99) if (one := f"{name}_{n}") not in taken)

    def _made(self) -> list[ast.Call]:
        """The calls of the framework: callbacks, and nothing else."""
        imports = [s for s in self._module.body if isinstance(s, (ast.Import, ast.ImportFrom))]
        known = {
            (a.asname or a.name).partition(".")[0]
            for s in imports
            for a in s.names
            if _FRAMEWORK.search(ast.unparse(s))
        }
        found = []
        for node in self._inside:
            if isinstance(node, ast.Call):
                root: ast.expr = node.func
                while isinstance(root, ast.Attribute):
                    root = root.value
                if isinstance(root, ast.Name) and (root.id in known or _FRAMEWORK.search(root.id)):
                    found.append(node)
        if not found or not all(_MADE.search(ast.unparse(one.func)) for one in found):
            raise _Unclear
        return found


def _around(above: dict[ast.AST, ast.AST], node: ast.AST) -> Iterator[ast.AST]:
    while node in above:
        node = above[node]
        yield node


def _own_names(node: ast.AST) -> Iterator[str]:
    """The names that a function binds."""
    for inside in all_in(node) if isinstance(node, ast.FunctionDef) else ():
        if isinstance(inside, ast.arg):
            yield inside.arg
        elif isinstance(inside, ast.Name) and not isinstance(inside.ctx, ast.Load):
            yield inside.id


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a name, or an attribute of one, or a number."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def _is_word(text: str, quotes: str | None) -> bool:
    """Whether a literal may stand in an f-string as it is."""
    return quotes is not None and re.fullmatch(r"([\"'])[\w.-]+\1", text) is not None


def _quoted(text: str, around: str) -> str:
    """A literal as it stands between quotes."""
    return (
        text.replace(around, "'" if around == '"' else '"') if around in "\"'" and around else text
    )


def _shifted(text: str, by: int, whole: bool = False) -> str:
    """Lines at another indentation; the first one stays, unless it is `whole`."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if (number or whole) and line.strip():
            lines[number] = " " * by + line if by >= 0 else line[-by:]
    return "\n".join(lines)
