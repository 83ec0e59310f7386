"""Which calls make data that models are trained with or asked about, as far as a text shows it.

x = tf.constant(rows)                 xs, ys = tf.range(50.0), tf.cast(labels, tf.int32)
model.fit(x, y)                       train(model, tf.expand_dims(xs, -1), ys)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from transpiler.source.syntax import all_in, parts_of

#: Methods of models that take data.
_METHODS = frozenset(
    {
        "fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch",
        "predict_classes", "predict_proba",
    }
)  # fmt: skip

#: The functions around a node, from inside to outside.
Scope: TypeAlias = "tuple[ast.FunctionDef, ...]"


@lru_cache(maxsize=4)
def handed_data(text: str) -> frozenset[int]:
    """Where the calls begin that make such data, or parts of it."""
    return frozenset(_Handed(text).places())


class _Handed:
    """The variables that hold such data, and what makes it."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._nodes = list(_scoped(ast.parse(text)))
        functions = [n for n, _ in self._nodes if isinstance(n, ast.FunctionDef)]
        self._functions = {function.name: function for function in functions}
        self._locals = {function: _locals(function) for function in functions}
        self._names: set[tuple[ast.FunctionDef | None, str]] = set()
        self._giving: set[str] = set()  #: functions whose results are data
        self._found: dict[int, ast.Call] = {}

    def places(self) -> Iterator[int]:
        """Where the calls of a text begin that make data."""
        before = -1
        while before != len(self._names) + len(self._giving) + len(self._found):
            before = len(self._names) + len(self._giving) + len(self._found)
            for node, scope in self._nodes:
                self._follow(node, scope)
        for call in self._found.values():
            line = self._lines[call.lineno - 1]
            column = len(line.encode()[: call.col_offset].decode())
            yield self._starts[call.lineno - 1] + column

    def _follow(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
                for argument in (*node.args, *(k.value for k in node.keywords)):
                    self._take(argument, scope)
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                self._pass(self._functions[name], node, scope)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value, scope)
            case ast.Return(value=ast.expr() as value) if scope and scope[0].name in self._giving:
                self._take(value, scope)

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, of_it in zip(target.elts, value.elts, strict=True):
                    self._bind(one, of_it, scope)
            elif any(self._is_data(one, scope) for one in target.elts):
                self._take(value, scope)
        elif self._is_data(target, scope):
            self._take(value, scope)

    def _pass(self, function: ast.FunctionDef, call: ast.Call, scope: Scope) -> None:
        """What a function gets that hands it on."""
        parameters = [a.arg for a in function.args.args]
        pairs = list(zip(parameters, call.args, strict=False))
        pairs += [(k.arg, k.value) for k in call.keywords if k.arg in parameters]
        for name, value in pairs:
            if (function, name) in self._names:
                self._take(value, scope)

    def _take(self, value: ast.expr, scope: Scope) -> None:
        """All that an expression is made of."""
        for node in all_in(value):
            if isinstance(node, ast.Name):
                self._names.add(self._variable(node.id, scope))
            elif isinstance(node, ast.Call):
                self._found[id(node)] = node
                if isinstance(node.func, ast.Name) and node.func.id in self._functions:
                    self._giving.add(node.func.id)

    def _is_data(self, target: ast.expr, scope: Scope) -> bool:
        return isinstance(target, ast.Name) and self._variable(target.id, scope) in self._names

    def _variable(self, name: str, scope: Scope) -> tuple[ast.FunctionDef | None, str]:
        return next((f for f in scope if name in self._locals[f]), None), name


def _scoped(module: ast.Module) -> Iterator[tuple[ast.AST, Scope]]:
    """All nodes, each with the functions around it."""
    pending: list[tuple[ast.AST, Scope]] = [(module, ())]
    while pending:
        node, scope = pending.pop()
        yield node, scope
        inner = (node, *scope) if isinstance(node, ast.FunctionDef) else scope
        pending += [(child, inner) for child in parts_of(node)]


def _locals(function: ast.FunctionDef) -> set[str]:
    """The names that a function binds."""
    arguments = function.args
    found = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    stored = (n for n in all_in(function) if isinstance(n, ast.Name))
    return found | {n.id for n in stored if isinstance(n.ctx, ast.Store)}
