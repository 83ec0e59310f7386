"""Metrics of scores at many thresholds: areas under curves, and the best point of a curve."""

from __future__ import annotations

from rules.metrics import activated
from transpiler.ir.expr import Expr, index, infix, method
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.rule import Param, helper, metric, unless


def _scores(p: Prediction, name: str, class_id: Expr | None = None) -> tuple[Expr, Expr]:
    """What is compared with the thresholds, and which of it are yes."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    scores, labels = activated(p), p.targets
    if class_id is not None and not class_id.is_const(None):
        if p.rank != 2:
            raise Unsupported(f"{name} of one class of these shapes")
        scores, labels = (index(tensor, Expr(":"), class_id) for tensor in (scores, labels))
    if p.activation not in ("sigmoid", "softmax"):
        scores = method(scores, "clamp", 0, 1)
    return scores, method(labels, "bool")


@metric("AUC", "auc")
def auc(
    p: Prediction,
    num_thresholds: Param = 200,
    curve: Param = "ROC",
    summation_method: Param = "interpolation",
    name: Param = None,
    dtype: Param = None,
    thresholds: Param = None,
    multi_label: Param = False,
    num_labels: Param = None,
    label_weights: Param = None,
    from_logits: Param = False,
) -> Metric:
    """Through 200 thresholds, as Keras has it: the exact area is another."""
    if not summation_method.is_const(*_SUMS) or not curve.is_const("ROC", "PR"):
        raise Unsupported("AUC of another curve than ROC or PR, or by another sum")
    if not label_weights.is_const(None) and not multi_label.is_const(True):
        raise Unsupported("AUC with weights of labels that are taken together")
    if not from_logits.known or not multi_label.known:
        raise Unsupported("from_logits or multi_label is only known at run time")
    if multi_label.value and p.rank != 2:
        raise Unsupported("AUC of each label of these shapes")
    scores, labels = _scores(p, "AUC")
    if from_logits.value:  # also of what had a sigmoid already
        scores = method(activated(p), "sigmoid")
    counting = "count_above_by_label" if multi_label.value else "count_above"
    steps = unless(num_thresholds, 200, num_thresholds=num_thresholds)
    options = {f"{counting}.num_thresholds"} if steps else set()
    if not thresholds.is_const(None):
        counting, steps, options = "count_above_those", {"thresholds": thresholds}, set()
        if multi_label.value:
            raise Unsupported("AUC of each label with thresholds of its own")
    wrong = Expr(f"~{labels}", strength=16)
    sums: tuple[tuple[str, Expr], ...] = (
        ("true_positives_above", helper(counting, scores, labels, **steps)),
        ("false_positives_above", helper(counting, scores, wrong, **steps)),
    )
    if p.weights is not None:
        if p.rank != 2:
            raise Unsupported("AUC of steps or pixels with weights")
        column = method(p.weights, "unsqueeze", 1)
        sums = tuple(
            (f"weighted_{variable}", helper(counting, scores, infix(which, "*", column), **steps))
            for (variable, _), which in zip(sums, (labels, wrong), strict=True)
        )
    area = ("roc_auc" if curve.is_const("ROC") else "pr_auc") + _SUMS[summation_method.value]
    if multi_label.value:
        options.add(f"{area}.by_label")
        sums = tuple((f"{variable}_by_label", value) for variable, value in sums)
    if not label_weights.is_const(None):
        if area.endswith("_steps"):
            raise Unsupported("AUC with weights of labels, by another sum")
        options.add(f"{area}.label_weights")
    weights = "" if label_weights.is_const(None) else f", {label_weights}"
    if p.weights is not None:
        options.add(f"{area}.weighted")
    helpers = frozenset({counting, area, *options})
    return Metric("auc", sums, f"{area}({{0}}, {{1}}{weights})", "AUC", True, helpers)


#: How the area between two thresholds may be added up, and the endings of what does it.
_SUMS = {"interpolation": "", "minoring": "_of_lower_steps", "majoring": "_of_upper_steps"}


def _at_best(
    p: Prediction, name: str, wanted: Expr, num_thresholds: Expr, class_id: Expr
) -> Metric:
    """The best that is reached where another share is as large as it shall be."""
    scores, labels = _scores(p, name, class_id)
    steps = unless(num_thresholds, 200, num_thresholds=num_thresholds)
    wrong, positives = Expr(f"~{labels}", strength=16), labels
    function, prefix = f"best_{name.partition('_')[0]}", ""
    helpers = {"count_over", function, *(f"count_over.{option}" for option in steps)}
    if p.weights is not None:
        if p.rank != 2:
            raise Unsupported(f"{name} of steps or pixels with weights")
        alone = not class_id.is_const(None)
        column = p.weights if alone else method(p.weights, "unsqueeze", 1)
        positives, wrong = (infix(which, "*", column) for which in (labels, wrong))
        prefix = "weighted_"
        helpers.add(f"{function}.weighted")
    counts: dict[str, Expr] = {
        "hits_above": helper("count_over", scores, positives, **steps),
        "false_alarms_above": helper("count_over", scores, wrong, **steps),
        "positives": method(method(positives, "sum"), "item"),
    }
    if "specificity" in name:
        counts["negatives"] = method(method(wrong, "sum"), "item")
    sums = tuple((f"{prefix}{variable}", value) for variable, value in counts.items())
    given = ", ".join(f"{{{number}}}" for number in range(len(sums)))
    label, result = name.replace("_", " "), f"{function}({given}, {wanted})"
    return Metric(name, sums, result, label, True, frozenset(helpers))


@metric("PrecisionAtRecall", "precision_at_recall")
def precision_at_recall(
    p: Prediction,
    recall: Param,
    num_thresholds: Param = 200,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """An emitted function finds it among the thresholds."""
    return _at_best(p, "precision_at_recall", recall, num_thresholds, class_id)


@metric("RecallAtPrecision", "recall_at_precision")
def recall_at_precision(
    p: Prediction,
    precision: Param,
    num_thresholds: Param = 200,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """An emitted function finds it among the thresholds."""
    return _at_best(p, "recall_at_precision", precision, num_thresholds, class_id)


@metric("SensitivityAtSpecificity", "sensitivity_at_specificity")
def sensitivity_at_specificity(
    p: Prediction,
    specificity: Param,
    num_thresholds: Param = 200,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """An emitted function finds it among the thresholds."""
    return _at_best(p, "sensitivity_at_specificity", specificity, num_thresholds, class_id)


@metric("SpecificityAtSensitivity", "specificity_at_sensitivity")
def specificity_at_sensitivity(
    p: Prediction,
    sensitivity: Param,
    num_thresholds: Param = 200,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """An emitted function finds it among the thresholds."""
    return _at_best(p, "specificity_at_sensitivity", sensitivity, num_thresholds, class_id)
