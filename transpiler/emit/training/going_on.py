"""Models that are loaded and go on training: their optimizer goes on with what the file holds.

model.save("m.keras")               torch.save(model.state_dict(), "m.pt")
again = load_model("m.keras")       again = copy.deepcopy(model)
again.fit(x, y)                     again.load_state_dict(torch.load("m.pt"))
                                    again_optimizer = torch.optim.Adam(again.parameters())
                                    again_optimizer.load_state_dict(
                                        copy.deepcopy(optimizer.state_dict())
                                    )

What the optimizer knew when the model was saved is what it still knows: nothing was trained since.
Not all files of Keras 2 hold that, so there it may be less that it goes on with.
"""

from __future__ import annotations

import ast
import re
from pathlib import PurePath
from posixpath import normpath

import libcst as cst

from transpiler.emit.training.lines import holds, repeating, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.rates import GROUP, rate_of, setting_rate
from transpiler.emit.training.shared import Part
from transpiler.interpret.training import STEPS, TRAINING, Given, TrainingCall, root
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported
from transpiler.lower.freezing import Freezing
from transpiler.lower.rates import RATES, asks_rate, reads_rate, setting
from transpiler.lower.training import Compiled, Training
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.reached import last_name
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree
from transpiler.source.tree import Tree

#: What is asked of compiled models alone, or compiles one.
_COMPILED = ("compile", "evaluate", "test_on_batch", *STEPS)
#: What changes the model or its optimizer between a file and what is loaded of it.
_CHANGES = (*STEPS, "compile", "load_weights", "set_weights", "load_model", "freeze")


def trains_a_copy(
    training: Training, parts: list[Part], tree: Tree, freezing: Freezing
) -> tuple[TrainingCall, str] | None:
    """A call that trains on a copy, or asks another model of a loop than the compiled one."""
    if (asked := _asks_the_former(parts, tree)) is not None:
        return asked, _FORMER
    for part in parts:
        loaded: TrainingCall | None = None
        for call in part.calls:
            if loaded is None and call.model.copy_of is not None and call.name in STEPS:
                return call, _UNKNOWN  # which a function has loaded
            if loaded is not None and call.name in ("compile", *STEPS):
                alone = all(p.room is part.room for p in parts)
                if loaded.name == "clone_model" and _is_its_own(call, part, parts):
                    break
                if not freezing.calls and _is_compiled_anew(training, loaded, call, part, parts):
                    break
                if call.name == "compile" or not alone or not _is_as_saved(training, loaded, tree):
                    return call, _CLONED if loaded.name == "clone_model" else _UNKNOWN
            if call.name in ("load_model", "clone_model"):
                loaded = call
    return _of_another(training, parts, tree)


def _of_another(
    training: Training, parts: list[Part], tree: Tree
) -> tuple[TrainingCall, str] | None:
    """A call that asks models of a loop by another name than that under which one is compiled."""
    made = training.model.node
    if made is None or not tree.has_span(made):
        return None
    loops = [tree.span(loop) for loop in repeating(tree, tree.span(made)[0])]
    for part in parts if loops else ():
        apart = [
            c
            for c in part.calls
            if c.name == "compile" and not c.in_loop
            if not any(holds(loop, tree.span(c.node)) for loop in loops)
        ]
        others = (p for p in parts if p.room is part.room and p.variable != part.variable)
        asked = [c for p in others for c in p.calls if c.name in TRAINING] if apart else []
        if asked:
            return asked[0], _APART
    return None


_APART = "one of several models is compiled apart, and this may be another one"


def _is_its_own(call: TrainingCall, part: Part, parts: list[Part]) -> bool:
    """Whether a clone is compiled by itself, and the model that it was cloned of is not.

    What another file compiles shows in what is asked of it here.
    """
    others = (c for p in parts if p is not part for c in p.calls)
    alone = all(c.name not in _COMPILED for c in others)
    return call.name == "compile" and not call.conditional and alone


def _is_compiled_anew(
    training: Training, loaded: TrainingCall, call: TrainingCall, part: Part, parts: list[Part]
) -> bool:
    """Whether a model that is loaded under its own name gets another optimizer.

    model = load_model("best.keras")
    model.compile("sgd", "mse")
    """
    plain = not any(c.conditional or c.in_loop for c in (loaded, call))
    alone = part.variable == training.variable and all(p.room is part.room for p in parts)
    named = call.name == "compile" and loaded.name == "load_model"
    return named and plain and alone and not _keeps_metrics(training, call)


def _keeps_metrics(training: Training, call: TrainingCall) -> bool:
    """Whether a `compile` has the metrics of another one, which what is loaded may not have."""
    others = [one for one in training.calls if one.name == "compile" and one is not call]
    return any(
        name in call.given and call.given[name] is other.given.get(name)
        for other in others
        for name in ("metrics", "weighted_metrics")
    )


def _asks_the_former(parts: list[Part], tree: Tree) -> TrainingCall | None:
    """A call about the model that had a name before another one was loaded under it.

    old = model
    model = load_model("m.keras")
    old.fit(x, y)
    """
    calls = [call for part in parts for call in part.calls]
    for loaded in (call for call in calls if call.name == "load_model"):
        statement = tree.source(loaded.statement) if loaded.statement is not None else ""
        target, equals, _ = statement.partition("=")
        target, end = target.strip(), tree.span(loaded.node)[1]
        if not equals or not target.isidentifier():
            continue
        given = re.findall(rf"(?m)^[ \t]*{target} *= *(\w+)[ \t]*$", tree.blanked[:end])
        others = re.findall(rf"(?m)^[ \t]*(\w+) *= *{target}[ \t]*$", tree.blanked[:end])
        after = [(_asked(call, tree), call) for call in calls if tree.span(call.node)[0] > end]
        new = {call.name for asked, call in after if asked == target}
        for asked, call in after:
            steps = call.name in STEPS and not new.isdisjoint(("compile", *STEPS))
            scores = call.name in TRAINING and "compile" in new
            if asked in given or (asked in others and (steps or scores)):
                return call
    return None


def _asked(call: TrainingCall, tree: Tree) -> str:
    """What a method is called of."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    return tree.source(func.value) if isinstance(func, cst.Attribute) else ""


_FORMER = "it may be about the model that another one has taken the name of, which was loaded"
_CLONED = "the model is a clone, which is trained besides the model that it was cloned of"
_UNKNOWN = "the model is a copy, or loaded from a file, which has the weights alone"


def _is_as_saved(training: Training, loaded: TrainingCall, tree: Tree) -> bool:
    """Whether nothing has happened to a model since it was saved in the file that is loaded."""
    path, end = loaded.given.get("filepath"), tree.span(loaded.node)[0]
    if path is None or loaded.in_loop or loaded.conditional:
        return False
    before = [c for c in training.calls if tree.span(c.node)[0] < end and c is not loaded]
    named = [c for c in training.calls if "filepath" in c.given]
    here = [c for c in named if _file(c) == _file(loaded)]
    saves = [c for c in here if c.name == "save" and c in before]
    if not saves or not _all_seen(here, _file(loaded), tree):
        return False
    last = max(saves, key=lambda call: tree.span(call.node))
    since = [c for c in before if tree.span(c.node) > tree.span(last.node)]
    steady = not any(c.in_loop or c.conditional for c in (last, *since))
    asked = _RATE.search(tree.blanked, tree.span(last.node)[1], end)
    return steady and asked is None and not any(c.name in _CHANGES for c in since)


_RATE = regex(rf"\.(?:{'|'.join(RATES)})\b")


def _file(call: TrainingCall) -> str:
    """Which file it is that a call names, "" where that is not known."""
    value = call.given["filepath"].value
    name = value.expr.value if isinstance(value, Static) else None
    return normpath(name) if isinstance(name, str) and name else ""


def _all_seen(calls: list[TrainingCall], file: str, tree: Tree) -> bool:
    """Whether nothing else names a file, but for what asks whether it is there."""
    texts = [call.given["filepath"].text for call in calls]
    held = {text for text in texts if text.isidentifier()}
    last = re.escape(file.rpartition("/")[2])
    named = re.findall(rf"(?<!exists\()(?<!isfile\()([\"'])([^\"'\n]*{last})\1", tree.text)
    written = [name for _, name in named if normpath(name) == file]
    if not file or len(written) != len(held) + sum(text not in held for text in texts):
        return False
    return all(
        len(re.findall(rf"(?<![\w.]){name}\b(?!\s*=)", tree.blanked)) == texts.count(name)
        for name in held
    )


def lives_on(writer: ModelWriter, loaded: TrainingCall) -> bool:
    """Whether something still has the model that was saved, where its name gets the loaded one.

    Whoever lent it, another name or a list, or a model that shares layers with it.
    """
    of, mine = writer.shared.freezing.of, root(loaded.model)
    parts = of.parts(mine)
    for _, built in of.homes.values():
        other = root(built.model)
        if other is mine or other is writer.training.origin:
            continue
        if id(other) in parts or id(mine) in of.parts(other) or of.share(mine, other):
            return True
    start, _ = writer.shared.extent(writer.room)
    before = writer.tree.blanked[start : writer.tree.span(loaded.node)[0]]
    bare = rf"(?<![\w.]){re.escape(writer.variable)}\b(?![ \t]*(?:[\w.(]|=(?!=)))"
    return writer.part.is_lent or re.search(bare, before) is not None


def optimizer_of_loaded(writer: ModelWriter, loaded: TrainingCall, copied: bool) -> list[str]:
    """What the optimizer of a model that is loaded goes on with, if it trains.

    `copied` if the model that was saved lives on under another name.
    """
    training, span = writer.training, writer.tree.span
    after = [c for c in writer.part.calls if span(c.node) > span(loaded.node)]
    steps = next((c for c in after if c.name in STEPS), None)
    if steps is None and (copied or not _reads_rate(writer, loaded)):
        return []
    compiled = training.compiled[id((steps or loaded).compiled)]
    holds_state, holds_rate = _held(training, loaded, compiled)
    moves = _changes_rate(writer) or asks_rate(writer.tree, writer.part.optimizer)
    known, rate, lines = writer.optimizer, rate_of(writer.optimizer), list[str]()
    if copied or not (holds_state or steps is None):
        if copied:
            writer.optimizer = writer.lasting(f"{writer.label}_optimizer")
            if writer.optimizer == known:
                raise Unsupported(_FORMER)
        elif moves:
            learning_rate = writer.lasting("learning_rate", "known_rate")
            rate, lines = learning_rate, [f"{learning_rate} = {rate}"]
        lines.append(f"{writer.optimizer} = {_optimizer_anew(writer, compiled)}")
        if holds_state:
            state = f"copy.deepcopy({known}.state_dict())"
            lines.append(f"{writer.optimizer}.load_state_dict({state})")
        elif moves:
            lines += setting_rate(writer.optimizer, rate, writer.lasting(*GROUP))
    if not holds_state and training.asks_steps:
        raise Unsupported("Keras loads the model without the number of steps that it has taken")
    if moves and not holds_rate:
        use = compiled.optimizing.use
        given = use.arguments.get("learning_rate", use.rule.defaults["learning_rate"])
        assert given is not None
        lines.append("# as Keras loads it: with the rate of `compile`")
        lines += setting_rate(writer.optimizer, given.text, writer.lasting(*GROUP))
    return lines


def _optimizer_anew(writer: ModelWriter, compiled: Compiled) -> str:
    """What makes another optimizer, of a model as it is called by now."""
    training, optimizing = writer.training, compiled.optimizing
    text = optimizing.optimizer.constructor.text
    mine, others = f"{training.variable}.parameters()", f"{writer.variable}.parameters()"
    beside = (optimizing.schedule, optimizing.scaling, optimizing.averaging, compiled.choices)
    if mine not in text or any(beside) or writer.made.spread:
        raise Unsupported(_UNKNOWN)
    return text.replace(mine, others)


def _held(training: Training, loaded: TrainingCall, compiled: Compiled) -> tuple[bool, bool]:
    """Whether a file holds what the optimizer knows of its steps, and its rate.

    Folders of Keras 2 have no moments and no number of steps, nor have its own files those of
    legacy optimizers; these files say of an optimizer that has a name what `compile` says.
    """
    saved = [c for c in training.calls if c.name == "save" and _file(c) == _file(loaded)]
    formats = [c.given["save_format"].text for c in saved if "save_format" in c.given]
    if formats:
        raise Unsupported(f"save_format={formats[0]}: give the file an ending that says it")
    ending = PurePath(_file(loaded)).suffix
    if compiled.keras != "2" or ending in (".h5", ".hdf5"):
        return True, True
    if ending == ".keras" and not compiled.optimizing.legacy:
        return True, not _is_named(compiled.call.given.get("optimizer"))
    return not compiled.optimizing.remembers, True


def _is_named(optimizer: Given | None) -> bool:
    """Whether `compile` gets the name of an optimizer, rather than the optimizer."""
    value = optimizer.value if optimizer is not None else None
    return value is None or (isinstance(value, Static) and isinstance(value.expr.value, str))


def optimizer_of_file(writer: ModelWriter, call: TrainingCall) -> str:
    """What to say of a `load_weights` that brings back what the optimizer knew; "" if it doesn't.

    Refused where it is certain: the optimizer would go on with another rate, or other moments.
    """
    compiled = writer.training.compiled.get(id(call.compiled))
    moves = _changes_rate(writer)
    numbered = writer.training.asks_steps
    if compiled is None or not (compiled.optimizing.remembers or moves or numbered):
        return ""
    given = call.given.get("filepath")
    path = _file(call) or given.text if given is not None else ""
    named = bool(_file(call)) or ".weights.h5" in path
    # other files of h5py hold the weights alone
    if ".h5" in path and ".weights.h5" not in path:
        return ""
    calls = [c for c in writer.training.calls if c.compiled is call.compiled]
    at = next((i for i, c in enumerate(calls) if c is call), 0)
    trains = [c for c in calls[at:] if c.name in STEPS]
    trained = any(c.name in STEPS for c in calls[:at])
    if (
        trains
        and not (compiled.optimizing.remembers or numbered)
        and _sets_rate(writer, call, trains[0])
    ):
        return ""
    goes_on = bool(trains) or numbered or (moves and _reads_rate(writer, call))
    if trained and goes_on and named and not (call.in_loop or call.conditional):
        raise Unsupported(f"{_BROUGHT_BACK}, and the program goes on with that")
    unsure = (trained and goes_on) or (call.in_loop and (trained or bool(trains)))
    # methods, and functions that get a model, run in an order that their text does not tell
    others = [c for c in calls if c.name in STEPS and c.region is not call.region]
    everywhere = bool(writer.room.owner or writer.part.is_lent)
    unsure |= any(everywhere or _is_called_after(writer.tree, call, other) for other in others)
    return f"{_BROUGHT_BACK}, too; {_GOES_ON}" if unsure else ""


def _is_called_after(tree: Tree, call: TrainingCall, other: TrainingCall) -> bool:
    """Whether the function of another call may run once this one has.

    By its name, or by that of a function that calls it.
    """
    function = getattr(getattr(other.region, "function", None), "name", None)
    module = program_tree(tree.text)
    if function is None or module is None:
        return False
    begin, end = tree.span(call.node)
    positions = Positions(tree.text)
    functions = nodes_of_kind(module, ast.FunctionDef)
    spans = {one: positions.span(one) for one in functions}
    others = [one for one, (first, last) in spans.items() if not first <= begin < last]
    called = {
        one: {last_name(node.func) for node in all_in(one) if isinstance(node, ast.Call)}
        for one in others
    }
    names, more = set[str](), {function.value}
    while more:
        names |= more
        more = {one.name for one in others if called[one] & names} - names
    named = "|".join(map(re.escape, sorted(names)))
    return re.search(rf"(?<!def )\b(?:{named})\(", tree.blanked[end:]) is not None


_BROUGHT_BACK = "in Keras the file brings back what the optimizer knew when it was saved"
_GOES_ON = "here the optimizer goes on with what it knows by now"
_RATE_CALLBACKS = ("ReduceLROnPlateau", "LearningRateScheduler")


def _changes_rate(writer: ModelWriter) -> bool:
    """Whether the rate may be another one when the file is read: Keras keeps it in there."""
    return writer.training.sets_rate or any(name in writer.tree.blanked for name in _RATE_CALLBACKS)


def _sets_rate(writer: ModelWriter, call: TrainingCall, step: TrainingCall) -> bool:
    """Whether the program gives the optimizer a rate between two calls."""
    between = writer.tree.span(call.node)[1], writer.tree.span(step.node)[0]
    return (
        setting(writer.variable, writer.part.optimizer).search(writer.tree.blanked, *between)
        is not None
    )


def _reads_rate(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether the program looks at the learning rate after a call."""
    room, after = writer.shared.extent(writer.room), writer.tree.span(call.node)[1]
    given = [
        m.span()
        for m in setting(writer.variable, writer.part.optimizer).finditer(
            writer.tree.blanked, *room
        )
    ]
    span = max(after, room[0]), room[1]
    reads = reads_rate(writer.tree, span, writer.variable, writer.part.optimizer)
    return any(not within(start, given) for start, _ in reads)
