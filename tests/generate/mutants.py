"""Training programs of the tests, each changed a little, as source text."""

from __future__ import annotations

import ast
import importlib
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from tests.generate.draws import Choices
from tests.generate.mutation_bases import BASES
from tests.generate.mutations import mutated
from tests.generate.training_programs import Drawn, training_program
from transpiler.source.generations import shown_by

_TESTS = Path(__file__).parent.parent
_GOLDEN = _TESTS.parent / "golden"
#: Those that take long even with few epochs.
_SLOW: frozenset[str] = frozenset()
_OF_DATA = {"test_pipelines", "test_image_data", "test_image_batches"}
_DRAWN = 400  #: random programs among those that are changed


@lru_cache
def originals() -> tuple[tuple[str, str], ...]:
    """The programs to change, by where they stand: short ones that train quickly."""
    found = {**dict(_golden()), **dict(_of_tests())}
    return tuple((name, text) for name, text in sorted(found.items()) if name not in _SLOW)


def mutant(choose: Callable[[int], int]) -> Drawn:
    """A program of the tests, or a random one, after one to three changes."""
    name, text, generation = _original(choose)
    changed, how = mutated(text, choose)
    return Drawn(changed, generation, True, None, origin=f"{name}: {', '.join(how)}")


def _original(choose: Callable[[int], int]) -> tuple[str, str, str]:
    """What to change: mostly the small ones."""
    kind = choose(8)
    if kind == 7:
        number = choose(_DRAWN)
        one = training_program(Choices(chance=random.Random(number)))
        return f"training {number}", one.text, one.generation
    programs = originals() if kind == 6 else tuple(BASES.items())
    name, text = programs[choose(len(programs))]
    return name, text, "2" if shown_by(text) == "2" else "3"


def _golden() -> Iterator[tuple[str, str]]:
    for path in sorted(_GOLDEN.glob("*/*/input.py")):
        text = path.read_text()
        if path.parent.parent.name != "refused" and _trains(text):
            yield f"golden/{path.parent.parent.name}/{path.parent.name}", shortened(text)


def _of_tests() -> Iterator[tuple[str, str]]:
    """Whole programs among the constants and the parameters of tests."""
    for path in sorted((_TESTS / "training").glob("test_*.py")):
        if path.stem in _OF_DATA:
            continue
        module = importlib.import_module(f"tests.training.{path.stem}")
        for number, text in enumerate(dict.fromkeys(_texts(module))):
            yield f"{path.stem} {number}", shortened(text)


def _texts(module: ModuleType) -> Iterator[str]:
    for value in list(vars(module).values()):
        marks = getattr(value, "pytestmark", [])
        given = [mark.args[1] for mark in marks if mark.name == "parametrize"]
        for text in _strings([value, given]):
            if _trains(text):
                yield text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)


def _trains(text: str) -> bool:
    """Whether it is a program that stands alone, and trains."""
    if "import" not in text or ".fit(" not in text or len(text) > 4000:
        return False
    try:
        compile(text, "<program>", "exec")
    except SyntaxError:
        return False
    return True


def shortened(text: str) -> str:
    """With two epochs where it has more."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("epochs", "nb_epoch"):
            _cut(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if "epochs" in node.targets[0].id.lower():
                _cut(node.value)
    return ast.unparse(tree) + "\n"


def _cut(value: ast.expr) -> None:
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        value.value = min(value.value, 2)
