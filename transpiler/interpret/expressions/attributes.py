"""Attributes of values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.expressions.folders import attribute_of_folder
from transpiler.interpret.expressions.names import replace_function
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import Region
from transpiler.interpret.results import read_of
from transpiler.interpret.statics import const, rewrite, verbatim
from transpiler.interpret.strategies import REPLICAS, replicas
from transpiler.interpret.symbols import canonical
from transpiler.interpret.tensors.operators import dims_value, rewrite_shape
from transpiler.interpret.values import (
    AtLayer,
    Beside,
    Border,
    Bound,
    CarriedModel,
    Choice,
    Constant,
    Framework,
    Function,
    Inside,
    Instance,
    Instances,
    Keyed,
    LastKnown,
    Layer,
    LayerChain,
    LayerList,
    Mapping,
    Measured,
    Model,
    Named,
    Namespace,
    Part,
    Partial,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    bases_of,
    holds_tensor,
)
from transpiler.ir.expr import POSTFIX, UNKNOWN, Configured, Expr, index, literal
from transpiler.ir.pipeline import Elsewhere, Generated, Pipeline
from transpiler.record import replace
from transpiler.regex import regex

#: Names of the framework with a value that is settled when converting.
CONSTANTS: dict[str, Any] = {
    "keras.backend.image_data_format": "channels_last",
    "keras.config.image_data_format": "channels_last",
    "keras.backend.image_dim_ordering": "tf",
    "keras.backend.epsilon": 1e-7,
    "keras.config.epsilon": 1e-7,
    "keras.backend.backend": "tensorflow",
    "keras.config.backend": "tensorflow",
    "keras.backend.floatx": "float32",
    "keras.config.floatx": "float32",
}


@evaluates(cst.Attribute)
def attribute_node(region: Region, node: cst.Attribute) -> Value:
    receiver = evaluate(region, node.value)
    return attribute_of(region, node, receiver, node.attr.value)


def attribute_of(region: Region, node: cst.Attribute, receiver: Value, attr: str) -> Value:
    """The value of `receiver.attr`."""
    return _ATTRIBUTES[type(receiver)](region, node, receiver, attr)


def _of_framework(region: Region, node: cst.Attribute, receiver: Framework, attr: str) -> Value:
    found = canonical(f"{receiver.name}.{attr}")
    if found == "tf.newaxis":
        rewrite(region, node, const(None))
        return const(None)
    if found in REPLICAS:
        return replicas(region, node, found)
    if found in _VERSIONS and _is_shown(region, node):
        region.settled[region.tree.span(node)] = "torch.__version__"
    elif found in _VERSIONS and _is_asserted(region, node):
        region.idle.add(id(region.statement))  # torch has versions of its own
    return Framework(found)


#: What programs print of themselves; where they compare it, it is the framework's own.
_VERSIONS = frozenset({"tf.__version__", "tf.version.VERSION", "keras.__version__"})


def _is_shown(region: Region, node: cst.Attribute) -> bool:
    """Whether a statement only prints it, as one that is nothing else does in a notebook."""
    shown = region.tree.source(region.statement or node)
    return shown.startswith("print(") or shown.strip(" ;") == region.tree.source(node)


def _is_asserted(region: Region, node: cst.Attribute) -> bool:
    """Whether a statement asserts something of this alone: `assert tf.__version__ >= "2.0"`."""
    line = region.statement
    match line:
        case cst.SimpleStatementLine(body=[cst.Assert(test=test)]):
            start, end = region.tree.span(test)
            asked = region.tree.blanked[start:end].replace(region.tree.source(node), "")
            return _OF_VERSIONS.issuperset(_WORD.findall(asked))
    return False


_WORD = regex(r"[^\W\d]\w*")
#: What versions are compared by.
_OF_VERSIONS = frozenset(
    {
        "packaging", "version", "parse", "Version", "LooseVersion", "StrictVersion", "float", "int",
        "split", "startswith", "major", "minor", "release", "and", "or", "not",
    }
)  # fmt: skip


def _of_tensor(region: Region, node: cst.Attribute, receiver: Bound, attr: str) -> Value:
    tensor = receiver.tensor
    if attr == "shape":
        shape = dims_value(region, receiver)
        rewrite_shape(region, node, receiver, shape)
        return shape
    if attr == "dtype":
        return const(tensor.dtype)
    if attr == "ndim" and tensor.dims is not None:
        return const(tensor.rank)
    return Unknown(f"`.{attr}` of a tensor")


def _of_layer(region: Region, node: cst.Attribute, receiver: Layer, attr: str) -> Value:
    if bases_of(receiver):
        return provided("base_attribute")(region, receiver, attr, node)
    if attr == "output" and receiver.output is not None:
        return receiver.output
    learned: Value | None = provided("learned")(region, node, receiver, attr)
    if learned is not None:
        return learned
    if _OF_WEIGHT.match(region.tree.text, region.tree.span(node)[1]):  # `layer.kernel.numpy()`
        inside = provided("inside_of_model")(region, receiver)
        if isinstance(inside, Inside):
            return AtLayer(f"`.{attr}` of a layer", layer=inside)
    if attr == "name" and (name := _written_name(region, node, receiver)) is not None:
        return name
    region.left_calls.append((node, f".{attr}", receiver))
    return Unknown(f"`.{attr}` of a layer")


#: What is asked of one weight of a layer, behind its name.
_OF_WEIGHT = regex(r"\.(?:numpy|assign)\(")


def _of_choice(region: Region, node: cst.Attribute, receiver: Choice, attr: str) -> Value:
    if bases_of(receiver):
        return provided("base_attribute")(region, receiver, attr, node)
    return Unknown(f"`.{attr}`")


def _of_inside(region: Region, node: cst.Attribute, receiver: Inside, attr: str) -> Value:
    made = receiver.made
    single = receiver.model.source is None and not receiver.model.options
    if attr == "name" and made is not None and single:  # a function may get another model, too
        if (name := _written_name(region, node, made)) is not None:
            return name
    found: Value = provided("tensor_of_layer")(region, receiver, attr)
    if isinstance(found, AtLayer) and _is_alone(node, region.statement):
        provided("ask_layer")(region, node, receiver, "weight")
    return found


def _written_name(region: Region, node: cst.Attribute, made: Layer) -> Value | None:
    """The name that the program itself has given a layer, as a text, which stands there then."""
    given = made.arguments.get("name")
    written = given.expr if isinstance(given, Static) else None
    if written is None or not isinstance(written.value, str) or written.text[:1] not in "\"'":
        return None
    rewrite(region, node, Static(Expr(literal(written.value))))
    region.settled[region.tree.span(node)] = literal(written.value)
    return const(written.value)


def _is_alone(node: cst.Attribute, statement: cst.CSTNode | None) -> bool:
    """Whether an expression is a statement, which but shows its value, if anything."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
            return value is node
    return False


def _of_namespace(region: Region, node: cst.Attribute, receiver: Namespace, attr: str) -> Value:
    found = receiver.items.get(attr, Unknown(f"`.{attr}` of another module"))
    if isinstance(found, Static):
        module = node.value
        reading = [Static(region.scope.read(module.value))] if isinstance(module, cst.Name) else []
        return verbatim(region, node, *reading, value=found.expr.value)
    if isinstance(found, Function) and isinstance(node.value, cst.Name):
        names = region.scope.read(node.value.value).names
        written = Expr(region.tree.source(node), strength=POSTFIX, names=names)
        return replace_function(found, written)
    return found


#: What of an array is none, nor a number of numpy.
_OF_PYTHON = frozenset({"dtype", "item", "itemsize", "nbytes", "ndim", "shape", "size", "tolist"})


#: Some sizes of an array, of which nobody sees how many they are: `x.shape[1:]`.
_IS_CUT = regex(r"\[[^\[\],]*:")


def _of_plain(region: Region, node: cst.Attribute, receiver: Static, attr: str) -> Value:
    if attr == "shape":
        sizes: Any = provided("shape_of")(region, node.value)
        if sizes is None and _IS_CUT.match(region.tree.blanked, region.tree.span(node)[1]):
            sizes = provided("sizes_at")(region, node.value)
        if sizes is not None:
            return _array_shape(region, node, receiver, sizes)
    held = receiver.expr.value
    if isinstance(held, Pipeline) and (held.folder is not None or attr == "element_spec"):
        return attribute_of_folder(region, node, receiver, attr)
    if isinstance(held, Configured):
        provided("attribute_of_metric")(region, node, held)
    if isinstance(receiver.expr.value, Configured) and attr in _DTYPES:
        return _dtype_of_policy(region, node, receiver.expr.value, attr)
    if receiver.expr.text != "self" or "self" not in region.parameters:
        made = verbatim(region, node, receiver, value=_told(region, receiver.expr.value, attr))
        if receiver.expr.array and attr not in _OF_PYTHON:
            return replace(made, expr=replace(made.expr, array=True))
        return made
    key = f"self.{attr}"
    stored = region.scope.values.get(key)
    if region.methods and (stored is None or _is_of_training(stored)):
        part: Value | None = provided("kept_part")(region, node)
        if part is not None:
            return part
    if stored is not None and not isinstance(stored, Static):
        return stored
    if region.states and attr == "dtype":  # of a metric
        return const(CONSTANTS["keras.backend.floatx"])
    known: Any = UNKNOWN
    if stored is not None and isinstance(stored.expr.value, (Pipeline, Generated, UserClass)):
        known = stored.expr.value
    elif stored is None and region.methods:
        kept: Any = provided("kept_data")(region.file, region.methods, attr)
        known = UNKNOWN if kept is None else kept
    return Static(Expr(key, known, POSTFIX, frozenset({(key, region.scope.version(key))})))


def _told(region: Region, held: Any, attr: str) -> Any:
    """The path of a checkpoint, which programs load again: `checkpoint.filepath`.

    And what is known of the methods of objects of files that are left to themselves.
    """
    if isinstance(held, Elsewhere):
        is_set = re.search(rf"\.{attr}\s*=(?!=)", region.tree.blanked) is not None
        return UNKNOWN if is_set else held.parts.get(attr, UNKNOWN)
    if not isinstance(held, Configured) or held.name != "keras.callbacks.ModelCheckpoint":
        return UNKNOWN
    given = dict(zip(("filepath",), held.args, strict=False)) | dict(held.kwargs)
    return given[attr].value if attr == "filepath" and attr in given else UNKNOWN


def _is_of_training(stored: Value) -> bool:
    """Whether it may be an optimizer, a callback or the like, or a list of such."""
    if isinstance(stored, Sequence):
        return any(map(_is_of_training, stored.items))
    return isinstance(stored, Static) and isinstance(stored.expr.value, Configured)


#: What a policy of mixed precision says of its types.
_DTYPES = ("compute_dtype", "variable_dtype")


def _dtype_of_policy(region: Region, node: cst.Attribute, made: Configured, attr: str) -> Value:
    """`policy.compute_dtype`, which programs print."""
    name = made.args[0].value if len(made.args) == 1 and made.args[0].known else None
    if not made.name.endswith("Policy") or not isinstance(name, str):
        return Unknown(f"`.{attr}`")
    mixed = name.startswith("mixed_")
    kind = "float32" if mixed and attr == "variable_dtype" else name.removeprefix("mixed_")
    region.settled[region.tree.span(node)] = literal(kind)
    return const(kind)


def _of_unknown(region: Region, node: cst.Attribute, receiver: Unknown, attr: str) -> Value:
    sizes: Any = provided("shape_of")(region, node.value) if attr == "shape" else None
    if sizes is not None:
        return _array_shape(region, node, receiver, sizes)
    if attr == "shape" and is_array(receiver):
        return verbatim(region, node)  # which the converted program reads likewise
    return read_of(receiver, attr)


def _of_perhaps(region: Region, node: cst.Attribute, receiver: PerhapsModel, attr: str) -> Value:
    if receiver.models and not receiver.items:
        region.left_calls.append((node, f".{attr}", receiver.models[0]))
    return Unknown(receiver.reason)


def _of_group(
    region: Region, node: cst.Attribute, receiver: Sequence | Mapping | Repeated | Keyed, attr: str
) -> Value:
    if holds_tensor(receiver):
        return Unknown(f"`.{attr}` of a list of tensors")
    return verbatim(region, node, receiver)


def _of_other(region: Region, node: cst.Attribute, receiver: Value, attr: str) -> Value:
    return Unknown(f"`.{attr}`")


def _of_model(region: Region, node: cst.Attribute, receiver: Model, attr: str) -> Value:
    return provided("model_attribute")(region, receiver, attr, node)


def _of_class(region: Region, node: cst.Attribute, receiver: UserClass, attr: str) -> Value:
    return provided("class_attribute")(region, receiver, attr, node)


def _of_instance(region: Region, node: cst.Attribute, receiver: Instance, attr: str) -> Value:
    return provided("instance_attribute")(region, receiver, attr, node)


def _of_features(region: Region, node: cst.Attribute, receiver: Within, attr: str) -> Value:
    return provided("features_of_base")(region, receiver, attr, node)


_ATTRIBUTES: dict[type, Callable[[Region, cst.Attribute, Any, str], Value]] = {
    Framework: _of_framework,
    Bound: _of_tensor,
    Static: _of_plain,
    **dict.fromkeys(
        (Unknown, AtLayer, Beside, Border, CarriedModel, Constant, Instances, LastKnown, Measured),
        _of_unknown,
    ),
    PerhapsModel: _of_perhaps,
    Layer: _of_layer,
    Choice: _of_choice,
    Inside: _of_inside,
    Namespace: _of_namespace,
    **dict.fromkeys((Sequence, Mapping, Repeated, Keyed), _of_group),
    **dict.fromkeys((Function, LayerChain, LayerList, Named, Part, Partial), _of_other),
    Model: _of_model,
    UserClass: _of_class,
    Instance: _of_instance,
    Within: _of_features,
}


def _array_shape(
    region: Region, node: cst.Attribute, receiver: Static | Unknown, sizes: tuple[int | None, ...]
) -> Value:
    """`x_train.shape`, of whose sizes some are known."""
    known = [receiver] if isinstance(receiver, Static) else []
    written = verbatim(region, node, *known).expr
    items = tuple(
        Static(replace(index(written, i), value=UNKNOWN if size is None else size))
        for i, size in enumerate(sizes)
    )
    return Sequence(items, tuple, static=written)
