"""What metrics make of the sums over the batches: functions that are emitted."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

emitted(
    "classes_of",
    '''
def classes_of(
    targets,
    dim=1,  #? dim
):
    """The class of each target: a column has them, else the largest number stands for one."""
    return targets.argmax(1) if targets.shape[1] > 1 else targets.squeeze(1)  #? !dim
    return targets.argmax(dim) if targets.shape[dim] > 1 else targets.squeeze(dim)  #? dim
''',
)

emitted(
    "right_outputs",
    '''
def right_outputs(outputs, targets):
    """Which are right: single numbers by their side of 0.5, others by the largest one."""
    if outputs.shape[1] == 1:
        return (outputs > 0.5) == targets  #? !logits
        return (outputs > 0) == targets  #? logits
    classes = targets.argmax(1) if targets.shape[1] > 1 else targets.squeeze(1)
    return outputs.argmax(1) == classes
''',
)

emitted(
    "count_above",
    '''
def count_above(
    scores,
    labels,
    num_thresholds=200,  #? num_thresholds
):
    """How many of the labelled scores are above each of Keras's thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)  #? !num_thresholds
    thresholds = torch.linspace(0, 1, num_thresholds, device=scores.device)  #? num_thresholds
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)
''',
    (),
    TORCH,
)

emitted(
    "count_above_by_label",
    '''
def count_above_by_label(
    scores,
    labels,
    num_thresholds=200,  #? num_thresholds
):
    """How many scores of each label are above each of Keras's thresholds."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)  #? !num_thresholds
    thresholds = torch.linspace(0, 1, num_thresholds, device=scores.device)  #? num_thresholds
    thresholds[0], thresholds[-1] = -1e-7, 1 + 1e-7
    return ((scores > thresholds[:, None, None]) * labels).sum(1)
''',
    (),
    TORCH,
)

emitted(
    "roc_auc",
    '''
def roc_auc(
    true_positives,
    false_positives,
    label_weights=None,  #? label_weights
):
    """The area under the ROC curve, from the counts at the thresholds."""  #? !by_label
    """The mean area under the ROC curves, from the counts at the thresholds."""  #? by_label
    true_rate = true_positives / true_positives[0].clamp(min=1)  #? !weighted
    false_rate = false_positives / false_positives[0].clamp(min=1)  #? !weighted
    true_rate = true_positives / true_positives[0].clamp(min=1e-30)  #? weighted
    false_rate = false_positives / false_positives[0].clamp(min=1e-30)  #? weighted
    return -torch.trapezoid(true_rate, false_rate).item()  #? !by_label
    if label_weights is not None:  #? label_weights
        areas = -torch.trapezoid(true_rate, false_rate, dim=0)
        weights = areas.new_tensor(label_weights)
        return (areas @ weights / weights.sum()).item()
    return -torch.trapezoid(true_rate, false_rate, dim=0).mean().item()  #? by_label
''',
    (),
    TORCH,
)

emitted(
    "pr_auc",
    '''
def pr_auc(
    true_positives,
    false_positives,
    label_weights=None,  #? label_weights
):
    """The area under the precision-recall curve, from the counts."""  #? !by_label
    """The mean area under the precision-recall curves, from the counts."""  #? by_label
    found = -true_positives.diff(dim=0)
    predicted = true_positives + false_positives
    slope = (found / -predicted.diff(dim=0)).nan_to_num()  #? !weighted
    slope = (found / -predicted.diff(dim=0)).nan_to_num(posinf=0)  #? weighted
    intercept = true_positives[1:] - slope * predicted[1:]
    ratio = predicted[:-1] / predicted[1:]
    ratio[predicted[1:] == 0] = 1
    area = (slope * (found + intercept * ratio.log())).sum(0)
    area = area / true_positives[0].clamp(min=1)  #? !weighted
    area = area / true_positives[0].clamp(min=1e-30)  #? weighted
    if label_weights is not None:  #? label_weights
        weights = area.new_tensor(label_weights)
        return (area @ weights / weights.sum()).item()
    return area.mean().item()  #? by_label
    return area.item()  #? !by_label
''',
    (),
    TORCH,
)

_STEPS = '''
def NAME(true_positives, false_positives):
    """The area under the CURVE, as Keras adds up its SIDE steps."""
    true_rate = true_positives / true_positives[0].clamp(min=1e-30)
    VALUE
    heights = torch.FUNCTION(Y[:-1], Y[1:])
    return -(X.diff(dim=0) * heights).sum(0).mean().item()
'''
_OF_CURVES = {
    "roc_auc": (
        "ROC curve",
        "false_rate = false_positives / false_positives[0].clamp(min=1e-30)",
        "false_rate",
        "true_rate",
    ),
    "pr_auc": (
        "precision-recall curve",
        "precision = (true_positives / (true_positives + false_positives)).nan_to_num()",
        "true_rate",
        "precision",
    ),
}
for _area, (_curve, _value, _x, _y) in _OF_CURVES.items():
    for _side, _function in (("lower", "minimum"), ("upper", "maximum")):
        emitted(
            f"{_area}_of_{_side}_steps",
            _STEPS.replace("NAME", f"{_area}_of_{_side}_steps")
            .replace("CURVE", _curve)
            .replace("SIDE", _side)
            .replace("VALUE", _value)
            .replace("FUNCTION", _function)
            .replace("X.", f"{_x}.")
            .replace("Y[", f"{_y}["),
            (),
            TORCH,
        )

emitted(
    "count_above_those",
    '''
def count_above_those(scores, labels, thresholds):
    """How many of the labelled scores are above each threshold, and above all and none."""
    limits = torch.tensor([-1e-7, *sorted(thresholds), 1 + 1e-7], device=scores.device)
    return ((scores.reshape(-1, 1) > limits) * labels.reshape(-1, 1)).sum(0)
''',
    (),
    TORCH,
)

emitted(
    "count_over",
    '''
def count_over(
    scores,
    labels,
    num_thresholds=200,  #? num_thresholds
):
    """How many of the labelled scores are above each threshold from 0 to 1."""
    thresholds = torch.linspace(0, 1, 200, device=scores.device)  #? !num_thresholds
    thresholds = torch.linspace(0, 1, num_thresholds, device=scores.device)  #? num_thresholds
    return ((scores.reshape(-1, 1) > thresholds) * labels.reshape(-1, 1)).sum(0)
''',
    (),
    TORCH,
)

_RATES = {
    "sensitivity": "sensitivity = hits / max(positives, LEAST)",
    "specificity": "specificity = (negatives - false_alarms) / max(negatives, LEAST)",
    "precision": "precision = hits / (hits + false_alarms).clamp(min=LEAST)",
    "recall": "recall = hits / max(positives, LEAST)",
}


def _rate(name: str) -> str:
    """A share, of weights where there are some, and zero where there is nothing to share."""
    line = _RATES[name]
    weighted = line.replace("LEAST", "1e-30")
    return f"{line.replace('LEAST', '1')}  #? !weighted\n    {weighted}  #? weighted"


for _best, _other in (
    ("sensitivity", "specificity"),
    ("specificity", "sensitivity"),
    ("precision", "recall"),
    ("recall", "precision"),
):
    _counts = "hits, false_alarms, positives" + ", negatives" * ("specificity" in (_best, _other))
    emitted(
        f"best_{_best}",
        f'''
def best_{_best}({_counts}, least):
    """The best {_best} at a threshold where the {_other} is not less."""
    {_rate(_best)}
    {_rate(_other)}
    return ({_best} * ({_other} >= least)).max().item()
''',
    )

emitted(
    "f1_score",
    '''
def f1_score(true_positives, predicted_positives, positives):
    """The mean of the F1 scores, with the epsilons of Keras."""
    precision = true_positives / (predicted_positives + 1e-7)
    recall = true_positives / (positives + 1e-7)
    return (2 * precision * recall / (precision + recall + 1e-7)).mean().item()
''',
)

emitted(
    "f_score",
    '''
def f_score(true_positives, predicted_positives, positives, beta=1.0, weighted=False):
    """The mean of the F scores, or that by how many of each class there are."""
    precision = true_positives / (predicted_positives + 1e-7)
    recall = true_positives / (positives + 1e-7)
    scores = (1 + beta**2) * precision * recall / (beta**2 * precision + recall + 1e-7)
    if weighted:
        return (scores * positives / (positives.sum() + 1e-7)).sum().item()
    return scores.mean().item()
''',
)

emitted(
    "r2_score",
    '''
def r2_score(squared_error, targets_sum, squares_sum, count):
    """How much of the variance of the targets is explained; the mean over the outputs."""
    variance = squares_sum - targets_sum * (targets_sum / count)
    scores = 1 - squared_error / variance
    scores = torch.where(scores.isinf(), 0.0, scores)  # of targets that do not vary
    return scores.mean().item()
''',
    (),
    TORCH,
)

emitted(
    "r2_of_each",
    '''
def r2_of_each(squared_error, targets_sum, squares_sum, count):
    """How much of the variance of each target is explained."""
    variance = squares_sum - targets_sum * (targets_sum / count)
    scores = 1 - squared_error / variance
    scores = torch.where(scores.isinf(), 0.0, scores)  # of targets that do not vary
    return scores.detach().cpu().numpy()
''',
    (),
    TORCH,
)

emitted(
    "r2_of_all",
    '''
def r2_of_all(squared_error, targets_sum, squares_sum, count):
    """How much of the variance of all targets together is explained."""
    variance = squares_sum - targets_sum * (targets_sum / count)
    scores = 1 - squared_error / variance
    scores = torch.where(scores.isinf(), 0.0, scores)  # of targets that do not vary
    return ((variance * scores).sum() / variance.sum()).item()
''',
    (),
    TORCH,
)

emitted(
    "pearson_of_rows",
    '''
def pearson_of_rows(outputs, targets):
    """The mean of the correlations of each row of outputs with that of targets."""
    outputs = outputs - outputs.mean(1, keepdim=True)
    targets = targets - targets.mean(1, keepdim=True)
    scales = outputs.std(1, correction=0) * targets.std(1, correction=0)
    return ((outputs * targets).mean(1) / scales).mean()
''',
)

emitted(
    "concordance_of_rows",
    '''
def concordance_of_rows(outputs, targets):
    """The mean of the concordances of each row of outputs with that of targets."""
    mean = outputs.mean(1)
    variances = outputs.var(1, correction=0) + targets.var(1, correction=0)
    norm = variances + (targets.mean(1) - mean) ** 2
    products = (targets - mean[:, None]) * (outputs - mean[:, None])
    return (2 * products.mean(1) / (norm + 1e-7)).mean()
''',
)
