"""Criteria that torch does not have: functions and classes that are emitted."""

from __future__ import annotations

import re

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted


def _formula(
    name: str, doc: str, body: str, *imports: str, of: str = "outputs", row: str = ""
) -> None:
    """Declare an emitted criterion that ends in a mean, and the same without it."""
    head = f'({of}, targets):\n    """{doc}"""\n'
    emitted(name, f"def {name}{head}{body}.mean()\n", (), *imports)
    name = f"{name}_of_each"
    if not row:  # no method follows: what it was called on needs no parentheses
        body = re.sub(r"return \(((?:[^()]|\([^()]*\))*)\)$", r"return \1", body)
    emitted(name, f"def {name}{head}{body}{row}\n", (), *imports)


_formula(
    "categorical_crossentropy",
    "Crossentropy of probabilities, clipped as Keras clips them.",
    """    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -(targets * probabilities.clamp(1e-7, 1 - 1e-7).log()).sum(-1)""",
    of="probabilities",
)

_formula(
    "softmax_crossentropy",
    "Crossentropy with TensorFlow's gradient, `softmax - targets`, whatever these add up to.",
    """    total = logits.logsumexp(-1)
    added = ((targets.sum(-1) - 1) * total).detach()
    return (total - (targets * logits).sum(-1) + added)""",
    of="logits",
)

emitted(
    "softmax_cross_entropy",
    '''
def softmax_cross_entropy(logits, labels):
    """Crossentropy of each row, with TensorFlow's gradient, `softmax - labels`, in any case.

    Where labels don't add up to 1, that of torch has the softmax times their sum.
    """
    total = logits.logsumexp(-1)
    lacking = (1 - labels.sum(-1)).detach()
    loss = -(labels * logits.log_softmax(-1)).sum(-1)
    return loss + lacking * (total - total.detach())
''',
)

_formula(
    "sparse_categorical_crossentropy",
    "Crossentropy of probabilities, clipped as Keras clips them, with classes as targets.",
    """    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -probabilities.gather(-1, targets.unsqueeze(-1)).log()""",
    of="probabilities",
    row=".squeeze(-1)",
)

emitted(
    "binary_crossentropy",
    '''
def binary_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    return F.binary_cross_entropy(probabilities.clamp(1e-7, 1 - 1e-7), targets)
''',
    (),
    FUNCTIONAL,
)

emitted(
    "binary_crossentropy_of_each",
    '''
def binary_crossentropy_of_each(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    return F.binary_cross_entropy(probabilities, targets, reduction="none")
''',
    (),
    FUNCTIONAL,
)

_formula(
    "moved_binary_crossentropy",
    "Crossentropy of probabilities, clipped and moved as Keras 2 does.",
    """    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    hits = targets * (probabilities + 1e-7).log()
    misses = (1 - targets) * (1 - probabilities + 1e-7).log()
    return -(hits + misses)""",
    of="probabilities",
)

emitted(
    "binary_crossentropy_with_epsilon",
    '''
def binary_crossentropy_with_epsilon(probabilities, targets):
    """Crossentropy of probabilities, clipped and moved as Keras's backend does."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    hits = targets * (probabilities + 1e-7).log()
    misses = (1 - targets) * (1 - probabilities + 1e-7).log()
    return -(hits + misses)
''',
)

_formula(
    "mean_absolute_percentage_error",
    "How far outputs are off, in percent of their targets.",
    "    return 100 * ((targets - outputs) / targets.abs().clamp(min=1e-7)).abs()",
)

_formula(
    "mean_squared_logarithmic_error",
    "Mean squared difference of the logarithms.",
    """    outputs, targets = outputs.clamp(min=1e-7), targets.clamp(min=1e-7)
    return (outputs.log1p() - targets.log1p()).square()""",
)

_formula(
    "log_cosh",
    "Mean logarithm of the hyperbolic cosine of the error.",
    """    error = outputs - targets
    return (error + F.softplus(-2 * error) - math.log(2))""",
    FUNCTIONAL,
    "import math",
)

_formula(
    "kl_divergence",
    "Kullback-Leibler divergence of probabilities, clipped as Keras clips them.",
    """    outputs, targets = outputs.clamp(1e-7, 1), targets.clamp(1e-7, 1)
    return (targets * (targets / outputs).log()).sum(-1)""",
)

_formula(
    "poisson",
    "Poisson loss of rates.",
    "    return (outputs - targets * (outputs + 1e-7).log())",
)

_formula(
    "cosine_similarity",
    "Negative cosine similarity: -1 where outputs point where targets do.",
    "    return -F.cosine_similarity(outputs, targets, dim=-1)",
    FUNCTIONAL,
)

_SIGNS = "    if ((targets == 0) | (targets == 1)).all():\n        targets = 2 * targets - 1\n"

_formula(
    "hinge",
    "Hinge loss; targets of 0 and 1 stand for -1 and 1.",
    f"{_SIGNS}    return F.relu(1 - targets * outputs)",
    FUNCTIONAL,
)

_formula(
    "squared_hinge",
    "Squared hinge loss; targets of 0 and 1 stand for -1 and 1.",
    f"{_SIGNS}    return F.relu(1 - targets * outputs).square()",
    FUNCTIONAL,
)

_formula(
    "categorical_hinge",
    "Hinge loss between the target class and the best of the others.",
    """    positive = (targets * outputs).sum(-1)
    negative = ((1 - targets) * outputs).amax(-1)
    return F.relu(negative - positive + 1)""",
    FUNCTIONAL,
)

emitted(
    "BinaryFocalLoss",
    '''
class BinaryFocalLoss(nn.Module):
    """Crossentropy of logits, to which examples that are right already add little."""

    def __init__(
        self,
        gamma=2.0,
        reduction="mean",  #? reduction
    ):
        super().__init__()
        self.gamma = gamma
        self.reduction = reduction  #? reduction

    def forward(self, logits, targets):
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        wrong = targets + logits.sigmoid() - 2 * targets * logits.sigmoid()
        loss = wrong**self.gamma * loss  #? reduction
        return loss if self.reduction == "none" else loss.mean()  #? reduction
        return (wrong**self.gamma * loss).mean()  #? !reduction
''',
    (),
    NN,
    FUNCTIONAL,
)

emitted(
    "BalancedFocalLoss",
    '''
class BalancedFocalLoss(nn.Module):
    """Crossentropy of logits, to which examples that are right already add little.

    Positive examples weigh `alpha`, negative ones `1 - alpha`.
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        reduction="mean",  #? reduction
    ):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma
        self.reduction = reduction  #? reduction

    def forward(self, logits, targets):
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        wrong = targets + logits.sigmoid() - 2 * targets * logits.sigmoid()
        weights = targets * self.alpha + (1 - targets) * (1 - self.alpha)
        loss = weights * wrong**self.gamma * loss  #? reduction
        return loss if self.reduction == "none" else loss.mean()  #? reduction
        return (weights * wrong**self.gamma * loss).mean()  #? !reduction
''',
    (),
    NN,
    FUNCTIONAL,
)

emitted(
    "FocalLoss",
    '''
class FocalLoss(nn.Module):
    """Crossentropy of probabilities, to which examples that are right already add little."""

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,  #? from_logits
        reduction="mean",  #? reduction
    ):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma
        self.from_logits = from_logits  #? from_logits
        self.reduction = reduction  #? reduction

    def forward(self, probabilities, targets):
        if self.from_logits:  #? from_logits
            probabilities = probabilities.softmax(-1)
        probabilities = probabilities / probabilities.sum(-1, keepdim=True)
        probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
        weights = self.alpha * (1 - probabilities) ** self.gamma  #? !alphas
        alpha = torch.tensor(self.alpha, device=targets.device)  #? alphas
        weights = alpha * (1 - probabilities) ** self.gamma  #? alphas
        loss = -(weights * targets * probabilities.log()).sum(-1)  #? reduction
        return loss if self.reduction == "none" else loss.mean()  #? reduction
        return -(weights * targets * probabilities.log()).sum(-1).mean()  #? !reduction
''',
    (),
    NN,
)

emitted(
    "GeneralizedCrossEntropyLoss",
    '''
class GeneralizedCrossEntropyLoss(nn.Module):
    """Between crossentropy (q near 0) and absolute error (q of 1), of probabilities."""

    def __init__(
        self,
        q=0.5,
        reduction="mean",  #? reduction
    ):
        super().__init__()
        self.q = q
        self.reduction = reduction  #? reduction

    def forward(self, probabilities, targets):
        right = probabilities.gather(-1, targets.unsqueeze(-1))
        loss = ((1 - right**self.q) / self.q).squeeze(-1)  #? reduction
        return loss if self.reduction == "none" else loss.mean()  #? reduction
        return ((1 - right**self.q) / self.q).mean()  #? !reduction
''',
    (),
    NN,
)

emitted(
    "CircleLoss",
    '''
class CircleLoss(nn.Module):
    """Pulls normalized embeddings of one class together, and pushes those of others apart."""

    def __init__(self, gamma=80.0, margin=0.4):
        super().__init__()
        self.gamma, self.margin = gamma, margin

    def forward(self, embeddings, targets):
        distances = (1 - embeddings @ embeddings.T).clamp(min=0)
        same = targets[:, None] == targets
        others = ~torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        near = (self.margin + distances) * (distances - self.margin)
        far = (1 + self.margin - distances).clamp(min=0) * (1 - self.margin - distances)
        near = (self.gamma * near).masked_fill(~(same & others), -1e30).logsumexp(1)
        far = (self.gamma * far).masked_fill(same, -1e30).logsumexp(1)
        losses = F.softplus(near + far)
        return losses.sum() / (losses > 0).sum().clamp(min=1)
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "CTCLoss",
    '''
class CTCLoss(nn.Module):
    """The CTC loss of labels that zeros fill up, which are the blanks, too."""

    def forward(self, logits, targets):
        log_probs = logits.log_softmax(-1).transpose(0, 1)
        lengths = (targets != 0).sum(1)
        steps = torch.full_like(lengths, logits.shape[1])
        losses = F.ctc_loss(log_probs, targets.long(), steps, lengths, reduction="none")
        return losses.mean()
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "TverskyLoss",
    '''
class TverskyLoss(nn.Module):
    """One minus the Tversky index of the batch: misses weigh `alpha`, false alarms `beta`."""

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        axis=None,  #? axis
    ):
        super().__init__()
        self.alpha, self.beta = alpha, beta
        self.axis = axis  #? axis

    def forward(self, outputs, targets):
        both = (targets * outputs).sum()  #? !axis
        missed = (targets * (1 - outputs)).sum()  #? !axis
        false = ((1 - targets) * outputs).sum()  #? !axis
        both = (targets * outputs).sum(self.axis)  #? axis
        missed = (targets * (1 - outputs)).sum(self.axis)  #? axis
        false = ((1 - targets) * outputs).sum(self.axis)  #? axis
        return 1 - both / (both + self.alpha * missed + self.beta * false + 1e-7)  #? !axis
        overlap = both / (both + self.alpha * missed + self.beta * false + 1e-7)  #? axis
        return (1 - overlap).mean()  #? axis
''',
    (),
    NN,
)

emitted(
    "DiceLoss",
    '''
class DiceLoss(nn.Module):
    """One minus the Dice coefficients along some axes: their mean."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def forward(self, outputs, targets):
        both = (targets * outputs).sum(self.axis)
        total = targets.sum(self.axis) + outputs.sum(self.axis)
        return (1 - 2 * both / (total + 1e-7)).mean()
''',
    (),
    NN,
)

emitted(
    "dice",
    '''
def dice(outputs, targets):
    """One minus the Dice coefficient of the whole batch."""
    both = (targets * outputs).sum()
    return 1 - 2 * both / (targets.sum() + outputs.sum() + 1e-7)
''',
)

emitted(
    "with_axes_of",
    '''
def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets
''',
)
