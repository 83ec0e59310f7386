"""Which calls make data that models are trained with or asked about, as far as a text shows it.

x = tf.constant(rows)                 xs, ys = tf.range(50.0), tf.cast(labels, tf.int32)
model.fit(x, y)                       train(model, tf.expand_dims(xs, -1), ys)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

#: Methods of models that take data.
_METHODS = frozenset(
    {
        "fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch",
        "predict_classes", "predict_proba",
    }
)  # fmt: skip


@lru_cache(maxsize=4)
def handed_data(text: str) -> frozenset[int]:
    """Where the calls begin that make such data, or parts of it."""
    return frozenset(_Handed(text).places())


class _Handed:
    """The names that hold such data, whatever functions they are in, and what makes it."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        self._lines = text.split("\n")
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._nodes = list(ast.walk(ast.parse(text)))
        self._functions = {n.name: n for n in self._nodes if isinstance(n, ast.FunctionDef)}
        self.names: set[str] = set()
        self.giving: set[str] = set()  #: functions whose results it is
        self._found: dict[int, ast.expr] = {}

    def places(self) -> Iterator[int]:
        """Where the calls of a text begin that make data."""
        before = -1
        while before != len(self.names) + len(self.giving) + len(self._found):
            before = len(self.names) + len(self.giving) + len(self._found)
            for node in self._nodes:
                self._follow(node)
        for node in self._found.values():
            line = self._lines[node.lineno - 1]
            column = len(line.encode()[: node.col_offset].decode())
            yield self._starts[node.lineno - 1] + column

    def _follow(self, node: ast.AST) -> None:
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
                for argument in (*node.args, *(k.value for k in node.keywords)):
                    self._take(argument)
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                self._pass(self._functions[name], node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.FunctionDef(name=name) if name in self.giving:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        self._take(inner.value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, of_it in zip(target.elts, value.elts, strict=True):
                    self._bind(one, of_it)
            elif any(isinstance(t, ast.Name) and t.id in self.names for t in target.elts):
                self._take(value)
        elif isinstance(target, ast.Name) and target.id in self.names:
            self._take(value)

    def _pass(self, function: ast.FunctionDef, call: ast.Call) -> None:
        """What a function gets that hands it on."""
        parameters = [a.arg for a in function.args.args]
        pairs = list(zip(parameters, call.args, strict=False))
        pairs += [(k.arg, k.value) for k in call.keywords if k.arg in parameters]
        for name, value in pairs:
            if name in self.names:
                self._take(value)

    def _take(self, value: ast.expr) -> None:
        """All that an expression is made of."""
        for node in ast.walk(value):
            if isinstance(node, ast.Name):
                self.names.add(node.id)
            elif isinstance(node, ast.Call):
                self._found[id(node)] = node
                if isinstance(node.func, ast.Name) and node.func.id in self._functions:
                    self.giving.add(node.func.id)
