"""Whether functions that data sets run give the same when they run again.

def samples():
    random.shuffle(order)           another order each time: `cache` keeps that of the first
    for i in order:
        yield images[i], labels[i]
"""

from __future__ import annotations

from transpiler.interpret.region import Region
from transpiler.interpret.values import Function
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.draws import drawn_by
from transpiler.source.effects import Function as Defined
from transpiler.source.outer_reads import Functions, functions_of

#: What may draw random numbers, by what programs and their libraries call it.
_DRAWING = regex(
    r"(?i)random|\brng|shuffle|augment|noise|jitter|permut|choice|\bsample\(|\bnext\(|\.flow\("
)
#: TensorFlow calls these each time, and traces all others once.
_OF_PYTHON = regex(r"\b(?:numpy_function|py_func(?:tion)?)\b")


def gives_else(region: Region, function: Function) -> bool:
    """Whether a function may give something else when a data set runs it anew."""
    program = functions_of(region.tree.text)
    source = _source_here(region, program, function)
    if source is None:
        return True
    reached = program.reaching([source])
    if program.own_changes(reached) or drawn_by(program.module, reached):
        return True
    if any(_DRAWING.search(program.source(one)) for one in reached):
        return True
    now = region.tree.span(region.statement)[1] if region.statement is not None else 0
    return program.changes_after(program.reads(reached), now)


def runs_python(region: Region, function: Function) -> bool:
    """Whether a function of tensors calls one of Python, `tf.numpy_function(read, ...)`."""
    tree = region.tree if function.file is None else function.file.tree
    program = functions_of(tree.text)
    source = program.function_at(*tree.span(function.node))
    reached = [] if source is None else program.reaching([source])
    return any(_OF_PYTHON.search(program.source(one)) for one in reached)


def refuse_traced(region: Region, function: Function) -> None:
    """Refuse a function that draws or changes something, which TensorFlow does once."""
    program = functions_of(region.tree.text)
    source = _source_here(region, program, function)
    if source is None:
        return
    reached = program.reaching([source])
    if found := drawn_by(program.module, reached) or program.own_changes(reached):
        raise Unsupported(f"`{found}`: TensorFlow does that once, when it traces the function")


def _source_here(region: Region, program: Functions, function: Function) -> Defined | None:
    """A function as the program defines it; None for one of another file."""
    if function.file not in (None, region.file):
        return None
    return program.function_at(*region.tree.span(function.node))
