"""What becomes of definitions of a file that other ones have as guests, and give models.

Both sides ask here: the file that has given them models, whether they are taken in, and theirs,
what it gets.
"""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

from transpiler.conversion import Conversion, Homecoming
from transpiler.diagnostics import Diagnostic
from transpiler.emit.clashes import INIT
from transpiler.emit.text import global_reads
from transpiler.interpret.statements.guests import USED_ELSEWHERE
from transpiler.options import Options
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.bound_names import (
    bound_in,
    definition_lines,
    import_of,
    only_imported,
    single_imports,
)
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import real_path
from transpiler.source.importers import importing_files, is_imported
from transpiler.source.lexical import blanked, skips
from transpiler.source.modules import only_compiles
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.replaced import replaced
from transpiler.source.syntax import all_in, program_tree

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


def arrivals(
    convert: Convert,
    options: Options,
    path: str,
    hosts: Hosts,
    known: dict[str, Conversion] | None = None,
    refuse: Callable[[str, list[tuple[str, str]]], None] | None = None,
) -> Home | None:
    """A file with what has become of those of its definitions that others give models.

    None where there are none, or where these do not agree: `refuse` is told so, for each of them.
    """
    try:
        text = program_at(path)
        hosting = hosts(text, path)
        made = {other: _converted(convert, options, other, known or {}) for other in hosting}
        agreed = _agreed(text, path, made)
    except (OSError, SyntaxError, Undecodable):
        return None
    home = None if agreed is None else _at_home(text, path, agreed)
    if home is None and refuse is not None:
        for other, conversion in made.items():
            mine = [h for h in conversion.homecoming if real_path(h.path) == real_path(path)]
            refuse(other, [(h.path, h.name) for h in mine])
    return home


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


def _without_untouched(text: str, path: str, made: dict[str, Conversion]) -> dict[str, Conversion]:
    """What files say without what those have left as it is which get definitions back themselves.

    What they had it for has gone to another file, with it.
    """
    home = os.path.realpath(path)
    receiving = {os.path.realpath(one.path) for c in made.values() for one in c.homecoming}

    def is_told(one: Homecoming) -> bool:
        itself = os.path.realpath(one.path) == home and one.text == text[slice(*one.span)]
        return not itself or bool(one.helpers)

    return {
        other: (
            replace(c, homecoming=tuple(filter(is_told, c.homecoming)))
            if os.path.realpath(other) in receiving
            else c
        )
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
    for function in all_in(module) if module is not None else ():
        if not isinstance(function, ast.FunctionDef):
            continue
        inside = [*all_in(function)]
        calls = [n for n in inside if isinstance(n, ast.Call) and _is_compile(n)]
        given = {n for call in calls for n in all_in(call) if isinstance(n, ast.Name)}
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
    bound = bound_in(text)
    present = single_imports(text)
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
    defined = [name for helper in helpers for name in bound_in(helper)]
    brought = {name for line in imports for name in bound_in(line)}
    freed = _freed(defined, text, path, [one.span for one in coming])
    if len(defined) != len(set(defined)) or (bound - freed) & {*defined, *brought}:
        return None
    if helpers:
        values = [h for h in helpers if not re.match(r"[@]|def |class ", h)]
        spot = _first_definition(text)
        top = _after_imports(text) if values else spot
        first = "".join(f"\n{h}\n" for h in values) + "\n\n" * (top == spot and bool(values))
        edits[top, top] = first + edits.get((top, top), "")
        rest = "".join(f"{h}\n\n\n" for h in helpers if h not in (*values, *own))
        edits[spot, spot] = edits.get((spot, spot), "") + rest
    sources = [text[first:last] for first, last in (one.span for one in coming)]
    read = global_reads("\n".join(sources))
    after, _ = replaced(text, edits)
    unread = {n for n in read - global_reads(after) if not is_imported(path, rf"\b{n}\b")}
    unread |= freed
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


def _freed(names: list[str], text: str, path: str, spans: list[tuple[int, int]]) -> set[str]:
    """Which names only imports bind, and nothing reads but what goes: free for other things."""
    places = Occurrences(text)
    return {
        name
        for name in only_imported(text).intersection(names)
        if all(
            place.binds or any(start <= place.start < end for start, end in spans)
            for place in places.of(name)
        )
        and not is_imported(path, rf"\b{name}\b")
    }


def _first_definition(text: str) -> int:
    """Where the first function or class of a module begins, with the comments above it."""
    starts = (r.start for r in definition_lines(text).values())
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
                yield start, end, import_of(text[start:end], kept)
            elif not kept:
                yield start, end + 1, ""


def _after_imports(text: str) -> int:
    """Where the first line behind the imports of a module begins, or behind its docstring."""
    last = 0
    module = program_tree(text)
    for statement in module.body if module is not None else ():
        if not isinstance(statement, (ast.Import, ast.ImportFrom, ast.Expr)):
            break
        last = statement.end_lineno or last
    return sum(len(line) + 1 for line in text.split("\n")[:last])
