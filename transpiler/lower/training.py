"""What a program asks of each of its models, in terms of torch: criterion, optimizer, metrics."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

from transpiler.interpret.context import FileContext
from transpiler.interpret.models.dry_runs import open_among
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TRAINING, TrainingCall
from transpiler.interpret.values import (
    Bound,
    Layer,
    Model,
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.ir.code import Comments, Line, Node, Return
from transpiler.ir.expr import Configured, Expr, expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import (
    Loss,
    Metric,
    Prediction,
)
from transpiler.lower.activities import Watching, watched_activities, with_penalty
from transpiler.lower.binding import Use
from transpiler.lower.clipping import (
    in_group,
    perhaps_unclipped,
    read_from_group,
    unreadable_bounds,
)
from transpiler.lower.compiled_heads import lower_heads, of_compile
from transpiler.lower.compositions import Subset
from transpiler.lower.elsewhere import may_give_logits, parts_give_logits
from transpiler.lower.endings import Endings, Part, endings, held_by
from transpiler.lower.freezing import Freezing
from transpiler.lower.heads import (
    Head,
    Output,
    check_keys,
    generation_of,
    outputs_of,
    sized_by,
)
from transpiler.lower.left_out import without_none
from transpiler.lower.masked import Steps, steps_that_count
from transpiler.lower.open_endings import settled
from transpiler.lower.optimizer_choices import Choices, optimizer_choices
from transpiler.lower.optimizers import Optimizing, lower_optimizer
from transpiler.lower.predictions import is_constant
from transpiler.lower.rates import OF_LAST_STEP, asks_rate, class_sets_rate
from transpiler.lower.remarks import notes_of_optimizer
from transpiler.lower.repeated_ids import seeing_ids
from transpiler.lower.rounds import settle_rounds
from transpiler.lower.told import (
    readable,
    refuse_picked_rate,
    refuse_unsteady,
    times_of,
    unchanging,
)
from transpiler.lower.traced import refuse_changing, refuse_in_forward, refuse_unseen_logits
from transpiler.lower.watched import Watched, makers_of, watched_weights
from transpiler.lower.weighing import is_none
from transpiler.record import record

#: Arguments of `compile` without effect on the numbers: what weights are for, their shape says.
_SPEED = frozenset({
    "run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss", "sample_weight_mode",
    "experimental_run_tf_function",
})  # fmt: skip

_UNDERSTOOD = frozenset({"optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"})


@record(frozen=True, slots=True)
class Compiled:
    """What one `compile` says."""

    call: TrainingCall
    heads: tuple[Head, ...]  #: one for each output
    optimizing: Optimizing
    uses: tuple[Use, ...] = ()
    keras: str = "3"  #: the generation whose order and means are meant
    subset: Subset | None = None  #: what of the model is trained, where that is not all
    precision: str = ""  #: what products are computed in under a policy of mixed precision
    choices: Choices | None = None  #: the optimizers of which the program picks one

    @property
    def several(self) -> bool:
        """Whether the model has more than one output."""
        return len(self.heads) > 1

    @property
    def loss(self) -> Loss:
        """The loss of the only output."""
        return self.heads[0].loss

    @property
    def prediction(self) -> Prediction:
        """The only output, as its loss sees it."""
        return self.heads[0].prediction

    @property
    def metrics(self) -> tuple[tuple[str, Metric], ...]:
        """All metrics by their keys in the history, in the order in which `evaluate` gives them.

        Keras 3 goes by their keys where there are several outputs, Keras 2 by the order of these.
        """
        found = tuple(
            (f"{head.name}_{key}" if head.name else key, metric)
            for head in self.heads
            for key, metric in head.metrics
        )
        if self.keras == "2" or not self.several:
            return found
        return tuple(sorted(found, key=lambda entry: entry[0]))

    @property
    def helpers(self) -> frozenset[str]:
        """The emitted functions and classes that are needed."""
        found, schedule = self.measuring_helpers, self.optimizing.schedule
        found |= schedule.factor.helpers if schedule is not None else frozenset()
        return found | self.optimizing.optimizer.constructor.helpers

    @property
    def measuring_helpers(self) -> frozenset[str]:
        """Those of losses and metrics."""
        losses = frozenset[str]().union(*(head.loss.criterion.helpers for head in self.heads))
        sums = (value.helpers for _, metric in self.metrics for _, value in metric.sums)
        return losses.union(*(m.helpers for _, m in self.metrics), *sums) | self.weighed_helpers

    @property
    def weighed_helpers(self) -> frozenset[str]:
        """Those of metrics in which weights count, with weights or without."""
        both = [m for _, one in self.metrics if one.weighted for m in (one, one.weighted)]
        sums = (value.helpers for metric in both for _, value in metric.sums)
        return frozenset[str]().union(*(m.helpers for m in both), *sums)

    @property
    def arrays(self) -> frozenset[str]:
        """The keys of metrics that give several numbers."""
        return frozenset(key for key, metric in self.metrics if metric.array)

    @property
    def keys(self) -> list[str]:
        """The entries of the logs of an epoch."""
        losses = (f"{head.name}_loss" for head in self.heads if head.name)
        return ["loss", *losses, *(key for key, _ in self.metrics)]


@record(frozen=True, slots=True)
class Passed:
    """An optimizer that a function gets with the model."""

    parameter: str
    model: str  #: how the model is written where the optimizer is made


@record(frozen=True, slots=True)
class Chosen:
    """Where a program picks the optimizer that a builder gets."""

    region: Region
    call: tuple[int, int]  #: the call of the builder


@record(slots=True)
class Beside:
    """A list or dict of an object with models in it, and that of their optimizers."""

    models: str  #: `self.models`
    keyed: bool
    filler: Any  #: the statement that fills it
    criterion: str = ""
    optimizers: str = ""


@record(slots=True)
class Training:
    """One model that is trained or asked: all calls of it, in the order of the program."""

    model: Model
    variable: str
    calls: list[TrainingCall]
    home: Region  #: where the model is built
    origin: Model  #: the model as it is built there
    moved: list[TrainingCall] = field(default_factory=list)  #: calls of `compile` at its home
    stays: bool = False  #: whether these stay there, too: it is trained there, and asked later
    compiled: dict[int, Compiled] = field(default_factory=dict)  #: by the id of the call
    activation: str = ""  #: the last activation, where the loss takes logits
    forward: list[Node] | None = None  #: without that activation
    logits: list[Node] | None = None  #: the same as a method, where `forward` keeps it
    rank: int | None = None
    units: int | None = None
    ends_in: str = ""  #: the activation of the only output
    activations: tuple[str, ...] = ()  #: those that `forward` applies to what `logits` gives
    clips: bool = False  #: whether a loss clips probabilities whose logits Keras goes back to
    inner: list[Part] = field(default_factory=list)  #: classes that must give their logits, too
    penalized: list[Node] | None = None  #: a method that gives penalties on activities, too
    #: the models that are part of it and must have such a method, with its program
    watched: list[tuple[Built | Summary, list[Node]]] = field(default_factory=list)
    weights: Watched = field(default_factory=Watched)  #: of regularizers and constraints
    passed: dict[int, Passed] = field(default_factory=dict)  #: optimizers, by the id of the call
    criteria: dict[int, str] = field(default_factory=dict)  #: parameters that are losses, likewise
    chosen: dict[int, Chosen] = field(default_factory=dict)  #: those that callers pick, likewise
    callers: set[str] = field(default_factory=set)  #: variables of theirs that it is made of
    late: TrainingCall | None = None  #: the `fit` before which each model of a list gets its own
    beside: Beside | None = None  #: the list of an object in which it is with others alike
    program: list[Node] = field(default_factory=list)  #: `forward` with what only masks need
    sets_rate: bool = False  #: whether the program changes the learning rate itself
    asks_steps: bool = False  #: whether it reads how many steps there were
    settled: list[Layer] = field(default_factory=list)  #: layers whose regularizers it has
    idle: bool = False  #: it is compiled, and never trained
    anew: bool = False  #: methods compile it, of which it is not known which is called last
    label: str = ""  #: what the names of its criterion and optimizer begin with, if not by itself
    elsewhere: bool = False  #: where files which import this one train it, compiled as here
    problem: tuple[TrainingCall, str] | None = None

    @property
    def taking(self) -> Model:
        """The model that tells what it is given: a call may tell more than its function."""
        return self.model if self.model.inputs else self.origin

    def postpone(self, late: tuple[str, TrainingCall] | None) -> None:
        """Make the optimizer right before a `fit`, where the model has another name."""
        if late is not None:
            self.variable, self.late = late


# --- one model -------------------------------------------------------------------------------


def lower_training(
    file: FileContext, training: Training, built: Built, freezing: Freezing, seen: bool
) -> None:
    """Fill in what each `compile` means; `seen` says whether every use of the model is known."""
    ends = endings(training.home, built.forward, training.origin.outputs)
    ends, may_end_in = settled(file, training.home, training.model, ends)
    training.ends_in = ends.activations[0] if len(ends.activations) == 1 else ""
    try:
        outputs = outputs_of(training.origin, built.inputs)
        if len(outputs) == 1:
            outputs = [replace(outputs[0], steps=_steps(file, training, built))]
        if training.model.kind == "instance":  # the caller may know sizes by what it gave
            outputs = sized_by(outputs, training.model)
        if file.options.keras == "2":
            check_keys(training.origin)
    except Unsupported as why:
        training.problem = (training.calls[0], str(why))
        return
    if len(outputs) == 1:
        training.rank, training.units = outputs[0].rank, outputs[0].units
    known = zip(outputs, ends.found, ends.activations, ends.plain, may_end_in, strict=True)
    outputs = [
        replace(
            one, ends_in=name, plain=plain, may_end_in=names, single=plain or ending is not None
        )
        for one, ending, name, plain, names in known
    ]
    hidden = ends.hidden or bool(training.home.activations)
    behind = [hidden and not copied for copied in ends.copied] or [hidden] * len(outputs)
    outputs = [replace(one, hidden=h) for one, h in zip(outputs, behind, strict=True)]
    own = training.home.file is file
    seen = seen and own and len(outputs) == 1 and not outputs[0].key and not ends.inner((True,))
    seen = seen and not any(one is not None and one.applied for one in ends.found)
    compiles = [c for c in training.calls if c.name == "compile"]
    fits = [c for c in training.calls if c.name == "compile" or c.name in TRAINING]
    activities: Watching | None = None
    makers = list(makers_of(freezing.of, training.home, built))
    if traced := fits or [c for c in training.calls if c.name in ("predict", "predict_on_batch")]:
        try:
            if fits:
                _trainable(training, built)
            refuse_in_forward(file, training.calls, built, [region for region, _ in makers])
            if fits:
                training.weights = watched_weights(file, freezing, compiles, training.home, built)
                activities = watched_activities(file, freezing.of, training.home, built) or None
        except Unsupported as why:
            training.problem = (traced[0], str(why))
            return
    every = tuple(map(bool, ends.activations))
    apart = file.distribution is None and any(every)
    elsewhere = [*map(bool, ends.applied)] == [*map(bool, ends.activations)]
    if apart and own:
        apart = parts_give_logits(file, ends)
    elif apart:
        apart = elsewhere and may_give_logits(file, training.home, training.origin, ends)
    drops: set[tuple[bool, ...]] = set()
    for droppable in (True, False) if seen or apart else (False,):
        training.compiled.clear()
        for call in training.calls:
            try:
                if call.problem:
                    raise Unsupported(call.problem)
                settle_rounds(call)
                if call.name == "compile":
                    refuse_changing(file, training.calls, call, [region for region, _ in makers])
                    compiled = _compiled(file, training, call, outputs, freezing, droppable)
                    if any(h.loss.drops or _clips(file, compiled, h) for h in compiled.heads):
                        refuse_unseen_logits(training.home.file, call)
                    training.compiled[id(call)] = _with_notes(file, compiled, makers)
            except Unsupported as why:  # noqa: PERF203
                training.problem = (call, str(why))
                return
        drops = {_dropped(compiled) for compiled in training.compiled.values()}
        if len(drops) < 2 and (own or not any(map(any, drops)) or drops == {every}):
            break
    loops = [_loops(training.compiled[id(call)]) for call in compiles]
    unsure = training.anew or any(c.conditional for c in compiles)
    if unsure and any(one != loops[0] for one in loops):
        training.problem = (compiles[-1], "which `compile` holds depends on a condition")
        return
    training.clips = any(
        _clips(file, compiled, head) and (bool(head.prediction.activation) or perhaps)
        for compiled in training.compiled.values()
        for head, perhaps in zip(compiled.heads, behind, strict=True)
    )
    for dropped in drops:
        if any(dropped):
            _leave_out(training, ends, dropped, seen)
    if activities is not None:
        program = training.forward or training.logits or built.forward
        try:
            if not own:
                raise Unsupported("activity_regularizer in a model that another file builds")
            training.penalized = with_penalty(program, activities)
            training.settled += activities.layers
            for part in activities.parts():
                training.settled += part.layers
                training.watched.append((part.built, with_penalty(part.program, part)))
        except Unsupported as why:
            training.problem = (fits[0], str(why))


def _steps(file: FileContext, training: Training, built: Built) -> Steps | None:
    """The steps of the only output that count, where that carries a mask."""
    asked = [call for call in training.calls if call.name in TRAINING]
    if not any(call.name == "compile" for call in training.calls) and not asked:
        return None
    (output,) = held_by(training.origin.outputs)
    whole = replace(built, forward=training.program)

    def steady(name: str) -> bool:
        return training.home.file is file and is_constant(file, name)

    return steps_that_count(whole, output, file.options.keras, asked, steady)


def _loops(compiled: Compiled) -> tuple[object, ...]:
    """What the loops are made of: all but the optimizer."""
    by = compiled.optimizing
    clips = (by.clipping, by.unclipped, by.clipper)
    steps = (by.schedule, by.decay, by.scaling, by.averaging, by.legacy)
    of_all = (compiled.subset, compiled.precision, compiled.choices, compiled.keras)
    return (compiled.heads, by.accumulation, *clips, *steps, *of_all)


def _dropped(compiled: Compiled) -> tuple[bool, ...]:
    """Which outputs the losses want without their activations, in the order of the outputs."""
    heads = sorted(compiled.heads, key=lambda head: head.key)  # those of a list have no keys
    return tuple(head.loss.drops for head in heads)


def _clips(file: FileContext, compiled: Compiled, head: Head) -> bool:
    """Whether a loss or metric clips probabilities, of which Keras would take the logits."""
    helpers = {*head.loss.criterion.helpers, *(h for _, m in head.metrics for h in m.helpers)}
    helpers |= {h for _, m in head.metrics for _, value in m.sums for h in value.helpers}
    functions = (summary.function for summary in compiled.call.own.values())
    own = ((f.file or file).tree.source(f.node) for f in functions)
    if any("crossentropy" in text.lower() for text in own if head.prediction.activation):
        return True
    taken = any(name.endswith("crossentropy") or "crossentropy_of" in name for name in helpers)
    return not head.loss.drops and taken and "categorical_focal_crossentropy" not in helpers


def _leave_out(training: Training, ends: Endings, dropped: tuple[bool, ...], seen: bool) -> None:
    """The model gives what some losses want: of itself, or by a method of its own."""
    bare = ends.without(dropped)
    if not seen:
        pairs = zip(ends.applied, dropped, strict=True)
        training.activations = tuple(name if drops else "" for name, drops in pairs)
        training.logits, training.inner = bare, ends.inner(dropped)
        return
    last = bare[-1]
    assert isinstance(last, Return)
    comment = f"# logits: the loss applies the {training.ends_in}"
    comments = Comments(last.comments.leading, last.comments.trailing or comment)
    training.activation, training.forward = training.ends_in, [
        *bare[:-1],
        replace(last, comments=comments),
    ]


def _with_notes(
    file: FileContext, compiled: Compiled, makers: list[tuple[Region, list[Node]]]
) -> Compiled:
    """Say where Keras's optimizer computes what nobody else would."""
    optimizing = compiled.optimizing
    each = (optimizing,) if compiled.choices is None else compiled.choices.each
    for one in each:
        name = one.optimizer.by_name
        if name and any(name in region.file.tree.text.lower() for region, _ in makers):
            raise Unsupported(f"{one.use.symbol} steps weights by the word {name!r}")
    keras = compiled.keras
    if keras == "auto" and optimizing.legacy:  # Keras 3 has no `decay`
        keras = "2"
    if keras != "2" and file.distribution is None:
        optimizing = seeing_ids(optimizing, keras, makers)
    each = (optimizing,) if compiled.choices is None else each
    text, exact = file.tree.text, file.options.exact
    notes = (note for one in each for note in notes_of_optimizer(one, keras, makers, text, exact))
    notes_of_all = tuple(dict.fromkeys((*optimizing.notes, *notes)))
    return replace(compiled, optimizing=replace(optimizing, notes=notes_of_all))


def _trainable(training: Training, built: Built) -> None:
    """Whether a model trains as Keras's does, whatever the loss."""
    items = held_by(training.origin.outputs)
    if len(items) > 1 and any(isinstance(o, Bound) and o.tensor.mask is not None for o in items):
        raise Unsupported("an output carries a mask, which its loss respects, beside other outputs")
    if (lazy := open_among(training.home, built)) is not None:
        of = "it" if training.origin.undeclared else f"its layer `{lazy.hint}`"
        raise Unsupported(f"how many inputs {of} has is not known before the first batch")
    if built.input_kind is list and len(built.inputs) == 1:
        first = next(iter(built.forward), None)
        single = training.origin.inputs  # beside those that a loop makes
        if single and not (isinstance(first, Line) and first.text.startswith("*")):
            raise Unsupported("a model whose list of inputs begins with another one")
    elif built.input_kind is dict or len(built.inputs) != len(training.origin.inputs):
        raise Unsupported("a model whose inputs are not known one by one")
    for layer in training.origin.layers.values():
        if layer.problem:
            raise Unsupported(f"a layer of the model is not converted: {layer.problem}")


def _compiled(
    file: FileContext,
    training: Training,
    call: TrainingCall,
    outputs: list[Output],
    freezing: Freezing,
    droppable: bool,
) -> Compiled:
    rules, given = file.rules, call.given
    others = [n for n in given if n not in _UNDERSTOOD | _SPEED]
    if any(not is_none(given[n].value) for n in others):
        raise Unsupported(f"{others[0]} is not translated")
    if "loss" not in given or is_none(given["loss"].value):
        raise Unsupported("a model without a loss")
    value = given["optimizer"].value if "optimizer" in given else Static(expr("rmsprop"))
    if training.elsewhere and not (isinstance(value, Static) and value.expr.known):
        value = Static(expr("sgd"))  # any one: the files that train it make their own
    changes = _changes(file, training, call)
    subset = freezing.subset(call, training.variable)
    changing = any(one.name in ("trainable", "freeze") for one in training.calls)
    still = frozenset[int]() if changing else frozenset(file.still)
    steps = any(one.name in ("fit", "train_on_batch") for one in training.calls)
    if freezing.of.is_weightless(call.model):
        raise Unsupported("it has no weights, and torch's optimizers want some")
    if steps and freezing.trains_nothing(call, still):
        raise Unsupported("none of its weights is trainable: Keras would train nothing")
    parameters = subset.parameters if subset is not None else None
    passed = training.passed.get(id(call))
    if passed is not None and subset is not None:
        raise Unsupported("an optimizer that a function gets, and weights that are not trained")
    if parameters is None:
        model = passed.model if passed is not None else training.variable
        parameters = Expr(f"{model}.parameters()", strength=18)
    asked = asks_rate(file.tree, call.given["optimizer"].text if "optimizer" in call.given else "")
    how = file.options.exact, changes, file.precision, file.options.keras, asked
    refuse_unsteady(file, value, call)
    choices = _choices(file, training, call, parameters, changes)
    if choices is not None:
        optimizing = choices.optimizing
        if file.precision:
            raise Unsupported("one of several optimizers with mixed precision")
    else:
        region = call.region or training.home
        value = without_none(file, value)
        optimizing = lower_optimizer(rules, value, parameters, *how)
        if asked and file.options.keras == "2" and optimizing.schedule and not optimizing.legacy:
            raise Unsupported(OF_LAST_STEP)
        times = times_of(file, call)
        unclipped = perhaps_unclipped(file, optimizing.clipping)

        def told(given: Expr, what: str) -> Expr:
            return readable(region, unchanging(file, given, what, *times), what)

        if passed is None and (bounds := unreadable_bounds(optimizing, told)):
            optimizing = lower_optimizer(rules, value, in_group(parameters, bounds), *how)
            optimizing = read_from_group(optimizing, bounds)
        optimizing = replace(optimizing.told(told), unclipped=unclipped)
        if changes or not _rate_setters(file).isdisjoint(file.tree.words):
            refuse_picked_rate(value)
    heads, uses = lower_heads(file, training, call, outputs, droppable)
    uses.append(optimizing.use)
    return Compiled(
        call,
        tuple(heads),
        optimizing,
        tuple(uses),
        generation_of(call.given.get("metrics"), len(heads), file.options.keras),
        subset,
        file.precision,
        choices,
    )


def _choices(
    file: FileContext, training: Training, call: TrainingCall, parameters: Expr, changes: bool
) -> Choices | None:
    """The optimizers of which the program picks one when it runs."""
    if "optimizer" not in call.given or training.elsewhere:
        return None
    chosen = training.chosen.get(id(call))
    region = chosen.region if chosen is not None else call.region or training.home
    # what makes them may make that of another model, too
    how = file.options.exact, changes or not _rate_setters(file).isdisjoint(file.tree.words)
    return optimizer_choices(file.rules, file.tree, call, region, parameters, *how)


def _rate_setters(file: FileContext) -> set[str]:
    """The callbacks that change a learning rate."""
    rules = file.rules.callbacks.values()
    return {rule.names[0].rpartition(".")[2] for rule in rules if rule.changes_rate}


def _changes(file: FileContext, training: Training, compiles: TrainingCall) -> bool:
    """Whether the program, or some callback, changes the learning rate of what is compiled."""
    if training.sets_rate:
        return True
    given = [c.given.get("callbacks") for c in of_compile(training, compiles)]
    items: list[Value] = []
    for value in (g.value for g in given if g is not None):
        items += value.items if isinstance(value, Sequence) else (value,)
    made = [i.expr.value for i in items if isinstance(i, Static)]
    if any(isinstance(m, UserClass) and class_sets_rate(m.file.tree, m) for m in made):
        return True
    rules = [file.rules.callbacks.get(m.name) for m in made if isinstance(m, Configured)]
    return any(rule is not None and rule.changes_rate for rule in rules)
