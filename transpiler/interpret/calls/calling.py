"""What a call gives, by what is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.aliases import forget_given
from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.calls.batches import reduced, settle_reduced
from transpiler.interpret.calls.builtins import BUILTINS
from transpiler.interpret.calls.by_hand import call_loss_by_hand, call_metric_by_hand
from transpiler.interpret.calls.framework import framework_call
from transpiler.interpret.calls.layers import call_on_arguments
from transpiler.interpret.calls.losses import call_loss
from transpiler.interpret.calls.methods import METHODS
from transpiler.interpret.calls.named import call_named
from transpiler.interpret.calls.partials import call_partial, partial_of
from transpiler.interpret.calls.whole_numbers import of_whole_numbers
from transpiler.interpret.control.branches import branch
from transpiler.interpret.control.elements import either_model
from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.expressions.attributes import attribute_of
from transpiler.interpret.object_groups import made_of_unknown
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant, one_line, verbatim
from transpiler.interpret.symbols import is_optimizer
from transpiler.interpret.tensors.constants import makes_array
from transpiler.interpret.tensors.names import bind_tensor
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Inside,
    Layer,
    Model,
    Named,
    Namespace,
    Part,
    Partial,
    PerhapsModel,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    holds_tensor,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Configured, Expr, call
from transpiler.ir.pipeline import Applied, Elsewhere, Leaf
from transpiler.record import replace

_OF_OBJECTS = ("self.__class__", "type(self)")


@evaluates(cst.Call)
def call_node(region: Region, node: cst.Call) -> Value:
    result = _call(region, node)
    forget_given(region, node)
    return result


def _call(region: Region, node: cst.Call) -> Value:
    func = node.func
    if isinstance(func, cst.Attribute):
        receiver = evaluate(region, func.value)
        if func.attr.value == "append":
            put: Any = provided("put_model")(region, node, receiver)
            if put:
                return const(None)
        handler = METHODS.get(type(receiver))
        if handler is not None:
            result = handler(region, node, receiver, func.attr.value)
            if result is not None:
                return result
        callee = attribute_of(region, func, receiver, func.attr.value)
    else:
        callee = evaluate(region, func)
    result = call_value(region, node, callee)
    left = isinstance(result, Unknown) or any(call is node for call, _, _ in region.left_calls)
    if region.keywords and not left:  # what stays where it is takes its keywords itself
        provided("note_keywords")(region, node, callee)
    return result


def call_value(region: Region, node: cst.Call, callee: Value) -> Value:
    """What calling a value gives."""
    if isinstance(callee, (Framework, Function)):
        unpacked = _one_of_two_dicts(region, node)
        if unpacked is not None:
            return _call_both_ways(region, node, callee, *unpacked)
    if isinstance(callee, Framework):
        return framework_call(region, node, callee.name)
    if isinstance(callee, Named):
        made = call_named(region, node, callee)
        return _call_choice(region, node, made) if isinstance(made, Choice) else made
    if isinstance(callee, Choice):
        return _call_choice(region, node, callee)
    if isinstance(callee, Inside) and callee.layer is not None:  # `model.get_layer("x")(y)`
        callee = callee.layer
    if isinstance(callee, Layer) and isinstance(node.func, (cst.Call, cst.Subscript)):
        region.called_by_place |= {id(node.func), id(getattr(node.func, "value", None))}
    if isinstance(callee, Layer):
        return call_on_arguments(region, node, callee)
    if isinstance(callee, Function):
        arguments = arguments_of(region, node)
        if callee.parameter and any(holds_tensor(v) for _, v in arguments):
            return provided("call_parameter")(region, node, callee.parameter, arguments)
        return provided("call_function")(region, node, callee, arguments)
    if isinstance(callee, Model):
        return provided("call_model")(region, node, callee, arguments_of(region, node))
    if isinstance(callee, UserClass):
        return provided("call_class")(region, node, callee, arguments_of(region, node))
    if isinstance(callee, Part):
        told: Value = provided("part_method")(region, node, callee, "__call__")
        return told
    if isinstance(callee, Partial):
        return call_partial(region, node, callee, arguments_of(region, node))
    if isinstance(callee, Static):
        return _call_static(region, node, callee)
    if isinstance(callee, Unknown):
        for argument in node.args:
            evaluate(region, argument.value)
        return callee
    raise GiveUp("a call of something that is not understood", node)


def _one_of_two_dicts(region: Region, node: cst.Call) -> tuple[cst.Arg, Choice] | None:
    """The `**kwargs` of a call that stands for one of two dicts, by a condition."""
    for argument in node.args:
        if argument.star == "**" and id(argument) not in region.unpacked:
            value = evaluate(region, argument.value)
            either = value.either if isinstance(value, Static) else None
            if either is not None and region.scope.current(either.test.expr):
                return argument, either
    return None


def _call_both_ways(
    region: Region, node: cst.Call, callee: Value, argument: cst.Arg, either: Choice
) -> Value:
    """The call with either dict: a choice of layers, or a branch."""

    def call_with(given: Value) -> Value:
        region.unpacked[id(argument)] = given
        try:
            return call_value(region, node, callee)
        finally:
            del region.unpacked[id(argument)]

    if any(holds_tensor(evaluate(region, a.value)) for a in node.args):
        return branch_value(
            region, node, either.test,
            lambda: call_with(either.then), lambda: call_with(either.otherwise),
        )  # fmt: skip
    values = [call_with(option) for option in either.options]
    if all(isinstance(v, (Layer, Partial, Choice)) for v in values):
        written = Expr(one_line(region.tree.source(node)))
        return Choice(either.test, values[0], values[1], written)
    raise GiveUp("what is called gets one of two dicts of arguments", node)


def _call_choice(region: Region, node: cst.Call, callee: Choice) -> Value:
    """A call of one of two things: each in its own branch; None is none that can be called."""
    if constant(callee.then) is None or constant(callee.otherwise) is None:
        return call_value(
            region, node, callee.then if constant(callee.otherwise) is None else callee.otherwise
        )
    if callee.static is None or not region.scope.current(callee.test.expr):
        raise GiveUp("what is called depends on a condition that has changed since", node)
    arguments_hold_tensors = any(holds_tensor(evaluate(region, a.value)) for a in node.args)
    if not arguments_hold_tensors:
        outer = region.scope
        values = []
        for option in callee.options:
            region.scope = outer.copy()
            with region.collecting():
                values.append(_called(region, node, option))
        region.scope = outer
        if any(map(_is_made, values)):
            return _one_of_made(region, node, callee, values)
        if all(isinstance(v, (Layer, Function, Framework, Choice, Partial)) for v in values):
            return Choice(callee.test, values[0], values[1], Expr(callee.static.text))
        if all(isinstance(v, Static) for v in values):
            return verbatim(region, node)
        one, other = values
        if isinstance(one, Model) and isinstance(other, Model):
            return either_model(one, other)
        if region.is_module:
            return Unknown("what is called depends on a condition")
        raise GiveUp("what is called depends on a condition", node)
    return branch_value(
        region,
        node,
        callee.test,
        lambda: call_value(region, node, callee.then),
        lambda: call_value(region, node, callee.otherwise),
    )


def _called(region: Region, node: cst.Call, callee: Value) -> Value:
    """What one of several things gives that a call may be of: of optimizers, a choice."""
    place = region.tree.span(node)
    own, every = dict(region.optimizers), dict(region.file.optimizers)
    region.optimizers.pop(place, None)
    value = call_value(region, node, callee)
    made = region.optimizers.get(place)
    region.optimizers, region.file.optimizers = own, every
    return value if made is None else made


def _is_made(value: Value) -> bool:
    """Whether it is something for training that is made, or one of several."""
    if isinstance(value, Choice):
        return any(map(_is_made, value.options))
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured)


def _one_of_made(region: Region, node: cst.Call, callee: Choice, values: list[Value]) -> Value:
    """An optimizer of which the run tells the class; what else is made so is not understood."""
    why = "which class it is of depends on a condition"
    assert callee.static is not None
    chosen = Choice(callee.test, values[0], values[1], callee.static, callee.table)
    if not _is_optimizer(chosen):
        return Unknown(why)
    region.note_optimizer(region.tree.span(node), chosen)
    return verbatim(region, node)


def _is_optimizer(value: Value) -> bool:
    if isinstance(value, Choice):
        return all(map(_is_optimizer, value.options))
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured) and is_optimizer(made.name)


def branch_value(
    region: Region,
    node: cst.CSTNode,
    test: Static,
    then: Callable[[], Value],
    otherwise: Callable[[], Value],
    target: str = "",
) -> Value:
    """The tensor that either way gives, in one variable."""
    target = target or (region.assigned if region.whole is node else "")
    if not target:
        region.temporaries += 1
        target = tokens.variable(f"x:b{region.temporaries}")

    def way(make: Callable[[], Value]) -> Callable[[], bool]:
        def run() -> bool:
            saved = region.whole, region.assigned
            region.whole, region.assigned = node, target  # of a choice in this way, too
            value = make()
            region.whole, region.assigned = saved
            if not isinstance(value, Bound):
                raise GiveUp("what is called depends on a condition", node)
            bind_tensor(region, target, value)
            return False

        return run

    rewrites = dict(region.rewrites)
    branch(region, test, way(then), way(otherwise), node)
    region.rewrites = rewrites
    joined = region.scope.values[target]
    if not isinstance(joined, Bound):
        raise GiveUp("two ways give different kinds of tensors", node)
    return joined


def _class_around(region: Region, name: str) -> UserClass | None:
    """The class of the method that is interpreted: `cls(...)`, `type(self)(...)`."""
    method = region.methods.get(region.name)
    if method is None or method.node is not region.function:
        return None
    if name not in (("cls", method.owner) if method.of_class else _OF_OBJECTS):
        return None
    if re.search(rf"\bclass \w+\([^)\n]*\b{method.owner}\b", region.tree.blanked):
        return None  # another one may be derived from it
    return next((c for c in region.file.user_classes if c.name == method.owner), None)


#: What imports a module that is named by a text.
_LOADS = frozenset({"importlib.import_module", "import_module"})


def _loaded(region: Region, node: cst.Call) -> Namespace | None:
    """The module of the project that a call imports, `importlib.import_module("models")`."""
    named = evaluate(region, node.args[0].value) if node.args else None
    name = named.expr.value if isinstance(named, Static) else None
    if not isinstance(name, str) or region.file.load is None:
        return None
    found = region.file.load(region.file, name)
    return None if found is None else Namespace(found)


def _call_static(region: Region, node: cst.Call, callee: Static) -> Value:
    name = callee.expr.text
    settle_reduced(region, node, name)
    if (around := _class_around(region, name)) is not None:
        return provided("call_class")(region, node, around, arguments_of(region, node))
    if name in _LOADS and (module := _loaded(region, node)) is not None:
        return module
    if "_magic_" in name and region.file.path.endswith(".ipynb"):
        provided("run_file")(region, node)
    builtin = BUILTINS.get(name)
    if builtin is not None and name not in region.scope.values:
        arguments = arguments_of(region, node)
        result = builtin(region, node, [v for _, v in arguments])
        if result is not None:
            return result
    else:
        arguments = arguments_of(region, node)
    values = [v for _, v in arguments]
    made = callee.expr.value
    if isinstance(made, Configured) and made.name.startswith("keras.losses."):
        if (measured := call_loss_by_hand(region, node, made, arguments)) is not None:
            return measured
    if isinstance(made, Configured) and made.name.startswith("keras.metrics."):
        if (measured := call_metric_by_hand(region, node, made, arguments)) is not None:
            return measured
    if any(isinstance(v, Unknown) for v in values):
        if builtin is None and any(isinstance(v, PerhapsModel) for v in values):
            provided("note_given")(region, node, name, values)
        return made_of_unknown(values)
    if (loss := call_loss(region, node, callee, arguments)) is not None:
        return loss
    if (partial := partial_of(region, node, name, arguments)) is not None:
        return partial
    if any(isinstance(v, Within) for v in values):
        region.left_calls.append((node, name, next(v for v in values if isinstance(v, Within))))
        return Unknown(f"`{name}` of the layers of a pretrained base")
    if (found := _of_element(region, callee.expr, values)) is not None:
        return found
    if any(holds_tensor(v) for v in values):
        if name in region.parameters:
            return provided("call_parameter")(region, node, name, arguments)
        if region.is_module:
            return Unknown(f"`{name}` is not known")
        raise GiveUp(f"`{name}` is called on a tensor, and what it does is not known", node)
    if any(is_graph(v) or isinstance(v, (Model, Layer)) for v in values):
        return provided("pass_model")(region, node, name, values)
    if isinstance(callee.expr.value, Applied):  # what makes numbers of texts
        return verbatim(region, node, *values, value=callee.expr.value.element)
    if (array := reduced(region, node, name, values)) is not None:
        return array
    if isinstance(callee.expr.value, Elsewhere) and callee.expr.value.gives is not None:
        return verbatim(region, node, callee, *values, value=callee.expr.value.gives)
    made = verbatim(region, node, callee, *values)
    if makes_array(made.expr.text) or callee.expr.array or _of_array(name, values):
        return replace(made, expr=replace(made.expr, array=True))
    if builtin is not None and name not in region.scope.values:
        return replace(made, expr=of_whole_numbers(region, name, values, made.expr))
    return made


def _of_array(name: str, values: list[Value]) -> bool:
    """Whether a function of numpy gets an array: it gives one, or a number of numpy."""
    return name.startswith(("np.", "numpy.")) and any(
        isinstance(value, Static) and value.expr.array for value in values
    )


def _of_element(region: Region, callee: Expr, values: list[Value]) -> Bound | None:
    """`lookup(numbers)` of an element of a data set, which gives as many numbers."""
    kind, given = callee.value, values[0] if len(values) == 1 else None
    if not isinstance(kind, Applied) or not isinstance(kind.element, Leaf) or kind.of_texts:
        return None
    if not region.on_elements or not isinstance(given, Bound):
        return None
    code = call(Expr(callee.text), given.tensor.code)
    dims = given.tensor.dims if kind.alike else None
    dims = dims or None  # of a row, some make a batch of one
    return Bound(replace(given.tensor, code=code, dims=dims, dtype=kind.element.dtype))
