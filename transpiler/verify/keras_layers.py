"""The layers of a Keras model that hold weights, in the order in which the program calls them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from transpiler.verify.pairing import KNOWN
from transpiler.verify.records import Array, LayerRecord

_ORDER = "_tf2torch_order"
_SIMPLE = (int, float, str, bool, type(None))


@dataclass
class Held:
    """One layer (or the variables that a composite layer holds itself) and its variables."""

    layer: Any
    variables: list[Any]
    known: bool

    def record(
        self, after: Sequence[Array] = (), gradients: Sequence[Array | None] = ()
    ) -> LayerRecord:
        """The weights as plain arrays."""
        return LayerRecord(
            kinds=kinds(self.layer) if self.known else ("Variables",),
            name=str(getattr(self.layer, "name", "")),
            roles=tuple(role(v) for v in self.variables),
            weights=tuple(value_of(v) for v in self.variables),
            facts=facts(self.layer) if self.known else {},
            after=tuple(after),
            gradients=tuple(gradients),
        )


@dataclass
class CallLog:
    """The order of first calls in an eager run, for layers that no graph shows."""

    first: dict[int, int] = field(default_factory=dict)

    def note(self, layer: Any) -> None:
        """A layer is called."""
        self.first.setdefault(id(layer), len(self.first))


def number_nodes(node_class: Any) -> None:
    """Every node of a graph gets the number of its creation."""
    counter = itertools.count()
    original = node_class.__init__

    def numbered(self: Any, *args: Any, **kwargs: Any) -> None:
        setattr(self, _ORDER, next(counter))
        original(self, *args, **kwargs)

    node_class.__init__ = numbered


def graph_nodes(model: Any) -> list[Any]:
    """The nodes of a functional model in creation order; empty for others."""
    inner = getattr(model, "_functional", None) or model
    by_depth = getattr(inner, "_nodes_by_depth", None) or {}
    nodes = [node for nodes in by_depth.values() for node in nodes]
    return sorted(nodes, key=lambda node: getattr(node, _ORDER, 0))


def node_layer(node: Any) -> Any:
    """The layer (or operation) that a node calls."""
    return node.operation if hasattr(node, "operation") else node.layer


def held(model: Any, log: CallLog) -> list[Held]:
    """The weighted layers of a model, each once."""
    found = list(_walk(model, set(), log))
    listed = {id(v) for one in found for v in one.variables}
    rest = [v for v in model.weights if id(v) not in listed]
    if rest:
        found.append(Held(model, rest, known=False))
    return found


def kinds(layer: Any) -> tuple[str, ...]:
    """The names of a layer's class and its bases."""
    return tuple(c.__name__ for c in type(layer).__mro__)


def children(layer: Any) -> list[Any]:
    """The layers directly inside of a layer."""
    if hasattr(layer, "_flatten_layers"):
        return list(layer._flatten_layers(include_self=False, recursive=False))
    return []


def _walk(layer: Any, seen: set[int], log: CallLog) -> Iterator[Held]:
    if id(layer) in seen:
        return
    seen.add(id(layer))
    names = kinds(layer)
    if "Sequential" in names:
        for inner in layer.layers:
            yield from _walk(inner, seen, log)
    elif "Model" in names and graph_nodes(layer):
        for node in graph_nodes(layer):
            yield from _walk(node_layer(node), seen, log)
    elif KNOWN.intersection(names):
        if layer.weights:
            yield Held(layer, list(layer.weights), known=True)
    else:
        yield from _composite(layer, seen, log)


def _composite(layer: Any, seen: set[int], log: CallLog) -> Iterator[Held]:
    """A wrapper or a layer of the user's own: its own variables, then its layers as called."""
    inside = children(layer)
    nested = {id(v) for child in inside for v in getattr(child, "weights", ())}
    own = [v for v in getattr(layer, "weights", ()) if id(v) not in nested]
    if own:
        yield Held(layer, own, known=False)
    for child in sorted(inside, key=lambda c: log.first.get(id(c), len(log.first))):
        yield from _walk(child, seen, log)


def role(variable: Any) -> str:
    """`kernel`, `bias`, ...: the last part of a variable's name."""
    return str(variable.name).split("/")[-1].split(":")[0]


def value_of(variable: Any) -> Array:
    """A variable as an array."""
    result: Array = variable.numpy()
    return result.copy()


def facts(layer: Any) -> dict[str, Any]:
    """The configuration of a layer as far as it is plain values, and that of a wrapped layer."""
    try:
        config = dict(layer.get_config())
    except Exception:
        return {}
    plain = {key: _plain(value) for key, value in config.items() if _is_plain(value)}
    inner = getattr(layer, "forward_layer", None)
    if inner is not None:
        plain |= facts(inner) | {"wrapped": type(inner).__name__}
    return plain


def _plain(value: Any) -> Any:
    """Keras wraps lists and tuples in classes of its own; programs have numbers in enumerations."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    if isinstance(value, Enum):
        return value.value
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(isinstance(part, _SIMPLE) for part in value)
    return isinstance(value, _SIMPLE)


def all_layers(model: Any) -> Iterable[Any]:
    """Every layer inside, at any depth, and the model itself."""
    return list(model._flatten_layers()) if hasattr(model, "_flatten_layers") else [model]
