"""The statements of a module that are needed to build its models, and no others.

A backward slice by names: a statement stays when it defines or changes a name that a later kept
statement, or a wanted name, depends on. Training, saving, printing and data loading fall away,
unless a model depends on them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from transpiler.verify.neutral import callee

#: Methods that change nothing about what a model computes with given weights.
INERT = frozenset({
    "compile", "fit", "fit_generator", "evaluate", "evaluate_generator", "predict",
    "predict_generator", "summary", "save", "save_weights", "load_weights", "train_on_batch",
    "test_on_batch", "predict_on_batch", "load_state_dict", "state_dict", "parameters", "train",
    "eval", "zero_grad", "step", "backward", "to", "cuda", "cpu", "plot", "show", "write",
    "close", "set_weights", "get_weights", "export", "to_json", "to_yaml", "reset_states",
    "reset_state", "share_memory", "requires_grad_",
})  # fmt: skip

#: What sets how all models are built, whoever builds them.
_SETTERS = frozenset({"set_image_data_format", "set_image_dim_ordering", "get_custom_objects"})


def _is_of_optimizer(statement: ast.stmt) -> bool:
    """`model.optimizer.learning_rate = 0.1`, also by `assign` or `K.set_value`."""
    match statement:
        case ast.Assign(targets=places):
            pass
        case ast.AugAssign(target=place) | ast.Expr(value=ast.Call(func=place)):
            places = [place]
        case _:
            return False
    value = statement.value
    if isinstance(value, ast.Call) and callee(value) == "set_value":
        places = value.args[:1]
    return any(map(_of_optimizer, places))


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def names_in(node: ast.AST) -> set[str]:
    """Every name that is read anywhere inside, nested functions included."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _sets(statement: ast.stmt) -> bool:
    """Whether a statement changes a setting of Keras: `get_custom_objects()["swish"] = swish`."""
    called = (n.func for n in ast.walk(statement) if isinstance(n, ast.Call))
    return any(getattr(f, "attr", getattr(f, "id", "")) in _SETTERS for f in called)


def root_name(node: ast.expr) -> str:
    """`model` of `model.layers[0].kernel`; empty where it doesn't start with a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _of_optimizer(node: ast.expr) -> bool:
    """Whether it is something of an optimizer: `model.optimizer.learning_rate.assign(0.1)`."""
    return any(isinstance(n, ast.Attribute) and n.attr == "optimizer" for n in ast.walk(node))


def bound_by(target: ast.expr) -> set[str]:
    """The names that an assignment target binds."""
    if isinstance(target, ast.Name):
        return {target.id}
    if isinstance(target, (ast.Tuple, ast.List)):
        return {name for part in target.elts for name in bound_by(part)}
    if isinstance(target, ast.Starred):
        return bound_by(target.value)
    return set()


def is_main_guard(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and "__name__" in names_in(statement.test)


def flatten(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module, those under the main guard among them."""
    flat: list[ast.stmt] = []
    for statement in body:
        flat.extend(statement.body if is_main_guard(statement) else [statement])  # type: ignore[attr-defined]
    return flat


@dataclass
class Slicer:
    """Cuts one module down to what the wanted names need."""

    wanted: frozenset[str]  #: variables that hold models
    constructs: Callable[[ast.expr], bool]  #: whether an expression makes a model
    inert: frozenset[str] = INERT  #: methods whose calls fall away
    whole: Callable[[ast.stmt], bool] = lambda statement: False  #: what stays as it is
    definitions: dict[str, set[str]] = field(default_factory=dict)

    def module(self, tree: ast.Module, needed: Iterable[str]) -> list[ast.stmt]:
        """The needed statements in order; `needed` are names wanted at the end of the module."""
        body = flatten(tree.body)
        self.definitions = _free_names(body)
        start: set[str] = set()
        self._need(start, set(needed))
        return self._block(body, start)

    def _need(self, needed: set[str], names: set[str]) -> None:
        """Add names, and what the functions and classes among them use."""
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in needed:
                needed.add(name)
                pending.extend(self.definitions.get(name, ()))

    def _block(self, body: Sequence[ast.stmt], needed: set[str]) -> list[ast.stmt]:
        kept: list[ast.stmt] = []
        for statement in reversed(body):
            result = self._statement(statement, needed)
            if result is not None:
                kept.append(result)
        return kept[::-1]

    def _statement(self, statement: ast.stmt, needed: set[str]) -> ast.stmt | None:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            # what `eval` reads, only the run tells
            return statement if "eval" in needed else _needed_imports(statement, needed)
        if isinstance(statement, (ast.Break, ast.Continue)):
            return statement
        if isinstance(statement, DEFINITIONS):
            return statement if statement.name in needed else None
        if self.whole(statement) or (
            isinstance(statement, (ast.Assign, ast.Expr)) and _sets(statement)
        ):
            return self._whole(statement, needed)
        if _is_of_optimizer(statement):  # that needs a model that is compiled
            return None if "compile" in self.inert else self._whole(statement, needed)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return self._assignment(statement, needed)
        if isinstance(statement, (ast.AugAssign, ast.Expr)):
            return self._change(statement, needed)
        return self._compound(statement, needed)

    def _whole(self, statement: ast.stmt, needed: set[str]) -> ast.stmt:
        self._need(needed, names_in(statement))
        return statement

    def _assignment(self, node: ast.Assign | ast.AnnAssign, needed: set[str]) -> ast.stmt | None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None or any(map(self._freezes, targets)):
            return None
        names = {name for target in targets for name in bound_by(target)}
        models = names & self.wanted
        changed = {root_name(t) for t in targets if not bound_by(t)} & (needed | self.wanted)
        makes = bool(models) and self.constructs(node.value)
        if not (makes or names & needed or changed):
            return None
        needed -= names
        self._need(needed, names_in(node))
        return node

    def _freezes(self, target: ast.expr) -> bool:
        """Whether a model is made trainable or not: that counts where it is trained."""
        return (
            isinstance(target, ast.Attribute)
            and target.attr == "trainable"
            and isinstance(target.value, ast.Name)
            and target.value.id in self.wanted
        )

    def _change(self, node: ast.AugAssign | ast.Expr, needed: set[str]) -> ast.stmt | None:
        if isinstance(node, ast.AugAssign):
            root = root_name(node.target)
        elif isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            inert = node.value.func.attr in self.inert
            root = "" if inert else root_name(node.value.func)
        else:
            return None
        path_change = ast.unparse(node).startswith("sys.path.")
        if not path_change and (not root or root not in needed | self.wanted):
            return None
        self._need(needed, names_in(node))
        return node

    def _compound(self, node: ast.stmt, needed: set[str]) -> ast.stmt | None:
        """A block with only its needed statements, or nothing."""
        if isinstance(node, ast.Match):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            stores = {
                n.id
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            if not stores & (needed | self.wanted):
                return None
            self._need(needed, names)
            return node
        if not isinstance(node, (ast.If, ast.With, ast.AsyncWith, ast.Try, *_LOOPS)):
            return None
        result = copy.copy(node)
        inner = set(needed)
        if isinstance(node, (ast.For, ast.AsyncFor)) and bound_by(node.target) & inner:
            self._need(inner, names_in(node.iter))
        any_kept = self._parts(node, result, inner)
        if not any_kept and isinstance(node, (ast.For, ast.AsyncFor)):
            # `for layer in base.layers: layer.trainable = False` changes `base`
            if root_name(node.iter) not in needed | self.wanted:
                return None
            inner |= bound_by(node.target)
            any_kept = self._parts(node, result, inner)
        if not any_kept and (isinstance(node, _LOOPS) or not _jumps(result)):
            return None
        if isinstance(node, _LOOPS):  # what a later round reads, an earlier one must define
            self._parts(node, result, inner)
        self._need(inner, _header_names(node))
        self._need(needed, inner)
        return result

    def _parts(self, node: ast.stmt, result: ast.stmt, inner: set[str]) -> bool:
        """Fill the blocks of `result` with the needed statements of those of `node`."""
        any_kept = False
        for part in ("finalbody", "orelse", "body"):
            body = getattr(node, part, None)
            if body:
                kept = self._block(body, inner)
                any_kept |= not all(map(_only_jumps, kept))
                setattr(result, part, kept or ([ast.Pass()] if part == "body" else []))
        if isinstance(node, ast.Try) and isinstance(result, ast.Try):
            result.handlers = []
            for handler in node.handlers:
                copied = copy.copy(handler)
                kept = self._block(handler.body, inner)
                copied.body = kept or [ast.Pass()]
                result.handlers.append(copied)
                any_kept |= bool(kept)
        return any_kept


def _only_jumps(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but leave a loop, or go on with its next round."""
    if isinstance(statement, ast.If):
        return all(map(_only_jumps, (*statement.body, *statement.orelse)))
    return isinstance(statement, (ast.Break, ast.Continue, ast.Pass))


def _jumps(statement: ast.stmt) -> bool:
    """Whether there is a jump in a branch; its loop decides if that matters."""
    return any(isinstance(node, (ast.Break, ast.Continue)) for node in ast.walk(statement))


def _header_names(node: ast.stmt) -> set[str]:
    """The names that the condition, the iterable or the context managers read."""
    if isinstance(node, (ast.If, ast.While)):
        return names_in(node.test)
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return names_in(node.iter)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return {name for item in node.items for name in names_in(item.context_expr)}
    if isinstance(node, ast.Try):
        return {
            name for handler in node.handlers if handler.type for name in names_in(handler.type)
        }
    return set()


def _free_names(body: Iterable[ast.stmt]) -> dict[str, set[str]]:
    """What each function and class at the top level reads, however deep in blocks it stands."""
    free: dict[str, set[str]] = {}
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, DEFINITIONS):
                free.setdefault(node.name, set()).update(names_in(node))
    return free


def _needed_imports(node: ast.Import | ast.ImportFrom, needed: set[str]) -> ast.stmt | None:
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__"):
        return node
    kept = [
        alias
        for alias in node.names
        if alias.name == "*" or (alias.asname or alias.name.split(".")[0]) in needed
    ]
    if not kept:
        return None
    result = copy.copy(node)
    result.names = kept
    return result
