"""Regularizers and constraints of the program's own: functions of one tensor.

def own_l2(weights):
    return 0.01 * tf.reduce_sum(tf.square(weights))

Also lambdas, functions that another function gives, and objects of classes with `__call__`.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.own_metrics import REGISTERS, SUPER, methods_of, statements_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Bound, Function, Layer, Static, UserClass, Value
from transpiler.ir.expr import Expr, variable
from transpiler.ir.tensor import Layout, Tensor

#: What such classes are derived from; programs take either for both.
BASES = ("keras.regularizers.Regularizer", "keras.constraints.Constraint")
#: Methods that have a counterpart, or that only Keras asks for.
_METHODS = frozenset({"__init__", "__call__", "get_config", "from_config"})
#: How many axes a kernel has.
_RANKS = {"Dense": 2, "Embedding": 2, "Conv1D": 3, "Conv2D": 4, "Conv3D": 5}
_RANKS |= {"Conv1DTranspose": 3, "Conv2DTranspose": 4, "Conv3DTranspose": 5}
_VECTORS = ("bias_", "gamma_", "beta_")


def class_of_penalty(value: Value) -> UserClass | None:
    """The class of the program's own that a regularizer or a constraint is an object of."""
    made = value.expr.value if isinstance(value, Static) else None
    return made if isinstance(made, UserClass) and made.bases[0] in BASES else None


def called_on_weights(value: Value) -> Function | None:
    """The function of the program's own that a regularizer or a constraint is."""
    if isinstance(value, Function):
        return value
    made = class_of_penalty(value)
    return methods_of(made).get("__call__") if made is not None else None


def home_of(file: FileContext, value: Value) -> cst.CSTNode | None:
    """Where it may get the names that it reads: its class, or the function around it."""
    made, function = class_of_penalty(value), called_on_weights(value)
    if made is not None:
        return made.node
    if function is not None and function.outer is not None:
        return function.outer.node
    is_lambda = function is not None and isinstance(function.node, cst.Lambda)
    return file.tree.module if is_lambda else None


@provides("own_penalty")
def interpret_penalty(
    region: Region, layer: Layer, name: str, value: Value, result: Tensor | None = None
) -> None:
    """What such a function computes of the weight of a layer, or of its result."""
    function = called_on_weights(value)
    if function is None or not _is_plain(region, function, class_of_penalty(value)):
        return
    parameters = [p.name for p in parameters_of(function.node)]
    tensor = _watched(layer, name, result)
    given: dict[str, Value] = {parameters[-1]: Bound(tensor)}
    known = region.file.own_penalties.setdefault(id(function.node), {})
    place = (id(layer.node), name, None if tensor.dims is None else len(tensor.dims))
    known[place] = None
    if function.owner:
        given[parameters[0]] = Static(Expr("self"))
    try:
        summary = summarize(region.file, function, given, region)
    except GiveUp:
        return
    if summary.kind == "operation":
        region.operations_used.append(summary)
        known[place] = summary
        if function.maker is not None or function.owner:
            region.file.kept_closures.add(id(function.node))


def _watched(layer: Layer, name: str, result: Tensor | None) -> Tensor:
    """The tensor that it gets; of a weight, the first axis is taken for that of a batch."""
    code = variable("weight")
    if result is not None and result.dims is not None and result.layout is Layout.LAST:
        return Tensor(code, (None,) * len(result.dims), Layout.LAST)
    kind, symbol = name.partition("_")[0], layer.symbol.rpartition(".")[2]
    rank = 1 if name.startswith(_VECTORS) else 2 if kind == "recurrent" else _RANKS.get(symbol)
    if kind == "activity" or rank is None:
        return Tensor(code)
    return Tensor(code, (None,) * (rank - 1), Layout.LAST)


def _is_plain(region: Region, function: Function, made: UserClass | None) -> bool:
    """Whether it is a function of this module that takes one tensor, or a class that calls one."""
    own = bool(function.owner)
    parameters = parameters_of(function.node)
    here = function.file is None or function.file is region.file
    alone = not function.nested_in or function.maker is not None
    takes_one = len(parameters) == 1 + own and not any(p.star or p.default for p in parameters)
    if not here or not takes_one:
        return False
    if made is not None:
        return _is_plain_class(region, made)
    return alone or isinstance(function.node, cst.Lambda)


def _is_plain_class(region: Region, made: UserClass) -> bool:
    """Whether a class does nothing but keep settings, and compute with them."""
    source = region.tree.source
    parts = made.node.body.body
    named = {part.name.value for part in parts if isinstance(part, cst.FunctionDef)}
    marks = [source(mark.decorator) for mark in made.node.decorators]
    initializer = methods_of(made).get("__init__")
    texts = [source(s) for s in statements_of(initializer)] if initializer is not None else []
    derived = rf"^\s*class \w+\(.*\b{made.name}\b"
    return (
        len(made.node.bases) == 1
        and not made.inherits
        and named <= _METHODS
        and not any(isinstance(part, cst.ClassDef) for part in parts)
        and all(map(REGISTERS.match, marks))
        and not any("super" in text and not SUPER.match(text) for text in texts)
        and re.search(derived, region.tree.blanked, re.MULTILINE) is None
    )
