"""At which moments of a training a callback may ask how well the model does.

Keras counts a training and an evaluation with the same metrics, which it sets back before each
epoch and before each evaluation. So what a callback evaluates when an epoch begins, or between its
batches, is mixed with the values of the epoch. Between batches, torch's mode would change, too.
"""

from __future__ import annotations

import ast

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.context import FileContext
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function, UserClass
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.changed_by_callbacks import changed_by_callbacks
from transpiler.source.lexical import blanked
from transpiler.source.reached import program_of

_COUNTS = regex(r"\.(evaluate|test_on_batch|train_on_batch|fit)\(")
_ASKS = regex(r"\.(evaluate|predict|predict_classes|\w+_on_batch|fit)\(")
#: What is called with the metrics of an epoch set back, and nothing counted yet.
_BEGINNING = ("on_epoch_begin", "schedule")
_SETS_RATE = regex(r"\b(?:lr|learning_rate)(?:\.assign\(|\s*[-+*/]*=(?!=))|\bset_value\(")
#: What stands in the loop over the epochs.
_COUNTED = ("steps_per_epoch", "validation_steps", "validation_freq")
_CALLED = regex(r"(?<!\d)\b[A-Za-z_]\w*")


def check_moments(writer: ModelWriter, made: UserClass) -> None:
    """Refuse a class of the program's own that asks at the wrong moment."""
    for method in (method for one in made.lineage for method in one.node.body.body):
        if isinstance(method, cst.FunctionDef):
            name = method.name.value
            check_moment(writer, f"{made.name}.{name}", name, writer.tree.source(method))


def check_moment(writer: ModelWriter, where: str, moment: str, source: str) -> None:
    """The same of code that is called at a moment: `on_epoch_begin`."""
    in_batch = moment.startswith("on_") and "batch" in moment
    if not in_batch and moment not in _BEGINNING:
        return
    asks = (_ASKS if in_batch else _COUNTS).search(reached_code(writer.tree.text, source))
    if asks is not None:
        told = "between its batches" if in_batch else "before its first batch"
        why = "Keras counts it with the epoch" if _COUNTS.match(asks.group()) else "in training"
        raise Unsupported(f"`{where}` asks `{asks.group(1)}` {told}: {why}")


def is_set_meanwhile(file: FileContext, source: str) -> bool:
    """Whether callbacks of the program's own, or what gives batches, may set what code reads."""
    changed = changed_by_callbacks(file.tree.text, file.path)
    return not (changed.sets | changed.tables).isdisjoint(_CALLED.findall(source))


def check_counts(writer: ModelWriter, call: TrainingCall) -> None:
    """Refuse numbers that Keras reads once and a loop in each epoch, if they change in between."""
    for name in _COUNTED:
        given = call.given.get(name)
        if given is not None and is_set_meanwhile(writer.shared.file, given.text):
            raise Unsupported(f"{name}: `{given.text}` may change while the model is trained")


def sets_rate_then(writer: ModelWriter, function: Expr | None) -> bool:
    """Whether a function that a callback calls may set the learning rate."""
    if function is None or function.is_const(None):
        return False
    source = source_of_function(writer, function)
    return _SETS_RATE.search(reached_code(writer.tree.text, source)) is not None


def source_of_function(writer: ModelWriter, function: Expr) -> str:
    """The source of a function that a callback calls, or its name."""
    found = function.value
    inline = isinstance(found, Function) and isinstance(found.node, cst.Lambda)
    return writer.tree.source(found.node) if inline else function.text


def reached_code(text: str, source: str) -> str:
    """Some code with that of all functions and methods that it calls by name, without strings."""
    made = program_of(text).made
    code, seen = blanked(source), set[str]()
    pending = [code]
    while pending:
        names = set(_CALLED.findall(pending.pop())) - seen
        seen |= names
        functions = (n for name in names for n in made.get(name, ()))
        found = (n for n in functions if not isinstance(n, ast.ClassDef))
        pending += (blanked(ast.get_source_segment(text, node) or "") for node in found)
        code = "\n".join([code, *pending])
    return code
