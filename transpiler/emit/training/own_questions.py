"""What methods of callbacks ask of the model: how well it does on some data, and its weights.

loss, accuracy = self.model.evaluate(self.x, self.y)

test_data = TensorDataset(torch.as_tensor(self.x), torch.as_tensor(self.y))
test_loader = DataLoader(test_data, batch_size=32)
loss, accuracy = evaluate(self.model, test_loader, self.criterion)
"""

from __future__ import annotations

import re
from typing import TypeAlias

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.absent import or_32
from transpiler.emit.training.asking import as_dict
from transpiler.emit.training.data import is_listed
from transpiler.emit.training.evaluation_order import may_not_run, runs_again
from transpiler.emit.training.layer_weights import (
    FEW,
    function_of_all,
    module_of,
    views_of,
    views_of_all,
)
from transpiler.emit.training.lines import is_statement
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shown_arrays import shown
from transpiler.interpret.functions.given_parts import calls_in
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Layer
from transpiler.ir.expr import literal
from transpiler.ir.pipeline import Columns
from transpiler.lower.training import Compiled
from transpiler.lower.watched import constructors
from transpiler.regex import regex
from transpiler.source.possible_constants import constants_it_may_be
from transpiler.source.tree import Tree

#: The attribute that a callback finds the loss in.
CRITERION = "criterion"
_EVALUATED = ("x", "y")
_PLACE = regex(r"\w+(?:\.\w+)*")
_LAYER = regex(r"self\.model\.layers\[(-?\d+)\]|self\.model\.get_layer\((.*)\)", re.S)


def evaluation(
    writer: ModelWriter,
    model: str,
    call: cst.Call,
    statement: cst.SimpleStatementLine,
    body: str,
    owner: str,
) -> tuple[list[str], str] | None:
    """What stands before a statement in place of an evaluation in it, and in its place.

    `owner` is the class of the callback. None where it is of something else than two arrays.
    """
    given = _arguments(writer.tree, call, (*_EVALUATED, "batch_size", "verbose", "return_dict"))
    if given is None or not {*_EVALUATED} <= given.keys() or writer.made.spread:
        return None
    compiled = _compiled(writer)
    if (
        compiled is None
        or len(statement.body) > 1
        or may_not_run(statement, call)
        or runs_again(statement, call)
    ):
        return None
    size = _size(
        writer.tree,
        writer.shared.file.path,
        given["batch_size"][0] if "batch_size" in given else "None",
    )
    by_key = given["return_dict"][0] if "return_dict" in given else "False"
    if by_key not in ("True", "False"):
        return None
    data, loader = (free_in(body, name) for name in ("test_data", "test_loader"))
    xs = inputs_asked(writer, call, given["x"][1], owner)
    if xs is None:
        return None
    inputs = writer.inputs(xs)
    targets = writer.targets((given["y"][0],), compiled)
    before = [
        f"{data} = TensorDataset({inputs}, {targets})",
        f"{loader} = {writer.loader(data, size)}",
    ]
    text = f"{writer.evaluator(compiled)}({model}, {loader}, self.{CRITERION})"
    if by_key == "True":
        text = as_dict(writer, call, compiled, text)
    elif len(compiled.keys) > 1 and not _taken_apart(writer.tree, call, statement):
        text = f"list({text})"
    return before, text


def _size(tree: Tree, path: str, size: str) -> str:
    """The size of the batches, or what Keras takes where it is None."""
    if size == "None":
        return "32"
    return or_32(size) if constants_it_may_be(tree.text, path, size) & {"None", "0", None} else size


def _compiled(writer: ModelWriter) -> Compiled | None:
    """How the model was compiled, where that is known and has one loss."""
    found = list(writer.training.compiled.values())
    return found[0] if len(found) == 1 and len(found[0].heads) == 1 else None


def free_in(body: str, name: str) -> str:
    """A variable that a method does not have yet."""
    number, free = 1, name
    while re.search(rf"\b{free}\b", body) is not None:
        number += 1
        free = f"{name}_{number}"
    return free


#: The source of what a call gives, and the expression.
_Argument: TypeAlias = "tuple[str, cst.BaseExpression]"


def _arguments(tree: Tree, call: cst.Call, order: tuple[str, ...]) -> dict[str, _Argument] | None:
    """What a call gives, by its names; None where it gives something else."""
    positions = iter(("x", "y", "batch_size", "verbose"))
    given: dict[str, _Argument] = {}
    for argument in call.args:
        name = argument.keyword.value if argument.keyword is not None else next(positions, "")
        if argument.star or name not in order or name in given:
            return None
        given[name] = tree.source(argument.value), argument.value
    return given


def inputs_asked(
    writer: ModelWriter, call: cst.Call, node: cst.BaseExpression, owner: str
) -> tuple[str, ...] | None:
    """The arrays that a method gives for the inputs of its model; None where it is not seen which.

    What the method does not write out itself is taken for a list of them.
    """
    keys, text = writer.input_keys, writer.tree.source(node)
    if is_listed(writer.built):
        return None
    match node:
        case cst.Dict(elements=elements):
            named = {literal(key): key for key in keys if key}
            found = {
                named.get(writer.tree.source(e.key).replace("'", '"')): writer.tree.source(e.value)
                for e in elements
                if isinstance(e, cst.DictElement)
            }
            if len(found) != len(elements) or set(found) != set(keys):
                return None
            return tuple(found[key] for key in keys)
        case cst.List(elements=parts) | cst.Tuple(elements=parts) if len(keys) > 1:
            whole = all(isinstance(part, cst.Element) for part in parts)
            if not whole or len(parts) != len(keys) or len(writer.built.keys) > 1:
                return None
            return tuple(writer.tree.source(part.value) for part in parts)
    if len(keys) == 1:
        return (text,)
    if writer.built.keys or _PLACE.fullmatch(text) is None or _may_get_dict(writer, owner):
        return None
    message = f"`{text}` is taken for a list of arrays, one for each input"
    writer.made.said.append((ASSUMED, call, message))
    return tuple(f"{text}[{number}]" for number in range(len(keys)))


def _may_get_dict(writer: ModelWriter, owner: str) -> bool:
    """Whether an object of a class is made with a dict of arrays."""
    made = (c for c in calls_in(writer.tree.module) if isinstance(c.func, cst.Name))
    given = (a.value for c in made if writer.tree.source(c.func) == owner for a in c.args)
    return any(isinstance(shown(writer, node), (dict, Columns)) for node in given)


def _taken_apart(tree: Tree, call: cst.Call, statement: cst.SimpleStatementLine) -> bool:
    """Whether a tuple serves as well as the list that Keras gives."""
    after = tree.span(call)[1]
    if tree.text[after : after + 1] == "[" or is_statement(statement, call):
        return True
    node = statement.body[0]
    if not isinstance(node, cst.Assign) or node.value is not call:
        return False
    return isinstance(node.targets[0].target, (cst.Tuple, cst.List))


def arrays_of_model(writer: ModelWriter, model: str) -> tuple[list[str], str]:
    """Copies of all weights as arrays, in Keras's order, and a list of them if they are many."""
    arrays, many = _arrays(writer, views_of_all(writer, model)), ""
    if len(arrays) > FEW:
        many = f"[to_array(w) for w in {function_of_all(writer)}({model})]"
    return arrays, many


def every_array(writer: ModelWriter, model: str, lazily: bool) -> str:
    """The same for a loop, which may take one by one."""
    writer.made.helpers.add("to_array")
    weights = f"{function_of_all(writer)}({model})"
    return f"map(to_array, {weights})" if lazily else f"[to_array(w) for w in {weights}]"


def setting_arrays(writer: ModelWriter, model: str, given: str, body: str) -> list[str]:
    """The lines that copy arrays to the weights; `body` has the names that are not free."""
    views = views_of_all(writer, model)
    many = f"{function_of_all(writer)}({model})" if len(views) > FEW else ""
    weight, array = (free_in(body, name) for name in ("weight", "array"))
    return [
        "with torch.no_grad():",
        f"    for {weight}, {array} in zip({many or _listed(views)}, {given}):",
        f"        {weight}.copy_(torch.as_tensor({array}))",
    ]


def _listed(items: list[str]) -> str:
    return f"[{', '.join(items)}]"


def arrays_of_layer(writer: ModelWriter, model: str, call: cst.Call) -> list[str]:
    """Copies of the weights of one layer as arrays; none where it is not known which."""
    layer = _layer_asked(writer, call)
    return [] if layer is None else _arrays(writer, [*views_of(writer, layer, model).values()])


def _layer_asked(writer: ModelWriter, call: cst.Call) -> Layer | None:
    """The layer whose method is called, without arguments: `self.model.layers[0].get_weights()`."""
    assert isinstance(call.func, cst.Attribute)
    found = _LAYER.fullmatch(writer.tree.source(call.func.value))
    if found is None or call.args:
        return None
    if not found.group(2):
        return _by_place(writer, int(found.group(1)))
    named = re.fullmatch(r"(?:name=)?([\"'])(.+)\1|index=(\d+)", found.group(2))
    if named is None:
        return None
    if named.group(2):
        return _by_name(writer, named.group(2))
    return _by_place(writer, int(named.group(3)))


def resetting(writer: ModelWriter, model: str, call: cst.Call) -> str:
    """What has the layers of the model, or one of them, start over; "" where none keeps a state."""
    assert isinstance(call.func, cst.Attribute)
    if writer.tree.source(call.func.value) == "self.model":
        made = constructors(writer.shared.freezing.of, writer.built, writer.training.home)
        if not any("Stateful" in text for text in made):
            return ""
        writer.made.helpers.add("reset_states")
        return f"reset_states({model})"
    layer = _layer_asked(writer, call)
    module = None if layer is None else module_of(writer, layer)
    keeps = module is not None and "Stateful" in module.constructor.text
    return f"{model}.{module.token}.reset_state()" if module is not None and keeps else ""


def _arrays(writer: ModelWriter, views: list[str]) -> list[str]:
    writer.made.helpers.add("to_array")
    return [f"to_array({view})" for view in views]


def _layers(writer: ModelWriter) -> list[Layer]:
    """The layers of a Sequential; none where they are not known one by one."""
    origin = writer.training.origin
    layers = [step for step in origin.steps if isinstance(step, Layer)]
    alone = origin.kind == "sequential" and len(layers) == len(origin.steps)
    return [x for x in layers if x.symbol != "keras.layers.InputLayer"] if alone else []


def _by_place(writer: ModelWriter, place: int) -> Layer | None:
    layers = _layers(writer)
    return layers[place] if -len(layers) <= place < len(layers) else None


def _by_name(writer: ModelWriter, name: str) -> Layer | None:
    for layer in _layers(writer):
        if "name" in layer.arguments and constant(layer.arguments["name"]) == name:
            return layer
    region = writer.training.home
    return region.named_layers.get(name)
