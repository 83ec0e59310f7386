"""Losses: torch's criteria, on logits where the model's last activation can be left out."""

from __future__ import annotations

from rules.emitted import FUNCTIONAL, emitted
from transpiler.ir.expr import Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction, Targets
from transpiler.rule import Param, loss, unless


def _checked(reduction: Expr) -> None:
    if not reduction.is_const("sum_over_batch_size", "auto", None):
        raise Unsupported(f"reduction={reduction} is not translated")


def _on_logits(
    p: Prediction, own: str, from_logits: Expr, axis: Expr, reduction: Expr
) -> tuple[bool, bool]:
    """Whether torch's criterion on logits serves, and whether the model drops its activation."""
    _checked(reduction)
    if not axis.is_const(-1):
        raise Unsupported("crossentropy along another axis than the last")
    drops = _drops(p, own)
    if drops or (from_logits.is_const(True) and not p.activation):
        return True, drops
    if not from_logits.known:
        raise Unsupported("from_logits is only known at run time")
    return False, False


def _drops(p: Prediction, own: str) -> bool:
    """Whether the model's last activation is left out.

    Keras's crossentropies go back to what a softmax or sigmoid was applied to, whichever it is.
    """
    if p.activation and p.activation != own and not p.droppable:
        raise Unsupported(f"a {p.activation} before a crossentropy that goes with a {own}")
    return bool(p.activation) and p.droppable


def _criterion(p: Prediction, name: str, **arguments: Param) -> Expr:
    """`nn.Name(...)`, not averaged where weights follow."""
    return call(f"nn.{name}", **arguments, **({"reduction": "none"} if p.elementwise else {}))


def _own(p: Prediction, name: str) -> Expr:
    """An emitted criterion by its name."""
    if p.elementwise:
        raise Unsupported("weights of samples with a loss that works on probabilities")
    return Expr(name, helpers=frozenset({name}))


emitted(
    "categorical_crossentropy",
    '''
def categorical_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them."""
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -(targets * probabilities.clamp(1e-7, 1 - 1e-7).log()).sum(-1).mean()
''',
)

emitted(
    "sparse_categorical_crossentropy",
    '''
def sparse_categorical_crossentropy(probabilities, targets):
    """Crossentropy of probabilities, clipped as Keras clips them, with classes as targets."""
    probabilities = probabilities.clamp(1e-7, 1 - 1e-7)
    probabilities = probabilities / probabilities.sum(-1, keepdim=True)
    return -probabilities.gather(-1, targets.unsqueeze(-1)).log().mean()
''',
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


@loss("CategoricalCrossentropy", "categorical_crossentropy")
def categorical_crossentropy(
    p: Prediction,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch's takes logits: the softmax of the model is left out."""
    logits, drops = _on_logits(p, "softmax", from_logits, axis, reduction)
    smooth = not label_smoothing.is_const(0)
    if logits:
        smoothing = {"label_smoothing": label_smoothing} if smooth else {}
        criterion = _criterion(p, "CrossEntropyLoss", **smoothing)
        return Loss(criterion, drops=drops, classes_first=p.rank != 2, per_sample=True)
    if smooth:
        raise Unsupported("label smoothing with a loss that works on probabilities")
    return Loss(_own(p, "categorical_crossentropy"))


@loss("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(
    p: Prediction,
    from_logits: Param = False,
    ignore_class: Param = None,
    reduction: Param = "sum_over_batch_size",
    axis: Param = -1,
) -> Loss:
    """Torch's takes logits: the softmax of the model is left out."""
    if not ignore_class.is_const(None):
        raise Unsupported("ignore_class is not translated")
    logits, drops = _on_logits(p, "softmax", from_logits, axis, reduction)
    if logits:
        criterion = _criterion(p, "CrossEntropyLoss")
        return Loss(criterion, Targets.CLASSES, drops, p.rank != 2, per_sample=True)
    return Loss(_own(p, "sparse_categorical_crossentropy"), Targets.CLASSES)


@loss("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE")
def binary_crossentropy(
    p: Prediction,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch's takes logits: the sigmoid of the model is left out."""
    if not label_smoothing.is_const(0):
        raise Unsupported("label smoothing with a binary crossentropy is not translated")
    logits, drops = _on_logits(p, "sigmoid", from_logits, axis, reduction)
    if logits:
        return Loss(_criterion(p, "BCEWithLogitsLoss"), drops=drops)
    return Loss(_own(p, "binary_crossentropy"))


@loss("MeanSquaredError", "mean_squared_error", "mse", "MSE")
def mean_squared_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same; torch broadcasts shapes that differ, so targets get the shape of the output."""
    _checked(reduction)
    return Loss(_criterion(p, "MSELoss"))


@loss("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE")
def mean_absolute_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same; torch broadcasts shapes that differ, so targets get the shape of the output."""
    _checked(reduction)
    return Loss(_criterion(p, "L1Loss"))


@loss("Huber", "huber", "huber_loss")
def huber(p: Prediction, delta: Param = 1.0, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same."""
    _checked(reduction)
    return Loss(_criterion(p, "HuberLoss", **unless(delta, 1.0, delta=delta)))


def _formula(name: str, doc: str, body: str, *imports: str) -> None:
    """Declare an emitted criterion that is one expression."""
    emitted(name, f'def {name}(outputs, targets):\n    """{doc}"""\n{body}\n', (), *imports)


_formula(
    "mean_absolute_percentage_error",
    "How far outputs are off, in percent of their targets.",
    "    return 100 * ((targets - outputs) / targets.abs().clamp(min=1e-7)).abs().mean()",
)
_formula(
    "mean_squared_logarithmic_error",
    "Mean squared difference of the logarithms.",
    """    outputs, targets = outputs.clamp(min=1e-7), targets.clamp(min=1e-7)
    return (outputs.log1p() - targets.log1p()).square().mean()""",
)
_formula(
    "log_cosh",
    "Mean logarithm of the hyperbolic cosine of the error.",
    """    error = outputs - targets
    return (error + F.softplus(-2 * error) - math.log(2)).mean()""",
    FUNCTIONAL,
    "import math",
)
_formula(
    "kl_divergence",
    "Kullback-Leibler divergence of probabilities, clipped as Keras clips them.",
    """    outputs, targets = outputs.clamp(1e-7, 1), targets.clamp(1e-7, 1)
    return (targets * (targets / outputs).log()).sum(-1).mean()""",
)
_formula(
    "poisson",
    "Poisson loss of rates.",
    "    return (outputs - targets * (outputs + 1e-7).log()).mean()",
)
_formula(
    "cosine_similarity",
    "Negative cosine similarity: -1 where outputs point where targets do.",
    "    return -F.cosine_similarity(outputs, targets, dim=-1).mean()",
    FUNCTIONAL,
)
_SIGNS = "    if ((targets == 0) | (targets == 1)).all():\n        targets = 2 * targets - 1\n"
_formula(
    "hinge",
    "Hinge loss; targets of 0 and 1 stand for -1 and 1.",
    f"{_SIGNS}    return F.relu(1 - targets * outputs).mean()",
    FUNCTIONAL,
)
_formula(
    "squared_hinge",
    "Squared hinge loss; targets of 0 and 1 stand for -1 and 1.",
    f"{_SIGNS}    return F.relu(1 - targets * outputs).square().mean()",
    FUNCTIONAL,
)
_formula(
    "categorical_hinge",
    "Hinge loss between the target class and the best of the others.",
    """    positive = (targets * outputs).sum(-1)
    negative = ((1 - targets) * outputs).amax(-1)
    return F.relu(negative - positive + 1).mean()""",
    FUNCTIONAL,
)


def _emitted_loss(p: Prediction, name: str, reduction: Expr) -> Loss:
    _checked(reduction)
    return Loss(_own(p, name))


@loss("MeanAbsolutePercentageError", "mean_absolute_percentage_error", "mape", "MAPE")
def mean_absolute_percentage_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch has none; an emitted function computes it."""
    return _emitted_loss(p, "mean_absolute_percentage_error", reduction)


@loss("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", "msle", "MSLE")
def mean_squared_logarithmic_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch has none; an emitted function computes it."""
    return _emitted_loss(p, "mean_squared_logarithmic_error", reduction)


@loss("LogCosh", "log_cosh", "logcosh")
def log_cosh(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch has none; an emitted function computes it."""
    return _emitted_loss(p, "log_cosh", reduction)


@loss("KLDivergence", "kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch's takes logarithms; an emitted function computes it from probabilities."""
    return _emitted_loss(p, "kl_divergence", reduction)


@loss("Poisson", "poisson")
def poisson(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch's has another epsilon; an emitted function computes Keras's."""
    return _emitted_loss(p, "poisson", reduction)


@loss("CosineSimilarity", "cosine_similarity")
def cosine_similarity(
    p: Prediction, axis: Param = -1, reduction: Param = "sum_over_batch_size"
) -> Loss:
    """Keras's loss is negative; an emitted function computes it."""
    if not axis.is_const(-1):
        raise Unsupported("cosine similarity along another axis than the last")
    return _emitted_loss(p, "cosine_similarity", reduction)


@loss("Hinge", "hinge")
def hinge(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch has none for single outputs; an emitted function computes it."""
    return _emitted_loss(p, "hinge", reduction)


@loss("SquaredHinge", "squared_hinge")
def squared_hinge(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch has none for single outputs; an emitted function computes it."""
    return _emitted_loss(p, "squared_hinge", reduction)


@loss("CategoricalHinge", "categorical_hinge")
def categorical_hinge(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch's takes classes; an emitted function computes Keras's."""
    return _emitted_loss(p, "categorical_hinge", reduction)
