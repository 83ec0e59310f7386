"""Criterion, optimizer and schedule in the place of `compile`."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM
from transpiler.emit.edits import Edit
from transpiler.emit.fold import WIDTH
from transpiler.emit.training.classes_elsewhere import home_of
from transpiler.emit.training.distributing import (
    OWN,
    STATISTICS,
    check_parts,
    has_statistics,
    wrapped,
)
from transpiler.emit.training.elsewhere import is_added
from transpiler.emit.training.giving import is_wanted
from transpiler.emit.training.kept_optimizers import goes_on, made_outside, refuse_going_on
from transpiler.emit.training.lines import bound_by, holds, is_statement, simple_statements, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.own_schedules import schedule_edits
from transpiler.emit.training.picked_again import refuse_picked_again
from transpiler.emit.training.rates import steps_of_optimizer
from transpiler.emit.training.recompiled import is_replaced
from transpiler.emit.training.same_model import refuse_trained_elsewhere
from transpiler.emit.training.shared import Before, Room
from transpiler.interpret.bindings import calls_giving
from transpiler.interpret.training import STEPS, TrainingCall, root
from transpiler.interpret.values import UserClass
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.heads import Head
from transpiler.lower.optimizer_choices import CHOSEN, Choices
from transpiler.lower.optimizers import Averaging
from transpiler.lower.watched import constructors
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.importers import is_imported
from transpiler.source.occurrences import Positions
from transpiler.source.suites import blocks_around, statement_lines
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.tree import Tree


def write_compile(
    writer: ModelWriter,
    call: TrainingCall,
    statement: cst.SimpleStatementLine,
    for_fit: Callable[[ModelWriter, TrainingCall, list[str]], list[str]],
) -> None:
    """Criterion and optimizer in the place of `compile`, or what it leaves `for_fit`."""
    if not is_statement(statement, call.node):
        raise Unsupported("what `compile` gives is used")
    lines: list[str] = []
    if is_replaced(writer, call):
        drop(writer, statement)
        return
    if writer.training.idle:
        refuse_trained_elsewhere(writer)
        message = _ELSEWHERE if writer.training.elsewhere else _IDLE
        writer.made.said.append((ASSUMED, call.node, message.format(writer.variable)))
    else:
        lines = criterion_lines(writer, call)
    made_here = writer.training.late is None and not _is_only_asked(writer, call)
    if not writer.training.idle and made_here and not goes_on(writer, call):
        lines += optimizer_lines(writer, call, call.node)
    if not writer.training.idle:
        lines += for_fit(writer, call, lines)
    if not writer.training.idle or writer.training.elsewhere:
        say_what_differs(writer, call)
    if not lines:  # both are there already
        drop(writer, statement)
        return
    writer.whole[id(statement)] = lines
    writer.statements.setdefault(id(statement), (statement, {}, {}))


_ITS_OPTIMIZER = regex(r"\.optimizer\b")


def _is_only_asked(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether a model that another file has compiled takes no steps here: it needs no optimizer."""
    steps = any(c.name in STEPS for c in writer.training.calls)
    asked = _ITS_OPTIMIZER.search(writer.tree.blanked) is not None
    return is_added(writer.shared.file, call) and not (steps or asked)


def drop(writer: ModelWriter, statement: cst.SimpleStatementLine) -> None:
    """Take out a `compile` of which nothing stays in its place."""
    writer.made.gone.append(statement)
    writer.removed.append(statement_lines(writer.tree, statement))
    writer.edits.append(Edit(*writer.removed[-1], ""))


_AVERAGES = (
    "`{}` is called more than once: its calls move the running averages of its batch normalization "
    "in the order of the program, Keras runs calls in an order of its own"
)
_IDLE = "`{}` is compiled, and nothing that is seen trains it: it gets no optimizer"
_ELSEWHERE = (
    "the function gives the model `{}` alone; criterion and optimizer are made at its calls in "
    "other files"
)
_SHARED = (
    "each model gets an optimizer of its own; of one that several are compiled with, older Keras "
    "counts the steps of all together, newer Keras takes the weights of the first alone"
)


def _is_shared(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether another model is compiled with the same optimizer."""
    mine = call.given.get("optimizer")
    if mine is None or not re.fullmatch(r"(?:self\.)?\w+", mine.text):
        return False
    others = [
        c.given.get("optimizer")
        for c in writer.room.calls
        if c.name == "compile" and c.node is not call.node
        if root(c.model) is not root(call.model)
    ]
    found = [(o.text, o.versions) for o in others if o is not None]
    return (mine.text, mine.versions) in found


def criterion_lines(writer: ModelWriter, call: TrainingCall) -> list[str]:
    """What makes the criteria, where they are more than functions."""
    compiled = writer.training.compiled[id(call)]
    only_asked = _is_only_asked(writer, call)
    writer.made.helpers |= compiled.measuring_helpers if only_asked else compiled.helpers
    lines: list[str] = []
    criteria = []
    if (given := writer.training.criteria.get(id(call))) is not None:
        if len(compiled.heads) > 1 or compiled.heads[0].given:
            raise Unsupported("the losses of several outputs, which a function gets")
        writer.criterion = given
        return lines
    for head in compiled.heads:
        name = writer.criterion_of(head)
        if head.loss.places:
            _write_losses(writer, call, head)
        elsewhere = head.loss.given and any(call is one for one in writer.training.moved)
        if head.loss.criterion.text.isidentifier() and not elsewhere:
            name = head.loss.criterion.text
        else:
            lines += _criterion(writer, name, str(head.loss.criterion))
        criteria.append(name)
    given_besides = [one for head in compiled.heads for one in head.given.items()]
    criteria += [_besides(writer, name, str(value), lines) for name, value in given_besides]
    writer.criterion = ", ".join(criteria)
    return lines


def _write_losses(writer: ModelWriter, call: TrainingCall, head: Head) -> None:
    """Criteria stand where the program makes the losses of which it picks one."""
    given = call.given["loss"].node
    spans = [writer.tree.span(c.node) for c in writer.room.calls if c.name == "compile"]
    text = head.loss.criterion.text
    uses = writer.shared.places(writer.room, text) if text.isidentifier() else []
    if given is None or not all(p.binds or within(p.start, spans) for p in uses):
        raise Unsupported(f"`{head.loss.criterion}`, one of several losses, is used besides")
    for span, text in head.loss.places:
        _check_list(writer, span, head.loss.criterion.text)
        if writer.shared.replaced.get(span, text) != text:
            raise Unsupported("a loss that is made for several models, in different ways")
        _write_there(writer, writer.room, span, text)


#: How a program may read a list or dict of losses besides to pick one: it runs through it.
_RUN_THROUGH = regex(
    r"\bin (\w+)(?:\.(?:items|values|keys)\(\))?(?=[:\]})])|\b(?:len|list|sorted)\((\w+)\)"
)


def _check_list(writer: ModelWriter, span: tuple[int, int], name: str) -> None:
    """Refuse losses that a list holds of which more is asked: they are torch's then."""
    tree, shared = writer.tree, writer.shared
    if (function := _given_to(tree, writer.room, span)) is not None:
        if is_imported(writer.shared.file.path, rf"\b{function.name.value}\b"):
            raise Unsupported(f"`{name}` is one of several losses, and other files give it others")
        return
    calls = [c for room in shared.rooms for c in room.calls]
    compiles = [tree.span(c.node) for c in calls if c.name == "compile"]
    maker = _maker(tree, name)
    statements = simple_statements(tree.module if maker is None else maker)
    statement = next((s for s in statements if holds(tree.span(s), span)), None)
    held = bound_by(tree, statement)
    if maker is not None:
        asked = re.finditer(rf"(?<!\bdef )\b{maker.name.value}\b", tree.blanked)
        kept = rf"(?<![\w.]){held}\b(?!\s*=(?!=))(?<!return {held})(?!\[)" if held else r"(?!)"
        used = re.search(kept, tree.code(maker.body)) is not None
        used = used or is_imported(writer.shared.file.path, rf"\b{maker.name.value}\b")
        if used or not all(within(one.start(), compiles) for one in asked):
            raise Unsupported(f"`{name}` gives one of several losses, and is used besides")
        return
    if statement is None or held == name:
        return
    room = min(
        (r for r in shared.rooms if holds(shared.extent(r), span)),
        key=lambda r: shared.extent(r)[1] - shared.extent(r)[0],
    )
    places = shared.places(room, held) if held.isidentifier() else []
    code = tree.blanked
    run = [m.span(m.lastindex or 0) for m in _RUN_THROUGH.finditer(code)]
    known = [p for p in places if p.binds or (p.start, p.end) in run or within(p.start, compiles)]
    taken = re.compile(rf"{name} = {held}(?:\[|\.get\()")
    known += [p for p in places if taken.match(code, p.start - len(f"{name} = "))]
    if not held.isidentifier() or len(known) < len(places):
        raise Unsupported(f"`{held or name}` has several losses, and is used besides")


def _maker(tree: Tree, text: str) -> cst.FunctionDef | None:
    """The function of the module that a call calls."""
    name = text.partition("(")[0] if text.endswith(")") else ""
    functions = (s for s in tree.module.body if isinstance(s, cst.FunctionDef))
    return next((f for f in functions if f.name.value == name), None)


def _given_to(tree: Tree, room: Room, span: tuple[int, int]) -> cst.FunctionDef | None:
    """The function that compiles with a loss, if that is an argument of one of its calls."""
    function = room.region.function
    if not isinstance(function, cst.FunctionDef):
        return None
    module, positions = program_tree(tree.text), Positions(tree.text)
    for node in all_in(module or ast.Module([], [])):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name == function.name.value:
                given = (*node.args, *(keyword.value for keyword in node.keywords))
                if any(positions.span(one) == span for one in given):
                    return function
    return None


def _write_there(writer: ModelWriter, room: Room, span: tuple[int, int], text: str) -> None:
    """Something else stands in the place of what the program makes before it compiles."""
    writer.shared.replaced[span] = text
    edit = Edit(*span, text)
    own = holds(writer.shared.extent(room), span)
    edits = writer.edits if own else writer.made.once
    if edit not in edits:
        edits.append(edit)
    statements = simple_statements(writer.tree.module)
    statement = next((s for s in statements if holds(writer.tree.span(s), span)), None)
    if statement is not None:  # so that it is folded
        writer.made.before.append(Before(statement, 0, []))


def _besides(writer: ModelWriter, parameter: str, given: str, lines: list[str]) -> str:
    """The variable for what a loss needs beside its criterion: the program's own, if it lasts."""
    of_object = re.fullmatch(r"self\.\w+", given) is not None
    if of_object and writer.kept_on:
        bound = re.findall(rf"\.{given.removeprefix('self.')}\s*[-+*/]?=(?!=)", writer.tree.blanked)
        if len(bound) == 1:
            return given
    owner, dot, criterion = writer.criterion_name.rpartition(".")
    short = "weight" if parameter == "loss_weight" else parameter
    wanted = re.sub(r"(criterion|loss_function)$", short, criterion)
    name = f"{owner}{dot}{writer.lasting(wanted, f'loss_{short}')}"
    lines.append(f"{name} = {given}")
    return name


_TRAINS = regex(r"\.(?:fit|fit_generator|train_on_batch)\(")


def optimizer_lines(writer: ModelWriter, call: TrainingCall, node: cst.CSTNode) -> list[str]:
    """What makes the optimizer, and what stands beside it, where a node of the room stands."""
    refuse_going_on(writer, call, node)
    compiled = writer.training.compiled[id(call)]
    lines: list[str] = []
    made = compiled.optimizing.optimizer.constructor
    if compiled.choices is not None:
        made = _chosen(writer, call, made, compiled.choices)
    passed = writer.training.passed.get(id(call))
    if passed is None:
        lines.append(f"{writer.optimizer} = {made}")
    else:
        writer.optimizer = passed.parameter
    writer.made.helpers |= made.helpers | compiled.optimizing.helpers
    if compiled.optimizing.schedule is not None:
        writer.scheduler = _beside(writer, "scheduler", "lr_scheduler")
        factor = str(compiled.optimizing.schedule.factor)
        if (own := compiled.optimizing.schedule.own) is not None:
            factor = _own_rate(writer, own, lines)
        lines.append(
            f"{writer.scheduler} = torch.optim.lr_scheduler.LambdaLR("
            f"{writer.optimizer}, lambda step: {factor})"
        )
    if (decay := compiled.optimizing.decay) is not None:
        lines.append(f"decay_rate({writer.optimizer}, {decay})")
    if (averaging := compiled.optimizing.averaging) is not None:
        if writer.made.spread or compiled.choices is not None:
            raise Unsupported("averages of weights under a strategy, or for several optimizers")
        lines += _averages(writer, averaging)
    if compiled.optimizing.accumulation is not None:
        if writer.made.spread or compiled.choices is not None:
            raise Unsupported("steps of several batches under a strategy, or for some optimizers")
        writer.batch_numbers = _beside(writer, "batch_numbers", "batch_counter")
        lines.append(f"{writer.batch_numbers} = itertools.count(1)")
        away = writer.training.home.file is not writer.shared.file
        if away or len(_TRAINS.findall(writer.tree.blanked)) > 1:
            lines.append(f"{writer.optimizer}.zero_grad()")  # what was trained before leaves some
    if writer.training.asks_steps:
        lines.append(_numbered(writer, call))
    if writer.made.spread:
        lines.insert(0, _spread(writer, call))
    scaling = compiled.optimizing.scaling
    if scaling is not None:
        writer.scaler = _beside(writer, "scaler", "grad_scaler")
        given = ", ".join(f"{k}={v}" for k, v in ({"init_scale": "2.0**15"} | scaling).items())
        lines.append(f"{writer.scaler} = torch.amp.GradScaler({writer.device}.type, {given})")
    return lines


_CLIPPED = (
    "Keras goes back to what the last softmax or sigmoid was applied to; here probabilities are "
    "clipped to 1e-7, and outputs nearer to 0 or 1 train differently"
)
_ROWS = (
    "; so do those of targets whose rows don't add up to 1, where TensorFlow's gradient is "
    "softmax - targets"
)
_CATEGORICAL = regex(r"(?<!sparse_)categorical_crossentropy|(?<!Sparse)CategoricalCross")


_BEGINNING = (
    "averages of weights begin with those after the first step, as in Keras 3; in Keras 2, with "
    "those before"
)
_COUNTED = (
    "regularizers of frozen layers add nothing to the loss, as in Keras 3; in Keras 2 they add "
    "what no longer changes"
)
_UNDIVIDED = (
    "activity regularizers add a mean over the batch, as in Keras 3.14 and Keras 2; from 3.0 to "
    "3.13 Keras adds up the batch"
)


def say_what_differs(writer: ModelWriter, call: TrainingCall) -> None:
    """Notes on what the criterion and the optimizer assume."""
    compiled = writer.training.compiled[id(call)]
    if _is_shared(writer, call):
        writer.made.said.append((ASSUMED, call.node, _SHARED))
    frozen = writer.shared.freezing.notes.get(id(call), "")
    losses = [head.loss.note for head in compiled.heads]
    repeated = writer.shared.freezing.of.repeated_norms(call.model)
    losses += [_AVERAGES.format(part) for part in repeated]
    activities = _UNDIVIDED if writer.training.penalized and compiled.keras != "2" else ""
    counted = _COUNTED if writer.training.weights.may_freeze and compiled.keras == "auto" else ""
    averages = compiled.optimizing.averaging is not None and compiled.keras == "auto"
    begins = _BEGINNING if averages else ""
    notes = [
        frozen,
        activities,
        counted,
        begins,
        compiled.optimizing.assumed,
        *losses,
        *(metric.note for _, metric in compiled.metrics),
    ]
    writer.made.said += [(ASSUMED, call.node, note) for note in notes if note]
    rows = _ROWS if _CATEGORICAL.search(writer.tree.text) else ""
    clips = [f"{_CLIPPED}{rows}"] if writer.training.clips else []
    differing = [head.loss.differs for head in compiled.heads if head.loss.differs]
    notes = [*clips, *differing, *compiled.optimizing.notes]
    writer.made.said += [(CLOSE_IDIOM, call.node, note) for note in notes]


def _beside(writer: ModelWriter, name: str, other: str) -> str:
    """The variable for what stands beside the optimizer, in the same place."""
    prefix = writer.optimizer.removesuffix("optimizer").removeprefix(writer.kept_on)
    return writer.kept_on + writer.lasting(f"{prefix}{name}", other)


def _numbered(writer: ModelWriter, call: TrainingCall) -> str:
    """The statement that begins to count the steps of an optimizer."""
    optimizing = writer.training.compiled[id(call)].optimizing
    if optimizing.scaling is not None or optimizing.accumulation is not None:
        raise Unsupported("the number of steps, where some batches are none")
    if id(call) in writer.training.passed:
        raise Unsupported("the number of steps of an optimizer that a function gets")
    return f"{steps_of_optimizer(writer.optimizer)} = 0"


def _averages(writer: ModelWriter, averaging: Averaging) -> list[str]:
    """The model that holds averages of the weights."""
    writer.averaged = _beside(writer, "averaged", "averaged_model")
    function = f"get_ema_multi_avg_fn({averaging.momentum})"
    made = f"{writer.averaged} = AveragedModel({writer.variable}, multi_avg_fn={function})"
    begun = [f"{writer.averaged}.update_parameters({writer.variable})"] if averaging.begins else []
    return [made, *begun]


def _spread(writer: ModelWriter, call: TrainingCall) -> str:
    """The statement that spreads the steps of a model over processes."""
    made = constructors(writer.shared.freezing.of, writer.built, writer.training.home)
    check_parts(made)
    if call.own:
        writer.made.said.append((ASSUMED, call.node, OWN))
    owner, dot, _ = writer.variable.rpartition(".")
    writer.parallel = owner + dot + writer.lasting(f"ddp_{writer.label}")
    statistics = has_statistics(made)
    if statistics:
        writer.made.said.append((CLOSE_IDIOM, call.node, STATISTICS))
    return wrapped(writer.variable, writer.parallel, statistics)


def _criterion(writer: ModelWriter, name: str, made: str) -> list[str]:
    """The statement that makes a criterion, or picks one of several."""
    table, _, key = made.partition("}[")
    if not key or len(name) + len(made) < WIDTH - 8:
        return [f"{name} = {made}"]
    criteria = writer.lasting("criteria", "loss_functions")
    return [f"{criteria} = {table}}}", f"{name} = {criteria}[{key}"]


def _chosen(writer: ModelWriter, call: TrainingCall, made: Expr, choices: Choices) -> Expr:
    """One of several optimizers, which wait for the parameters where the program makes them."""
    name = call.given["optimizer"].text
    given = writer.training.chosen.get(id(call))
    region = given.region if given is not None else call.region
    room = next((r for r in writer.shared.rooms if r.region is region), writer.room)
    spans = [writer.tree.span(c.node) for c in room.calls if c.name == "compile"]
    builders = _calls_of_builders(writer) if given is not None else []
    builders += _calls_that_give(writer, room, name)
    spans += builders
    if choices.texts and name.isidentifier():
        uses = writer.shared.places(room, name)
        if not all(p.binds or within(p.start, spans) for p in uses):
            raise Unsupported(f"`{name}`, one of several optimizers, is used besides")
    if given is None and _is_compiled_again(writer, room, call, name):
        raise Unsupported(f"`{name}` is compiled with in each round of a loop, and may go on")
    makers = dict(writer.shared.file.optimizer_makers.values())
    elsewhere = set(itertools.chain.from_iterable(makers.values()))
    if given is None and not builders:
        refuse_picked_again(writer, room, call, choices, elsewhere)
    for function, places in makers.items():
        if any(place in choices.texts for place in places):
            _check_maker(writer, function, builders)
    statements = simple_statements(writer.tree.module)
    for span, text in choices.texts.items():
        if writer.shared.replaced.get(span, text) != text:
            raise Unsupported("an optimizer that is made for several models, one with other rates")
        writer.shared.replaced[span] = text
        edit = Edit(*span, text)
        anew = given.call if given is not None else writer.tree.span(call.node)
        if span in elsewhere:
            writer.made.once.append(edit)
        elif edit not in writer.edits and not holds(anew, span):  # which is written anew
            own = holds(writer.shared.extent(room), span)
            (writer.edits if own else writer.made.once).append(edit)
            statement = next((s for s in statements if holds(writer.tree.span(s), span)), None)
            if statement is not None:  # so that it is folded
                writer.made.before.append(Before(statement, 0, []))
    if not choices.by_name:
        source = writer.source_of(call.given["optimizer"])
        return replace(made, text=made.text.replace(CHOSEN, source))
    wanted = ("optimizer_by_name", "keras_optimizer")
    name, source = writer.shared.function(
        wanted,
        ("optimizer", choices.by_name),
        lambda name: choices.by_name.replace(wanted[0], name),
    )
    writer.emit(name, source)
    return replace(made, text=made.text.replace(wanted[0], name, 1))


def _is_compiled_again(writer: ModelWriter, room: Room, call: TrainingCall, name: str) -> bool:
    """Whether rounds of a loop compile one model with what was made before the loop."""
    node = root(call.model).node
    loops = [
        writer.tree.span(s)
        for s, _ in blocks_around(writer.tree, room.node, writer.tree.span(call.node)[0])
        if isinstance(s, (cst.For, cst.While))
    ]
    fresh = node is not None and bool(loops) and holds(loops[-1], writer.tree.span(node))
    return not fresh and name.isidentifier() and made_outside(writer.shared, room, call.node, name)


def _calls_that_give(writer: ModelWriter, room: Room, name: str) -> list[tuple[int, int]]:
    """What the calls of a function give for a parameter, which becomes its optimizer."""
    calls = calls_giving(writer.tree, room.region.function, name)
    function = room.region.function
    if calls and isinstance(function, cst.FunctionDef):
        if is_wanted(writer.shared.file, function.name.value):
            raise Unsupported(f"`{function.name.value}` gets optimizers, also from other files")
    return [writer.tree.span(given) for _, given, _ in calls or ()]


def _calls_of_builders(writer: ModelWriter) -> list[tuple[int, int]]:
    """The calls of the function that makes a model, each of which gives it an optimizer."""
    summary = writer.training.model.summary
    assert summary is not None
    sites = writer.shared.sites.get(id(summary.function.node), ())
    return [writer.tree.span(site.node) for site in sites]


def _check_maker(
    writer: ModelWriter, function: cst.FunctionDef, builders: list[tuple[int, int]]
) -> None:
    """All that a function gives must become optimizers: it gives what makes them now."""
    name = function.name.value
    if is_wanted(writer.shared.file, name):
        raise Unsupported(f"`{name}` gives optimizers, also to other files")
    calls = [c for room in writer.shared.rooms for c in room.calls if c.name == "compile"]
    spans = [*(writer.tree.span(c.node) for c in calls), *builders]
    given = [c.given["optimizer"].text for c in calls if "optimizer" in c.given]
    kept = "|".join(re.escape(text) for text in given if re.fullmatch(r"[\w.]+", text))
    text = writer.tree.blanked
    for found in re.finditer(rf"\b{name}\b", text):
        line = text[writer.tree.line_start(found.start()) : found.start()]
        binds = re.fullmatch(r"\s*def ", line)
        if not (binds or within(found.start(), spans)):
            if not kept or not re.fullmatch(rf"\s*(?:{kept}) = (?:self\.)?", line):
                raise Unsupported(f"`{name}` gives optimizers, and not only to `compile`")


def _own_rate(writer: ModelWriter, schedule: Expr, lines: list[str]) -> str:
    """The rate that an object of the program's own gives for a step."""
    made = schedule.value
    assert isinstance(made, UserClass)
    home = home_of(writer.shared.file, made)
    edits = schedule_edits(home, made)
    if home is writer.shared.file:
        writer.made.class_edits[id(made.node)] = edits
    name = schedule.text
    if not name.isidentifier():
        name = writer.lasting("schedule", "rate_schedule")
        lines.append(f"{name} = {schedule.text}")
    return f"float({name}(torch.tensor(step)))"
