"""Strategies of tf.distribute: where one is made, what is built in its scope, what is asked of it.

Whether it can be converted is decided when all of the file is known; until then, it is only noted.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import field

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewrite
from transpiler.interpret.values import Framework, Static, Unknown, Value
from transpiler.ir.expr import POSTFIX, Expr, expr
from transpiler.record import record

#: What a variable holds that is a strategy of one replica for each device, or of one replica.
MIRRORED, SINGLE = "tf.distribute.mirrored", "tf.distribute.single"

#: How many processes train together.
WORLD = "dist.get_world_size()"

_MIRRORED = (
    "tf.distribute.MirroredStrategy", "tf.distribute.experimental.MirroredStrategy",
    "tf.contrib.distribute.MirroredStrategy",
    "tf.distribute.MultiWorkerMirroredStrategy",
    "tf.distribute.experimental.MultiWorkerMirroredStrategy",
)  # fmt: skip
_SINGLE = (
    "tf.distribute.OneDeviceStrategy", "tf.distribute.experimental.OneDeviceStrategy",
    "tf.distribute.get_strategy", "tf.distribute.experimental.get_strategy",
)  # fmt: skip
_REFUSED = {
    "tf.distribute.TPUStrategy": "torch has no counterpart for TPUs",
    "tf.distribute.experimental.TPUStrategy": "torch has no counterpart for TPUs",
    "tf.distribute.cluster_resolver.TPUClusterResolver": "torch has no counterpart for TPUs",
    "tf.distribute.ParameterServerStrategy": "DistributedDataParallel steps all together",
    "tf.distribute.experimental.ParameterServerStrategy": (
        "DistributedDataParallel steps all together"
    ),
    "tf.distribute.experimental.CentralStorageStrategy": (
        "DistributedDataParallel keeps the weights in each process"
    ),
    "keras.utils.multi_gpu_model": "make the model under a MirroredStrategy, which is converted",
    "keras.utils.training_utils.multi_gpu_model": (
        "make the model under a MirroredStrategy, which is converted"
    ),
}


@record(slots=True, eq=False)
class Distribution:
    """The one strategy of a file."""

    region: Region
    node: cst.Call
    statement: cst.CSTNode  #: gives it a name, or is its only scope
    variable: str
    mirrored: bool  #: whether there may be several replicas
    scopes: dict[int, cst.With] = field(default_factory=dict)
    #: the ways of a condition that chooses it: the statements, and which of them are mirrored
    ways: dict[int, bool] = field(default_factory=dict)
    superseded: set[int] = field(default_factory=set)  #: that condition, once it is to go
    #: where the number of replicas is asked for, and the regions in which that is met
    counts: dict[tuple[int, int], list[Region]] = field(default_factory=dict)
    problem: str = ""


def _strategy(region: Region, node: cst.Call, name: str) -> Value:
    """`strategy = tf.distribute.MirroredStrategy()`, once in a file, or once on each way."""
    chosen = bool(region.branches)
    mirrored = name in _MIRRORED or chosen
    statement, file = region.statement, region.file
    target = _only_target(statement, node)
    known = file.distribution
    other_way = known is not None and chosen and known.ways and known.variable == target
    if known is not None and known.node is not node and not other_way:
        known.problem = known.problem or "the file has several strategies"
        return _left(region, node, name, "the file has several strategies")
    if statement is None or not (target or _is_scope(statement, node)):
        return _left(region, node, name, "it is not given a name of its own")
    if region.loops:
        return _left(region, node, name, "whether it is in force is only known at run time")
    if known is None:
        known = Distribution(region, node, statement, target, mirrored)
        known.problem = _unsure(region, node, mirrored)
        file.distribution = known
    known.region = region
    if chosen:
        known.ways[id(statement)] = name in _MIRRORED
    return Framework(MIRRORED if mirrored else SINGLE)


def _only_target(statement: cst.CSTNode | None, node: cst.Call) -> str:
    """The name that a statement gives a call, where it does nothing else."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]
        ) if (value is node):
            return name
    return ""


def _is_scope(statement: cst.CSTNode, node: cst.Call) -> bool:
    """Whether it is `with tf.distribute.MirroredStrategy().scope():`."""
    match statement:
        case cst.With(items=[cst.WithItem(item=cst.Call(func=cst.Attribute(value=value)))]):
            return value is node
    return False


def _unsure(region: Region, node: cst.Call, mirrored: bool) -> str:
    """Why it isn't known where a model is trained under the strategy, if that is so."""
    if not mirrored:
        return ""
    if region.built or region.constructed:
        return "a model is made before it"
    if any(isinstance(value, Unknown) for _, value in arguments_of(region, node)):
        return "its arguments are not known"
    return ""


def _left(region: Region, node: cst.Call, name: str, reason: str) -> Value:
    region.file.unsettled[region.tree.span(node)[0]] = reason
    return Unknown(f"{name} is left: {reason}")


def _refused(region: Region, node: cst.Call, name: str) -> Value:
    return _left(region, node, name, _REFUSED[name])


def _scope(region: Region, node: cst.Call, name: str) -> Value:
    return Framework(name)


def enter_scope(region: Region, node: cst.With, value: Value) -> None:
    """`with strategy.scope():`, or `with tf.device(...):`, whose body is to stand without it."""
    known = region.file.distribution
    if isinstance(value, Framework) and value.name == "tf.device":
        region.file.placed[id(node)] = node
    if known is None or not isinstance(value, Framework) or value.name not in _SCOPES:
        return
    if len(node.items) == 1 and node.items[0].asname is None:
        known.scopes[id(node)] = node


def replicas(region: Region, node: cst.Attribute, name: str) -> Value:
    """`strategy.num_replicas_in_sync`."""
    known = region.file.distribution
    assert known is not None
    value = Static(Expr(WORLD, strength=POSTFIX) if name.startswith(MIRRORED) else expr(1))
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = value.expr.text
    known.counts.setdefault(region.tree.span(node), []).append(region)
    return value


_SCOPES = frozenset(f"{kind}.scope" for kind in (MIRRORED, SINGLE))
#: What asks a strategy how many replicas it has.
REPLICAS = frozenset(f"{kind}.num_replicas_in_sync" for kind in (MIRRORED, SINGLE))
STRATEGIES: Table[str, Callable[[Region, cst.Call, str], Value]] = {
    **dict.fromkeys((*_MIRRORED, *_SINGLE), _strategy),
    **dict.fromkeys(_REFUSED, _refused),
    **dict.fromkeys(_SCOPES, _scope),
}
