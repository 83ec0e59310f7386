"""What is to go of a function or module, once its models have become classes."""

from __future__ import annotations

from dataclasses import field

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.region import Built, Region
from transpiler.record import record
from transpiler.source.suites import leaf_statements
from transpiler.source.tree import Tree


@record(slots=True)
class Kept:
    """The edits that take away what moved, and the text that stays."""

    edits: list[Edit] = field(default_factory=list)
    text: str = ""


class Removal:
    """A function or the module, and what is decided about each of its statements."""

    def __init__(self, tree: Tree, region: Region, node: cst.CSTNode) -> None:
        suite = node if isinstance(node, cst.Module) else node.body  # type: ignore[attr-defined]
        self.tree = tree
        self.region = region
        self.node = node
        self.instances: dict[int, tuple[Built, str]] = {}
        self.places: dict[int, cst.CSTNode] = {}
        self.trains: set[int] = set()  #: statements that train: they stay, whatever they define
        self.converted: set[int] = set()  #: those for which torch's code stands
        self.left: set[int] = set()  #: statements that are not understood, and what they need
        self.outside: set[int] = set()  #: where statements start that no class takes along
        self.taken: set[int] = set()  #: where those start that a class has in its `__init__`
        self.given: set[str] = set()  #: what the classes get, as it is where a model is made
        self.gone: set[int] = set()  #: statements for which something else stands elsewhere
        self.is_module = region.is_module
        self.decisions: dict[int, str] = {}  #: of each statement: "keep", "drop" or "local"
        self.replacements: dict[int, list[Edit]] = {}  #: what stands in the place of statements
        #: the statements of the module or the function
        self.body: list[cst.CSTNode] = list(suite.body)
        self.whole: set[int] = set()  #: statements in whose place, or below which, models are made
        self.orphans: list[cst.CSTNode] = []  #: statements that stay, and read tensors
        self.conflict = False  #: whether what stays changes an argument before the model is made

    def instantiate(self, built: Built, text: str) -> None:
        """The model is made by this expression."""
        self.instances[id(built)] = (built, text)

    def leave(self, built: Built) -> None:
        """Its class takes some statements not along, and gets what came of them."""
        self.outside |= built.outside
        self.taken |= built.taken
        self.given |= set(built.varying)

    def place(self, built: Built) -> cst.CSTNode:
        """The statement in which a model is instantiated."""
        return self.places.get(id(built), built.node)

    def made_at(self, place: cst.CSTNode) -> int:
        """From where on there is the model that is made in this place."""
        below = id(place) in self.whole and not isinstance(place, cst.SimpleStatementLine)
        return self.tree.span(place)[below]

    def completing(self) -> list[tuple[Built, cst.CSTNode]]:
        """The models whose last layer a branch or loop adds, and these."""
        pairs = [(built, self.places.get(key)) for key, (built, _) in self.instances.items()]
        simple = cst.SimpleStatementLine
        return [
            (built, place)
            for built, place in pairs
            if place is not None and id(place) in self.whole and not isinstance(place, simple)
        ]


def is_kept(removal: Removal, statement: cst.CSTNode) -> bool:
    """Whether a statement, or something in it, stays."""
    if id(statement) in removal.replacements:
        return True
    if isinstance(statement, cst.SimpleStatementLine):
        return removal.decisions.get(id(statement)) == "keep"
    return any(
        removal.decisions.get(id(leaf)) == "keep" or id(leaf) in removal.replacements
        for leaf in leaf_statements([statement])
    )


def name_in_additions(removal: Removal, built: Built) -> str:
    """What the program calls a model, as it says where it adds layers to it."""
    for node in built.model.additions:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            return removal.tree.source(node.func.value)
    return ""
