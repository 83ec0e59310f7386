"""The two programs that a graph-building function becomes, as statements that are not yet text.

`__init__` and `forward` are built side by side as lists of these nodes, one pair for each original
statement. What neither needs is dropped by `emit/liveness.py`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from transpiler.ir.expr import Expr, Module
from transpiler.record import record


@record(slots=True, eq=False)
class Comments:
    """The comments of a statement; each node knows its own, and where the others come from.

    The `origins` of a node are the offsets of the original statements that it stands for, whose
    comments go where it goes.
    """

    leading: tuple[str, ...] = ()  #: whole lines above it: `# text`, or "" for a blank line
    trailing: str = ""  #: `# text` at the end of its line


@record(slots=True, eq=False)
class Line:
    """One simple statement."""

    text: str
    defs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    modules: tuple[Module, ...] = ()  #: modules whose tokens stand in the text
    effect: bool = False  #: must run even if nobody reads what it defines
    kills: bool = True  #: False: the `defs` that it also uses are only changed, as by `append`
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()
    static: bool = False  #: a statement of the original, verbatim
    parts: tuple[tuple[str, Expr], ...] = ()  #: the names and values of `a, b = x, y`
    jump: bool = False  #: `break`, which leaves the loop
    apart: bool = False  #: a statement that stays where it is: no class takes it along
    sized: bool = False  #: reads sizes off tensors, which `__init__` computes instead
    activity: int = 0  #: the number of the activity regularizer that looks at what it defines


@record(slots=True, eq=False)
class Construct:
    """`__init__` makes a module: `self.name = constructor`, or appends it to a list in a loop."""

    module: Module
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()


@record(slots=True, eq=False)
class For:
    """A loop over something."""

    target: str
    target_names: frozenset[str]
    iterable: Expr
    body: list[Node]
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()
    id: int = 0  #: the same for the loop in `__init__` and the loop in `forward`
    outlives: frozenset[str] = frozenset()  #: names of the target that are read after the loop
    modules: list[Module] = field(default_factory=list)  #: made anew in each round
    sure: bool = False  #: there is at least one round


@record(slots=True, eq=False)
class While:
    """A loop while a condition holds."""

    test: Expr
    body: list[Node]
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()
    id: int = 0
    modules: list[Module] = field(default_factory=list)


@record(slots=True, eq=False)
class If:
    """A branch; `elif` is an `If` alone in `orelse`."""

    test: Expr
    body: list[Node]
    orelse: list[Node]
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()
    id: int = 0


@record(slots=True, eq=False)
class Return:
    """`forward` gives back a value."""

    value: Expr
    comments: Comments = field(default_factory=Comments)
    origins: tuple[int, ...] = ()


Node: TypeAlias = "Line | Construct | For | While | If | Return"
