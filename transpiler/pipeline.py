"""The order of the stages, on one screen."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from transpiler.conversion import Conversion
from transpiler.diagnostics import CLOSE_IDIOM, Diagnostic, Severity
from transpiler.options import Options
from transpiler.record import replace
from transpiler.source.modules import asks_models
from transpiler.source.tabs import WIDTH, tabs_before, with_blanks, with_tabs


def convert(text: str, options: Options | None = None, path: str = "") -> Conversion:
    """Convert the text of one Python file. Raises SyntaxError where it is not valid Python 3."""
    options = options or Options()
    if "keras" not in text and "tensorflow" not in text and not asks_models(text, path):
        return Conversion(text)
    with _collecting_later():  # imports make many objects too
        return _convert(text, options, path)


def _convert(text: str, options: Options, path: str) -> Conversion:
    """What `convert` does for a file of interest: when it ends, the tree is gone."""
    import libcst as cst

    from transpiler.emit.file import convert_file
    from transpiler.interpret.program import interpret, interpret_functions
    from transpiler.project import Project
    from transpiler.registry import load_rules
    from transpiler.source.tree import Tree

    spaced = with_blanks(text)
    try:
        tree = Tree(spaced)
    except cst.ParserSyntaxError as why:
        raise SyntaxError(why.message) from why
    project = Project(options)
    file = interpret(tree, options, load_rules(), project.load, path)
    file.importers = project.importers
    interpret_functions(file)
    new_text, models, diagnostics, changed = convert_file(file)
    wants_marks, marks_elsewhere = file.wants_marks, file.marks_elsewhere
    file.release()
    if wants_marks or marks_elsewhere:
        from transpiler.lower.marks import Marks

        marks, project = Marks(), Project(options, marked=True)
        file = interpret(Tree(spaced), options, load_rules(), project.load, path, marks)
        file.importers = project.importers
        interpret_functions(file)
        again = convert_file(file)
        file.release()
        # where regularizers are not the reason any more, what is left tells the other one
        if not marks.refused or marks_elsewhere or _errors(again[2]) < _errors(diagnostics):
            new_text, models, diagnostics, changed = again
    if spaced is not text:
        new_text = with_tabs(new_text) if changed else text
        diagnostics = [_where_tabs_were(d, text) for d in diagnostics]
    if options.exact:
        diagnostics = [_insisted(d) for d in diagnostics]
    return Conversion(new_text, tuple(models), tuple(diagnostics), changed)


def _errors(diagnostics: list[Diagnostic]) -> int:
    """How much is left for a person."""
    return sum(d.severity is Severity.ERROR for d in diagnostics)


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
