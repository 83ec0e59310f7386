"""What `compile` is told in a function, and what the function changes once it has told it.

def build():
    model = Sequential([Dense(1)])
    model.compile(SGD(config.rate), "mse")
    config.rate *= 0.1                      # the optimizer has the rate of before
    return model
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.stale import made_in, told_to
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function
from transpiler.ir.tensor import Unsupported
from transpiler.source.changed_inside import libraries_in
from transpiler.source.changing import changed
from transpiler.source.occurrences import Positions
from transpiler.source.paths_read import paths_read
from transpiler.source.syntax import all_in, program_tree


def changed_behind(file: FileContext, call: TrainingCall, function: cst.CSTNode) -> str:
    """What a function changes behind a `compile` in it that has read it; "" of nothing."""
    tree = file.tree
    if not tree.has_span(function) or not tree.has_span(call.node):
        return ""
    (start, stop), begin = tree.span(function), tree.span(call.node)[1]
    if not start < begin < stop - 1:
        return ""
    told = [*_told(call)]
    found = (changed(file.path, tree.text, text, begin, stop - 1) for text in told)
    model = ""
    match call.node:
        case cst.Call(func=cst.Attribute(value=of)):
            model = tree.source(of)
    return next(filter(None, found), "") or _given_away(told, model, tree.text, begin, stop)


def _given_away(told: list[str], model: str, text: str, begin: int, end: int) -> str:
    """What holds such a value, and methods or other functions get it there; "" of nothing."""
    computed = (one for one in told if not one.isidentifier())
    roots = {path[0] for one in computed for path in paths_read(one)}
    roots -= {"self", "keras", "tf", model}
    module = program_tree(text) if roots else None
    if module is None:
        return ""
    roots -= libraries_in(all_in(module))
    positions = Positions(text)
    behind = (
        node
        for node in all_in(module)
        if isinstance(node, (ast.Call, ast.Delete)) and begin <= positions.span(node)[0] < end
        if isinstance(node, ast.Delete) or not _only_shows(node)
    )
    return next((name for node in behind for name in _touched(node) if name in roots), "")


def _only_shows(call: ast.Call) -> bool:
    """Whether a call shows or keeps what it gets: `print(args)`, `logging.info(args)`."""
    return ast.unparse(call.func).rpartition(".")[2] in _SHOWS


_SHOWS = frozenset({
    "asdict", "debug", "dict", "dump", "dumps", "float", "format", "get", "getattr", "info", "int",
    "isinstance", "items", "join", "keys", "len", "pprint", "print", "repr", "str", "summary",
    "values", "vars", "warning",
})  # fmt: skip


def _touched(node: ast.Call | ast.Delete) -> Iterator[str]:
    """The variables that a call gets, or whose methods it calls, and those of which parts go."""
    parts: list[ast.expr] = []
    match node:
        case ast.Delete(targets=targets):
            parts = targets
        case ast.Call(func=func, args=args, keywords=keywords):
            whole = [*args, *(keyword.value for keyword in keywords)]
            parts = [one for one in whole if isinstance(one, ast.Name)]
            parts += [func.value] if isinstance(func, ast.Attribute) else []
    for part in parts:
        while isinstance(part, (ast.Attribute, ast.Subscript, ast.Call)):
            if isinstance(part, ast.Call):  # `vars(c).update(rate=0.1)`
                part = part.args[0] if part.args else part.func
            else:
                part = part.value
        if isinstance(part, ast.Name):
            yield part.id


def refuse_changed_behind(file: FileContext, call: TrainingCall, function: Function) -> None:
    """Refuse to make the optimizer and the criterion behind a call of the function."""
    if found := changed_behind(function.file or file, call, function.node):
        raise Unsupported(f"`{found}` changes behind it, in the same function")


def _told(call: TrainingCall) -> Iterator[str]:
    """What the arguments of a `compile` read."""
    for given in call.given.values():
        if given.text:
            yield given.text
        yield from (one.text for made in made_in(given.value) for one in told_to(made))
