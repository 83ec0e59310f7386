"""Each argument of what a training names is tried in some script, or left out for a reason."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import keras
import pytest

from transpiler.registry import load_rules

RULES = load_rules()
HERE = Path(__file__).parent

_NO_NUMBER = "it changes no number"
_SHAPES = "its refusal is tested: other axes than the last"

#: Arguments that no script has to try, and why.
EXEMPT: dict[str, str] = {
    "name": _NO_NUMBER,
    "dtype": "the scripts compute in float64, whatever they say",
    "verbose": _NO_NUMBER,
    "reduction": "it is tried where torch has the loss, and where it has not",
    "Adafactor.relative_step": "Keras does not read it",
    "BinaryCrossentropy.axis": _SHAPES,
    "CategoricalCrossentropy.axis": _SHAPES,
    "SparseCategoricalCrossentropy.axis": _SHAPES,
    "BinaryFocalCrossentropy.axis": _SHAPES,
    "CategoricalFocalCrossentropy.axis": _SHAPES,
}
#: What has tests of its own, in which no script names it in a string.
ELSEWHERE: dict[str, str] = {
    "SparseTopKCategoricalAccuracy": "Keras has no kernel for it in float64: test_the_best_outputs",
    "BackupAndRestore": "test_an_interrupted_training_goes_on",
    "CSVLogger": "test_an_interrupted_training_goes_on, and golden/training",
    "LambdaCallback": "test_callback_functions.py, where variables hold the functions",
    "RemoteMonitor": "test_remote_monitor.py",
    "Callback": "it does nothing",
    "History": "it does nothing",
    "ProgbarLogger": "it does nothing",
}
#: What all optimizers share is tried with some of them.
SHARED = (
    "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps",
)  # fmt: skip


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """The calls in the strings of the tests of trainings, by the last name of what is called."""
    found = []
    for file in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = _text(node)
            found += list(_calls_in(text)) if text is not None else []
    return found


def _package(package: str) -> object:
    found: object = keras
    for part in package.split("."):
        found = getattr(found, part)
    return found


def _text(node: ast.AST) -> str | None:
    """A string as it is, one with places with plain names in them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else "X" for v in node.values)
        return "".join(map(str, parts))
    return None


def _calls_in(text: str) -> Iterator[tuple[str, ast.Call]]:
    try:
        tree = ast.parse(text.strip().lstrip(", "))
    except SyntaxError:
        try:
            tree = ast.parse(f"f({text.strip().lstrip(', ')})")
        except SyntaxError:
            return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                yield name, node


def _tried(package: str) -> dict[str, set[str]]:
    """The arguments by the classes that scripts make objects of."""
    found: dict[str, set[str]] = {}
    public = vars(_package(package))
    for name, call in calls():
        if name not in public or not inspect.isclass(public[name]):
            continue
        signature = inspect.signature(getattr(_package(package), name))
        parameters = list(signature.parameters)
        given = found.setdefault(name, set())
        given |= set(parameters[: len(call.args)]) | {k.arg for k in call.keywords if k.arg}
    return found


PACKAGES = ("optimizers", "optimizers.schedules", "losses", "metrics", "callbacks")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_argument_is_tried(package: str) -> None:
    tried = _tried(package)
    table = getattr(RULES, package.rpartition(".")[2])
    shared = set().union(*tried.values()) & set(SHARED)
    missing = []
    for name, value in vars(_package(package)).items():
        rule = table.get(f"keras.{package}.{name}")
        if not inspect.isclass(value) or rule is None or rule.reason or name in ELSEWHERE:
            continue
        for argument in inspect.signature(value).parameters.values():
            key = f"{name}.{argument.name}"
            plain = argument.kind is argument.POSITIONAL_OR_KEYWORD
            known = tried.get(name, set()) | shared
            if plain and argument.name not in known and not EXEMPT.keys() & {key, argument.name}:
                missing.append(key)
        if name not in tried:
            missing.append(name)
    assert not missing, missing
