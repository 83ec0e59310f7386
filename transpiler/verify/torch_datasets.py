"""Stand-ins for what loads the data sets of Keras in converted programs: the same few samples."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from transpiler.regex import regex
from transpiler.verify import keras_datasets
from transpiler.verify.records import Program

_TORCHVISION = {"MNIST": "mnist", "FashionMNIST": "fashion_mnist",
                "CIFAR10": "cifar10", "CIFAR100": "cifar100"}  # fmt: skip
_FILE = regex(r"(\w+)\.npz|(\w+)_word_index\.json")


def with_samples(program: Program) -> Program:
    """The program, on the same lines, with functions that need neither files nor torchvision."""
    keras_datasets.count_for(program.text)
    lines = program.text.splitlines()
    found = False
    for statement in ast.parse(program.text).body:
        maker = _maker(statement) if isinstance(statement, ast.FunctionDef) else ""
        if maker:
            assert isinstance(statement, ast.FunctionDef)
            start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
            source = f"from {keras_datasets.__name__} import {maker} as {statement.name}"
            lines[start:end] = [source, *[""] * (end - start - 1)]
            found = True
    return replace(program, text="\n".join([*lines, ""])) if found else program


def _maker(function: ast.FunctionDef) -> str:
    """The name of what gives the samples of the data set that a function loads."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if name := _of_torchvision(call.func):
            coarse = any(value == "coarse_labels" for value in _constants(function))
            return f"load_{name}{'_coarse' if coarse else ''}"
        if isinstance(call.func, ast.Name) and call.func.id.startswith("download"):
            match = next(filter(None, (_FILE.fullmatch(str(v)) for v in _constants(call))), None)
            name = match.group(1) or f"{match.group(2)}_words" if match is not None else ""
            if hasattr(keras_datasets, f"load_{name}"):
                return f"load_{name}"
    return ""


def _of_torchvision(node: ast.expr) -> str:
    match node:
        case ast.Attribute(ast.Attribute(ast.Name("torchvision"), "datasets"), name):
            return _TORCHVISION.get(name, "")
    return ""


def _constants(node: ast.AST) -> Iterator[object]:
    return (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
