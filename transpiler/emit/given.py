"""What a class is given by the function that makes its model, rather than does itself.

def main():
    args = parse_args()
    x, y = load(args.data)
    print(f"{len(x)} samples")
    model = keras.Sequential([layers.Dense(args.units, input_shape=x.shape[1:]), layers.Dense(1)])

What a class computes anew from its parameters (`half = units // 2`) stands in its `__init__`. What
reads files or arguments, draws numbers or prints happens once, where it stands; the class is given
what came of it: `Model(args, x)`.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from dataclasses import field
from itertools import chain

from transpiler.emit.given_sizes import give_sizes
from transpiler.interpret.context import FileContext
from transpiler.interpret.effects import may_change
from transpiler.interpret.region import Built
from transpiler.interpret.values import Function, Static, UserClass
from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import Expr, reads
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.lexical import names_in

_CALL = regex(r"([\w.]*[\w\])])\s*\(")
_CHECK = regex(r"(?:raise|assert)\b")
#: Functions of Python that give something else each time, or read or write something.
_OUTSIDE = frozenset(
    {"open", "input", "print", "exec", "eval", "iter", "next", "id", "vars", "setattr"}
)
#: Modules of functions that only compute, and what does more in them.
_COMPUTING = regex(
    r"(?:math|np|numpy|os\.path|copy|itertools|functools|collections|operator|re|string)\."
)
_READING = regex(r"\.(?:random\b|load|genfromtxt$|from\w+$|memmap$|save|exists$|is\w+$)")
#: What gives a name a value in a function.
_BOUND = regex(r"(?<![\w.])(\w+)(?=\s*(?:=(?!=)|,|\)|:| in\b))")
#: Methods that read something, or change what they are called on.
_METHODS = frozenset(
    {"read", "readline", "readlines", "load", "pop", "popleft", "popitem", "shuffle", "sample",
     "rand", "randn", "randint", "randrange", "random", "uniform", "normal", "choice", "integers",
     "send", "recv", "write", "writelines", "dump", "execute", "parse_args", "parse_known_args"}
)  # fmt: skip
#: A name for what may have one already, or is kept somewhere.
_SHARED = regex(r"^\w+ = (\w+)(?:(?:\.\w+|\[[^\]]*\])*$| (?:or|if) )")
_TRAINS = regex(r"\.(?:fit|fit_generator|evaluate|predict|(?:train|test)_on_batch)\(")
#: What changes something in a variable: `sizes.append(8)`, `del options["units"]`.
_INSIDE = regex(r"(?:del )?\w+ ?[.\[]")
#: What a variable is given by a call.
_CALLED = regex(r"^\w+ = ([\w.]+)\(")
#: Calls that make something new: others may give what they, or what they get, have too.
_MAKES = regex(
    r"(?:dict|list|set|tuple|sorted|range|iter|str|deepcopy|(?:copy|np|numpy)\.\w+(?:\.\w+)*"
    r"|(?:\w+\.)*(?:copy|[A-Z]\w*))$"
)
#: The variables to which a statement gives other values: `a, b = `.
_BINDS = regex(r"(\w+(?:, \w+)*) (?:[^\w\s]{1,2})?=(?!=)")
#: A method of the object whose method makes the model.
_OF_OBJECT = regex(r"self\.(\w+)\(")
#: What a method is called of, or something is set of: `seen.add(name)`, `state.done = True`.
_TOLD = regex(r"^(\w+)(?:\.\w+\(|[.\[].*[^=<>!]=(?!=))")
#: A copy that shares nothing with what it is of; what takes something out of one.
_COPY = regex(r"^\w+ = (?:copy\.)?deepcopy\([\w.]+\)$")
_TAKEN = regex(r"(?<![\w.])(\w+)\.(?:pop|popitem|popleft)\(")
#: Functions that leave their arguments as they are.
_LOOKING = regex(r"(?:print|(?:logging|logger|log)\.\w+|(?:[\w.]*\.)?(?:set_)?seed)\b")


def give_values(
    file: FileContext,
    built: Built,
    variables: frozenset[str],
    own: frozenset[str] = frozenset(),
    effects: bool = True,
) -> str:
    """Make the class of a model take what only the program around it can tell.

    `variables` are those of the function, rather than of the module; its `own` hold what no caller
    has, from the start: `**options`. Gives the reason why that can't be, if it can't.
    """
    changing = _Changes(file, variables, set(own))
    changing.go(built.init)
    lean = _lean(built, effects)
    names, gone, changed = _found(file, built, variables, changing, lean)
    if changed:
        return f"`{changed}` changes while the model is built"
    if names or gone:
        _give(built, names, gone, variables, effects)
        lean = _lean(built, effects)
    lines = (n for n in walk(lean[0]) if isinstance(n, Line) and n.static)
    built.taken |= {start for line in lines for start in line.origins}
    return ""


def lost_change(
    file: FileContext,
    init: list[Node],
    forward: list[Node],
    variables: frozenset[str],
    own: frozenset[str],
) -> str:
    """What a function changes that it gets, which nothing in its class does; "" if there is none.

    A block becomes a class, and no function is left in which it could stand.
    """
    changing = _Changes(file, variables, set(own), everywhere=True)
    changing.go(init)
    if not changing.given:
        return ""
    forward, live = prune(forward, frozenset(), effects=False)
    kept = {id(n) for n in walk(prune(init, live, True, frozenset(modules_used(forward)))[0])}
    lost = (n for n in walk(init) if id(n) in changing.given - kept and isinstance(n, Line))
    return next((min(line.defs & variables) for line in lost if line.defs & variables), "")


def _give(
    built: Built, names: tuple[str, ...], gone: set[int], variables: frozenset[str], effects: bool
) -> None:
    """Leave out what gives some names their values, and some statements: they stay outside."""
    lost = _of_names([*built.init, *built.forward], names)
    lost += [n for n in walk(built.init) if isinstance(n, Line) and id(n) in gone]
    built.outside |= {start for line in lost for start in line.origins}
    ids = set(map(id, lost))
    built.init, built.forward = _without(built.init, ids), _without(built.forward, ids)
    programs = _lean(built, effects)
    found, arguments, programs = give_sizes(names, programs, variables)
    if arguments:
        built.init, built.forward = programs
    built.arguments |= arguments
    # a class gets what it reads of the object whose method makes its model in any case
    given = (name for name in found if name.isidentifier())
    built.varying = (*dict.fromkeys((*given, *built.varying)),)


def _lean(built: Built, effects: bool) -> tuple[list[Node], list[Node]]:
    """The programs of a model without what neither needs."""
    forward, live = prune(built.forward, frozenset(), effects=False)
    if built.model.labelled and built.model.label is not None:
        live |= reads(built.model.label)
    modules = frozenset(modules_used(forward))
    return prune(built.init, live, effects=effects, modules=modules)[0], forward


def _found(
    file: FileContext,
    built: Built,
    variables: frozenset[str],
    changing: _Changes,
    lean: tuple[list[Node], list[Node]],
) -> tuple[tuple[str, ...], set[int], str]:
    """What the class is given, the ids of statements that stay, and what changes too late."""
    init, forward = lean
    told: frozenset[str] = frozenset()
    while True:
        split = _Split(file, variables, changing, told)
        split.go(init)
        split.read_by(forward)
        staying = _needed(built.init, split.outside)
        lines = [n for n in walk(init) if isinstance(n, Line) and n.static]
        twice = frozenset(d for line in lines for d in line.defs if d in staying) - told
        if not twice:
            break
        told |= twice
    here = file.tree.has_span(built.node)
    made = file.tree.span(built.node)[0] if here else 0
    read = split.seen | split.asked
    given = {*split.border, *(name for name in read if name.startswith("self."))}
    changed = split.changed or _changed_before(made, built.init, init, given)
    return tuple(split.border), split.gone, changed


def _changed_before(made: int, nodes: list[Node], lean: list[Node], given: Iterable[str]) -> str:
    """One of the names that the class is given which gets another value once a layer has read it.

    That is before the offset at which the model is made; what comes later is of no concern.

    Of the statements, only the lean ones are in the class, which is given what there is at last.
    """
    names, kept = set(given), {id(node) for node in walk(lean)}
    tests = {node.origins for node in walk(lean) if isinstance(node, If) and _is_taken_along(node)}
    layers = [max(n.origins, default=0) for n in walk(lean) if isinstance(n, Construct)]
    made = max([made, *layers])  # of a Sequential, where its last layer is added
    read: set[str] = set()
    for node in walk(nodes) if names else ():
        if isinstance(node, Construct):
            read |= reads(node.module.constructor) & names if id(node) in kept else set()
        elif isinstance(node, If) and node.origins in tests:
            read |= reads(node.test) & names
        elif isinstance(node, Line) and node.static and node.defs & read:
            if min(node.origins, default=made) < made:
                return min(node.defs & read)
    return ""


@record(slots=True)
class _Changes:
    """Which statements change the inside of a variable: of the class's own, or of another one.

    `sizes = [4]` and `sizes.append(8)` are the class's own. What the function gets, what others
    have too, or may have, changes once, where it stands: such a statement has an effect.
    """

    file: FileContext
    variables: frozenset[str]
    made: set[str]  #: names of what nobody else has
    copies: set[str] = field(default_factory=set)  #: those of which nobody has a part either
    own: set[int] = field(default_factory=set)  #: by id
    given: set[int] = field(default_factory=set)
    everywhere: bool = False  #: whether also in statements that make layers; it only looks then

    def go(self, nodes: list[Node], graph: bool = False) -> None:
        """`graph`: in a statement that makes layers, which does all of it in the class."""
        for node in nodes:
            match node:
                case Line(static=True, apart=False):
                    self._look(node, graph)
                case If() | For() | While():
                    bodies = [node.body, node.orelse] if isinstance(node, If) else [node.body]
                    makes = graph or any(_is_of_class(n) for body in bodies for n in walk(body))
                    if not isinstance(node, If) and _TRAINS.search(self._suite(node)):
                        self._stand_all(node.body)
                        continue
                    if isinstance(node, For) and self.copies & names_in(node.iterable.text):
                        self.made |= node.target_names
                        self.copies |= node.target_names
                    for body in bodies:
                        self.go(body, makes)

    def _suite(self, node: For | While) -> str:
        """The text of a loop, as far as the file has it."""
        tree, start = self.file.tree, min(node.origins, default=-1)
        if start < 0:
            return ""
        first = tree.line_start(start)
        margin = re.escape(tree.text[first:start])
        end = re.compile(rf"^(?!{margin}[ \t])(?=[ \t]*[^\s#])", re.MULTILINE)
        found = end.search(tree.text, tree.line_end(start))
        return tree.text[start : found.start() if found else None]

    def _stand_all(self, nodes: list[Node]) -> None:
        """Of a loop that trains models, a class can have no part."""
        for node in walk(nodes):
            if isinstance(node, Line) and node.static:
                node.effect |= not self.everywhere
                self.given.add(id(node))

    def _look(self, line: Line, graph: bool) -> None:
        bound = _BINDS.match(line.text)
        named = frozenset(bound[1].split(", ") if bound else ())
        if all(name.removeprefix("self.").isidentifier() for name in line.defs):
            changed = line.defs - named if bound or _INSIDE.match(line.text) else frozenset[str]()
            if (self.everywhere or not graph) and not changed & self.variables <= self.made:
                line.effect |= not self.everywhere
                self.given.add(id(line))
        if line.effect and id(line) not in self.given and self._is_own(line.text):
            self.own.add(id(line))
        if line.kills:
            self.made -= named
            self.copies -= named
        if bound and self._is_fresh(line.text):
            self.made |= named
        if _COPY.search(line.text):
            self.copies |= named

    def _is_own(self, text: str) -> bool:
        """Whether all that happens is that something of the class's own changes."""
        name, dot, rest = text.partition(".")
        if not dot or name not in self.variables & self.made or not _CALL.match(rest):
            return False
        return not reaches_out(self.file, rest.partition("(")[2], self.variables)

    def _is_fresh(self, text: str) -> bool:
        """Whether a variable gets what no other one is, as far as can be seen."""
        if (shared := _SHARED.search(text)) is not None:
            return shared[1] in self.made
        called = _CALLED.search(text)
        return called is None or _MAKES.match(called[1]) is not None


@record(slots=True)
class _Split:
    """Goes through `__init__` and finds what is computed from something outside."""

    file: FileContext
    variables: frozenset[str]  #: of the function, rather than of the module
    changing: _Changes
    told: frozenset[str]  #: names that are given in any case
    outer: set[str] = field(default_factory=set)  #: names whose values come from outside now
    border: dict[str, None] = field(default_factory=dict)  #: those of them that the class reads
    seen: set[str] = field(default_factory=set)  #: names that the class has read
    asked: set[str] = field(default_factory=set)  #: names that tests have read which it takes along
    outside: list[Line] = field(default_factory=list)  #: statements that stay where they are
    gone: set[int] = field(default_factory=set)  #: by id: the same
    changed: str = ""  #: a name that gets another value once it was read
    copies: set[str] = field(default_factory=set)  #: deep ones, and elements of them: its own
    changed_at: dict[str, int] = field(default_factory=dict)  #: offsets at which names last change

    def go(self, nodes: list[Node], under: bool = False, graph: bool = False) -> None:
        """`under` a test of something outside; in a statement that makes layers."""
        for node in nodes:
            match node:
                case Line(apart=True):
                    self._stand(node)
                case Line(static=True) if id(node) in self.changing.given:
                    self._stand(node)
                case Line(static=True) if node.defs:
                    self._define(node, under)
                case Line(static=True, effect=True):
                    self._happen(node, under, graph)
                case Line():
                    self._read(node.uses)
                case Construct():
                    made = node.module.constructor
                    self._read(reads(made) | names_in(made.text))  # of classes, too: `Sizes.n`
                case Return():
                    self._read(reads(node.value))
                case If():
                    self._enter([node.body, node.orelse], node.test, under, graph)
                case For() | While():
                    test = node.iterable if isinstance(node, For) else node.test
                    if isinstance(node, For) and self.copies.intersection(names_in(test.text)):
                        self.copies |= node.target_names
                    for _ in range(2):  # what one round leaves, the next may read
                        self._enter([node.body], test, under, graph)

    def _enter(self, bodies: list[list[Node]], test: Expr, under: bool, graph: bool) -> None:
        makes = any(_is_of_class(node) for body in bodies for node in walk(body))
        if makes:
            self._read(reads(test))
        elif any(map(_checks, chain.from_iterable(map(walk, bodies)))):
            self.border.update((name, None) for name in sorted(self.outer & reads(test)))
            self.asked |= reads(test)
        inside = self._is_outer(test.text, reads(test))
        before, after = set(self.outer), set[str]()
        for body in bodies:
            self.outer = set(before)
            self.go(body, under or (inside and not makes), graph or makes)
            after |= self.outer
        self.outer = after

    def _define(self, line: Line, under: bool) -> None:
        if not all(name.removeprefix("self.").isidentifier() for name in line.defs):
            self._read(line.uses)  # part of an argument, which has no statement of its own
            return
        self.copies -= line.defs if line.kills else set()
        if _COPY.search(line.text):
            self.copies |= line.defs
        kept = {name for name in self.seen | self.asked if name.startswith("self.")}
        if known := line.defs & (self.border.keys() | kept):
            self.changed = min(known)
        if under or line.defs & self.told or self._is_outer(line.text, line.uses):
            self.outer |= line.defs
        elif line.kills:
            self.outer -= line.defs

    def _stand(self, line: Line) -> None:
        """A statement of which only the names are known: it may change all that it reads."""
        self._stay(line)
        self._change(line, (line.uses | line.defs) & self.variables)

    def _happen(self, line: Line, under: bool, graph: bool) -> None:
        checks = _CHECK.match(line.text) is not None
        if (called := _OF_OBJECT.match(line.text)) is not None and self._may_change(called[1]):
            method = f"self.{called[1]}"
            read = self.seen | self.asked
            of_object = (n for n in read if n.startswith("self.") and n != method)
            self.changed = self.changed or min(of_object, default="")
        own = checks or id(line) in self.changing.own
        if graph or (own and not under and not self._is_outer("", line.uses)):
            self._read(line.uses)
            return
        self._stay(line)
        if not checks and not _LOOKING.match(line.text):
            self._change(line, (line.uses & self.variables) | self._classes_in(line.text))

    def _classes_in(self, text: str) -> frozenset[str]:
        """The program's classes that some source names: no variables, but they may change."""
        known = self.file.globals
        return frozenset(n for n in names_in(text) if isinstance(known.get(n), UserClass))

    def _change(self, line: Line, changed: frozenset[str]) -> None:
        self.outer |= changed
        self.changed = self.changed or min(changed & self.seen, default="")
        self.changed_at |= dict.fromkeys(changed, max(line.origins, default=-1))

    def _may_change(self, method: str) -> bool:
        return self.file.module is None or may_change(self.file.module, method)

    def _stay(self, line: Line) -> None:
        told = self.asked & line.defs.union(_TOLD.findall(line.text))
        self.changed = self.changed or min(told, default="")
        if id(line) not in self.gone:
            self.outside.append(line)
            self.gone.add(id(line))

    def _read(self, names: Iterable[str]) -> None:
        self.border.update((name, None) for name in sorted(self.outer.intersection(names)))
        self.seen.update(names)

    def read_by(self, forward: list[Node]) -> None:
        """What the tensors are computed with."""
        for node in walk(forward):
            match node:
                case Line(static=False):
                    self._read(node.uses)
                    begin = min(node.origins, default=-1)
                    read = node.uses | self._classes_in(node.text)
                    late = (n for n in read if 0 <= begin < self.changed_at.get(n, -1))
                    self.changed = self.changed or min(late, default="")
                case Return():
                    self._read(reads(node.value))
                case If() | While():
                    self._read(reads(node.test))
                case For():
                    self._read(reads(node.iterable))

    def _is_outer(self, text: str, uses: Iterable[str]) -> bool:
        if self.copies:  # what is taken out of one's own copy is taken out of nothing else
            text = _TAKEN.sub(lambda m: "len(" if m[1] in self.copies else m[0], text)
        return not self.outer.isdisjoint(uses) or reaches_out(self.file, text, self.variables)


def reaches_out(file: FileContext, text: str, known: frozenset[str]) -> bool:
    """Whether evaluating source does more than compute, as far as can be seen.

    `known` are the variables around it, and the functions that were looked into.
    """
    return any(_is_outside(file, called, known) for called in _CALL.findall(text))


def _is_outside(file: FileContext, called: str, known: frozenset[str]) -> bool:
    """Whether what goes by this name does more than compute."""
    if _COMPUTING.match(called):
        return _READING.search(called) is not None
    owner, _, name = called.rpartition(".")
    first = called.partition(".")[0]
    held = file.globals.get(first)
    if owner or called.startswith("."):  # of an entry or of what a call gives: `df[col].max()`
        variable = not first.isidentifier() or first in known or isinstance(held, Static)
        return name in _METHODS or not variable
    if name in known or keyword.iskeyword(name) or not name.isidentifier():
        return False
    if isinstance(held, (Function, UserClass)):
        home: FileContext = held.file if held.file is not None else file
        source = home.tree.source(held.node)
        body = source.partition(":\n")[2] if isinstance(held, Function) else source
        return reaches_out(home, body or source, known.union({name}, _BOUND.findall(source)))
    return name in _OUTSIDE or not hasattr(builtins, name)


def _is_of_class(node: Node) -> bool:
    """Whether a statement makes a layer, or a size or tensor that one needs."""
    computes = isinstance(node, Line) and not node.static and not node.jump
    return computes or isinstance(node, (Construct, Return))


def _checks(node: Node) -> bool:
    return isinstance(node, Line) and _CHECK.match(node.text) is not None


def _is_taken_along(branch: If) -> bool:
    """Whether the class has a branch: it makes something there, or refuses to."""
    inside = (*walk(branch.body), *walk(branch.orelse))
    return any(_is_of_class(node) or _checks(node) for node in inside)


def _needed(init: list[Node], staying: list[Line]) -> set[str]:
    """The names that some statements need, and what those are computed from."""
    lines = [n for n in walk(init) if isinstance(n, Line) and n.static and n.defs]
    wanted = {name for line in staying for name in line.uses}
    while True:
        more = {u for line in lines if line.defs & wanted for u in line.uses} - wanted
        if not more:
            return wanted
        wanted |= more


def _of_names(nodes: list[Node], names: Iterable[str]) -> list[Line]:
    """The statements of plain values that give one of these names its value."""
    given = set(names)
    lines = [n for n in walk(nodes) if isinstance(n, Line) and n.static]
    return [line for line in lines if line.defs & given]


def _without(nodes: list[Node], lost: set[int]) -> list[Node]:
    """The statements but for those with these ids, in all blocks."""
    left: list[Node] = []
    for node in nodes:
        if id(node) in lost:
            continue
        if isinstance(node, If):
            body, orelse = _without(node.body, lost), _without(node.orelse, lost)
            node = replace(node, body=body, orelse=orelse)
        elif isinstance(node, (For, While)):
            node = replace(node, body=_without(node.body, lost))
        left.append(node)
    return left
