"""Losses, metrics and the like that a program calls on arrays through an object or another name.

error = float(loss(y, model.predict(x)))
# error = float(loss(torch.as_tensor(y, dtype=torch.float32), torch.as_tensor(...)).mean())

Keras's object makes tensors of what it gets, and the mean of what the class computes. What can't be
written is said where it stands.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.called_by_hand import (
    Calls,
    Place,
    as_array,
    as_tensor,
    edits_of_call,
    is_here,
    spans_on_tensors,
    taken,
)
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.metrics_by_hand import Counters
from transpiler.emit.training.lines import within
from transpiler.emit.training.shared import Before
from transpiler.interpret.functions.constant_tensors import constant_tensors
from transpiler.interpret.functions.passed import decided_parameters
from transpiler.interpret.values import Function, Namespace
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.far_computing import CALLED, HANDED, is_among
from transpiler.source.far_frames import Thing
from transpiler.source.far_uses import Use, only_computing, uses_of_computing
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import read_text, with_imported
from transpiler.source.lexical import is_about_framework
from transpiler.source.occurrences import Positions
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree


def write_objects_by_hand(draft: Draft, done: set[int]) -> None:
    """They get tensors and give arrays, but for the calls that begin where it is `done`."""
    if not (draft.operations or draft.callbacks or _may_take(draft.file.path)):
        return
    uses = uses_of_computing(draft.tree.text, draft.file.path)
    if not uses:
        return
    positions, spans = Positions(draft.tree.text), spans_on_tensors(draft)
    found = {use: positions.span(use.place) for use in _together(uses)}
    found = {use: span for use, span in found.items() if not within(span[0], spans)}
    found = {use: span for use, span in found.items() if not draft.is_torch(span[0])}
    # what is of other files asks for these to be converted: last
    found = {
        use: span
        for use, span in found.items()
        if any(_is_gone(draft, thing, use.name) for thing in use.things)
        and not _is_said_anyway(draft, use)
    }
    if not found:
        return
    plain = only_computing(draft.tree.text, draft.file.path)
    gone = replaces(draft.edits)
    calls = Calls(None)
    draft.tree.module.visit(calls)
    places = {draft.tree.span(call[0]): Place(*call) for call in calls.found}
    counters = Counters(draft, {use: s for use, s in found.items() if not gone(s[0])}, places)
    for use, span in found.items():
        thing, *others = use.things
        if (thing.kind == "function" and span[0] in done) or span[0] in counters.written:
            continue
        place = places.get(span)
        edits: list[Edit] = []
        if gone(span[0]):
            if not _is_written_again(draft, use, span):
                continue
        elif place is not None and use.place in plain and use.name != HANDED and not others:
            edits = _edits(draft, thing, place.call)
        if edits and place is not None:
            draft.edits += [edit for edit in edits if edit not in draft.edits]
            if place.statement is not None:
                draft.before.append(Before(place.statement, 0, []))
        else:
            _say(draft, use, thing, span[0])
    draft.edits += counters.edits


def _may_take(path: str) -> bool:
    """Whether a file may get what computes from those that it imports."""
    return bool(path) and any(_may_compute(place) for place, _ in with_imported(path, False))


@remembered
def _may_compute(path: str) -> bool:
    text = read_text(path)
    return is_about_framework(text) and _COMPUTING.search(text) is not None


def _together(uses: list[Use]) -> list[Use]:
    """What is asked in a place, whatever the function that it is in was called with."""
    found: dict[ast.AST, Use] = {}
    for use in uses:
        known = found.get(use.place)
        found[use.place] = use if known is None else replace(use, things=use.things | known.things)
    return list(found.values())


def _is_said_anyway(draft: Draft, use: Use) -> bool:
    """Whether it is a call of a function of another file by its name: all of these are said."""
    if any(is_here(draft, thing) or thing.kind != "function" for thing in use.things):
        return False
    callee = use.place.func if isinstance(use.place, ast.Call) else use.place
    names = ast.unparse(callee).split(".")
    value = draft.file.globals.get(names[0])
    held = value.items.get(names[-1]) if isinstance(value, Namespace) else value
    return len(names) <= _DOTTED and isinstance(held, Function) and held.file is not draft.file


_DOTTED = 2  #: names of what a module has


def _is_written_again(draft: Draft, use: Use, span: tuple[int, int]) -> bool:
    """Whether what has been written anew has it still."""
    asked = ast.unparse(use.place.func) if isinstance(use.place, ast.Call) else use.text
    pattern = re.compile(rf"(?<![\w.]){re.escape(asked)}{'[(]' if use.name == CALLED else ''}")
    around = (e for e in draft.edits if e.start <= span[0] and span[1] <= e.end)
    return any(pattern.search(edit.text) for edit in around)


def _say(draft: Draft, use: Use, thing: Thing, offset: int) -> None:
    """Say what is left, and why."""
    home = os.path.basename(thing.home)
    what = f"`{thing.made}`" if is_here(draft, thing) else f"`{thing.made}` of `{home}`"
    if thing.kind == "metric":
        now = f"{what} has but `update` and `compute` now, and each epoch has its own object"
    elif thing.kind == "callback":
        now = f"{what} is a plain class now, without what Keras's callbacks have"
    elif use.name == CALLED:
        now = f"{what} takes and gives tensors of torch now: give it `torch.as_tensor(...)`"
    elif use.name == HANDED:
        now = f"{what} takes and gives tensors of torch now, and this may call it on arrays"
    else:
        now = f"{what} is a class of torch now, without that"
    asked = use.text if "\n" not in use.text and len(use.text) <= _LONGEST else f".{use.name}"
    message = f"`{asked}` is left as it is: {now}"
    if use.function:
        there = f"`{use.function}` of `{os.path.basename(use.path)}`"
        message = f"{there} is left as it is: it has `{asked}`, and {now}"
    draft.say_at(LEFT_CODE, *draft.tree.line_column(offset), message)
    start = draft.tree.line_start(offset)
    draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_CODE, message))


_LONGEST = 60  #: what is cited in a message


#: What a class may have by itself.
_OWN = ("name", "dtype", "reduction", "variables")


def _is_gone(draft: Draft, thing: Thing, asked: str) -> bool:
    """Whether it computes with tensors of torch now, and lacks what is asked for."""
    if not _is_converted(draft, thing):
        return False
    made = class_of(draft, thing) if asked in _OWN else None
    stored = (n for n in all_in(made or ast.Module([], [])) if isinstance(n, ast.Attribute))
    return not any(n.attr == asked and isinstance(n.ctx, ast.Store) for n in stored)


def _is_converted(draft: Draft, thing: Thing) -> bool:
    """Whether it computes with tensors of torch now."""
    if is_here(draft, thing):
        of_kind = draft.callbacks if thing.kind == "callback" else draft.operations
        return is_among(thing, of_kind)
    agrees = draft.file.agrees
    if agrees is None or (thing.kind == "function" and not _may_be_loss(draft, thing)):
        return False
    name = f"def {thing.made}" if thing.kind == "function" else thing.made
    return bool(agrees(thing.home, name))


_BUILDS = re.compile(r"\blayers\.|Model\(|Sequential\(|\.fit\(|\.compile\(|\.data\.")


def _may_be_loss(draft: Draft, thing: Thing) -> bool:
    """Whether a function of another file may compute a loss or a metric.

    What is called by the name that is imported is said with the rest of what that file has.
    """
    name = thing.made.rpartition(".")[2]
    try:
        text = program_at(thing.home)
    except (OSError, Undecodable):
        return False
    if name not in _LOSS.findall(text):
        return False
    tree = program_tree(text) or ast.Module([], [])
    nodes = (n for n in all_in(tree) if isinstance(n, ast.FunctionDef) and n.name == name)
    return not all(_BUILDS.search(ast.unparse(node)) for node in nodes)


#: The functions whose parameters are named as those of losses and metrics are: for any others,
#: too, the files that define them would have to be converted.
_TRUTH = r"(?:\w*(?:true|target|label|actual|truth)\w*|y|t|yt|a|gt)\b[^,()]*"
_HEAD = rf"\bdef (\w+)\(\s*(?:self,\s*)?(?:{_TRUTH},|\w+[^,()]*,\s*{_TRUTH})"
_LOSS = regex(_HEAD)
#: What a file has that has such, or classes that compute.
_COMPUTING = regex(rf"{_HEAD}|\b(?:losses|metrics|regularizers|constraints)\b")


def _tree_of(draft: Draft, thing: Thing) -> ast.Module:
    """The program that defines it."""
    try:
        text = draft.tree.text if is_here(draft, thing) else program_at(thing.home)
    except (OSError, Undecodable):
        text = ""
    return program_tree(text) or ast.Module([], [])


def class_of(draft: Draft, thing: Thing) -> ast.ClassDef | None:
    """The class of an object, if there is but one of that name."""
    found = [
        node
        for node in all_in(_tree_of(draft, thing))
        if isinstance(node, ast.ClassDef) and node.name == thing.made
    ]
    return found[0] if len(found) == 1 else None


def _edits(draft: Draft, thing: Thing, call: cst.Call) -> list[Edit]:
    """What becomes of a call; nothing where that isn't sure."""
    if any(argument.star for argument in call.args):
        return []
    if thing.kind == "function":
        return _of_function(draft, thing, call)
    made = class_of(draft, thing)
    if made is None:
        return []
    if thing.kind == "loss":
        return list(_of_loss(draft, thing, made, call))
    if thing.kind == "penalty" and len(call.args) == 1 and call.args[0].keyword is None:
        return [*as_tensor(draft, call.args[0].value), *as_array(draft, call)]
    return []


def _of_function(draft: Draft, thing: Thing, call: cst.Call) -> list[Edit]:
    """A call of what another function gives, or of a method, or under another name."""
    known = [s for s in draft.planned.operations if _full_name(s.function) == thing.made]
    known = known if is_here(draft, thing) else []
    if len(known) != 1 or decided_parameters(known[0]):
        return []
    (summary,) = known
    outer = summary.function.outer
    if outer is not None and [*constant_tensors(outer)]:
        return []  # which are on the device of the model
    if len(call.args) > len(taken(summary)):
        return []
    return list(edits_of_call(draft, summary, call))


def _full_name(function: Function) -> str:
    """Its name, with that of the function or class that it stands in."""
    outer = function.nested_in or function.owner
    return f"{outer}.{function.name}" if outer else function.name


#: What may want whole numbers as they are.
_OF_CLASSES = re.compile(r"sparse|one_hot|int32|int64|int8|gather|bincount")


def _of_loss(draft: Draft, thing: Thing, made: ast.ClassDef, call: cst.Call) -> Iterator[Edit]:
    """A call of a loss: Keras makes the mean of all that it gives."""
    methods = {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}
    names = [argument.arg for argument in methods["call"].args.args] if "call" in methods else []
    given = [argument.keyword.value for argument in call.args if argument.keyword is not None]
    text = ast.unparse(made)
    sure = len(names) == 3 and len(call.args) == 2 and set(given) <= {*names[1:]}
    sure &= set(given) <= {"y_true", "y_pred"} and "__call__" not in methods
    if not sure or re.search(r"\breduction\b|\bdtype=", _settings(draft, made)):
        return
    if _OF_CLASSES.search(text) or "floatx" in draft.tree.text:
        return
    for argument in call.args:
        yield from as_tensor(draft, argument.value, ", dtype=torch.float32")
    yield from as_array(draft, call, ".mean()")


def _settings(draft: Draft, made: ast.ClassDef) -> str:
    """What its objects are made with, by the class itself and by the calls of it."""
    found = [node for node in made.body if isinstance(node, ast.FunctionDef)]
    texts = [ast.unparse(node) for node in found if node.name == "__init__"]
    for node in all_in(program_tree(draft.tree.text) or ast.Module([], [])):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == made.name:
            texts += [f"{keyword.arg or 'reduction'}=" for keyword in node.keywords]
    return "\n".join(texts)
