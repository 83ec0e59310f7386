"""Losses as functions of targets and outputs, which losses of a program's own are made of."""

from __future__ import annotations

from rules.losses import shares
from rules.ops.nn import softmax_cross_entropy_of
from rules.ops.operators import broadcast
from rules.ops.reductions import reduced, without
from transpiler.ir.expr import Expr, attribute, call, expr, index, infix, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, is_written, op, unless

#: What their parameters are called besides.
_PAIR = {"target": "y_true", "output": "y_pred", "labels": "y_true", "logits": "y_pred"}


def _rooms(*names: str) -> tuple[str, ...]:
    """The functions of these names among losses and metrics."""
    return tuple(f"keras.{room}.{name}" for name in names for room in ("losses", "metrics"))


def _each(y_true: Tensor, y_pred: Tensor, code: Expr) -> Tensor:
    """One number for each element."""
    return replace(broadcast([y_pred, y_true]), code=code, mask=None, dtype=y_pred.dtype)


def _rows(y_true: Tensor, y_pred: Tensor, code: Expr) -> Tensor:
    """One number for each row, as `code` computes it."""
    return without(_each(y_true, y_pred, code), expr(-1), expr(False), code)


def _mean(y_true: Tensor, y_pred: Tensor, code: Expr) -> Tensor:
    """The mean over the last axis."""
    return reduced(_each(y_true, y_pred, code), "mean", expr(-1), expr(False))


def _error(y_true: Tensor, y_pred: Tensor) -> Expr:
    return infix(y_true.code, "-", y_pred.code)


def _on_logits(from_logits: Expr, axis: Expr) -> bool:
    if not axis.is_const(-1):
        raise Unsupported("a crossentropy along another axis than the last")
    if not from_logits.known:
        raise Unsupported("from_logits is only known at run time")
    return bool(from_logits.value)


def _smoothed(y_true: Tensor, smoothing: Expr, classes: Expr) -> Tensor:
    """Targets of which each class gives a share to all classes."""
    if is_written(smoothing, 0, 0.0):
        return y_true
    kept, spread = shares(smoothing, classes)
    return replace(y_true, code=infix(infix(y_true.code, "*", kept), "+", spread))


def _refuse_ended(y_pred: Tensor) -> None:
    """Refuse what the two Keras's backends take for different things."""
    if y_pred.ended is not None:
        raise Unsupported(
            f"a crossentropy of Keras's backend of what `{y_pred.ended[0]}` gives: Keras 2 goes "
            f"back to the logits, Keras 3 does not; give it these, with from_logits=True"
        )


def _compared(y_pred: Tensor, activation: str, on_logits: bool) -> tuple[Tensor, bool]:
    """What Keras compares with the targets, and whether that is logits.

    It goes back to them where it sees the activation that has made probabilities of them,
    whatever `from_logits` says (`_get_logits` of its backend).
    """
    if y_pred.ended is None:
        return y_pred, on_logits
    found, logits = y_pred.ended
    if found != activation or logits is None:
        raise Unsupported(
            f"a crossentropy of what `{found}` gives, from which Keras goes back to the logits: "
            f"give it these, with from_logits=True"
        )
    return replace(y_pred, code=logits), True


@op(*_rooms("mean_squared_error", "mse", "MSE"), "keras.losses.MeanSquaredError",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean over the last axis."""
    return _mean(y_true, y_pred, method(_error(y_true, y_pred), "square"))


@op(*_rooms("mean_absolute_error", "mae", "MAE"), "keras.losses.MeanAbsoluteError",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def mean_absolute_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean over the last axis."""
    return _mean(y_true, y_pred, method(_error(y_true, y_pred), "abs"))


@op(*_rooms("huber"), "keras.losses.Huber", layout=Layout.LAST, aliases=_PAIR)
def huber(y_true: Tensor, y_pred: Tensor, delta: Param = 1.0) -> Tensor:
    """The mean over the last axis."""
    given = unless(delta, 1.0, delta=delta)
    code = call("F.huber_loss", y_pred.code, y_true.code, reduction="none", **given)
    return _mean(y_true, y_pred, code)


def _binary(y_true: Tensor, y_pred: Tensor, on_logits: bool) -> Expr:
    """The crossentropy of each element."""
    y_pred, on_logits = _compared(y_pred, "sigmoid", on_logits)
    if on_logits:
        function = "F.binary_cross_entropy_with_logits"
        return call(function, y_pred.code, y_true.code, reduction="none")
    return helper("binary_crossentropy_of_each", y_pred.code, y_true.code)


@op(*_rooms("binary_crossentropy", "bce", "BCE"), "keras.losses.BinaryCrossentropy",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def binary_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
) -> Tensor:
    """The mean over the last axis."""
    on_logits = _on_logits(from_logits, axis)
    y_true = _smoothed(y_true, label_smoothing, expr(2))
    return _mean(y_true, y_pred, _binary(y_true, y_pred, on_logits))


@op("keras.ops.binary_crossentropy", layout=Layout.LAST, aliases=_PAIR)
def binary_crossentropy_of_each(
    y_true: Tensor, y_pred: Tensor, from_logits: Param = False
) -> Tensor:
    """One number for each element."""
    on_logits = _on_logits(from_logits, expr(-1))
    return _each(y_true, y_pred, _binary(y_true, y_pred, on_logits))


@op("keras.backend.binary_crossentropy", layout=Layout.LAST, aliases=_PAIR)
def backend_binary_crossentropy(
    y_true: Tensor, y_pred: Tensor, from_logits: Param = False
) -> Tensor:
    """One number for each element; 1e-7 is added to the probabilities that were clipped."""
    _refuse_ended(y_pred)
    if _on_logits(from_logits, expr(-1)):
        return _each(y_true, y_pred, _binary(y_true, y_pred, True))
    code = helper("binary_crossentropy_with_epsilon", y_pred.code, y_true.code)
    return _each(y_true, y_pred, code)


def _categorical(y_true: Tensor, y_pred: Tensor, on_logits: bool) -> Tensor:
    y_pred, on_logits = _compared(y_pred, "softmax", on_logits)
    if on_logits:
        code = softmax_cross_entropy_of(y_true.code, y_pred.code, y_pred.rank)
        return _rows(y_true, y_pred, code)
    each = helper("categorical_crossentropy_of_each", y_pred.code, y_true.code)
    return _rows(y_true, y_pred, each)


@op(*_rooms("categorical_crossentropy"), "keras.losses.CategoricalCrossentropy",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
) -> Tensor:
    """One number for each row."""
    classes = index(attribute(y_true.code, "shape"), -1)
    y_true = _smoothed(y_true, label_smoothing, classes)
    return _categorical(y_true, y_pred, _on_logits(from_logits, axis))


@op("keras.backend.categorical_crossentropy", "keras.ops.categorical_crossentropy",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def backend_categorical_crossentropy(
    y_true: Tensor, y_pred: Tensor, from_logits: Param = False, axis: Param = -1
) -> Tensor:
    """One number for each row."""
    _refuse_ended(y_pred)
    return _categorical(y_true, y_pred, _on_logits(from_logits, axis))


def _check_classes(y_true: Tensor, y_pred: Tensor) -> None:
    if not y_true.dtype.startswith("int") or (y_true.rank, y_pred.rank) not in ((1, 2), (2, 3)):
        raise Unsupported("a sparse function of targets that are not known to be classes")


def _sparse(y_true: Tensor, y_pred: Tensor, on_logits: bool) -> Tensor:
    _check_classes(y_true, y_pred)
    y_pred, on_logits = _compared(y_pred, "softmax", on_logits)
    shaped = replace(y_true, dims=y_pred.dims)
    if on_logits:
        scores = y_pred.code if y_pred.rank == 2 else method(y_pred.code, "movedim", -1, 1)
        return _rows(shaped, y_pred, call("F.cross_entropy", scores, y_true.code, reduction="none"))
    each = helper("sparse_categorical_crossentropy_of_each", y_pred.code, y_true.code)
    return _rows(shaped, y_pred, each)


@op(*_rooms("sparse_categorical_crossentropy"), "keras.losses.SparseCategoricalCrossentropy",
    layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def sparse_categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: Param = False,
    ignore_class: Param = None,
    axis: Param = -1,
) -> Tensor:
    """One number for each row, whose target is a class."""
    if not ignore_class.is_const(None):
        raise Unsupported("ignore_class in a function of the program's own")
    return _sparse(y_true, y_pred, _on_logits(from_logits, axis))


@op("keras.backend.sparse_categorical_crossentropy",
    "keras.ops.sparse_categorical_crossentropy", layout=Layout.LAST, aliases=_PAIR)  # fmt: skip
def backend_sparse_categorical_crossentropy(
    y_true: Tensor, y_pred: Tensor, from_logits: Param = False, axis: Param = -1
) -> Tensor:
    """One number for each row, whose target is a class."""
    _refuse_ended(y_pred)
    return _sparse(y_true, y_pred, _on_logits(from_logits, axis))


def _by_helper(name: str, *names: str, by_row: bool) -> None:
    """Declare a loss that an emitted function computes for each element, or each row."""

    @op(*names, layout=Layout.LAST, aliases=_PAIR)
    def build(y_true: Tensor, y_pred: Tensor) -> Tensor:
        """As the loss."""
        code = helper(f"{name}_of_each", y_pred.code, y_true.code)
        return (_rows if by_row else _mean)(y_true, y_pred, code)


_by_helper(
    "mean_absolute_percentage_error",
    *_rooms("mean_absolute_percentage_error", "mape", "MAPE"),
    "keras.losses.MeanAbsolutePercentageError",
    by_row=False,
)
_by_helper(
    "mean_squared_logarithmic_error",
    *_rooms("mean_squared_logarithmic_error", "msle", "MSLE"),
    "keras.losses.MeanSquaredLogarithmicError",
    by_row=False,
)
_by_helper("log_cosh", *_rooms("log_cosh", "logcosh"), "keras.losses.LogCosh", by_row=False)
_by_helper("poisson", *_rooms("poisson"), "keras.losses.Poisson", by_row=False)
_by_helper(
    "kl_divergence",
    *_rooms("kl_divergence", "kld", "KLD", "kullback_leibler_divergence"),
    "keras.losses.KLDivergence",
    by_row=True,
)
_by_helper(
    "cosine_similarity",
    "keras.losses.cosine_similarity",
    "keras.losses.CosineSimilarity",
    by_row=True,
)
_by_helper("hinge", *_rooms("hinge"), "keras.losses.Hinge", by_row=False)
_by_helper("squared_hinge", *_rooms("squared_hinge"), "keras.losses.SquaredHinge", by_row=False)
_by_helper(
    "categorical_hinge", *_rooms("categorical_hinge"), "keras.losses.CategoricalHinge", by_row=True
)


@op("keras.metrics.binary_accuracy", layout=Layout.LAST, aliases=_PAIR)
def binary_accuracy(y_true: Tensor, y_pred: Tensor, threshold: Param = 0.5) -> Tensor:
    """The share of the last axis that is on the right side of the threshold."""
    hits = infix(infix(y_pred.code, ">", threshold), "==", y_true.code)
    return _mean(y_true, y_pred, method(hits, "float"))


@op("keras.metrics.categorical_accuracy", layout=Layout.LAST, aliases=_PAIR)
def categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Whether the largest output is that of the target."""
    hits = infix(method(y_pred.code, "argmax", -1), "==", method(y_true.code, "argmax", -1))
    return _rows(y_true, y_pred, method(hits, "float"))


@op("keras.metrics.sparse_categorical_accuracy", layout=Layout.LAST, aliases=_PAIR)
def sparse_categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Whether the largest output is that of the class."""
    _check_classes(y_true, y_pred)
    hits = infix(method(y_pred.code, "argmax", -1), "==", y_true.code)
    return _rows(replace(y_true, dims=y_pred.dims), y_pred, method(hits, "float"))


@op("tf.math.confusion_matrix", layout=Layout.LAST)
def confusion_matrix(
    labels: Tensor,
    predictions: Tensor,
    num_classes: Param = None,
    weights: Param = None,
) -> Tensor:
    """An emitted function counts the pairs of classes."""
    if num_classes.is_const(None) or not weights.is_const(None):
        raise Unsupported("a confusion matrix with weights, or of so many classes as there are")
    code = helper("confusion_matrix", labels.code, predictions.code, num_classes)
    return replace(labels, code=code, dims=(num_classes,), mask=None, dtype="int64")
