"""What a program changes of the framework as a whole: its settings, names, custom objects.

The data format and the activations that strings stand for are followed; where anything else
changes, the models of the file are refused, since they mean something else than they say.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.values import (
    Framework,
    Function,
    Layer,
    Mapping,
    Static,
    Unknown,
    Value,
)
from transpiler.ir.expr import Configured

#: What sets the precision of all models.
POLICY_SETTERS = (
    "keras.mixed_precision.set_global_policy",
    "keras.mixed_precision.set_dtype_policy",
    "keras.mixed_precision.experimental.set_policy",
    "keras.config.set_dtype_policy",
)
#: What `get_custom_objects()` gives.
CUSTOM_OBJECTS = "keras.utils.custom_objects"

_FORMATS = {
    "channels_last": "channels_last",
    "tf": "channels_last",
    "channels_first": "channels_first",
    "th": "channels_first",
}
#: Settings that leave things as they are.
_DEFAULTS = {"set_floatx": "float32", "set_epsilon": 1e-7}
#: Names whose replacement changes what models are made of.
_MODEL_PARTS = (
    "keras.layers.", "keras.activations.", "keras.initializers.", "keras.backend.", "keras.ops.",
    "keras.Model", "keras.Sequential", "keras.Input", "tf.nn.",
)  # fmt: skip


def _set_data_format(region: Region, node: cst.Call, name: str) -> Value:
    """`K.set_image_data_format("channels_first")`, before any model is made."""
    wanted = _FORMATS.get(str(_only_argument(region, node)))
    file = region.file
    made = region.built or region.constructed or region.loops or region.branches
    if wanted is None or (wanted != file.data_format and (made or not region.is_module)):
        return _refused(region, node, "the data format of images is set while models are made")
    file.data_format = wanted
    return _settled(region, node)


def _set_default(region: Region, node: cst.Call, name: str) -> Value:
    """`K.set_floatx("float32")`: Keras's own default changes nothing."""
    setter = name.rpartition(".")[2]
    if _only_argument(region, node) == _DEFAULTS[setter]:
        return _settled(region, node)
    return _refused(region, node, f"`{setter}` changes how all models compute")


#: Policies of mixed precision, and what layers compute in then.
_POLICIES = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


def is_statement(region: Region, node: cst.Call) -> bool:
    """Whether a call is all of the running statement."""
    statement = region.statement
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    return isinstance(small, cst.Expr) and small.value is node


def _set_policy(region: Region, node: cst.Call, name: str) -> Value:
    """`mixed_precision.set_global_policy("mixed_float16")`, before any model is made."""
    given = [value for _, value in arguments_of(region, node)]
    file = region.file
    policy = _policy(given[0]) if len(given) == 1 else ""
    made = region.built or region.constructed or region.loops or region.branches
    whole = region.statement is not None and is_statement(region, node)
    others = any(known is not node for known in file.policies)
    if not whole or others or (policy not in _POLICIES and policy != "float32"):
        return Unknown(f"{name} is not translated")
    if policy in _POLICIES:
        if made:
            return Unknown(f"{name} is not translated")
        file.precision = _POLICIES[policy]
        file.policies[node] = region, region.statement
    region.idle.add(id(region.statement))
    region.done.add(id(node))
    return const(None)


def _policy(value: Value) -> str:
    """The name of a policy."""
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, Configured):
        given = [*made.args, *(v for k, v in made.kwargs if k == "name")]
        made = given[0].value if len(given) == 1 and given[0].known else None
    return made if isinstance(made, str) else ""


def _custom_objects(region: Region, node: cst.Call, name: str) -> Value:
    return Framework(CUSTOM_OBJECTS)


def _add_custom_objects(region: Region, node: cst.Call, name: str) -> Value:
    """`get_custom_objects().update({"swish": swish})`."""
    given = [value for _, value in arguments_of(region, node)]
    if len(given) != 1 or not isinstance(given[0], Mapping):
        return _refused(region, node, "what becomes of the custom objects is not known")
    for key, value in given[0].items.items():
        add_custom_object(region, node, str(key), value)
    return _settled(region, node)


def add_custom_object(region: Region, node: cst.CSTNode, name: str, value: Value) -> None:
    """From now on, a string means something of the program's own."""
    if not region.is_module or region.branches or region.loops:
        _refused(region, node, "custom objects are added while models are made")
    function = value.after if isinstance(value, Layer) else value
    region.file.custom_objects[name] = function if isinstance(function, Function) else None
    region.file.settled.add(id(node))
    region.graph_events += 1


def replace_name(region: Region, base: Framework, attr: str, node: cst.CSTNode) -> None:
    """`layers.Dense = MyDense`: the framework's name means something else."""
    name = f"{base.name}.{attr}"
    if name.startswith(_MODEL_PARTS):
        _refused(region, node, f"`{region.tree.source(node)}` replaces a part of Keras")


def _only_argument(region: Region, node: cst.Call) -> object:
    given = [value for _, value in arguments_of(region, node)]
    return constant(given[0]) if len(given) == 1 else None


def _settled(region: Region, node: cst.Call) -> Value:
    """The statement goes: what it says is part of the models now."""
    region.done.add(id(node))
    region.file.settled.add(id(node))
    region.graph_events += 1
    return const(None)


def _refused(region: Region, node: cst.CSTNode, reason: str) -> Value:
    line, _ = region.tree.place(node)
    region.file.changed = region.file.changed or f"{reason} (line {line})"
    return Unknown(reason)


SETTERS: Table[str, Callable[[Region, cst.Call, str], Value]] = {
    "keras.backend.set_image_data_format": _set_data_format,
    "keras.config.set_image_data_format": _set_data_format,
    "keras.backend.set_image_dim_ordering": _set_data_format,
    "keras.backend.set_floatx": _set_default,
    "keras.config.set_floatx": _set_default,
    "keras.backend.set_epsilon": _set_default,
    "keras.config.set_epsilon": _set_default,
    **dict.fromkeys(POLICY_SETTERS, _set_policy),
    "keras.utils.get_custom_objects": _custom_objects,
    "keras.saving.get_custom_objects": _custom_objects,
    "keras.utils.generic_utils.get_custom_objects": _custom_objects,
    f"{CUSTOM_OBJECTS}.update": _add_custom_objects,
}
