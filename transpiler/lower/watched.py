"""Weights that regularizers and constraints watch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transpiler.interpret.context import FileContext
from transpiler.interpret.layers.freezing import trainable_of
from transpiler.interpret.region import Built, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Layer, Static, Value
from transpiler.ir.code import Construct, For, If, Node, While
from transpiler.ir.expr import Expr, Module, expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Constraint, Penalty
from transpiler.lower.binding import only, use_of
from transpiler.lower.compositions import Compositions, blocks_of
from transpiler.lower.everywhere import (
    FAR,
    Everywhere,
    Unkept,
    everywhere,
    penalty_of,
    reads_far,
    refuse_changing,
    torchs_own,
)
from transpiler.lower.freezing import Freezing
from transpiler.lower.own_penalties import is_own_penalty, own_constraint
from transpiler.lower.told import kept_by, told
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import record, replace
from transpiler.regex import regex

#: Where torch keeps the weights that Keras can regularize.
PLACES = {"kernel": "weight", "embeddings": "weight", "bias": "bias", "gamma": "weight",
           "beta": "bias", "depthwise": "weight"}  # fmt: skip

ORTHOGONAL = "non_orthogonality"  #: the emitted function of a matrix

PLAIN = ("nn.Linear(", "nn.Conv", "nn.Embedding(", "nn.BatchNorm", "nn.LayerNorm(")


#: The torch dimension of each of Keras's axes of a kernel, by its rank.
_DIMS = {1: (0,), 2: (1, 0), 3: (2, 1, 0), 4: (2, 3, 1, 0), 5: (2, 3, 4, 1, 0)}
_RANKS = {"nn.Linear(": 2, "nn.Conv1d(": 3, "nn.Conv2d(": 4, "nn.Conv3d(": 5}
_RANKS |= {"nn.ConvTranspose1d(": 3, "nn.ConvTranspose2d(": 4, "nn.ConvTranspose3d(": 5}
_RECURRENT = regex(r"(?:with_init\(|single_bias\()*nn\.(LSTM|GRU|RNN)\(")


class Scattered(Unsupported):
    """Weights of modules that no path leads to, as loops and functions make them."""


@record(frozen=True, slots=True)
class Constrained:
    """A weight that a constraint brings back after each step."""

    token: str  #: of its module, behind those of the models that it is in
    parameter: str
    constraint: Constraint
    dims: tuple[int, ...]  #: torch's dimensions of Keras's axes
    known: bool = True  #: whether all that it is told is known

    def statement(self, weight: str) -> str:
        """What is done to the weight."""
        rank, made = len(self.dims), self.constraint
        if not all(-rank <= axis < rank for axis in made.axes):
            raise Unsupported("a constraint along an axis that the weight has not")
        dims = tuple(sorted(self.dims[axis] for axis in made.axes))
        dim = repr(dims[0] if len(dims) == 1 else dims)
        ordered = f"{weight}{as_in_keras(self.dims)}"
        back = as_in_keras(tuple(self.dims.index(each) for each in range(rank)))
        return made.statement.format(weight=weight, dim=dim, ordered=ordered, back=back)


@record(frozen=True, slots=True)
class Penalized:
    """A weight that a regularizer watches."""

    token: str  #: of its module, behind those of the models that it is in
    parameter: str  #: or several, of which the sum is watched: `bias_ih_l0 + bias_hh_l0`
    penalty: Penalty
    kept: frozenset[str] = frozenset()  #: names in its factors that the model keeps for it
    listed: bool = False  #: a loop makes its module: they are in a list
    dims: tuple[int, ...] = (0,)  #: torch's dimensions of Keras's axes
    in_turn: bool = False  #: whether it adds nothing while it is frozen

    @property
    def transposed(self) -> bool:
        """Whether its rows are columns in Keras."""
        return self.dims == _DIMS[2]

    @property
    def helpers(self) -> frozenset[str]:
        """The emitted functions that it calls."""
        called = self.penalty.orthogonal is not None
        own = self.penalty.own.helpers if self.penalty.own is not None else frozenset[str]()
        return own | frozenset({ORTHOGONAL} if called else ())


def as_in_keras(dims: tuple[int, ...]) -> str:
    """What puts the dimensions of a weight of torch in the order of Keras's axes."""
    if dims == tuple(range(len(dims))):
        return ""
    return ".T" if len(dims) == len(_DIMS[2]) else f".permute{dims}"


CONSTRAINT = "constraint"  #: the attribute of a module that knows what its weight is kept to
#: Those for functions of its weight, and for how far its rows, or columns, are from orthogonal.
REGULARIZER, ROWS, COLUMNS = "regularizer", "orthogonal_rows", "orthogonal_columns"


@record(frozen=True, slots=True)
class Watched:
    """The weights of a model, and of those that are part of it, that something watches."""

    penalties: tuple[Penalized, ...] = ()
    everywhere: tuple[Everywhere, ...] = ()  #: instead, where they are told by their classes
    constraints: tuple[Constrained, ...] = ()
    parts: tuple[Built, ...] = ()  #: the models that are part of it
    layers: tuple[Layer, ...] = ()  #: those that have them
    marks: tuple[str, ...] = ()  #: instead, the attributes of modules that are factors: `l2`
    bounds: bool = False  #: whether modules have constraints as attributes
    in_turn: bool = False  #: whether what modules carry adds nothing while they are frozen

    @property
    def adds(self) -> bool:
        """Whether something is added to the loss."""
        return bool(self.penalties or self.everywhere or self.marks)

    @property
    def may_freeze(self) -> bool:
        """Whether what adds to the loss depends on what is frozen at the moment."""
        return self.in_turn or any(one.in_turn for one in self.penalties)

    @property
    def helpers(self) -> frozenset[str]:
        """The emitted functions that are called on them."""
        found = frozenset[str]().union(*(one.helpers for one in self.penalties))
        return found | frozenset({ORTHOGONAL} if {ROWS, COLUMNS} & {*self.marks} else ())

    @property
    def tokens(self) -> frozenset[str]:
        """The modules that have these weights."""
        tokens = [one.token for one in self.penalties] + [one.token for one in self.constraints]
        return frozenset(token.rpartition(".")[2] for token in tokens)

    @property
    def kept(self) -> frozenset[str]:
        """The names in factors that the model keeps for them."""
        own = frozenset[str]().union(*(one.kept for one in self.penalties))
        return own.union(*(one.kept for one in self.everywhere))

    @property
    def texts(self) -> Iterator[str]:
        """What is done with single weights, as it is written."""
        yield from (factor.text for one in self.penalties for factor in one.penalty.expressions)
        yield from (one.constraint.statement for one in self.constraints)

    @property
    def carried(self) -> frozenset[str]:
        """All attributes that modules have for them."""
        return frozenset(self.marks) | (frozenset({CONSTRAINT}) if self.bounds else frozenset())

    def carrying(self, attributes: Iterable[str]) -> Watched:
        """The same, where modules may have more of them: those of other models do."""
        found = self.carried.union(attributes)
        return replace(self, marks=tuple(sorted(found - {CONSTRAINT})), bounds=CONSTRAINT in found)

    def __add__(self, other: Watched) -> Watched:
        if self.tokens & other.tokens:
            raise Unsupported("a regularizer or constraint of a layer that two models share")
        return Watched(
            self.penalties + other.penalties,
            self.everywhere + other.everywhere,
            self.constraints + other.constraints,
            self.parts + other.parts,
            self.layers + other.layers,
        )


def watched_weights(
    file: FileContext, freezing: Freezing, calls: list[TrainingCall], region: Region, built: Built
) -> Watched:
    """What regularizers add to the loss of a model, and what constraints do to its weights."""
    frozen = {freezing.frozen.get(id(call), frozenset()) for call in calls} or {frozenset()}
    used = modules_used(prune(built.forward, frozenset(), effects=False)[0])
    for token in used.keys() & region.shared_modules.keys():
        if region.shared_modules[token][1].penalties:
            raise Unsupported("a regularizer or constraint of a layer of another model")
    if file.mark is not None:
        try:
            nodes = [call.node for call in calls if file.tree.has_span(call.node)]
            until = min((file.tree.span(node)[0] for node in nodes), default=None)
            return _marked(file, freezing, region, built, frozen != {frozenset()}, until)
        except Unsupported:
            file.mark.refused = True
            raise
    try:
        first, *others = (_watched(file, freezing.of, region, built, "", each) for each in frozen)
    except Unkept:
        file.wants_marks = True
        raise
    except Scattered:
        if frozen != {frozenset()}:
            raise
        try:
            found, layers = everywhere(file, freezing.of, region, built)
        except Unsupported:
            file.wants_marks = True
            raise
        return Watched(everywhere=found, layers=layers, in_turn=_in_turn(file, freezing, layers))
    if any(other != first for other in others):
        raise Unsupported("regularizers of weights that only some of its `compile` train")
    return first


def _marked(
    file: FileContext,
    freezing: Freezing,
    region: Region,
    built: Built,
    frozen: bool,
    until: int | None,
) -> Watched:
    """The same where the layers themselves carry it, in a model that is there at some place."""
    watched: Watched = file.mark.weights(file, freezing.of, region, built, frozen, until)
    if watched.bounds and not freezing.of.in_turn.isdisjoint(map(id, watched.layers)):
        raise Unsupported("a constraint of a layer that is frozen at times")
    return replace(watched, in_turn=_in_turn(file, freezing, watched.layers))


def _in_turn(file: FileContext, freezing: Freezing, layers: tuple[Layer, ...]) -> bool:
    """Whether some layers are frozen later: Keras 3 adds nothing for them then."""
    later = not freezing.of.in_turn.isdisjoint(map(id, layers))
    return later and file.options.keras != "2"


def _watched(
    file: FileContext,
    models: Compositions,
    region: Region,
    built: Built,
    path: str,
    frozen: frozenset[int],
) -> Watched:
    """The same for a model to which the path leads from that one, and which models are frozen."""
    watched = _own_weights(file, models, region, built, path)
    if (path or region.file is not file) and watched.kept:
        file.wants_marks = True
        raise Unsupported("a factor of a regularizer that only a part of the model knows")
    if any(reads_far(file, region, text) for text in watched.texts):
        file.wants_marks = True
        raise Unsupported(FAR)
    ways = (n for n in walk(built.init) if isinstance(n, (If, For, While)))
    others = {n.module.token for way in ways for n in walk([way]) if isinstance(n, Construct)}
    for token, home, part in models.inner(region, built):
        watched += Watched(parts=(part,))
        inner = _watched(file, models, home, part, f"{path}{token}.", frozen)
        if token in others and inner.layers:
            raise Scattered("a regularizer or constraint of a model that a loop or branch makes")
        seen = {id(part.model), id(root(region.model_layers[token]))}  # as a function gives it
        is_trained = frozen.isdisjoint(seen)
        if not is_trained and inner.tokens and file.options.keras == "auto":
            raise Unsupported("a regularizer of a model that is not trained: Keras 3 ignores it")
        if is_trained or file.options.keras == "2":
            watched += inner
    return watched


def _own_weights(
    file: FileContext, models: Compositions, region: Region, built: Built, path: str
) -> Watched:
    """The same for the layers that a model calls itself."""
    used = modules_used(prune(built.forward, frozenset(), effects=False)[0])
    for inner in called_by(region):
        if inner.penalties:
            raise Scattered("a regularizer or constraint in a function that builds a part of it")
    loops = [n for n in walk(built.init) if isinstance(n, (For, While))]
    looped = {n.module.token for o in loops for n in walk(o.body) if isinstance(n, Construct)}
    ways = [n for n in walk(built.init) if isinstance(n, (If, For, While))]
    listed = {n.module.token for o in loops for n in o.body if isinstance(n, Construct)} - {
        n.module.token
        for outer in ways
        for way in walk([*outer.body, *(outer.orelse if isinstance(outer, If) else ())])
        if isinstance(way, (If, For, While))
        for n in walk([way])
        if isinstance(n, Construct)
    }
    branched = {
        n.module.token
        for way in ways
        if isinstance(way, If)
        for n in walk([*way.body, *way.orelse])
        if isinstance(n, Construct)
    }
    penalized: list[Penalized] = []
    bounded: list[Constrained] = []
    layers: list[Layer] = []
    for layer, name, value in region.penalties:
        kind, _, what = name.rpartition("_")
        if kind == "activity":
            continue  # which is not of a weight
        modules = [m for m in layer.modules if m.token in used]
        if not modules:
            continue
        module = modules[0]
        layers.append(layer)
        stays = id(layer) not in models.in_turn
        if stays and not _is_trained(layer):
            if what == "constraint" or file.options.keras != "2":
                continue
        others = [m for m in layer.modules[1:] if not m.constructor.text.startswith("Activation(")]
        in_turn = id(layer) in models.in_turn and file.options.keras != "2"
        if id(layer) in models.in_turn and what == "constraint":
            raise Unsupported("a constraint of a layer that is frozen at times")
        plain = torchs_own(file, _made(module)).startswith(PLAIN) and not others
        recurrent = _of_recurrent(layer, module, kind)
        if recurrent is not None:
            if others or module.token in looped | branched or name == "bias_constraint":
                raise Unsupported(f"{name} of {layer.symbol} is not translated")
            place = f"{path}{module.token}"
            if what == "constraint":
                kept_to = _constraint(region, name, value)[0]
                _refuse_gates(layer, module, name, "{ordered}" in kept_to.statement)
                bounded += [Constrained(place, each, kept_to, _DIMS[2]) for each in recurrent]
                continue
            penalty, kept = _settled(file, region, built, name, value)
            if kind == "bias" and penalty.own is not None and "bias_hh_l0" in recurrent:
                raise Unsupported(f"{name} of {layer.symbol}, which has two vectors in torch")
            _refuse_gates(layer, module, name, penalty.ordered)
            if in_turn and not penalty.is_sum:
                raise Unsupported(f"{name} of a layer that is frozen at times")
            if not penalty.is_nothing:
                dims = (0,) if kind == "bias" else _DIMS[2]
                penalized += [
                    Penalized(place, each, penalty, kept, dims=dims, in_turn=in_turn)
                    for each in recurrent
                ]
            continue
        if not has(module.constructor, PLACES.get(kind, "")):
            continue  # there is none
        unlisted = branched | (looped if what == "constraint" else looped - listed)
        if kind not in PLACES or not plain or module.token in unlisted:
            scattered = Scattered if plain and module.token in unlisted else Unsupported
            raise scattered(f"{name} of {layer.symbol} is not translated")
        if what == "constraint":
            bounded.append(constrained(region, module, name, value, path))
            continue
        penalty = penalty_of(file, kind, name, value)
        if not penalty.is_nothing:
            dims = dims_of(region, module, PLACES[kind])
            if penalty.orthogonal is not None and len(dims) != len(_DIMS[2]):
                raise Unsupported(f"an orthogonal regularizer of {name.partition('_')[0]}")
            if penalty.ordered and "groups=" in module.constructor.text:
                raise Unsupported(f"{name} of a convolution in groups")
            penalty = penalty.settled(lambda factor: settled(region, built, factor))
            kept = frozenset[str]().union(*(kept_by(region, f) for f in penalty.expressions))
            place = f"{path}{module.token}"
            is_listed = module.token in listed
            for factor in penalty.expressions if is_listed else ():
                refuse_changing(region, factor)
            if in_turn and (is_listed or not penalty.is_sum):
                raise Unsupported(f"{name} of a layer that is frozen at times")
            penalized.append(
                Penalized(place, PLACES[kind], penalty, kept, is_listed, dims, in_turn)
            )
    return Watched(tuple(penalized), (), tuple(bounded), (), tuple(layers))


def _settled(
    file: FileContext, region: Region, built: Built, name: str, value: Value
) -> tuple[Penalty, frozenset[str]]:
    """What a regularizer of a recurrent layer adds, and the names that the model keeps for it."""
    penalty = penalty_of(file, name.rpartition("_")[0], name, value)
    if penalty.orthogonal is not None:
        raise Unsupported(f"an orthogonal {name} of a recurrent layer")
    penalty = penalty.settled(lambda factor: settled(region, built, factor))
    return penalty, frozenset[str]().union(*(kept_by(region, f) for f in penalty.expressions))


def _of_recurrent(layer: Layer, module: Module, kind: str) -> tuple[str, ...] | None:
    """The weights of a recurrent layer of torch that are one of Keras's, of both directions."""
    text = module.constructor.text
    match = _RECURRENT.match(text)
    if match is None or "backward_layer" in layer.arguments:
        return None
    if kind == "bias" and "bias=False" in text:
        return ()
    biases: tuple[str, ...] = ("bias_ih_l0 + bias_hh_l0",)
    if match.group(1) == "GRU":
        biases = ("bias_ih_l0", "bias_hh_l0")  # which Keras has as well
    names = {"kernel": ("weight_ih_l0",), "recurrent": ("weight_hh_l0",), "bias": biases}
    found = names.get(kind)
    if found is not None and "bidirectional=True" in text:
        found += tuple(name.replace("l0", "l0_reverse") for name in found)
    return found


def _refuse_gates(layer: Layer, module: Module, name: str, tells_apart: bool) -> None:
    """Refuse what tells the gates of a GRU apart: Keras's are in another order than torch's."""
    match = _RECURRENT.match(module.constructor.text)
    if tells_apart and match is not None and match.group(1) == "GRU":
        raise Unsupported(f"{name} of {layer.symbol}, whose gates torch has in another order")


def settled(region: Region, built: Built, factor: Expr) -> Expr:
    """A factor as a function can write it that gets the model alone, when the model is trained."""
    if not factor.names:
        return factor
    if region.is_module:
        held = region.scope.current(factor) or bool(built.ways and not factor.known)
    else:
        held = all(version == 0 for _, version in factor.names)
    if held:
        return factor
    if not factor.known:
        raise Unkept(f"what `{factor}` was, the factor of a regularizer, is not kept")
    return expr(factor.value)


def _constraint(region: Region, name: str, value: Value) -> tuple[Constraint, bool]:
    """What is done to a weight, and whether all that it is told is known."""
    if is_own_penalty(value):
        found = own_constraint(region, value, name)
        return found, not (isinstance(value, Static) and value.expr.names)
    use = use_of(region.file.rules.constraints, "keras.constraints", value, name)
    only(use)
    use = told(region, use, name)
    made: Constraint = use.build(name)
    return made, all(argument.known for argument in use.arguments.values())


def constrained(region: Region, module: Module, name: str, value: Value, path: str) -> Constrained:
    """A weight that a constraint brings back after each step."""
    parameter = PLACES[name.removesuffix("_constraint")]
    made, known = _constraint(region, name, value)
    dims = dims_of(region, module, parameter)
    if "groups=" in torchs_own(region.file, module.constructor.text):
        raise Unsupported(f"{name} of a convolution in groups")
    return Constrained(f"{path}{module.token}", parameter, made, dims, known)


def dims_of(region: Region, module: Module, parameter: str) -> tuple[int, ...]:
    """Torch's dimensions of the axes that a weight has in Keras."""
    text = torchs_own(region.file, _made(module))
    rank = next((rank for begin, rank in _RANKS.items() if text.startswith(begin)), 0)
    if rank and parameter == "weight":
        return _DIMS[rank]
    return (0, 1) if parameter == "weight" and "nn.Embedding(" in text else (0,)


def has(made: Expr, parameter: str) -> bool:
    """Whether a module has a parameter: Keras looks away where a bias is left out."""
    found = re.search(r"\bbias=(\w+)", made.text) if parameter == "bias" else None
    if found is not None and found.group(1) not in ("True", "False"):
        raise Unsupported("a regularizer of a bias that may be left out")
    return found is None or found.group(1) == "True"


def _made(module: Module) -> str:
    """How a module is made, whatever weights it starts from."""
    return module.constructor.text.removeprefix("with_init(")


def _is_trained(layer: Layer) -> bool:
    """Whether a layer has gradients: Keras 3 adds nothing for weights without."""
    trainable = trainable_of(layer)
    if layer.freezes or not (trainable is None or isinstance(constant(trainable), bool)):
        raise Unsupported("a regularizer of a layer that is frozen under a condition")
    return trainable is None or constant(trainable) is True


def called_by(region: Region) -> list[Region]:
    """The regions of the functions that a region calls to build its models."""
    return [summary.region for summary in blocks_of(region) if summary.region is not None]


def makers_of(
    models: Compositions, region: Region, built: Built
) -> Iterator[tuple[Region, list[Node]]]:
    """The programs that make the layers of a model, of its blocks and of the models in it."""
    yield region, built.init
    yield from ((block, block.init) for block in called_by(region))
    for _, home, part in models.inner(region, built):
        yield from makers_of(models, home, part)


def constructors(models: Compositions, built: Built, home: Region) -> list[str]:
    """How the modules of a model are made, those of its blocks and of models in it, too."""
    nodes = (n for _, init in makers_of(models, home, built) for n in walk(init))
    return [n.module.constructor.text for n in nodes if isinstance(n, Construct)]
