"""Metrics: sums over the batches of an epoch, in plain code."""

from __future__ import annotations

from transpiler.ir.expr import Expr, infix, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.rule import Param, metric


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
        share = _item(method(method(hits, "float"), "mean"))
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
    limit: Param = threshold
    if p.logits:
        if not threshold.is_const(0.5):
            raise Unsupported("binary_accuracy with a threshold")
        limit = 0
    hits = infix(infix(p.output, ">", limit), "==", p.targets)
    if p.units != 1 or p.rank != 2:
        share = _item(method(method(hits, "float"), "mean"))
        total = infix(share, "*", Expr("len(inputs)", strength=18))
    else:
        total = _item(method(hits, "sum"))
    return Metric("binary_accuracy", (("correct", total),), label="accuracy", larger_is_better=True)


def _numbers(p: Prediction, name: str) -> Expr:
    """The difference of outputs and targets, which must be of one kind."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    output = p.output
    if p.logits:
        output = (
            method(output, "softmax", p.dim)
            if p.activation == "softmax"
            else method(output, "sigmoid")
        )
    return infix(output, "-", p.targets)


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
