"""A training program while it is changed: what there is, and what stands for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.generate import mutation_catalogue as catalogue

T = TypeVar("T")
Choose = Callable[[int], int]
TRAINING = ("compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch")


class Unfit(Exception):
    """The program has nothing to change in this way."""


@dataclass
class Mutator:
    """One program while it is changed."""

    tree: ast.Module
    choose: Choose

    def one(self, options: Sequence[T]) -> T:
        """One of several possibilities."""
        if not options:
            raise Unfit
        return options[self.choose(len(options))]

    # what there is ----------------------------------------------------------------------------

    def suites(self) -> list[list[ast.stmt]]:
        """All blocks of statements, the module's own first."""
        found = [self.tree.body]
        for node in ast.walk(self.tree):
            for name in ("body", "orelse"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block and node is not self.tree:
                    found.append(block)
        return found

    def calls(self, *methods: str) -> list[ast.Call]:
        """The calls of methods with these names."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in methods
        ]

    def model(self) -> str:
        """A model that is trained, as the program calls it."""
        calls = self.calls("fit", "compile")
        owners = [ast.unparse(call.func).rpartition(".")[0] for call in calls]
        names = list(dict.fromkeys(o for o in owners if o.replace(".", "").isidentifier()))
        return str(self.one(names))

    def keras(self) -> str:
        """How the program spells `keras`; it is imported where it has no name."""
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    bound = alias.asname or alias.name
                    whole = f"{getattr(node, 'module', '') or ''}.{alias.name}".strip(".")
                    if whole in ("tensorflow.keras", "keras", "tf_keras") and "." not in bound:
                        return bound
                    if whole == "tensorflow" and alias.asname:
                        return f"{bound}.keras"
        self.tree.body.insert(start(self.tree), ast.parse("from tensorflow import keras").body[0])
        return "keras"

    def data(self) -> tuple[str, str]:
        """What some `fit` is given."""
        pairs = []
        for call in self.calls("fit"):
            given = [ast.unparse(a) for a in call.args]
            named = {k.arg: ast.unparse(k.value) for k in call.keywords}
            x = given[0] if given else named.get("x", "")
            y = given[1] if len(given) > 1 else named.get("y", "")
            if x and y:
                pairs.append((x, y))
        return self.one(pairs)

    def filled(self, text: str) -> str:
        """A text of the catalogue in the words of this program."""
        if "{x}" in text or "{y}" in text:
            x, y = self.data()
            text = text.replace("{x}", x).replace("{y}", y)
        if "{model}" in text:
            text = text.replace("{model}", self.model())
        if "{keras}" in text:
            text = text.replace("{keras}", self.keras())
        return text

    def stretch(self) -> tuple[list[ast.stmt], int, int]:
        """Neighboring statements of one block, among them one that trains."""
        places = [
            (suite, index)
            for suite in self.suites()
            for index, statement in enumerate(suite)
            if trains(statement) and not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
        ]
        suite, index = self.one(places)
        first = max(index - self.choose(3), 0)
        last = min(index + 1 + self.choose(3), len(suite))
        fixed = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
        while isinstance(suite[first], fixed):
            first += 1
        while isinstance(suite[last - 1], (*fixed, ast.Return)) or any(
            isinstance(s, (*fixed, ast.Return)) for s in suite[first:last]
        ):
            last -= 1
            if last <= first:
                raise Unfit
        return suite, first, last


def trains(node: ast.AST) -> bool:
    """Whether a statement compiles, trains or asks a model."""
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in TRAINING
        for one in ast.walk(node)
    )


def stored(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that statements bind."""
    nodes = [n for s in statements for n in ast.walk(s)]
    return list(
        dict.fromkeys(
            n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
    )


def loaded(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that statements read."""
    nodes = [n for s in statements for n in ast.walk(s)]
    return list(
        dict.fromkeys(
            n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        )
    )


def start(tree: ast.Module) -> int:
    """Behind the imports at the top."""
    index = 0
    for number, node in enumerate(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            index = number + 1
        elif number and not isinstance(node, ast.Expr):
            break
    return index


def free_name(tree: ast.AST, name: str) -> str:
    """A name like this one that is not taken."""
    taken = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    taken |= {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def parse(text: str) -> list[ast.stmt]:
    """Statements."""
    return ast.parse(text).body


def constants_in(statements: Sequence[ast.AST]) -> list[ast.Constant]:
    """Numbers, strings, truth values and None."""
    return [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and node.value is not Ellipsis
    ]


def change(m: Mutator, found: Sequence[ast.Constant]) -> None:
    """Another value for one of them."""
    one = m.one(found)
    value = one.value
    if isinstance(value, bool):
        one.value = not value
    elif value is None:
        one.value = m.one((True, 0, 0.5))
    elif isinstance(value, int):
        one.value = m.one((value + 1, max(value - 1, 0), 0, 1, 2))
    elif isinstance(value, float):
        one.value = m.one((value / 2, value * 2, 0.0, 1.0, None))
    elif isinstance(value, str):
        siblings = catalogue.siblings(value)
        one.value = m.one([s for s in siblings if s != value])


def last_name(function: ast.expr) -> str:
    """What a call calls, without what it belongs to."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
