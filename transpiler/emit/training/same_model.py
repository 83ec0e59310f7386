"""Whether a name still holds the model at a place that was trained by that name.

for model in models:
    model.fit(x, y)
rates = [model.optimizer.learning_rate for model in models]     # of each of them, not of the last

first, second = second, first
first.optimizer.learning_rate = 0.1                             # of what was the second
"""

from __future__ import annotations

import ast
import re

import libcst as cst

from transpiler.emit.training.lines import simple_statements
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import STEPS
from transpiler.ir.tensor import Unsupported
from transpiler.source.homes import Home
from transpiler.source.lexical import words_in
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, program_tree

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def refuse_another(writer: ModelWriter, start: int) -> None:
    """Refuse what is asked of a variable at a place where it may hold another model."""
    if writer.variable.isidentifier() and _is_another(writer, start):
        raise Unsupported(f"`{writer.variable}` may be another model where it is asked again")


def refuse_trained_elsewhere(writer: ModelWriter) -> None:
    """Refuse an attribute of which nothing trains the model that is known, but something does."""
    name, tree = re.escape(writer.variable), writer.tree
    if not writer.variable.startswith("self."):
        return
    trains = re.compile(rf"(?<![\w.]){name}\.(?:{'|'.join(STEPS)})\(")
    if len(re.findall(rf"(?<![\w.]){name}[ \t]*=(?!=)", tree.blanked)) > 1:
        if trains.search(tree.blanked):
            raise Unsupported(f"`{writer.variable}` is another model elsewhere, and trained")
    made = Home(tree.text, "", tree.module).made.get(writer.room.owner)
    if isinstance(made, cst.ClassDef) and trains.search(tree.code(made)):
        raise Unsupported(f"what trains `{writer.variable}` is not followed")


def _is_another(writer: ModelWriter, start: int) -> bool:
    if _is_of_comprehension(writer, start):
        return True
    places = writer.shared.places(writer.room, writer.variable)
    last = max((p.start for p in places if p.binds and p.start < start), default=None)
    if last is None:
        return False
    tree = writer.tree
    for statement in simple_statements(writer.room.node):
        begin, end = tree.span(statement)
        if begin <= last < end:
            if _exchanges(statement):
                return True
            known = len([p for p in places if p.binds]) == 1 or _makes_it(writer, statement)
            called = _gives_call(statement) and known
            return not called and not _is_trained_between(writer, end, start)
    root = writer.room.node
    if isinstance(root, cst.FunctionDef) and last < tree.span(root.body)[0]:
        return False  # a parameter
    return not _is_trained_between(writer, last, start)  # the head of a loop


def _is_trained_between(writer: ModelWriter, begin: int, end: int) -> bool:
    """Whether models that are called so are compiled or trained between two places."""
    tree = writer.tree
    return any(
        begin < tree.span(call.node)[0] < end
        for call in writer.room.calls
        if call.receiver is not None and tree.source(call.receiver) == writer.variable
    )


def _gives_call(statement: cst.SimpleStatementLine) -> bool:
    """Whether a statement binds what a call gives: another model, or the same once more."""
    return any(isinstance(s, cst.Assign) and isinstance(s.value, cst.Call) for s in statement.body)


def _makes_it(writer: ModelWriter, statement: cst.SimpleStatementLine) -> bool:
    """Whether a statement calls what builds and compiles the model, or gives it the model."""
    compiling = {c.region.name for c in writer.training.calls if c.name == "compile" and c.region}
    source = writer.tree.source
    asked = {source(c.receiver) for c in writer.room.calls if c.receiver is not None}
    for small in statement.body:
        if isinstance(small, cst.Assign) and isinstance(small.value, cst.Call):
            if source(small.value.func).rpartition(".")[2] in compiling:
                return True
            given = words_in(" ".join(map(source, small.value.args)))
            return writer.variable in given and given.isdisjoint(asked - {writer.variable})
    return False


def _exchanges(statement: cst.SimpleStatementLine) -> bool:
    """`first, second = second, first`."""
    for small in statement.body:
        match small:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple())], value=cst.Tuple(given)):
                return all(isinstance(one.value, cst.Name) for one in given)
    return False


def _is_of_comprehension(writer: ModelWriter, start: int) -> bool:
    """Whether a comprehension around a place binds the variable."""
    text = writer.tree.text
    module = program_tree(text) if f"for {writer.variable}" in text else None
    positions = Positions(text)
    for node in all_in(module) if module is not None else ():
        if isinstance(node, _COMPREHENSIONS):
            first, last = positions.span(node)
            bound = (n for g in node.generators for n in all_in(g.target))
            if first <= start < last and any(
                isinstance(n, ast.Name) and n.id == writer.variable for n in bound
            ):
                return True
    return False
