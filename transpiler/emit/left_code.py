"""Code besides models that still uses the framework when a file is converted."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator

import libcst as cst

from transpiler.diagnostics import LEFT_CODE, Severity
from transpiler.emit.causes import left_with, lines_said, names_of
from transpiler.emit.dead_imports import (
    bound_names,
    imports_inside,
    is_for_others,
    names_framework,
    read_elsewhere,
)
from transpiler.emit.draft import Draft, is_import
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.key_tables import as_list_of_keys, read_for_keys_elsewhere
from transpiler.emit.left import add_comment
from transpiler.emit.text import global_reads
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.statics import one_line
from transpiler.interpret.symbols import IMPORTED_INSIDE, canonical, is_framework
from transpiler.interpret.values import Framework, Function, Namespace
from transpiler.regex import regex
from transpiler.source.lexical import blanked, may_be_bound
from transpiler.source.occurrences import Occurrences


def write_new_axes(draft: Draft) -> None:
    """`tf.newaxis` is None, in statements that use nothing else of the framework."""
    if ".newaxis" not in draft.tree.blanked:
        return
    for _, left in list(framework_uses(draft)):
        names = {use: _dotted(draft, use) for use in left}
        if all(re.fullmatch(r"\w+\.newaxis", name) for name in names.values()):
            draft.edits += [Edit(use, use + len(name), "None") for use, name in names.items()]


_CHECKPOINT = (
    "save and load a dict of state_dicts, `torch.save({'model': model.state_dict(), 'optimizer': "
    "optimizer.state_dict()}, path)`"
)
#: What to do about code that has no counterpart.
_INSTEAD = {
    "tf.train.latest_checkpoint": "torch keeps no record of files that it has written: take the "
    "newest, `max(Path(folder).iterdir(), key=lambda path: path.stat().st_mtime, default=None)`",
    "tf.train.Checkpoint": _CHECKPOINT,
    "tf.train.CheckpointManager": _CHECKPOINT,
}


def _canonical(draft: Draft, offset: int) -> str:
    """What the name at a place is called in TensorFlow itself."""
    head, _, rest = _dotted(draft, offset).partition(".")
    value = draft.file.globals.get(head)
    name = value.name if isinstance(value, Framework) else head
    return f"{name}.{rest}" if rest else name


def report_left_code(draft: Draft) -> None:
    """What still uses the framework outside of models: a diagnostic for each place."""
    reported = [d.line for d in draft.diagnostics if d.severity is Severity.ERROR]
    previous_end = -1
    for statement, (found, *_) in framework_uses(draft):
        if _only_names(draft, statement):
            continue
        start, end = draft.tree.span(statement)
        line, column = draft.tree.line_column(found)
        last_line, _ = draft.tree.line_column(end)
        first_line, _ = draft.tree.line_column(start)
        if any(first_line <= r <= last_line for r in reported):
            previous_end = last_line
            continue
        why = draft.file.unsettled.get(found, "") or left_with(draft, names_of(statement))
        why = why or _INSTEAD.get(_canonical(draft, found), "") or _used_on(draft, statement, found)
        why = why or _uncalled(draft, found, reported)
        message = f"`{_dotted(draft, found)}` is left as it is{f': {why}' if why else ''}"
        cause = "" if why else _reason_of_all(draft, statement, found)
        draft.say_at(LEFT_CODE, line, column, f"{message}: {cause}" if cause else message)
        if first_line > previous_end + 1 or why:  # one comment stands for lines in a row
            if "TODO(tf2torch)" not in draft.tree.text[start:end]:
                draft.todos.setdefault(start, (LEFT_CODE, message))
        previous_end = last_line


#: What says of a place that it stays because of another one.
_FOLLOWS = regex(r"\bin line \d+|\bso is `|is left as it is(?:$|: see line)|is the class \w+ now")


def _reason_of_all(draft: Draft, statement: cst.CSTNode, found: int) -> str:
    """Where it says why a layer stays: so does all that the model with it is made of."""
    if not canonical(_canonical(draft, found)).startswith(_OF_MODELS):
        return ""
    start, end = 0, len(draft.tree.text)
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        start, end = draft.tree.span(statement)
    first, last = (draft.tree.line_column(place)[0] for place in (start, end))
    inside = {
        line
        for one in draft.top
        if start == 0 and isinstance(one, (cst.FunctionDef, cst.ClassDef))
        for line in _lines(draft, one)
    }
    lines = [
        said.line
        for said in draft.diagnostics
        if said.severity is Severity.ERROR
        and first <= said.line <= last
        and said.line not in inside
        and not _FOLLOWS.search(said.message)
    ]
    return f"see line {min(lines)}" if lines else ""


#: What models are made of.
_OF_MODELS = (
    *("keras.layers.", "keras.Input", "keras.Model", "keras.Sequential", "keras.models."),
    "keras.optimizers.",
)


def _lines(draft: Draft, node: cst.CSTNode) -> range:
    """The lines on which a definition stands."""
    start, end = draft.tree.span(node)
    return range(draft.tree.line_column(start)[0], draft.tree.line_column(end)[0] + 1)


def _uncalled(draft: Draft, found: int, reported: Collection[int]) -> str:
    """Why it is not known what the function around a place gets."""
    for statement in draft.top:
        start, end = draft.tree.span(statement)
        if isinstance(statement, cst.FunctionDef) and start <= found < end:
            name = statement.name.value
            read = re.finditer(rf"(?<![\w.]){re.escape(name)}\b", draft.tree.blanked)
            places = [one.start() for one in read if not start <= one.start() < end]
            lines = [draft.tree.line_column(place)[0] for place in places]
            if not lines and canonical(_canonical(draft, found)) in draft.file.rules.ops:
                return f"nothing here calls `{name}`, which would tell what it gets"
            if left := [line for line in lines if line in reported]:
                return f"so is what calls `{name}`, in line {left[0]}"
    return ""


#: What there is a counterpart of where a model gets it, and nowhere else.
_PARTS = ("keras.optimizers.", "keras.losses.", "keras.metrics.", "keras.callbacks.")


def _used_on(draft: Draft, statement: cst.CSTNode, found: int) -> str:
    """Where the program asks something else of such an object than to train a model with it."""
    if not canonical(_canonical(draft, found)).startswith(_PARTS):
        return ""
    gone, end = replaces(draft.edits), draft.tree.span(statement)[1]
    for name in names_of(statement):
        read = re.compile(rf"(?<![\w.]){re.escape(name)}\b(?!\s*=(?!=))")
        places = (use.start() for use in read.finditer(draft.tree.blanked, end))
        if (first := next((place for place in places if not gone(place)), None)) is not None:
            line = draft.tree.line_column(first)[0]
            return f"`{name}` is used in line {line} in a way that is not translated"
    return ""


def report_called_losses(draft: Draft) -> None:
    """Calls of losses and metrics of other files, which take and give torch's tensors there now."""
    agrees = draft.file.agrees
    if agrees is None:
        return
    gone = replaces(draft.edits)
    found = Occurrences(draft.tree.text)
    for root, inner, function in _losses_elsewhere(draft.file):
        for place in found.of(root):
            end = place.attribute_end if inner else place.end
            called = place.attribute == inner and draft.tree.text[end:].lstrip().startswith("(")
            if place.binds or not called or gone(place.start) or draft.is_torch(place.start):
                continue
            if agrees(function.file.path, function.name):
                name = f"{root}.{inner}" if inner else root
                message = (
                    f"`{name}` takes and gives tensors of torch now: call it as "
                    f"`{name}(torch.as_tensor(...), torch.as_tensor(...))`"
                )
                draft.say_at(LEFT_CODE, *draft.tree.line_column(place.start), message)
                start = draft.tree.line_start(place.start)
                draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


def report_left_numbers(draft: Draft) -> None:
    """`.numpy()` of what is a number of NumPy's now, where it was not seen to be one."""
    if not draft.file.measured or ".numpy()" not in draft.tree.blanked:
        return
    from transpiler.source.made_of import asked_for  # few files need it

    gone, said = replaces(draft.edits), lines_said(draft)
    for start, end in asked_for(draft.tree.text, draft.file.measured, "numpy"):
        line, column = draft.tree.line_column(start)
        if not gone(end - 1) and line not in said:
            asked = one_line(draft.tree.text[start:end])
            message = f"`{asked}` is left as it is: it may be a number of NumPy's now"
            draft.say_at(LEFT_CODE, line, column, message)
            start = draft.tree.line_start(start)
            draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


def _losses_elsewhere(file: FileContext) -> Iterator[tuple[str, str, Function]]:
    """The functions of other files that may be losses or metrics, and what they are called."""
    for name, value in file.globals.items():
        items = value.items.items() if isinstance(value, Namespace) else [("", value)]
        for inner, held in items:
            if isinstance(held, Function) and held.file not in (None, file):
                known = held.file.summaries.values()
                kinds = {s.kind for s in known if s.function.node is held.node}
                plain = not kinds & {"builder", "block", "layer"}
                plain = plain and len(parameters_of(held.node)) > 1
                if plain and mentions_framework(file, held):
                    yield name, inner, held


def framework_uses(draft: Draft) -> Iterator[tuple[cst.CSTNode, list[int]]]:
    """The statements of a file in which the framework is read still, and where."""
    names = {n for n, v in draft.file.globals.items() if isinstance(v, Framework)}
    imports = IMPORTED_INSIDE.search(draft.tree.text) is not None
    if not names and not imports:
        return
    pattern = _uses_of(names)
    replaced = replaces(draft.edits)
    found: Occurrences | None = None
    for statement in draft.top:
        if is_import(statement):
            continue
        own = list(imports_inside(statement)) if imports else []
        inside = {n for one in own for n, _ in bound_names(one)}
        of = _uses_of(names | inside) if own else pattern
        spans = [draft.tree.span(i) for i in own]
        uses = (use.start() for use in of.finditer(draft.tree.blanked, *draft.tree.span(statement)))
        uses = (use for use in uses if not any(a <= use < b for a, b in spans))
        left = [use for use in uses if not replaced(use)]
        if left and isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            code = draft.tree.code(statement)
            if any(may_be_bound(name, code) for name in {_head(draft, use) for use in left}):
                found = found or Occurrences(draft.tree.text)
                left = [use for use in left if not found.is_own(_head(draft, use), use)]
                read = inside | global_reads(draft.tree.source(statement)) if left else inside
                left = [use for use in left if _head(draft, use) in read]
        if left:
            yield statement, left


def _head(draft: Draft, use: int) -> str:
    """The name that is read; a function may have one of its own, as in `def f(losses):`."""
    return _dotted(draft, use).partition(".")[0]


def _uses_of(names: set[str]) -> re.Pattern[str]:
    """Finds the names of the framework where they are read."""
    words = "|".join(rf"{name}(?<![\w.]{name})(?<!def {name})" for name in sorted(names))
    return re.compile(rf"(?:{words})(?!\w)(?!\s*=[^=])" if names else r"(?!)")


def _only_names(draft: Draft, statement: cst.CSTNode) -> bool:
    """Whether a statement gives a part of the framework a shorter name."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    node = statement.body[0]
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return False
    target = node.targets[0].target
    return (
        isinstance(target, cst.Name)
        and isinstance(node.value, (cst.Name, cst.Attribute, cst.Dict, cst.IfExp, cst.Subscript))
        and names_framework(draft.file, target.value)
    )


def write_key_tables(draft: Draft) -> None:
    """Dicts of parts of the framework of which what is written reads but the keys."""
    for statement in draft.top:
        if _only_names(draft, statement):
            assert isinstance(statement, cst.SimpleStatementLine)
            name = draft.tree.source(statement).partition("=")[0].strip()
            others = is_for_others(draft.file, name)
            if not others or read_for_keys_elsewhere(draft, name):
                draft.edits += as_list_of_keys(draft, statement, name, others)


def report_kept_tables(draft: Draft) -> None:
    """Dicts of parts of the framework that what was converted reads still.

    They are looked at once all is written: one that nobody reads has gone with its imports.
    """
    if not any(_only_names(draft, statement) for statement in draft.top):
        return
    for statement, (found, *_) in list(framework_uses(draft)):
        if not _only_names(draft, statement):
            continue
        assert isinstance(statement, cst.SimpleStatementLine)
        name = draft.tree.source(statement).partition("=")[0].strip()
        others = is_for_others(draft.file, name)
        if isinstance(draft.file.globals.get(name), Framework) and not others:
            continue
        who = "is there for other files" if others else "is read at run time"
        message = f"`{_dotted(draft, found)}` is left as it is: `{name}` {who}"
        draft.say_at(LEFT_CODE, *draft.tree.line_column(found), message)
        add_comment(draft, draft.tree.span(statement)[0], LEFT_CODE, message)


def report_passed_on(draft: Draft) -> None:
    """Names of the framework that other files read still once they are converted."""
    readers = {name: path for name, path in sorted(read_elsewhere(draft.file).items()) if path}
    keys = {edit.text.partition(" = [")[0] for edit in draft.edits}  # it is a list of these now
    for name, path in readers.items():
        if name in keys:
            continue
        found = re.search(rf"\b{name}\b", draft.tree.blanked)
        place = draft.tree.line_column(found.start()) if found is not None else (1, 1)
        message = f"`{name}` stays: `{os.path.basename(path)}` reads it still"
        if place[0] not in {d.line for d in draft.diagnostics if d.severity is Severity.ERROR}:
            draft.say_at(LEFT_CODE, *place, message)


def report_kept_imports(draft: Draft, text: str) -> None:
    """An import of the framework that stays where nothing was said to be left."""
    if any(d.severity is Severity.ERROR for d in draft.diagnostics):
        return
    for found in _IMPORTING.finditer(blanked(text)):
        place = draft.tree.text.find(found.group())
        where = draft.tree.line_column(place) if place >= 0 else (1, 1)
        draft.say_at(LEFT_CODE, *where, f"`{found.group().strip()}` is read still, and stays")


_IMPORTING = regex(
    r"^(?:[^\n]*;)?[ \t]*(?:from[ \t]+|import[ \t]+(?:[^\n;]*,[ \t]*)?)"
    r"(?:tensorflow|keras|tf_keras)\b.*",
    re.M,
)


def _dotted(draft: Draft, offset: int) -> str:
    """The name with its attributes that starts at a place."""
    match = re.match(r"[\w.]+", draft.tree.text[offset:])
    return match.group() if match else ""


def report_left_stars(draft: Draft) -> None:
    """Imports of everything from a module of which nobody knows what that is."""
    for statement in draft.top:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.ImportFrom) or not isinstance(small.names, cst.ImportStar):
            continue
        name = dotted(small.module)
        if small.relative or not is_framework(name) or draft.file.rules.exported(canonical(name)):
            continue
        message = f"`{draft.tree.source(small)}` is left as it is: import what is used by name"
        draft.say(LEFT_CODE, statement, message)
