"""What trains the models, in the places of the calls that do it in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transpiler.diagnostics import ASSUMED, ASSUMED_CALLERS, LEFT_TRAINING, REGULARIZER
from transpiler.emit.causes import place_of_call
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.imports import names_of_python
from transpiler.emit.left import report_left_calls
from transpiler.emit.units import FilePlan, Unit
from transpiler.interpret.training import options_of
from transpiler.ir import tokens
from transpiler.source.between import changed_between
from transpiler.source.lexical import words_in
from transpiler.source.occurrences import FreeNames, Occurrences

if TYPE_CHECKING:
    from transpiler.emit.training.shared import Trained
    from transpiler.interpret.training import TrainingCall
    from transpiler.interpret.values import UserClass


def decide_training(draft: Draft) -> None:
    """Which calls of models are converted, now that it is known which models are."""
    for found in draft.planned.trained:
        if found.training.problem is None and _fails(draft, found):
            found.training.problem = (found.training.calls[0], "the model is not converted")
        if found.training.problem is None:
            found.training.problem = _unlike(draft, found)
        if found.training.problem is not None:
            call, reason = found.training.problem
            draft.unconverted.setdefault(id(call.node), reason)
            continue
    _agree_on_callbacks(draft)
    _keep_bases(draft)
    _share_callbacks(draft)
    _share_parts(draft)
    _settle_precision(draft)
    if draft.file.distribution is not None or draft.file.placed:
        from transpiler.emit.distribution import settle_scopes

        settle_scopes(draft)
    for found in draft.planned.trained:
        if found.training.problem is None:
            draft.converted_calls |= {id(c.node) for c in found.training.calls} | found.answered
            frozen = [c.node for c in found.training.calls if c.name == "freeze"]
            for start, end in map(draft.tree.span, frozen):
                used = (node for node, _, _ in draft.file.kept_uses)
                inside = (n for n in used if start <= draft.tree.span(n)[0] < end)
                draft.converted_calls |= set(map(id, inside))


def _settle_precision(draft: Draft) -> None:
    """A policy of mixed precision goes where all models of the file are trained in it."""
    trained = [m for m in draft.planned.trained if m.training.problem is None]
    alone = [unit for unit in draft.planned.models if draft.planned.trained_by(unit) is None]
    failed = any(unit.problem for unit in draft.planned.units)
    if len(trained) == len(draft.planned.trained) and trained and not (alone or failed):
        return
    for node, (region, statement) in draft.file.policies.items():
        region.idle.discard(id(statement))
        reason = "not all models of the file are trained here"
        message = f"`{draft.tree.source(node.func)}` is left as it is: {reason}"
        draft.say(LEFT_TRAINING, node, message)


def _agree_on_callbacks(draft: Draft) -> None:
    """One class can't ask two models in two ways: each has functions and layers of its own."""
    known: dict[int, list[Edit]] = {}
    for found in (m for m in draft.planned.trained if m.training.problem is None):
        for key, made in _own_callbacks(found).items():
            edits = found.class_edits.get(key, [])
            written = [_named(draft, found, edit) for edit in edits]
            if known.setdefault(key, written) != written:
                call = found.training.calls[0]
                reason = f"`{made.name}` would have to ask this model in another way than the first"
                found.training.problem = (call, reason)
                draft.unconverted.setdefault(id(call.node), reason)


def _keep_bases(draft: Draft) -> None:
    """A class stays where one stays that is derived from it."""
    used = {k for m in draft.planned.trained for k in _own_callbacks(m)}
    left = [made for made in draft.file.user_classes if id(made.node) not in used]
    bases = {draft.tree.source(b.value): made.name for made in left for b in made.node.bases}
    for found in (m for m in draft.planned.trained if m.training.problem is None):
        name = next((c.name for c in _own_callbacks(found).values() if c.name in bases), None)
        if name is not None:
            call = found.training.calls[0]
            reason = f"`{name}` is the base of `{bases[name]}`, which stays as it is"
            found.training.problem = (call, reason)
            draft.unconverted.setdefault(id(call.node), reason)


def _share_callbacks(draft: Draft) -> None:
    """A class that becomes a plain one is no callback for what stays Keras: all must agree."""
    left = [m for m in draft.planned.trained if m.training.problem is not None]
    shared = {key: made.name for one in left for key, made in _own_callbacks(one).items()}
    for found in draft.planned.trained if shared else ():
        names = [shared[key] for key in _own_callbacks(found) if key in shared]
        if names and found.training.problem is None:
            call = found.training.calls[0]
            reason = f"`{names[0]}` is also a callback of a model whose training stays"
            found.training.problem = (call, reason)
            draft.unconverted.setdefault(id(call.node), reason)


def _share_parts(draft: Draft) -> None:
    """Models that share an optimizer, or of which one freezes a part of another, go together."""
    while True:
        trained = [m for m in draft.planned.trained if m.training.problem is None]
        converted = {id(c.node) for m in trained for c in m.training.calls}
        left = [m for m in draft.planned.trained if m.training.problem is not None]
        alone = []
        for found in trained:
            missing, together = found.sharing - converted, {id(o) for o in found.together}
            needed = [
                other
                for other in left
                if id(other) in together or missing & {id(c.node) for c in other.training.calls}
            ]
            if needed or missing:
                alone.append((found, needed))
        for found, needed in alone:
            call = found.training.calls[0]
            found.training.problem = (call, _goes_with(draft, needed))
            draft.unconverted.setdefault(id(call.node), found.training.problem[1])
        if not alone:
            return


def _goes_with(draft: Draft, left: list[Trained]) -> str:
    """The reason of a model whose training goes with that of others, which is left."""
    problems = [made.training.problem for made in left]
    calls = [problem[0] for problem in problems if problem is not None]
    if not calls:
        return "it goes with a model whose training is left"
    first = min(calls, key=lambda call: draft.tree.span(call.node))
    return f"it goes with {place_of_call(draft, first)}, of a model whose training is left"


def _own_callbacks(found: Trained) -> dict[int, UserClass]:
    from transpiler.emit.training.callbacks import own_classes

    return own_classes(found.training.calls)


def place_training(draft: Draft) -> None:
    """What trains the models, in the places of the calls."""
    gone = replaces([edit for edit in draft.edits if not edit.text])
    for found in draft.planned.trained:
        if found.training.problem is not None:
            draft.edits += _freezes(draft, found)
    trained = [found for found in draft.planned.trained if found.training.problem is None]
    draft.callbacks = {one.name for found in trained for one in _own_callbacks(found).values()}
    if trained:
        from transpiler.emit.training.caught import caught_edits, partly_taken
        from transpiler.emit.training.composing import put_calls
        from transpiler.emit.training.giving import done_first, functions_gone, statements_gone

        put_calls(draft, trained)
        texts = [edit.text for edit in draft.edits]
        texts += [line for before in draft.before for line in before.lines]
        written = "\n".join(texts)
        draft.edits += [*done_first(draft.file, trained, written)]
        draft.edits += functions_gone(draft.file, trained)
        draft.edits += [*statements_gone(draft.file, trained, written)]
        calls = [c for found in trained for c in found.training.calls]
        draft.edits += caught_edits(draft.tree, calls)
        for node, message in partly_taken(draft.tree, calls):
            draft.say(ASSUMED, node, message)
    if draft.planned.classes:
        from transpiler.emit.training.elsewhere import place_classes

        place_classes(draft)
    if draft.planned.settled:
        _without_warnings_at(draft, draft.planned.settled)
    for found in trained:
        draft.edits += [e for e in found.once if e not in draft.edits]
        draft.device = found.device or draft.device
        _without_warnings(draft, found)
        for name, source in found.functions:
            draft.training_functions[name] = _with_attributes(draft, found, source)
        draft.helpers |= found.helpers - _unread_helpers(draft, found)
        for code, node, message in found.said:
            draft.say(code, node, message)
        for key, made in _own_callbacks(found).items():
            if key not in draft.plain_classes and made.file in (None, draft.file):
                from transpiler.emit.training.own_callbacks import plain_class

                draft.plain_classes.add(key)
                bare = plain_class(draft.tree, made)
                draft.edits += [] if bare is None else [bare]
                edits = found.class_edits.get(key, [])
                draft.edits += [_named(draft, found, edit) for edit in edits]
        for offset, message in found.left:
            if gone(offset):
                continue  # in a branch that nothing reaches
            draft.say_at(LEFT_TRAINING, *draft.tree.line_column(offset), message)
            start = draft.tree.line_start(offset)
            draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_TRAINING, message))
    for summary in draft.planned.plain_functions:
        if summary.region is not None:
            report_left_calls(draft, summary.region.left_calls)


def drop_given_elsewhere(draft: Draft) -> None:
    """Functions go that gave other files what they have themselves now, with their comments."""
    text = draft.tree.text
    if draft.file.is_brought is not None and any(word in text for word in _SPEAKS):
        from transpiler.emit.training.giving import (
            given_elsewhere,
            values_given_elsewhere,
            without_function,
        )

        functions = given_elsewhere(draft.file)
        for node in functions:
            message = f"`{node.name.value}` is gone: what it gave stands where it was called"
            draft.say(ASSUMED_CALLERS, node, message)
        gone = [without_function(draft.tree, node) for node in functions]
        for name, span in values_given_elsewhere(draft.file):
            line, column = draft.tree.line_column(span[0])
            message = f"`{name}` is gone: what it held stands where it was used"
            draft.say_at(ASSUMED_CALLERS, line, column, message)
            end = draft.tree.line_end(span[1])
            gone.append(Edit(span[0], end, ""))
        draft.edits += gone
        draft.brought += gone
        read = words_in("\n".join(draft.tree.text[edit.start : edit.end] for edit in gone))
        draft.file.brought |= read & names_of_python(draft.tree)


#: What a file says that has such functions.
_SPEAKS = ("callbacks", "optimizers", "losses", "metrics", "regularizers")


def _freezes(draft: Draft, found: Trained) -> list[Edit]:
    """Layers are frozen also where the training stays as it is: the model is a module."""
    if not any(is_of(unit, found) for unit, _ in draft.planned.written):
        return []  # the model stays one of Keras
    from transpiler.emit.training.composing import edit_with_names
    from transpiler.emit.training.freezing import freeze_edit

    calls = [c for c in found.training.calls if c.name == "freeze" and c.statement is not None]
    free = FreeNames(Occurrences(draft.tree.text), [])
    edits = [freeze_edit(draft.tree, call, found.training.variable, free) for call in calls]
    return [edit_with_names(draft, edit) for edit in edits]


def _unread_helpers(draft: Draft, found: Trained) -> set[str]:
    """What metrics need with weights or without, where no function has them so."""
    either = (c.weighed_helpers for c in found.training.compiled.values())
    asked = frozenset[str]().union(*either)
    words = words_in("\n".join(draft.training_functions.values())) if asked else frozenset()
    return {name for name in asked if name.partition(".")[0] not in words}


def _with_attributes(draft: Draft, found: Trained, source: str) -> str:
    """The source of a function with the names of the model's layers filled in."""
    if tokens.MODULE not in source:
        return source
    from transpiler.emit.training.lines import named

    return named(source, _attributes(draft, found))


def _without_warnings(draft: Draft, found: Trained) -> None:
    """Nothing needs to be said of regularizers and constraints that the training has."""
    training = found.training
    if training.home.file is not draft.file:
        return  # these are said in the other file
    layers = (*training.settled, *training.weights.layers)
    _without_warnings_at(draft, draft.tree.places(layer.node for layer in layers))


def _without_warnings_at(draft: Draft, places: set[tuple[int, int]]) -> None:
    """Nothing needs to be said of the layers that stand there."""
    draft.diagnostics = [
        d
        for d in draft.diagnostics
        if d.code != REGULARIZER.code or (d.line, d.column) not in places
    ]


def _named(draft: Draft, found: Trained, edit: Edit) -> Edit:
    """An edit with the names of the model's layers."""
    if tokens.MODULE not in edit.text:
        return edit
    from transpiler.emit.training.lines import edit_with

    return edit_with(draft.tree, _attributes(draft, found), edit)


def _attributes(draft: Draft, found: Trained) -> dict[str, str]:
    """What the tokens of the model's modules stand for."""
    from transpiler.emit.training.composing import plans_of_parts

    parts = {id(built) for built in found.training.weights.parts}
    plans = [_home(draft, found), *plans_of_parts(draft, found)]
    pairs = [pair for planned in plans for pair in planned.written]
    written = [w for u, w in pairs if is_of(u, found) or id(u.built) in parts]
    return {token: attribute for made in written for token, attribute in made.attrs.items()}


def _home(draft: Draft, found: Trained) -> FilePlan:
    """The plan of the file in which the model is built that is trained."""
    home = found.training.home.file
    planned: FilePlan = draft.planned if home is draft.file else home.planned
    return planned


def is_of(unit: Unit, found: Trained) -> bool:
    """Whether a unit is the model that is trained, or froze some layers."""
    return unit.built is not None and unit.built.model is found.training.origin


def _fails(draft: Draft, found: Trained) -> bool:
    """Whether the model that is trained stays a Keras one."""
    origin = found.training.origin
    units = _home(draft, found).models
    made = [u for u in units if u.built is not None and u.built.model is origin]
    left = any(id(node) in draft.failed_nodes for node in found.texts)
    return not made or left or any(u.problem for u in made)


def _unlike(draft: Draft, found: Trained) -> tuple[TrainingCall, str] | None:
    """A call that clones a model whose class is not all that it takes to make another one."""
    for call in (c for c in found.training.calls if "anew" in c.given):
        unit = next((u for u in draft.planned.models if is_of(u, found)), None)
        if unit is None or unit.text is None or unit.built is None:
            return call, "the model is cloned, and another file makes it"
        if unit.text.parameters or unit.plan.kept:
            return call, "the model is cloned, and its class takes arguments"
        begin, end = draft.tree.span(unit.built.node)[1], draft.tree.span(call.node)[0]
        for name in sorted(unit.reads):
            if changed_between(draft.tree.text, name, begin, end):
                return call, f"the model is cloned, and `{name}`, which it reads, has changed"
    return None


def on_device(draft: Draft, unit: Unit) -> str:
    """The call that moves a model to where it is trained, or any other that its builder gives."""
    origin = unit.built.model if unit.built is not None else None
    found = (t for t in draft.planned.trained if t.training.origin is origin)
    device = next((t.device for t in found if t.device and not t.training.problem), "")
    others = (one for held in draft.planned.file.stood_for for one in options_of(held))
    if not device and any(origin in (one, one.origin) for one in others if origin is not None):
        trained = (t for t in draft.planned.trained if not t.training.problem)
        # an object that gets it is like one whose model is trained
        device = next((t.device for t in trained if t.device), "")
    return f".to({device})" if device else ""
