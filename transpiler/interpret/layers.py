"""Layers: what a constructor call makes, and what calling a layer on tensors gives."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.diagnostics import (
    ASSUMED,
    CLOSE_IDIOM,
    LAZY_SIZE,
    NO_RULE,
    PRETRAINED,
    REGULARIZER,
    UNKNOWN_SIZE,
    UNSUPPORTED,
    Fidelity,
)
from transpiler.interpret.arguments import Argument
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, to_expr, to_running
from transpiler.interpret.tensors import (
    check_readable,
    common_layout,
    ensure_current,
    evaluate_twice,
    in_layout,
    modules_of,
    permuted,
    result_values,
    with_rank,
    with_sizes_of,
)
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Layer,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir.code import Comments, Construct, Line
from transpiler.ir.expr import (
    UNKNOWN,
    Expr,
    Module,
    Symbol,
    expr,
    infix,
    method,
    reads,
)
from transpiler.ir.tensor import (
    Layout,
    Placeholder,
    Tensor,
    UnknownRank,
    UnknownSize,
    Unsupported,
)
from transpiler.passes.liveness import walk
from transpiler.rule import SHARED, Rule, Wrapped, own

#: Stands for an input size that only the first batch tells: makes `nn.Linear` an `nn.LazyLinear`.
LAZY = Expr("\ue00alazy\ue00b")
_LAZY = re.compile(
    r"^(with_init\()?nn\.(Linear|Conv\dd|ConvTranspose\dd|BatchNorm\dd)\(\ue00alazy\ue00b(?:, )?"
)

_INITIALIZERS = tuple(n for n in sorted(SHARED) if n.endswith("_initializer"))
_PENALTIES = tuple(n for n in sorted(SHARED) if n.endswith(("_regularizer", "_constraint")))


def make_layer(
    region: Region, symbol: str, arguments: list[Argument], node: cst.CSTNode, hint: str = ""
) -> Layer:
    """The layer that a constructor call makes; arguments are bound as Python would."""
    rules = region.file.rules
    region.graph_events += 1
    rule = rules.layers.get(symbol)
    short = symbol.rpartition(".")[2]
    layer = Layer(rule, symbol, {}, node, hint, depth=len(region.loops))
    layer.origins = (region.origin,) if region.origin >= 0 else ()
    if rule is None:
        layer.problem = f"{symbol} has no translation"
    order = rules.signatures.get(short) or (() if rule is None else rule.parameters)
    positions = iter(order)
    for keyword, value in arguments:
        parameter = keyword if keyword is not None else next(positions, None)
        if parameter is None:
            layer.problem = layer.problem or f"{symbol} got more arguments than it takes"
            continue
        if rule is not None and parameter not in rule.parameters:
            parameter = rule.aliases.get(parameter, _OLD_NAMES.get(parameter, parameter))
        if isinstance(value, Unknown):
            layer.problem = (
                layer.problem or f"the argument {parameter} is not known: {value.reason}"
            )
            continue
        layer.arguments[parameter] = value
    if rule is not None and not layer.problem:
        layer.problem = _unknown_arguments(rule, order, layer)
    return layer


#: Spellings of Keras 1 and 2 that every layer shares.
_OLD_NAMES = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
}


def _unknown_arguments(rule: Rule, order: tuple[str, ...], layer: Layer) -> str:
    for parameter in layer.arguments:
        if parameter not in rule.parameters and parameter not in rule.ignored:
            if parameter not in SHARED or (
                order and parameter not in order and parameter not in _OLDER
            ):
                return f"{layer.symbol} has no rule for the argument {parameter}"
    return ""


_OLDER = frozenset(
    {"input_shape", "batch_input_shape", "input_dim", "batch_size", "weights", "name", "dtype",
     "trainable", "autocast", "activity_regularizer"}
)  # fmt: skip


def layer_name_hint(region: Region, layer: Layer) -> str:
    """The attribute name that the program itself gives a layer, if any."""
    given = layer.arguments.get("name")
    if isinstance(given, Static):
        text = given.expr.value if given.expr.known else _constant_tail(given.expr.text)
        if isinstance(text, str):
            cleaned = _identifier(text)
            if cleaned:
                return cleaned
    return layer.hint


def _constant_tail(source: str) -> str:
    """The part of a computed name that is the same each time: `f"{name}_1_conv"` → `1_conv`."""
    pieces = re.findall(r"[fF]?(\"[^\"]*\"|'[^']*')", source)
    text = " ".join(p[1:-1] for p in pieces)
    return _PLACEHOLDER.sub("_", text)


#: What `.format`, f-strings and `%` fill in.
_PLACEHOLDER = re.compile(r"\{[^}]*\}|%[-+ #0]*\d*(?:\.\d+)?[sdifgrx]")


def _identifier(text: str) -> str:
    """A name in snake case made of a layer's name; a leading number moves to the end."""
    words = [w for w in re.split(r"[^0-9a-zA-Z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", text)) if w]
    words = [w.lower() for w in words]
    while len(words) > 1 and words[0].isdigit():
        number = words.pop(0)
        words[-1] = words[-1] + number if not words[-1][-1].isdigit() else f"{words[-1]}_{number}"
    name = "_".join(words)
    if not name or name[0].isdigit() or not name.isidentifier():
        return ""
    return name


# --- calls -----------------------------------------------------------------------------------


def apply_layer(
    region: Region, layer: Layer, inputs: Value, call_arguments: dict[str, Value], node: cst.CSTNode
) -> Value:
    """The result of `layer(inputs, **call_arguments)`."""
    if layer.problem:
        return _stub(region, layer, inputs, node, NO_RULE if layer.rule is None else UNSUPPORTED)
    rule = layer.rule
    assert rule is not None
    bounds, shape_inputs = _input_tensors(region, rule, inputs, node)
    bounds = _withdeclared_rank(region, layer, bounds)
    if layer.symbol == "keras.layers.Embedding":
        bounds = [_as_integers(region, b) for b in bounds]
    bounds = _in_wanted_layout(region, rule, layer, bounds)
    image = _image_key(region, layer, bounds)
    if image:
        layout = region.wants.get(f"layout:{image}", Layout.LAST)
        bounds = [replace(bounds[0], tensor=replace(bounds[0].tensor, layout=layout))]
    try:
        arguments = _rule_arguments(region, layer, call_arguments, node)
        runs = _run
        if _forgets_mask(region, bounds[0].tensor, arguments):
            region.say(ASSUMED, node, f"{layer.symbol}: {FORGOTTEN_MASK}")
            runs = _run_unmasked
        result, bounds = evaluate_twice(
            region, bounds, lambda given: runs(region, layer, arguments, given, shape_inputs)
        )
    except UnknownRank as why:
        for bound in bounds:
            if bound.tensor.dims is None and bound.source.startswith("seq:"):
                region.want(f"rank:{bound.source}", 2)
        if "rank:last" not in region.wants:
            for bound in bounds:
                if bound.tensor.dims is None and bound.source:
                    region.speculative = True
                    return bound
        return _stub(region, layer, inputs, node, UNKNOWN_SIZE, str(why))
    except UnknownSize as why:
        lazy = _lazily(region, layer, bounds, call_arguments, node, shape_inputs)
        if lazy is None:
            return _stub(region, layer, inputs, node, UNKNOWN_SIZE, str(why))
        result = lazy
    except Placeholder as why:
        training = call_arguments.get("training")
        return _placeholder(region, layer, bounds[0], why, training)
    except Unsupported as why:
        return _stub(region, layer, inputs, node, UNSUPPORTED, str(why))
    value = result_values(region, result, bounds)
    stays_last = rule.layout is Layout.LAST and bounds[0].tensor.dims is not None
    if isinstance(value, Bound) and (stays_last or layer.symbol.rpartition(".")[2] in _OTHER_RANK):
        value = replace(value, source=image)
    if isinstance(value, Bound) and layer.symbol in _ACTIVATIONS and len(bounds) == 1:
        given = arguments.get("activation", expr("softmax"))
        if isinstance(given, Expr) and arguments.get("axis", expr(-1)).is_const(-1):
            _note_activation(region, given, bounds[0].tensor, value.tensor)
    if not modules_of(value) and _needs_running(value):
        return _in_forward(region, layer, bounds, call_arguments, node, shape_inputs, value)
    return _finish(region, layer, value, node)


def _image_key(region: Region, layer: Layer, bounds: list[Bound]) -> str:
    """For features that are reshaped: under what to ask where the channels are to be then."""
    features = len(bounds[0].tensor.dims or ()) == 1
    if features and layer.symbol == "keras.layers.Reshape":
        return f"image:{region.tree.span(layer.node)[0]}"
    return ""


#: Layers that only activate.
_ACTIVATIONS = ("keras.layers.Activation", "keras.layers.Softmax")

#: Layers whose result has another number of axes than their input.
_OTHER_RANK = frozenset({"Embedding", "Flatten", "Reshape", "RepeatVector", "Dot", "LSTM", "GRU",
                         "SimpleRNN", "Bidirectional", "CuDNNLSTM", "CuDNNGRU"})  # fmt: skip


def _needs_running(value: Value) -> bool:
    """Whether `forward` would read a size that only `__init__` knows."""
    if isinstance(value, Sequence):
        return any(_needs_running(i) for i in value.items)
    if not isinstance(value, Bound):
        return False
    return any(n.startswith(("\ue004", "\ue00a")) for n, _ in value.tensor.code.names)


def _in_forward(
    region: Region,
    layer: Layer,
    bounds: list[Bound],
    call_arguments: dict[str, Value],
    node: cst.CSTNode,
    as_list: Any,
    sized: Value,
) -> Value:
    """A layer without a module, its arguments written as `forward` computes them."""
    region.reading_running = True
    try:
        arguments = _rule_arguments(region, layer, call_arguments, node)
        for argument in arguments.values():
            if isinstance(argument, Expr):
                check_readable(region, argument, node)
        result, bounds = evaluate_twice(
            region, bounds, lambda given: _run(region, layer, arguments, given, as_list)
        )
    except Unsupported as why:
        raise GiveUp(str(why), node) from None
    finally:
        region.reading_running = False
    running = result_values(region, result, bounds)
    if isinstance(running, Bound) and isinstance(sized, Bound):
        running = replace(running, tensor=with_sizes_of(running.tensor, sized.tensor))
    return _finish(region, layer, running, node)


def _input_tensors(
    region: Region, rule: Rule, inputs: Value, node: cst.CSTNode
) -> tuple[list[Bound], Any]:
    if isinstance(inputs, Bound):
        return [ensure_current(region, inputs, node)], rule.merges
    if isinstance(inputs, Repeated) and isinstance(inputs.item, Bound):
        return [starred(inputs)], True
    if isinstance(inputs, Sequence):
        items = list(inputs.items)
        if items and all(isinstance(i, Bound) for i in items):
            return list_inputs(region, inputs, node), True
        for item in items:
            if isinstance(item, Static) and item.expr.text in region.parameters:
                region.want(f"tensor:{item.expr.text}", True)
    raise GiveUp("a layer is called on something that is not a tensor", node)


def starred(inputs: Repeated) -> Bound:
    """All tensors of a list whose length is not known, as one operand: `*skips`."""
    item = inputs.item
    assert isinstance(item, Bound)
    star = Expr(f"*{inputs.code.text}", names=inputs.code.names)
    dims = item.tensor.dims
    if dims is not None:
        channels = None
        if item.fixed and inputs.static is not None:
            channels = infix(_length(inputs.static), "*", dims[-1])
        elif inputs.static is not None:
            text = f"sum({inputs.static.text})"
            channels = Expr(text, names=inputs.static.names, strength=18)
        dims = (*dims[:-1], channels)
    return Bound(replace(item.tensor, code=star, dims=dims))


def _length(static: Expr) -> Expr:
    """How many elements a list has."""
    match = re.fullmatch(r"range\((\w+)\)", static.text)
    if match is not None:
        text = match.group(1)
        return Expr(text, int(text) if text.isdigit() else UNKNOWN, names=static.names)
    return Expr(f"len({static.text})", strength=18, names=static.names)


def list_inputs(region: Region, inputs: Sequence, node: cst.CSTNode) -> list[Bound]:
    bounds: list[Bound] = []
    for position, item in enumerate(inputs.items):
        assert isinstance(item, Bound)
        if not region.scope.current(item.tensor.code):
            if inputs.code is None:
                raise GiveUp("a tensor is used after its variable got another value", node)
            code = Expr(f"{inputs.code.text}[{position}]", names=inputs.code.names)
            item = replace(item, tensor=replace(item.tensor, code=code))
        bounds.append(item)
    return bounds


_RANKED = re.compile(r"([123])D(Transpose)?$")


def _as_integers(region: Region, value: Bound) -> Bound:
    """An Input that says nothing of its type, and feeds an Embedding, gets integers."""
    known = region.inputs.get(value.tensor.code.text)
    if known is not None and not known[2]:
        return replace(value, tensor=replace(value.tensor, dtype="int64"))
    return value


def _withdeclared_rank(region: Region, layer: Layer, bounds: list[Bound]) -> list[Bound]:
    """The inputs, of which the layer may say how many axes they have."""
    rank = declared_rank(layer)
    layout = Layout.ANY if layer.rule is None else layer.rule.layout
    if not rank and layout is Layout.FIRST:
        for bound in bounds:
            if bound.source.startswith("seq:"):
                with_rank(region, bound, 2)
    return [with_rank(region, b, rank, layout) for b in bounds] if rank else bounds


def declared_rank(layer: Layer) -> int:
    """How many axes the input has, as `Conv2D` says by its name; 0 where nothing says it."""
    axis = constant(layer.arguments["axis"]) if "axis" in layer.arguments else None
    normalizes = layer.symbol.endswith((".BatchNormalization", ".Normalization"))
    if normalizes and isinstance(axis, int) and axis > 0:
        return axis + 1
    if layer.symbol.startswith("keras.applications."):
        return 4
    found = _RANKED.search(layer.symbol)
    return int(found.group(1)) + 2 if found else _RANKS.get(layer.symbol.rpartition(".")[2], 0)


_RANKS = {"LSTM": 3, "GRU": 3, "SimpleRNN": 3, "Bidirectional": 3, "CuDNNLSTM": 3, "CuDNNGRU": 3,
          "RepeatVector": 2, "TimeDistributed": 0, "Embedding": 0, "Resizing": 4, "CenterCrop": 4,
          "RandomBrightness": 4, "RandomContrast": 4, "RandomFlip": 4, "RandomRotation": 4,
          "RandomTranslation": 4, "RandomZoom": 4}  # fmt: skip


def _in_wanted_layout(region: Region, rule: Rule, layer: Layer, bounds: list[Bound]) -> list[Bound]:
    wanted = rule.layout
    if wanted is not Layout.ANY:
        return [in_layout(region, b, wanted) for b in bounds]
    if len(bounds) < 2:
        return bounds
    target = common_layout(bounds)
    return [in_layout(region, b, target) for b in bounds]


def _rule_arguments(
    region: Region, layer: Layer, call_arguments: dict[str, Value], node: cst.CSTNode
) -> dict[str, Any]:
    rule = layer.rule
    assert rule is not None
    arguments: dict[str, Any] = {}
    names = list(rule.signature.parameters.values())[1:]
    for parameter in names:
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        value = layer.arguments.get(parameter.name)
        if value is None or parameter.name == "input_tensor":
            if parameter.name == "pool_size" and parameter.default is parameter.empty:
                arguments[parameter.name] = expr((2,) * _pooled_axes(layer))  # as in Keras 2
                continue
            if parameter.default is parameter.empty:
                raise Unsupported(f"the argument {parameter.name} is missing")
            arguments[parameter.name] = expr(parameter.default)
        else:
            arguments[parameter.name] = rule_argument(region, value)
    keyword_only = {p.name for p in names if p.kind is p.KEYWORD_ONLY}
    for name, value in call_arguments.items():
        if name == "training" and name not in keyword_only:
            if constant(value) in (None, True, False) and not isinstance(value, Unknown):
                if constant(value) is True or constant(value) is False:
                    raise Unsupported("the call fixes training=True or False")
                continue
            continue
        if name not in keyword_only:
            raise Unsupported(f"the call argument {name} is not known")
        arguments[name] = _call_argument(region, value, node)
    return arguments


def _pooled_axes(layer: Layer) -> int:
    found = _RANKED.search(layer.symbol)
    return int(found.group(1)) if found else 2


def _call_argument(region: Region, value: Value, node: cst.CSTNode) -> Any:
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
    if isinstance(value, Framework):
        return Expr(value.name, Symbol(value.name))
    return to_running(region, value) if region.reading_running else to_expr(region, value)


def wrapped(region: Region, layer: Layer) -> Wrapped:
    """A layer as the argument of another one."""
    if layer.problem or layer.rule is None:
        raise Unsupported(layer.problem)

    def apply(inner: Wrapped, x: Tensor, **call_arguments: Any) -> Any:
        changed = replace_arguments(layer, inner)
        wanted = inner.rule.layout
        if (
            wanted is not Layout.ANY
            and x.layout is not wanted
            and (x.dims is None or len(x.dims) > 1)
        ):
            x = replace(x, code=permuted(x, wanted), layout=wanted)
        arguments = {p: inner.arguments[p] for p in inner.arguments if p in inner.rule.parameters}
        return _run(region, changed, {**arguments, **call_arguments}, [x], False)

    arguments = _rule_arguments(region, layer, {}, layer.node)
    return Wrapped(layer.rule, arguments, apply)


HARD_SIGMOID = "hard_sigmoid is Keras 3's, x / 6 + 0.5; Keras 2's is 0.2 * x + 0.5"
_CELL_INITIALIZERS = "the initializers of its cell are not carried over; load its weights instead"


def _is_hard_sigmoid(value: Value) -> bool:
    if isinstance(value, Layer):
        return any(_is_hard_sigmoid(inner) for inner in value.arguments.values())
    if isinstance(value, Framework):
        return value.name.endswith("hard_sigmoid")
    return isinstance(value, Static) and value.expr.is_const("hard_sigmoid")


def replace_arguments(layer: Layer, inner: Wrapped) -> Layer:
    """The wrapped layer itself; the arguments that rules see are passed beside it."""
    return layer


def _run(
    region: Region, layer: Layer, arguments: dict[str, Any], given: list[Tensor], as_list: Any
) -> Any:
    """Run the rule, then what all layers share: initializers, activation."""
    rule = layer.rule
    assert rule is not None
    result = rule.build(list(given) if rule.merges else given[0], **arguments)
    if not rule.merges and len(given) > 1:
        raise Unsupported(f"{layer.symbol} is called on several tensors")
    result = _initialized(region, layer, result, given)
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


def _forgets_mask(region: Region, x: Tensor, arguments: dict[str, Any]) -> bool:
    """Whether a recurrent layer gets a state, so that Keras 3 does not hand it the mask."""
    state, mask = arguments.get("initial_state"), arguments.get("mask")
    alone = mask is not None or state is None or (isinstance(state, Expr) and state.is_const(None))
    return x.mask is not None and not alone and region.file.options.keras != "2"


def _run_unmasked(
    region: Region, layer: Layer, arguments: dict[str, Any], given: list[Tensor], as_list: Any
) -> Any:
    """Run the rule without the mask, which only the output at every step has again."""
    mask = given[0].mask
    result = _run(region, layer, arguments, [replace(given[0], mask=None), *given[1:]], as_list)
    results = result if isinstance(result, list) else [result]
    masked = [replace(r, mask=mask) if r.dims and len(r.dims) == 2 else r for r in results]
    return masked if isinstance(result, list) else masked[0]


def apply_activation(region: Region, x: Tensor, activation: Value, node: cst.CSTNode) -> Tensor:
    """`x` after `activation=`, in any of its forms."""
    if isinstance(activation, Layer):
        arguments = _rule_arguments(region, activation, {}, node)
        result = _run(region, activation, arguments, [x], False)
        assert isinstance(result, Tensor)
        return result
    if isinstance(activation, Function) and (activation.static is None or activation.nested_in):
        raise Unsupported("an activation function of the program's own")
    if isinstance(activation, UserClass):
        raise Unsupported("an activation class of the program's own")
    given = rule_argument(region, activation)
    if isinstance(given.value, Function):
        raise Unsupported("an activation function of the program's own")
    activated: Tensor = region.file.rules.activated(x, given)
    _note_activation(region, given, x, activated)
    return activated


def _note_activation(region: Region, given: Expr, before: Tensor, after: Tensor) -> None:
    """Remember what a softmax or sigmoid was applied to: a loss on logits leaves it out."""
    name = given.value.name if isinstance(given.value, Symbol) else given.value
    last = str(name).rpartition(".")[2] if given.known else ""
    if last in ("softmax", "sigmoid"):
        region.activations[after.code.text] = (last, before.code.text)


def _initialized(region: Region, layer: Layer, result: Any, given: list[Tensor]) -> Any:
    """Wrap the constructor of the first module with weights where initializers are given."""
    if region.file.options.init != "keras":
        return result
    initializers = {
        name.removesuffix("_initializer"): rule_argument(region, layer.arguments[name])
        for name in _INITIALIZERS
        if name in layer.arguments
    }
    if not initializers or not isinstance(result, Tensor):
        return result
    earlier = {m.token for t in given for m in t.code.modules}
    for module in modules_of(Bound(result)):
        if module.token in earlier:
            continue
        changed: Module = region.file.rules.initialized(
            module, layer.symbol.rpartition(".")[2], initializers
        )
        if changed is not module:
            return replace(result, code=_with_module(result.code, module, changed))
    return result


def _with_module(code: Expr, module: Module, changed: Module) -> Expr:
    """The code with one module put in the place of another, under the same token."""
    same = Module(changed.constructor, changed.hint, module.token)
    modules = tuple(same if m.token == module.token else m for m in code.modules)
    before = tuple(replace(b, value=_with_module(b.value, module, changed)) for b in code.before)
    return replace(code, modules=modules, before=before)


def _lazily(
    region: Region,
    layer: Layer,
    bounds: list[Bound],
    call_arguments: dict[str, Value],
    node: cst.CSTNode,
    as_list: Any,
) -> Any:
    """The layer as an `nn.Lazy*` module, where torch has one."""
    if len(bounds) != 1:
        return None
    tensor = bounds[0].tensor
    if tensor.dims is None:
        probe = replace(tensor, channels_hint=LAZY)
    else:
        probe = replace(tensor, dims=(*tensor.dims[:-1], LAZY))
    try:
        result = _run(
            region, layer, _rule_arguments(region, layer, call_arguments, node), [probe], as_list
        )
    except (Unsupported, ValueError, TypeError):
        return None
    if not isinstance(result, Tensor):
        return None
    for module in modules_of(Bound(result)):
        text = module.constructor.text
        if LAZY.text not in text:
            continue
        lazy = _lazy(module.constructor, region.file.options.init == "keras")
        if lazy is None:
            return None
        changed = Module(lazy, module.hint)
        result = replace(result, code=_with_module(result.code, module, changed))
        region.say(
            LAZY_SIZE,
            layer.node,
            f"{layer.symbol}: the number of inputs comes from the first batch",
        )
    channels = result.channels_hint if result.dims is None else result.dims[-1]
    if channels is not None and LAZY.text in channels.text:
        if result.dims is None:
            return replace(result, channels_hint=None)
        return replace(result, dims=(*result.dims[:-1], None))
    return result


def _lazy(made: Expr, like_keras: bool) -> Expr | None:
    """The constructor of the lazy module, which starts its weights when they get their size."""
    match = _LAZY.match(made.text)
    if match is None:
        return None
    wrapped, kind = match.groups()
    rest = made.text[match.end() :]
    if not like_keras or (kind.startswith("BatchNorm") and not wrapped):
        return None if LAZY.text in rest else replace(made, text=f"nn.Lazy{kind}({rest}")
    if LAZY.text in rest or kind.startswith("BatchNorm"):
        return None
    if not wrapped:
        return replace(made, text=f"Lazy{kind}({rest}", helpers=made.helpers | {f"Lazy{kind}"})
    end = _closing(rest)
    chosen = rest[end + 1 : -1].removeprefix(", ")
    name = f"InitializedLazy{kind}"
    text = f"{name}({rest[:end]}, init=dict({chosen}))"
    return replace(made, text=text, helpers=made.helpers - {"with_init"} | {name})


def _closing(text: str) -> int:
    """Where the bracket closes that was opened before the text."""
    depth = 1
    for position, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            return position
    raise ValueError("a bracket is not closed")


# --- after a call ----------------------------------------------------------------------------


def _finish(region: Region, layer: Layer, value: Value, node: cst.CSTNode) -> Value:
    """Construct the layer's modules, once; a layer that was called before is called again."""
    inputs_known = set(region.constructed)
    made = [m for m in modules_of(value) if m.token not in inputs_known]
    if layer.modules or layer.calls:
        if len(made) != len(layer.modules):
            raise GiveUp("a shared layer is called in ways that need different modules", node)
        for module, first in zip(made, layer.modules, strict=True):
            if module.constructor.text != first.constructor.text:
                raise GiveUp("a shared layer is called on inputs of different sizes", node)
            value = _reuse(value, module, first)
        return value
    _say_what_differs(region, layer)
    made = [_frozen(layer, m) for m in made]
    for module in made:
        value = _reuse(value, module, module)
    hint = layer_name_hint(region, layer)
    place = _place(region, layer, made)
    if layer.freezes and place is None:
        raise GiveUp("a layer is frozen under a condition, before its input is known", layer.node)
    for module in made:
        region.constructed.add(module.token)
        if hint and (module is made[0] or module.hint != "activation"):
            region.module_hints[module.token] = hint
        construct = Construct(module)
        if module is made[0]:
            construct.comments, construct.origins = Comments(layer.notes), layer.origins
        if place is None:
            region.emit_init(construct)
        else:
            nodes, marker = place
            nodes.insert(nodes.index(marker), construct)
    layer.modules = tuple(made)
    layer.calls.append(())
    _write_freezes(layer)
    if isinstance(value, Bound):
        region.last_layer = (layer, value.tensor.code.text)
        region.called_layers.append(layer)
    name = constant(layer.arguments["name"]) if "name" in layer.arguments else None
    if isinstance(name, str):
        region.named_layers[name] = layer
    return value


def _frozen(layer: Layer, module: Module) -> Module:
    """The module with or without gradients, as `trainable` says."""
    trainable = layer.arguments.get("trainable")
    if not isinstance(trainable, Static):
        return module
    text = _REQUIRES_GRAD.sub("", module.constructor.text)
    constructor = replace(module.constructor, text=text)
    if constant(trainable) is not True:
        constructor = method(constructor, "requires_grad_", trainable.expr)
    return Module(constructor, module.hint, module.token)


_REQUIRES_GRAD = re.compile(r"\.requires_grad_\([^()]*\)$")


def set_trainable(region: Region, layer: Layer, value: Static, node: cst.CSTNode) -> None:
    """`layer.trainable = value`, before or after the layer's first call."""
    region.graph_events += 1
    if not region.branches and not region.loops:
        layer.arguments["trainable"] = value
        for made in constructs_of(region, layer):
            made.module = _frozen(layer, made.module)
        explain(region, layer)
        return
    if region.is_module and (region.branches or region.loops):
        raise GiveUp("a layer is frozen under a condition", node)
    line = Line("", effect=True)
    region.emit_init(line)
    layer.freezes.append((line, value.expr))
    _write_freezes(layer)


def constructs_of(region: Region, layer: Layer) -> list[Construct]:
    """The statements that make a layer's modules, as far as there are any yet."""
    tokens = {module.token for module in layer.modules}
    return [
        n for n in walk(region.root_init) if isinstance(n, Construct) and n.module.token in tokens
    ]


def annotate(region: Region, layer: Layer, lines: tuple[str, ...]) -> None:
    """Comments for the statement that makes a layer."""
    layer.notes = (*layer.notes, *lines)
    for made in constructs_of(region, layer)[:1]:
        made.comments = Comments((*made.comments.leading, *lines), made.comments.trailing)


def explain(region: Region, layer: Layer) -> None:
    """The comments of the running statement go to the one that makes a layer."""
    if region.origin >= 0:
        layer.origins = (*layer.origins, region.origin)
        for made in constructs_of(region, layer)[:1]:
            made.origins = (*made.origins, region.origin)


def _write_freezes(layer: Layer) -> None:
    """The statements that freeze a layer, now that its modules are known."""
    for line, value in layer.freezes:
        if layer.modules:
            line.text = "\n".join(
                method(m.ref, "requires_grad_", value).text for m in layer.modules
            )
            line.uses, line.modules = reads(value), layer.modules


def _place(region: Region, layer: Layer, made: list[Module]) -> Any:
    """Where in `__init__` the modules are made: at the layer's construction, if earlier."""
    if layer.at is None:
        return None
    nodes, marker, versions = layer.at
    names = {pair for m in made for pair in m.constructor.names}
    readable = all(versions.get(name, 0) == version for name, version in names)
    if readable and marker in nodes:
        return nodes, marker
    if len(region.loops) == layer.depth:
        return None
    raise GiveUp("a layer is made outside of the loop that first shows its input size", layer.node)


def _reuse(value: Value, module: Module, first: Module) -> Value:
    """The value, which calls `first` where it called `module`."""
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_reuse(i, module, first) for i in value.items))
    if not isinstance(value, Bound):
        return value
    tensor = value.tensor
    mask = tensor.mask if tensor.mask is None else _swap(tensor.mask, module, first)
    return replace(value, tensor=replace(tensor, code=_swap(tensor.code, module, first), mask=mask))


def _swap(code: Expr, module: Module, first: Module) -> Expr:
    modules = tuple(first if m.token == module.token else m for m in code.modules)
    before = tuple(replace(b, value=_swap(b.value, module, first)) for b in code.before)
    text = code.text.replace(module.token, first.token)
    return replace(code, text=text, modules=modules, before=before)


def _say_what_differs(region: Region, layer: Layer) -> None:
    rule = layer.rule
    assert rule is not None
    if rule.fidelity is Fidelity.CLOSE:
        region.say(CLOSE_IDIOM, layer.node, f"{layer.symbol}: {rule.note}")
    if any(_is_hard_sigmoid(value) for value in layer.arguments.values()):
        region.say(ASSUMED, layer.node, f"{layer.symbol}: {HARD_SIGMOID}")
    cell = layer.arguments.get("cell")
    if isinstance(cell, Layer) and any(name in cell.arguments for name in _INITIALIZERS):
        region.say(ASSUMED, layer.node, f"{layer.symbol}: {_CELL_INITIALIZERS}")
    for name in _PENALTIES:
        value = layer.arguments.get(name)
        if value is not None and name not in rule.parameters and not _is_none(value):
            region.penalties.append((layer, name, value))
            region.say(
                REGULARIZER,
                layer.node,
                f"{layer.symbol}: {name} is not part of the module; "
                "it belongs to the training loop",
            )
    if "weights" in layer.arguments and not _is_none(layer.arguments["weights"]):
        region.say(UNSUPPORTED, layer.node, f"{layer.symbol}: weights= is not carried over")
    dtype = layer.arguments.get("dtype")
    if dtype is not None and constant(dtype) not in (None, "float32"):
        region.say(UNSUPPORTED, layer.node, f"{layer.symbol}: dtype= is not carried over")
    trainable = layer.arguments.get("trainable")
    frozen = trainable is not None and constant(trainable) is not True
    if (frozen or layer.freezes) and "BatchNormalization" in layer.symbol:
        region.say(UNSUPPORTED, layer.node, "a frozen BatchNormalization must stay in eval mode")


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.known and value.expr.value is None


def _stub(
    region: Region, layer: Layer, inputs: Value, node: cst.CSTNode, code: Any, reason: str = ""
) -> Value:
    """A module that raises, in the place of a layer that can't be translated."""
    reason = reason or layer.problem
    if not reason.startswith("keras."):
        reason = f"{layer.symbol}: {reason}"
    if not isinstance(inputs, Bound):
        raise GiveUp(reason, layer.node)
    module = _not_converted(region, layer, code, reason)
    tensor = inputs.tensor
    units = next((layer.arguments[n] for n in ("units", "filters") if n in layer.arguments), None)
    channels = to_expr(region, units) if units is not None and not is_graph(units) else None
    result = Tensor(
        module(tensor.code),
        None if tensor.dims is None else (*(None,) * (len(tensor.dims) - 1), channels),
        tensor.layout,
        channels_hint=channels if tensor.dims is None else None,
    )
    value = Bound(result)
    layer.rule = layer.rule or _STUB_RULE
    return value


def _not_converted(
    region: Region, layer: Layer, code: Any, reason: str, advice: str = ""
) -> Module:
    """The stub itself, which `__init__` makes and says why."""
    message = f"{reason}: {advice}" if advice else reason
    region.say(code, layer.node, message)
    module = own("NotConverted", f"{code.code}: {reason}", hint=_snake(layer.symbol))
    module = _frozen(layer, module)
    region.constructed.add(module.token)
    todo = Comments((f"# TODO(tf2torch) {code.code}: {message}", *layer.notes))
    _construct_at(region, layer, Construct(module, todo, layer.origins))
    hint = layer_name_hint(region, layer)
    if hint:
        region.module_hints[module.token] = hint
    return module


def _construct_at(region: Region, layer: Layer, made: Construct) -> None:
    """A stub is made where it is first called, or before the statements that freeze it."""
    place = _place(region, layer, []) if layer.freezes else None
    if place is None:
        region.emit_init(made)
    else:
        nodes, marker = place
        nodes.insert(nodes.index(marker), made)


def _placeholder(
    region: Region, layer: Layer, x: Bound, why: Placeholder, training: Value | None
) -> Value:
    """A stub, called as often as the layer is, of which is known what it would give."""
    modes = (training, layer.arguments.get("trainable"))
    frozen = layer.freezes or any(m is not None and constant(m) is False for m in modes)
    advice = f"{why.advice}; it stays in eval mode" if frozen else why.advice
    made = next((m for m in layer.modules if m.token in region.constructed), None)
    if made is None:
        made = _not_converted(region, layer, PRETRAINED, str(why), advice)
        layer.modules = (made,)
        _write_freezes(layer)
    layer.calls.append(())
    hint = why.channels if why.dims is None else None
    return Bound(Tensor(made(x.tensor.code), why.dims, x.tensor.layout, channels_hint=hint))


def _identity(x: Tensor) -> Tensor:
    """Stands for a layer without a rule."""
    return x


_STUB_RULE = Rule((), _identity, "layer")


def _snake(symbol: str) -> str:
    short = symbol.rpartition(".")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", short).lower()
