"""What metrics make of the sums over the batches: functions that are emitted."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

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

emitted(
    "pr_auc",
    '''
def pr_auc(true_positives, false_positives):
    """The area under the precision-recall curve, from the counts at the thresholds."""
    found = -true_positives.diff()
    predicted = true_positives + false_positives
    slope = found / -predicted.diff().clamp(max=-1)
    intercept = true_positives[1:] - slope * predicted[1:]
    ratio = predicted[:-1] / predicted[1:].clamp(min=1)
    ratio[predicted[1:] == 0] = 1
    area = (slope * (found + intercept * ratio.log())).sum()
    return (area / true_positives[0].clamp(min=1)).item()
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
    variance = squares_sum - targets_sum**2 / count
    return (1 - squared_error / variance).mean().item()
''',
)
