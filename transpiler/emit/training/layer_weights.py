"""The weights of one layer of a model, taken or set by themselves, as arrays in Keras's order.

kernel, bias = model.layers[0].get_weights()
kernel, bias = [to_array(model.dense.weight.T), to_array(model.dense.bias)]

model.layers[0].bias.assign(start)
with torch.no_grad():
    model.dense.bias.copy_(torch.as_tensor(start))
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.lines import is_statement, within
from transpiler.emit.training.model import Asking, ModelWriter
from transpiler.interpret.models.parts import layers_in_a_row
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Layer
from transpiler.ir.code import Construct
from transpiler.ir.expr import Module
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.children import children_of

#: Layers without weights.
_WITHOUT_WEIGHTS = frozenset(
    {
        "Activation", "Dropout", "Flatten", "Reshape", "Permute", "RepeatVector", "InputLayer",
        "ReLU", "LeakyReLU", "ELU", "Softmax", "GaussianNoise", "SpatialDropout1D",
        "SpatialDropout2D", "Masking", "Rescaling",
    }
    | {f"ZeroPadding{n}D" for n in (1, 2, 3)}
    | {f"UpSampling{n}D" for n in (1, 2, 3)}
    | {f"{g}{k}Pooling{n}D" for g in ("", "Global") for k in ("Max", "Average") for n in (1, 2, 3)}
)  # fmt: skip
FEW = 3  #: so many weights are written one by one at most


def write_layer(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A layer of a model under a name of its own: the module, if only its weights are asked for."""
    asking = [writer.tree.span(c.node) for c in writer.room.calls if c.name.startswith("layer.")]
    places = writer.shared.places(writer.room, call.variable)
    others = [p for p in places if not p.binds and not within(p.start, asking)]
    if others or sum(p.binds for p in places) > 1:
        raise Unsupported(f"`{call.variable}` is asked for more than its weights")
    writer.inline(call, statement, [], f"{writer.variable}.{_module(writer, call).token}")


def write_layer_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Copies of the weights as arrays; of one of them, where it is picked at once."""
    if _is_set_at_once(writer, call):
        return  # it is written there
    write_arrays(writer, call, statement, [*_views(writer, call).values()])


def write_all_weights(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """Copies of the weights of all layers as arrays, or of one that is picked."""
    views = views_of_all(writer, writer.variable)
    if len(views) <= FEW or _picked(statement, call.node, len(views)) is not None:
        write_arrays(writer, call, statement, views)
        return
    writer.made.helpers.add("to_array")
    weights = function_of_all(writer)
    writer.inline(call, statement, [], f"[to_array(w) for w in {weights}({writer.variable})]")


def write_set_all_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Arrays become the weights of all layers."""
    views = views_of_all(writer, writer.variable)
    many = "" if len(views) <= FEW else f"{function_of_all(writer)}({writer.variable})"
    _copy_arrays(writer, statement, views, call.given["weights"], many)


def function_of_all(writer: ModelWriter) -> str:
    """The function that gives all weights of a model; tokens stand for its modules."""
    views = views_of_all(writer, "model")
    name, source = writer.shared.function(
        ("keras_weights", "weights_like_keras"),
        ("weights", *views),
        lambda name: "\n".join(
            [
                f"def {name}(model):",
                '    """The weights in the order that Keras has them, and their axes."""',
                "    return [",
                *(f"        {view}," for view in views),
                "    ]",
                "",
            ]
        ),
    )
    if (name, source) not in writer.made.functions:
        writer.made.functions.append((name, source))
    return name


def views_of_all(writer: ModelWriter, model: str) -> list[str]:
    """The weights of all layers of a Sequential or a chain, with their axes in Keras's order."""
    views: list[str] = []
    for layer in _layers_in_order(writer):
        if layer.symbol.rpartition(".")[2] not in _WITHOUT_WEIGHTS:
            views += views_of(writer, layer, model).values()
    return views


def _layers_in_order(writer: ModelWriter) -> list[Layer]:
    """The layers in Keras's order, where that is how they are written."""
    origin = writer.training.origin
    layers = [step for step in origin.steps if isinstance(step, Layer)]
    if origin.kind == "functional":
        layers = layers_in_a_row(writer.training.home, origin) or []
    if not layers or (origin.kind == "sequential" and len(layers) != len(origin.steps)):
        raise Unsupported("the weights are looked at, of a model whose layers Keras puts in order")
    return layers


def write_arrays(
    writer: ModelWriter, call: TrainingCall, statement: Asking, views: list[str]
) -> None:
    """A list of copies of weights as arrays; of one of them, where it is picked at once."""
    arrays = [f"to_array({view})" for view in views]
    writer.made.helpers.add("to_array")
    picked = _picked(statement, call.node, len(arrays))
    writer.inline(call, statement, [], f"[{', '.join(arrays)}]")
    if picked is None:
        return
    node, number = picked
    _, _, inside = writer.statements[id(statement)]
    del inside[writer.tree.span(call.node)]
    inside[writer.tree.span(node)] = arrays[number]
    del writer.shared.replaced[writer.tree.span(call.node)]
    writer.shared.replaced[writer.tree.span(node)] = arrays[number]


def write_set_layer_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Arrays become the weights; those of a layer of another model go over as they are."""
    if not is_statement(statement, call.node) or "weights" not in call.given:
        raise Unsupported("what `set_weights` gives is used")
    given = call.given["weights"]
    other = writer.room.region.training.get(id(given.node))
    if other is not None and other.name == "layer.get_weights" and other.of is not None:
        mine, theirs = _module(writer, call), _only_module(other)
        if theirs is None or _bare(mine) != _bare(theirs):
            raise Unsupported("weights of another kind of layer")
        source = other.variable or f"{writer.tree.source(other.of)}.{theirs.token}"
        writer.made.sharing.add(id(other.node))
        target = layer_path(writer, call)
        writer.inline(call, statement, [], f"{target}.load_state_dict({source}.state_dict())")
        return
    _copy_arrays(writer, statement, [*_views(writer, call).values()], given)


#: What only Keras's models have, and stays only where nobody knows the model.
_OF_KERAS = regex(r"\.(?:layers\s*\[|get_layer\()")


def _copy_arrays(
    writer: ModelWriter,
    statement: cst.SimpleStatementLine,
    views: list[str],
    given: Given,
    weights: str = "",
) -> None:
    """Copy arrays to weights one by one; `weights` is what gives these, where they are many."""
    weight, array = writer.lasting("weight", "view"), writer.lasting("array", "given_array")
    weights = weights or f"[{', '.join(views)}]"
    if _OF_KERAS.search(writer.source_of(given)):
        raise Unsupported("weights of a layer of a model that is not known")
    lines = [f"for {weight}, {array} in zip({weights}, {writer.source_of(given)}, strict=True):"]
    lines += [f"    {weight}.copy_(torch.as_tensor({array}))"]
    if isinstance(given.node, (cst.List, cst.Tuple)):
        items = [writer.shared.source(element.value) for element in given.node.elements]
        if len(items) != len(views):
            raise Unsupported(f"{len(items)} arrays for {len(views)} weights")
        pairs = zip(views, items, strict=True)
        lines = [f"{view}.copy_(torch.as_tensor({item}))" for view, item in pairs]
    writer.whole[id(statement)] = ["with torch.no_grad():", *(f"    {line}" for line in lines)]
    writer.statements.setdefault(id(statement), (statement, {}, {}))


def write_weight(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A copy of one weight as an array; or an array becomes that weight."""
    assert call.layer is not None
    match call.node:
        case cst.Call(func=cst.Attribute(value=cst.Attribute(attr=cst.Name(name)))) | cst.Attribute(
            attr=cst.Name(name)
        ):
            view = _views(writer, call).get(name)
        case _:
            view = None
    if view is None:
        raise Unsupported(f"no weight of {call.layer.symbol} that has one name")
    if call.name == "layer.weight":
        writer.inline(call, statement, [], view)
        return
    if call.name == "layer.numpy":
        writer.made.helpers.add("to_array")
        writer.inline(call, statement, [], f"to_array({view})")
        return
    if not is_statement(statement, call.node) or "value" not in call.given:
        raise Unsupported("what `assign` gives is used")
    value = writer.source_of(call.given["value"])
    copied = f"{view}.copy_(torch.as_tensor({value}))"
    writer.whole[id(statement)] = ["with torch.no_grad():", f"    {copied}"]
    writer.statements.setdefault(id(statement), (statement, {}, {}))


def write_reset_layer(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """A recurrent layer that keeps its state starts from zeros again."""
    module = _module(writer, call)
    if "Stateful" not in module.constructor.text:
        raise Unsupported("the layer keeps no state")
    writer.inline(call, statement, [], f"{layer_path(writer, call)}.reset_state()")


def _module(writer: ModelWriter, call: TrainingCall) -> Module:
    """The one module that a layer is, which the model has under a name of its own."""
    return module_of(writer, call.layer)


def module_of(writer: ModelWriter, layer: Layer | None) -> Module:
    module = _onlymodule_of(layer)
    own = {n.module.token for n in writer.built.init if isinstance(n, Construct)}
    if module is None:
        several = (
            "made in a loop, and one of a list" if layer and layer.depth else "several modules"
        )
        raise Unsupported(f"the layer is {several if layer and layer.modules else 'not known'}")
    if module.token not in own:
        raise Unsupported("the layer is a part of a part of the model")
    return module


def _only_module(call: TrainingCall) -> Module | None:
    """The module that a layer is; None where it is several, or one of a list."""
    return _onlymodule_of(call.layer)


def _onlymodule_of(layer: Layer | None) -> Module | None:
    if layer is None or layer.depth or len(layer.modules) != 1:
        return None
    return layer.modules[0]


def layer_path(writer: ModelWriter, call: TrainingCall) -> str:
    """How the program reaches the module that a layer is."""
    return call.variable or f"{writer.variable}.{_module(writer, call).token}"


def _views(writer: ModelWriter, call: TrainingCall) -> dict[str, str]:
    """The weights of a layer by Keras's names, with their axes in its order."""
    assert call.layer is not None
    return views_of(writer, call.layer, writer.variable, call.variable)


def views_of(writer: ModelWriter, layer: Layer, model: str, variable: str = "") -> dict[str, str]:
    """The same of a layer of a model, which a variable may hold."""
    module = module_of(writer, layer)
    name = layer.symbol.rpartition(".")[2]
    found = writer.shared.file.rules.stored(module.constructor.text, name)
    if found is None:
        raise Unsupported(f"the weights of {layer.symbol} are stored in another way")
    path = variable or f"{model}.{module.token}"
    return {name: view.replace("w", f"{path}.{place}", 1) for name, place, view in found}


def _is_set_at_once(writer: ModelWriter, call: TrainingCall) -> bool:
    """Whether the weights are all that another layer's `set_weights` gets."""
    calls = writer.room.calls
    setting = (c for c in calls if c.name == "layer.set_weights" and "weights" in c.given)
    return any(c.given["weights"].node is call.node for c in setting)


def _picked(statement: Asking, node: cst.CSTNode, count: int) -> tuple[cst.Subscript, int] | None:
    """`....get_weights()[0]`: the whole expression, and which one it picks."""
    pending: list[cst.CSTNode] = [statement]
    while pending:
        found = pending.pop()
        pending += children_of(found)
        match found:
            case cst.Subscript(
                value=value,
                slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(number)))],
            ) if (
                value is node and int(number) < count
            ):
                return found, int(number)
    return None


def _bare(module: Module) -> str:
    """How a module is made, whatever its weights start from."""
    text = module.constructor.text
    return text.partition("(")[2].partition(", weight=")[0] if text.startswith("with_") else text
