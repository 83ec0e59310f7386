"""Weights that a program takes and gives back whole, and how many there are.

initial = model.get_weights()           initial = copy.deepcopy(model.state_dict())
model.set_weights(initial)              model.load_state_dict(initial)
target.set_weights(model.get_weights()) target.load_state_dict(model.state_dict())
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from transpiler.emit.training.layer_weights import write_all_weights, write_set_all_weights
from transpiler.emit.training.lines import is_statement, within
from transpiler.emit.training.model import Asking, ModelWriter
from transpiler.emit.training.shared import origin
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Model
from transpiler.ir import tokens
from transpiler.ir.code import Construct, Node
from transpiler.ir.tensor import Unsupported
from transpiler.lower.watched import called_by, constructors
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.suites import blocks_around
from transpiler.source.syntax import all_in, program_tree

#: Calls that stay alone where they have no translation: the training doesn't depend on them.
LOOKING = frozenset(
    {
        "get_weights", "set_weights", "count_params", "layer.get_weights", "layer.set_weights",
        "layer.numpy", "layer.weight", "layer.assign", "layer", "layers", "summary",
        "reset_metrics",
    }
)  # fmt: skip
#: Modules that have as many weights as Keras's layers.
ALIKE = (
    "nn.Linear(", "nn.Conv", "nn.Embedding(", "nn.LayerNorm(", "nn.Dropout", "nn.Softmax",
    "nn.ReLU", "nn.ModuleList(", "nn.Sequential(", "nn.Identity(", "nn.LeakyReLU(", "nn.PReLU(",
    "ElementwisePReLU(", "nn.Sigmoid(", "nn.Tanh(", "Activation(", "ChannelsFirstActivation(",
    tokens.BLOCK,
)  # fmt: skip
#: The same, in parameters and in buffers.
COUNTED = ("nn.BatchNorm", "BiasedBatchNorm", *ALIKE)
#: What only makes a layer of torch in another way, or pads as Keras does.
_AROUND = regex(r"^(?:(?:with_init|regularized|constrained)\()*(?:nn\.(?=\w)|(?=Conv\ddSame\())")


def write_get_weights(writer: ModelWriter, call: TrainingCall, statement: Asking) -> None:
    """A copy of all tensors, for whoever sets them again and does nothing else with them."""
    if _taken_by(writer, call) is not None:
        return  # it is written there
    name = _name_of(writer, call)
    if not name or not _only_set(writer, call.model, name):
        write_all_weights(writer, call, statement)
        return
    writer.inline(call, statement, [], f"copy.deepcopy({writer.variable}.state_dict())")


def _name_of(writer: ModelWriter, call: TrainingCall) -> str:
    """The variable that holds what a call gives, and nothing else of that; "" where none does."""
    match call.statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))], value=value)]
        ) if (value is call.node):
            return name
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Tuple(elements=names))],
                    value=cst.Tuple(elements=values),
                )
            ]
        ) if len(names) == len(
            values
        ):  # `best, kept = loss, model.get_weights()`
            for target, given in zip(names, values, strict=True):
                if given.value is call.node and isinstance(target.value, cst.Name):
                    return target.value.value
    return ""


def write_set_weights(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The tensors of a model of the same class."""
    if not is_statement(statement, call.node) or "weights" not in call.given:
        raise Unsupported("what `set_weights` gives is used")
    given = call.given["weights"]
    if id(call.node) in writer.shared.copied:
        writer.parts.append(("", statement))
        return
    inner = next((c for c in _calls(writer, "get_weights") if c.node is given.node), None)
    if inner is not None:
        if not _is_alike(inner.model, call.model) or inner.receiver is None:
            raise Unsupported("weights of a model of another class")
        writer.made.sharing.add(id(inner.node))
        text = f"{writer.tree.source(inner.receiver)}.state_dict()"
    elif given.text.isidentifier() and _only_set(writer, call.model, given.text):
        text = given.text
    else:
        write_set_all_weights(writer, call, statement)
        return
    writer.inline(call, statement, [], f"{writer.variable}.load_state_dict({text})")


def write_reset_states(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The layers that keep their state start from zeros again."""
    made = constructors(writer.shared.freezing.of, writer.built, writer.training.home)
    if not any("Stateful" in text for text in made):
        raise Unsupported("no layer of the model keeps its state")
    writer.made.helpers.add("reset_states")
    writer.inline(call, statement, [], f"reset_states({writer.variable})")


def write_reset_metrics(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """Nothing: every `fit`, `evaluate` and batch begins anew, as in Keras."""
    if not is_statement(statement, call.node):
        raise Unsupported("what it gives is used")
    place, room = writer.tree.span(statement)[0], writer.room.node
    suites = [suite for _, suite in blocks_around(writer.tree, room, place)]
    around = suites[-1] if suites else room if isinstance(room, cst.Module) else room.body
    gone = {id(part) for _, part in writer.parts}
    if all(other is statement or id(other) in gone for other in around.body):
        writer.inline(call, statement, [], "pass")
    else:
        writer.parts.append(("", statement))


def _calls(writer: ModelWriter, name: str) -> list[TrainingCall]:
    return [c for c in writer.room.calls if c.name == name]


def _taken_by(writer: ModelWriter, call: TrainingCall) -> TrainingCall | None:
    """The `set_weights` whose argument a `get_weights` is."""
    for other in _calls(writer, "set_weights"):
        given = other.given.get("weights")
        if given is not None and given.node is call.node and _is_alike(other.model, call.model):
            writer.made.sharing.add(id(other.node))
            return other
    return None


def _only_set(writer: ModelWriter, model: Model, name: str) -> bool:
    """Whether a variable holds weights of such a model, and is good for setting them alone."""
    tree = writer.tree
    setting = [c for c in _calls(writer, "set_weights") if _is_alike(c.model, model)]
    setting = [c for c in setting if c.given["weights"].text == name] if setting else []
    taking = [c for c in _calls(writer, "get_weights") if _is_alike(c.model, model)]
    taking = [c for c in taking if _name_of(writer, c) == name]
    statements = [tree.span(c.statement) for c in taking if c.statement is not None]
    spans = [tree.span(c.node) for c in setting]
    places = writer.shared.places(writer.room, name)
    nothing = [p for p in places if (_AS_NONE if p.binds else _IS_NONE).match(tree.text, p.end)]
    nothing += [p for p in places if p.binds and p.start in _bound_to_none(tree.text)]
    places = [place for place in places if place not in nothing]
    return all(
        within(place.start, statements if place.binds else spans) and not place.attribute
        for place in places
    ) and any(place.binds for place in places)


@lru_cache(maxsize=4)
def _bound_to_none(text: str) -> frozenset[int]:
    """Where variables get None in turn with others: `best, wait, kept = 1e9, 0, None`."""
    module, positions = program_tree(text), Positions(text)
    found: list[ast.expr] = []
    for node in all_in(module) if module is not None else ():
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs = zip(names, values, strict=False) if len(names) == len(values) else ()
                found += [n for n, v in pairs if isinstance(v, ast.Constant) and v.value is None]
    return frozenset(positions.span(name)[0] for name in found)


#: `best = None`, and `best is not None`: there are no weights yet.
_AS_NONE = regex(r"[ \t]*=[ \t]*None[ \t]*(?:$|[#;])", re.MULTILINE)
_IS_NONE = regex(r"[ \t]+is[ \t]+(?:not[ \t]+)?None\b")


def _is_alike(one: Model, other: Model) -> bool:
    """Whether two models are surely of one class, with the same sizes."""
    return origin(one) is origin(other)


def write_count_params(
    writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
) -> None:
    """The elements of all parameters, where torch has no others than Keras.

    Averages of batch normalization count as well, in all models of a file alike, so that
    functions can ask any of them; torch counts its batches besides, in a buffer of one number.
    """
    if not has_weights_of_keras(writer):
        raise Unsupported("torch keeps other weights than Keras")
    text = f"sum(p.numel() for p in {writer.variable}.parameters())"
    made = (node.module.constructor.text for node in _made_of(writer))
    if "BatchNormalization" in writer.tree.text or any("BatchNorm" in text for text in made):
        weights = f"*{writer.variable}.parameters(), *{writer.variable}.buffers()"
        text = f"sum(w.numel() for w in [{weights}] if w.dim())"
    writer.inline(call, statement, [], text)


def has_weights_of_keras(writer: ModelWriter) -> bool:
    """Whether a model has the parameters and buffers that Keras has weights for, one by one."""
    ways = (way for node in _made_of(writer) for way in _ways(node.module.constructor.text))
    return all(_AROUND.sub("nn.", way).startswith(COUNTED) for way in ways)


def _ways(constructor: str) -> Iterator[str]:
    """What a module is on each way of a condition: `nn.ReLU() if plain else nn.PReLU(8)`."""
    depth, begin = 0, 0
    for found in re.finditer(r"[(\[{]|[)\]}]| else ", constructor):
        if found.group() == " else " and not depth:
            yield constructor[begin : found.start()]
            begin = found.end()
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(found.group(), 0)
    yield constructor[begin:]


def _made_of(writer: ModelWriter) -> list[Construct]:
    """The modules that a model is made of, those of its parts and of models inside of it, too."""
    found: list[Construct] = []
    pending = [(writer.training.home, writer.built)]
    while pending:
        region, built = pending.pop()
        inner = list(writer.shared.freezing.of.inner(region, built))
        models = {token for token, _, _ in inner}
        used = modules_used(prune(built.forward, frozenset(), effects=False)[0]).keys() - models
        found += (n for n in _constructs(built.init) if n.module.token in used)
        found += (node for block in called_by(region) for node in _constructs(block.init))
        pending += ((home, part) for _, home, part in inner)
    return found


def _constructs(nodes: list[Node]) -> Iterator[Construct]:
    return (node for node in walk(nodes) if isinstance(node, Construct))
