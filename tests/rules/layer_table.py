"""What is translated of each layer of Keras, read from the rules themselves."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from transpiler.registry import load_rules
from transpiler.rule import Rule

README = Path(__file__).parents[2] / "rules" / "README.md"
START, END = "<!-- generated -->\n", "<!-- end of generated -->\n"

#: Classes of `keras.layers` that are no layers a model is made of.
NO_LAYERS = {"InputLayer", "Layer", "Wrapper", "FlaxLayer", "JaxLayer", "TFSMLayer"}
#: What is said once, above the table.
EVERYWHERE = ("data_format=", "a tensor of rank", "causal padding is for one")
#: Layers that the engine itself translates.
ENGINE = {"Lambda": "By the function itself."}


def layers() -> dict[str, type]:
    """The layers that Keras exports, one name for each."""
    found: dict[type, str] = {}
    for name, cls in vars(keras.layers).items():
        if inspect.isclass(cls) and issubclass(cls, keras.layers.Layer):
            found.setdefault(cls, cls.__name__ if hasattr(keras.layers, cls.__name__) else name)
    return {name: cls for cls, name in found.items() if name not in NO_LAYERS}


def always_refused(rule: Rule) -> bool:
    """Whether the rule does nothing but raise."""
    tree = _definition(rule.build)
    body = [s for s in tree.body if not isinstance(s, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def reasons(rule: Rule) -> list[str]:
    """What the rule and the functions of the rules that it calls refuse, `…` for what varies."""
    closure = inspect.getclosurevars(rule.build).nonlocals
    if "reason" in closure:
        return [closure["reason"]]
    found: dict[str, None] = {}
    todo: list[FunctionType] = [_function(rule.build)]
    seen = set(todo)
    while todo:
        function = todo.pop(0)
        for reason in _raised(function):
            found[reason] = None
        for called in _called(function):
            if called not in seen:
                seen.add(called)
                todo.append(called)
    return list(found)


def _function(build: object) -> FunctionType:
    assert isinstance(build, FunctionType)
    return build


@cache
def _module_tree(module: ModuleType) -> dict[int, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for line in (node.lineno, *(d.lineno for d in node.decorator_list)):
                found[line] = node
    return found


def _definition(function: object) -> ast.FunctionDef:
    code = _function(function).__code__
    module = importlib.import_module(_function(function).__module__)
    return _module_tree(module)[code.co_firstlineno]


def _raised(function: FunctionType) -> list[str]:
    found = []
    for node in ast.walk(_definition(function)):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id="Unsupported"), args=[reason])):
                found.append(_text(reason))
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
    return "…"


def _called(function: FunctionType) -> list[FunctionType]:
    """The functions of the room `rules` that it names, in order."""
    names = {
        node.id: None for node in ast.walk(_definition(function)) if isinstance(node, ast.Name)
    }
    named = [function.__globals__.get(name) for name in names]
    return [
        value
        for value in named
        if isinstance(value, FunctionType) and value.__module__.startswith("rules.layers")
    ]


def row(name: str) -> str:
    """One line of the table."""
    rule = load_rules().layers.get(f"keras.layers.{name}")
    if rule is None:
        if name in ENGINE:
            return f"| {name} | exact | {ENGINE[name]} | |"
        return f"| {name} | no | | there is no rule |"
    refused = "; ".join(r for r in reasons(rule) if not r.startswith(EVERYWHERE))
    if always_refused(rule):
        return f"| {name} | no | {rule.note.removesuffix('Refused.')} | {refused} |"
    return f"| {name} | {rule.fidelity.value} | {rule.note} | {refused} |"


def table() -> str:
    """All layers, those of older versions of Keras at the end."""
    current = layers()
    older = sorted(
        rule.names[0].rpartition(".")[2]
        for rule in {id(r): r for r in load_rules().layers.values()}.values()
        if rule.names[0].startswith("keras.layers.")
        and not hasattr(keras.layers, rule.names[0].rpartition(".")[2])
    )
    lines = [
        "| layer | numbers | what differs | what is refused |",
        "| --- | --- | --- | --- |",
        *(row(name) for name in sorted(current)),
        *(row(name) for name in older),
    ]
    return "\n".join(lines) + "\n"
