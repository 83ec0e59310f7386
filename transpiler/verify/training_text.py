"""The text of programs that train: which statements do, and how the loops of both are bounded.

Names stand for what they are called by: a function trains when its body, or one that it calls,
trains. What this over-estimates is run and does no harm.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from transpiler.verify.neutral import callee
from transpiler.verify.slices import DEFINITIONS, Slicer

#: How many epochs are compared, and about how many batches of each.
EPOCHS, STEPS = 3, 10
#: What a call of `fit` is known by, where it isn't known to have been one of Keras.
_OF_KERAS = frozenset({
    "epochs", "nb_epoch", "batch_size", "validation_data", "validation_split", "callbacks",
    "steps_per_epoch", "samples_per_epoch", "verbose",
})  # fmt: skip
_FITS = frozenset({"fit", "fit_generator"})
#: Training by other means than `fit`, whose steps can't be told apart.
_OTHER_STEPS = frozenset({"train_on_batch", "apply_gradients", "minimize"})
#: Methods that change nothing that training depends on.
_INERT = frozenset({"summary", "plot", "show", "write", "close", "to_json", "to_yaml", "export"})
_SHOWS = frozenset({"print", "display", "show", "savefig", "plot_model", "summary", "exit", "quit"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: What is put into converted programs, to see their losses.
KEEP_HISTORY, KEEP_VALUES = "_tf2torch_keep_history", "_tf2torch_keep_values"


def fits_of(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls that are certainly Keras's `fit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and callee(node) in _FITS:
            if callee(node) == "fit_generator" or {k.arg for k in node.keywords} & _OF_KERAS:
                yield node


def fits_that_went(original: ast.AST, converted: ast.AST) -> Iterator[ast.Call]:
    """The other calls of a `fit` that are no more: what was converted was Keras's."""
    sure = {id(call) for call in fits_of(original)}
    left = {ast.unparse(call) for call in _calls_of(converted, _FITS)}
    for call in _calls_of(original, _FITS):
        if id(call) not in sure and ast.unparse(call) not in left:
            yield call


def _calls_of(tree: ast.AST, names: frozenset[str]) -> Iterator[ast.Call]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return (call for call in calls if callee(call) in names)


def trains_otherwise(tree: ast.AST) -> bool:
    """Whether some steps are taken outside of `fit`."""
    return any(isinstance(n, ast.Call) and callee(n) in _OTHER_STEPS for n in ast.walk(tree))


#: What steps come to, and what joins the processes that take them.
_TRAIN = frozenset({"backward", "init_process_group"})


def original_slice(tree: ast.Module) -> list[ast.stmt]:
    """The statements that build and train the models of a Keras program."""
    return _slice(_Rounds(tree).visit(tree), _callers(tree, _FITS | _saving(tree)), frozenset())


def converted_slice(tree: ast.Module, original: ast.Module) -> list[ast.stmt]:
    """Those of a converted program, with three epochs at most and histories that are kept."""
    rounds = _Rounds(original)
    bounded = rounds.visit(_Bounded(tree, original).visit(tree))
    callers = _callers(bounded, _TRAIN | _saving(original))
    return _slice(ast.fix_missing_locations(bounded), callers, _RESTORING)


#: What goes back to weights that were kept in memory: the last line of an early stop.
_RESTORING = frozenset({"load_state_dict"})


#: What writes files that a program of either framework may read again, and what reads them.
_SAVES = frozenset({"save", "save_weights", "save_model"})
_LOADS = frozenset({"load_model", "load_weights"})


def _saving(original: ast.Module) -> frozenset[str]:
    """What must run for the sake of a model that is loaded, whichever variable has saved it."""
    calls = (callee(n) for n in ast.walk(original) if isinstance(n, ast.Call))
    return frozenset() if _LOADS.isdisjoint(calls) else _SAVES


def _slice(tree: ast.Module, trainers: frozenset[str], restoring: frozenset[str]) -> list[ast.stmt]:
    def whole(statement: ast.stmt) -> bool:
        if isinstance(statement, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
            return False
        if any(callee(call) in trainers for call in calls_in(statement)) or _freezes(statement):
            return True
        restored = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        call = statement.value if restored else None  # type: ignore[attr-defined]
        return (
            call is not None
            and callee(call) in restoring
            and all(isinstance(argument, ast.Name) for argument in call.args)
        )

    slicer = Slicer(frozenset(), lambda value: False, _INERT, whole)
    return [_Silent().visit(statement) for statement in slicer.module(tree, ())]


def _freezes(statement: ast.stmt) -> bool:
    """`for layer in layers: layer.trainable = False`, whichever models have these layers.

    Or `base.requires_grad_(False)`, whichever models `base` is a part of.
    """
    named = [n for n in ast.walk(statement) if isinstance(n, ast.Attribute)]
    stored = (n.attr for n in named if isinstance(n.ctx, ast.Store))
    asked = any(n.attr == "requires_grad_" for n in named)
    return asked or not {"trainable", "requires_grad"}.isdisjoint(stored)


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that run when a statement does: not those in the functions that it defines."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from calls_in(child)


def _callers(tree: ast.Module, first: frozenset[str] | set[str]) -> frozenset[str]:
    """The names of all functions, methods and classes whose call comes to one of the first."""
    called: dict[str, set[str]] = {}
    for name, function in _named_functions(tree):
        called.setdefault(name, set()).update(callee(call) for call in calls_in(function))
    found = set(first)
    while more := {name for name, callees in called.items() if callees & found} - found:
        found |= more
    return frozenset(found)


def _named_functions(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Functions and methods; a class is called what its `__init__` does."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, _FUNCTIONS) and method.name == "__init__":
                    yield node.name, method


class _Silent(ast.NodeTransformer):
    """Nothing is shown, and nobody leaves."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if isinstance(node.value, ast.Call) and callee(node.value) in _SHOWS:
            return ast.copy_location(ast.Pass(), node)
        self.generic_visit(node)
        return node


class _Rounds(ast.NodeTransformer):
    """Ends the loops of the program around `fit` early: `for round in range(200)`."""

    def __init__(self, original: ast.Module) -> None:
        loops = (node for node in ast.walk(original) if isinstance(node, ast.For))
        self.heads = {_head(loop) for loop in loops if any(fits_of(loop))}

    def visit_For(self, node: ast.For) -> ast.stmt:
        if _head(node) in self.heads:
            _bound(node.iter)
        self.generic_visit(node)
        return node


@dataclass
class _Bounded(ast.NodeTransformer):
    """Ends the loops over epochs early, reports what they measure, and widens `torch.float32`.

    Such a loop calls a function that steps, both of which the original doesn't have.
    """

    converted: ast.Module
    original: ast.Module

    def __post_init__(self) -> None:
        known = {name for name, _ in _named_functions(self.original)}
        functions = dict(_named_functions(self.converted))
        self.emitted = functions.keys() - known
        self.steps = {name for name in self.emitted if any(map(_steps, calls_in(functions[name])))}
        self.known = Counter(_head(n) for n in ast.walk(self.original) if isinstance(n, ast.For))
        self.heads = Counter(_head(n) for n in ast.walk(self.converted) if isinstance(n, ast.For))

    def visit_For(self, node: ast.For) -> ast.stmt:
        head = _head(node)
        mine = any(callee(call) in self.steps for s in node.body for call in _own_calls(s))
        if mine and self.heads[head] > self.known[head]:
            _bound(node.iter)
            node.body = [part for s in node.body for part in self._reported(s)]
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        """Steps of which nothing is kept are over before what follows changes weights by hand."""
        self.generic_visit(node)
        steps = isinstance(node.value, ast.Call) and callee(node.value) in self.steps
        over = ast.Expr(_called(KEEP_VALUES, ast.Dict([], [])))
        return [node, ast.copy_location(over, node)] if steps else [node]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        if isinstance(node.value, ast.Dict) and node.value.keys:
            keys = [k.value if isinstance(k, ast.Constant) else None for k in node.value.keys]
            if keys[0] == "loss" and all(isinstance(v, ast.List) for v in node.value.values):
                node.value = _called(KEEP_HISTORY, node.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if node.attr == "float32" and isinstance(node.value, ast.Name) and node.value.id == "torch":
            node.attr = "float64"
        return node

    def _reported(self, statement: ast.stmt) -> list[ast.stmt]:
        """A statement, and one that reports the values that an emitted function gave."""
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return [statement]
        target, value = statement.targets[0], statement.value
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        own = isinstance(value, ast.Call) and callee(value) in self.emitted
        if not own or not all(isinstance(name, ast.Name) for name in names):
            return [statement]
        ids = [name.id for name in names if isinstance(name, ast.Name)]
        given = ast.Dict([ast.Constant(i) for i in ids], [ast.Name(i, ast.Load()) for i in ids])
        return [statement, ast.copy_location(ast.Expr(_called(KEEP_VALUES, given)), statement)]


def _called(name: str, argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])


def _steps(call: ast.Call) -> bool:
    return callee(call) == "backward"


def _head(node: ast.For) -> str:
    return ast.dump(ast.Tuple([node.target, node.iter], ast.Load()))


def _own_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement of a loop's own body, not of a loop inside of it."""
    if isinstance(statement, (ast.Assign, ast.Expr)):
        yield from (n for n in ast.walk(statement) if isinstance(n, ast.Call))


def _bound(iterable: ast.expr) -> None:
    """`range(epochs)` ends after three at the latest, also inside of `tqdm(...)`."""
    for call in ast.walk(iterable):
        if isinstance(call, ast.Call) and callee(call) == "range" and len(call.args) in (1, 2):
            *start, end = call.args
            first = start[0] if start else ast.Constant(0)
            last = ast.BinOp(first, ast.Add(), ast.Constant(EPOCHS))
            smaller = ast.Call(ast.Name("min", ast.Load()), [end, last], [])
            call.args = [*start, smaller]
