"""What functions that give parts of the training do besides: it is done where they are called.

def get_callbacks(path):
    os.makedirs(path, exist_ok=True)
    log = os.path.join(path, "log.csv")
    return [CSVLogger(log)]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.effects import has_effect
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewritten, to_expr
from transpiler.interpret.values import (
    Function,
    Mapping,
    Sequence,
    Static,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir.expr import POSTFIX, Configured, Expr
from transpiler.record import record, replace
from transpiler.source.children import children_of
from transpiler.source.lexical import may_act, words_in
from transpiler.source.suites import assigned_names, nodes_of

#: What says where a function goes on, or makes what is read later than now.
_ELSEWHERE = (
    cst.Return, cst.Yield, cst.Await, cst.Global, cst.Nonlocal, cst.Lambda, cst.FunctionDef,
    cst.ClassDef, cst.Del, cst.ImportStar, cst.NamedExpr,
)  # fmt: skip


@record(frozen=True, slots=True)
class DoneFirst:
    """The lines of a call that are done before its statement, each with the variable it sets."""

    statement: cst.SimpleStatementLine
    lines: tuple[tuple[str, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables that it sets."""
        return frozenset(name for name, _ in self.lines if name)


class Acting:
    """The statements of one call that only do something, and the variables that these share."""

    def __init__(self, region: Region, call: cst.CSTNode, function: Function) -> None:
        self.region, self.call = region, call
        self.outer: Acting | None = region.acting  #: of the function that calls this one
        self.statement: cst.CSTNode | None = None  #: which one is looked at
        self.taken_over: set[int] = set()  #: calls of others, what these do is done already
        assert isinstance(function.node, cst.FunctionDef)
        self.node = function.node
        self.own = {p.name for p in parameters_of(function.node)} | set(
            given_a_value(function.node.body)
        )
        self.kept = self._kept()
        self.lines: list[tuple[str, str]] = []
        self._names: dict[str, str] = {}

    def _kept(self) -> set[str]:
        """The variables of the function that what is written as it is reads, or sets."""
        found: set[str] = set()
        pending: list[cst.CSTNode] = [*self.node.body.body]
        while pending:
            node = pending.pop()
            if isinstance(node, cst.If) and speaks_of_parts(node):
                pending += children_of(node)
            elif isinstance(node, cst.FormattedString) or acts(node):
                found |= {name.value for name in places_of_names(node)}
            elif not isinstance(node, cst.Raise):
                pending += children_of(node)
        return found & self.own

    def begin(self, values: dict[str, Value]) -> None:
        """The parameters among those become variables, unless what they are is written as well."""
        changed = set(given_a_value(self.node.body))
        read = Counter(name.value for name in places_of_names(self.node.body))
        for name in [name for name in values if name in self.kept and name != "self"]:
            expr = to_expr(self.region, values[name])
            plain = expr.text.replace(".", "").isidentifier()
            once = read[name] == 1 and not self._is_in_string(name)
            if not (self._is_set_first(name) if name in changed else plain or once):
                values[name] = self.assign(name, expr, values)

    def _is_in_string(self, name: str) -> bool:
        """Whether an f-string has it."""
        strings = (
            node for node in nodes_of(self.node.body) if isinstance(node, cst.FormattedString)
        )
        return any(name == one.value for node in strings for one in places_of_names(node))

    def _is_set_first(self, name: str) -> bool:
        """Whether a parameter gets another value before anything else is done with it."""
        for statement in self.node.body.body:
            if any(one.value == name for one in places_of_names(statement)):
                return isinstance(statement, cst.SimpleStatementLine) and not acts(statement)
        return False

    def keeps(self, name: str, text: str) -> bool:
        """Whether a variable of the function is one where it is called, too."""
        return name in self.kept or may_act(text)

    def _check_free(self, name: str, values: dict[str, Value]) -> None:
        """A variable that gets another value must be read by nothing that is written later."""
        emitted = self._name(name)
        if any(emitted == known for known, _ in self.lines):
            texts = [_text(value) for other, value in values.items() if other != name]
            if any(text is None or emitted in words_in(text) for text in texts):
                raise GiveUp(f"`{name}` changes among callbacks")

    def assign(
        self,
        name: str,
        value: Expr,
        values: dict[str, Value],
        line: cst.CSTNode | None = None,
    ) -> Static:
        """A variable gets a value where the function is called."""
        self._check_free(name, values)
        emitted = self._name(name)
        above, behind = _comments(line)
        self.lines += [("", comment) for comment in above]
        self.lines.append((emitted, f"{emitted} = {value.text}{behind}"))
        return Static(replace(self.region.scope.read(emitted), value=value.value))

    def act(self, statement: cst.BaseStatement, values: dict[str, Value]) -> None:
        """A statement that speaks of no part of the training is done where the call stands."""
        region, tree = self.region, self.region.tree
        source = tree.source(statement)
        if not _stays_in_place(statement) or '"""' in source or has_effect(region, source):
            raise GiveUp("a statement that is not understood among callbacks", statement)
        bound = set(given_a_value(statement))
        renamed: dict[tuple[int, int], str] = {}
        for node in places_of_names(statement):
            name = node.value
            if name in bound:
                renamed[tree.span(node)] = self._name(name)
            elif name in values:
                renamed[tree.span(node)] = _written(region, values[name], node)
            elif name in self.own or not _is_plain(region, name):
                raise GiveUp(f"`{name}` among callbacks", statement)
        text = rewritten(tree, statement, renamed)
        margin = tree.span(statement)[0] - tree.line_start(tree.span(statement)[0])
        above, behind = _comments(statement)
        for line in (*above, *(text + behind).split("\n")):
            self.lines.append(("", line[margin:] if line[:margin].isspace() else line))
        for name in bound:
            self._check_free(name, values)
            self.lines.append((self._name(name), ""))
            values[name] = Static(self.region.scope.read(self._name(name)))

    def note(self) -> None:
        """What is done belongs to the statement of the call, if it is done at once there."""
        known = self.region.file.done_first
        known.pop(id(self.call), None)
        if self.lines and self.outer is not None:
            outer = self.outer.statement
            way = _way(outer, self.call) if outer is not None else None
            _check_at_once(self.region, self.call, way, self.outer.taken_over)
            self.outer.lines += self.lines
            self.outer.taken_over.add(id(self.call))
        elif self.lines:
            statement = self._statement()
            known[id(self.call)] = DoneFirst(statement, tuple(self.lines))

    def _statement(self) -> cst.SimpleStatementLine:
        """The statement of the call, which evaluates nothing before it that acts."""
        statement, node = self.region.statement, self.call
        suite = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
        way = _way(statement, node) if statement is not None and suite else None
        _check_at_once(self.region, node, way)
        assert isinstance(statement, cst.SimpleStatementLine)
        return statement

    def _name(self, name: str) -> str:
        """The variable that stands for one of the function."""
        if name not in self._names:
            taken = self._taken()
            number, found = 2, name
            while found in taken:
                found, number = f"{name}_{number}", number + 1
            self._names[name] = found
        return self._names[name]

    def _taken(self) -> set[str]:
        """The names that mean something where the function is called."""
        region = self.region
        body: tuple[cst.CSTNode, ...] = tuple(region.tree.module.body)
        if region.function is not None:
            body = (region.function,)
        else:
            body = tuple(s for s in body if not isinstance(s, cst.FunctionDef))
        taken = {name.value for statement in body for name in places_of_names(statement)}
        others = region.file.done_first.items()
        around: Acting | None = self
        while around is not None:
            taken |= {*around._names.values(), *(name for name, _ in around.lines)}
            around = around.outer
        return taken.union(*(d.names for key, d in others if key != id(self.call)))


def _check_at_once(
    region: Region,
    node: cst.CSTNode,
    way: list[cst.CSTNode] | None,
    done: AbstractSet[int] = frozenset(),
) -> None:
    """Raise GiveUp unless a statement surely calls what is called, and does nothing before.

    `done` are calls of which all is done.
    """
    if way is None:
        raise GiveUp("what is done among callbacks can't be done before a statement", node)
    for outer, inner in pairwise(way):
        if isinstance(outer, _CONDITIONAL):
            raise GiveUp("what is done among callbacks depends on a condition", node)
        inside = children_of(outer)
        parts = [getattr(part, "value", part) for part in inside[: inside.index(inner)]]
        code = [part for part in parts if isinstance(part, cst.BaseExpression)]
        acting = (part for part in code if may_act(region.tree.source(part)))
        if any(id(part) not in done for part in acting):
            raise GiveUp("what is done among callbacks follows something else", node)


_CONDITIONAL = (
    cst.IfExp, cst.BooleanOperation, cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp,
    cst.GeneratorExp,
)  # fmt: skip


def acts(statement: cst.CSTNode) -> bool:
    """Whether it is a statement of a kind that only does something."""
    if isinstance(statement, cst.BaseCompoundStatement):
        return not isinstance(statement, cst.FunctionDef)
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    if len(statement.body) != 1:
        return False
    match statement.body[0]:
        case cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(), attr=cst.Name(name)))):
            return name not in ("append", "extend")
        case cst.Expr(value=cst.Call()) | cst.Import() | cst.ImportFrom() | cst.Assert():
            return True
    return False


def speaks_of_parts(node: cst.CSTNode) -> bool:
    """Whether a branch gives or extends something: it is no statement to be done as it is."""
    inside = list(nodes_of(node))
    if any(isinstance(part, cst.Return) for part in inside):
        return True
    lines = [part for part in inside if isinstance(part, cst.SimpleStatementLine)]
    return not all(acts(line) or _sets_plain(line) for line in lines)


def _sets_plain(line: cst.SimpleStatementLine) -> bool:
    """Whether a statement gives a name a value that is surely no part of the training."""
    plain = (cst.Assign, cst.Raise, cst.Pass)
    displays = (cst.List, cst.Call, cst.Name)
    return all(
        isinstance(small, plain) and not isinstance(getattr(small, "value", None), displays)
        for small in line.body
    )


def _stays_in_place(statement: cst.CSTNode) -> bool:
    """Whether a statement does all that it does there and then, and to no variables of others."""
    return not any(
        isinstance(node, _ELSEWHERE)
        or (isinstance(node, _TARGETS) and not assigned_names(node.target))
        for node in nodes_of(statement)
    )


_TARGETS = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)


def _text(value: Value) -> str | None:
    """A plain value as it is written, None of parts of the training."""
    written = value.expr if isinstance(value, Static) else getattr(value, "static", None)
    if written is None or isinstance(value, Sequence) or isinstance(written.value, Configured):
        return None
    return written.text


def _written(region: Region, value: Value, node: cst.CSTNode) -> str:
    """The variable of a function as it is written elsewhere."""
    held = to_expr(region, value) if isinstance(value, (Static, Mapping)) else None
    if held is None or isinstance(held.value, Configured):
        raise GiveUp("a part of the training is read by a statement", node)
    return held.wrapped(POSTFIX)


def _is_plain(region: Region, name: str) -> bool:
    """Whether a name of the module means nothing of the framework."""
    value = region.scope.values.get(name) or region.scope.outer.get(name)
    value = value or region.file.globals.get(name)
    if value is None:
        return True
    if isinstance(value, Function):
        mentions: Any = provided("mentions_framework")
        return not mentions(region.file, value)
    if isinstance(value, Static):
        return not isinstance(value.expr.value, Configured)
    return isinstance(value, (Mapping, Sequence, UserClass)) and not is_graph(value)


def given_a_value(node: cst.CSTNode) -> Iterator[str]:
    """The names that statements give a value."""
    for part in nodes_of(node):
        match part:
            case cst.AssignTarget(target=target) | cst.For(target=target):
                yield from assigned_names(target)
            case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
                yield from assigned_names(target)
            case cst.AsName(name=target):
                yield from assigned_names(target)
            case cst.ImportAlias(name=cst.Name(name), asname=None):
                yield name


def places_of_names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """The places of names, those in f-strings too; attributes and keywords are none."""
    if isinstance(node, cst.Name):
        yield node
        return
    match node:
        case cst.Attribute(value=value) | cst.Arg(value=value):
            parts: list[cst.CSTNode] = [value]
        case cst.ImportAlias(name=cst.Attribute()) | cst.ImportFrom():
            parts = []
        case _:
            parts = children_of(node)
    for part in parts:
        yield from places_of_names(part)


def _way(outer: cst.CSTNode, inner: cst.CSTNode) -> list[cst.CSTNode] | None:
    """The nodes from one to another that is in it."""
    if outer is inner:
        return [outer]
    for part in children_of(outer):
        if (way := _way(part, inner)) is not None:
            return [outer, *way]
    return None


def _comments(statement: cst.CSTNode | None) -> tuple[list[str], str]:
    """The comments above a statement, and behind it."""
    above = [empty.comment for empty in getattr(statement, "leading_lines", ())]
    behind = getattr(getattr(statement, "trailing_whitespace", None), "comment", None)
    return [c.value for c in above if c is not None], f"  {behind.value}" if behind else ""
