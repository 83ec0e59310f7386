"""What is read of callbacks far from the `fit` that gets them: kept by itself, right behind it.

self.early = EarlyStopping()                    def fit(self, x, y):
                                                    early = EarlyStopping()
def fit(self, x, y):                                self.model.fit(x, y, callbacks=[early])
    self.model.fit(x, y, callbacks=[self.early])    self.stopped_epoch = early.stopped_epoch

return history, early                           return history, early.stopped_epoch
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import TypeGuard

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What may be read of Keras's own.
_READ = {
    "EarlyStopping": ("stopped_epoch", "best_epoch", "best", "wait", "patience", "monitor"),
    "ReduceLROnPlateau": ("best", "monitor", "factor", "patience", "min_lr"),
    "ModelCheckpoint": ("best", "filepath", "monitor"),
}
_ATTRIBUTES = "|".join(dict.fromkeys(name for names in _READ.values() for name in names))
_MAKES = regex(rf"=\s*(?:\w+\.)*(?:{'|'.join(_READ)})\(")
_READS = regex(rf"\.(?:{_ATTRIBUTES})\b")
#: What they are before the first training.
_COUNTED = ("stopped_epoch", "best_epoch", "wait")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def read_from_callbacks(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with what is read of them kept by itself, if it reads any far from their `fit`."""
    if not _MAKES.search(text) or not _READS.search(text):
        return None
    module = program_tree(text)
    if module is None:
        return None
    program = _Program(text, module)
    for part in module.body:
        found = program.kept_by_objects(part) if isinstance(part, ast.ClassDef) else None
        if isinstance(part, ast.FunctionDef):
            found = program.given_back(part)
        if found is None or any(re.search(found.names, other) for other in others()):
            continue
        made = rewritten(text, found.edits, (), (), found.touched)
        if program_tree(made.text) is not None:
            return made
    return None


@record(frozen=True, slots=True)
class _Given:
    """The edits for one callback, the lines that must convert then, and what others may not ask."""

    edits: dict[Span, str]
    touched: tuple[tuple[int, int], ...]
    names: str


@record(frozen=True, slots=True)
class _Kept:
    """A callback in an attribute of objects: where it is made and given, and what is read of it."""

    name: str
    made: ast.Assign
    maker: ast.FunctionDef
    given: ast.Attribute
    statement: ast.stmt  #: that calls `fit`
    trainer: ast.FunctionDef
    inside: list[ast.Attribute]  #: `self.early.best`, in the method that trains
    outside: list[ast.Attribute]


class _Program:
    """A program as far as it tells what is read of its callbacks."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self._text, self._module, self._positions = text, module, Positions(text)
        self._nodes = [*all_in(module)]
        self._attributes = [n for n in self._nodes if isinstance(n, ast.Attribute)]
        self._around = {id(inner): n for n in self._nodes for inner in parts_of(n)}
        self._names = {n.id for n in self._nodes if isinstance(n, ast.Name)}
        self._names |= {n.arg for n in self._nodes if isinstance(n, ast.arg)}
        self._names |= {n.name for n in self._nodes if isinstance(n, (ast.FunctionDef, ast.alias))}

    def _span(self, node: ast.AST) -> Span:
        return self._positions.span(node)

    def _source(self, node: ast.AST) -> str:
        return self._text[slice(*self._span(node))]

    # -- callbacks that objects keep ---------------------------------------------------------

    def kept_by_objects(self, made: ast.ClassDef) -> _Given | None:
        """The edits for the first such callback of a class."""
        methods = [part for part in made.body if isinstance(part, ast.FunctionDef)]
        for method in methods:
            for statement in all_in(method):
                match statement:
                    case ast.Assign(
                        targets=[ast.Attribute(value=ast.Name("self"), attr=name)],
                        value=ast.Call() as call,
                    ) if _kind(call):
                        kept = self._kept(name, statement, method, methods)
                        found = self._by_itself(kept) if kept is not None else None
                        if found is not None:
                            return found
        return None

    def _kept(
        self,
        name: str,
        made: ast.Assign,
        maker: ast.FunctionDef,
        methods: list[ast.FunctionDef],
    ) -> _Kept | None:
        """A callback in an attribute, if it is given to one `fit` and otherwise only read."""
        known = _READ[_kind(made.value)]
        within = {id(n): method for method in methods for n in all_in(method)}
        given: list[ast.Attribute] = []
        inside: list[ast.Attribute] = []
        outside: list[ast.Attribute] = []
        for node in self._attributes:
            around = self._around[id(node)]
            if node.attr != name or node is made.targets[0]:
                continue
            if isinstance(around, ast.Attribute) and around.attr in known:
                outside.append(around)
            elif self._fit_of(node) is not None and id(node) in within and _of_self(node):
                given.append(node)
            else:
                return None
        if len(given) != 1 or not outside:
            return None
        trainer = within[id(given[0])]
        statement = self._statement_of(given[0])
        inside = [one for one in outside if within.get(id(one)) is trainer]
        inside = [one for one in inside if one.lineno > (statement.end_lineno or 0)]
        if any(not isinstance(one.ctx, ast.Load) for one in outside):
            return None
        outside = [one for one in outside if one not in inside]
        if any(within.get(id(one)) is trainer for one in outside):
            return None  # it is read before it is given
        return _Kept(name, made, maker, given[0], statement, trainer, inside, outside)

    def _by_itself(self, kept: _Kept) -> _Given | None:
        """The callback as a variable of the method that trains, what others read as attributes."""
        moved = kept.maker is not kept.trainer
        if kept.name in self._names or not self._is_alone(kept.statement):
            return None
        if not self._is_alone(kept.made) or (not moved and kept.made.lineno > kept.given.lineno):
            return None
        stays: list[str] = []
        code = self._source(kept.made.value)
        if moved:
            found = self._moved(kept)
            if found is None:
                return None
            code, stays = found
        names = {one.attr: self._attribute_for(kept, one.attr) for one in kept.outside}
        edits = {self._span(one): f"{self._source(_base(one))}.{names[one.attr]}"
                 for one in kept.outside}  # fmt: skip
        edits |= {self._span(one.value): kept.name for one in kept.inside}
        edits[self._span(kept.given)] = kept.name
        if moved:
            stays += [f"self.{names[one]} = 0" for one in names if one in _COUNTED]
            self._replace(edits, kept.made, stays or ["pass"] * (len(kept.maker.body) == 1))
        else:
            edits[self._span(kept.made.targets[0])] = kept.name
        self._around_fit(edits, kept, code if moved else "", names)
        last = kept.statement.end_lineno or 0
        touched = ((kept.statement.lineno, last),)
        return _Given(edits, touched, rf"\.{kept.name}\b")

    def _moved(self, kept: _Kept) -> tuple[str, list[str]] | None:
        """What makes the callback in another method, and what its own keeps for that."""
        if kept.maker.name != "__init__" or kept.made not in kept.maker.body:
            return None
        if _kind(kept.made.value) == "ModelCheckpoint":
            return None  # the best of one training is that of the next, too
        taken = {a.arg for a in (*kept.maker.args.args, *kept.maker.args.kwonlyargs)}
        stored = {n.id for n in all_in(kept.maker) if _is_stored(n)}
        others = {n.id for n in all_in(kept.trainer) if _is_stored(n)}
        others |= {n.arg for n in all_in(kept.trainer) if isinstance(n, ast.arg)} - {"self"}
        parts, stays, position = list[str](), list[str](), self._span(kept.made.value)[0]
        assert isinstance(kept.made.value, ast.Call)
        arguments = [*kept.made.value.args, *(k.value for k in kept.made.value.keywords)]
        for node in (n for argument in arguments for n in all_in(argument)):
            if isinstance(node, ast.Attribute) and not self._is_steady(node):
                return None
            if isinstance(node, (ast.Call, ast.Subscript, *_FUNCTIONS)):
                return None
            if not isinstance(node, ast.Name) or node.id == "self":
                continue
            if node.id in stored or (node.id not in taken and node.id in others):
                return None
            if node.id in taken:
                attribute = self._attribute_of(kept, node.id)
                if not attribute:
                    return None
                if not self._stores(attribute):
                    stays.append(f"self.{attribute} = {node.id}")
                start, end = self._span(node)
                parts += [self._text[position:start], f"self.{attribute}"]
                position = end
        parts.append(self._text[position : self._span(kept.made.value)[1]])
        return "".join(parts), [*dict.fromkeys(stays)]

    def _attribute_of(self, kept: _Kept, name: str) -> str:
        """The attribute that holds, or may hold, what a parameter is; "" if there is none."""
        for statement in kept.maker.body:
            match statement:
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Name("self"), attr=found)],
                    value=ast.Name(value),
                ) if (
                    value == name and self._stores(found) == 1
                ):
                    return found
        others = [n for n in self._attributes if n.attr == name and n not in kept.inside]
        return "" if others or self._is_method(name) else name

    def _stores(self, attribute: str) -> int:
        each = (n for n in self._attributes if n.attr == attribute)
        return sum(not isinstance(n.ctx, ast.Load) for n in each)

    def _is_steady(self, node: ast.Attribute) -> bool:
        """Whether an attribute is set once at most, or is one of a module."""
        return self._stores(node.attr) < 2

    def _is_method(self, name: str) -> bool:
        return any(isinstance(n, ast.FunctionDef) and n.name == name for n in self._nodes)

    def _attribute_for(self, kept: _Kept, read: str) -> str:
        """The attribute that keeps what is read of a callback."""
        asked = {id(one) for one in (*kept.inside, *kept.outside)}
        used = any(n.attr == read and id(n) not in asked for n in self._attributes)
        return f"{kept.name}_{read}" if used or self._is_method(read) else read

    def _around_fit(
        self, edits: dict[Span, str], kept: _Kept, code: str, names: dict[str, str]
    ) -> None:
        """Write what stands before and behind the statement that trains."""
        start, end = self._span(kept.statement)
        margin = " " * kept.statement.col_offset
        made = f"{kept.name} = {code}{self._behind(kept.made)}"
        said = [*self._comments(kept.made), made] if code else []
        before = "".join(f"{line}\n{margin}" for line in said)
        after = [f"self.{new} = {kept.name}.{old}" for old, new in names.items()]
        match kept.statement:
            case ast.Return(value=ast.Call() as value) if after:
                start = self._span(value)[0]
                edits[self._span(kept.statement)[0], start] = f"{before}history = "
                after.append("return history")
            case _ if before:
                edits[start, start] = before
        if after:
            end += len(self._behind(kept.statement))
            edits[end, end] = "".join(f"\n{margin}{line}" for line in after)

    def _replace(self, edits: dict[Span, str], statement: ast.stmt, lines: list[str]) -> None:
        """Write other lines in the place of a statement, which is alone on its own."""
        start, end = self._span(statement)
        margin = " " * statement.col_offset
        first = self._text.rfind("\n", 0, start) + 1
        for comment in reversed(self._comments(statement)):  # it goes along
            first = self._text.rfind(comment, 0, first)
        first = self._text.rfind("\n", 0, first) + 1
        if lines:
            end += len(self._behind(statement))
            edits[first, end] = margin + f"\n{margin}".join(lines)
            return
        last = self._text.find("\n", end) + 1 or len(self._text)
        edits[first, last] = ""

    def _behind(self, statement: ast.stmt) -> str:
        """The comment behind a statement that is alone on its lines, with the blanks before it."""
        end = self._span(statement)[1]
        return self._text[end:].partition("\n")[0].rstrip()

    def _comments(self, statement: ast.stmt) -> list[str]:
        """The comments that stand right above a statement."""
        above = self._text.split("\n")[: statement.lineno - 1]
        found = [*takewhile(lambda line: line.startswith("#"), map(str.strip, reversed(above)))]
        return found[::-1]

    # -- callbacks that functions give back --------------------------------------------------

    def given_back(self, function: ast.FunctionDef) -> _Given | None:
        """The edits for the first callback that a function gives back beside other things."""
        last = function.body[-1]
        given = [n for n in all_in(function) if isinstance(n, ast.Return)]
        if given != [last] or not isinstance(last, ast.Return):
            return None
        items = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
        for place, item in enumerate(items):
            kind = self._kind_in(function, item.id) if isinstance(item, ast.Name) else ""
            calls = self._calls_of(function, len(items)) if kind else []
            if calls and isinstance(item, ast.Name):
                return self._read_there(function, item, place, kind, calls)
        return None

    def _kind_in(self, function: ast.FunctionDef, name: str) -> str:
        """The class of a callback that a function makes once, and gives to `fit`."""
        stores = [n for n in all_in(function) if _is_stored(n) and n.id == name]
        match self._around.get(id(stores[0])) if len(stores) == 1 else None:
            case ast.Assign(targets=[ast.Name()], value=ast.Call() as call):
                each = (n for n in all_in(function) if isinstance(n, ast.Name) and n.id == name)
                trains = any(self._fit_of(n) is not None for n in each)
                return _kind(call) if trains else ""
        return ""

    def _calls_of(self, function: ast.FunctionDef, count: int) -> list[list[ast.Name]]:
        """The variables that get what each call of a function gives; none if that is unclear."""
        found: list[list[ast.Name]] = []
        for node in self._nodes:
            if not isinstance(node, ast.Name) or node.id != function.name:
                continue
            call = self._around[id(node)]
            match self._around.get(id(call)):
                case ast.Assign(targets=[target], value=value) if value is call:
                    each = target.elts if isinstance(target, ast.Tuple) else [target]
                    names = [one for one in each if isinstance(one, ast.Name)]
                    if not isinstance(call, ast.Call) or not len(names) == len(each) == count:
                        return []
                    found.append(names)
                case _:
                    return []
        return found

    def _read_there(
        self,
        function: ast.FunctionDef,
        item: ast.Name,
        place: int,
        kind: str,
        calls: list[list[ast.Name]],
    ) -> _Given | None:
        """What the callers read of a callback, given back in its place."""
        targets = [names[place] for names in calls]
        variables = {one.id for one in targets}
        inside = {id(n) for n in all_in(function)}
        reads: list[ast.Attribute] = []
        for node in self._nodes:
            if not isinstance(node, ast.Name) or node.id not in variables:
                continue
            if node in targets or id(node) in inside:
                continue
            around = self._around[id(node)]
            if not isinstance(around, ast.Attribute) or around.attr not in _READ[kind]:
                return None
            if not isinstance(around.ctx, ast.Load):
                return None
            reads.append(around)
        asked = [*dict.fromkeys(one.attr for one in reads)]
        if not asked:
            return None
        edits = {self._span(item): ", ".join(f"{item.id}.{one}" for one in asked)}
        for target in targets:
            each = [self._variable_for(target.id, one) for one in asked]
            edits[self._span(target)] = ", ".join(each)
        for read in reads:
            assert isinstance(read.value, ast.Name)
            edits[self._span(read)] = self._variable_for(read.value.id, read.attr)
        touched = ((function.body[0].lineno, function.end_lineno or 0),)
        return _Given(edits, touched, rf"\b{function.name}\b")

    def _variable_for(self, callback: str, read: str) -> str:
        return f"{callback}_{read}" if read in self._names else read

    # -- where things stand ------------------------------------------------------------------

    def _fit_of(self, node: ast.AST) -> ast.Call | None:
        """The `fit` whose list of callbacks an expression is in."""
        match self._around.get(id(node)):
            case ast.List() as listed:
                keyword = self._around.get(id(listed))
                if not isinstance(keyword, ast.keyword) or keyword.arg != "callbacks":
                    return None
                match self._around[id(keyword)]:
                    case ast.Call(func=ast.Attribute(attr="fit")) as call:
                        return call
        return None

    def _statement_of(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self._around[id(node)]
        return node

    def _is_alone(self, statement: ast.stmt) -> bool:
        """Whether nothing else stands on its lines, and it is a call, or names what one gives."""
        start, end = self._span(statement)
        before = self._text[self._text.rfind("\n", 0, start) + 1 : start]
        after = self._text[end:].partition("\n")[0].partition("#")[0]
        plain = isinstance(statement, (ast.Assign, ast.Expr, ast.Return))
        calls = plain and isinstance(getattr(statement, "value", None), ast.Call)
        return calls and not before.strip() and not after.strip()


def _kind(made: ast.expr) -> str:
    """The class of a callback of Keras's own that an expression makes; "" of others."""
    func = made.func if isinstance(made, ast.Call) else None
    name = str(getattr(func, "attr", getattr(func, "id", "")))
    return name if name in _READ else ""


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _base(read: ast.Attribute) -> ast.expr:
    """The object that keeps the callback of which something is read."""
    assert isinstance(read.value, ast.Attribute)
    return read.value.value


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
