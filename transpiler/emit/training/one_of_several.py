"""What goes with each of several models that one text asks: looked up by the model it is about.

for m in (small, robust):        criterion_of = {small: small_criterion, robust: robust_criterion}
    m.evaluate(x, y)             for m in (small, robust):
                                     evaluate(m, loader, criterion_of[m])

While each model is written, tokens stand for its criterion and optimizer, and for the functions
that train, evaluate and predict: once all are written, it is known which of these are the same.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import block, statement_of, within
from transpiler.emit.training.receivers import element_of
from transpiler.emit.training.shared import Part, Room, Shared, Trained
from transpiler.emit.training.taken_criteria import compiled_in, made_anywhere, may_be_taken
from transpiler.interpret.training import TRAINING, TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.ir import tokens
from transpiler.ir.tensor import Unsupported
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.suites import blocks_around, statement_lines

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter

_PICKED = regex(tokens.ANY_PICKED)
#: What the dicts are called that hold what goes with each model.
_NAMES = {
    "criterion": "criterion_of",
    "optimizer": "optimizer_of",
    "train_epoch": "trainer_of",
    "evaluate": "evaluator_of",
    "predict": "predictor_of",
}
_APART = "each of several models has an optimizer of its own"
_DIFFER = (
    "it may be of one of several models, which are trained differently: write it once for each"
)


@record(frozen=True, slots=True, eq=False)
class Lookup:
    """A dict by models that stands before a statement."""

    room: Room
    kind: str
    entries: str
    start: int
    around: list[tuple[cst.CSTNode, cst.BaseSuite]]
    name: str


@record(frozen=True, slots=True, eq=False)
class Pick:
    """What goes with one of the models."""

    kind: str
    name: str  #: the variable or function
    made: str  #: what it is made by, where that may stand anywhere
    part: Part  #: where one of the models is asked
    home: Part  #: where this one is compiled
    model: Model
    shared: Shared


def is_one_of_several(part: Part) -> bool:
    """Whether what is asked of a model in a part, where none is compiled, may be of other ones."""
    if part.is_lent or any(call.name == "compile" for call in part.calls):
        return False
    mine = {id(call.node): root(call.model) for call in part.calls}
    return part.several or any(
        id(call.node) in mine and mine[id(call.node)] is not root(call.model)
        for call in part.room.calls
    )


def pick_parts(writer: ModelWriter, home: Part) -> None:
    """Let the text of a part that may be about other models leave open what goes with this one."""
    if writer.part is home or not is_one_of_several(writer.part):
        return
    writer.open = True
    compiled = [*writer.training.compiled.values()]
    anew = len(compiled) > 1  # each call may have to do with another one
    if writer.criterion and compiled:
        calls = [call for call in writer.part.calls if call.name in TRAINING]
        taken = anew or may_be_taken(writer, calls, compiled[0])
        made = "" if anew else made_anywhere(compiled[0])
        writer.criterion = picked(writer, "criterion", "" if taken else writer.criterion, made)
    if writer.optimizer and writer.training.late is None:
        writer.optimizer = picked(writer, "optimizer", "" if anew else writer.optimizer)


def picked(writer: ModelWriter, kind: str, name: str, made: str = "") -> str:
    """A name, or what stands for those that it has for other models in the same text."""
    if not writer.open:
        return name
    known = writer.made.picks
    start = min(writer.tree.span(call.node)[0] for call in writer.part.calls)
    number = 0  # of the name among those of its kind
    while (other := known.get(tokens.picked(kind, start, number))) is not None:
        if other.name == name:
            break
        number += 1
    token, model = tokens.picked(kind, start, number), writer.training.model
    known.setdefault(token, Pick(kind, name, made, writer.part, writer.home, model, writer.shared))
    return token


def settle_picks(found: list[Trained]) -> None:
    """Choose what stands for what goes with each of several models, now that all are written."""
    trained = [made for made in found if made.training.problem is None]
    # one of the models may have the text that all of them share
    for token in dict.fromkeys(token for made in trained for token in _used(made)):
        held = [(made, made.picks[token]) for made in trained if token in made.picks]
        try:
            text = _text(held)
        except Unsupported as why:
            for made, pick in held:
                problem = made.training.problem or (pick.part.calls[0], str(why))
                made.training.problem = problem
            continue
        for made, _ in held:
            made.chosen[token] = text


def _used(made: Trained) -> list[str]:
    """The tokens in what is written for a model."""
    if not made.picks:
        return []
    texts = [edit.text for edit in made.edits] + [*made.inlined.values()]
    texts += [line for one in made.before for line in one.lines]
    return list(dict.fromkeys(token for text in texts for token in _PICKED.findall(text)))


def _text(held: list[tuple[Trained, Pick]]) -> str:
    """What stands in the place of a token."""
    picks = [pick for _, pick in held]
    if len(picks) == 1:
        return picks[0].name or picks[0].made  # the others are left, and this one with them
    names = {pick.name for pick in picks}
    if picks[0].kind == "optimizer" and picks[0].part.apart and len(names) < len(picks):
        raise Unsupported(_APART)
    same = len({pick.made for pick in picks}) == 1 and picks[0].made
    if len(names) == 1 and picks[0].name:
        if same or picks[0].kind not in ("criterion", "optimizer") or _of_one_statement(picks):
            return picks[0].name
    return picks[0].made if same else _looked_up(held)


def _of_one_statement(picks: list[Pick]) -> bool:
    """Whether one statement compiles all of the models, in the rounds of a loop."""
    each = {tuple(sorted(compiled_in(pick.shared, pick.home, pick.model))) for pick in picks}
    compiled = [{id(call.node) for call in _compiles(pick.home)} for pick in picks]
    return len(each) == 1 or (bool(compiled[0]) and all(one == compiled[0] for one in compiled))


def _looked_up(held: list[tuple[Trained, Pick]]) -> str:
    """An entry of a dict by the model, which is made before the loops around the calls."""
    picks = [pick for _, pick in held]
    first = picks[0]
    shared, room = first.shared, first.part.room
    calls = [call for pick in picks for call in pick.part.calls]
    statement = _statement(shared, room, calls, picks)
    for pick in picks:
        _refuse_rebound(pick, room)
    entries = ", ".join(f"{pick.home.variable}: {pick.name}" for pick in picks)
    start = statement_lines(shared.tree, statement)[0]
    around = blocks_around(shared.tree, room.node, shared.tree.span(statement)[0])
    once = all(len(_compiles(pick.home)) < 2 for pick in picks)
    for known in shared.lookups:
        same = known.room is room and (known.kind, known.entries) == (first.kind, entries)
        if once and same and known.start <= start and known.around == around[: len(known.around)]:
            return f"{known.name}[{first.part.variable}]"
    taken = [known.name for known in shared.lookups]
    numbered = (f"{_NAMES[first.kind]}_{number}" for number in itertools.count(2))
    wanted = (n for n in itertools.chain([_NAMES[first.kind]], numbered) if n not in taken)
    name = next(n for n in wanted if shared.names.lasting(n) == n)
    shared.lookups.append(Lookup(room, first.kind, entries, start, around, name))
    indent = shared.tree.span(statement)[0] - shared.tree.line_start(shared.tree.span(statement)[0])
    edit = Edit(start, start, f"{block([f'{name} = {{{entries}}}'], indent)}\n")
    for made, _ in held:
        made.once.append(edit)
    return f"{name}[{first.part.variable}]"


def _statement(
    shared: Shared, room: Room, calls: list[TrainingCall], picks: list[Pick]
) -> cst.CSTNode:
    """The outermost statement around some calls behind all that compile their models."""
    start = min(shared.tree.span(call.node)[0] for call in calls)
    around = blocks_around(shared.tree, room.node, start)
    depth = 0
    for pick in picks:
        home = pick.home
        if home.room is not room:
            if not isinstance(home.room.node, cst.Module):
                raise Unsupported(_DIFFER)
            continue
        compiled = compiled_in(shared, home, pick.model)
        places = [place for place in compiled if place < start]
        for place in places:
            before = blocks_around(shared.tree, room.node, place)
            if before != around[: len(before)]:
                raise Unsupported(_DIFFER)
            depth = max(depth, len(before))
        loops = [shared.tree.span(s) for s, _ in around[depth:]]
        if not places or any(within(place, loops) for place in compiled):
            raise Unsupported(_DIFFER)
    if len(around) > depth:
        return around[depth][0]
    node = min(calls, key=lambda call: shared.tree.span(call.node)[0]).node
    statement = statement_of(shared.tree, room.node, node)
    if statement is None:
        raise Unsupported(_DIFFER)
    return statement


def _compiles(home: Part) -> list[TrainingCall]:
    return [call for call in home.calls if call.name == "compile"]


def _refuse_rebound(pick: Pick, room: Room) -> None:
    """Refuse variables that may hold another model where the dict is made, and what has no name."""
    shared, home, variable = pick.shared, pick.home.room, pick.home.variable
    element = element_of(variable)
    if not pick.name.isidentifier() or (element is None and not variable.isidentifier()):
        raise Unsupported(_DIFFER)
    for name in [variable, *(element[:1] if element is not None else ())]:
        bound = [p for p in shared.places(home, name) if p.binds]
        hidden = home is not room and any(p.binds for p in shared.places(room, name))
        if len(bound) > 1 or hidden:
            raise Unsupported(_DIFFER)
