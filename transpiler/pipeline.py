"""The order of the stages, on one screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from transpiler.conversion import Conversion
from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM, LEFT_TRAINING, Diagnostic, Severity
from transpiler.options import Options
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.far_frames import reaches_framework
from transpiler.source.lexical import imports_framework
from transpiler.source.modules import (
    asks_models,
    computes_losses,
    gives_to_plain,
    is_of_interest,
    may_go,
)
from transpiler.source.remembered import remembering
from transpiler.source.shared_lines import apart
from transpiler.source.tabs import WIDTH, tabs_before, with_blanks, with_tabs
from transpiler.source.unfollowed import asks_unfollowed

if TYPE_CHECKING:
    from transpiler.guests import Home
    from transpiler.interpret.context import FileContext
    from transpiler.project import LineOf, Project
    from transpiler.source.passed_options import SpelledCall


def convert(
    text: str, options: Options | None = None, path: str = "", alone: bool = False
) -> Conversion:
    """Convert the text of one Python file. Raises SyntaxError where it is not valid Python 3.

    Alone, it takes for granted that other files become what it needs of them.
    """
    options = options or Options()
    made = Conversion(text)
    if "keras" in text or "tensorflow" in text or is_of_interest(text, path):
        with _collecting_later(), remembering():  # imports make many objects too
            made = _convert(text, options, path, alone)
    if not alone and _may_ask_afar(text, path, made.text):
        made = _with_far_uses(made, text, options, path)
    if not alone and made.text == text and asks_unfollowed(text, path):
        from transpiler.far import with_unfollowed  # few files ask so

        made = with_unfollowed(made, text, path)
    if "TODO(tf2torch)" not in text:
        return made
    from transpiler.emit.said_before import said_again  # most files are converted once

    return said_again(made, text)


_LEFT = " is left as it is: "  #: what stands before the reason
_SO_IS_COMPILE = regex(r"so is `compile` in line (\d+), of the same model$")


def _may_ask_afar(text: str, path: str, converted: str) -> bool:
    """Whether a file, or one that it gives something, may ask what nothing else tells."""
    if "import *" in text and converted != text:
        return bool(path)
    if imports_framework(text) and ".numpy()" not in converted:
        return bool(path) and (gives_to_plain(text, path) or reaches_framework(text, path))
    return reaches_framework(text, path)


def _with_far_uses(made: Conversion, text: str, options: Options, path: str) -> Conversion:
    """What else a file asks of others: not while it is converted for the sake of such a file."""
    global _far
    if _far:
        return made
    from transpiler.far import with_far_uses  # most files reach no model

    _far = True
    try:
        with _collecting_later(), remembering():
            return with_far_uses(convert, made, text, options, path)
    finally:
        _far = False


_far = False


def _convert(text: str, options: Options, path: str, alone: bool) -> Conversion:
    """What `convert` does for a file of interest: when it ends, the tree is gone."""
    import libcst as cst

    from transpiler.baseless import with_baseless
    from transpiler.lost_draws import with_lost
    from transpiler.project import Project
    from transpiler.unbound import with_unbound

    home = _at_home(text, options, path)
    named = "keras" in text or "tensorflow" in text
    if home is None and not (named or asks_models(text, path) or computes_losses(text, path)):
        return Conversion(text)
    spaced = with_blanks(text) if home is None else home.text
    shared = apart(spaced)
    read = spaced if shared is None else shared.text
    try:
        made, file = _first_attempt(read, options, path, alone, home)
    except cst.ParserSyntaxError as why:
        raise SyntaxError(why.message) from why
    wants_marks, marks_elsewhere = file.wants_marks, file.marks_elsewhere
    file.release()
    if wants_marks or marks_elsewhere:
        again, file = _attempt(read, Project(options, marked=True), path, alone, home)
        # where regularizers are not the reason any more, what is left tells the other one
        more = _errors(again) - _errors(made)
        if marks_elsewhere or more < 0 or (more == 0 and not file.mark.refused):
            made = again
        file.release()
    if not alone:
        made = with_unbound(partial(convert, alone=True), made, read, options, path, text)
    made = with_baseless(with_lost(made, read, path), read)
    if shared is not None:
        made = made.on_lines(shared.line, read, shared.place)
        whole = shared.together(made.text) if made.changed else spaced
        made = replace(made, text=whole, changed=whole != spaced)
    new_text, diagnostics = made.text, list(made.diagnostics)
    if home is not None:
        made = replace(made.on_lines(home.line, home.text), changed=made.text != text)
        diagnostics = [*home.diagnostics, *made.diagnostics]
    elif spaced is not text:
        new_text = with_tabs(new_text) if made.changed else text
        diagnostics = [_where_tabs_were(d, text) for d in diagnostics]
    if options.exact:
        diagnostics = [_insisted(d) for d in diagnostics]
    return replace(made, text=new_text, diagnostics=tuple(diagnostics))


def _at_home(text: str, options: Options, path: str) -> Home | None:
    """A file in which those of its functions are converted that others give models."""
    if not path or "\t" in text or not may_go(text, path):
        return None
    from transpiler.guests import arrivals  # most files need none of these
    from transpiler.project import Project
    from transpiler.refusals import is_refused

    projects = [Project(options, marked=marked) for marked in (False, True)]

    def refuse(other: str, unwelcome: list[tuple[str, str]]) -> None:
        for project in projects:
            project.refuse(other, unwelcome)

    single = partial(convert, alone=True)
    plain, marked = projects
    hosts = (marked if is_refused(path, marked=False) else plain).hosts
    home = arrivals(single, options, path, hosts, refuse=refuse)
    return None if home is None or home.before != text else home


def _first_attempt(
    text: str, options: Options, path: str, alone: bool, home: Home | None
) -> tuple[Conversion, FileContext]:
    """The conversion of a file in which one object of a class may stand for several of them.

    It may where each of them does as well.
    """
    from transpiler.project import Project

    made, file = _attempt(text, Project(options), path, alone, home)
    sites = max(file.sites.values(), default=0)
    alike = file.told_apart and sites <= _MOST_SITES
    for site in range(1, sites if alike else 0):
        other, again = _attempt(text, Project(options, site=site), path, alone, home)
        again.release()
        alike = alike and other == made
    if alike:
        return made, file
    file.release()
    return _attempt(text, Project(options, site=None), path, alone, home)


_MOST_SITES = 6  #: so many calls of a class are tried as the one that stands for all


def _attempt(
    text: str, project: Project, path: str, alone: bool, home: Home | None
) -> tuple[Conversion, FileContext]:
    """The conversion of a file, with what is known of it.

    What functions of other files do for it is written down where they are called, at first.
    """
    from transpiler.emit.file import convert_file
    from transpiler.interpret.statements.brought import COPIED
    from transpiler.neighbours import agrees, is_brought, readers_of
    from transpiler.project import Project

    why_left: dict[int, str] = {}
    wants_marks = False  #: whether any version does: the last one may leave what needs them
    for file, line_of in project.versions(text, path, asked=bool(path)):
        file.importers = project.importers
        file.why_left, file.line_of = why_left, line_of
        if path and not alone:
            single = partial(convert, alone=True)
            file.is_brought = partial(is_brought, convert, project.options, path)
            file.agrees = partial(agrees, single, project.options)
            file.readers_of = partial(readers_of, single, project.options, path)
        if home is not None:
            file.arrived, file.brought_imports = home.arrived, home.imports
        made = convert_file(file)
        file.wants_marks = wants_marks = wants_marks or file.wants_marks
        if file.hosting is not None:
            from transpiler.guests import are_taken_in  # most files have none
            from transpiler.parting import parted

            rest, unwelcome = parted(made, file)
            if rest is not None and not alone:
                hosts = Project(project.options, marked=project.marked).hosts
                single = partial(convert, alone=True)
                unwelcome = are_taken_in(single, project.options, path, hosts, rest)
            if rest is None or unwelcome:
                for home_of_guest, name in unwelcome:  # whoever asks, where others don't agree
                    whose = path if rest is None else home_of_guest
                    project.refuse(whose, [(home_of_guest, name)], wants_marks)
                for guest, why in unwelcome.items():
                    file.unwelcome.setdefault(guest, why)
                file.release()
                continue
            made = rest
        if file.named and not made.changed:  # nothing has parameters for its own sake
            file.release()
            continue
        written = f"{made.text}{made.diagnostics}"
        told = any(one in written for one in (COPIED, *file.added))
        if line_of is None or not (told or _fails(made, line_of, file.touched)):
            assumed = (ASSUMED.at(c.line, 1, c.assumed) for c in file.spelled if c.assumed)
            made = _saying(made, assumed)
            break
        file.left |= _reasons(made, file.spelled)
        if file.added and not file.spelled:
            why_left = _whys(made.on_lines(line_of, file.tree.text)) | why_left
        file.release()
    made = made if line_of is None else made.on_lines(line_of, file.tree.text)
    return _saying(made, (ASSUMED.at(line, 1, said) for line, said in file.assumed)), file


def _fails(made: Conversion, line_of: LineOf, touched: list[tuple[int, int]]) -> bool:
    """Whether something is left in those lines of a file of which the text has others."""
    left = [line_of(d.line) for d in made.diagnostics if d.severity is Severity.ERROR]
    return any(first <= line <= last for line in left for first, last in touched)


def _saying(made: Conversion, more: Iterable[Diagnostic]) -> Conversion:
    """A conversion that says something more."""
    if not (added := [*more]):
        return made
    said = sorted((*made.diagnostics, *added), key=lambda d: (d.line, d.column))
    return replace(made, diagnostics=tuple(said))


def _reasons(made: Conversion, calls: list[SpelledCall]) -> dict[str, str]:
    """Why calls stay that get options of their function's callers, by the names of the functions.

    Nothing, where that is for the sake of another one.
    """
    said = {d.line: d.message.partition(_LEFT)[2] for d in made.diagnostics}
    left = [call for call in calls if call.text in made.text]
    found = {call.function: said[call.line] for call in left if call.line in said}
    found = found or dict.fromkeys((call.function for call in left), "")
    return {name: "" if why.startswith("so is ") else why for name, why in found.items()}


def _whys(made: Conversion) -> dict[int, str]:
    """Why calls stay that train or ask models, by their lines.

    A `compile` that is written down behind the call of a builder is that of the builder.
    """
    said = {d.line: d.message for d in made.diagnostics if d.code == LEFT_TRAINING.code}
    whys = {line: why for line, one in said.items() if (why := one.partition(_LEFT)[2])}
    for line, why in whys.items():
        if (found := _SO_IS_COMPILE.match(why)) and (cause := whys.get(int(found.group(1)))):
            whys[line] = f"so is the `compile` of what builds the model: {cause}"
    return whys


def _errors(made: Conversion) -> int:
    """How much is left for a person."""
    return sum(d.severity is Severity.ERROR for d in made.diagnostics)


def _insisted(diagnostic: Diagnostic) -> Diagnostic:
    """A small difference is more than a note to those who want none."""
    if diagnostic.code != CLOSE_IDIOM.code:
        return diagnostic
    return replace(diagnostic, severity=Severity.WARNING)


def _where_tabs_were(diagnostic: Diagnostic, text: str) -> Diagnostic:
    """A diagnostic with the column that it has in a file which is indented by tabs."""
    tabs = tabs_before(text, diagnostic.line)
    return replace(diagnostic, column=max(1, diagnostic.column - (WIDTH - 1) * tabs))


@contextmanager
def _collecting_later() -> Iterator[None]:
    """No garbage collection while trees grow: it finds nothing, and costs a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
