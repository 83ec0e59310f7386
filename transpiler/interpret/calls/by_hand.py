"""Losses and metrics that a program calls on arrays, outside of models: NumPy computes them.

keras.metrics.mean_absolute_error(y, model.predict(x)).numpy()      mean_absolute_error(y, ...)

m = keras.metrics.Recall()                                          m = Recall()
m.update_state(y, model.predict(x))                                 m.update(y, predict(model, x))
m(y, model.predict(x))                                              m.update(y, predict(model, x))
m.result().numpy()                                                  m.compute()
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.dispatch import provides
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.values import Measured, Static, Value
from transpiler.ir.expr import Configured

#: Functions on such numbers that NumPy has, too.
_OF_NUMPY = {
    **dict.fromkeys(
        ("tf.reduce_mean", "tf.math.reduce_mean", "keras.ops.mean", "keras.backend.mean"), "np.mean"
    ),
    **dict.fromkeys(("tf.sqrt", "tf.math.sqrt", "keras.ops.sqrt", "keras.backend.sqrt"), "np.sqrt"),
    **dict.fromkeys(("tf.reduce_sum", "tf.math.reduce_sum", "keras.backend.sum"), "np.sum"),
}
MEASURED = "what is measured of arrays"  #: the reason of such values
_MEASURED = Measured(MEASURED)
#: What the functions that are emitted call their arguments.
_KEYWORDS = {
    "y_true": "targets",
    "y_pred": "outputs",
    "labels": "labels",
    "predictions": "predictions",
    "num_classes": "num_classes",
}
#: Methods of Keras's metrics, and what they are called in the classes that are emitted.
_METHODS = {
    "update_state": "update",
    "result": "compute",
    "reset_state": "reset",
    "reset_states": "reset",
}


def measured_by_hand(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Value | None:
    """What a function gives for arrays; None where it is something else."""
    given = arguments[0][1] if len(arguments) == 1 else None
    if name in _OF_NUMPY and isinstance(given, Measured) and not given.whole:
        _settle(region, node.func, _OF_NUMPY[name], "numpy")
        return _measured(region, node)
    emitted = region.file.rules.by_hand.get(name)
    if emitted is None or emitted[0].isupper():
        return None
    counts = [v for k, v in arguments[2:] if k == "num_classes" and isinstance(v, Static)]
    pair = arguments[:2] if counts and len(arguments) == 3 else arguments
    unclear = _may_be_a_loss(region) or _gives_tensors(region)
    if not _are_arrays(region, pair) or unclear or not _rename(region, node):
        return None
    _settle(region, node.func, emitted, emitted)
    if region.file.options.keras == "2":
        region.file.say(ASSUMED, node, f"`{emitted}`: {_BROADCAST}")
    return _measured(region, node)


def _may_be_a_loss(region: Region) -> bool:
    """Whether a function gets targets and outputs that nobody says are arrays."""
    function = region.function
    if not isinstance(function, cst.FunctionDef) or len(function.params.params) != 2:
        return False
    name, source = function.name.value, region.tree.source(function)
    calls = re.findall(rf"(?<!def )(?<![\w.]){name}\(", region.tree.blanked)
    return not calls and ".numpy()" not in source and "float(" not in source


def _gives_tensors(region: Region) -> bool:
    """Whether a program asks what a function gives for its numbers, as it would a tensor."""
    function = region.function
    if not isinstance(function, cst.FunctionDef):
        return False
    given = r"[^()\n]*(?:\([^()\n]*\)[^()\n]*)*"
    asked = rf"(?<!def )\b{function.name.value}\({given}\)\.numpy\("
    return re.search(asked, region.tree.blanked) is not None


_BROADCAST = (
    "targets and outputs of one axis and of two are brought together; Keras 2 compares each with "
    "all others then"
)


def call_loss_by_hand(
    region: Region, node: cst.Call, made: Configured, arguments: list[Argument]
) -> Value | None:
    """`keras.losses.MeanSquaredError()(y, p)`: the mean of what the function gives."""
    if (measured := _cross_entropy(region, node, made, arguments)) is not None:
        return measured
    function = _SNAKE.get(made.name, "")
    emitted = region.file.rules.by_hand.get(function)
    if emitted is None or not isinstance(node.func, (cst.Name, cst.Call)):
        return None
    if made.args or made.kwargs or not _are_arrays(region, arguments):
        return None
    if not _rename(region, node):
        return None
    if isinstance(node.func, cst.Name):
        region.file.losses_by_hand.add(node.func.value)
    _settle(region, node.func, f"np.mean({emitted}", emitted)
    region.helpers_used |= {"numpy"}
    end = region.tree.span(node)[1]
    region.settled[end - 1, end] = "))"
    return _measured(region, node)


def _cross_entropy(
    region: Region, node: cst.Call, made: Configured, arguments: list[Argument]
) -> Value | None:
    """`loss_fn(y, logits)`, of classes and of scores, as in the tutorials."""
    given = dict(made.kwargs)
    of_scores = "from_logits" in given and given["from_logits"].value is True
    if made.name != "keras.losses.SparseCategoricalCrossentropy" or made.args or not of_scores:
        return None
    if len(given) > 1 or not _are_arrays(region, arguments) or any(k for k, _ in arguments):
        return None
    _settle(region, node.func, "cross_entropy_of_arrays", "cross_entropy_of_arrays")
    if isinstance(node.func, cst.Name):
        region.file.losses_by_hand.add(node.func.value)
    return _measured(region, node)


_SNAKE = {
    "keras.losses.MeanSquaredError": "keras.losses.mean_squared_error",
    "keras.losses.MeanAbsoluteError": "keras.losses.mean_absolute_error",
    "keras.losses.BinaryCrossentropy": "keras.losses.binary_crossentropy",
    "keras.losses.CategoricalCrossentropy": "keras.losses.categorical_crossentropy",
}


def method_of_metric(region: Region, node: cst.Call, made: Configured, name: str) -> Value | None:
    """A method of a metric object; None where that is no class that is emitted."""
    arguments = arguments_of(region, node) if name in _METHODS else []
    if not _takes(region, made, name, arguments):
        return None
    assert isinstance(node.func, cst.Attribute)
    assert made.place is not None
    region.file.metric_calls[id(node)] = node, made.place
    region.settled[_attribute(region, node.func)] = f".{_METHODS[name]}"
    return _measured(region, node)


def call_metric_by_hand(
    region: Region, node: cst.Call, made: Configured, arguments: list[Argument]
) -> Value | None:
    """`m(y, p)`: the metric is updated; a class that is emitted gives nothing for that."""
    end = region.tree.span(node.func)[1]
    statement = region.statement
    body = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    alone = any(isinstance(small, cst.Expr) and small.value is node for small in body)
    if not alone or region.tree.text[end] != "(":
        _note_use(region, node, made, "the class that is emitted gives nothing for it")
        return None
    if not _takes(region, made, "update_state", arguments):
        _note_use(region, node, made, "the class that is emitted takes other arguments")
        return None
    assert made.place is not None
    region.file.metric_calls[id(node)] = node, made.place
    region.settled[end, end + 1] = ".update("
    return _measured(region, node)


def _takes(region: Region, made: Configured, name: str, arguments: list[Argument]) -> bool:
    """Whether the class that is emitted for a metric has such a method; that it is made, if so."""
    emitted = region.file.rules.by_hand.get(made.name)
    named = [key for key, _ in made.kwargs if key != "name"]
    if emitted is None or name not in _METHODS or named or made.args or made.place is None:
        return False
    wanted = 0 if name != "update_state" else 1 if emitted == "Mean" else 2
    plain = emitted == "Mean" or _are_arrays(region, arguments)
    if len(arguments) != wanted or any(key for key, _ in arguments) or (wanted and not plain):
        return False
    region.settled[made.place] = f"{emitted}()"
    region.helpers_used |= {emitted}
    return True


@provides("attribute_of_metric")
def attribute_of_metric(region: Region, node: cst.Attribute, made: Configured) -> None:
    """`m.name`, `m.variables` and the like."""
    if node.attr.value not in _METHODS:
        _note_use(region, node, made, "the class that is emitted lacks it")


def _note_use(region: Region, node: cst.CSTNode, made: Configured, why: str) -> None:
    """Remember what a program asks of a metric object, for where a class is emitted for it."""
    if made.place is not None and made.name in region.file.rules.by_hand:
        message = f"`{one_line(region.tree.source(node))}` is left as it is: {why}"
        region.file.metric_uses[id(node)] = node, message, made.place


def method_of_measured(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    """`.numpy()` of such a number, which is one of NumPy already."""
    if name == "numpy" and isinstance(node.func, cst.Attribute) and not node.args:
        region.settled[_attribute(region, node.func)[0], region.tree.span(node)[1]] = ""
        return receiver
    arguments_of(region, node)
    return receiver


def _measured(region: Region, node: cst.Call) -> Measured:
    region.file.measured.add(region.tree.span(node))
    return _MEASURED


def _attribute(region: Region, node: cst.Attribute) -> tuple[int, int]:
    """Where an attribute stands, with its dot, behind what may be in parentheses."""
    end = region.tree.span(node)[1]
    return region.tree.text.rindex(".", 0, end), end


def _settle(region: Region, node: cst.CSTNode, text: str, helper: str) -> None:
    region.settled[region.tree.span(node)] = text
    region.helpers_used |= {helper}


def _rename(region: Region, node: cst.Call) -> bool:
    """Let a call say what the emitted function calls its arguments, if it names any."""
    named = [argument.keyword for argument in node.args if argument.keyword is not None]
    for keyword in named if all(one.value in _KEYWORDS for one in named) else ():
        region.settled[region.tree.span(keyword)] = _KEYWORDS[keyword.value]
    return all(one.value in _KEYWORDS for one in named)


def _are_arrays(region: Region, arguments: list[Argument]) -> bool:
    """Whether targets and outputs are plain values, or what a model predicts."""
    values = [value for _, value in arguments]
    return len(values) == 2 and all(
        (isinstance(v, Static) and not isinstance(v.expr.value, Configured))
        or getattr(v, "reason", "") == PREDICTED
        for v in values
    )
