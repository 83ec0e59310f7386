"""The state of one interpretation: the two programs that grow, what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING, Any, NoReturn

import libcst as cst

from transpiler.diagnostics import Code
from transpiler.interpret.context import FileContext
from transpiler.interpret.scope import Scope
from transpiler.interpret.values import Bound, Choice, Function, Layer, Model, Static, Value
from transpiler.ir.code import Node
from transpiler.ir.expr import Configured, Expr, Name
from transpiler.ir.tensor import Layout, Unsupported
from transpiler.record import record

if TYPE_CHECKING:
    from transpiler.interpret.summary import Handed, Run, Summary


class GiveUp(Exception):
    """This part of the program can't be translated with certainty; it is left as it was."""

    def __init__(self, reason: str, node: cst.CSTNode | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.node = node


def contained(run: Callable[[], None], node: cst.CSTNode | None) -> None:
    """Run a step; what goes wrong in it by a defect of ours leaves only this part unconverted."""
    try:
        run()
    except (GiveUp, Restart):
        raise
    except Unsupported as why:
        raise GiveUp(str(why), node) from why
    except Exception as defect:  # the one place where a defect of a rule or handler is caught
        raise GiveUp(f"internal error ({type(defect).__name__}: {defect})", node) from defect


class Restart(Exception):
    """Something was learned that changes the region from its start: interpret it again."""


@record(slots=True, eq=False)
class Parameter:
    """A parameter of a function that builds a graph."""

    name: str
    default: cst.BaseExpression | None = None
    annotation: cst.Annotation | None = None
    keyword_only: bool = False
    star: str = ""  #: "*" or "**"
    is_tensor: bool = False
    node: cst.Param | None = None
    shape_of: str = ""  #: the parameter for a tensor whose shape it is


@record(frozen=True, slots=True)
class Way:
    """One side of a branch, or the body of a loop."""

    id: int
    side: int  #: of a branch: 0 where its condition holds, else 1; -1 in a loop
    label: str = ""  #: a word that tells this side from the other one, where there is one
    depth: int = 0  #: how many levels of statements are around it
    changing: tuple[tuple[str, bool], ...] = ()  #: of a loop: what changes, and if it is a tensor


@record(frozen=True, slots=True)
class KeyOrder:
    """How to run through the keys of a dict in the order in which a loop set them."""

    place: str  #: of what was set
    key: str
    target: str
    iterable: Expr


@record(slots=True, eq=False)
class Built:
    """A model that a region builds: the programs up to the point where it is complete."""

    model: Model
    name: str
    kind: str
    inputs: list[str]
    init: list[Node]
    forward: list[Node]
    node: cst.CSTNode  #: the expression that makes the model
    statement: cst.CSTNode | None  #: the statement that holds it
    variable: str = ""
    input_kind: type | None = None
    keys: tuple[str, ...] = ()  #: of the dict that it takes, where its inputs are those entries
    order: KeyOrder | None = None  #: of the dict that it takes, where a loop has filled it
    ways: tuple[Way, ...] = ()  #: the branches and loops that it is made in
    varying: tuple[str, ...] = ()  #: what has another value in each round of those loops
    arguments: dict[str, str] = field(default_factory=dict)  #: what stands for some of that
    outside: frozenset[int] = frozenset()  #: where statements start that the class leaves alone
    taken: frozenset[int] = frozenset()  #: where those start that it has in its `__init__`
    apart: bool = False  #: made in a statement of its own, before the one that makes it
    versions: dict[str, int] = field(default_factory=dict)  #: of the variables when it is made
    models: dict[str, Model] = field(default_factory=dict)  #: those in variables by then

    def is_stale(self, named: Expr, model: Model | None) -> bool:
        """Whether a variable is something else than a model by the time that this one is made."""
        held = self.models.get(named.text)
        if held is not None and model is not None:
            if held is model or (held.node is model.node and held.copy_of is None):
                return False
        return any(
            name == named.text and self.versions.get(name, version) != version
            for name, version in named.names
        )

    def excludes(self, other: Built) -> bool:
        """Whether a run of the program makes only one of the two."""
        mine = {way.id: way.side for way in self.ways}
        return any(mine.get(way.id, way.side) != way.side for way in other.ways)


class _Origin:
    """Where a region's statements come from meanwhile; entered for each statement of a file."""

    __slots__ = ("origin", "outer", "region")

    def __init__(self, region: Region, origin: int) -> None:
        self.region = region
        self.origin = origin

    def __enter__(self) -> None:
        self.outer, self.region.origin = self.region.origin, self.origin

    def __exit__(self, *error: object) -> None:
        self.region.origin = self.outer


#: Calls of models whose results a program computes with.
ANSWERING = frozenset(
    {
        "fit", "evaluate", "predict", "predict_on_batch", "train_on_batch", "test_on_batch",
        "get_weights",
    }
)  # fmt: skip


class Region:
    """One function body, or the module, while it is interpreted."""

    def __init__(
        self,
        file: FileContext,
        scope: Scope,
        name: str = "",
        parameters: tuple[Parameter, ...] = (),
        wants: dict[str, Any] | None = None,
    ) -> None:
        # What is interpreted.
        self.file = file
        self.tree = file.tree
        self.name = name  #: of the function
        self.function: cst.CSTNode | None = None  #: whose body is interpreted
        self.source = ""  #: its text
        self.parameters = {p.name: p for p in parameters}
        self.methods: dict[str, Function] = {}  #: of the class that a method belongs to
        self.is_module = False  #: whether it is the module, and no function
        self.functional = False  #: whether this is the `__init__` of a functional model's class
        self.on_elements = False  #: whether a data set applies it, or what calls it, to elements
        self.on_targets = False  #: whether it is a loss or metric, of which nobody asks for sizes
        self.depth = 0  #: how many calls of functions are around it

        # What an interpretation learns that the next one is to know from its start.
        #: what was learned, by keys such as `rank:param:x`
        self.wants: dict[str, Any] = wants if wants is not None else {}
        self.given_ranks: dict[str, int] = {}  #: how many axes the tensors that are parameters have
        self.given_layouts: dict[str, Layout] = {}  #: where those tensors have their channels
        self.decided_axes: dict[str, int] = {}  #: parameters for axes, as the call gives them
        self.assumed_none: set[str] = set()  #: parameters for a Keras tensor, which must be None
        self.given: dict[str, Value | None] = {}  #: what the call gives to plain parameters
        self.given_together: set[str] = set()  #: parameters that get tuples or dicts
        self.presumed: dict[str, Expr] = {}  #: parameters that must have this value
        self.fixed_parameters: set[str] = set()  #: those that are a class, or part of the framework
        self.called_back: set[str] = set()  #: those that callbacks call
        self.joined: set[str] = set()  #: those that are callbacks, put into lists with others
        self.asked_first: set[str] = set()  #: sources of tensors that were wanted channels first
        self.speculative = False  #: whether a rank was left open, since later layers may tell it
        #: sources of tensors that must have as many axes as each other
        self.alike: set[tuple[str, ...]] = set()
        self.raw_groups = False  #: whether it normalizes groups before anything is learned

        # The two programs, and where in them the next statement goes.
        self.init: list[Node] = []  #: the statements of `__init__`, of the block that is open
        self.forward: list[Node] = []  #: those of `forward`
        self.root_init = self.init  #: the statements of `__init__` outside of any block
        self.scope = scope  #: the names and their values
        self.loops: list[int] = []  #: the loops that are open
        self.rounds: list[Any] = []  #: what is known of the rounds of those
        #: of the open loops: the variables of a `for`, and what it runs over in `forward`
        self.headers: dict[int, tuple[str, Expr]] = {}
        self.branches = 0  #: how many branches are open
        self.attempts = 0  #: how many blocks are open around which exceptions are caught
        self.changed_by_calls: set[str] = set()  #: outer variables that called functions change
        self.ways: list[Way] = []  #: the branches and loops that are open
        self.outside: list[tuple[list[Node], list[Node]]] = []  #: the statements around them

        # The running statement, and how it is written in each program.
        self.statement: cst.CSTNode | None = None  #: the running statement
        self.origin = -1  #: the offset of the statement whose comments what is emitted carries
        self.assigned = ""  #: the variable that the running assignment gives a value
        self.target_hint = ""  #: what the running assignment would call a layer
        #: the expression that is all of an assignment's right side
        self.whole: cst.CSTNode | None = None
        #: by places in the text: what `__init__` writes there
        self.rewrites: dict[tuple[int, int], str] = {}
        self.running: dict[tuple[int, int], str] = {}  #: what `forward` writes there
        self.reading_running = False  #: whether arguments are written for `forward`
        self.presumes_numbers = False  #: it casts what is only taken for a number
        self.standing: list[GiveUp] = []  #: statements that stay where they are, and why
        self.left_ways: list[GiveUp] = []  #: ways of branches that raise, and why
        self.constants: list[cst.CSTNode] = []  #: statements that name tensors of plain values
        self.done: set[int] = set()  #: calls that have emitted all that they stand for

        # What became of the statements.
        #: statements that make graphs: they become part of classes
        self.graph_statements: dict[int, cst.CSTNode] = {}
        #: statements of plain values that classes take over
        self.static_statements: dict[int, cst.CSTNode] = {}
        self.layer_statements: dict[int, list[Layer]] = {}  #: which layers a statement makes
        self.model_lists: list[cst.CSTNode] = []  #: statements that put models into lists or dicts
        self.graph_events = 0  #: counts what belongs to graphs, to tell whose statement it was
        self.staying: set[int] = set()  #: statements that make a model, and stay
        self.failed_statements: dict[int, Any] = {}  #: statements that were not understood, and why
        self.resolved: dict[int, bool] = {}  #: branches that are decided when converting
        self.unpacked: dict[int, Value] = {}  #: the dict that a `**` stands for, on one way
        #: the sizes of tensors and the like, as `__init__` writes them, by where they stand
        self.written: dict[tuple[int, int], tuple[Expr, int]] = {}
        self.settled: dict[tuple[int, int], str] = {}  #: calls whose value is known when converting
        self.idle: set[int] = set()  #: statements that say nothing to torch
        #: emitted functions and classes that data sets among them need
        self.settled_helpers: dict[tuple[int, int], frozenset[str]] = {}
        self.elements: dict[int, int] = {}  #: elements of lists that have comments of their own
        self.left_calls: list[tuple[cst.CSTNode, str, Value]] = []
        self.asked_of_models: list[tuple[cst.Attribute, str, Value]] = []  #: `model.losses`
        self.called_by_place: set[int] = set()  #: `model.layers[-1]` of `model.layers[-1](x)`
        self.called_elsewhere: set[int] = set()  #: of these, of models of objects: `net.model(x)`
        self.calls_on_data: list[Any] = []  #: `TrainingCall`s: models that are called on no tensor
        self.left_code: list[tuple[cst.CSTNode, str]] = []  #: statements that go on calling Keras
        #: what to say if this interpretation counts
        self.diagnostics: list[tuple[Code, cst.CSTNode | None, str]] = []

        # Names and sizes.
        self.temporaries = 0  #: how many variables were made up
        self.renames: dict[str, str] = {}  #: variable tokens that become the statement's target
        self.size_names: dict[tuple[str, int], Expr] = {}  #: variables that hold just one size
        self.size_values: dict[Name, Expr] = {}  #: what versions of size variables were given
        self.handed: set[str] = set()  #: variables that hold what a builder gave beside its model
        self.tensor_names: set[str] = set()  #: variables of `forward` that hold tensors
        #: names of the module whose statements classes take over
        self.moved_names: set[str] = set()
        #: variables that hold one another, or did when something in them changed
        self.together: dict[str, frozenset[str]] = {}
        #: variables that were given what another one held: their names and versions, and that
        #: the parameters that variables were given as they are, by name and version
        self.copied: dict[tuple[str, int], str] = {}
        self.copies: dict[tuple[str, frozenset[tuple[str, int]]], Expr] = {}
        self.moved: dict[str, tuple[Bound, Bound]] = {}  #: tensors whose channels were moved
        #: of dicts of inputs that are given: how to run through their keys as the program made them
        self.key_orders: dict[str, KeyOrder | None] = {}
        self.border_lines: dict[str, Node] = {}  #: where inputs are brought into torch's layout
        self.closure_reads: set[str] = set()  #: names of enclosing functions that are read
        #: tensors that the object keeps, `self.x`: whether others are added to it, and that is all
        self.states: dict[str, bool] = {}
        self.parts: dict[str, Any] = {}  #: metrics that the object holds: what they are given

        # Tensors that come in, and what is given back.
        #: the parameters of `forward`: where they are from, their tensors, their types
        self.inputs: dict[str, Any] = {}
        #: by their names, the shapes of all that may be an input, by where these are made
        self.shapes_of_inputs: dict[str, dict[str, Any]] = {}
        self.input_names: dict[str, str] = {}  #: what the program calls them to Keras
        #: the names of the inputs that a loop has put in a list
        self.input_orders: dict[str, KeyOrder] = {}
        #: what the program calls inputs whose names only the run tells
        self.input_labels: dict[str, str] = {}
        self.gathered: list[Any] = []  #: inputs that the running loop puts in lists
        self.batch_names: dict[str, Any] = {}  #: variables that hold tensors of data sets
        self.file_names: set[str] = set()  #: parameters that are texts, where no rule says so
        self.decoded: dict[tuple[int, int], str] = {}  #: what made texts of bytes, outside of it
        self.taken: dict[int, Any] = {}  #: what calls of `next` take of data sets
        self.declared_shapes: dict[str, Value] = {}  #: of inputs, as the program writes them
        self.tensor_order: list[str] = []  #: the parameters that are tensors
        #: what is given back, and by which statements
        self.returns: list[tuple[Value, cst.CSTNode]] = []
        #: what a loop's list holds in each round
        self.list_items: dict[tuple[int, str, str], Value] = {}

        # Layers.
        self.constructed: set[str] = set()  #: tokens of modules that `__init__` constructs
        self.module_hints: dict[str, str] = {}  #: tokens of modules -> what the program calls them
        self.called_layers: list[Any] = []  #: in the order of their calls
        self.named_layers: dict[str, Any] = {}  #: by the names that the program gives them
        #: the last one that was called, and the code of its result
        self.last_layer: tuple[Any, str] | None = None
        self.activations: dict[str, tuple[str, str]] = {}  #: code -> what activated which code
        #: token -> what is given as the activation that a module is, where only the run tells which
        self.open_activations: dict[str, Expr] = {}
        #: the attention layers that read a mask, by its code, and which of them take it away
        self.attended: dict[tuple[str, frozenset[Name]], dict[cst.CSTNode, bool]] = {}
        self.penalties: list[tuple[Layer, str, Value]] = []  #: layers with regularizers and such
        #: the activity regularizers of layers that were called, by their numbers
        self.activities: dict[int, tuple[Layer, Value]] = {}
        #: emitted functions and classes that the code needs
        self.helpers_used: frozenset[str] = frozenset()

        # Models.
        self.built: list[Built] = []  #: models that are complete
        self.open_sequentials: list[Model] = []  #: Sequential models that still get layers
        self.failed_models: list[tuple[Model, GiveUp]] = []  #: models that can't be built, and why
        #: the sizes of the arrays of a function, where a call of a model asks for them
        self.own_arrays: dict[str, tuple[int | None, ...] | None] = {}
        self.model_names: dict[str, Model] = {}  #: models that others take as layers, by variable
        self.model_layers: dict[str, Model] = {}  #: the same by token: variables may be bound anew
        #: of these: those that a branch or loop makes which calls them
        self.inner_models: dict[str, Model] = {}
        #: what models and blocks gave that the program gives names, and these names
        self.given_by_name: list[tuple[Bound, str]] = []
        self.borrowed: dict[str, list[Any]] = {}  #: models whose layers this region runs itself
        #: modules of models that were built elsewhere: the model, and its region
        self.shared_modules: dict[str, tuple[Expr, Region]] = {}
        self.optimizers: dict[tuple[int, int], Value] = {}  #: by where they are made
        #: calls of functions that give one of several: the function, and where it makes them
        self.optimizer_makers: dict[
            tuple[int, int], tuple[cst.FunctionDef, tuple[tuple[int, int], ...]]
        ] = {}
        self.named_in_models: dict[int, Any] = {}  #: the variables that hold layers of models
        self.training: dict[int, Any] = {}  #: the calls that compile, train or ask models
        self.entered: list[cst.With] = []  #: `with` statements of a function
        #: calls that train models, of each model in turn where rounds of a loop are gone through
        self.handings: dict[tuple[int, ...], Handed] = {}
        self.runs: dict[int, Run] = {}  #: by id of the call
        self.handing: set[int] = set()  #: statements that call builders with shapes, and stay

        # The user's functions.
        self.local_functions: list[Function] = []  #: functions that are defined in it
        self.called: list[Summary] = []  #: the blocks that it instantiates
        self.operations_used: list[Summary] = []  #: the functions on tensors that it calls
        self.spliced: list[Function] = []  #: functions whose statements are being run
        self.inlined: list[Function] = []  #: functions whose calls were replaced by what they give
        self.refusals: set[tuple[str, Any]] = set()  #: the errors that `__init__` surely raises
        self.inline: dict[str, Value] = {}  #: variables of a function whose call is being replaced
        self.acting: Any = None  #: what that function does besides, an `Acting`
        #: places where functions are passed on by name
        self.function_arguments: list[tuple[tuple[int, int], Function]] = []
        #: parameters that are called on tensors
        self.parameter_calls: list[tuple[str, Bound, list[str | None], cst.CSTNode]] = []
        self.keywords = ""  #: the parameter `**kwargs`
        self.unseen: set[str] = set()  #: that and `*args`, if no call shows what they get
        self.set_keywords: set[str] = set()  #: of what it holds: those of `setdefault`
        self.keyword_defaults: dict[str, str] = {}  #: of what it holds, as source
        self.unpacks = False  #: whether it is handed on to layers or functions
        self.unrolled = 0  #: how many loops are interpreted round by round at the moment

    @property
    def may_ask(self) -> bool:
        """Whether what is not known may be what a model said: the module's, or a trainer's."""
        return self.is_module or any(c.name in ANSWERING for c in self.training.values())

    def note_optimizer(self, place: tuple[int, int], made: Static | Choice) -> None:
        """Note where an optimizer is made; who interprets that again may know another one."""
        known = self.file.optimizers.setdefault(place, made)
        if known is None or not _are_alike(known, made):
            self.file.optimizers[place] = None
        self.optimizers[place] = made

    @contextmanager
    def unrolling(self) -> Iterator[None]:
        """While the rounds of a loop are interpreted one by one, whose text stays one."""
        self.unrolled += 1
        try:
            yield
        finally:
            self.unrolled -= 1

    @contextmanager
    def apart(self, inline: dict[str, Value]) -> Iterator[None]:
        """While something that stands elsewhere is evaluated, of which nothing stays noted."""
        before, outer, events = set(self.rewrites), self.inline, self.graph_events
        optimizers, metrics = dict(self.optimizers), dict(self.file.metrics)
        all_optimizers = dict(self.file.optimizers)
        self.inline = inline
        try:
            yield
        finally:
            self.inline, self.graph_events = outer, events
            self.optimizers, self.file.metrics = optimizers, metrics
            self.file.optimizers = all_optimizers
            for span in set(self.rewrites) - before:
                del self.rewrites[span]

    def want(self, key: str, value: Any) -> NoReturn:
        """Ask that the region is interpreted again, with this known from its start."""
        if self.wants.get(key) != value:
            self.wants[key] = value
            raise Restart
        raise GiveUp(f"conflicting demands on {key}")

    def passes_keywords(self, argument: cst.Arg) -> bool:
        """Whether an argument is `**kwargs`, as the function itself got it."""
        value = argument.value
        is_it = isinstance(value, cst.Name) and value.value == self.keywords
        return argument.star == "**" and is_it

    def settled_needs(self, before: int | None = None) -> frozenset[str]:
        """The emitted functions and classes that data sets of the region need, up to a place."""
        spans = self.settled_helpers.keys() & self.settled.keys()
        spans = {span for span in spans if before is None or span[0] < before}
        return frozenset().union(*(self.settled_helpers[span] for span in spans))

    def settles(self, node: cst.CSTNode) -> bool:
        """Whether something of the framework inside of a node is settled when converting."""
        start, end = self.tree.span(node)
        return any(start <= first and last <= end for first, last in self.settled)

    def say(self, code: Code, node: cst.CSTNode | None, message: str) -> None:
        """Note something to report if this interpretation is the one that counts."""
        self.diagnostics.append((code, node, message))

    def parameter_layouts(self) -> dict[str, Layout]:
        """Where the tensors that are parameters have their channels."""
        found: dict[str, Layout] = {}
        for key, value in self.wants.items():
            if key.startswith("layout:param:"):
                found[key.removeprefix("layout:param:")] = value
        for name, layout in self.given_layouts.items():
            found.setdefault(name, layout)
        return found

    def marks(self) -> int:
        """A count that tells later whether something of a graph happened since."""
        return self.graph_events

    def note_statement(self, node: cst.CSTNode, before: int) -> None:
        """Remember whether a statement belongs to a graph."""
        if self.graph_events != before and id(node) not in self.handing:
            self.graph_statements[id(node)] = node

    def emit_init(self, node: Node) -> None:
        """Add a statement to `__init__`."""
        self.init.append(self._stamped(node))

    def emit_forward(self, node: Node) -> None:
        """Add a statement to `forward`."""
        self.forward.append(self._stamped(node))

    def _stamped(self, node: Node) -> Node:
        if self.origin >= 0 and not node.origins:
            node.origins = (self.origin,)
        return node

    def within(self, node: cst.CSTNode) -> _Origin:
        """What is emitted in a `with` block of this comes from the statement."""
        return _Origin(self, self.tree.span(node)[0])

    @contextmanager
    def collecting(self) -> Iterator[tuple[list[Node], list[Node]]]:
        """Collect the statements of a nested block."""
        outer = self.init, self.forward
        self.init, self.forward = [], []
        self.outside.append(outer)
        try:
            yield self.init, self.forward
        finally:
            self.outside.pop()
            self.init, self.forward = outer

    def program(self) -> tuple[list[Node], list[Node]]:
        """All statements on the way to this point."""
        levels = [*self.outside, (self.init, self.forward)]
        init = [node for level, _ in levels for node in level]
        forward = [node for _, level in levels for node in level]
        return init, forward


def _are_alike(one: Value, other: Value) -> bool:
    """Whether two optimizers that are made in one place are the same."""
    if isinstance(one, Choice) and isinstance(other, Choice):
        pairs = zip(one.options, other.options, strict=True)
        return one.test.expr.text == other.test.expr.text and all(_are_alike(*p) for p in pairs)
    if not isinstance(one, Static) or not isinstance(other, Static):
        return False
    first, second = one.expr.value, other.expr.value
    if not isinstance(first, Configured) or not isinstance(second, Configured):
        return one.expr.text == other.expr.text
    return first.name == second.name and _arguments(first) == _arguments(second)


def _arguments(made: Configured) -> list[tuple[str | None, str]]:
    plain: list[tuple[str | None, str]] = [(None, one.text) for one in made.args]
    return plain + [(keyword, one.text) for keyword, one in made.kwargs]


def holder(value: Bound) -> Expr:
    """How `forward` refers to a tensor."""
    return value.tensor.code
