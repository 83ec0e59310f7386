"""Metrics: sums over the batches of an epoch, in plain code."""

from __future__ import annotations

from collections.abc import Callable

from rules.losses import BY_ROW, refuse_column, smoothed
from transpiler.ir.expr import ADD, Expr, attribute, call, expr, index, infix, joined, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.record import replace
from transpiler.rule import Param, helper, metric


def _item(total: Expr) -> Expr:
    return method(total, "item")


def _weighted_mean(p: Prediction, name: str, variable: str, each: Expr) -> Metric:
    """The mean of one number for each sample, or for each output of it, by the weights."""
    if p.rank != 2 or p.weights is None:
        raise Unsupported(f"{name} with weights of steps or pixels")
    total = _item(method(infix(each, "*", p.weights), "sum"))
    sums = ((f"weighted_{variable}", total), ("weights_sum", _item(method(p.weights, "sum"))))
    return Metric(name, sums, "{0} / ({1} or 1)")  # 0 where nothing weighs, as in Keras


def _mean(p: Prediction, name: str, variable: str, each: Expr, label: str) -> Metric:
    """The mean of one number for each element of the output."""
    if p.weights is not None:
        row = method(each, "flatten") if p.units == 1 else method(each, "mean", 1)
        return replace(_weighted_mean(p, name, variable, row), label=label)
    if p.rank == 1:
        return replace(_of_flat(name, variable, method(each, "mean")), label=label)
    total = infix(_item(method(each, "mean")), "*", Expr("len(inputs)", strength=18))
    if p.units == 1 and p.rank == 2 and not p.open:
        total = _item(method(each, "sum"))
    return Metric(name, ((variable, total),), label=label)


def _of_flat(name: str, variable: str, value: Expr) -> Metric:
    """The mean over the batches: of outputs without a last axis Keras takes each batch for one."""
    return Metric(name, ((variable, _item(value)),), "{0} / {batches}")


def _hits(p: Prediction, name: str, hits: Expr) -> Metric:
    """The share of the elements that are right."""
    if p.weights is not None:
        found = _weighted_mean(p, name, "correct", hits)
        return replace(found, label="accuracy", larger_is_better=True)
    if p.rank == 2:
        total = _item(method(hits, "sum"))
    else:
        share = _item(method(method(hits, "double"), "mean"))
        total = infix(share, "*", Expr("len(inputs)", strength=18))
    return Metric(name, (("correct", total),), label="accuracy", larger_is_better=True)


@metric("accuracy", "acc")
def accuracy(p: Prediction) -> Metric:
    """Keras chooses by the shapes of outputs and targets."""
    if p.classes:
        return sparse_categorical_accuracy(p)
    several = p.several or p.activation == "softmax"  # which nobody has of a single number
    if p.units is None and not several:
        return _accuracy_as_run(p)
    if p.units == 1:
        return binary_accuracy(p, Expr("0.5", 0.5))
    if p.column and p.deeper:
        raise Unsupported("accuracy of targets with an axis of one number that the output lacks")
    if p.column:  # of classes, as Keras sees it, whatever the loss makes of them
        if p.rank != 2:
            raise Unsupported("accuracy of a column of targets beside more axes of outputs")
        hits = infix(method(p.output, "argmax", p.dim), "==", method(p.targets, "flatten"))
        return _hits(p, "accuracy", hits)
    note = _DEEPER if p.deeper or p.open else ""
    if not p.matching and not p.several:
        options = [] if p.dim == 1 else [p.dim]
        helpers = {"classes_of", *(["classes_of.dim"] if options else [])}
        classes = replace(call("classes_of", p.targets, *options), helpers=frozenset(helpers))
        hits = infix(method(p.output, "argmax", p.dim), "==", classes)
        return replace(_hits(p, "accuracy", hits), note=note)
    return replace(categorical_accuracy(p), note=note)


def _accuracy_as_run(p: Prediction) -> Metric:
    """That of outputs whose size is only known when the program runs."""
    logits = p.logits and p.activation == "sigmoid"
    if p.rank != 2 or p.weights is not None or p.deeper or (p.logits and not logits):
        raise Unsupported("accuracy of an output whose size is not known")
    helpers = {"right_outputs", *(["right_outputs.logits"] if logits else [])}
    hits = replace(call("right_outputs", p.output, p.targets), helpers=frozenset(helpers))
    return _hits(p, "accuracy", hits)


_DEEPER = (
    "accuracy: the targets are taken to have as many axes as the output; where they have one of a "
    "single number more, Keras compares the numbers themselves with classes"
)


@metric("Accuracy")
def equality(p: Prediction) -> Metric:
    """How many outputs equal their targets to the last digit: the class is not the string."""
    if p.classes or p.weights is not None:
        raise Unsupported("Accuracy() with classes as targets compares them with probabilities")
    found = _hits(p, "accuracy", infix(activated(p), "==", p.targets))
    note = (
        'Accuracy() counts outputs that equal their targets exactly; the string "accuracy" does not'
    )
    return replace(found, note=note)


@metric("CategoricalAccuracy", "categorical_accuracy")
def categorical_accuracy(p: Prediction) -> Metric:
    """The class with the largest output is that of the targets."""
    if p.classes:
        raise Unsupported("categorical_accuracy with classes as targets")
    if p.units == 1 and not p.column:
        raise Unsupported("categorical_accuracy of one number, which is always the largest")
    hits = infix(method(p.output, "argmax", p.dim), "==", method(p.targets, "argmax", p.dim))
    return _hits(p, "categorical_accuracy", hits)


@metric("SparseCategoricalAccuracy", "sparse_categorical_accuracy")
def sparse_categorical_accuracy(p: Prediction) -> Metric:
    """The class with the largest output is the target."""
    if not p.classes:
        raise Unsupported("sparse_categorical_accuracy with targets that are no classes")
    hits = infix(method(p.output, "argmax", p.dim), "==", p.targets)
    return _hits(p, "sparse_categorical_accuracy", hits)


@metric("BinaryAccuracy", "binary_accuracy")
def binary_accuracy(p: Prediction, threshold: Param = 0.5) -> Metric:
    """The output is on the target's side of the threshold."""
    if p.classes:
        raise Unsupported("binary_accuracy with classes as targets")
    above = infix(p.output, ">", threshold)
    if p.logits and p.activation == "sigmoid" and threshold.is_const(0.5):
        above = infix(p.output, ">", 0)
    elif p.logits:
        above = infix(activated(p), ">", threshold)
    hits = infix(above, "==", p.targets)
    if p.weights is not None:
        row = method(hits, "flatten") if p.units == 1 else method(method(hits, "double"), "mean", 1)
        found = _weighted_mean(p, "binary_accuracy", "correct", row)
        return replace(found, label="accuracy", larger_is_better=True)
    if p.units != 1 or p.rank != 2 or p.open:
        share = _item(method(method(hits, "double"), "mean"))
        total = infix(share, "*", Expr("len(inputs)", strength=18))
    else:
        total = _item(method(hits, "sum"))
    return Metric("binary_accuracy", (("correct", total),), label="accuracy", larger_is_better=True)


def _numbers(p: Prediction, name: str) -> Expr:
    """The difference of outputs and targets, which must be of one kind."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    return infix(activated(p), "-", p.targets)


def activated(p: Prediction) -> Expr:
    """The output as Keras's metrics see it: after the activation that the model leaves out."""
    if not p.logits:
        return p.output
    return method(p.output, p.activation, *((p.dim,) if p.activation == "softmax" else ()))


@metric("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE")
def mean_absolute_error(p: Prediction) -> Metric:
    """The same."""
    each = method(_numbers(p, "mae"), "abs")
    return _mean(p, "mean_absolute_error", "absolute_error", each, "absolute error")


@metric("MeanSquaredError", "mean_squared_error", "mse", "MSE")
def mean_squared_error(p: Prediction) -> Metric:
    """The same."""
    each = method(_numbers(p, "mse"), "square")
    return _mean(p, "mean_squared_error", "squared_error", each, "squared error")


@metric("RootMeanSquaredError", "root_mean_squared_error")
def root_mean_squared_error(p: Prediction) -> Metric:
    """The root of the mean over all samples, not the mean of roots."""
    found = mean_squared_error(replace(p, rank=None) if p.rank == 1 else p)
    result = "({0} / {count}) ** 0.5" if p.weights is None else "({0} / {1}) ** 0.5"
    label = "root mean squared error"
    return replace(found, name="root_mean_squared_error", result=result, label=label)


@metric("TopKCategoricalAccuracy", "top_k_categorical_accuracy")
def top_k_categorical_accuracy(p: Prediction, k: Param = 5, name: Param = None) -> Metric:
    """One of the largest outputs is that of the class."""
    if p.classes or p.rank != 2:
        raise Unsupported("top_k_categorical_accuracy of these shapes")
    target = index(method(p.targets, "argmax", 1), Expr(":"), None)
    return _among_best(p, "top_k_categorical_accuracy", k, target)


@metric("SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(p: Prediction, k: Param = 5, name: Param = None) -> Metric:
    """One of the largest outputs is that of the class."""
    if not p.classes or p.rank != 2:
        raise Unsupported("sparse_top_k_categorical_accuracy of these shapes")
    target = index(p.targets, Expr(":"), None)
    return _among_best(p, "sparse_top_k_categorical_accuracy", k, target)


def _among_best(p: Prediction, name: str, k: Expr, target: Expr) -> Metric:
    if p.units is not None and isinstance(k.value, int):
        k = expr(min(k.value, p.units))  # Keras takes all classes where there are fewer
    best = attribute(method(p.output, "topk", k), "indices")
    hits, label = infix(best, "==", target), f"top-{k} accuracy"
    if p.weights is not None:
        found = _weighted_mean(p, name, "among_best", method(hits, "any", 1))
        return replace(found, label=label, larger_is_better=True)
    total = _item(method(hits, "sum"))
    return Metric(name, (("among_best", total),), label=label, larger_is_better=True)


@metric("R2Score", "r2_score")
def r2_score(
    p: Prediction,
    class_aggregation: Param = "uniform_average",
    num_regressors: Param = 0,
    name: Param = None,
) -> Metric:
    """From sums over all batches."""
    if not class_aggregation.known or class_aggregation.value not in _AGGREGATED:
        raise Unsupported("R2Score whose class_aggregation is only known at run time")
    if p.rank != 2:
        raise Unsupported("R2Score of these shapes")
    if not num_regressors.is_const(0):
        raise Unsupported("R2Score with num_regressors: Keras 3 fails there where it runs a graph")
    errors, squares = method(_numbers(p, "R2Score"), "square"), method(p.targets, "square")
    each = {"squared_error": errors, "targets_sum": p.targets, "squares_sum": squares}
    count = "{count}"
    if p.weights is not None:
        column = method(p.weights, "unsqueeze", 1)
        each = {f"weighted_{name}": infix(one, "*", column) for name, one in each.items()}
        count = "{3}"
    sums = tuple((name, method(one, "sum", 0)) for name, one in each.items())
    if p.weights is not None:
        sums = (*sums, ("weights_sum", _item(method(p.weights, "sum"))))
    function = _AGGREGATED[class_aggregation.value]
    result = f"{function}({{0}}, {{1}}, {{2}}, {count})"
    array = function == "r2_of_each"
    return Metric("r2_score", sums, result, "R2 score", True, frozenset({function}), array=array)


#: How the scores of several outputs become one, and what computes it.
_AGGREGATED = {
    "uniform_average": "r2_score", "variance_weighted_average": "r2_of_all", None: "r2_of_each",
}  # fmt: skip


def _of_batch(p: Prediction, name: str, variable: str, value: Expr, larger: bool = False) -> Metric:
    """The mean over the samples of what is the mean of a batch."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    label = variable.replace("_", " ")
    if p.rank == 1:
        found = _of_flat(name, variable, value)
        return replace(found, label=label, larger_is_better=larger)
    total = infix(_item(value), "*", Expr("len(inputs)", strength=18))
    return Metric(name, ((variable, total),), label=label, larger_is_better=larger)


def _of_rows(p: Prediction, name: str, variable: str, each: Expr, by_row: bool) -> Metric:
    """The mean by the weights of what is computed for each row, or for each number."""
    label = variable.replace("_", " ")
    if not by_row:
        return _mean(p, name, variable, each, label)
    return replace(_weighted_mean(p, name, variable, each), label=label)


#: Metrics whose functions do not bring targets of one axis into the shape of the outputs.
_BROADCAST = ("hinge", "squared_hinge", "poisson", "kl_divergence", "categorical_hinge")

_COLUMN = (
    "the targets are taken as a column, one number in a row; Keras compares each of them with all "
    "outputs where they have but one axis"
)


def _as_loss(
    name: str, variable: str, *names: str, function: str = ""
) -> Callable[[Prediction], Metric]:
    """Declare a metric that the loss of that name computes."""

    def build(p: Prediction) -> Metric:
        """The same as the loss."""
        computes = function or name
        if p.weights is not None and not p.classes:
            each = helper(f"{computes}_of_each", activated(p), p.targets)
            found = _of_rows(p, name, variable, each, by_row=computes in BY_ROW)
        else:
            found = _of_batch(p, name, variable, helper(computes, activated(p), p.targets))
        single = name in _BROADCAST and (p.rank, p.units) == (2, 1)
        return replace(found, note=f"{name}: {_COLUMN}") if single else found

    return metric(*names)(build)


_as_loss(
    "mean_absolute_percentage_error", "percentage_error", "MeanAbsolutePercentageError",
    "mean_absolute_percentage_error", "mape", "MAPE",
)  # fmt: skip
_as_loss(
    "mean_squared_logarithmic_error", "logarithmic_error", "MeanSquaredLogarithmicError",
    "mean_squared_logarithmic_error", "msle", "MSLE",
)  # fmt: skip
_as_loss(
    "logcosh", "log_cosh_error", "LogCoshError", "log_cosh_error", "log_cosh", "logcosh",
    function="log_cosh",
)  # fmt: skip
_as_loss(
    "kl_divergence", "divergence", "KLDivergence", "kl_divergence", "kld", "KLD",
    "kullback_leibler_divergence",
)  # fmt: skip
_as_loss("poisson", "poisson_loss", "Poisson", "poisson")
_as_loss("hinge", "hinge_loss", "Hinge", "hinge")
_as_loss("squared_hinge", "squared_hinge_loss", "SquaredHinge", "squared_hinge")
_as_loss("categorical_hinge", "hinge_loss", "CategoricalHinge", "categorical_hinge")


@metric("huber")
def huber(p: Prediction) -> Metric:
    """The same as the loss."""
    if p.weights is not None and not p.classes:
        each = call("F.huber_loss", activated(p), p.targets, reduction="none")
        return _mean(p, "huber", "huber_loss", each, "huber loss")
    return _of_batch(p, "huber", "huber_loss", call("F.huber_loss", activated(p), p.targets))


@metric("CosineSimilarity", "cosine_similarity")
def cosine_similarity(p: Prediction, axis: Param = -1) -> Metric:
    """Positive, unlike the loss of that name."""
    if not axis.is_const(-1, p.rank - 1 if p.rank else -1):
        raise Unsupported("cosine similarity along another axis than the last")
    refuse_column(p)
    rows = call("F.cosine_similarity", activated(p), p.targets, dim=-1)
    if p.weights is not None and not p.classes:
        found = _of_rows(p, "cosine_similarity", "similarity", rows, by_row=True)
        return replace(found, larger_is_better=True)
    return _of_batch(p, "cosine_similarity", "similarity", method(rows, "mean"), larger=True)


def _correlation(p: Prediction, name: str, axis: Expr) -> Metric:
    if not axis.is_const(-1, 1) or p.rank != 2 or p.units == 1:
        raise Unsupported(f"{name} goes along the numbers of a row, of which there must be several")
    kind = name.partition("_")[0]
    value = helper(f"{kind}_of_rows", activated(p), p.targets)
    return _of_batch(p, name, kind, value, larger=True)


@metric("PearsonCorrelation", "pearson_correlation")
def pearson_correlation(p: Prediction, axis: Param = -1) -> Metric:
    """An emitted function computes it for each row."""
    return _correlation(p, "pearson_correlation", axis)


@metric("ConcordanceCorrelation", "concordance_correlation")
def concordance_correlation(p: Prediction, axis: Param = -1) -> Metric:
    """An emitted function computes it for each row."""
    return _correlation(p, "concordance_correlation", axis)


def _crossentropy(
    p: Prediction, name: str, own: str, from_logits: Expr, smoothing: Expr | None = None
) -> Metric:
    """The mean loss as a metric; `own` is the activation that goes with it."""
    if p.rank is None or (p.classes and not name.startswith("sparse")):
        raise Unsupported(f"{name} as a metric of this output")
    smooth = "" if smoothing is None else smoothed(smoothing, 2 if own == "sigmoid" else p.units)
    targets = joined(smooth.format(p.targets, p.output), ADD, p.targets) if smooth else p.targets
    each: dict[str, Param] = {} if p.weights is None else {"reduction": "none"}
    if (p.logits and p.activation == own) or (from_logits.is_const(True) and not p.activation):
        binary = own == "sigmoid"
        output = p.output
        if not binary and p.rank != 2:  # torch wants the classes right after the batch
            output = method(output, "movedim", -1, 1)
            targets = targets if p.classes else method(targets, "movedim", -1, 1)
        function = "binary_cross_entropy_with_logits" if binary else "cross_entropy"
        value = call(f"F.{function}", output, targets, **each)
    elif not p.logits and p.activation == own and from_logits.is_const(False):
        value = helper(f"{name}_of_each" if each else name, p.output, targets)
    else:
        raise Unsupported(f"{name} as a metric of this output")
    if p.weights is not None:
        return _of_rows(p, name, "crossentropy", value, by_row=own == "softmax")
    total = infix(_item(value), "*", Expr("len(inputs)", strength=18))
    return Metric(name, (("crossentropy", total),), label="crossentropy")


@metric("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE")
def binary_crossentropy(
    p: Prediction,
    name: Param = None,
    dtype: Param = None,
    from_logits: Param = False,
    label_smoothing: Param = 0,
) -> Metric:
    """The same as the loss."""
    return _crossentropy(p, "binary_crossentropy", "sigmoid", from_logits, label_smoothing)


@metric("CategoricalCrossentropy", "categorical_crossentropy")
def categorical_crossentropy(
    p: Prediction,
    name: Param = None,
    dtype: Param = None,
    from_logits: Param = False,
    label_smoothing: Param = 0,
) -> Metric:
    """The same as the loss."""
    return _crossentropy(p, "categorical_crossentropy", "softmax", from_logits, label_smoothing)


@metric("binary_focal_crossentropy")
def binary_focal_crossentropy(p: Prediction) -> Metric:
    """The same as the loss."""
    if not p.logits or p.activation != "sigmoid" or p.weights is not None:
        raise Unsupported("binary_focal_crossentropy as a metric of this output")
    value = call(helper("BinaryFocalLoss"), p.output, p.targets)
    return _of_batch(p, "binary_focal_crossentropy", "crossentropy", value)


@metric("categorical_focal_crossentropy")
def categorical_focal_crossentropy(p: Prediction) -> Metric:
    """The same as the loss."""
    if p.weights is not None:
        raise Unsupported("categorical_focal_crossentropy as a metric with weights")
    value = call(helper("FocalLoss"), activated(p), p.targets)
    return _of_batch(p, "categorical_focal_crossentropy", "crossentropy", value)


@metric("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(p: Prediction, from_logits: Param = False) -> Metric:
    """The same as the loss."""
    if not p.classes:
        raise Unsupported("sparse_categorical_crossentropy with targets that are no classes")
    return _crossentropy(p, "sparse_categorical_crossentropy", "softmax", from_logits)
