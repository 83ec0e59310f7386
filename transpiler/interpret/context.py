"""What is known of one file while it is interpreted, lowered and written."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from transpiler.diagnostics import Code, Diagnostic
from transpiler.interpret.values import Function, Keyed, Model, Repeated, Static, UserClass, Value
from transpiler.ir.expr import Expr
from transpiler.options import Options
from transpiler.record import record
from transpiler.registry import Rules
from transpiler.source.importers import is_imported
from transpiler.source.tree import Tree

if TYPE_CHECKING:
    from transpiler.interpret.region import Region
    from transpiler.interpret.strategies import Distribution
    from transpiler.interpret.summary import GivenModel, Summary
    from transpiler.interpret.values import Bound
    from transpiler.source.passed_options import SpelledCall

#: The sizes of an array; None where one is not known.
Shape: TypeAlias = "tuple[int | None, ...]"


@record(frozen=True, slots=True)
class Array:
    """An array in a variable of the module."""

    version: int  #: of the variable
    shape: Shape | None
    listed: bool = False  #: it may be a list, whose elements may become longer ones


@record(frozen=True, slots=True)
class Frozen:
    """A model that is not trainable at some point of the program."""

    model: Model
    but_norms: bool = False  #: its batch normalization is
    itself: bool = True  #: whether that was said of the model, and not only of its layers


@record(eq=False)
class FileContext:
    """What is shared by all regions of one file."""

    tree: Tree
    options: Options
    rules: Rules
    diagnostics: list[Diagnostic] = field(default_factory=list)
    globals: dict[str, Value] = field(default_factory=dict)
    summaries: dict[Any, Summary] = field(default_factory=dict)
    class_methods: dict[str, dict[str, Function]] = field(default_factory=dict)
    generic: dict[Any, Summary] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)  #: what variables of the module hold
    reshaped: set[str] = field(default_factory=set)  #: those that held arrays of several shapes
    spliced: set[int] = field(default_factory=set)  #: functions whose calls are their statements
    forced: set[int] = field(default_factory=set)  #: functions that are constructed unseen
    mentions: dict[tuple[int, str], bool] = field(default_factory=dict)
    #: Functions that give functions: both as one, with the parameters of the inner one.
    joined: dict[int, tuple[cst.FunctionDef, tuple[str, ...]]] = field(default_factory=dict)
    user_classes: list[UserClass] = field(default_factory=list)
    #: classes of constraints that rules stand for, and the calls that make objects of them
    clips: dict[int, set[cst.Call]] = field(default_factory=dict)
    #: regularizers and constraints of the program's own, by the ids of their functions: what each
    #: computes of a weight, by the layer's call, the argument and the rank; None: not understood
    own_penalties: dict[int, dict[tuple[int, str, int | None], Summary | None]] = field(
        default_factory=dict
    )
    in_order: set[int] = field(default_factory=set)  #: layers with results in Keras's order
    kept_data: dict[tuple[str, str], Any] = field(default_factory=dict)  #: by class, attribute
    kept_models: dict[str, dict[str, Model]] = field(default_factory=dict)  #: of classes
    #: of classes: lists and dicts of models
    kept_groups: dict[str, dict[str, Repeated | Keyed]] = field(default_factory=dict)
    #: those that their objects get, by the names of the class and of the attribute
    given_models: dict[tuple[str, str], GivenModel] = field(default_factory=dict)
    #: the classes of objects that those of a class keep, by its name and the attribute; None where
    #: they may be of several
    given_objects: dict[tuple[str, str], UserClass | None] = field(default_factory=dict)
    #: the same of the calls for which that one stands, by their ids
    given_alike: dict[tuple[str, str], dict[int, GivenModel]] = field(default_factory=dict)
    #: of several calls of a class that give its objects models, the number of the one that stands
    #: for all; None where none may
    site: int | None = 0
    kept_at: dict[str, dict[int, list[Model]]] = field(default_factory=dict)  #: what each gets
    object_calls: set[int] = field(default_factory=set)  #: of methods of the program's classes
    stood_for: list[Model] = field(default_factory=list)  #: the models of the others
    sites: dict[str, int] = field(default_factory=dict)  #: how many they are, by the class
    told_apart: bool = True  #: whether each gets a model of its own
    #: functions that objects of a class get: by its parameters, and by `self.` attributes
    given_functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    metrics: dict[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)  #: without names
    #: optimizers by where they are made; None where that is not one alone
    optimizers: dict[tuple[int, int], Value | None] = field(default_factory=dict)
    losses: dict[tuple[int, int], Static] = field(default_factory=dict)  #: objects, likewise
    #: calls of functions that give one of several: the function, and where it makes them
    optimizer_makers: dict[tuple[int, int], tuple[cst.FunctionDef, tuple[tuple[int, int], ...]]] = (
        field(default_factory=dict)
    )
    single_metrics: set[tuple[int, int]] = field(default_factory=set)  #: objects made once
    #: the model and its `compile` that a metric object, by its place, is first given to
    metric_owners: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    understood_metrics: set[int] = field(default_factory=set)  #: classes of the program's own
    #: what stands for Keras's metrics inside of those of the program's own, by their classes
    metric_parts: dict[str, Any] = field(default_factory=dict)
    unknown_calls: list[cst.Call] = field(default_factory=list)  #: of methods that models have
    kept_uses: list[tuple[cst.CSTNode, str, Value]] = field(default_factory=list)
    #: what partial functions have got before, by the ids of the calls that complete them
    completed_calls: dict[int, tuple[tuple[str | None, Value], ...]] = field(default_factory=dict)
    frozen: dict[int, Frozen] = field(default_factory=dict)  #: models that do not train now
    ran: set[int] = field(default_factory=set)  #: functions that train something and were called
    path: str = ""
    data_format: str = "channels_last"  #: where images have their channels, if no layer says so
    custom_objects: dict[str, Function | None] = field(default_factory=dict)  #: by their strings
    channels_lead: bool = False  #: all its images have their channels first: sizes are called so
    changed: str = ""  #: what the program changes of the framework, so that models are refused
    settled: set[int] = field(default_factory=set)  #: calls and assignments that set the above
    module: Region | None = None
    foreign: dict[int, tuple[FileContext, str]] = field(default_factory=dict)
    planned: Any = None  #: the emitter that named this file's classes, for files that import it
    load: Any = None  #: dotted module name -> FileContext of another file, or None
    importers: Any = None  #: what gives the contexts of the files that import this one, or None
    left_data: dict[int, tuple[cst.CSTNode, str]] = field(default_factory=dict)  #: steps, and why
    #: What is asked of metric objects other than their methods, and where those are made.
    metric_uses: dict[int, tuple[cst.CSTNode, str, tuple[int, int]]] = field(default_factory=dict)
    #: And of those for which a class is emitted: what their calls become, if no model has them.
    metric_calls: dict[int, tuple[cst.CSTNode, tuple[int, int]]] = field(default_factory=dict)
    #: conditions on settings of the module that it decides, and what to say of those that go
    decisions: dict[int, tuple[cst.CSTNode, cst.CSTNode, str]] = field(default_factory=dict)
    data_names: set[str] = field(default_factory=set)  #: that hold data sets at some time, or ""
    #: calls of functions whose results are not known, by those
    vague_calls: dict[int, list[cst.CSTNode]] = field(default_factory=dict)
    text_names: set[str] = field(default_factory=set)  #: what loops call texts of data sets
    ways: list[Summary] = field(default_factory=list)  #: of functions, written whoever asks for it
    #: of functions with `**kwargs`: what calls pass through it, and whether some leave it out
    keywords: dict[int, dict[str, bool]] = field(default_factory=dict)
    #: the data sets, or None, that calls of methods give parameters; and as it is found out
    data_given: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    data_seen: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    #: the functions that calls give a parameter with which models are compiled
    given_losses: dict[tuple[int, str], dict[int, Function]] = field(default_factory=dict)
    #: the parameters of classes that get something else in some objects
    other_losses: set[tuple[int, str]] = field(default_factory=set)
    grown: bool = False  #: whether more of those came to light since the file was begun
    #: sizes of blocks that some call of them can't tell, by their functions and tokens
    untold: set[tuple[int, str]] = field(default_factory=set)
    #: those that were missed so far, by the functions of the calls
    missed: dict[int, tuple[int, str]] = field(default_factory=dict)
    apart: set[int] = field(default_factory=set)  #: functions with a class for each set of those
    without_gradients: dict[int, str] = field(default_factory=dict)  #: for loops that freeze layers
    still: set[int] = field(default_factory=set)  #: the models of which such a loop freezes all
    refused: dict[int, str] = field(default_factory=dict)  #: functions that can't be, and why
    #: functions that others give, and that losses and metrics are: they stay inside of those
    freezers: set[int] = field(default_factory=set)  #: functions that make models trainable or not
    kept_closures: set[int] = field(default_factory=set)
    lifted: set[int] = field(default_factory=set)  #: functions of others that are called outside
    #: what the program says that functions are called, `f.__name__ = "dice"`; None if not known
    function_names: dict[int, str | None] = field(default_factory=dict)
    losses_by_hand: set[str] = field(default_factory=set)  #: variables, called on arrays
    measured: set[tuple[int, int]] = field(default_factory=set)  #: calls that NumPy computes now
    unsettled: dict[int, str] = field(default_factory=dict)  #: calls on arrays that stay, and why
    #: parameters of functions that calls give several values
    varied: set[tuple[int, str]] = field(default_factory=set)
    #: initializers that the program makes, by their places, as functions that fill a weight
    initializers: dict[tuple[int, int], Expr] = field(default_factory=dict)
    #: functions that give an optimizer, callbacks or the like, and their calls
    #: functions that give a LearningRateScheduler: where they make it, and what that calls
    schedule_makers: dict[str, tuple[cst.Call, cst.BaseExpression]] = field(default_factory=dict)
    giving_calls: dict[cst.FunctionDef, dict[int, cst.CSTNode]] = field(default_factory=dict)
    #: calls of functions of other files that may give such: the calls, and the functions
    parts_elsewhere: dict[int, tuple[Any, Function]] = field(default_factory=dict)
    #: functions and classes of other files that get models of this one, or of which it has to be
    #: known what they give, by their nodes
    lent: dict[int, Function | UserClass] = field(default_factory=dict)
    hosting: Any = None  #: the `Hosting` of those that stand in this file meanwhile, or None
    unwelcome: dict[Any, str] = field(default_factory=dict)  #: those that can't, and why
    #: its functions and classes that have been converted with files which give them models
    arrived: frozenset[str] = frozenset()
    added: tuple[str, ...] = ()  #: calls that it has instead of functions of other files
    #: what its text takes for granted that the one of the program does not say, by lines of that
    assumed: list[tuple[int, str]] = field(default_factory=list)
    touched: list[tuple[int, int]] = field(default_factory=list)  #: and what must convert then
    spelled: list[SpelledCall] = field(default_factory=list)  #: calls with options of callers
    named: bool = False  #: functions have parameters instead of keywords that they read
    left: dict[str, str] = field(default_factory=dict)  #: functions of which those stay, and why
    #: why calls stay, by lines of the file, where what other files do was written down in it
    why_left: dict[int, str] = field(default_factory=dict)
    uncompiled: dict[int, str] = field(default_factory=dict)  #: calls of models, and why
    line_of: Any = None  #: tells the line of the file for one of this version; None: the same
    #: why functions still hand their keywords on to a model, by `Class.function`
    why_handed_on: dict[str, str] = field(default_factory=dict)
    brought: frozenset[str] = frozenset()  #: imported names of those that have come to this file
    settings: set[str] = field(default_factory=set)  #: names that what `compile` gets begins with
    brought_imports: tuple[str, ...] = ()  #: what they read of other modules
    #: tells of a function whether other files call it, and none of them once they are converted
    is_brought: Any = None
    #: tells which of some names other files read, and one that does so once it is converted, or ""
    readers_of: Any = None
    read_elsewhere: dict[str, str] | None = None  #: the names of the framework among these
    loaded: dict[str, str] = field(default_factory=dict)  #: files about models, by their modules
    #: the outputs that models of the file are compiled for, and whether targets are classes
    compared: list[tuple[Bound, bool]] = field(default_factory=list)
    wanted: list[Any] = field(default_factory=list)  #: of functions of other files: `Wish`es
    onward: list[Any] = field(default_factory=list)  #: what functions want that others want of it
    told: set[int] = field(
        default_factory=set
    )  #: summaries that these have asked for, by their ids
    wished: set[str] = field(default_factory=set)  #: what other files compile models with
    wishes: Any = None  #: what gives those that other files have of this one, or None
    #: tells of what another file has under a name whether it is a function of torch there
    agrees: Any = None
    done_first: dict[int, Any] = field(default_factory=dict)  #: what these calls do besides
    #: the statements that keep parts of the training in attributes, by class and attribute
    kept_parts: dict[tuple[str, str], Any] = field(default_factory=dict)
    #: such statements, and where the attribute is read
    part_reads: dict[cst.CSTNode, dict[int, cst.CSTNode]] = field(default_factory=dict)
    #: parameters that get an attribute where these stand, as what is kept there reads them
    arguments_kept: dict[cst.CSTNode, tuple[str, ...]] = field(default_factory=dict)
    #: callbacks of the program's own that get an attribute there, with what makes each
    objects_kept: dict[cst.CSTNode, dict[str, str]] = field(default_factory=dict)
    gives_parts: dict[int, bool] = field(default_factory=dict)  #: which may give such, by their ids
    precision: str = ""  #: what layers compute in under a policy of mixed precision: "float16"
    #: the call that sets it: the region, and the statement
    policies: dict[cst.Call, tuple[Region, Any]] = field(default_factory=dict)
    placed: dict[int, cst.With] = field(default_factory=dict)  #: `with tf.device(...):`
    distribution: Distribution | None = None  #: the strategy that spreads its training
    #: what makes layers carry their regularizers and constraints, and reads these: `Marks`
    mark: Any = None
    wants_marks: bool = False  #: whether a training needs that, so that the file is begun anew
    marks_elsewhere: bool = False  #: whether that of a file which imports this one does
    #: what files that import it have in branches alone which don't come to pass, by their paths
    unread: dict[str, set[str]] = field(default_factory=dict)
    marked: dict[tuple[int, str], Any] = field(default_factory=dict)  #: by layer and argument

    @property
    def has_callers(self) -> bool:
        """Whether other files of the project may call its functions."""
        return bool(self.path) and is_imported(self.path, r"\(")

    def functions(self, owner: str = "") -> dict[str, cst.FunctionDef]:
        """The functions of the module and the methods of a class that are plain ones, by name."""
        found = {**self.globals, **self.class_methods.get(owner, {})}
        held = {name: one.node for name, one in found.items() if isinstance(one, Function)}
        return {name: node for name, node in held.items() if isinstance(node, cst.FunctionDef)}

    def names_done_first(self) -> frozenset[str]:
        """The variables that calls of functions set which give parts of the training."""
        return frozenset[str]().union(*(done.names for done in self.done_first.values()))

    def release(self) -> None:
        """Let go of all that was found out, once the new text is written.

        Regions, functions and models refer to each other in circles, and to the tree. Cut here,
        they are freed at once; the garbage collector would look through all nodes for them.
        """
        summaries = (*self.summaries.values(), *self.generic.values())
        regions = {id(r): r for r in (self.module, *(s.region for s in summaries)) if r is not None}
        for held in (self.globals, *map(vars, (*regions.values(), self.tree, self))):
            held.clear()

    def is_same(self, other: FileContext) -> bool:
        """Whether both are of one file, which was interpreted twice."""
        return self is other or (
            bool(self.path) and os.path.realpath(self.path) == os.path.realpath(other.path)
        )

    def call_function(self, function: Function, name: object) -> None:
        """Remember what the program calls a function: `f.__name__ = "dice"`."""
        key = id(function.node)
        known = isinstance(name, str) and self.function_names.get(key, name) == name
        self.function_names[key] = str(name) if known else None

    def say(self, code: Code, node: cst.CSTNode | None, message: str) -> None:
        """Report something about a place, once."""
        line, column = self.tree.place(node) if node is not None else (1, 1)
        diagnostic = code.at(line, column, message)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)
