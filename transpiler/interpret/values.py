"""What a name or an expression of the program can stand for while a model is built."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import libcst as cst

from transpiler.ir.code import Line
from transpiler.ir.expr import Expr, Module
from transpiler.ir.tensor import Tensor
from transpiler.record import record

if TYPE_CHECKING:
    from transpiler.interpret.region import Region
    from transpiler.interpret.summary import Summary
    from transpiler.rule import Rule


@record(frozen=True, slots=True, eq=False)
class Static:
    """A Python value that has nothing of tensors in it.

    `expr` says how `__init__` writes it. Where sizes of tensors are part of it, `run` says how
    `forward` does, which reads them off the tensors themselves.
    """

    expr: Expr
    run: Expr | None = None
    either: Choice | None = None  #: of arguments for `**`: the two dicts of which it is one
    blank: bool = False  #: a list of nothing but None, whose places are filled later

    @property
    def running(self) -> Expr:
        """The value as `forward` writes it."""
        return self.run if self.run is not None else self.expr


@record(frozen=True, slots=True, eq=False)
class Framework:
    """Something of TensorFlow or Keras by its canonical name: a module, class or function."""

    name: str


@record(frozen=True, slots=True, eq=False)
class Part:
    """A metric of Keras that one of the program's own holds, or that it is derived from."""

    place: str  #: what its methods are called on: `self.precision`, `super()`
    symbol: str
    arguments: tuple[tuple[str, Expr], ...]  #: by their keywords, "" for those without
    call: cst.Call | None  #: what makes it; None where that is the program's own object


@record(frozen=True, slots=True, eq=False)
class Bound:
    """A tensor, with what the engine must know besides what rules see."""

    tensor: Tensor
    source: str = ""  #: the input, parameter or join that could still give it another layout
    shadows: tuple[Expr | None, ...] = ()  #: `__init__`'s variables that hold its sizes
    at: int | None = None  #: an earlier point of `forward`, where its variable held it
    fixed: bool = False  #: of an element of a list: all elements have these very sizes
    maybe: bool = False  #: of an element of a list: None may still stand there


class _Brief:
    """Printed by its name: what it holds reaches the whole tree of its file."""

    __slots__ = ()

    def __repr__(self) -> str:
        name = getattr(self, "symbol", "") or getattr(self, "name", "") or getattr(self, "kind", "")
        return f"{type(self).__name__}({name})"


@record(slots=True, eq=False, repr=False)
class Layer(_Brief):
    """A layer object. Its module is made at its first call, when the input size is known."""

    rule: Rule | None
    symbol: str
    arguments: dict[str, Value]
    node: cst.CSTNode
    hint: str = ""
    problem: str = ""  #: why it has no translation, if so
    trainable: Expr | None = None
    depth: int = 0  #: how many loops were open where it was made
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    modules: tuple[Module, ...] = ()
    output: Bound | None = None  #: what its first call gave
    took: Any = None  #: what its one call got; the layer itself where it has several
    gave: str = ""  #: the code of what its last call gave
    after: Value | None = None  #: the function of the program's own that activates what it gives
    block: Any = None  #: for what a user's function gives: its summary and arguments
    freezes: list[tuple[Line, Expr]] = field(default_factory=list)  #: conditional `trainable = ...`
    notes: tuple[str, ...] = ()  #: comments for the stub that stands for it
    origins: tuple[int, ...] = ()  #: the statements whose comments the one that makes it carries
    at: list[Any] | None = None  #: the list of `__init__` nodes that was open where it was made
    position: int = 0


@record(frozen=True, slots=True, eq=False)
class Sequence:
    """A list or tuple whose elements are known one by one."""

    items: tuple[Value, ...]
    kind: type = list
    code: Expr | None = None  #: how `forward` refers to it, where it is not written out
    static: Expr | None = None  #: how `__init__` refers to it
    run: Expr | None = None  #: how `forward` writes it, where it reads sizes off tensors


@record(frozen=True, slots=True, eq=False)
class Repeated:
    """A list that a loop filled: elements of one shape, their number is not known."""

    item: Value
    code: Expr
    static: Expr | None = None


@record(frozen=True, slots=True, eq=False)
class Keyed:
    """A dict that was filled by keys which only the run tells: its entries are of one kind."""

    item: Value
    code: Expr
    static: Expr | None = None
    last: tuple[Expr, Value] | None = None  #: the entry that was set last, and its key


@record(slots=True, eq=False, repr=False)
class LayerList(_Brief):
    """Layers, one for each element of something: what a comprehension says of them."""

    iterable: Value
    target: cst.BaseExpression
    element: cst.BaseExpression
    versions: dict[str, int]  #: of the names that it reads, where it stands
    used: bool = False  #: a loop has called them
    known: Sequence | None = None  #: the layers one by one, once the program needs that
    body: tuple[cst.CSTNode, ...] = ()  #: of a loop that appends them: its statements


@record(frozen=True, slots=True, eq=False)
class LayerChain:
    """A list into which loops put layers, and statements between them."""

    parts: tuple[LayerList | Layer | Bound, ...]  #: the first may be an input


@record(frozen=True, slots=True, eq=False)
class Mapping:
    """A dict with known keys."""

    items: dict[Any, Value]
    static: Expr | None = None
    code: Expr | None = None


#: Names of inner functions that say nothing.
_WRAPPERS = frozenset({"wrapper", "layer", "inner", "apply", "block", "f", "func", "fn", "call"})


@record(slots=True, eq=False, repr=False)
class Function(_Brief):
    """A function of the user's."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    closure: dict[str, Value]
    owner: str = ""  #: the class it is a method of
    nested_in: str = ""
    file: Any = None  #: the file that defines it
    static: Expr | None = None
    parameter: str = ""  #: the parameter through which it came
    frame: dict[str, Value] | None = None  #: what the function that made it was called with
    functional: bool = False  #: the `__init__` of a class that is a functional model
    of_class: bool = False  #: a method of the class itself, marked `@classmethod`
    closes: tuple[str, ...] = ()  #: the parameters of the function that it gives: called twice
    maker: Expr | None = None  #: the call that gave it: `focal_loss(gamma=2.0)`
    outer: Function | None = None  #: the function that was called there
    lists: tuple[str, ...] = ()  #: its parameters that got lists or arrays

    @property
    def is_inherited(self) -> bool:
        """Whether it is a method that a class has from one above, and that depends on it."""
        return self.owner not in ("", self.nested_in)

    @property
    def is_wrapper(self) -> bool:
        """Whether another function gives it back, whose name says what it is."""
        return self.frame is not None and self.name in _WRAPPERS


@record(slots=True, eq=False, repr=False)
class UserClass(_Brief):
    """A class of the user's."""

    name: str
    node: cst.ClassDef
    bases: tuple[str, ...] = ()
    inherits: bool = False  #: whether some come from another class of the program's own
    file: Any = None
    parent: UserClass | None = None  #: its only base, where that is a class of the same file
    base_elsewhere: UserClass | None = None  #: the same of another file
    functional: Function | None = None  #: its `__init__`, if that builds a functional model
    is_torch: bool = False  #: whether it is a module of PyTorch already
    attributes: dict[str, Value] = field(default_factory=dict)  #: what its body assigns

    @property
    def lineage(self) -> tuple[UserClass, ...]:
        """The class, and those of the same file that it is derived from, the nearest first."""
        return (self, *(self.parent.lineage if self.parent is not None else ()))


@record(frozen=True, slots=True, eq=False)
class Choice:
    """One of two values that are no plain ones (layer classes, functions), by a condition."""

    test: Static
    then: Value
    otherwise: Value
    static: Expr | None = None
    table: tuple[Expr, tuple[Any, ...]] | None = None  #: what picks one in a dict, and its keys

    @property
    def options(self) -> tuple[Value, Value]:
        """Both values."""
        return self.then, self.otherwise


@record(frozen=True, slots=True, eq=False)
class Named:
    """Something of the file by a name that only the run tells: `eval(activation)`."""

    key: Static


@record(slots=True, eq=False, repr=False)
class Model(_Brief):
    """A model: one that is built in this region, or an instance that `expr` refers to."""

    kind: str
    inputs: list[Bound] = field(default_factory=list)
    outputs: Value | None = None
    expr: Expr | None = None  #: how to refer to the instance, where it has a name
    region: Region | None = None
    summary: Summary | None = None
    name: str = ""
    label: Expr | None = None  #: what the program calls it
    labelled: bool = False  #: whether the program reads that of it
    layers: dict[str, Layer] = field(default_factory=dict)
    input_name: str = ""  #: the variable of the Input that a Sequential starts with
    undeclared: bool = False  #: a Sequential that does not say what it takes
    given_away: str = ""  #: a function that is not known and gets it before it is complete
    broken: str = ""  #: why it can't be converted, if something that changes it was not understood
    steps: list[Value] = field(default_factory=list)
    outputs_of: list[Bound] = field(default_factory=list)  #: of a Sequential: after each layer
    uncounted: bool = False  #: of a Sequential: before those, loops or branches add some
    #: of a Sequential: what `pop` goes back to, and how far both programs were then
    before: list[tuple[Bound, int, int]] = field(default_factory=list)
    variable: str = ""
    node: cst.CSTNode | None = None
    input_spec: Any = None
    module: Module | None = None
    call_values: tuple[Value, ...] = ()
    input_kind: type | None = None
    still: bool = False  #: whether it is made with `trainable=False`, or may be
    ways: tuple[Any, ...] = ()  #: the branches and loops in which a region makes it
    statement: cst.CSTNode | None = None  #: of an instance: what makes it
    closed: bool = False  #: of a Sequential: those are over
    additions: list[cst.CSTNode] = field(default_factory=list)  #: the calls of `add` and `pop`
    #: the calls of functions and classes that get it, in the region where it is made
    handings: list[cst.CSTNode] = field(default_factory=list)
    target: str = ""  #: of a Sequential: the variable that it is assigned to
    options: tuple[Model, ...] = ()  #: the models of which this is one, by a condition
    compiled: Any = None  #: the call of `compile` in force, a `TrainingCall`
    cloned: Any = None  #: of a clone: the same of the model that it was cloned of
    given: list[Bound] = field(default_factory=list)  #: the tensors that its builder was called on
    source: Model | None = None  #: the model that a function or method got here
    keeper: str = ""  #: the class of the object whose attribute it is here
    copy_of: Model | None = None  #: the model whose weights it has from a file
    #: of an instance: the model as the function builds it that gives it
    origin: Model | None = None
    caller: Region | None = None  #: of an instance: where its builder is called
    arguments: dict[str, Value] = field(default_factory=dict)  #: what that call gives


@record(frozen=True, slots=True, eq=False)
class Namespace:
    """Another module of the project, imported as a whole."""

    items: dict[str, Value]


@record(frozen=True, slots=True, eq=False)
class Inside:
    """A layer of a model, as `model.layers[-3]` or `model.get_layer("x")` finds it."""

    model: Model
    input: Bound | None
    output: Bound | None
    elsewhere: bool = False  #: the tensors are those of the region where the model is built
    layer: Layer | None = None  #: what it is, where the model is made of layers known one by one
    made: Layer | None = None  #: what it is, as the region makes it that builds the model


@record(frozen=True, slots=True, eq=False)
class Within:
    """Layers inside of a pretrained base: all of them, or those that an expression picks."""

    base: Value
    whole: bool = False
    name: str = ""  #: of the one layer that it is, where that is known


#: Begins the reason of what an object of the program is, and all that its methods give.
OF_OBJECT = "an instance of "

#: Begins a reason that an earlier statement has already reported.
SPOILED = "\ue012"


@record(frozen=True, slots=True, eq=False)
class Unknown:
    """Something that is neither static nor understood; `reason` says what."""

    reason: str = ""
    expr: Expr | None = None


@record(frozen=True, slots=True, eq=False)
class AtLayer(Unknown):
    """What a layer of a model has under a name: one of its weights, perhaps."""

    layer: Inside | None = None


@record(frozen=True, slots=True, eq=False)
class LastKnown(Unknown):
    """A list of which but the last element is known, and not how long it is."""

    last: Value = field(default_factory=Unknown)


@record(frozen=True, slots=True, eq=False)
class PerhapsModel(Unknown):
    """Something that is one of some models on some ways, or a list with one in it."""

    models: tuple[Model, ...] = ()
    items: tuple[Value, ...] = ()  #: the parts of a list


@record(frozen=True, slots=True, eq=False)
class CarriedModel(Unknown):
    """What earlier rounds of a loop left under a name: a model, if any of them did."""

    models: tuple[Model, ...] = ()  #: what the name held before the loop


@record(frozen=True, slots=True, eq=False)
class Measured(Unknown):
    """A number, or several, that NumPy computes of arrays where Keras did."""

    whole: bool = False  #: whether they are whole numbers, or yes and no
    tensor: bool = False  #: whether TensorFlow had a tensor there, which nothing changes


@record(frozen=True, slots=True, eq=False)
class Beside(Unknown):
    """A plain value that a builder gives beside its models: it can be read once it has a name."""


@record(frozen=True, slots=True, eq=False)
class Constant(Unknown):
    """A tensor that is made of plain values, until it meets a tensor of a model."""

    build: Any = None  #: from the tensor that it meets to what it is there
    node: Any = None  #: the expression that makes it
    region: Any = None


@record(frozen=True, slots=True, eq=False)
class Border(Unknown):
    """An input or output of a model that a builder gives together with that model."""

    model: Any = None
    side: str = ""  #: "input" or "output"
    number: int = 0


@record(frozen=True, slots=True, eq=False)
class Instance(Unknown):
    """An instance of a class of the user's, of which only its models are known."""

    made: UserClass | None = None
    seen: dict[str, Model] = field(default_factory=dict)  #: its models, as they are read of it
    plain: bool = False  #: whether nothing but plain values has made it


@record(frozen=True, slots=True, eq=False)
class Instances(Unknown):
    """A list or tuple with such in it, or a dict of them; nothing else in it is known."""

    items: tuple[Unknown, ...] = ()
    keys: tuple[Any, ...] = ()  #: of a dict
    in_pairs: bool = False  #: whether it gives each with its key


@record(frozen=True, slots=True, eq=False)
class Partial:
    """`functools.partial` of a part of the framework, or of a function that builds."""

    callee: Value
    arguments: tuple[tuple[str | None, Value], ...]


Value: TypeAlias = (
    "Static | Framework | Bound | Layer | Sequence | Repeated | Keyed | Mapping | Function"
    " | UserClass | Choice | Named | Model | LayerList | LayerChain | Namespace | Inside | Within"
    " | Part | Partial | Unknown"
)


def is_closure(value: Value) -> bool:
    """Whether it is a function on tensors that a function of the program's own gave."""
    return isinstance(value, Partial) and bool(getattr(value.callee, "closes", ()))


def holds_layers(value: Sequence) -> bool:
    """Whether a list holds layers, each of which must be called where its input is known."""
    return any(
        isinstance(i, (Layer, Function))
        or is_closure(i)
        or (isinstance(i, Sequence) and holds_layers(i))
        for i in value.items
    )


#: What another module computes, and no framework has to do with: imported, a plain object.
COMPUTED: Final = Static(Expr("..."))


def is_plain(value: Value) -> bool:
    """Whether it is a number or string of the program that is known, or a tuple of such."""
    known = value.expr.value if isinstance(value, Static) and value.expr.known else None
    parts = known if isinstance(known, tuple) else (known,)
    return all(isinstance(part, (str, int, float)) for part in parts)


def is_computed(value: Value) -> bool:
    """Whether it is a Python object of which nothing is known."""
    return type(value) is Static and not value.expr.known and value.either is None


def holds_tensor(value: Value) -> bool:
    """Whether a tensor is in it somewhere."""
    if isinstance(value, Bound):
        return True
    if isinstance(value, Sequence):
        return any(holds_tensor(v) for v in value.items)
    if isinstance(value, (Repeated, Keyed)):
        return holds_tensor(value.item)
    if isinstance(value, Mapping):
        return any(holds_tensor(v) for v in value.items.values())
    return False


def is_graph(value: Value) -> bool:
    """Whether it belongs to a model: a tensor, a layer, a model, or a container of such."""
    if isinstance(value, Static):  # most are
        return False
    if isinstance(value, (Bound, Layer, LayerList, LayerChain, Model)) or is_closure(value):
        return True
    if isinstance(value, Sequence):
        return any(is_graph(v) for v in value.items)
    if isinstance(value, (Repeated, Keyed)):
        return is_graph(value.item)
    if isinstance(value, Mapping):
        return any(is_graph(v) for v in value.items.values())
    return isinstance(value, Choice) and any(is_graph(v) for v in value.options)


def holds_models(value: Value) -> bool:
    """Whether it is a list of nothing but models."""
    if isinstance(value, Repeated):
        return isinstance(value.item, Model)
    items = value.items if isinstance(value, Sequence) else ()
    return bool(items) and all(isinstance(item, Model) for item in items)


def models_in(*values: Value) -> tuple[Model, ...]:
    """The models among some values, and in lists and dicts of such."""
    found: dict[Model, None] = {}
    for value in values:
        if isinstance(value, Model):
            found[value] = None
        elif isinstance(value, (PerhapsModel, CarriedModel)):
            found |= dict.fromkeys(value.models)
        elif isinstance(value, Sequence):
            found |= dict.fromkeys(models_in(*value.items))
        elif isinstance(value, Mapping):
            found |= dict.fromkeys(models_in(*value.items.values()))
        elif isinstance(value, (Repeated, Keyed)):
            found |= dict.fromkeys(models_in(value.item))
    return tuple(found)


def holds_own(value: Value) -> bool:
    """Whether a container holds a tensor or layer, which belongs to the function that made it."""
    parts: tuple[Value, ...] = ()
    if isinstance(value, Sequence):
        parts = tuple(value.items)
    elif isinstance(value, Mapping):
        parts = tuple(value.items.values())
    elif isinstance(value, Choice):
        parts = tuple(value.options)
    elif isinstance(value, (Repeated, Keyed)):
        parts = (value.item,)
    return isinstance(value, (LayerList, LayerChain)) or any(
        isinstance(part, (Bound, Layer, Model)) or holds_own(part) for part in parts
    )


def bases_of(value: Value) -> list[Layer]:
    """The models of `keras.applications` that a value is one of; none where it is anything else."""
    if isinstance(value, Layer):
        return [value] if value.symbol.startswith("keras.applications.") else []
    one, other = map(bases_of, value.options) if isinstance(value, Choice) else ([], [])
    return [*one, *other] if one and other else []


def with_code(value: Value, code: Expr) -> Value:
    """The same value, which `forward` now refers to as `code`."""
    if isinstance(value, Bound):
        return replace(value, tensor=replace(value.tensor, code=code))
    if isinstance(value, (Sequence, Repeated, Keyed, Mapping)):
        return replace(value, code=code)
    return value


def holds_unknown(value: Value) -> bool:
    """Whether a value is not understood, or a list with one in it."""
    inside = value.items if isinstance(value, Sequence) else ()
    return isinstance(value, Unknown) or any(map(holds_unknown, inside))
