"""Metrics that count which outputs are a yes, and which of these are right."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from rules.metrics import activated
from transpiler.ir.expr import Expr, expr, index, infix, method, prefix
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.record import record, replace
from transpiler.rule import Param, helper, metric


@record(frozen=True, slots=True)
class Counted:
    """The outputs and targets that count, as a yes or a no."""

    p: Prediction
    positive: Expr  #: which outputs are a yes
    yes: Expr  #: which targets are: in Keras, all that are not zero
    several: bool = False  #: at several thresholds, along a last axis of their own

    def total(self, each: Expr) -> Expr:
        """The sum over a batch, by the weights of the samples where these count."""
        p = self.p
        if self.several:
            if p.weights is not None or p.rank is None:
                raise Unsupported("several thresholds with weights, or of outputs of these shapes")
            axes = 0 if p.rank == 1 else tuple(range(p.rank))
            return method(each, "sum", axes)
        if p.weights is None:
            return method(method(each, "sum"), "item")
        if p.rank not in (1, 2):
            raise Unsupported("a metric with weights of steps or pixels")
        column = p.weights if p.rank == 1 else method(p.weights, "unsqueeze", 1)
        return method(method(infix(each, "*", column), "sum"), "item")


def _counted(
    p: Prediction,
    name: str,
    thresholds: Expr,
    top_k: Expr | None = None,
    class_id: Expr | None = None,
) -> Counted:
    """What counts of the outputs: all, those of a class, or the largest of each row."""
    if p.classes:
        raise Unsupported(f"{name} with classes as targets")
    largest: Expr | None = None
    if top_k is not None and not top_k.is_const(None):
        largest = helper("among_largest", p.output, top_k)
    if class_id is not None and not class_id.is_const(None):
        if p.rank != 2:
            raise Unsupported("a metric of one class of these shapes")
        largest = largest if largest is None else index(largest, Expr(":"), class_id)
        kept = p.logits and p.activation == "sigmoid"
        output = p.output if kept else activated(p)
        output, targets = (index(x, Expr(":"), class_id) for x in (output, p.targets))
        p = replace(p, output=output, targets=targets, logits=kept, rank=1)
    yes = method(p.targets, "bool")
    if largest is not None and thresholds.is_const(None):
        return Counted(p, largest, yes)
    limits = _limits(name, thresholds)
    if len(limits) == 1:
        above = positive(p, expr(limits[0]))
        return Counted(p, above if largest is None else infix(above, "&", largest), yes)
    above = helper("above_each", activated(p), thresholds)
    if largest is not None:
        above = infix(above, "&", method(largest, "unsqueeze", -1))
    return Counted(p, above, method(yes, "unsqueeze", -1), several=True)


def _limits(name: str, thresholds: Expr) -> list[float]:
    """The thresholds, of which there is one by default."""
    value = 0.5 if thresholds.is_const(None) else thresholds.value
    found = list(value) if isinstance(value, (list, tuple)) else [value]
    if not found or not all(isinstance(one, float | int) for one in found):
        raise Unsupported(f"{name} with thresholds that are only known at run time")
    return found


def positive(p: Prediction, threshold: Expr) -> Expr:
    """Which outputs are above a threshold."""
    if p.logits and p.activation == "sigmoid" and threshold.is_const(0.5):
        return infix(p.output, ">", 0)
    return infix(activated(p), ">", threshold)


def _ratio(counted: Counted, name: str, variable: str, count: Expr) -> Metric:
    """True positives as a share of a count; none of none is 0."""
    hits = infix(counted.positive, "&", counted.yes)
    sums = (("true_positives", counted.total(hits)), (variable, counted.total(count)))
    result = "{0} / max({1}, 1)"
    if counted.p.weights is not None:
        sums = (("weighted_hits", sums[0][1]), (f"weighted_{variable}", sums[1][1]))
        result = "({0} / {1} if {1} else 0.0)"
    if counted.several:
        sums = (("true_positives_above", sums[0][1]), (f"{variable}_above", sums[1][1]))
        result = "({0} / {1}.clamp(min=1)).cpu().numpy()"
    return Metric(name, sums, result, name, larger_is_better=True, array=counted.several)


@metric("Precision", "precision")
def precision(
    p: Prediction,
    thresholds: Param = None,
    top_k: Param = None,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """How many of the positive outputs are right."""
    counted = _counted(p, "precision", thresholds, top_k, class_id)
    return _ratio(counted, "precision", "predicted_positives", counted.positive)


@metric("Recall", "recall")
def recall(
    p: Prediction,
    thresholds: Param = None,
    top_k: Param = None,
    class_id: Param = None,
    name: Param = None,
) -> Metric:
    """How many of the positive targets are found."""
    counted = _counted(p, "recall", thresholds, top_k, class_id)
    found = _ratio(counted, "recall", "positives", counted.yes)
    if not counted.several:
        return found
    yes = method(counted.p.targets, "bool")  # as many at each threshold
    positives = "positives", method(method(yes, "sum"), "item")
    result = "({0} / max({1}, 1)).cpu().numpy()"
    return replace(found, sums=(found.sums[0], positives), result=result)


def _count(p: Prediction, name: str, thresholds: Expr, yes: bool, right: bool) -> Metric:
    """How many yes or no are right or wrong, as a number of the whole epoch."""
    counted = _counted(p, name, thresholds)
    positive, wanted = counted.positive, counted.yes
    chosen = positive if yes else prefix("~", positive)
    wanted = wanted if yes == right else prefix("~", wanted)
    total = counted.total(infix(chosen, "&", wanted))
    label = name.replace("_", " ")
    if counted.several:
        sums = ((f"{name}_above", total),)
        found = Metric(name, sums, "{0}.cpu().numpy()", label, larger_is_better=right, array=True)
        return replace(found, note=f"{name}: {_OVERWRITTEN}")
    variable = name if p.weights is None else f"weighted_{name}"
    return Metric(name, ((variable, total),), "{0}", label, larger_is_better=right)


_OVERWRITTEN = (
    "counts at several thresholds are those of the training; Keras 3 writes those of the "
    "validation into the same arrays"
)


@metric("TruePositives", "true_positives")
def true_positives(p: Prediction, thresholds: Param = None, name: Param = None) -> Metric:
    """The same."""
    return _count(p, "true_positives", thresholds, yes=True, right=True)


@metric("FalsePositives", "false_positives")
def false_positives(p: Prediction, thresholds: Param = None, name: Param = None) -> Metric:
    """The same."""
    return _count(p, "false_positives", thresholds, yes=True, right=False)


@metric("TrueNegatives", "true_negatives")
def true_negatives(p: Prediction, thresholds: Param = None, name: Param = None) -> Metric:
    """The same."""
    return _count(p, "true_negatives", thresholds, yes=False, right=True)


@metric("FalseNegatives", "false_negatives")
def false_negatives(p: Prediction, thresholds: Param = None, name: Param = None) -> Metric:
    """The same."""
    return _count(p, "false_negatives", thresholds, yes=False, right=False)


def _f_score(p: Prediction, name: str, average: Expr, beta: Expr | None, threshold: Expr) -> Metric:
    """An emitted function computes it from counts of all batches."""
    if p.classes or p.rank != 2 or not threshold.known:
        raise Unsupported(f"{name} of these shapes, or with a threshold only known at run time")
    if not average.known:
        raise Unsupported(f"{name} with an average that is only known at run time")
    chosen = infix(p.output, "==", method(p.output, "amax", -1, keepdim=True))
    if threshold.value is not None:
        chosen = positive(p, threshold)
    elif p.activation != "softmax":  # whose largest output is never zero
        chosen = infix(chosen, "&", infix(method(p.output, "abs"), ">", 1e-9))
    axes = () if average.value == "micro" else (0,)
    counts = {
        "true_positives": infix(chosen, "*", p.targets),
        "predicted_positives": chosen,
        "positives": p.targets,
    }
    if p.weights is not None:
        weights = method(p.weights, "unsqueeze", 1)
        counts = {f"weighted_{k}": infix(each, "*", weights) for k, each in counts.items()}
    sums = tuple((name, method(each, "sum", *axes)) for name, each in counts.items())
    options = "" if beta is None or beta.is_const(1.0, 1) else f", beta={beta}"
    options += ", weighted=True" if average.value == "weighted" else ""
    function = "f_score" if options else "f1_score"
    if average.value is None:
        function += "s"  # of each class
        result = f"{function}({{0}}, {{1}}, {{2}}{options})"
        helpers = frozenset({function})
        return Metric(name, sums, result, "F1 scores", True, helpers, array=True)
    result = f"{function}({{0}}, {{1}}, {{2}}{options})"
    return Metric(name, sums, result, "F1 score", True, frozenset({function}))


@metric("F1Score", "f1_score")
def f1_score(
    p: Prediction, average: Param = None, threshold: Param = None, name: Param = None
) -> Metric:
    """An emitted function computes it from counts of all batches."""
    return _f_score(p, "f1_score", average, None, threshold)


@metric("FBetaScore", "f_beta_score")
def f_beta_score(
    p: Prediction,
    average: Param = None,
    beta: Param = 1.0,
    threshold: Param = None,
    name: Param = None,
) -> Metric:
    """An emitted function computes it from counts of all batches."""
    found = _f_score(p, "fbeta_score", average, beta, threshold)
    return replace(found, label="F score")


emitted(
    "among_largest",
    '''
def among_largest(outputs, k):
    """Which outputs are among the largest of their row."""
    found = torch.zeros_like(outputs, dtype=torch.bool)
    return found.scatter(-1, outputs.topk(k).indices, True)
''',
    (),
    TORCH,
)

emitted(
    "above_each",
    '''
def above_each(outputs, thresholds):
    """Which outputs are above each of some thresholds, along a new last axis."""
    return outputs.unsqueeze(-1) > torch.tensor(thresholds, device=outputs.device)
''',
    (),
    TORCH,
)

emitted(
    "f1_scores",
    '''
def f1_scores(true_positives, predicted_positives, positives):
    """The F1 score of each class, with the epsilons of Keras."""
    precision = true_positives / (predicted_positives + 1e-7)
    recall = true_positives / (positives + 1e-7)
    scores = 2 * precision * recall / (precision + recall + 1e-7)
    return scores.cpu().numpy()
''',
)

emitted(
    "f_scores",
    '''
def f_scores(true_positives, predicted_positives, positives, beta):
    """The F score of each class, with the epsilons of Keras."""
    precision = true_positives / (predicted_positives + 1e-7)
    recall = true_positives / (positives + 1e-7)
    scores = (1 + beta**2) * precision * recall / (beta**2 * precision + recall + 1e-7)
    return scores.cpu().numpy()
''',
)
