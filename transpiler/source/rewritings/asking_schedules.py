"""Schedules that ask the model for its learning rate, which Keras would give them.

def schedule(epoch):                                    def schedule(epoch, rate):
    if epoch == 10:                                         if epoch == 10:
        lr = K.get_value(model.optimizer.lr)                    lr = rate
        K.set_value(model.optimizer.lr, lr * 0.1)               rate = lr * 0.1
    return K.get_value(model.optimizer.lr)                  return rate

What they set is what they give: `LearningRateScheduler` sets that, whatever the rate is by then.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from transpiler.regex import regex
from transpiler.source.lexical import may_name
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in, program_tree

_ASKS = regex(r"\.optimizer\.(?:lr|learning_rate)\b")
_RATES = ("lr", "learning_rate")
_FITS = ("fit", "fit_generator")


def asking_schedules(text: str, others: Callable[[], Iterable[str]]) -> Rewritten | None:
    """The text with such schedules as functions of the rate, if it has any.

    `others` gives the texts that import it, which may call them.
    """
    module = program_tree(text) if "LearningRateScheduler(" in text and _ASKS.search(text) else None
    edits: dict[Span, str] = {}
    touched: list[tuple[int, int]] = []
    for node in module.body if module is not None else ():
        if isinstance(node, ast.FunctionDef) and module is not None:
            model = _asked(module, node)
            if model and _is_schedule(module, node.name) and not may_name(others(), node.name):
                edits |= _edits(text, node, model)
                touched.append((node.lineno, node.end_lineno or 0))
    made = rewritten(text, edits, touched=touched) if edits else None
    return made if made is not None and program_tree(made.text) is not None else None


def _asked(module: ast.Module, function: ast.FunctionDef) -> str:
    """The variable of the one model that a file trains, if a function asks that for its rate."""
    taken, trained = function.args, {*_trained(module)}
    plain = len(taken.args) == 1 and not (taken.posonlyargs or taken.kwonlyargs or taken.defaults)
    if not plain or taken.vararg or taken.kwarg or function.decorator_list or len(trained) != 1:
        return ""
    (name,) = trained
    reads = [n for n in all_in(function) if isinstance(n, ast.Name) and n.id == name]
    rates = [n for n in all_in(function) if _is_rate(n, name)]
    bound = names_bound(ast.Module(function.body, [])) | {taken.args[0].arg}
    nodes = (n for s in function.body for n in all_in(s))
    inner = any(isinstance(n, (ast.Lambda, ast.FunctionDef)) for n in nodes)
    known = len(reads) == len(rates) > 0 and not bound & {name, "rate"} and not inner
    return name if known and all(_is_understood(function, rate) for rate in rates) else ""


def _trained(module: ast.Module) -> Iterator[str]:
    """What is trained, by its names."""
    for node in all_in(module):
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr=asked)) if asked in _FITS:
                yield of.id if isinstance(of, ast.Name) else ""


def _is_rate(node: ast.AST, model: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Attribute(value=ast.Name(name), attr="optimizer"), attr=rate):
            return name == model and rate in _RATES
    return False


def _is_understood(function: ast.FunctionDef, rate: ast.AST) -> bool:
    """Whether a rate is read by `K.get_value`, or set by a statement of its own."""
    return any(read is rate for _, read, _ in _uses(function))


def _uses(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, ast.AST | None, str]]:
    """The nodes in which rates are asked for, the rates, and what is set, "" for what reads one."""
    for node in all_in(function):
        match node:
            case ast.Expr(ast.Call(ast.Attribute(attr="set_value"), [rate, value], [])):
                yield node, rate, ast.unparse(value)
            case ast.Expr(ast.Call(ast.Attribute(value=rate, attr="assign"), [value], [])):
                yield node, rate, ast.unparse(value)
            case ast.Call(ast.Attribute(attr="get_value"), [rate], []):
                yield node, rate, ""
            case ast.Call(ast.Attribute(value=rate, attr="numpy"), [], []):
                yield node, rate, ""


def _is_schedule(module: ast.Module, name: str) -> bool:
    """Whether a function is given to `LearningRateScheduler`, and to nothing else."""
    mentions = [n for n in all_in(module) if isinstance(n, ast.Name) and n.id == name]
    given = [
        one
        for node in all_in(module)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "LearningRateScheduler"
        for one in (*node.args[:1], *(k.value for k in node.keywords if k.arg == "schedule"))
    ]
    return bool(mentions) and all(any(one is n for n in given) for one in mentions)


def _edits(text: str, function: ast.FunctionDef, model: str) -> dict[Span, str]:
    positions = Positions(text)
    end = positions.span(function.args.args[0])[1]
    found = {(end, end): ", rate"}
    reading = re.compile(
        rf"[\w.]*\bget_value\(\s*{model}\.optimizer\.(?:lr|learning_rate)\s*\)"
        rf"|{model}\.optimizer\.(?:lr|learning_rate)\.numpy\(\)"
    )
    for asked, rate, value in _uses(function):
        if rate is not None and _is_rate(rate, model):
            found[positions.span(asked)] = (
                f"rate = {reading.sub('rate', value)}" if value else "rate"
            )
    inside = [span for span in found if any(a < span[0] and span[1] < b for a, b in found)]
    return {span: new for span, new in found.items() if span not in inside}
