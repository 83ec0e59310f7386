"""Callbacks that are classes of the program's own: they become plain classes, which the loop calls.

class StopAtAccuracy:
    def on_epoch_end(self, epoch, logs=None):
        if logs["accuracy"] > 0.95:
            self.model.stop_training = True
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.sequences import SEQUENCES
from transpiler.interpret.region import FileContext
from transpiler.interpret.values import Framework, UserClass
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks
from transpiler.source.tree import Tree

#: The methods that the loop calls: what they are given besides the values of the epoch.
_CALLED = {"on_train_begin": 0, "on_train_end": 0, "on_epoch_begin": 1, "on_epoch_end": 1}
_OF_KERAS = re.compile(
    r"self\.(?:params|validation_data|_model|set_model|set_params)\b"
    r"|super\([^)]*\)\.(?!__init__\(\))\w+"
    r"|self\.model\b(?!\.stop_training\b)(?:\.\w+)?"
)
_ASKS_MODEL = re.compile(r"self\.model\b")


def own_hooks(file: FileContext, fit: Fit, made: UserClass, instance: Expr) -> Hooks:
    """The calls of its methods; `instance` is the variable that holds it, or makes it."""
    _check(file, made)
    name, before = instance.text, []
    if not re.fullmatch(r"[\w.]+", name):
        name = fit.free(_snake(made.name))
        before.append(f"{name} = {instance.text}")
    text = _body(file.tree, made)
    if _ASKS_MODEL.search(text):
        before.append(f"{name}.model = {fit.model}")
    stops = f"{fit.model}.stop_training" if "stop_training" in text else ""
    if stops:
        before.append(f"{stops} = False")
    calls = {m: _calls(file.tree, made, name, m, fit) for m in _CALLED}
    return Hooks(
        (*before, *calls["on_train_begin"]),
        calls["on_epoch_begin"],
        calls["on_epoch_end"],
        calls["on_train_end"],
        reads=tuple(fit.values) if calls["on_epoch_end"] or calls["on_train_end"] else (),
        stops=(f"if {stops}:", "    break") if stops else (),
    )


def _calls(tree: Tree, made: UserClass, name: str, method: str, fit: Fit) -> tuple[str, ...]:
    """The call of one of its methods, if it has it."""
    node = _methods(made).get(method)
    if node is None:
        return ()
    given = [fit.epoch] * _CALLED[method]
    parameters = node.params.params[1 + len(given) :]
    if len(parameters) > 1:
        raise Unsupported(f"`{made.name}.{method}` takes more than Keras gives it")
    for parameter in parameters:
        reads = re.search(
            rf"\b{parameter.name.value}\b", tree.blanked[slice(*tree.span(node.body))]
        )
        if method.endswith("_end") and reads is not None:
            given.append(fit.logs)
        elif parameter.default is None or reads is not None:
            given.append("{}")
    return (f"{name}.{method}({', '.join(given)})",)


def _methods(made: UserClass) -> dict[str, cst.FunctionDef]:
    return {s.name.value: s for s in made.node.body.body if isinstance(s, cst.FunctionDef)}


def _check(file: FileContext, made: UserClass) -> None:
    """Refuse what a plain class has no answer to."""
    where = f"`{made.name}`"
    for name, method in _methods(made).items():
        if (name.startswith("on_") and name not in _CALLED) or name in ("set_model", "set_params"):
            raise Unsupported(f"{where} has the method {name}")
        if name in _CALLED and (method.decorators or method.params.star_kwarg):
            raise Unsupported(f"{where}.{name} with a decorator or any arguments")
    if len(made.node.bases) != 1 or made.node.keywords or made.node.decorators:
        raise Unsupported(f"{where} has several bases")
    if re.search(rf"^\s*class \w+\(.*\b{made.name}\b", file.tree.blanked, re.M):
        raise Unsupported(f"{where} is the base of another class")
    text = _body(file.tree, made)
    if (found := _OF_KERAS.search(text)) is not None:
        raise Unsupported(f"{where} asks for `{found.group()}`")
    names = [n for n, value in file.globals.items() if isinstance(value, Framework)]
    used = next((n for n in names if re.search(rf"(?<![\w.]){n}\b", text)), None)
    if used is not None:
        raise Unsupported(f"{where} uses `{used}`")


def _body(tree: Tree, made: UserClass) -> str:
    """The source of its methods, without strings and comments."""
    start, end = tree.span(made.node.body)
    return tree.blanked[start:end]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def plain_class(tree: Tree, made: UserClass) -> Edit:
    """The edit that takes Keras's base from the class; data are torch's then."""
    start = tree.span(made.node.name)[1]
    last = tree.span(made.node.bases[-1].value)[1]
    base = "(Dataset)" if set(made.bases) <= SEQUENCES else ""
    return Edit(start, tree.text.index(")", last) + 1, base)
