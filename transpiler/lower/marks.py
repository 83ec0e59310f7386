"""Regularizers and constraints that layers carry, where nothing else tells whose they are.

def block(x, width, decay):
    return layers.Conv2D(width, 3, kernel_regularizer=l2(decay))(x)

self.conv = regularized(nn.Conv2d(channels, width, 3), l2=decay)

A file is interpreted again for it, so that each layer is made with what it is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import Built, Region
from transpiler.interpret.values import Layer, Static, Value
from transpiler.ir.expr import Expr, Module, call, reads, with_helper
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Penalty
from transpiler.lower.compositions import Compositions, blocks_of
from transpiler.lower.everywhere import penalty_of, torchs_own
from transpiler.lower.handed_regularizers import Handed
from transpiler.lower.own_penalties import applied
from transpiler.lower.watched import (
    COLUMNS,
    PLACES,
    PLAIN,
    REGULARIZER,
    ROWS,
    Watched,
    as_in_keras,
    constrained,
    dims_of,
    has,
)
from transpiler.passes.liveness import modules_used, prune
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.changing import changed
from transpiler.source.importers import sees_training
from transpiler.source.suites import bodies


class Marks:
    """What the interpreter and the lowering of a file call."""

    def __init__(self) -> None:
        self.handed = Handed()
        self.refused = False  #: whether there is a model for which that does not do

    def layer(
        self, region: Region, layer: Layer, modules: list[Module]
    ) -> tuple[Module, Expr] | None:
        """The module of a layer that has something to carry, and how it is made then."""
        return _mark(region, layer, modules)

    def weights(
        self,
        file: FileContext,
        models: Compositions,
        region: Region,
        built: Built,
        frozen: bool,
        until: int | None = None,
    ) -> Watched:
        """What all layers of a model carry, wherever they are made; it is there at some place."""
        return _marked_weights(file, models, region, built, frozen, until)


def _mark(region: Region, layer: Layer, modules: list[Module]) -> tuple[Module, Expr] | None:
    """The module of a layer that has something to carry, and how it is made then."""
    given = [
        (name, layer.arguments[name]) for name in sorted(layer.arguments) if _is_of_weight(name)
    ]
    others = [m for m in modules if not m.constructor.text.startswith("Activation(")]
    rule = layer.rule
    taken = rule is not None and any(name in rule.parameters for name, _ in given)
    if not given or taken or len(others) != 1:
        return None
    module = others[0]
    text = torchs_own(region.file, module.constructor.text)
    if not text.startswith(PLAIN):
        return None
    made, factors = module.constructor, dict[str, Expr]()
    try:
        for name, value in given:
            kind, _, what = name.rpartition("_")
            provided("own_penalty")(region, layer, name, value)
            if what == "regularizer" and (found := region.file.mark.handed.wants(region, value)):
                factors[_carried(kind)] = found
            elif what == "regularizer":
                penalty = penalty_of(region.file, kind, name, value, until=_made(region, layer))
                if penalty.orthogonal is not None and not text.startswith(_MATRICES):
                    return None
                dims = dims_of(region, module, PLACES[kind])
                factors |= _factors(penalty, kind, dims) if has(made, PLACES[kind]) else {}
            elif not _is_none(value):
                made = _kept(region, module, made, name, value)
    except Unsupported:
        return None  # which is refused where the model is trained
    if factors:
        made = with_helper(call("regularized", made, **factors), "regularized")
    region.file.marked |= {(id(layer), name): layer for name, _ in given}
    return (module, made) if made is not module.constructor else None


#: Modules whose weights are matrices, as orthogonal regularizers want them.
_MATRICES = ("nn.Linear(", "nn.Embedding(")


def _is_of_weight(name: str) -> bool:
    kind, _, what = name.rpartition("_")
    return what in ("regularizer", "constraint") and kind in PLACES


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.is_const(None)


def _made(region: Region, layer: Layer) -> int | None:
    """Up to where the module of a layer is made, at its first call; None if that is not seen."""
    places = [layer.node] if region.statement is None else [layer.node, region.statement]
    if not all(map(region.tree.has_span, places)):
        return None
    return max(region.tree.span(place)[1] for place in places)


def _carried(kind: str) -> str:
    """The attribute that is a function of a weight."""
    return f"bias_{REGULARIZER}" if PLACES[kind] == "bias" else REGULARIZER


def _factors(penalty: Penalty, kind: str, dims: tuple[int, ...] = (0,)) -> dict[str, Expr]:
    """The factors by the attributes that a layer gets."""
    prefix = "bias_" if PLACES[kind] == "bias" else ""
    found = {f"{prefix}l1": penalty.absolute, f"{prefix}l2": penalty.square}
    found[_carried(kind)] = penalty.own
    if penalty.own is not None and penalty.ordered and as_in_keras(dims):
        name = "tensor" if "weight" in reads(penalty.own) else "weight"
        text = f"lambda {name}: {applied(penalty.own, f'{name}{as_in_keras(dims)}')}"
        found[_carried(kind)] = replace(penalty.own, text=text)
    if penalty.orthogonal is not None:
        columns = penalty.columns if kind == "embeddings" else not penalty.columns
        found[COLUMNS if columns else ROWS] = penalty.orthogonal
    return {k: v for k, v in found.items() if v is not None and not v.is_const(0, 0.0)}


def _kept(region: Region, module: Module, made: Expr, name: str, value: Value) -> Expr:
    """A module that knows what its weight is kept to."""
    found = constrained(region, module, name, value, "")
    if found.parameter != "weight" or not found.known:
        raise Unsupported(f"{name} of a layer in loops or blocks")
    statement = Expr(f"lambda weight: {found.statement('weight')}", strength=18)
    for helper in sorted(found.constraint.helpers):
        statement = with_helper(statement, helper)
    return with_helper(call("constrained", made, statement), "constrained")


def _marked_weights(
    file: FileContext,
    models: Compositions,
    region: Region,
    built: Built,
    frozen: bool,
    until: int | None,
) -> Watched:
    """What all layers of a model carry, wherever they are made."""
    attributes: set[str] = set()
    layers: list[Layer] = []
    bounds = False
    for home, layer, name, value in _given(models, region, built):
        if (id(layer), name) not in home.file.marked:
            raise Unsupported(f"{name} of {layer.symbol} is not translated")
        if home.file is not file and not sees_training(home.file.path, file.path):
            raise Unsupported(f"{name} of {layer.symbol} in a file that does not see the training")
        if frozen or layer.freezes or "trainable" in layer.arguments:
            raise Unsupported(f"{name} of {layer.symbol}, which may be frozen")
        kind, _, what = name.rpartition("_")
        layers.append(layer)
        if what == "constraint":
            bounds = True
        elif (given := home.file.mark.handed.wants(home, value)) is not None:
            if not home.file.mark.handed.is_sure(home, given):
                raise Unsupported(f"`{given}` of {layer.symbol}, which may be no regularizer")
            attributes.add(_carried(kind))
        else:
            penalty = penalty_of(file, kind, name, value, at_once=True)
            _refuse_changing(home, layer, name, penalty, until if home.file is file else None)
            attributes |= _factors(penalty, kind).keys()
    return Watched(marks=tuple(sorted(attributes)), bounds=bounds, layers=tuple(layers))


#: What is read of an object, or of a list or dict.
_PARTS = regex(r"(?<![\w.])([A-Za-z_]\w*)\s*[.\[]")


def _refuse_changing(
    region: Region, layer: Layer, name: str, penalty: Penalty, until: int | None
) -> None:
    """Refuse what has another value by the time when the class of its model reads it.

    A script's model is there `until` some place, a function's where it ends. Of a layer that a loop
    makes, the whole loop counts.
    """
    tree = region.tree
    if not tree.has_span(layer.node):
        raise Unsupported(f"{name} of {layer.symbol} is not translated")
    made = tree.span(layer.node)
    parts = [[*tree.module.body]] if region.function is None else bodies(region.function)
    if region.function is not None:
        until = tree.span(region.function)[1]
    spans = (tree.span(statement) for part in parts for statement in part)
    around = next((span for span in spans if span[0] <= made[0] < span[1]), made)
    begin = around[0] if layer.depth else made[1]
    for factor in penalty.expressions:
        own = reads(factor) - {*_PARTS.findall(factor.text)}
        if found := changed(region.file.path, tree.text, factor.text, begin, until, own):
            raise Unsupported(f"{name}: `{found}` changes before the model is complete")


def _given(
    models: Compositions, region: Region, built: Built
) -> Iterator[tuple[Region, Layer, str, Value]]:
    """What the layers of a model are given, those of its blocks and of the models in it."""
    used = modules_used(prune(built.forward, frozenset(), effects=False)[0])
    blocks = [s.region for s in blocks_of(region) if s.region is not None]
    for home in (region, *blocks):
        for layer, name, value in home.penalties:
            own = home is not region or any(m.token in used for m in layer.modules)
            if own and not name.startswith("activity_"):
                yield home, layer, name, value
    for _, home, part in models.inner(region, built):
        yield from _given(models, home, part)
