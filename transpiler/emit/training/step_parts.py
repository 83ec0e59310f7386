"""What a training step is besides the loss of its batch: clipping, penalties, frozen parts."""

from __future__ import annotations

from transpiler.emit.epochs import Steps
from transpiler.emit.training.freezing import kept_still
from transpiler.emit.training.model import ModelWriter
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled


def steps_of(model: ModelWriter, compiled: Compiled) -> Steps:
    """What a step is besides the loss of its batch."""
    if model.constraint and compiled.subset is not None:
        raise Unsupported("constraints on weights of a model of which only a part is trained")
    return Steps(
        clipping=_clipping(compiled),
        scheduled=compiled.optimizing.schedule is not None,
        scaled=compiled.optimizing.scaling is not None,
        averaging=_averaging(compiled),
        accumulated=_accumulated(compiled),
        penalty=model.added(),
        constraint=f"{model.constraint}(model)" if model.constraint else "",
        still=kept_still(compiled),
        numbered=model.training.asks_steps,
    )


def _averaging(compiled: Compiled) -> tuple[str, ...]:
    """What keeps averages of the weights, and may put them in the place of these."""
    averaging = compiled.optimizing.averaging
    if averaging is None:
        return ()
    kept = "averaged.update_parameters(model)"
    if averaging.frequency is None:
        return (kept,)
    count = "(averaged.n_averaged - 1)" if averaging.begins else "averaged.n_averaged"
    overwritten = f"    {taken_over('model', 'averaged')}"
    return kept, f"if {count} % {averaging.frequency} == 0:", overwritten


def _accumulated(compiled: Compiled) -> str:
    """Of how many batches a step takes the mean gradient."""
    number = compiled.optimizing.accumulation
    if number is None:
        return ""
    if compiled.optimizing.averaging is not None:
        raise Unsupported("averages of weights that stay as they are for several batches")
    return number.wrapped(14)


def taken_over(model: str, averaged: str) -> str:
    """The statement that gives a model the averages of its weights."""
    return f"{model}.load_state_dict({averaged}.module.state_dict())"


def _clipping(compiled: Compiled) -> tuple[str, ...]:
    found = []
    parameters = "model.parameters()"
    if compiled.subset is not None and compiled.subset.parameters is not None:
        parameters = 'optimizer.param_groups[0]["params"]'
    clipper = compiled.optimizing.clipper
    one = "[parameter]" if clipper == "clip_norm" else "parameter"
    for name, bound in compiled.optimizing.clipping:
        value = bound.text.replace(f'.get("{name}")', f'["{name}"]')  # which has been tested
        if name == "clipvalue":
            lines = [f"nn.utils.clip_grad_value_({parameters}, {value})"]
        elif name == "global_clipnorm":
            lines = [f"{clipper}({parameters}, {value})"]
        else:
            lines = [f"for parameter in {parameters}:", f"    {clipper}({one}, {value})"]
        if name in compiled.optimizing.unclipped:
            lines = [f"if {bound}:", *(f"    {line}" for line in lines)]
        found += lines
    return tuple(found)
