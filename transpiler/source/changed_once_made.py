"""What a program changes of the settings that a model was made with, once it is made.

def build(cfg):                                 for alpha in (0.1, 1.0):
    ...                                             cfg["alpha"] = alpha
    x = x * cfg["alpha"]                            models.append(build(cfg))
    return keras.Model(inputs, x)               models[0].predict(x)        # with 0.1
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, TypeAlias, TypeGuard

from transpiler.source.between import changed_between, grown_between
from transpiler.source.changed_entries import all_changed
from transpiler.source.changed_later import changed_in_modules
from transpiler.source.effects import ANY, effects_in
from transpiler.source.importers import importing_files
from transpiler.source.looked_up import changes_in_place
from transpiler.source.occurrences import Positions
from transpiler.source.set_outside import set_outside
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, program_tree

#: Whether a path leads to another value, or to a list or dict that has something else in it.
Change: TypeAlias = Literal["", "bound", "inside"]
_DEPTH = 4  #: of functions that hand on what they get
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_SHARING = (ast.Global, ast.Nonlocal)


def changed_once_made(text: str, home: str, path: str, place: int) -> Change:
    """How what a path leads to, `cfg["alpha"]`, changes after a place of a file.

    Where that is in a function which gets the variable, after its calls, too.
    """
    texts = [text, *(map(program_in, importing_files(home, r"\w")) if home else ())]
    if not any(_may_change(path, one) for one in texts):
        return ""
    return _program(text, home).changes(path, place, _DEPTH)


def _may_change(path: str, text: str) -> bool:
    """Whether anything in a text may be a change of it: most models need no more than that."""
    last = re.findall(r"\w+", path)[-1]
    if last not in text:
        return False
    variables, inside = _changed_in(text)
    if last == path:
        return last in variables or last in all_changed(text).names
    return bool({last, ANY} & inside)


@lru_cache(maxsize=64)
def _changed_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The variables that get several values, and the attributes and keys that are given any."""
    tree = program_tree(text)
    if tree is None:
        return frozenset(), frozenset()
    effects, _ = effects_in(tree)
    inside = {part for e in effects for part in e.path[1:]}
    names = {re.sub(r"\W", "", part) if part != ANY else ANY for part in inside}
    if re.search(r"\b(?:setattr|vars|globals|__dict__)\b", text):
        names.add(ANY)
    nodes = [*all_in(tree)]
    again = [n for n in nodes if isinstance(n, (ast.For, ast.AsyncFor, ast.While))]
    bound = [e for e in effects if len(e.path) == 1 and not isinstance(e.node, ast.Assign)]
    several = Counter(e.path[0] for e in bound)
    variables = {name for name, times in several.items() if times > 1}
    variables |= {n.id for loop in again for n in all_in(loop) if _is_stored(n)}
    variables |= {n for one in nodes if isinstance(one, _SHARING) for n in one.names}
    variables |= {e.path[0] for e in effects if len(e.path) > 1}
    return frozenset(variables), frozenset(names)


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


@lru_cache(maxsize=8)
def _program(text: str, home: str) -> _Program:
    return _Program(text, home)


class _Program:
    """A file, as far as its text tells who calls what."""

    def __init__(self, text: str, home: str) -> None:
        self._text, self._home, self._positions = text, home, Positions(text)
        tree = program_tree(text)
        self._nodes = [*all_in(tree)] if tree is not None else []
        imports = (a for n in self._nodes if isinstance(n, _IMPORTS) for a in n.names)
        self._imported = {(a.asname or a.name).partition(".")[0] for a in imports}

    def around(self, place: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function around a place."""
        functions = [n for n in self._nodes if isinstance(n, _FUNCTIONS)]
        spans = ((self._positions.span(n), n) for n in functions)
        found = [n for (begin, end), n in spans if begin <= place <= end]
        return found[-1] if found else None

    @staticmethod
    def parameter(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> int | None:
        """Which argument of its calls a parameter is; None of what is none."""
        taken = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        taken = taken[1:] if taken[:1] in (["self"], ["cls"]) else taken
        if name in taken:
            return taken.index(name)
        return len(taken) if name in [a.arg for a in function.args.kwonlyargs] else None

    def changes(self, path: str, place: int, depth: int) -> Change:
        """How what a path of the file leads to changes after a place of it."""
        if changed_between(self._text, path, place, None):
            if not grown_between(self._text, path, place, None):
                return "bound"
            if changes_in_place(self._text, path):
                return "inside"
            computed = (
                re.findall(r"\w+", path)[-1] + r"\b[\"'\]]*[ \t]*(?:[-+*/|@%&^]|\*\*|//)=(?!=)"
            )
            if re.search(rf"\b{computed}", self._text):  # a number: `cfg["alpha"] *= 2`
                return "bound"
        root = _root(path)
        if self._home and root in self._imported and "." in path:
            name, dot, attribute = path.partition("[")[0].rpartition(".")
            if changed_in_modules([(name, f"{dot}{attribute}")], self._home, self._text):
                return "bound"
        function = self.around(place)
        if function is None or not depth:
            return ""
        at, rest = self.parameter(function, root), path.removeprefix(root)
        if at is None and self._home and set_outside(self._home).fullmatch(root):
            return "bound"
        names = [function.name]
        if function.name == "__init__":
            classes = (n for n in self._nodes if isinstance(n, ast.ClassDef))
            names = [made.name for made in classes if function in made.body]
        for name in names:
            others = (
                importing_files(self._home, rf"\b{name}\b") if self._home and at is not None else ()
            )
            for program in (self, *(_program(program_in(one), one) for one in others)):
                for end, given in program._given(name, at, root):
                    if found := program.changes(
                        f"{given}{rest}" if given else path, end, depth - 1
                    ):
                        return found
        return ""

    def _given(self, name: str, at: int | None, parameter: str) -> Iterator[tuple[int, str]]:
        """Where calls of a function end, and the variable or path that they give; "" if none."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and _called(node) == name:
                end = self._positions.span(node)[1]
                values = [k.value for k in node.keywords if k.arg == parameter]
                values += node.args[at : at + 1] if at is not None else []
                if at is None:
                    yield end, ""
                yield from ((end, ast.unparse(v)) for v in values if _is_path(v))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _is_path(value: ast.expr) -> bool:
    while isinstance(value, (ast.Attribute, ast.Subscript)):
        value = value.value
    return isinstance(value, ast.Name)


def _root(path: str) -> str:
    """The variable of `cfg["alpha"]`, or of `args.alpha`."""
    return path.partition(".")[0].partition("[")[0]
