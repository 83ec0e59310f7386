"""What is left of a function or module once its models have become classes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.interpret.region import Built, Region
from transpiler.interpret.values import Model
from transpiler.ir.code import Construct, For, If, Line, While
from transpiler.passes.liveness import walk
from transpiler.source.lexical import words_in
from transpiler.source.tree import Tree


@dataclass(slots=True)
class Kept:
    """The edits that take away what moved, and the text that stays."""

    edits: list[Edit] = field(default_factory=list)
    text: str = ""


def statement_lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    """The offsets of a statement's whole lines, its leading comments included."""
    start, end = tree.span(statement)
    decorators = getattr(statement, "decorators", ())
    if decorators:
        start = min(start, *(tree.span(d)[0] for d in decorators))
    first = tree.line_start(start)
    for empty in reversed(getattr(statement, "leading_lines", ())):
        previous = tree.line_start(max(first - 1, 0))
        if empty.comment is None:
            break
        first = previous
    last = tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))
    return first, last


class Removal:
    """Decides statement by statement what of a suite stays."""

    def __init__(self, tree: Tree, region: Region, node: cst.CSTNode) -> None:
        self.tree = tree
        self.region = region
        self.node = node
        self.instances: dict[int, tuple[Built, str]] = {}
        self.places: dict[int, cst.CSTNode] = {}
        self.trains: set[int] = set()  #: statements that train: they stay, whatever they define
        self.gone: set[int] = set()  #: statements for which something else stands elsewhere
        self.is_module = region.is_module
        self.whole: set[int] = set()  #: statements that an instantiation replaces altogether
        self.conflict = False  #: whether what stays changes an argument before the model is made

    def instantiate(self, built: Built, text: str) -> None:
        """The model is made by this expression."""
        self.instances[id(built)] = (built, text)

    def place(self, built: Built) -> cst.CSTNode:
        """The statement in which a model is instantiated."""
        return self.places.get(id(built), built.node)

    def finish(self) -> Kept:
        """The edits."""
        body = self.node.body if isinstance(self.node, cst.Module) else self.node.body.body  # type: ignore[attr-defined]
        leaves = list(_leaves(list(body)))
        decisions: dict[int, str] = {}
        replacements: dict[int, list[Edit]] = {}
        for built, text in self.instances.values():
            self._place_instance(built, text, leaves, replacements)
        graph = self.region.graph_statements
        self._return_by_name(leaves, replacements)
        first_model = min((self.tree.span(self.places[i])[0] for i in self.places), default=0)
        for leaf in leaves:
            if id(leaf) in replacements or (self.is_module and self._only_left(leaf)):
                decisions[id(leaf)] = "keep"
            elif id(leaf) in graph or id(leaf) in self.gone:
                decisions[id(leaf)] = "drop"
            else:
                decisions[id(leaf)] = self._plain(leaf, first_model)
        if not self.is_module:
            self._drop_unread(list(body), leaves, decisions, replacements)
        kept = Kept()
        kept.edits += [Edit(start, end, text) for (start, end), text in self.region.settled.items()]
        self._suite(list(body), decisions, replacements, kept)
        if not self.is_module:
            self._close_up(list(body), decisions, replacements, kept)
        if self.conflict:
            self._make_first(list(body), decisions, replacements, kept)
        else:
            self._collapse_return(list(body), decisions, replacements, kept)
        return kept

    def settled(self) -> list[Edit]:
        """The edits that only write down what of the framework is settled when converting."""
        kept = Kept([Edit(start, end, text) for (start, end), text in self.region.settled.items()])
        pending = list(_suites(self.node)) if not self.is_module else [list(self.node.body)]  # type: ignore[attr-defined]
        while pending:
            for statement in pending.pop():
                if (
                    isinstance(statement, cst.If)
                    and id(statement) in self.region.resolved
                    and self.region.settles(statement.test)
                ):
                    self._decided(statement, {}, {}, kept)
                elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                    pending += _suites(statement)
        return kept.edits

    def _only_left(self, leaf: cst.CSTNode) -> bool:
        """Whether a statement makes a layer that no model calls, and code that is left uses."""
        layers = self.region.layer_statements.get(id(leaf), [])
        left = [owner for _, _, owner in self.region.left_calls]
        return any(not layer.calls and layer in left for layer in layers)

    def _return_by_name(
        self, leaves: list[cst.CSTNode], replacements: dict[int, list[Edit]]
    ) -> None:
        """`return add_head(model)`, whose call is part of the class now, is `return model`."""
        returned = {id(node): value for value, node in self.region.returns}
        for leaf in leaves:
            if id(leaf) in replacements or id(leaf) not in self.region.graph_statements:
                continue
            small = leaf.body[-1] if isinstance(leaf, cst.SimpleStatementLine) else None
            value = returned.get(id(small))
            if not isinstance(small, cst.Return) or small.value is None:
                continue
            if isinstance(value, Model) and value.expr is not None:
                edit = Edit(*self.tree.span(small.value), value.expr.text)
                replacements[id(leaf)] = [edit]

    def _close_up(
        self,
        body: list[cst.CSTNode],
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
        kept: Kept,
    ) -> None:
        """No blank lines at the start of a function of which the beginning has moved."""
        stays = [s for s in body if self._stays(s, decisions, replacements)]
        if not stays or stays[0] is body[0] or _is_docstring(stays[0]):
            return
        first, _ = statement_lines(self.tree, stays[0])
        start = first
        while start > 0:
            above = self.tree.line_start(start - 1)
            if self.tree.text[above:start].strip():
                break
            start = above
        if start < first:
            kept.edits.append(Edit(start, first, ""))

    def _make_first(
        self,
        body: list[cst.CSTNode],
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
        kept: Kept,
    ) -> None:
        """Make the models at the start of the function, where its parameters are as given."""
        first = next(
            s for s in body if not _is_docstring(s) and self._stays(s, decisions, replacements)
        )
        spot, _ = statement_lines(self.tree, first)
        start, _ = self.tree.span(first)
        margin = start - self.tree.line_start(start)
        for statement in body:
            edits = replacements.get(id(statement))
            if not edits or statement is first:
                continue
            begin, end = self.tree.span(statement)
            shifted = [Edit(e.start - begin, e.end - begin, e.text) for e in edits]
            text = apply(self.tree.text[begin:end], shifted)
            kept.edits = [e for e in kept.edits if e not in edits]
            self._remove(statement, kept)
            indented = " " * margin + text
            kept.edits.append(Edit(spot, spot, f"{indented}\n\n"))

    def _stays(
        self, statement: cst.CSTNode, decisions: dict[int, str], replacements: dict[int, list[Edit]]
    ) -> bool:
        if id(statement) in replacements:
            return True
        return any(
            decisions.get(id(leaf)) == "keep" or id(leaf) in replacements
            for leaf in _leaves([statement])
        )

    def _place_instance(
        self,
        built: Built,
        text: str,
        leaves: list[cst.CSTNode],
        replacements: dict[int, list[Edit]],
    ) -> None:
        span = self.tree.span(built.node)
        holder = next((s for s in leaves if _inside(span, self.tree.span(s))), None)
        last = self._last_addition(built, holder, leaves)
        if last is not None:
            variable = self._variable(built)
            last = self._outermost(last, span)
            self.places[id(built)] = last
            indent = self.tree.span(last)[0] - self.tree.line_start(self.tree.span(last)[0])
            edit = Edit(*self.tree.span(last), fold(f"{variable} = {text}", indent).lstrip())
            replacements.setdefault(id(last), []).append(edit)
            self.whole.add(id(last))
            return
        assert holder is not None
        self.places[id(built)] = holder
        start = self.tree.line_start(span[0])
        before = self.tree.text[start : span[0]]
        after = self.tree.text[span[1] : self.tree.line_end(span[1])].rstrip()
        if len(before) + len(text) + len(after) > 88 and not after.strip():
            folded = fold(
                before.strip() + " " + text if before.strip() else text,
                len(before) - len(before.lstrip()),
            )
            text = folded.lstrip()[len(before.strip()) + 1 :] if before.strip() else folded.lstrip()
        replacements.setdefault(id(holder), []).append(Edit(span[0], span[1], text))

    def _last_addition(
        self, built: Built, holder: cst.CSTNode | None, leaves: list[cst.CSTNode]
    ) -> cst.CSTNode | None:
        """The last statement that adds a layer to a Sequential, if another one makes it."""
        spans = [self.tree.span(node) for node in built.model.additions]
        adding = [s for s in leaves if any(_inside(one, self.tree.span(s)) for one in spans)]
        if not adding or adding[-1] is holder or not self._variable(built):
            return None
        return adding[-1]

    def _outermost(self, leaf: cst.CSTNode, made: tuple[int, int]) -> cst.CSTNode:
        """The branch or loop that holds a leaf, but not the place where its model is made."""
        inside = self.tree.span(leaf)
        body = self.node.body if isinstance(self.node, cst.Module) else self.node.body.body  # type: ignore[attr-defined]
        while True:
            holding = next(s for s in body if _inside(inside, self.tree.span(s)))
            if holding is leaf or not _inside(made, self.tree.span(holding)):
                return holding
            body = next(
                suite
                for suite in _suites(holding)
                if any(_inside(inside, self.tree.span(s)) for s in suite)
            )

    def _is_main(self, node: cst.If) -> bool:
        return "__name__" in self.tree.source(node.test)

    def _variable(self, built: Built) -> str:
        """What the program calls a model, as it says where it adds layers to it."""
        for node in built.model.additions:
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                return self.tree.source(node.func.value)
        return ""

    def _plain(self, leaf: cst.CSTNode, first_model: int) -> str:
        if self.is_module or id(leaf) in self.trains:
            return "keep"
        if isinstance(leaf, (cst.FunctionDef, cst.ClassDef)):
            return "local"
        if isinstance(leaf, cst.SimpleStatementLine):
            small = leaf.body[0]
            if _is_docstring(leaf):
                return "keep"
            if isinstance(small, (cst.Import, cst.ImportFrom, cst.Global)):
                return "local"
            if isinstance(small, (cst.Raise, cst.Assert)):
                return "drop" if self.tree.span(leaf)[0] < first_model else "keep"
            if isinstance(small, cst.Return):
                return "keep"
            if isinstance(small, cst.Expr):
                if (
                    id(leaf) in self.region.static_statements
                    and self.tree.span(leaf)[0] < first_model
                ):
                    return "drop"
                return "keep"
            if isinstance(small, (cst.Assign, cst.AnnAssign, cst.AugAssign)):
                if self._sets_attribute(small):
                    return "keep"
                return "local"
            if isinstance(small, cst.Pass):
                return "drop"
        return "keep"

    def _sets_attribute(self, small: cst.CSTNode) -> bool:
        if isinstance(small, cst.Assign):
            targets = [t.target for t in small.targets]
        else:
            targets = [small.target]  # type: ignore[attr-defined]
        return any(isinstance(t, cst.Attribute) for t in targets)

    def _drop_unread(
        self,
        body: list[cst.CSTNode],
        leaves: list[cst.CSTNode],
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
    ) -> None:
        """Plain statements stay only where something that stays reads what they define."""
        parameters = set(self.region.parameters)
        wanted: set[str] = self._instance_words() - parameters
        for leaf in leaves:
            if decisions[id(leaf)] == "keep":
                wanted |= self._words(leaf, replacements) | self._header_words(leaf, body)
        changed = True
        while changed:
            changed = False
            for leaf in leaves:
                if decisions[id(leaf)] != "local":
                    continue
                if self._defines(leaf) & wanted:
                    decisions[id(leaf)] = "keep"
                    wanted |= self._words(leaf, replacements)
                    wanted |= self._header_words(leaf, body)
                    changed = True
        passed = self._instance_words() & parameters - {"self"}
        for leaf in leaves:
            if decisions[id(leaf)] == "local":
                decisions[id(leaf)] = "drop"
            elif self._defines(leaf) & passed and id(leaf) not in replacements:
                self.conflict = True

    def _instance_words(self) -> set[str]:
        return {w for _, text in self.instances.values() for w in words_in(text)}

    def _header_words(self, leaf: cst.CSTNode, body: list[cst.CSTNode]) -> set[str]:
        """The names that decide whether, and how often, a statement runs."""
        span = self.tree.span(leaf)
        found: set[str] = set()
        for statement in body:
            if statement is leaf or not _inside(span, self.tree.span(statement)):
                continue
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                continue
            rest: cst.CSTNode | None = statement
            while rest is not None:
                if isinstance(rest, (cst.If, cst.While)) and id(rest) not in self.region.resolved:
                    found |= words_in(self.tree.source(rest.test))
                elif isinstance(rest, cst.For):
                    found |= words_in(self.tree.source(rest.iter))
                elif isinstance(rest, cst.With):
                    found |= {w for i in rest.items for w in words_in(self.tree.source(i))}
                rest = rest.orelse if isinstance(rest, cst.If) else None
            for suite in _suites(statement):
                found |= self._header_words(leaf, suite)
        return found

    def _words(self, leaf: cst.CSTNode, replacements: dict[int, list[Edit]]) -> set[str]:
        if _is_docstring(leaf):
            return set()
        start, end = self.tree.span(leaf)
        text = self.tree.text[start:end]
        edits = replacements.get(id(leaf))
        if edits:
            shifted = [Edit(e.start - start, e.end - start, " ") for e in edits]
            text = apply(text, shifted)
        return words_in(text)

    def _defines(self, leaf: cst.CSTNode) -> set[str]:
        if isinstance(leaf, (cst.FunctionDef, cst.ClassDef)):
            return {leaf.name.value}
        found: set[str] = set()
        if isinstance(leaf, cst.SimpleStatementLine):
            for small in leaf.body:
                if isinstance(small, cst.Assign):
                    for target in small.targets:
                        found |= words_in(self.tree.source(target.target))
                elif isinstance(small, (cst.AnnAssign, cst.AugAssign)):
                    found |= words_in(self.tree.source(small.target))
                elif isinstance(small, (cst.Import, cst.ImportFrom, cst.Global)):
                    found |= words_in(self.tree.source(small))
        return found

    def _suite(
        self,
        body: list[cst.CSTNode],
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
        kept: Kept,
    ) -> bool:
        """Edits of one suite; whether anything of it stays."""
        stays = False
        for statement in body:
            if id(statement) in replacements and not isinstance(statement, cst.SimpleStatementLine):
                edits = replacements[id(statement)]
                kept.edits += edits
                kept.text += edits[0].text + "\n"
                stays = True
                continue
            if (
                isinstance(statement, cst.If)
                and id(statement) in self.region.resolved
                and not self._is_main(statement)
            ):
                stays = self._decided(statement, decisions, replacements, kept) or stays
                continue
            nested = _suites(statement)
            if nested and not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                inners = [Kept() for _ in nested]
                alive = [
                    self._suite(list(suite), decisions, replacements, inner)
                    for suite, inner in zip(nested, inners, strict=True)
                ]
                if not any(alive):
                    self._remove(statement, kept)
                    continue
                stays = True
                kept.text += self._header(statement)
                for suite, lives, inner in zip(nested, alive, inners, strict=True):
                    kept.text += inner.text
                    kept.edits += inner.edits if lives else [self._emptied(suite)]
                continue
            if decisions.get(id(statement)) == "drop":
                self._remove(statement, kept)
                continue
            stays = True
            edits = replacements.get(id(statement), [])
            kept.edits += edits
            start, end = statement_lines(self.tree, statement)
            kept.text += self.tree.text[start:end]
        return stays

    def _header(self, statement: cst.CSTNode) -> str:
        start, _ = self.tree.span(statement)
        first, _ = statement_lines(self.tree, statement)
        return self.tree.text[first : self.tree.line_end(start)]

    def _decided(
        self,
        statement: cst.If,
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
        kept: Kept,
    ) -> bool:
        """A branch that is decided when converting: what is taken of it stands in its place."""
        taken = _taken(statement, self.region.resolved)
        inner = Kept()
        alive = taken is not None and self._suite(list(taken.body), decisions, replacements, inner)
        if not alive or taken is None:
            self._remove(statement, kept)
            return False
        first, last = statement_lines(self.tree, statement)
        body_first, _ = statement_lines(self.tree, taken.body[0])
        _, body_last = statement_lines(self.tree, taken.body[-1])
        head, _ = self.tree.span(statement)
        kept.edits.append(Edit(self.tree.line_start(head), body_first, ""))
        if body_last < last:
            kept.edits.append(Edit(body_last, last, ""))
        margin = head - self.tree.line_start(head)
        inside = self.tree.span(taken.body[0])[0]
        depth = inside - self.tree.line_start(inside) - margin
        dropped = [(e.start, e.end) for e in inner.edits if not e.text]
        position = body_first
        while position < body_last:
            line = self.tree.text[position : self.tree.line_end(position)]
            if line.strip() and not any(a <= position < b for a, b in dropped):
                kept.edits.append(Edit(position, position + depth, ""))
            position = self.tree.line_end(position)
        kept.edits += inner.edits
        kept.text += inner.text
        del first
        return True

    def _emptied(self, suite: list[cst.CSTNode]) -> Edit:
        """A suite of which nothing stays, in a statement of which something does."""
        start, _ = self.tree.span(suite[0])
        first, _ = statement_lines(self.tree, suite[0])
        _, last = statement_lines(self.tree, suite[-1])
        pad = self.tree.text[self.tree.line_start(start) : start]
        return Edit(first, last, f"{pad}pass\n")

    def _remove(self, statement: cst.CSTNode, kept: Kept) -> None:
        start, end = statement_lines(self.tree, statement)
        text = self.tree.text
        if not self.is_module:
            while start > 0:
                above = self.tree.line_start(start - 1)
                if text[above:start].strip():
                    break
                start = above
        before_blank = (start >= 1 and text[:start].endswith(("\n\n", "\r\n\r\n"))) or start == 0
        while before_blank and end < len(text):
            line = text[end : self.tree.line_end(end)]
            if line.strip() or not line:
                break
            end = self.tree.line_end(end)
        kept.edits.append(Edit(start, end, ""))

    def _collapse_return(
        self,
        body: list[cst.CSTNode],
        decisions: dict[int, str],
        replacements: dict[int, list[Edit]],
        kept: Kept,
    ) -> None:
        """`model = UNet(...)` and `return model` become `return UNet(...)`."""
        if self.is_module:
            return
        remaining = [s for s in body if self._stays(s, decisions, replacements)]
        if len(remaining) < 2:
            return
        made, returned = remaining[-2], remaining[-1]
        edits = replacements.get(id(made), [])
        if len(edits) != 1 or not isinstance(returned, cst.SimpleStatementLine):
            return
        last = returned.body[0]
        if not isinstance(last, cst.Return) or not isinstance(last.value, cst.Name):
            return
        name = last.value.value
        edit = edits[0]
        whole = edit.text.startswith(f"{name} = ")
        source = self.tree.source(made)
        if not whole and not re.match(rf"{re.escape(name)}\s*=\s*", source):
            return
        if self.region.left_calls:
            return
        if any(e.comment is not None for e in returned.leading_lines):
            return
        instance = edit.text.removeprefix(f"{name} = ")
        kept.edits = [e for e in kept.edits if e is not edit]
        self._remove(returned, kept)
        start, end = self.tree.span(made)
        indent = start - self.tree.line_start(start)
        kept.edits.append(Edit(start, end, fold(f"return {instance}", indent).lstrip()))


def _is_docstring(leaf: cst.CSTNode) -> bool:
    if not isinstance(leaf, cst.SimpleStatementLine):
        return False
    small = leaf.body[0]
    return isinstance(small, cst.Expr) and isinstance(
        small.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def _taken(statement: cst.If, resolved: dict[int, bool]) -> cst.BaseSuite | None:
    """The suite of a decided branch that runs, None where none does."""
    rest: cst.If | cst.Else | None = statement
    while rest is not None:
        if isinstance(rest, cst.Else):
            return rest.body
        if resolved.get(id(rest), True):
            return rest.body
        rest = rest.orelse
    return None


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def suites(statement: cst.CSTNode) -> list[cst.BaseSuite]:
    """The blocks of a statement, in their order; none for a simple one."""
    found: list[cst.BaseSuite] = []
    if type(statement) is cst.SimpleStatementLine:
        return found
    if isinstance(statement, (cst.For, cst.While, cst.With, cst.FunctionDef, cst.ClassDef)):
        found.append(statement.body)
    if isinstance(statement, cst.If):
        rest: cst.If | cst.Else | None = statement
        while rest is not None:
            found.append(rest.body)
            rest = rest.orelse if isinstance(rest, cst.If) else None
    if isinstance(statement, cst.Try):
        found.append(statement.body)
        found += [h.body for h in statement.handlers]
        if statement.orelse is not None:
            found.append(statement.orelse.body)
        if statement.finalbody is not None:
            found.append(statement.finalbody.body)
    return found


def _suites(statement: cst.CSTNode) -> list[list[cst.CSTNode]]:
    return [list(s.body) for s in suites(statement)]


def _leaves(body: list[cst.CSTNode]) -> list[cst.CSTNode]:
    """The simple statements of a suite, those of nested suites too; definitions count as one."""
    found: list[cst.CSTNode] = []
    for statement in body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            found.append(statement)
            continue
        suites = _suites(statement)
        if suites:
            for suite in suites:
                found += _leaves(suite)
        else:
            found.append(statement)
    return found


__all__ = ["Construct", "For", "If", "Line", "While", "walk"]
