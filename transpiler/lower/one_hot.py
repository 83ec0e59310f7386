"""Whether targets surely are one-hot: a single 1 in each row.

y = keras.utils.to_categorical(labels)
x_train, x_test, y_train, y_test = train_test_split(x, y)
model.fit(x_train, y_train)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import lru_cache

from transpiler.interpret.training import TrainingCall
from transpiler.regex import regex
from transpiler.source.syntax import parts_of
from transpiler.source.tree import Tree

#: The loss for which that counts.
_MATTERS = regex("categorical_?crossentropy", re.I)
_MAKES = frozenset({"to_categorical", "one_hot", "get_dummies"})
_IDENTITY = frozenset({"eye", "identity"})
#: What keeps the rows of the array that it gets, or is called on.
_KEEPS = frozenset(
    {"array", "asarray", "astype", "copy", "toarray", "float32", "convert_to_tensor"}
)
_FOLDERS = frozenset({"flow_from_directory", "flow_from_dataframe"})
_DEPTH = 8


def one_hot_targets(tree: Tree, calls: Sequence[TrainingCall]) -> bool:
    """Whether all calls that take steps surely do so with one-hot targets."""
    steps = [c for c in calls if c.name in ("fit", "train_on_batch")]
    if not steps or not _MATTERS.search(tree.text):
        return False
    bindings = _bindings(tree.text)
    for call in steps:
        data = call.given.get("y") or call.given.get("x")
        where = "" if call.region is None or call.region.is_module else call.region.name
        if data is None or not bindings.are_one_hot(where, data.text, "y" not in call.given):
            return False
    return True


class _Bindings:
    """What the names of each function, and of the module, are bound to, if that is plain to see."""

    def __init__(self, text: str) -> None:
        self.values: dict[str, dict[str, list[ast.expr | None]]] = {"": {}}
        self.answers: dict[str, list[ast.expr | None]] = {}
        self.open: set[str] = set()  #: the names that are looked into
        try:
            module = ast.parse(text)
        except (SyntaxError, ValueError):  # which Python 2 or a newer Python takes
            module = ast.Module([], [])
        self._read(module, "", False)

    def _read(self, node: ast.AST, where: str, perhaps: bool) -> None:
        """Note what a statement binds; `perhaps` where it does not surely run once."""
        for inner in parts_of(node):
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.values[inner.name] = {}
                self.answers.setdefault(inner.name, [])
                self._read(inner, inner.name, False)
                continue
            if isinstance(inner, ast.Return):
                self.answers.setdefault(where, []).append(inner.value)
            self._note(inner, where, perhaps)
            loops = isinstance(inner, (ast.If, ast.For, ast.While, ast.Try))
            self._read(inner, where, perhaps or loops)

    def _note(self, node: ast.AST, where: str, perhaps: bool) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(where, target, node.value, perhaps)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._bind(where, node.target, node.value, perhaps)
        elif isinstance(node, (ast.AugAssign, ast.For, ast.comprehension)):
            self._bind(where, node.target, None, True)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(where, node.optional_vars, None, True)
        elif isinstance(node, ast.arg):
            self.values[where].setdefault(node.arg, []).append(None)

    def _bind(self, where: str, target: ast.expr, value: ast.expr | None, perhaps: bool) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for place, part in enumerate(target.elts):
                self._bind(where, part, self._part(value, place, len(target.elts)), perhaps)
        elif isinstance(target, ast.Subscript):  # some of its numbers are set
            self._bind(where, target.value, None, True)
        elif isinstance(target, (ast.Name, ast.Attribute)):
            name = ast.unparse(target)
            scope = "" if isinstance(target, ast.Attribute) else where
            known = self.values[scope].setdefault(name, [])
            made = isinstance(value, ast.Call) and _called(value) in _MAKES
            if made and not perhaps:  # `y = to_categorical(y)`: what it was before is over
                known.clear()
            known.append(value)

    def _part(self, value: ast.expr | None, place: int, count: int) -> ast.expr | None:
        """What a target of several gets."""
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == count:
            return value.elts[place]
        if not isinstance(value, ast.Call):
            return None
        if _called(value) == "train_test_split":
            return value.args[place // 2] if place // 2 < len(value.args) else None
        answers = self.answers.get(_called(value), [])
        answer = answers[0] if len(answers) == 1 else None
        if isinstance(answer, ast.Tuple) and len(answer.elts) == count:
            made = answer.elts[place]  # with names of the function: only what is made at once
            return made if isinstance(made, ast.Call) and _called(made) in _MAKES else None
        return None

    def are_one_hot(self, where: str, text: str, in_data: bool) -> bool:
        """Whether an expression is; `in_data`: as the targets of a data set."""
        try:
            value = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError):
            return False
        return self._is(where, value, in_data, _DEPTH)

    def _is(self, where: str, value: ast.expr | None, in_data: bool, depth: int) -> bool:
        if value is None or depth == 0:
            return False
        if isinstance(value, (ast.Name, ast.Attribute)):
            name = ast.unparse(value)
            if name in self.open:  # `y = y[order]` keeps what it was
                return True
            own = self.values.get(where, {})
            values = own[name] if name in own else self.values[""].get(name, [None])
            self.open.add(name)
            try:
                return all(self._is(where, v, in_data, depth - 1) for v in values)
            finally:
                self.open.discard(name)
        if isinstance(value, ast.IfExp):
            ways = (value.body, value.orelse)
            return all(self._is(where, way, in_data, depth - 1) for way in ways)
        if isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Tuple):
            if isinstance(value.value, ast.Call) and _called(value.value) in _IDENTITY:
                return True
            return self._is(where, value.value, in_data, depth - 1)
        return isinstance(value, ast.Call) and self._is_made(where, value, in_data, depth)

    def _is_made(self, where: str, value: ast.Call, in_data: bool, depth: int) -> bool:
        name = _called(value)
        if in_data:
            modes = [k.value for k in value.keywords if k.arg == "class_mode"]
            plain = all(isinstance(m, ast.Constant) and m.value == "categorical" for m in modes)
            if name == "flow" and len(value.args) > 1:
                return self._is(where, value.args[1], False, depth - 1)
            return name in _FOLDERS and plain
        if name in _MAKES:
            return not any(k.arg in ("on_value", "off_value") for k in value.keywords)
        if name not in _KEEPS:
            return False
        method = isinstance(value.func, ast.Attribute) and name in ("astype", "copy", "toarray")
        first = value.func.value if method else next(iter(value.args), None)  # type: ignore[attr-defined]
        return self._is(where, first, False, depth - 1)


@lru_cache(maxsize=1)
def _bindings(text: str) -> _Bindings:
    return _Bindings(text)


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    return ast.unparse(call.func).rpartition(".")[2]
