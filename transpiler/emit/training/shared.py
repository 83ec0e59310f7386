"""What the models of one file have in common: the rooms they are trained in, what is written."""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import Any

import libcst as cst

from transpiler.diagnostics import Code
from transpiler.emit.edits import Edit
from transpiler.emit.training.tables import Tables
from transpiler.interpret.region import FileContext, Region
from transpiler.interpret.statics import rewritten
from transpiler.interpret.training import TrainingCall, given_by_function, root
from transpiler.interpret.values import Model
from transpiler.lower.freezing import Compositions, Freezing
from transpiler.lower.training import TRAINING, Training
from transpiler.record import record
from transpiler.source.occurrences import FreeNames, Occurrence, Occurrences


@record(slots=True)
class Trained:
    """The training of one model, written out."""

    training: Training
    texts: dict[cst.CSTNode, list[Edit]] = field(default_factory=dict)  #: by module and function
    said: list[tuple[Code, cst.CSTNode, str]] = field(default_factory=list)
    functions: list[tuple[str, str]] = field(default_factory=list)  #: name, source
    helpers: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)  #: which stand with what is written here
    left: list[tuple[int, str]] = field(default_factory=list)  #: what stays: where, a message
    lent: set[cst.CSTNode] = field(default_factory=set)  #: functions that get the model
    gone: list[cst.CSTNode] = field(default_factory=list)  #: statements that are taken out
    spread: bool = False  #: whether a strategy spreads the training over several processes
    device: str = ""  #: the variable that holds the device, where there is need of one
    functions_gone: list[Edit] = field(default_factory=list)  #: that only gave callbacks
    class_edits: dict[int, list[Edit]] = field(default_factory=dict)  #: by the ids of their nodes
    sharing: set[int] = field(default_factory=set)  #: ids of calls of others that need what is gone

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


@record(slots=True)
class Part:
    """What is asked of a model in one room, and what it is called there."""

    room: Room
    variable: str
    calls: list[TrainingCall]

    @property
    def is_lent(self) -> bool:
        """Whether the model is an argument here."""
        is_given = any(c.model.source is not None for c in self.calls)
        return is_given and self.variable.isidentifier()


@record(slots=True)
class Placed:
    """A statement that is written already, maybe with calls of other models in it."""

    made: Trained
    edits: list[Edit]  #: which its edit is among
    edit: Edit
    calls: list[TrainingCall]
    whole: bool  #: whether other statements stand in its place
    inside: dict[tuple[int, int], str]  #: else: what stands in the places of its parts
    before: list[str]  #: and what goes before it


def origin(model: Model) -> Model:
    """The model as the function builds it that gives this one."""
    made = root(model)
    home = given_by_function(made)
    return home[1].model if home is not None else made


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
        self.placed: dict[int, Placed] = {}  #: statements that are written, by their ids
        self.rooms = rooms
        for room in rooms:
            self.replaced |= room.region.settled
        self.names = FreeNames(self.found, [])
        self.freezing = Freezing(Compositions(()))
        calls = [c for room in rooms for c in room.region.training.values()]
        self.calls = [self.tree.span(c.node) for c in calls]
        self.tables = Tables(self.text)
        self.sized = any(c.name == "predict" and "batch_size" in c.given for c in calls)

    def several(self, room: Room) -> bool:
        """Whether more than one model is trained in a room, or by the methods of its class.

        Models that one function gives count by their variables.
        """
        rooms = [r for r in self.rooms if r is room or (room.owner and r.owner == room.owner)]
        calls = [c for r in rooms for c in r.region.training.values() if c.name != "summary"]
        models: dict[int, set[str]] = {}
        for call in calls:
            made = origin(call.model)
            names = models.setdefault(id(made), set())
            trains = call.name == "compile" or call.name in TRAINING
            if trains and made is not root(call.model) and call.receiver is not None:
                names.add(self.tree.source(call.receiver))
        return sum(max(1, len(names)) for names in models.values()) > 1

    def extent(self, room: Room) -> tuple[int, int]:
        """The offsets of a room."""
        whole = isinstance(room.node, cst.Module)
        return (0, len(self.text)) if whole else self.tree.span(room.node)

    def places(self, room: Room, name: str) -> list[Occurrence]:
        """Where a variable of a room stands: others of that name have nothing to do with it."""
        name, _, attribute = name.partition(".")
        found = self.found.of(name)
        if isinstance(room.node, cst.Module):
            found = [p for p in found if not p.local]
        else:
            start, end = self.tree.span(room.node)
            found = [p for p in found if start <= p.start < end]
        if attribute:
            return [self._of_attribute(p) for p in found if p.attribute == attribute]
        return found

    def asked(self, room: Room, name: str, attribute: str) -> list[Occurrence]:
        """Where an attribute of a variable of a room stands."""
        if attribute not in self.text:
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

    def source(self, node: cst.CSTNode) -> str:
        """The source of a node, with what is converted inside of it."""
        text = rewritten(self.tree, node, self.replaced)
        return " ".join(line.strip() for line in text.split("\n")) if "#" not in text else text

    def function(self, wanted: tuple[str, ...], key: Any, write: Any) -> tuple[str, str]:
        """The name and source of an emitted function; equal ones are emitted once."""
        if key not in self.functions:
            self.functions[key] = self._fresh(wanted)
        name = self.functions[key]
        return name, write(name)

    def _fresh(self, wanted: tuple[str, ...]) -> str:
        free = [n for n in wanted if n not in self.functions.values()]
        return self.names.lasting(*(free or wanted))
