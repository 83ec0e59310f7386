"""Functions of other files that a file gives models: what becomes of them goes to these files.

Both sides ask here: the file that has given them models, whether they are taken in, and theirs,
what it gets.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TypeAlias

from transpiler.conversion import Conversion, Homecoming
from transpiler.diagnostics import Diagnostic, Severity
from transpiler.emit.clashes import INIT
from transpiler.emit.edits import Edit, apply, tidied
from transpiler.emit.text import global_reads
from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.guests import ASIDE, AWAY, USED_ELSEWHERE, Guest
from transpiler.interpret.statements.imports_elsewhere import (
    NotImportable,
    constant_of,
    import_elsewhere,
)
from transpiler.options import Options
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.files import Undecodable, program_at
from transpiler.source.importers import importing_files, is_imported
from transpiler.source.lexical import blanked, skips
from transpiler.source.modules import only_compiles
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.replaced import replaced
from transpiler.source.syntax import program_tree

#: What converts the text of a file, without asking others whether they agree.
Convert: TypeAlias = Callable[[str, Options, str], Conversion]
#: The paths of the files that have definitions of one as guests.
Hosts: TypeAlias = Callable[[str, str], list[str]]

_known: dict[tuple[str, int, Options], Conversion] = {}


@record(frozen=True, slots=True)
class Home:
    """A file with what has become of its definitions elsewhere."""

    before: str
    text: str
    lines: tuple[int, ...]  #: the line of the file that each line of the text stands for
    imports: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    arrived: frozenset[str]  #: the definitions in question, and what they need

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]


def parted(
    made: Conversion, file: FileContext
) -> tuple[Conversion | None, dict[tuple[str, str], str]]:
    """What a file is without its guests; None where some have to stay at home, and why."""
    hosting = file.hosting
    places = _definitions(file.tree.text)
    left: dict[tuple[str, str], str] = {}
    for guest in hosting.guests:
        lines = places[guest.here]
        for said in made.diagnostics:
            if said.severity is Severity.ERROR:
                mentions = re.search(rf"(?<![\w.]){guest.here}\b", _line(file, said.line))
                if said.line in lines or mentions:
                    why = re.sub(r" in line \d+", "", _cause(said, made))  # of no file there is
                    left.setdefault((guest.path, guest.name), why)
    if left:
        return None, left
    parting = _Parting(made.text, file)
    coming = []
    for guest in hosting.guests:
        lines = places[guest.here]
        about = tuple(
            replace(d, line=d.line - lines.start + 1) for d in made.diagnostics if d.line in lines
        )
        one = parting.homecoming(guest, about)
        if isinstance(one, str):
            return None, {(guest.path, guest.name): one}
        coming.append(one)
    inside = {n for guest in hosting.guests for n in places[guest.here]}
    return (
        replace(
            made,
            text=tidied(hosting.own, parting.rest()),
            models=tuple(m for m in made.models if m.line not in inside),
            diagnostics=tuple(d for d in made.diagnostics if d.line not in inside),
            homecoming=tuple(coming),
        ),
        {},
    )


_SO_IS = regex(r"so is `\w+` in line (\d+), of the same model$")


def _cause(said: Diagnostic, made: Conversion) -> str:
    """What is said of a place, or of the one that is the reason."""
    if found := _SO_IS.search(said.message):
        there = (d.message for d in made.diagnostics if d.line == int(found.group(1)))
        return next((one for one in there if not _SO_IS.search(one)), said.message)
    return said.message


def _line(file: FileContext, number: int) -> str:
    """The code of a line; strings are blank, with the ends of the lines inside of them."""
    start, text = 0, file.tree.text
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    return file.tree.blanked[start : end if end >= 0 else len(text)]


def _definitions(text: str) -> dict[str, range]:
    """The lines of the functions and classes of a module."""
    module = program_tree(text)
    return {
        s.name: range(s.lineno, (s.end_lineno or s.lineno) + 1)
        for s in (module.body if module is not None else ())
        if isinstance(s, (ast.FunctionDef, ast.ClassDef))
    }


class _Parting:
    """A converted file, from which its guests leave."""

    def __init__(self, text: str, file: FileContext) -> None:
        self.text = text
        self.file = file
        self.hosting = file.hosting
        self.positions = Positions(text)
        module = program_tree(text)
        assert module is not None
        self.body = module.body
        self.before = _bound(file.tree.text)
        self.own = _bound(self.hosting.own)
        self.guests = {guest.here for guest in self.hosting.guests}
        self.new: dict[str, ast.stmt] = {}  #: what the conversion has defined, by name
        self.defined: dict[str, ast.stmt] = {}
        self.imports: dict[str, str] = {}  #: those that it has brought
        for statement in self.body:
            for name in _names(statement):
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    if name not in self.before:
                        self.imports[name] = _single(statement, name)
                    continue
                self.defined[name] = statement
                if name not in self.before:
                    self.new[name] = statement

    def source(self, statement: ast.stmt) -> str:
        """A statement as text, with its decorators."""
        start, end = self._span(statement)
        return self.text[start:end]

    def _span(self, statement: ast.stmt) -> tuple[int, int]:
        start, end = self.positions.span(statement)
        decorators = getattr(statement, "decorator_list", [])
        starts = [self.positions.span(one)[0] - 1 for one in decorators]
        return min([start, *starts]), end

    def homecoming(self, guest: Guest, said: tuple[Diagnostic, ...]) -> Homecoming | str:
        """What goes to the file of a guest; why not, where it would read something else there."""
        statement = self.defined.get(guest.here)
        if statement is None:  # it has done what stands at its calls now
            return Homecoming(guest.path, guest.name, guest.span, "", (), (), said)
        text = self.source(statement)
        needed = self._needed(text)
        helpers = [self.source(s) for n, s in self.new.items() if n in needed]
        read = global_reads("\n\n".join([text, *helpers]))
        imports = {line: None for name, line in self.imports.items() if name in read}
        own = {**dict(guest.renamed), guest.here: guest.name}
        for other in self.hosting.guests:
            root, dot, name = other.written.partition(".")
            if dot:
                own.setdefault(other.here, f"{own.get(root, root)}.{name}")
        carried = {*own, *self.imports, *self.new}
        for name in sorted(n for n in read - carried if not hasattr(builtins, n)):
            try:
                line, called = import_elsewhere(self.file, name, guest.path)
            except NotImportable as why:
                called, line = constant_of(self.file, name), ""
                if not called:
                    return str(why)
            own |= {name: called} if called != name else {}
            imports |= {line: None} if line else {}
        text, *helpers = (_renamed(one, own) for one in (text, *helpers))
        if any(ASIDE in one for one in (text, *helpers)):
            return "its names mean something else there"
        text = text if guest.shared is None else guest.shared.together(text)
        spot = guest.path, guest.name, guest.span
        return Homecoming(*spot, text, tuple(helpers), tuple(imports), said)

    def _needed(self, text: str) -> set[str]:
        """The new definitions that some code reads, and those that these read in turn."""
        found: set[str] = set()
        pending = [text]
        while pending:
            fresh = (global_reads(pending.pop()) & self.new.keys()) - found
            found |= fresh
            pending += [self.source(self.new[name]) for name in fresh]
        return found

    def rest(self) -> str:
        """The file without them, and without what only they need."""
        kept = [s for s in self.body if not self._leaves(s)]
        code = "\n".join(self.source(s) for s in kept if not self._is_new(s))
        needed = self._needed(code)
        kept = [s for s in kept if not self._is_new(s) or any(n in needed for n in _names(s))]
        plain = [s for s in kept if not isinstance(s, (ast.Import, ast.ImportFrom))]
        used = global_reads("\n".join(self.source(s) for s in plain))
        used |= self.own
        edits = list(self._gone({id(s) for s in kept}))
        for statement in kept:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                edits += self._import(statement, used)
        text = apply(self.text, edits)
        written = {g.here: g.written for g in self.hosting.guests if g.written not in ("", g.here)}
        return _renamed(text, written).rstrip("\n") + "\n"

    def _gone(self, kept: set[int]) -> Iterator[Edit]:
        """The edits that take statements out, with the blank lines behind them."""
        last: ast.stmt | None = None
        for stays, run in groupby(self.body, key=lambda statement: id(statement) in kept):
            if stays:
                *_, last = run
                continue
            gone = list(run)
            start, end = self._span(gone[0])[0], self._span(gone[-1])[1]
            end += len(self.text[end:]) - len(self.text[end:].lstrip("\n"))
            apart = isinstance(last, (ast.FunctionDef, ast.ClassDef)) or self._opens(end)
            if self.text[:start].endswith("\n\n\n") and not apart:
                start -= 1  # no more than one blank line is left
            yield Edit(start, end, "")

    def _opens(self, start: int) -> bool:
        """Whether two blank lines belong above what stands at an offset, or stood there."""
        code = self.text[start:]
        line = code.partition("\n")[0]
        return re.match(r"@|def |class |if __name__", code) is not None or (
            bool(line) and f"\n\n\n{line}\n" in self.hosting.own
        )

    def _leaves(self, statement: ast.stmt) -> bool:
        return any(self.defined.get(name) is statement for name in self.guests)

    def _is_new(self, statement: ast.stmt) -> bool:
        return any(self.new.get(name) is statement for name in _names(statement))

    def _import(self, statement: ast.Import | ast.ImportFrom, used: set[str]) -> Iterator[Edit]:
        """An import without what only guests need, and with these under their own names."""
        kept: list[ast.alias] = []
        for alias in statement.names:
            bound = (alias.asname or alias.name).partition(".")[0]
            guest = bound.removeprefix(AWAY)
            if guest == bound:
                gone = bound not in used and bound != "*"
            else:  # it has no use any more, or came with another guest
                gone = guest not in self.defined or guest not in self.own
            kept += [] if gone else [alias]
        start, end = self._span(statement)
        text = self.text[start:end]
        if not kept:
            yield Edit(start, end + 1, "")
            return
        if len(kept) < len(statement.names):
            text = _import_of(text, kept)
        text = re.sub(rf"\b{AWAY}\w+", lambda found: self.hosting.away[found.group()], text)
        if text != self.text[start:end]:
            yield Edit(start, end, text)


def _names(statement: ast.stmt) -> Iterator[str]:
    """What a statement of a module binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from ((a.asname or a.name).partition(".")[0] for a in statement.names)
    elif isinstance(statement, ast.Assign):
        yield from (t.id for t in statement.targets if isinstance(t, ast.Name))


def _bound(text: str) -> set[str]:
    """What a module binds at its top level."""
    module = program_tree(text)
    return {name for s in (module.body if module is not None else ()) for name in _names(s)}


def _single(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    """The import of one name alone."""
    alias = next(a for a in statement.names if (a.asname or a.name).partition(".")[0] == name)
    one: ast.Import | ast.ImportFrom = ast.Import([alias])
    if isinstance(statement, ast.ImportFrom):
        one = ast.ImportFrom(statement.module, [alias], statement.level)
    return ast.unparse(one)


def _single_imports(text: str) -> set[str]:
    """The imports of a module, each name alone."""
    module = program_tree(text)
    imports = [s for s in module.body if isinstance(s, _IMPORTING)] if module is not None else []
    return {_single(s, name) for s in imports for name in _names(s) if name != "*"}


_IMPORTING = (ast.Import, ast.ImportFrom)


def _renamed(text: str, names: dict[str, str]) -> str:
    """Code in which what is read of the module, or defined first of all, has other names."""
    found = Occurrences(text)
    edits: list[Edit] = []
    for name, other in names.items():
        edits += [
            Edit(p.start, p.start + len(name), other)
            for p in found.of(name)
            if not p.local and text.startswith(name, p.start) and name != other
        ]
        head = re.match(rf"(?:def|class) {name}\b", text)
        edits += [Edit(head.end() - len(name), head.end(), other)] if head and name != other else []
    return apply(text, edits)


def arrivals(
    convert: Convert,
    options: Options,
    path: str,
    hosts: Hosts,
    known: dict[str, Conversion] | None = None,
) -> Home | None:
    """A file with what has become of those of its definitions that others give models.

    None where there are none, or where these do not agree.
    """
    try:
        text = program_at(path)
        hosting = hosts(text, path)
        made = {other: _converted(convert, options, other, known or {}) for other in hosting}
        agreed = _agreed(text, path, made)
    except (OSError, SyntaxError, Undecodable):
        return None
    return None if agreed is None else _at_home(text, path, agreed)


def are_taken_in(
    convert: Convert, options: Options, path: str, hosts: Hosts, made: Conversion
) -> dict[tuple[str, str], str]:
    """What of a conversion the files of its guests do not agree with, and why."""
    known = {os.path.realpath(path): made}
    return {
        (one.path, one.name): USED_ELSEWHERE
        for one in made.homecoming
        if arrivals(convert, options, one.path, hosts, known) is None
    }


def _converted(
    convert: Convert, options: Options, path: str, known: dict[str, Conversion]
) -> Conversion:
    if path in known:
        return known[path]
    text = program_at(path)
    key = path, os.stat(path).st_mtime_ns, options
    if key not in _known:
        _known[key] = Conversion(text) if skips(text) else convert(text, options, path)
    return _known[key]


def _agreed(text: str, path: str, made: dict[str, Conversion]) -> list[Homecoming] | None:
    """What has become of the definitions of a file, if all others that use them say the same."""
    found: dict[str, Homecoming] = {}
    made = _without_untouched(text, path, made)
    for conversion in made.values():
        for one in conversion.homecoming:
            if os.path.realpath(one.path) == os.path.realpath(path):
                same = found.setdefault(one.name, one)
                if (same.text, same.helpers) != (one.text, one.helpers):
                    return None
    if not found:
        return None
    inside = [*(one.span for one in found.values()), *_compiled_with(text)]
    places = Occurrences(text)
    stem = os.path.splitext(os.path.basename(path))[0]
    for name, one in found.items():
        own = (p.start for p in places.of(name) if not p.binds)
        if any(not any(start <= place < end for start, end in inside) for place in own):
            return None
        mention = re.compile(rf"(?<![\w.]){name}\b|\b{stem}\.{name}\b")
        for other in importing_files(path, rf"\b{name}\b"):
            sent = made[other].homecoming if other in made else ()
            sends = any(h.name == name and h.span == one.span for h in sent)
            if not sends and mention.search(_kept_code(other, made)):
                return None
    return list(found.values())


def _without_untouched(
    text: str, path: str, made: dict[str, Conversion]
) -> dict[str, Conversion]:
    """What files say without what those have left as it is which get definitions back themselves.

    What they had it for has gone to another file, with it.
    """
    home = os.path.realpath(path)
    receiving = {os.path.realpath(one.path) for c in made.values() for one in c.homecoming}

    def is_told(one: Homecoming) -> bool:
        itself = os.path.realpath(one.path) == home and one.text == text[slice(*one.span)]
        return not itself or bool(one.helpers)

    return {
        other: replace(c, homecoming=tuple(filter(is_told, c.homecoming)))
        if os.path.realpath(other) in receiving
        else c
        for other, c in made.items()
    }


def _kept_code(path: str, made: dict[str, Conversion]) -> str:
    """What is in a file besides imports and what others convert of it, without its strings."""
    text = program_at(path)
    code = blanked(text)
    sent = (one for conversion in made.values() for one in conversion.homecoming)
    spans = [one.span for one in sent if os.path.realpath(one.path) == path]
    for start, end in [*spans, *_compiled_with(text)]:
        code = f"{code[:start]}{' ' * (end - start)}{code[end:]}"
    return _IMPORT.sub("", code)


def _compiled_with(text: str) -> list[tuple[int, int]]:
    """What `compile` gets in a file that leaves it to others to train: it goes there.

    The calls, and the statements that name something for them alone.
    """
    if not only_compiles(blanked(text)):
        return []
    module, positions = program_tree(text), Positions(text)
    found: list[tuple[int, int]] = []
    for function in ast.walk(module) if module is not None else ():
        if not isinstance(function, ast.FunctionDef):
            continue
        inside = [*ast.walk(function)]
        calls = [n for n in inside if isinstance(n, ast.Call) and _is_compile(n)]
        given = {n for call in calls for n in ast.walk(call) if isinstance(n, ast.Name)}
        stored = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        alone = {n.id for n in given} & stored
        for node in inside:
            match node:
                case ast.Assign(targets=[ast.Name(id=name) as target]) if name in alone:
                    reads = [n for n in inside if isinstance(n, ast.Name) and n.id == name]
                    if all(n is target or n in given for n in reads):
                        found.append(positions.span(node))
        found += map(positions.span, calls)
    return found


def _is_compile(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "compile"


_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n]+)|import\b[^\n]*)", re.M
)


def _at_home(text: str, path: str, coming: list[Homecoming]) -> Home | None:
    """The text of a file with what has become of its definitions; None where names clash."""
    bound = _bound(text)
    present = _single_imports(text)
    helpers: dict[str, None] = {}
    edits: dict[tuple[int, int], str] = {}
    imports: dict[str, None] = {}
    needed = Counter(helper for one in coming for helper in one.helpers)
    own = [h for h in needed if h.startswith("class ") and needed[h] == 1]
    for one in coming:
        start, end = one.span
        if re.match(rf"(?:def|class) {one.name}\b", text[start:end]) is None:
            return None
        if not one.text:
            end += len(text[end:]) - len(text[end:].lstrip("\n"))
        edits[start, end] = one.text
        if mine := [h for h in one.helpers if h in own]:  # what it alone makes stands above it
            above = _with_comments(text, start)
            edits[above, above] = "".join(f"{h}\n\n\n" for h in mine)
        # what starts the weights of these classes does so for those of the file, too
        helpers |= dict.fromkeys(h for h in one.helpers if not h.startswith(f"def {INIT}("))
        imports |= {line: None for line in one.imports if line not in present}
    defined = [name for helper in helpers for name in _bound(helper)]
    brought = {name for line in imports for name in _bound(line)}
    if len(defined) != len(set(defined)) or bound & {*defined, *brought}:
        return None
    if helpers:
        values = [h for h in helpers if not re.match(r"[@]|def |class ", h)]
        spot = _first_definition(text)
        top = _after_imports(text) if values else spot
        first = "".join(f"\n{h}\n" for h in values) + "\n\n" * (top == spot)
        edits[top, top] = first + edits.get((top, top), "")
        rest = "".join(f"{h}\n\n\n" for h in helpers if h not in (*values, *own))
        edits[spot, spot] = edits.get((spot, spot), "") + rest
    sources = [text[first:last] for first, last in (one.span for one in coming)]
    read = global_reads("\n".join(sources))
    after, _ = replaced(text, edits)
    unread = {n for n in read - global_reads(after) if not is_imported(path, rf"\b{n}\b")}
    for start, end, new in _imports_without(text, unread):
        edits[start, end] = new
    changed, lines = replaced(text, edits)
    if not text.endswith("\n\n"):  # what is gone may have been the last
        changed = changed.rstrip("\n") + "\n" * text.endswith("\n")
    said = [
        replace(d, line=d.line + text.count("\n", 0, one.span[0]))
        for one in coming
        for d in one.diagnostics
    ]
    arrived = frozenset({one.name for one in coming} | set(defined))
    return Home(text, changed, tuple(lines), tuple(imports), tuple(said), arrived)


def _first_definition(text: str) -> int:
    """Where the first function or class of a module begins, with the comments above it."""
    starts = (r.start for r in _definitions(text).values())
    return _with_comments(text, sum(len(li) + 1 for li in text.split("\n")[: min(starts) - 1]))


def _with_comments(text: str, start: int) -> int:
    """Where the comments and decorators above a definition begin, or it does."""
    above = text[:start].split("\n")[:-1]
    while above and above[-1].startswith(("#", "@")):
        above.pop()
    return sum(len(line) + 1 for line in above)


def _imports_without(text: str, names: set[str]) -> Iterator[tuple[int, int, str]]:
    """What becomes of the imports of a module without some of the names that they bind."""
    module, positions = program_tree(text), Positions(text)
    for statement in module.body if module is not None else ():
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            kept = [a for a in statement.names if (a.asname or a.name) not in names]
            start, end = positions.span(statement)
            if kept and len(kept) < len(statement.names):
                yield start, end, _import_of(text[start:end], kept)
            elif not kept:
                yield start, end + 1, ""


def _import_of(text: str, names: list[ast.alias]) -> str:
    """An import of some of its names."""
    head = re.match(r"(?:from\s+\S+\s+)?import\s+", text)
    assert head is not None
    return f"{head.group()}{', '.join(map(ast.unparse, names))}"


def _after_imports(text: str) -> int:
    """Where the first line behind the imports of a module begins, or behind its docstring."""
    last = 0
    module = program_tree(text)
    for statement in module.body if module is not None else ():
        if not isinstance(statement, (ast.Import, ast.ImportFrom, ast.Expr)):
            break
        last = statement.end_lineno or last
    return sum(len(line) + 1 for line in text.split("\n")[:last])
