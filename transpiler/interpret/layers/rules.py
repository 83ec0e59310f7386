"""What the rule of a layer gives, with what all layers share: activation, initializers."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.layers.fixed import fixed_training
from transpiler.interpret.layers.formats import (
    seen_in_order,
    wanted_layout,
    with_channels_first,
)
from transpiler.interpret.layers.freezing import is_frozen_norm
from transpiler.interpret.layers.inputs import RANKED, declared_rank, list_inputs
from transpiler.interpret.layers.lists import one_by_one
from transpiler.interpret.layers.starting import one_of_initializers
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant, to_expr, to_running
from transpiler.interpret.tensors.layouts import in_layout, parameter_behind, permuted, want_tensor
from transpiler.interpret.tensors.names import agreeing, ensure_current
from transpiler.interpret.tensors.results import modules_of
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Layer,
    LayerList,
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.ir.expr import Expr, Module, Symbol, expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import CHOICES, SHARED, Wrapped, as_floats

INITIALIZERS = tuple(n for n in sorted(SHARED) if n.endswith("_initializer"))


def rule_arguments(
    region: Region, layer: Layer, call_arguments: dict[str, Value], node: cst.CSTNode
) -> dict[str, Any]:
    """What a rule is called with: the arguments of the layer, and those of its call."""
    rule = layer.rule
    assert rule is not None
    arguments: dict[str, Any] = {}
    for parameter, default in rule.defaults.items():
        value = layer.arguments.get(parameter)
        if value is not None and parameter != "input_tensor":
            meant = in_generation(region, value) if parameter in _FUNCTIONS else value
            arguments[parameter] = rule_argument(region, meant)
        elif default is not None:
            arguments[parameter] = default
        elif parameter == "pool_size":
            arguments[parameter] = expr((2,) * _pooled_axes(layer))  # as in Keras 2
        else:
            raise Unsupported(f"the argument {parameter} is missing")
    if "adapted" in layer.arguments:  # what it has learned from, which is no argument of Keras's
        learned = rule_argument(region, layer.arguments["adapted"])
        if not region.scope.current(learned):
            raise Unsupported("the data that `adapt` has seen are others now")
        # in a script the class reads them where they are: made anew, they could be others
        arguments["adapted"] = replace(learned, names=frozenset()) if region.is_module else learned
    if "standing" in layer.arguments:  # a module of its own
        arguments["standing"] = rule_argument(region, layer.arguments["standing"])
    arguments |= rule.chosen(region.file.options)
    if is_frozen_norm(layer):
        arguments["training"], arguments["keras"] = expr(False), "2"
    for name, value in call_arguments.items():
        if name == "training" and not layer.symbol.startswith("keras.applications."):
            fixed = fixed_training(region, value, layer.symbol, layer.node)
            if fixed is None:
                continue
            if name not in rule.call_only:
                raise Unsupported(_FIXED)
        if name not in rule.call_only:
            raise Unsupported(f"the call argument {name} is not known")
        given = _call_argument(region, value, node)
        if rule.takes_tensor(name) and isinstance(given, Expr):
            _want_tensor(region, layer, name, given)
        arguments[name] = given
    return arguments


def _want_tensor(region: Region, layer: Layer, name: str, given: Expr) -> None:
    """A layer takes a tensor there: a parameter is one, and nothing else may stand there."""
    if parameter := parameter_behind(region, given):
        rank = declared_rank(layer) if "mask" not in name else 0
        want_tensor(region, parameter, rank, wanted_layout(layer))
    raise Unsupported(f"`{given}`, its {name}, is not known to be a tensor")


_FIXED = "the call fixes training=True or False"
_FUNCTIONS = frozenset({"activation", "recurrent_activation"})


def in_generation(region: Region, activation: Value) -> Value:
    """The function that an activation means: hard_sigmoid is another one in Keras 2."""
    if region.file.options.keras == "2" and is_hard_sigmoid(activation):
        return Framework("keras.backend.hard_sigmoid")
    return activation


def is_hard_sigmoid(value: Value) -> bool:
    """Whether it is the activation of which each generation has its own."""
    if isinstance(value, Framework):
        return value.name == "keras.activations.hard_sigmoid"
    return isinstance(value, Static) and value.expr.is_const("hard_sigmoid")


def _pooled_axes(layer: Layer) -> int:
    found = RANKED.search(layer.symbol)
    return int(found.group(1)) if found else 2


def _call_argument(region: Region, value: Value, node: cst.CSTNode) -> Any:
    """An argument of a call as a rule gets it: tensors in Keras's order."""
    if isinstance(value, Bound):
        return refreshed_tensor(region, value, node)
    if isinstance(value, Sequence) and any(isinstance(i, Bound) for i in value.items):
        return [b.tensor for b in list_inputs(region, value, node)]
    if constant(value) is None and isinstance(value, Static) and value.expr.known:
        return None
    return to_expr(region, value)


def refreshed_tensor(region: Region, value: Bound, node: cst.CSTNode) -> Tensor:
    """The tensor in Keras's order, for rules that take several inputs."""
    return in_layout(region, ensure_current(region, value, node), Layout.LAST).tensor


def rule_argument(region: Region, value: Value) -> Any:
    """An argument as a rule gets it."""
    if isinstance(value, Layer):
        return wrapped(region, value)
    if isinstance(value, LayerList):
        value = one_by_one(region, value)
    if isinstance(value, Sequence) and any(isinstance(i, Layer) for i in value.items):
        return [rule_argument(region, i) for i in value.items]
    if isinstance(value, Framework):
        return Expr(value.name, Symbol(value.name))
    return to_running(region, value) if region.reading_running else to_expr(region, value)


def wrapped(region: Region, layer: Layer) -> Wrapped:
    """A layer as the argument of another one."""
    if layer.problem or layer.rule is None:
        raise Unsupported(layer.problem)
    if layer.after is not None:
        raise Unsupported("the activation of the inner layer is a function of the program's own")

    def apply(inner: Wrapped, x: Tensor, **call_arguments: Any) -> Any:
        wanted = wanted_layout(layer)
        if (
            wanted is not Layout.ANY
            and x.layout is not wanted
            and (x.dims is None or len(x.dims) > 1)
        ):
            x = replace(x, code=permuted(x, wanted), layout=wanted)
        known = {*inner.rule.parameters, *CHOICES}
        arguments = {p: given for p, given in inner.arguments.items() if p in known}
        before = dict(region.activations)
        result = run_layer(region, layer, {**arguments, **call_arguments}, [x])
        region.activations = before  # the outer layer computes something after that
        return result

    arguments = rule_arguments(region, layer, {}, layer.node)
    return Wrapped(layer.rule, arguments, apply)


def run_layer(region: Region, layer: Layer, arguments: dict[str, Any], given: list[Tensor]) -> Any:
    """Run the rule, then what all layers share: initializers, activation."""
    rule = layer.rule
    assert rule is not None
    if rule.floats:
        given = [as_floats(x) for x in given]
    if rule.elementwise:
        given = agreeing(region, given)
    first, arguments, taken = with_channels_first(layer, arguments, given)
    result = rule.build(list(taken) if rule.merges else taken[0], **arguments)
    if not rule.merges and len(given) > 1:
        raise Unsupported(f"{layer.symbol} is called on several tensors")
    result = seen_in_order(layer, result, given[0]) if first else result
    result = _initialized(region, layer, result, given)
    if region.file.mark is not None:
        result = _marked(region, layer, result, given)
    activation = layer.arguments.get("activation")
    if (
        activation is not None
        and "activation" not in rule.parameters
        and isinstance(result, Tensor)
    ):
        result = apply_activation(region, result, activation, layer.node)
    return result


FORGOTTEN_MASK = (
    "Keras 3, whose numbers these are, does not look at the mask where an initial_state is given; "
    "Keras 2 does (--keras 2)"
)


def forgets_mask(region: Region, x: Tensor, arguments: dict[str, Any]) -> bool:
    """Whether a recurrent layer gets a state, so that Keras 3 does not hand it the mask."""
    state, mask = arguments.get("initial_state"), arguments.get("mask")
    alone = mask is not None or state is None or (isinstance(state, Expr) and state.is_const(None))
    return x.mask is not None and not alone and region.file.options.keras != "2"


def run_unmasked(
    region: Region, layer: Layer, arguments: dict[str, Any], given: list[Tensor]
) -> Any:
    """Run the rule without the mask, which only the output at every step has again."""
    mask = given[0].mask
    result = run_layer(region, layer, arguments, [replace(given[0], mask=None), *given[1:]])
    results = result if isinstance(result, list) else [result]
    masked = [replace(r, mask=mask) if r.dims and len(r.dims) == 2 else r for r in results]
    return masked if isinstance(result, list) else masked[0]


def apply_activation(region: Region, x: Tensor, activation: Value, node: cst.CSTNode) -> Tensor:
    """`x` after `activation=`, in any of its forms."""
    if isinstance(activation, Layer):
        arguments = rule_arguments(region, activation, {}, node)
        result = run_layer(region, activation, arguments, [x])
        assert isinstance(result, Tensor)
        return result
    if isinstance(activation, Function) and (activation.static is None or activation.nested_in):
        raise Unsupported("an activation function of the program's own")
    if isinstance(activation, UserClass):
        raise Unsupported("an activation class of the program's own")
    given = rule_argument(region, in_generation(region, activation))
    if isinstance(given.value, Function):
        raise Unsupported("an activation function of the program's own")
    activated: Tensor = region.file.rules.activated(x, given)
    note_activation(region, given, x, activated)
    return activated


def note_activation(region: Region, given: Expr, before: Tensor, after: Tensor) -> None:
    """Remember what a softmax or sigmoid was applied to: a loss on logits leaves it out."""
    name = given.value.name if isinstance(given.value, Symbol) else given.value
    last = str(name).rpartition(".")[2] if given.known else ""
    if last in ("softmax", "sigmoid"):
        region.activations[after.code.text] = (last, before.code.text)
    elif not given.known and after.code.modules:
        token = after.code.modules[-1].token
        region.activations[after.code.text] = (token, before.code.text)
        region.open_activations[token] = given


def _initialized(region: Region, layer: Layer, result: Any, given: list[Tensor]) -> Any:
    """Wrap the constructor of the first module with weights where initializers are given."""
    if region.file.options.init != "keras":
        return result
    owner = _owner(layer)
    initializers = {
        name.removesuffix("_initializer"): one_of_initializers(region, owner.arguments[name])
        or rule_argument(region, owner.arguments[name])
        for name in INITIALIZERS
        if name in owner.arguments
    }
    if (forget := owner.arguments.get("unit_forget_bias")) is not None:
        initializers["unit_forget_bias"] = rule_argument(region, forget)
    results = _flat(result)
    if not initializers or not all(isinstance(r, Tensor) for r in results):
        return result
    earlier = {m.token for t in given for m in t.code.modules}
    for module in (m for r in results for m in modules_of(Bound(r))):
        if module.token in earlier or module.constructor.text.startswith("with_"):
            continue
        changed: Module = region.file.rules.initialized(
            module, owner.symbol.rpartition(".")[2], initializers
        )
        if changed is not module:
            return _with_module(result, module, changed)
    return result


def _marked(region: Region, layer: Layer, result: Any, given: list[Tensor]) -> Any:
    """The module carries what the layer is given for its weights."""
    results = _flat(result)
    if not all(isinstance(r, Tensor) for r in results):
        return result
    earlier = {m.token for t in given for m in t.code.modules}
    modules = {m.token: m for r in results for m in modules_of(Bound(r)) if m.token not in earlier}
    found = region.file.mark.layer(region, layer, list(modules.values()))
    if found is None:
        return result
    module, made = found
    return _with_module(result, module, replace(module, constructor=made))


def _flat(result: Any) -> list[Any]:
    """The tensors of a result: recurrent cells give a tensor, and a list of others."""
    return [t for r in result for t in _flat(r)] if isinstance(result, list) else [result]


def _with_module(result: Any, module: Module, changed: Module) -> Any:
    """A result, in which one module is put in the place of another."""
    if isinstance(result, list):
        return [_with_module(r, module, changed) for r in result]
    return replace(result, code=with_module(result.code, module, changed))


def _owner(layer: Layer) -> Layer:
    """The layer whose weights are meant: a recurrent one or a cell, where another one runs it."""
    runs = {"keras.layers.Bidirectional": "layer", "keras.layers.RNN": "cell"}.get(layer.symbol)
    inner = layer.arguments.get(runs) if runs else None
    return inner if isinstance(inner, Layer) else layer


def with_module(code: Expr, module: Module, changed: Module) -> Expr:
    """The code with one module put in the place of another, under the same token."""
    same = Module(changed.constructor, changed.hint, module.token)
    modules = tuple(same if m.token == module.token else m for m in code.modules)
    before = tuple(replace(b, value=with_module(b.value, module, changed)) for b in code.before)
    return replace(code, modules=modules, before=before)
