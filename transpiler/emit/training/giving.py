"""Functions that only give parts of the training, an optimizer or callbacks: they go with it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.shared import Trained
from transpiler.interpret.context import FileContext
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Occurrences
from transpiler.source.suites import statement_lines
from transpiler.source.tree import Tree


def functions_gone(file: FileContext, trained: list[Trained]) -> Iterator[Edit]:
    """The edits of those that nothing calls any more, now that models are trained in PyTorch."""
    vanishing = [span for made in trained for span in made.vanishing]
    waiting = dict(file.giving_calls)
    found = Occurrences(file.tree.text) if waiting else None
    while found is not None:
        spans = {n: [file.tree.span(c) for c in calls.values()] for n, calls in waiting.items()}
        gone = [
            node
            for node, called in spans.items()
            if all(within(start, vanishing) for start, _ in called)
            and len(found.of(node.name.value)) == len(called) + 1
        ]
        if not gone:
            return
        for node in gone:
            del waiting[node]
            vanishing.append(file.tree.span(node))
            yield without_function(file.tree, node)


def comments_of_functions(writer: ModelWriter, statement: cst.CSTNode) -> list[str]:
    """The comments of the functions that a statement is the first to call, which go with it."""
    span = writer.tree.span(statement)
    found = []
    for node, calls in writer.shared.file.giving_calls.items():
        spans = sorted(map(writer.tree.span, calls.values()))
        going = len(writer.shared.found.of(node.name.value)) == len(spans) + 1
        if going and holds(span, spans[0]):
            found += comments_in(writer.tree.source(node))
    return found


def without_function(tree: Tree, node: cst.FunctionDef) -> Edit:
    """A function goes, and the blank lines behind it."""
    start, end = statement_lines(tree, node)
    while tree.text[end : tree.line_end(end)].isspace():
        end = tree.line_end(end)
    return Edit(start, end, "")
