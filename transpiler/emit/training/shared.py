"""What the models of one file have in common: the rooms they are trained in, what is written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from transpiler.diagnostics import Code
from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import functions_around, holds, is_repeated, within
from transpiler.emit.training.receivers import element_of
from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewritten
from transpiler.interpret.training import TRAINING, Given, TrainingCall, given_by_function, root
from transpiler.interpret.values import Function, Model, Value
from transpiler.ir import tokens
from transpiler.lower.compositions import Compositions
from transpiler.lower.freezing import Freezing
from transpiler.lower.training import Training
from transpiler.lower.weighing import is_weighed, weighs
from transpiler.record import record
from transpiler.source.backwards import turns_arrays
from transpiler.source.far_tables import tables_of
from transpiler.source.near import turning_near
from transpiler.source.occurrences import FreeNames, Occurrence, Occurrences
from transpiler.source.run_again import runs_again
from transpiler.source.tables import Tables

if TYPE_CHECKING:
    from transpiler.emit.training.handed_compile import Handing
    from transpiler.emit.training.one_of_several import Lookup, Pick
    from transpiler.emit.training.ready import Ready


@record(frozen=True, slots=True)
class Before:
    """Lines that a call needs before the statement that it is in."""

    statement: cst.CSTNode
    call_end: int
    lines: list[str]
    joined: bool = False  #: the statement is shorter now: it is laid out anew


@record(slots=True)
class Trained:
    """The training of one model, written out."""

    training: Training
    texts: dict[cst.CSTNode, list[Edit]] = field(default_factory=dict)  #: by module and function
    before: list[Before] = field(default_factory=list)
    inlined: dict[tuple[int, int], str] = field(default_factory=dict)  #: what calls become
    ready: list[Ready] = field(default_factory=list)  #: the data of each room
    whole: set[int] = field(default_factory=set)  #: ids of statements that are nothing else
    said: list[tuple[Code, cst.CSTNode, str]] = field(default_factory=list)
    functions: list[tuple[str, str]] = field(default_factory=list)  #: name, source
    helpers: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)  #: which stand with what is written here
    left: list[tuple[int, str]] = field(default_factory=list)  #: what stays: where, a message
    rooms: set[cst.CSTNode] = field(default_factory=set)  #: where something is asked of it
    together: list[Trained] = field(default_factory=list)  #: whose training one function serves
    #: functions that serve several models, and how their bodies see this one
    lent: dict[cst.CSTNode, Region] = field(default_factory=dict)
    gone: list[cst.CSTNode] = field(default_factory=list)  #: statements that are taken out
    spread: bool = False  #: whether a strategy spreads the training over several processes
    device: str = ""  #: the variable that holds the device, where there is need of one
    once: list[Edit] = field(default_factory=list)  #: which other models may ask for, too
    vanishing: list[tuple[int, int]] = field(default_factory=list)  #: spans that stay nowhere
    class_edits: dict[int, list[Edit]] = field(default_factory=dict)  #: by the ids of their nodes
    #: what functions read of the model, and through what it has: attributes for that
    asked: frozenset[str] = frozenset()
    asked_paths: dict[str, str] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)  #: ids of what is asked besides, and written
    sharing: set[int] = field(default_factory=set)  #: ids of calls of others that need what is gone
    keeps: bool = (
        False  #: whether it is compiled without metrics, so that Keras 3 keeps those it had
    )
    kept: dict[str, str] = field(default_factory=dict)  #: which these are
    waiting: str = ""  #: the dict in which `compile` leaves its optimizer for the `fit` of a loop
    #: what goes with it where others may be meant, by what stands for that, which has become
    picks: dict[str, Pick] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def edits(self) -> list[Edit]:
        """All edits."""
        return [edit for edits in self.texts.values() for edit in edits]


@record(frozen=True, slots=True)
class Room:
    """The module, or a function, in which models are made and trained."""

    region: Region
    node: cst.Module | cst.FunctionDef
    owner: str = ""  #: the class, where it is a method
    calls: tuple[TrainingCall, ...] = ()  #: what is asked of models there, by the models


@record(slots=True)
class Part:
    """What is asked of a model in one room, and what it is called there."""

    room: Room
    variable: str
    calls: list[TrainingCall]
    lending: list[tuple[int, int]] = field(default_factory=list)  #: arguments, parameters that go
    hoisted: bool = False  #: whether the model gets its name there, before a statement
    keeper: str = ""  #: the class of the object whose attribute it is there
    optimizer: str = ""  #: the program's own variable for its optimizer, if it asks for the rate
    passes: bool = False  #: whether the model is handed on there to what trains it
    called: bool = False  #: whether it is an argument there of which nothing but a call is asked
    several: bool = False  #: whether others are called on data by that name, too
    apart: bool = False  #: whether rounds of a loop step models whose optimizers others have made

    @property
    def is_lent(self) -> bool:
        """Whether the model is an argument here; the module has none, it names an attribute."""
        if isinstance(self.room.node, cst.Module):
            return False
        is_given = any(c.model.source is not None for c in self.calls)
        return (is_given or self.passes or self.called) and self.variable.isidentifier()


#: Methods of a program that are called as those of models are.
_OF_MODELS = frozenset({"fit", "compile", "evaluate", "predict"})
#: Where a callback is made, and the call of the function that makes it, if one does.
LastingOf: TypeAlias = "tuple[tuple[int, int], tuple[int, int] | None]"


@record(frozen=True, slots=True, eq=False)
class Lasting:
    """A callback that remembers something, and the first `fit` that gets it."""

    room: Room
    call: cst.CSTNode
    of: LastingOf | None
    lines: tuple[str, ...]  #: what its memory begins with


@record(frozen=True, slots=True)
class Site:
    """A call of a function that gives a model which it has compiled."""

    node: cst.CSTNode
    room: Room
    variable: str  #: what the model is called there
    calls: tuple[TrainingCall, ...]  #: what is asked of the model
    given: dict[str, Value] = field(default_factory=dict)  #: what the function gets there

    @property
    def models(self) -> list[Model]:
        """Those of which something is asked."""
        return [call.model for call in self.calls]

    @property
    def asks(self) -> bool:
        """Whether its criterion is needed."""
        return any(call.name in TRAINING for call in self.calls)

    @property
    def trains(self) -> bool:
        """Whether its optimizer is needed."""
        return any(call.name in ("fit", "train_on_batch") for call in self.calls)


def origin(model: Model) -> Model:
    """The model as the function builds it that gives this one."""
    made = root(model)
    home = given_by_function(made)
    return home[1].model if home is not None else made


#: Functions that train, evaluate and predict: a metric may have such a name.
_USUAL = frozenset({"train_epoch", "evaluate", "predict"})


class Shared:
    """What the writers of a file's models have in common."""

    def __init__(self, file: FileContext, rooms: list[Room]) -> None:
        self.file = file
        self.tree = file.tree
        self.text = file.tree.text
        self.found = Occurrences(self.text)
        self.functions: dict[Any, str] = {}
        self.replaced: dict[tuple[int, int], str] = {}
        self.gone: set[int] = set()  #: statements that a writer takes out
        self.rooms = rooms
        for room in rooms:
            self.replaced |= room.region.settled
        #: functions of other files, which a star may have brought
        self.starred = frozenset(
            name
            for name, value in file.globals.items()
            if isinstance(value, Function) and value.file not in (None, file)
        )
        self.names = FreeNames(self.found, [], reserved=self.starred)
        self.freezing = Freezing(Compositions(()))
        #: models that other files compile, by what builds them here, or why these don't
        self.elsewhere: Mapping[tuple[str, int], str] = {}
        calls = [c for room in rooms for c in room.calls]
        self.calls = [self.tree.span(c.node) for c in calls]
        self.spaced: set[int] = set()  #: where statements end that become some with a blank line
        self.lasting: dict[LastingOf, Lasting] = {}
        #: whose memory a variable of a room holds, by where that callback is made
        self.lasting_lines: dict[tuple[int, str], LastingOf | None] = {}
        self.used: dict[tuple[int, str], str] = {}  #: what variables hold in a statement
        self.sites: dict[int, list[Site]] = {}  #: by the ids of functions, in their order
        #: what makes the criterion that models of one function have in common, by it and the room
        self.criteria: dict[tuple[int, int, tuple[str, ...]], list[str]] = {}
        #: what makes those of models that functions give, by the calls and the models' names
        self.criteria_made: dict[tuple[int, str], list[str]] = {}
        #: what layers may carry of the models that a function gets, by its id
        self.marks: dict[int, frozenset[str]] = {}
        self.copied: set[int] = set()  #: calls that set weights which a copy has already
        self.handings: dict[int, Handing] = {}  #: by the ids of models: who compiles them
        self.lookups: list[Lookup] = []  #: dicts of what goes with each of several models
        #: the ids of the `__init__` and the attributes whose objects get what trains the model
        self.constructed: set[tuple[int, str]] = set()
        #: what calls of `compile` in builders are given there, by their ids
        self.given_inside: dict[int, dict[str, Given]] = {}
        self.sized = any(c.name == "predict" and "batch_size" in c.given for c in calls)

    @cached_property
    def tables(self) -> Tables:
        """The tables of pandas: which variables hold some."""
        return tables_of(self.text, self.file.path).copy()

    @cached_property
    def turning(self) -> tuple[str, ...]:
        """The programs of modules of the project that may give arrays turned round."""
        return turning_near(self.text, self.file.path)

    def turns_arrays(self) -> bool:
        """Whether the program, or what it has data from, turns arrays round."""
        return turns_arrays(self.tree.blanked) or bool(self.turning)

    def several(self, room: Room) -> bool:
        """Whether more than one variable of a room, or of the methods of its class, is trained."""
        calls = self._trained(room)
        origins = {id(origin(c.model)) for c in calls if origin(c.model) is not root(c.model)}
        sites = self._sites(room)
        origins |= {id(origin(model)) for site in sites for model in site.models}
        first: dict[int, str] = {}
        for call in calls:
            if call.receiver is not None and id(root(call.model)) not in origins:
                first.setdefault(id(root(call.model)), self.tree.source(call.receiver))
        trained = {s.variable.removeprefix("self.") for s in sites if s.trains}
        if sum(name.isidentifier() for name in trained) > 1:
            return True  # also where a loop, or a function, calls all of them by one name
        sites = [s for s in sites if not {id(root(c.model)) for c in s.calls} & first.keys()]
        return len({*first.values(), *(site.variable for site in sites)}) > 1

    def of_one_kind(self, room: Room) -> bool:
        """Whether all models that are trained there come from one function, which compiles them.

        And all with weights of samples, or all without: these are what their criteria depend on.
        """
        calls = self._trained(room)
        lent = [call for site in self._sites(room) for call in site.calls]
        weighed = {id(root(c.model)) for c in (*calls, *lent) if weighs(c) or is_weighed(c)}
        if weighed and weighed != {id(root(c.model)) for c in (*calls, *lent)}:
            return False
        given = {id(origin(c.model)) for c in (*calls, *lent)}
        made = {id(root(c.model)) for c in calls} - given
        alone = len(given) == 1 and len(made) < 2
        compiles = any(c.name == "compile" and id(root(c.model)) in made for c in calls)
        return alone or (len(given) == 1 and not compiles)

    def is_alone(self, site: Site) -> bool:
        """Whether no other model is an attribute of its class: who else asks for it, sees which."""
        rooms = self._rooms(site.room)
        return all(s is site or s.room not in rooms for made in self.sites.values() for s in made)

    def _sites(self, room: Room) -> list[Site]:
        """The models that functions give there, and that are trained anywhere."""
        rooms = self._rooms(room)
        return [s for made in self.sites.values() for s in made if s.room in rooms and s.asks]

    def _trained(self, room: Room) -> list[TrainingCall]:
        calls = [c for r in self._rooms(room) for c in r.calls]
        return [c for c in calls if c.name in TRAINING or c.name == "compile"]

    def _rooms(self, room: Room) -> list[Room]:
        """A room, and the methods of the class that it is a method of."""
        return [r for r in self.rooms if r is room or (room.owner and r.owner == room.owner)]

    def serves_several(self, part: Part) -> bool:
        """Whether the text of a function is that of several models: it gets them, or builders."""
        rooms = [room for room in self.rooms if room.node is part.room.node]
        return part.is_lent or len(rooms) > 1

    def extent(self, room: Room) -> tuple[int, int]:
        """The offsets of a room."""
        whole = isinstance(room.node, cst.Module)
        return (0, len(self.text)) if whole else self.tree.span(room.node)

    def places(self, room: Room, name: str) -> list[Occurrence]:
        """Where a variable of a room stands: others of that name have nothing to do with it.

        Or an element of a list, as it is written: `models[i]`.
        """
        if (element := element_of(name)) is not None:
            return self._of_element(room, *element)
        owner, dot, attribute = name.rpartition(".")
        if dot:
            found = [p for p in self.places(room, owner) if p.attribute == attribute]
            return [self._of_attribute(p) for p in found]
        found = self.found.of(name)
        if isinstance(room.node, cst.Module):
            found = [p for p in found if not p.local]
        else:
            start, end = self.tree.span(room.node)
            found = [p for p in found if start <= p.start < end]
        return found

    def calls_of(self, room: Room) -> list[int]:
        """Where a function, or a method of whatever object, is called, or named otherwise."""
        if isinstance(room.node, cst.Module):
            return []
        name = room.node.name.value
        if not room.owner:
            return [p.start for p in self.found.of(name) if not p.binds]
        called = (m.start() for m in re.finditer(rf"\.{name}\b", self.tree.blanked))
        return [place for place in called if not within(place, self.calls)]  # those of models

    def runs_again(self, room: Room) -> bool:
        """Whether a function or method may be called more than once, by other files, too."""
        if isinstance(room.node, cst.Module):
            return False
        calls, name = self.calls_of(room), room.node.name.value
        if len(calls) > 1 or not all(map(self.runs_once, calls)):
            return True
        return name not in _OF_MODELS and runs_again(self.text, name, self.file.path)

    def runs_once(self, place: int) -> bool:
        """Whether what stands in a place runs but once, or once for each object.

        It is in no loop, and the functions around it are called in one place alone, likewise.
        """
        if is_repeated(self.tree, place):
            return False
        around = functions_around(self.tree, place)
        if not around or around[-1].name.value == "__init__":
            return True
        name = around[-1].name.value
        called = list(re.finditer(rf"(?<!def )\b{name}\b", self.tree.blanked))
        called = [m for m in called if not within(m.start(), self.calls)]  # those of models
        if len(called) != 1 or not self.tree.blanked.startswith("(", called[0].end()):
            return not called
        return self.runs_once(called[0].start())

    def makes_anew(self, room: Room, place: tuple[int, int]) -> bool:
        """Whether another function or method makes what is made in a place, for each call of it.

        A constructor makes it but once for each object.
        """
        functions = [s for s in self.tree.module.body if isinstance(s, cst.FunctionDef)]
        methods = (m.node for own in self.file.class_methods.values() for m in own.values())
        functions += [m for m in methods if isinstance(m, cst.FunctionDef)]
        return any(
            f is not room.node and f.name.value != "__init__" and holds(self.tree.span(f), place)
            for f in functions
        )

    def calls_giving(self, room: Room, place: tuple[int, int]) -> list[tuple[int, int]]:
        """The calls in a room of the function that makes a part of the training in a place."""
        giving = self.file.giving_calls.items()
        made = (calls for function, calls in giving if holds(self.tree.span(function), place))
        spans = [self.tree.span(node) for calls in made for node in calls.values()]
        return [span for span in spans if holds(self.extent(room), span)]

    def sees_calls(self, function: cst.FunctionDef) -> bool:
        """Whether a function is only called where it is seen which models it gets, or gives."""
        seen = {
            id(handed.node)
            for room in self.rooms
            for handed in room.region.handings.values()
            if handed.summary.function.node is function
        }
        seen |= {id(site.node) for site in self.sites.get(id(function), ())}
        return len([p for p in self.found.of(function.name.value) if not p.binds]) == len(seen)

    def asked(self, room: Room, name: str, attribute: str) -> list[Occurrence]:
        """Where an attribute of a variable of a room stands."""
        if attribute not in self.text or (
            name.isidentifier() and f"{name}.{attribute}" not in self.text
        ):
            return []  # the usual case, without parsing
        return [p for p in self.places(room, name) if p.attribute == attribute]

    def _of_attribute(self, place: Occurrence) -> Occurrence:
        """`self.model.fit`, seen as a place of the variable `self.model`."""
        end = place.attribute_end
        bound = re.match(r"\s*=(?!=)", self.text[end:]) is not None
        further = re.match(r"\.(\w+)", self.text[end:])
        if further is None:
            return replace(place, end=end, binds=bound, attribute="", attribute_end=0)
        return replace(
            place, end=end, attribute=further.group(1), attribute_end=end + further.end()
        )

    def _of_element(self, room: Room, name: str, place: str) -> list[Occurrence]:
        """`models[i].fit`, seen as a place of the variable `models[i]`."""
        found = [p for p in self.places(room, name) if self.text.startswith(place, p.end)]
        return [self._of_attribute(replace(p, attribute_end=p.end + len(place))) for p in found]

    def source(self, node: cst.CSTNode) -> str:
        """The source of a node, with what is converted inside of it, or will be."""
        start, end = self.tree.span(node)
        pending = {
            span: tokens.call(*span)
            for span in self.calls
            if start <= span[0] < span[1] <= end and span not in self.replaced
        }
        text = rewritten(self.tree, node, self.replaced | pending if pending else self.replaced)
        return " ".join(line.strip() for line in text.split("\n")) if "#" not in text else text

    @cached_property
    def function_names(self) -> frozenset[str]:
        """What emitted functions may be called: the usual ones, and those of several models."""
        rules = self.file.rules
        kinds = {name.rpartition(".")[2] for name in (*rules.losses, *rules.metrics)}
        several = sum(c.name == "compile" for room in self.rooms for c in room.calls) > 1
        return _USUAL.union(kinds & rules.emitted.keys() if several else ())

    def function(self, wanted: tuple[str, ...], key: Any, write: Any) -> tuple[str, str]:
        """The name and source of an emitted function; equal ones are emitted once."""
        if key not in self.functions:
            self.functions[key] = self._fresh(wanted)
        name = self.functions[key]
        return name, write(name)

    def _fresh(self, wanted: tuple[str, ...]) -> str:
        taken = set(self.functions.values())
        numbered = (f"{wanted[0]}_{number}" for number in itertools.count(2))
        for name in itertools.chain(wanted, numbered):
            if name not in taken and self.names.seen_everywhere(name) == name:
                return name
        raise AssertionError("there is always another number")
