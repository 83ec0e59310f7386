"""What `compile` says of each output of a model: its loss, and its metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.settled_arguments import settled_by_call
from transpiler.interpret.region import Region
from transpiler.interpret.training import Given, TrainingCall, root
from transpiler.interpret.values import Function, Mapping, Partial, Sequence, Static, Value
from transpiler.ir.expr import UNKNOWN, Expr, expr, index
from transpiler.ir.notes import all_said
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Metric, Prediction, Targets
from transpiler.lower.binding import Use, only, use_of
from transpiler.lower.heads import (
    SMOOTHING,
    Head,
    Output,
    by_output,
    generation_of,
    in_order_of_losses,
    metrics_by_output,
)
from transpiler.lower.left_out import refuse_none, refuse_weights
from transpiler.lower.loss_choices import loss_by_name, losses_made_before
from transpiler.lower.loss_reductions import reduced_loss
from transpiler.lower.masked import EMPTY, refuse_whole
from transpiler.lower.metrics import lower_metrics, metrics_of_steps
from transpiler.lower.named_metrics import metrics_of_config
from transpiler.lower.one_hot import one_hot_targets
from transpiler.lower.open_endings import refuse_difference, refuse_in_own
from transpiler.lower.own_losses import is_own_loss, own_loss, takes_parts
from transpiler.lower.remarks import shared_metrics, weights_by_place, weights_of_config
from transpiler.lower.target_shapes import (
    columns_of,
    fitted,
    in_parts,
    refuse_lacking_axis,
    steps_note,
)
from transpiler.lower.told import NotKept, times_of, told
from transpiler.lower.weighing import is_none, is_weighed, weighs

if TYPE_CHECKING:
    from transpiler.lower.training import Training

_ONE_AXIS = (
    "the targets have one axis, and the output has several numbers for each sample: Keras 2 "
    "compares all of them with the one target, Keras 3 takes the axis for theirs"
)
#: Calls that get targets.
_WITH_TARGETS = ("fit", "evaluate", "train_on_batch", "test_on_batch")
#: Calls that give a list of values, or a dict.
_GIVING = ("evaluate", "train_on_batch", "test_on_batch")


def of_compile(training: Training, compiles: TrainingCall) -> list[TrainingCall]:
    """What is asked of a model as one `compile` has made it."""
    return [c for c in training.calls if is_under(c, compiles)]


def is_under(call: TrainingCall, compiles: TrainingCall) -> bool:
    """Whether a `compile` may be in force for a call."""
    return call.compiled is compiles or any(one is compiles for one in call.entered)


def lower_heads(
    file: FileContext,
    training: Training,
    call: TrainingCall,
    outputs: list[Output],
    droppable: bool,
) -> tuple[list[Head], list[Use]]:
    """What is said of each output."""
    given = call.given
    elementwise = any(is_under(c, call) and (weighs(c) or is_weighed(c)) for c in training.calls)
    losses: list[Value | None] = [_loss(training, call, outputs)] * len(outputs)
    if not isinstance(given["loss"].value, (Function, Partial, Static)):
        losses = by_output(given["loss"], outputs, "a loss")
    weights = _weights(file, given, outputs)
    named = metrics_of_config(file.tree, file.path, given.get("metrics"))
    given = given if named is None else {**given, "metrics": named[0]}
    given = {**given, **_metrics(training, call)}
    keras = generation_of(given.get("metrics"), len(outputs), file.options.keras)
    metrics = metrics_by_output(given.get("metrics"), outputs, keras)
    weighted = metrics_by_output(given.get("weighted_metrics"), outputs, keras)
    heads: list[Head] = []
    uses: list[Use] = []
    ranks = {output.rank for output in outputs}
    if len(ranks) > 1 and call.own:
        raise Unsupported("a loss or metric of the program's own, and outputs of several ranks")
    every = zip(outputs, losses, weights, metrics, weighted, strict=True)
    for output, wanted, weight, *asked in every:
        if wanted is None or is_none(wanted):
            raise Unsupported(f"the output {output.name} has no loss")
        head, used = _head(file, training, call, output, droppable, elementwise, wanted, asked)
        if output.rank is None and head.loss.targets is Targets.CLASSES:
            # one class for each sample: if there are more, torch refuses the targets
            output = replace(output, rank=2)
            head, used = _head(file, training, call, output, droppable, elementwise, wanted, asked)
        for key in (f"{output.name}_loss", *(key for key, _ in head.metrics)):
            if key.startswith("val_"):
                raise Unsupported(f"a loss or metric with the name {key}, as that of a validation")
        if is_own_loss(call, wanted) or len(outputs) == 1:
            refuse_in_own(file, call.own.values(), output.may_end_in | ({output.ends_in} - {""}))
        heads.append(head.weighed(file, weight, *times_of(file, call)))
        uses += used
    if outputs[0].key and file.options.keras != "2":
        heads = in_order_of_losses(training.origin, given["loss"], heads)
    _refuse_given_twice(training, call, heads, keras)
    if named is not None and heads[0].metrics:
        (key, first), *others = heads[0].metrics
        heads[0] = replace(heads[0], metrics=((key, replace(first, note=named[1])), *others))
    if (
        note := weights_of_config(given, outputs) or weights_by_place(file, given, outputs)
    ) and heads:
        heads[0] = replace(heads[0], loss=replace(heads[0].loss, note=note))
    return heads, uses


def _settled(training: Training, call: TrainingCall, given: Given) -> Any:
    """What a builder gives `compile`, by the constants that the call gives it, or UNKNOWN."""
    if (call.region or training.home) is not training.home:
        return UNKNOWN
    return settled_by_call(training.home, root(training.model), given.text)


def _loss(training: Training, call: TrainingCall, outputs: list[Output]) -> Value | None:
    """The loss, also where the call tells its name that makes the model."""
    value = call.given["loss"].value
    if isinstance(value, Static) and not value.expr.known:
        name = _settled(training, call, call.given["loss"])
        if isinstance(name, str) and all(output.single for output in outputs):
            return Static(expr(name))
        if training.elsewhere:  # any one: the files that train it know which
            return Static(expr("mse"))
    return value


def _metrics(training: Training, call: TrainingCall) -> dict[str, Given]:
    """The metrics, where the call tells their names that makes the model."""
    found = call.given.get("metrics")
    if found is None or isinstance(found.value, (Sequence, Mapping)):
        return {}
    names = _settled(training, call, found)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return {}
    return {"metrics": replace(found, value=Sequence(tuple(Static(expr(n)) for n in names)))}


def _weights(
    file: FileContext, given: dict[str, Given], outputs: list[Output]
) -> list[Value | None]:
    """The weight of each loss; those that only the run knows are in what holds the losses."""
    if not weights_of_config(given, outputs):
        refuse_weights(file, given.get("loss_weights"))
        return by_output(given.get("loss_weights"), outputs, "a weight")
    held = given["loss_weights"].value
    assert isinstance(held, Static)
    named = isinstance(given["loss"].value, Mapping)
    keys = [output.name if named else place for place, output in enumerate(outputs)]
    return [Static(index(held.expr, expr(key))) for key in keys]


def _refuse_given_twice(
    training: Training, call: TrainingCall, heads: list[Head], keras: str
) -> None:
    """A metric with weights and without: in a list, Keras 3 gives the latter twice."""
    keys = {key for head in heads for key, _ in head.metrics}
    twice = next((key for key in sorted(keys) if f"weighted_{key}" in keys), "")
    if not twice or len(heads) > 1 or keras == "2":
        return
    for asked in of_compile(training, call):
        given = asked.given.get("return_dict")
        by_key = isinstance(given.value, Static) and given.value.expr.is_const(True) if given else 0
        if asked.name in _GIVING and not by_key:
            raise Unsupported(f"what `{asked.name}` gives as a list has {twice} twice in Keras 3")


def _head(
    file: FileContext,
    training: Training,
    call: TrainingCall,
    output: Output,
    droppable: bool,
    elementwise: bool,
    wanted: Value,
    metrics: list[Value | None],
) -> tuple[Head, list[Use]]:
    """One output."""
    rules, name = file.rules, output.variable
    targets = f"{name}_targets" if name else "targets"
    asked = [one for one in of_compile(training, call) if one.name in _WITH_TARGETS]
    columns = {columns_of(one.sizes) for one in asked}
    seen = Prediction(
        Expr(output.code or ("logits" if output.ends_in and droppable else "outputs")),
        Expr(targets),
        output.ends_in,
        droppable and bool(output.ends_in),
        output.rank,
        output.units,
        elementwise,
        one_hot=not name and one_hot_targets(file.tree, of_compile(training, call)),
        column=not name and 1 in columns and output.rank in (None, 2),
        flat=not name and columns == {0} and file.options.keras != "2",
        exact=file.options.exact,
        moved=file.options.keras == "2" and not (output.ends_in or output.hidden),
    )
    uses: list[Use] = []
    smoothing: Expr | None = None
    region = call.region or training.home
    whole, steps = seen, output.steps
    if steps is not None:
        if elementwise:
            raise Unsupported("weights of samples beside a mask that the output carries")
        seen = replace(seen, rank=2)  # the steps that count, as rows
    if is_own_loss(call, wanted):
        loss = own_loss(file, call, wanted, seen, bool(name))
    elif not name and (several := losses_made_before(file, call, region, seen)) is not None:
        loss, uses = several
    elif (chosen := loss_by_name(file, wanted, seen, bool(name))) is not None:
        loss = chosen
    else:
        uses.append(use_of(rules.losses, "keras.losses", wanted, "the loss"))
        only(uses[0], "name", "dtype")
        refuse_none(file, uses[0].symbol, uses[0].arguments)
        unknown = bool(name) and not output.ends_in and not output.plain
        if unknown and _from_logits(uses[0]) and _has_probabilities(training):
            raise Unsupported("from_logits with several outputs, some of which are probabilities")
        loss = reduced_loss(uses[0], seen)
        if loss.smoothed:  # in each step
            loss, smoothing = _smoothed(training, call, uses[0], seen, region, name)
    if steps is not None:
        refuse_whole(uses)
        seen = replace(seen, rank=whole.rank)
        loss = replace(loss, note=all_said(loss.note, EMPTY))
    for use in uses:
        refuse_difference(use, seen, loss, output.may_end_in)
    wants_logits = loss.drops or any(map(_from_logits, uses))
    table = bool(columns) and not columns & {None, 0, 1}
    packed = takes_parts(call.own.values())
    if (table and is_own_loss(call, wanted)) or (packed and columns != {0}):
        made_one = packed and not table and file.options.keras == "2"  # which makes it a column
        seen = replace(seen, column_shape="len({0}), -1" if made_one else "")
    seen = replace(
        seen,
        output=Expr(output.code or ("logits" if wants_logits else "outputs")),
        logits=loss.drops,
        classes=loss.targets is Targets.CLASSES,
        several=loss.several,
        matching=loss.several
        or loss.paired
        or seen.one_hot
        or (not name and bool(columns) and not columns & {None, 0, 1}),
    )
    if 0 in columns and not name and (output.units or 1) > 1 and not (seen.classes or loss.paired):
        raise Unsupported(_ONE_AXIS)
    if not seen.classes and not packed:
        if steps is not None:
            refuse_lacking_axis(seen, training, asked)
        seen = fitted(seen, loss, training, [] if name else asked)
        note = steps_note(output, seen, asked)
        loss = replace(loss, note=all_said(loss.note, note))
    elif packed and not seen.classes:
        seen = in_parts(seen, training, [] if name else asked)
    plain, weighted = metrics
    try:
        given = file, call, region, seen, plain, weighted, name
        if steps is not None:
            steps, found, metric_uses = metrics_of_steps(steps, *given)
        else:
            found, metric_uses = lower_metrics(*given)
    except Unsupported:
        if not training.elsewhere:
            raise
        found, metric_uses = (), []  # the files that train it have them, and know more of it
    if (note := shared_metrics(file, training.model, call, metric_uses)) and found:
        key, first = found[0]
        found = ((key, replace(first, note=all_said(first.note, note))), *found[1:])
    if name:
        found = tuple((key, _prefixed(metric, name)) for key, metric in found)
    if output.note:
        loss = replace(loss, note=all_said(loss.note, output.note))
    head = Head(output.name, name, loss, found, seen, None, output.key, None, smoothing, steps)
    return head, [*uses, *metric_uses]


def _smoothed(
    training: Training,
    call: TrainingCall,
    use: Use,
    seen: Prediction,
    region: Region,
    name: str,
) -> tuple[Loss, Expr | None]:
    """A loss that smooths labels, and by how much, where each step must be given that."""
    if training.elsewhere:
        return reduced_loss(use, seen), None  # the files that train it know more of it
    given = use.arguments["label_smoothing"]
    alone = replace(use, arguments={"label_smoothing": given})  # all else is in the criterion
    try:
        kept = told(region, alone, use.symbol, call, shared=region.is_module)
        handed = None
    except NotKept:
        parameter = Expr(f"{name}_{SMOOTHING}" if name else SMOOTHING)
        kept, handed = replace(alone, arguments={"label_smoothing": parameter}), given
    return reduced_loss(replace(use, arguments=use.arguments | kept.arguments), seen), handed


def _has_probabilities(training: Training) -> bool:
    return any(what in ("softmax", "sigmoid") for what, _ in training.home.activations.values())


def _prefixed(metric: Metric, name: str) -> Metric:
    """A metric whose sums are called after its output."""
    weighted = _prefixed(metric.weighted, name) if metric.weighted is not None else None
    sums = tuple((f"{name}_{v}", e) for v, e in metric.sums)
    return replace(metric, sums=sums, weighted=weighted)


def _from_logits(use: Use) -> bool:
    value = use.arguments.get("from_logits")
    return value is not None and value.is_const(True)
