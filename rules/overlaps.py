"""Metrics of overlaps of classes: from how often each is taken for each other."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from rules.metrics import activated
from transpiler.ir.expr import Expr, infix, method, with_helper
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.record import replace
from transpiler.rule import Param, helper, metric


def _overlap(
    p: Prediction,
    name: str,
    num_classes: Expr,
    of: Expr | None,
    targets: Expr,
    outputs: Expr,
    keras: str,
    ignore_class: Expr | None = None,
) -> Metric:
    """The intersection over union of the classes that are asked for."""
    ignored: dict[str, Param] = {}
    if ignore_class is not None and not ignore_class.is_const(None):
        ignored = {"ignore_class": ignore_class}
    pairs = helper("confusion_matrix", targets, outputs, num_classes, **ignored)
    if p.weights is not None:
        if p.rank != 2:
            raise Unsupported(f"{name} with weights of steps or pixels")
        if keras == "auto":
            raise Unsupported(f"{name}: Keras 3 cuts weights to whole numbers (--keras)")
        weights = p.weights if keras == "2" else method(p.weights, "long")
        pairs = helper(
            "confusion_matrix", targets, outputs, num_classes, weights=weights, **ignored
        )
        pairs = with_helper(pairs, "confusion_matrix.weights")
    if ignored:
        pairs = with_helper(pairs, "confusion_matrix.ignore_class")
    result = "mean_iou({0})" if of is None else f"iou_of_classes({{0}}, {of})"
    function = "mean_iou" if of is None else "iou_of_classes"
    variable = "confusion" if p.weights is None else "weighted_confusion"
    variable += "_of_others" if ignored else ""
    return Metric(name, ((variable, pairs),), result, "IoU", True, frozenset({function}))


def _classes(p: Prediction, tensor: Expr, sparse: Expr, what: str) -> Expr:
    """Classes as whole numbers: they are that, or the largest of the last axis."""
    if not sparse.known:
        raise Unsupported(f"whether {what} are classes is only known at run time")
    return tensor if sparse.value else method(tensor, "argmax", p.dim)


def _plain(axis: Expr) -> None:
    if not axis.is_const(-1):  # with which Keras adds up other things besides
        raise Unsupported("an overlap of classes along another axis than the last")


def _of_classes(
    p: Prediction,
    name: str,
    num_classes: Expr,
    of: Expr | None,
    true: Expr,
    predicted: Expr,
    keras: str,
    ignore_class: Expr,
) -> Metric:
    if p.classes and not true.is_const(True):
        raise Unsupported(f"{name} with classes as targets, of which it takes the largest")
    output = activated(p) if predicted.is_const(True) else p.output
    outputs = _classes(p, output, predicted, "outputs")
    targets = _classes(p, p.targets, true, "targets")
    note = f"{name}: {_CUT}" if predicted.is_const(True) else ""
    made = _overlap(p, name, num_classes, of, targets, outputs, keras, ignore_class)
    return replace(made, note=note)


_CUT = (
    "outputs are taken for classes, as Keras does: cut to whole numbers, a probability below 1 is "
    "class 0; sparse_y_pred=False or BinaryIoU would look at probabilities"
)


@metric("MeanIoU", "mean_io_u")
def mean_iou(
    p: Prediction,
    num_classes: Param,
    name: Param = None,
    dtype: Param = None,
    ignore_class: Param = None,
    sparse_y_true: Param = True,
    sparse_y_pred: Param = True,
    axis: Param = -1,
    *,
    keras: str = "auto",
) -> Metric:
    """From the confusion matrix of all batches; outputs that are no classes are cut to numbers."""
    _plain(axis)
    return _of_classes(
        p, "mean_io_u", num_classes, None, sparse_y_true, sparse_y_pred, keras, ignore_class
    )


@metric("IoU", "io_u")
def iou(
    p: Prediction,
    num_classes: Param,
    target_class_ids: Param,
    name: Param = None,
    dtype: Param = None,
    ignore_class: Param = None,
    sparse_y_true: Param = True,
    sparse_y_pred: Param = True,
    axis: Param = -1,
    *,
    keras: str = "auto",
) -> Metric:
    """From the confusion matrix of all batches; outputs that are no classes are cut to numbers."""
    _plain(axis)
    return _of_classes(
        p, "io_u", num_classes, target_class_ids, sparse_y_true, sparse_y_pred, keras, ignore_class
    )


@metric("OneHotMeanIoU", "one_hot_mean_io_u")
def one_hot_mean_iou(
    p: Prediction,
    num_classes: Param,
    name: Param = None,
    dtype: Param = None,
    ignore_class: Param = None,
    sparse_y_pred: Param = False,
    axis: Param = -1,
    *,
    keras: str = "auto",
) -> Metric:
    """The same for targets that are one-hot."""
    _plain(axis)
    true = Expr("False", False)
    return _of_classes(
        p, "one_hot_mean_io_u", num_classes, None, true, sparse_y_pred, keras, ignore_class
    )


@metric("OneHotIoU", "one_hot_io_u")
def one_hot_iou(
    p: Prediction,
    num_classes: Param,
    target_class_ids: Param,
    name: Param = None,
    dtype: Param = None,
    ignore_class: Param = None,
    sparse_y_pred: Param = False,
    axis: Param = -1,
    *,
    keras: str = "auto",
) -> Metric:
    """The same for targets that are one-hot."""
    _plain(axis)
    true = Expr("False", False)
    return _of_classes(
        p, "one_hot_io_u", num_classes, target_class_ids, true, sparse_y_pred, keras, ignore_class
    )


@metric("BinaryIoU", "binary_io_u")
def binary_iou(
    p: Prediction,
    target_class_ids: Param = (0, 1),
    threshold: Param = 0.5,
    name: Param = None,
    dtype: Param = None,
    *,
    keras: str = "auto",
) -> Metric:
    """Outputs are of one class from the threshold on."""
    if p.classes or (p.weights is not None and p.units != 1):
        raise Unsupported("BinaryIoU with classes as targets, or weights of several outputs")
    outputs = infix(activated(p), ">=", threshold)
    of = None if target_class_ids.is_const((0, 1), [0, 1]) else target_class_ids
    return _overlap(p, "binary_io_u", Expr("2", 2), of, p.targets, outputs, keras)


emitted(
    "confusion_matrix",
    '''
def confusion_matrix(
    targets,
    outputs,
    num_classes,
    weights=None,  #? weights
    ignore_class=None,  #? ignore_class
):
    """How often each class, a row, is taken for each other, a column."""
    targets, outputs = targets.long().flatten(), outputs.long().flatten()
    known = (targets >= 0) & (targets < num_classes)
    known &= (outputs >= 0) & (outputs < num_classes)
    if ignore_class is not None:  #? ignore_class
        known &= targets != ignore_class
    pairs = targets[known] * num_classes + outputs[known]
    weights = None if weights is None else weights[known]  #? weights
    counts = pairs.bincount(weights, minlength=num_classes**2)  #? weights
    return counts.reshape(num_classes, num_classes)  #? weights
    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)  #? !weights
''',
    (),
    TORCH,
)

emitted(
    "mean_iou",
    '''
def mean_iou(confusion):
    """Intersection over union: the mean over the classes that occur."""
    hits = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - hits
    return ((hits / (union + 1e-7)).sum() / ((union > 0).sum() + 1e-7)).item()
''',
)

emitted(
    "iou_of_classes",
    '''
def iou_of_classes(confusion, classes):
    """Intersection over union: the mean over some classes, as far as they occur."""
    hits = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - hits
    hits, union = hits[list(classes)], union[list(classes)]
    return ((hits / (union + 1e-7)).sum() / ((union > 0).sum() + 1e-7)).item()
''',
)
