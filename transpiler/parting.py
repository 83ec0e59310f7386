"""Functions and classes of other files that a file gives models leave it when it is written.

What has become of them goes home, with what only they need.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from itertools import groupby

from transpiler.conversion import Conversion, Homecoming
from transpiler.diagnostics import Diagnostic, Severity
from transpiler.emit.edits import Edit, apply, tidied
from transpiler.emit.text import global_reads
from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.guests import ASIDE, AWAY, Guest
from transpiler.interpret.statements.imports_elsewhere import (
    NotImportable,
    constant_of,
    import_elsewhere,
)
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.bound_names import (
    bound_in,
    definition_lines,
    import_of,
    names_of,
    only_imported,
    single_import,
)
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.syntax import program_tree


def parted(
    made: Conversion, file: FileContext
) -> tuple[Conversion | None, dict[tuple[str, str], str]]:
    """What a file is without its guests; None where some have to stay at home, and why."""
    hosting = file.hosting
    places = definition_lines(file.tree.text)
    gone = [guest for guest in hosting.guests if guest.here not in places]
    left = {(guest.path, guest.name): _WRITTEN for guest in gone}
    for guest in hosting.guests if not gone else ():
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


_WRITTEN = "what it does to the model is only known call by call: write it where it is called"
_SO_IS = regex(r"so is `\w+` in line (\d+), (?:of the same model|which it is for)$")


def _cause(said: Diagnostic, made: Conversion) -> str:
    """What is said of a place, or of the one that is the reason."""
    found, seen = _SO_IS.search(said.message), {said.line}
    while found and (line := int(found[1])) not in seen:
        seen.add(line)
        there = [d.message for d in made.diagnostics if d.line == line]
        if reason := next((one for one in there if not _SO_IS.search(one)), ""):
            return reason
        found = next(filter(None, map(_SO_IS.search, there)), None)
    return said.message


def _line(file: FileContext, number: int) -> str:
    """The code of a line; strings are blank, with the ends of the lines inside of them."""
    start, text = 0, file.tree.text
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    return file.tree.blanked[start : end if end >= 0 else len(text)]


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
        self.before = bound_in(file.tree.text)
        known = self.before - only_imported(file.tree.text)
        self.own = bound_in(self.hosting.own)
        self.guests = {guest.here for guest in self.hosting.guests}
        self.new: dict[str, ast.stmt] = {}  #: what the conversion has defined, by name
        self.defined: dict[str, ast.stmt] = {}
        self.imports: dict[str, str] = {}  #: those that it has brought
        for statement in self.body:
            for name in names_of(statement):
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    if name not in self.before:
                        self.imports[name] = single_import(statement, name)
                    continue
                self.defined[name] = statement
                if name not in known:
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
        kept = [s for s in kept if not self._is_new(s) or any(n in needed for n in names_of(s))]
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
            blanks = re.search(r"\n*$", self.text[:start])
            short = self._opens(end) and blanks is not None and len(blanks.group()) == 2
            yield Edit(start, end, "\n" if short else "")

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
        return any(self.new.get(name) is statement for name in names_of(statement))

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
            text = import_of(text, kept)
        text = re.sub(rf"\b{AWAY}\w+", lambda found: self.hosting.away[found.group()], text)
        if text != self.text[start:end]:
            yield Edit(start, end, text)


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
