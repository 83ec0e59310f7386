"""Regularizers that all layers of a kind have, wherever they are: in loops and blocks, too.

def block(x, width):
    return layers.Conv2D(width, 3, kernel_regularizer="l2")(x)

for width in widths:
    x = block(x, width)

The weights are found by the classes of their modules then, rather than by their paths.
"""

from __future__ import annotations

import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Layer, Static, Value
from transpiler.ir import tokens
from transpiler.ir.code import Construct, For, Line, Node, While
from transpiler.ir.expr import OR, TERNARY, Expr, expr, reads
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Penalty
from transpiler.lower.binding import only, use_of
from transpiler.lower.compositions import Compositions, blocks_of
from transpiler.lower.left_out import refuse_none
from transpiler.lower.own_penalties import is_own_penalty, own_penalty
from transpiler.lower.told import lasting
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import may_be_bound, names_in

_CLASS = regex(r"(?:with_init\()?((?:nn\.)?[A-Z]\w*)\(")
_HEADER = regex(r"^class \w+\((.+)\):", re.MULTILINE)
#: Modules that a class makes for itself.
_INSIDE = regex(r"\bnn\.(?!Module\b|Identity\b|Parameter\b)[A-Z]\w*\(")
#: Classes of torch without other modules in them that have a weight.
_SIMPLE = regex(
    r"nn\.(?:Linear|Bilinear|Embedding|Conv\dd|ConvTranspose\dd|BatchNorm\dd|LayerNorm|GroupNorm|"
    r"PReLU|Dropout\w*|AlphaDropout|Identity|LSTM|GRU|RNN|ReLU|Flatten|Upsample\w*|ZeroPad\dd|"
    r"MaxPool\dd|AvgPool\dd)$"
)
_PLACES = frozenset({"kernel", "embeddings", "gamma", "depthwise"})  #: `weight` in torch


class Unkept(Unsupported):
    """A factor that is another one when the model is trained: its layer has to carry it."""


@record(frozen=True, slots=True)
class Everywhere:
    """What a regularizer adds for the weights of all modules of some classes of torch."""

    classes: tuple[str, ...]
    penalty: Penalty
    kept: frozenset[str] = frozenset()  #: names in its factors that the model keeps for it


@record(slots=True)
class _Kinds:
    """The modules of a model by their classes, with the regularizer of each."""

    file: FileContext
    models: Compositions
    found: dict[str, list[Penalty | None]]
    layers: list[Layer]


def everywhere(
    file: FileContext, models: Compositions, region: Region, built: Built
) -> tuple[tuple[Everywhere, ...], tuple[Layer, ...]]:
    """The regularizers of a model that its modules' classes tell, and the layers that have them.

    Raises Unsupported where some module of such a class has another one, or none.
    """
    kinds = _Kinds(file, models, {}, [])
    _go_through(kinds, region, built)
    joined: dict[Penalty, list[str]] = {}
    for name, penalties in kinds.found.items():
        first = penalties[0]
        if any(one != first for one in penalties):
            raise Unsupported(f"a regularizer of some {name} in loops or blocks, not of all")
        if first is not None:
            joined.setdefault(first, []).append(name)
    found = tuple(
        Everywhere(tuple(sorted(names)), penalty, _kept(region, penalty))
        for penalty, names in joined.items()
    )
    return found, tuple(kinds.layers)


def _go_through(kinds: _Kinds, region: Region, built: Built) -> None:
    """The modules that a model makes itself, those of its blocks, and of the models in it."""
    forward = prune(built.forward, frozenset(), effects=False)[0]
    blocks = {summary.serial: summary for summary in blocks_of(region)}
    _note(kinds, region, built.init, forward, blocks)
    for _, home, part in kinds.models.inner(region, built):
        _go_through(kinds, home, part)


def _note(
    kinds: _Kinds,
    region: Region,
    init: list[Node],
    forward: list[Node],
    blocks: dict[int, Summary],
) -> None:
    """The modules that one class makes, and those of its blocks, which are taken out of these."""
    used = modules_used(forward)
    watching = _penalties(kinds, region, set(used))
    for node in walk(init):
        if not isinstance(node, Construct) or node.module.token not in used:
            continue
        text = node.module.constructor.text
        match = _CLASS.match(text)
        block = re.match(tokens.ANY_BLOCK, text)
        if block is not None:
            summary = blocks.pop(int(block.group(1)), None)
            if summary is not None and summary.region is not None:
                inside = prune(summary.forward, frozenset(), effects=False)[0]
                _note(kinds, summary.region, summary.init, inside, blocks)
            continue
        if match is None or node.module.whole or text in region.model_names:
            continue
        kind = _base(kinds.file, match.group(1))
        if kind and _SIMPLE.match(kind) is None:
            raise Unsupported(f"a regularizer in loops or blocks, beside {match.group(1)}")
        if kind:
            kinds.found.setdefault(kind, []).append(watching.get(node.module.token))


def torchs_own(file: FileContext, constructor: str) -> str:
    """How a module is made, by the class of torch that its own class extends."""
    match = _CLASS.match(constructor)
    if match is None:
        return constructor
    return _base(file, match.group(1)) + constructor[match.end(1) :]


def _base(file: FileContext, name: str) -> str:
    """The class of torch that a class is or extends; "" for one without modules in it."""
    made = file.rules.emitted.get(name)
    if made is None:
        return name
    found = _HEADER.search(made.source)
    if found is None or _INSIDE.search(made.source):
        return name
    return "" if found.group(1) == "nn.Module" else _base(file, found.group(1))


def _penalties(kinds: _Kinds, region: Region, used: set[str]) -> dict[str, Penalty]:
    """What regularizers a function gives to layers, by the tokens of their modules."""
    found: dict[str, Penalty] = {}
    for layer, name, value in region.penalties:
        kind, _, what = name.rpartition("_")
        tokens_of = [m.token for m in layer.modules if m.token in used]
        if kind == "activity" or not tokens_of:
            continue
        if what == "constraint" or kind not in _PLACES or len(layer.modules) != 1:
            raise Unsupported(f"{name} of {layer.symbol} is not translated")
        if tokens_of[0] in found or layer.freezes or "trainable" in layer.arguments:
            raise Unsupported(f"{name} of {layer.symbol}, which may be frozen")
        penalty = penalty_of(kinds.file, kind, name, value)
        kinds.layers.append(layer)
        if not penalty.is_sum:
            raise Unsupported("a regularizer in loops or blocks that is more than a sum")
        if not penalty.is_nothing:
            found[tokens_of[0]] = penalty.settled(lambda factor: _plain(region, factor))
            if any(reads_far(kinds.file, region, one.text) for one in penalty.expressions):
                raise Unsupported(FAR)
    return found


#: Why a regularizer is none of the function that trains.
FAR = "a regularizer or constraint that reads what only the file of its layer knows"


def reads_far(file: FileContext, region: Region, text: str) -> bool:
    """Whether some code reads names of another file, in which a layer is made."""
    if region.file is file:
        return False
    return any(may_be_bound(name, region.file.tree.blanked) for name in names_in(text))


def penalty_of(
    file: FileContext,
    kind: str,
    name: str,
    value: Value,
    at_once: bool = False,
    until: int | None = None,
) -> Penalty:
    """What a regularizer adds; one that a condition decides has factors that do.

    Its factors must last `until` some place, else until the model is trained, unless they are
    read `at_once`.
    """
    either = value.either if isinstance(value, Static) and not value.expr.known else None
    if either is not None:
        then, otherwise = (
            Penalty() if isinstance(o, Static) and o.expr.is_const(None)
            else penalty_of(file, kind, name, o, at_once, until)
            for o in either.options
        )  # fmt: skip
        if not then.is_sum or not otherwise.is_sum:
            raise Unsupported(f"{name} under a condition, of which one way is more than a sum")
        test = either.test.expr
        square = _chosen(test, then.square, otherwise.square)
        return Penalty(square, _chosen(test, then.absolute, otherwise.absolute))
    if is_own_penalty(value):
        return own_penalty(file, value, name)
    use = use_of(file.rules.regularizers, "keras.regularizers", value, name)
    only(use)
    refuse_none(file, use.symbol, use.arguments)
    if not at_once:
        try:
            use = lasting(file, use, name, until=until)
        except Unsupported as why:
            raise Unkept(str(why)) from why
    made: Penalty = use.build(kind, keras=file.options.keras)
    return made


def _chosen(test: Expr, a: Expr | None, b: Expr | None) -> Expr | None:
    """The factor of the way that a condition takes: 0 where there is none."""
    if a is None and b is None:
        return None
    one, other = (expr(0.0) if factor is None else factor for factor in (a, b))
    if one.text == other.text:
        return one
    text = f"{one.wrapped(OR)} if {test.wrapped(OR)} else {other.wrapped(TERNARY)}"
    return Expr(text, strength=TERNARY, names=one.names | other.names | test.names)


def _plain(region: Region, factor: Expr) -> Expr:
    """A factor without what only tells where it was read."""
    refuse_changing(region, factor)
    held = all(version == 0 for _, version in factor.names)
    if not factor.known and not held and not region.is_module:
        raise Unsupported(f"what `{factor}` was, the factor of a regularizer, is not kept")
    names = reads(factor) & set(region.parameters)
    if names and not region.built:
        raise Unsupported("a factor of a regularizer that only a part of the model knows")
    return Expr(factor.text, factor.value, factor.strength, frozenset((n, 0) for n in names))


def refuse_changing(region: Region, factor: Expr) -> None:
    """Refuse a factor that may have another value for another layer, or once the model is trained.

    It reads a variable of the module that is assigned more than once, or one that a loop assigns.
    """
    module = region if region.file.module is None else region.file.module
    lines = [n for n in walk(module.init) if isinstance(n, Line) and n.static]
    looped = [n for n in walk(region.init) if isinstance(n, (For, While))]
    targets = {t for n in looped if isinstance(n, For) for t in n.target_names}
    inside = {d for n in looped for m in walk(n.body) if isinstance(m, Line) for d in m.defs}
    for name in reads(factor) - set(region.parameters):
        again = sum(name in line.defs for line in lines) > 1
        if again or name in targets | inside:
            raise Unkept(f"the factor `{factor}` of a regularizer, as `{name}` changes")


def _kept(region: Region, penalty: Penalty) -> frozenset[str]:
    """The names in factors that only the function knows which builds the model."""
    if region.is_module:
        return frozenset()
    return frozenset(n for f in penalty.expressions for n in reads(f))
