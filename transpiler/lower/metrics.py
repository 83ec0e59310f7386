"""The metrics of a model: what rules make of Keras's, and what the program's own become.

model.compile(metrics=["accuracy", rmse, F1()], weighted_metrics=["mae"])
"""

from __future__ import annotations

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_losses import in_wrapper
from transpiler.interpret.functions.own_metrics import class_of_metric
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Framework, Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import Expr
from transpiler.ir.notes import all_said
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.lower.binding import Use, only, use_of
from transpiler.lower.left_out import refuse_none
from transpiler.lower.loss_metrics import is_loss, loss_as_metric
from transpiler.lower.masked import Steps
from transpiler.lower.numbered_metrics import COUNTED, counts_on, numbered, refuse_numbered
from transpiler.lower.own_losses import is_own, own_metric
from transpiler.lower.own_metrics import metric_of_class
from transpiler.lower.told import told
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.tree import Tree

#: The weights of the samples, in the loop over batches; of each output, its name stands before.
WEIGHTS = "weights"


#: What objects are called in Keras 2, where that is not what they are called in Keras 3.
_OLDER = {"kl_divergence": "kullback_leibler_divergence"}


def lower_metrics(
    file: FileContext,
    call: TrainingCall,
    region: Region,
    seen: Prediction,
    plain: Value | None,
    weighted: Value | None,
    output: str = "",
    steps: Steps | None = None,
) -> tuple[tuple[tuple[str, Metric], ...], list[Use]]:
    """The metrics by their keys in the history; `weighted` are those in which weights count.

    `output` is the variable of the output, where there are several; `steps` are those that count.
    """
    weights = Expr(f"{output}_{WEIGHTS}" if output else WEIGHTS)
    found: list[tuple[str, Metric]] = []
    uses: list[Use] = []
    for value, counts in ((plain, None), (weighted, weights if seen.elementwise else None)):
        known = {key for key, _ in found}
        for item in _items(value):
            key, metric, use = _one(file, call, region, seen, item, counts, steps)
            key = f"weighted_{key}" if key in known else key  # of both
            if key in (k for k, _ in found) or key == "loss":
                raise Unsupported(f"two values of an epoch are called {key}")
            found.append((key, metric))
            uses += [use] if use is not None else []
    return tuple(found), uses


def metrics_of_steps(
    steps: Steps,
    file: FileContext,
    call: TrainingCall,
    region: Region,
    seen: Prediction,
    plain: Value | None,
    weighted: Value | None,
    output: str,
) -> tuple[Steps, tuple[tuple[str, Metric], ...], list[Use]]:
    """The same of an output that carries a mask, and what the loops call the steps that count."""
    given = file, call, region, seen, plain, weighted, output
    found, uses = lower_metrics(*given, steps)
    if not all(map(steps.masks, uses)):  # some look at all steps, which keep their name
        steps = replace(steps, apart=True)
        found, uses = lower_metrics(*given, steps)
    return steps, found, uses


def is_nothing(value: Value | None) -> bool:
    """Whether it is None, or an empty list."""
    none = isinstance(value, Static) and value.expr.is_const(None)
    return value is None or none or (isinstance(value, Sequence) and not value.items)


def _items(value: Value | None) -> tuple[Value, ...]:
    if value is None or is_nothing(value):
        return ()
    if isinstance(value, Unknown):
        raise Unsupported(f"the metrics are not known: {value.reason}")
    if isinstance(value, Mapping):
        raise Unsupported("metrics in a dict")
    return tuple(value.items) if isinstance(value, Sequence) else (value,)


def _one(
    file: FileContext,
    call: TrainingCall,
    region: Region,
    seen: Prediction,
    item: Value,
    weights: Expr | None,
    steps: Steps | None,
) -> tuple[str, Metric, Use | None]:
    """One metric, and its key."""
    of_class = class_of_metric(item) is not None
    own_one = of_class or in_wrapper(file, item) is not None or is_own(item)
    if steps is not None and (own_one or is_loss(item)):
        raise Unsupported("a metric of the program's own, or a loss as one, beside a mask")
    if own_one:
        if weights is not None:
            raise Unsupported("weights of samples in a metric of the program's own")
        own = metric_of_class if of_class else own_metric
        return *own(file, call, item, seen), None
    if is_loss(item):
        if weights is not None:
            raise Unsupported("weights of samples in a loss that is a metric: Keras fails there")
        return loss_as_metric(file, call, region, item, seen)
    use = use_of(file.rules.metrics, "keras.metrics", item, "a metric")
    only(use, "name", "dtype")
    refuse_none(file, use.symbol, use.arguments)
    use = told(region, use, use.symbol, call)
    if steps is not None and steps.masks(use):
        rows = steps.rows(seen)
        metric = steps.counted(use.build(rows, keras=file.options.keras), rows)
    else:
        metric = use.build(seen, keras=file.options.keras)
    older = file.options.keras == "2" and use.place is None
    if older and seen.rank == 1 and metric.name == "binary_accuracy":
        raise Unsupported("binary_accuracy of an output without a last axis, as in Keras 2")
    if weights is not None:
        counted = use.build(replace(seen, weights=weights), keras=file.options.keras)
        if not all(weights.text in value.text for _, value in counted.sums):
            raise Unsupported(f"{use.symbol} in weighted_metrics, with weights of samples")
        metric = replace(metric, weighted=counted)
    key = _key(file, item, use, metric)
    if key == "accuracy" and use.key == key and _is_read_as_acc(file.tree):
        key, metric = "acc", replace(metric, note=all_said(metric.note, _OLD_NAME))
    if counts_on(file, region, call, use, key):
        metric = replace(metric, note=all_said(metric.note, COUNTED.format(key)))
    return key, metric, use


#: Reads what Keras before 2.3 called `acc`, and `accuracy` since then.
_ACC = regex(r"[Hh]ist\w*\[([\"'])(?:val_)?acc\1\]")
_ACCURACY = regex(r"(?<=[\w\])])\[([\"'])(?:val_)?accuracy\1\]|([\"'])val_accuracy\2")
_OLD_NAME = "`acc` is its name in the history, as before Keras 2.3: later ones have `accuracy`"


#: Metrics that are really called so, as functions of the program's own may be.
_OWN_ACC = regex(r"(?:(?i:metrics)\w*\s*=\s*[\[({]|\.compile\()[^\])}]*(?<!\w)acc\b(?!\s*=)")
_NAMED_ACC = regex(r"\bname\s*=\s*([\"'])acc\1")


def _is_read_as_acc(tree: Tree) -> bool:
    """Whether a program reads the accuracy from a history by the older of its names alone."""
    if not _ACC.search(tree.text) or _ACCURACY.search(tree.text):
        return False
    return not (_NAMED_ACC.search(tree.text) or _OWN_ACC.search(tree.blanked))


def _is_class(name: str) -> bool:
    """Whether a string names a class of Keras: `MSE` and `KLD` are functions."""
    return name == "AUC" or (name[:1].isupper() and not name.isupper())


#: What functions with short names are called, and hence what they give: strings keep theirs.
_OF_FUNCTIONS = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}


def _key(file: FileContext, item: Value, use: Use, metric: Metric) -> str:
    """What Keras calls its values."""
    if isinstance(item, Framework):
        name = item.name.rpartition(".")[2]
        if _is_class(name):  # of which `compile` makes an object
            refuse_numbered(file, metric.name, name)
            return metric.name
        return _OF_FUNCTIONS.get(name.lower(), name)
    if "name" in use.others:
        if not use.others["name"].known:
            raise Unsupported(f"{use.symbol}: its name is only known at run time")
        return str(use.others["name"].value)
    key = use.key or metric.name
    if file.options.keras == "2" and (use.place is not None or _is_class(key)):
        key = _OLDER.get(metric.name, metric.name)  # as of an object
    return numbered(file, use, key) if use.place is not None else key
