"""Losses: torch's criteria, on logits where the model's last activation can be left out."""

from __future__ import annotations

from transpiler.ir.expr import Expr, Symbol, call, expr, infix, with_helper
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction, Targets
from transpiler.record import replace
from transpiler.rule import Param, by_name, helper, is_written, loss, unless

#: Reductions that are the mean over all numbers, as long as no weights follow.
_MEANS = ("sum_over_batch_size", "auto", "mean", "mean_with_sample_weight")


def _reduced(p: Prediction, reduction: Expr, by_row: bool = False) -> dict[str, Param]:
    """How torch's criterion gives what Keras's reduction does; `by_row` if it sums up rows itself.

    Keras sums the means of rows, torch all numbers.
    """
    given = reduction.value if reduction.known else None
    name = given.name.rpartition(".")[2].lower() if isinstance(given, Symbol) else given
    if p.elementwise and name in _MEANS[:2]:
        return {"reduction": "none"}
    if not p.elementwise and name in _MEANS:
        return {}
    if not p.elementwise and name == "sum" and (by_row or (p.rank, p.units) == (2, 1)):
        return {"reduction": "sum"}
    raise Unsupported(f"reduction={reduction} is not translated")


def _averaged(p: Prediction, reduction: Expr) -> None:
    """Refuse other reductions than the mean."""
    if "sum" in _reduced(p, reduction).values():
        raise Unsupported(f"reduction={reduction} is not translated")


def _on_logits(p: Prediction, own: str, from_logits: Expr, axis: Expr) -> tuple[bool, bool]:
    """Whether torch's criterion on logits serves, and whether the model drops its activation."""
    if not axis.is_const(-1):
        raise Unsupported("crossentropy along another axis than the last")
    squeezed = p.units == 1 and p.rank != 2
    if squeezed and p.activation and not from_logits.is_const(False):
        raise Unsupported("from_logits of probabilities, whose last axis Keras may take away")
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


def smoothed(smoothing: Expr, classes: int | None) -> str:
    """Smoothed targets over so many classes: `{0}` is the targets, `{1}` the output."""
    if is_written(smoothing, 0, 0.0):
        return ""
    kept, spread = shares(smoothing, expr(classes) if classes else Expr("{1}.shape[-1]"))
    return f"{{0}} * {kept.wrapped(14)} + {spread.text}"


def shares(smoothing: Expr, classes: Expr) -> tuple[Expr, Expr]:
    """What smoothed targets keep of each target, and what each class gets besides."""
    smoothing = by_name(smoothing)
    kept, spread = infix(1, "-", smoothing), infix(smoothing, "/", classes)
    if smoothing.known:
        kept = expr(round(1 - smoothing.value, 12))
        share = smoothing.value / classes.value if classes.known else None
        spread = expr(share) if share is not None and 0 < len(str(share)) < 8 else spread
    return kept, spread


def _own(p: Prediction, name: str) -> Expr:
    """An emitted criterion by its name."""
    name = f"{name}_of_each" if p.elementwise else name
    return Expr(name, helpers=frozenset({name}))


def _emitted_class(p: Prediction, name: str, **arguments: Param) -> Expr:
    """An emitted criterion that has settings."""
    if not p.elementwise:
        return helper(name, **arguments)
    if name not in _UNREDUCED:
        raise Unsupported("weights of samples with this loss")
    made = helper(name, **arguments, reduction="none")
    return with_helper(made, f"{name}.reduction")


#: Emitted classes that give the numbers of single samples where they are asked to.
_UNREDUCED = ("BinaryFocalLoss", "BalancedFocalLoss", "FocalLoss", "GeneralizedCrossEntropyLoss")


_ADDING_UP = (
    "categorical_crossentropy: where a row of the targets does not add up to 1, as zeros do, "
    "TensorFlow's gradient is softmax - targets, torch's has the softmax times that sum"
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
    logits, drops = _on_logits(p, "softmax", from_logits, axis)
    if logits and p.units == 1:
        raise Unsupported(
            "categorical_crossentropy of one output, whose gradient takes each target for 1; "
            "binary_crossentropy is that of one output"
        )
    if logits and p.exact and not p.one_hot:
        _averaged(p, reduction)
        targets = smoothed(label_smoothing, p.units)
        own = _own(p, "softmax_crossentropy")
        return Loss(own, drops=drops, per_sample=True, smoothed=targets, several=True)
    if logits:
        smoothing = unless(label_smoothing, 0, label_smoothing=label_smoothing)
        criterion = call("nn.CrossEntropyLoss", **smoothing, **_reduced(p, reduction, True))
        first = p.rank != 2
        differs = "" if p.one_hot else _ADDING_UP
        found = Loss(criterion, drops=drops, classes_first=first, per_sample=True, several=True)
        return replace(found, differs=differs)
    _averaged(p, reduction)
    targets, own = smoothed(label_smoothing, p.units), _own(p, "categorical_crossentropy")
    return Loss(own, per_sample=True, smoothed=targets, several=True)


@loss("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(
    p: Prediction,
    from_logits: Param = False,
    ignore_class: Param = None,
    reduction: Param = "sum_over_batch_size",
    axis: Param = -1,
) -> Loss:
    """Torch's takes logits: the softmax of the model is left out."""
    logits, drops = _on_logits(p, "softmax", from_logits, axis)
    ignores = not ignore_class.is_const(None)
    if ignores and (p.elementwise or not logits or not reduction.is_const("sum_over_batch_size")):
        raise Unsupported("ignore_class with weights, a sum, or probabilities")
    if ignores and drops and not (p.activation == "softmax" and from_logits.is_const(False)):
        raise Unsupported("ignore_class with an activation that Keras does not go back behind")
    if logits:
        ignored = unless(ignore_class, None, ignore_index=ignore_class)
        criterion = call("nn.CrossEntropyLoss", **ignored, **_reduced(p, reduction, True))
        note = "a batch in which every target is of ignore_class has a loss of NaN in torch"
        found = Loss(criterion, Targets.CLASSES, drops, p.rank != 2, per_sample=True)
        return replace(found, note=note) if ignores else found
    _averaged(p, reduction)
    return Loss(_own(p, "sparse_categorical_crossentropy"), Targets.CLASSES, per_sample=True)


@loss("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE")
def binary_crossentropy(
    p: Prediction,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch's takes logits: the sigmoid of the model is left out."""
    logits, drops = _on_logits(p, "sigmoid", from_logits, axis)
    targets = smoothed(label_smoothing, 2)
    if logits:
        criterion = call("nn.BCEWithLogitsLoss", **_reduced(p, reduction))
        return Loss(criterion, drops=drops, smoothed=targets, paired=True)
    _averaged(p, reduction)
    name = "moved_binary_crossentropy" if p.moved else "binary_crossentropy"
    return Loss(_own(p, name), smoothed=targets, paired=True)


@loss("MeanSquaredError", "mean_squared_error", "mse", "MSE")
def mean_squared_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same; torch broadcasts shapes that differ, so targets get the shape of the output."""
    return Loss(call("nn.MSELoss", **_reduced(p, reduction)))


@loss("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE")
def mean_absolute_error(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same; torch broadcasts shapes that differ, so targets get the shape of the output."""
    return Loss(call("nn.L1Loss", **_reduced(p, reduction)))


@loss("Huber", "huber", "huber_loss")
def huber(p: Prediction, delta: Param = 1.0, reduction: Param = "sum_over_batch_size") -> Loss:
    """The same."""
    return Loss(call("nn.HuberLoss", **unless(delta, 1.0, delta=delta), **_reduced(p, reduction)))


#: Losses that give one number for each row.
BY_ROW = ("kl_divergence", "cosine_similarity", "categorical_hinge")


def _emitted_loss(p: Prediction, name: str, reduction: Expr) -> Loss:
    _averaged(p, reduction)
    return Loss(_own(p, name), per_sample=name in BY_ROW)


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
    refuse_column(p)
    return _emitted_loss(p, "cosine_similarity", reduction)


def refuse_column(p: Prediction) -> None:
    """Keras takes each side to length 1 by itself, torch what they are when they are spread."""
    if p.column and p.units != 1:
        raise Unsupported("cosine similarity of a column of targets with outputs of several")


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


@loss("BinaryFocalCrossentropy", "binary_focal_crossentropy")
def binary_focal_crossentropy(
    p: Prediction,
    apply_class_balancing: Param = False,
    alpha: Param = 0.25,
    gamma: Param = 2.0,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch has none; an emitted class computes it from logits."""
    logits, drops = _on_logits(p, "sigmoid", from_logits, axis)
    _averaged(p, reduction)
    if not logits or p.activation not in ("", "sigmoid"):
        raise Unsupported("a focal loss that works on probabilities")
    if drops and not from_logits.is_const(False):
        raise Unsupported("from_logits of probabilities, to which Keras applies a sigmoid again")
    if not apply_class_balancing.known:
        raise Unsupported("apply_class_balancing is only known at run time")
    sharp = unless(gamma, 2.0, gamma=gamma)
    criterion = _emitted_class(p, "BinaryFocalLoss", **sharp)
    if apply_class_balancing.value:
        balanced = unless(alpha, 0.25, alpha=alpha)
        criterion = _emitted_class(p, "BalancedFocalLoss", **balanced, **sharp)
    return Loss(criterion, drops=drops, smoothed=smoothed(label_smoothing, 2), paired=True)


@loss("CategoricalFocalCrossentropy", "categorical_focal_crossentropy")
def categorical_focal_crossentropy(
    p: Prediction,
    alpha: Param = 0.25,
    gamma: Param = 2.0,
    from_logits: Param = False,
    label_smoothing: Param = 0.0,
    axis: Param = -1,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch has none; an emitted class computes it from probabilities, as Keras does."""
    _averaged(p, reduction)
    if not from_logits.known or not axis.is_const(-1):
        raise Unsupported("a categorical focal loss along another axis, or of what may be logits")
    if not alpha.known:
        raise Unsupported("a categorical focal loss whose alpha is only known at run time")
    settings = unless(alpha, 0.25, alpha=alpha) | unless(gamma, 2.0, gamma=gamma)
    settings |= unless(from_logits, False, from_logits=from_logits)
    criterion = _emitted_class(p, "FocalLoss", **settings)
    if from_logits.value:
        criterion = with_helper(criterion, "FocalLoss.from_logits")
    if isinstance(alpha.value, (list, tuple)):
        criterion = with_helper(criterion, "FocalLoss.alphas")
    targets = smoothed(label_smoothing, p.units)
    return Loss(criterion, per_sample=True, smoothed=targets, several=True)


@loss("CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy")
def categorical_generalized_cross_entropy(
    p: Prediction, q: Param = 0.5, reduction: Param = "sum_over_batch_size"
) -> Loss:
    """Torch has none; an emitted class computes it."""
    _averaged(p, reduction)
    criterion = _emitted_class(p, "GeneralizedCrossEntropyLoss", **unless(q, 0.5, q=q))
    note = "each sample has one label; Keras compares a column of labels with all the outputs"
    return Loss(criterion, Targets.CLASSES, per_sample=True, note=note)


@loss("Circle", "circle")
def circle(
    p: Prediction,
    gamma: Param = 80.0,
    margin: Param = 0.4,
    remove_diagonal: Param = True,
    reduction: Param = "sum_over_batch_size",
) -> Loss:
    """Torch has none; an emitted class compares the embeddings of a batch with each other."""
    _averaged(p, reduction)
    if p.elementwise or p.rank != 2:
        raise Unsupported("a circle loss with weights of samples, or of other outputs than rows")
    if not remove_diagonal.is_const(True):
        raise Unsupported("a circle loss that compares each embedding with itself")
    settings = unless(gamma, 80.0, gamma=gamma) | unless(margin, 0.4, margin=margin)
    return Loss(_emitted_class(p, "CircleLoss", **settings), Targets.CLASSES, of_batch=True)


@loss("CTC", "ctc")
def ctc(p: Prediction, reduction: Param = "sum_over_batch_size") -> Loss:
    """Torch's wants the lengths of targets and outputs besides; an emitted class counts them."""
    _averaged(p, reduction)
    if p.elementwise or p.rank != 3 or p.activation:
        raise Unsupported("a CTC loss with weights of samples, or of other outputs than logits")
    return Loss(_emitted_class(p, "CTCLoss"))


def _along(p: Prediction, reduction: Expr, axis: Expr) -> dict[str, Param]:
    """The axes along which an overlap is taken, if it is not that of the whole batch."""
    reduced = _reduced(p, reduction, by_row=True)
    if p.elementwise or not axis.known:
        raise Unsupported("an overlap with weights of samples, or along axes that are not known")
    if axis.is_const(None):
        return {}
    if reduced:
        raise Unsupported("a sum of overlaps along some axes")
    return {"axis": axis}


@loss("Dice", "dice")
def dice(p: Prediction, reduction: Param = "sum_over_batch_size", axis: Param = None) -> Loss:
    """Torch has none; an emitted function computes it for the whole batch."""
    along = _along(p, reduction, axis)
    return Loss(helper("DiceLoss", **along) if along else _own(p, "dice"), of_batch=True)


@loss("Tversky", "tversky")
def tversky(
    p: Prediction,
    alpha: Param = 0.5,
    beta: Param = 0.5,
    reduction: Param = "sum_over_batch_size",
    axis: Param = None,
) -> Loss:
    """Torch has none; an emitted class computes it for the whole batch."""
    along = _along(p, reduction, axis)
    settings = unless(alpha, 0.5, alpha=alpha) | unless(beta, 0.5, beta=beta)
    criterion = _emitted_class(p, "TverskyLoss", **settings, **along)
    criterion = with_helper(criterion, "TverskyLoss.axis") if along else criterion
    return Loss(criterion, of_batch=True)
