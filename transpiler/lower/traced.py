"""Functions of the program's own that Keras runs once, when it traces them, and torch at each step.

beta = 0.0
def own(t, p):
    return tf.reduce_mean(tf.square(t - p)) + beta * tf.reduce_mean(tf.abs(p))

What such a function reads keeps its first value in Keras until the model is compiled again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_losses import functions_in, metrics_in
from transpiler.interpret.functions.own_metrics import methods_of
from transpiler.interpret.functions.own_penalties import called_on_weights
from transpiler.interpret.region import Region
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function, Static, Value
from transpiler.ir.tensor import Unsupported
from transpiler.lower.optimizers import own_schedule
from transpiler.source.draws import drawn_by
from transpiler.source.effects import Function as Source
from transpiler.source.outer_reads import Functions, functions_of
from transpiler.source.running import Running

#: Which of Keras's functions a call runs.
_STEPS = {
    "fit": "train", "train_on_batch": "train", "evaluate": "test", "test_on_batch": "test",
}  # fmt: skip
_VALIDATED = ("validation_data", "validation_split")


def refuse_changing(
    file: FileContext, calls: list[TrainingCall], compiles: TrainingCall, makers: list[Region]
) -> None:
    """Refuse what the functions of one `compile` read, where it changes between their steps."""
    if _is_eager(compiles):
        return
    program = functions_of(file.tree.text)
    for function in _functions(compiles, makers):
        here = function.file in (None, file)
        source = program.function_at(*file.tree.span(function.node)) if here else None
        if source is not None:
            _refuse(file, program, function.name.strip("<>"), source, calls)


def _refuse(
    file: FileContext, program: Functions, name: str, source: Source, calls: list[TrainingCall]
) -> None:
    reached = program.reaching([source])
    if changed := program.own_changes(reached):
        raise Unsupported(f"`{name}` changes `{changed}`, which Keras does once, when it traces it")
    if drawn := drawn_by(program.module, reached):
        raise Unsupported(
            f"`{name}` calls `{drawn}`, which Keras does once, when it traces it: torch would do "
            f"it at every step"
        )
    changes = program.changes(program.reads(reached))
    if not changes:
        return
    places = [(call, node) for call in calls if (node := _place(file, program, call)) is not None]
    steps = {node: _kinds(call) for call, node in places if call.name in _STEPS}
    compiled = [node for call, node in places if call.name == "compile"]
    if changed := Running(program, changes, compiled, steps).changed_between():
        raise Unsupported(
            f"`{changed}`, which `{name}` reads, gets another value: Keras goes on with the one "
            f"of when it traced the function; compile the model again where it changes"
        )


def _kinds(call: TrainingCall) -> frozenset[str]:
    validated = any(given in call.given for given in _VALIDATED)
    return frozenset({_STEPS[call.name]} | ({"test"} if validated else set()))


def _functions(compiles: TrainingCall, makers: list[Region]) -> Iterator[Function]:
    """The functions that are traced with a model."""
    for name in ("loss", "metrics", "weighted_metrics"):
        if name in compiles.given:
            value = compiles.given[name].value
            yield from (function for function, _ in functions_in(value))
            for made in metrics_in(value):
                methods = methods_of(made)
                yield from (methods[n] for n in ("update_state", "result") if n in methods)
    for region in makers:
        for _, _, value in region.penalties:
            if (function := called_on_weights(value)) is not None:
                yield function
    given = compiles.given.get("optimizer")
    schedule = own_schedule(given.value) if given is not None else None
    if schedule is not None and "__call__" in methods_of(schedule):
        yield methods_of(schedule)["__call__"]


def _place(file: FileContext, program: Functions, call: TrainingCall) -> ast.AST | None:
    """A call as Python sees it."""
    here = call.region is None or call.region.file is file
    return program.call_at(*file.tree.span(call.node)) if here else None


def _is_eager(compiles: TrainingCall) -> bool:
    """Whether Keras runs the functions anew at each step."""
    given: Value | None = (
        compiles.given["run_eagerly"].value if "run_eagerly" in compiles.given else None
    )
    return isinstance(given, Static) and given.expr.is_const(True)
