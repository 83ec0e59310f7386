"""The numbers in the names of metrics that a program gives none.

metrics=[AUC()]         # auc
metrics=[AUC()]         # auc_1, where both are in a place that is run once
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Mapping, Sequence, Value
from transpiler.ir.tensor import Unsupported
from transpiler.lower.binding import Use
from transpiler.source.occurrences import Positions
from transpiler.source.run_again import runs_again
from transpiler.source.syntax import all_in, program_tree

#: The metrics to which Keras gives a number, after the first one.
_NUMBERED = frozenset(
    {"auc", "precision", "recall", "true_positives", "false_positives", "true_negatives",
     "false_negatives", "precision_at_recall", "recall_at_precision", "sensitivity_at_specificity",
     "specificity_at_sensitivity", "mean_io_u", "io_u", "binary_io_u", "one_hot_io_u",
     "one_hot_mean_io_u", "mean_relative_error"}
)  # fmt: skip
COUNTED = (
    "Keras counts the metrics that have no name: `{0}` is called `{0}_1` the second time, and on; "
    "here it is `{0}` each time"
)


def counts_on(file: FileContext, region: Region, call: TrainingCall, use: Use, key: str) -> bool:
    """Whether Keras may call a metric otherwise, as it counts those that have no name."""
    if not _is_counted(file, key) or (use.place is not None and use.place not in file.metrics):
        return False
    if use.place is None and file.options.keras != "2":
        return False  # what has a name in `compile` keeps it
    name = getattr(getattr(region.function, "name", None), "value", "")
    if call.in_loop or (name and 2 in _times(file, use.place or file.tree.span(call.node))):
        return True
    objects, texts = len(_alike(file, use)), _texts(file, use)
    if use.place is None:
        return objects + texts > 1
    return texts > 0 or (objects > 1 and _number(file, use) is None)


def numbered(file: FileContext, use: Use, key: str) -> str:
    """`precision_1` for the second Precision of a program, as far as their order is known."""
    number = _number(file, use) if _is_counted(file, key) else None
    return f"{key}_{number}" if number else key


def refuse_numbered(file: FileContext, key: str, name: str) -> None:
    """Refuse a class in the place of an object, where Keras counts those that have no name."""
    if _is_counted(file, key):
        raise Unsupported(f"`{name}` without parentheses, of which Keras counts the objects")


def _is_counted(file: FileContext, key: str) -> bool:
    return key in _NUMBERED and "clear_session" not in file.tree.blanked


def _alike(file: FileContext, use: Use) -> list[tuple[tuple[int, int], bool]]:
    """Where objects of the same class are made without a name, and whether once there."""
    return [(at, once) for at, (name, once) in file.metrics.items() if name == use.symbol]


def _number(file: FileContext, use: Use) -> int | None:
    """How many of the same class were made before; None where that is not known."""
    alike = sorted(_alike(file, use))
    places = [at for at, _ in alike]
    if use.place not in places or not all(once for _, once in alike):
        return None
    rooms = {_room(file, at) for at in places}
    if len(rooms) > 1 or not _times(file, use.place) <= {1}:
        return None
    return places.index(use.place)


def _texts(file: FileContext, use: Use) -> int:
    """How many metrics of the same class `compile` makes of their names."""
    regions = [file.module, *(summary.region for summary in file.summaries.values())]
    calls = [call for region in regions if region is not None for call in region.training.values()]
    given = [call.given[n] for call in calls for n in _METRICS if n in call.given]
    names = (constant(one) for each in given for one in _items(each.value))
    known = _snake(use.symbol.rpartition(".")[2])
    return sum(isinstance(name, str) and _snake(name) == known for name in names)


_METRICS = ("metrics", "weighted_metrics")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _items(value: Value) -> Iterator[Value]:
    items = value.items if isinstance(value, Sequence) else ()
    items = tuple(value.items.values()) if isinstance(value, Mapping) else items
    for item in items:
        yield from _items(item)
    if not isinstance(value, (Sequence, Mapping)):
        yield value


def _room(file: FileContext, place: tuple[int, int]) -> tuple[str, ...]:
    """The functions and classes around a place."""
    module, positions = program_tree(file.tree.text), Positions(file.tree.text)
    around: list[tuple[int, str]] = []
    for node in all_in(module) if module is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            start, end = positions.span(node)
            if start <= place[0] < end:
                around.append((start, node.name))
    return tuple(name for _, name in sorted(around))


def _times(file: FileContext, place: tuple[int, int]) -> set[int]:
    """How often each of the functions and classes around a place is called by the file; 2: more."""
    code, found = file.tree.blanked, set[int]()
    for name in _room(file, place):
        if name != "__init__":  # as often as its class
            calls = [call.start() for call in re.finditer(rf"(?<!\bdef )\b{name}\(", code)]
            calls = [start for start in calls if not code.endswith("class ", 0, start)]
            looped = any(_is_in_loop(code, start) for start in calls)
            found.add(2 if looped or runs_again(file.tree.text, name) else min(len(calls), 2))
    return found


def _is_in_loop(code: str, start: int) -> bool:
    """Whether a place is in a loop or comprehension, by how lines are indented."""
    lines = code[:start].split("\n")
    margin = len(lines[-1]) - len(lines[-1].lstrip())
    for line in reversed(lines[:-1]):
        if line.strip() and len(line) - len(line.lstrip()) < margin:
            margin = len(line) - len(line.lstrip())
            if line.lstrip().startswith(("for ", "while ")):
                return True
    end = code.find("\n", start)
    return " for " in code[start:end]
