"""Metrics: sums over the batches of an epoch, in plain code."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Expr, attribute, call, index, infix, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.rule import Param, helper, metric


def _item(total: Expr) -> Expr:
    return method(total, "item")


def _mean(p: Prediction, name: str, variable: str, each: Expr, label: str) -> Metric:
    """The mean of one number for each element of the output."""
    total = infix(_item(method(each, "mean")), "*", Expr("len(inputs)", strength=18))
    if p.units == 1 and p.rank == 2:
        total = _item(method(each, "sum"))
    return Metric(name, ((variable, total),), label=label)


def _hits(p: Prediction, name: str, hits: Expr) -> Metric:
    """The share of the elements that are right."""
    if p.rank == 2:
        total = _item(method(hits, "sum"))
    else:
        share = _item(method(method(hits, "double"), "mean"))
        total = infix(share, "*", Expr("len(inputs)", strength=18))
    return Metric(name, (("correct", total),), label="accuracy", larger_is_better=True)


@metric("accuracy", "acc", "Accuracy")
def accuracy(p: Prediction) -> Metric:
    """Keras chooses by the shapes of outputs and targets."""
    if p.classes:
        return sparse_categorical_accuracy(p)
    if p.units is None:
        raise Unsupported("accuracy of an output whose size is not known")
    if p.units == 1:
        return binary_accuracy(p, Expr("0.5", 0.5))
    return categorical_accuracy(p)


@metric("CategoricalAccuracy", "categorical_accuracy")
def categorical_accuracy(p: Prediction) -> Metric:
    """The class with the largest output is that of the targets."""
    if p.classes:
        raise Unsupported("categorical_accuracy with classes as targets")
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
        above = infix(_activated(p), ">", threshold)
    hits = infix(above, "==", p.targets)
    if p.units != 1 or p.rank != 2:
        share = _item(method(method(hits, "double"), "mean"))
        total = infix(share, "*", Expr("len(inputs)", strength=18))
    else:
        total = _item(method(hits, "sum"))
    return Metric("binary_accuracy", (("correct", total),), label="accuracy", larger_is_better=True)


def _numbers(p: Prediction, name: str) -> Expr:
    """The difference of outputs and targets, which must be of one kind."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    return infix(_activated(p), "-", p.targets)


def _activated(p: Prediction) -> Expr:
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


@metric("RootMeanSquaredError")
def root_mean_squared_error(p: Prediction) -> Metric:
    """The root of the mean over all samples, not the mean of roots."""
    found = mean_squared_error(p)
    return Metric(
        "root_mean_squared_error", found.sums, "({0} / {count}) ** 0.5", "root mean squared error"
    )


@metric("TopKCategoricalAccuracy", "top_k_categorical_accuracy")
def top_k_categorical_accuracy(p: Prediction, k: Param = 5) -> Metric:
    """One of the largest outputs is that of the class."""
    if p.classes or p.rank != 2:
        raise Unsupported("top_k_categorical_accuracy of these shapes")
    target = index(method(p.targets, "argmax", 1), Expr(":"), None)
    return _among_best(p, "top_k_categorical_accuracy", k, target)


@metric("SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(p: Prediction, k: Param = 5) -> Metric:
    """One of the largest outputs is that of the class."""
    if not p.classes or p.rank != 2:
        raise Unsupported("sparse_top_k_categorical_accuracy of these shapes")
    target = index(p.targets, Expr(":"), None)
    return _among_best(p, "sparse_top_k_categorical_accuracy", k, target)


def _among_best(p: Prediction, name: str, k: Expr, target: Expr) -> Metric:
    best = attribute(method(p.output, "topk", k), "indices")
    total = _item(method(infix(best, "==", target), "sum"))
    label = f"top-{k} accuracy"
    return Metric(name, (("among_best", total),), label=label, larger_is_better=True)


def _positive(p: Prediction, name: str, thresholds: Expr) -> Expr:
    """Which outputs count as a yes."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    if not thresholds.is_const(None, 0.5):
        raise Unsupported(f"{name} with thresholds")
    if p.logits and p.activation == "sigmoid":
        return infix(p.output, ">", 0)
    return infix(_activated(p), ">", 0.5)


def _ratio(p: Prediction, name: str, thresholds: Expr, variable: str, count: Expr) -> Metric:
    """True positives as a share of a count; none of none is 0."""
    hits = infix(_positive(p, name, thresholds), "*", p.targets)
    sums = (("true_positives", _item(method(hits, "sum"))), (variable, count))
    return Metric(name, sums, "{0} / max({1}, 1)", name, larger_is_better=True)


@metric("Precision")
def precision(p: Prediction, thresholds: Param = None) -> Metric:
    """How many of the positive outputs are right."""
    count = _item(method(_positive(p, "precision", thresholds), "sum"))
    return _ratio(p, "precision", thresholds, "predicted_positives", count)


@metric("Recall")
def recall(p: Prediction, thresholds: Param = None) -> Metric:
    """How many of the positive targets are found."""
    return _ratio(p, "recall", thresholds, "positives", _item(method(p.targets, "sum")))


emitted(
    "count_above",
    '''
def count_above(scores, labels):
    """How many of the labelled scores are above each of Keras's 200 thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)
''',
    (),
    TORCH,
)

emitted(
    "roc_auc",
    '''
def roc_auc(true_positives, false_positives):
    """The area under the ROC curve, from the counts at the thresholds."""
    true_rate = true_positives / true_positives[0].clamp(min=1)
    false_rate = false_positives / false_positives[0].clamp(min=1)
    return -torch.trapezoid(true_rate, false_rate).item()
''',
    (),
    TORCH,
)


@metric("AUC", "auc")
def auc(p: Prediction) -> Metric:
    """Through 200 thresholds, as Keras has it: the exact area is another."""
    if p.classes or p.units != 1:
        raise Unsupported("AUC of more than one output")
    scores = _activated(p)
    sums = (
        ("true_positives_above", helper("count_above", scores, p.targets)),
        ("false_positives_above", helper("count_above", scores, infix(1, "-", p.targets))),
    )
    helpers = frozenset({"count_above", "roc_auc"})
    return Metric("auc", sums, "roc_auc({0}, {1})", "AUC", True, helpers)


def _crossentropy(p: Prediction, name: str, own: str, function: str) -> Metric:
    """The mean loss as a metric."""
    if p.elementwise or not p.logits or p.activation != own:
        raise Unsupported(f"{name} as a metric of this output")
    value = call(f"F.{function}", p.output, p.targets)
    total = infix(_item(value), "*", Expr("len(inputs)", strength=18))
    return Metric(name, (("crossentropy", total),), label="crossentropy")


@metric("BinaryCrossentropy", "binary_crossentropy")
def binary_crossentropy(p: Prediction) -> Metric:
    """The same as the loss."""
    return _crossentropy(p, "binary_crossentropy", "sigmoid", "binary_cross_entropy_with_logits")
