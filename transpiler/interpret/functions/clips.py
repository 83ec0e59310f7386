"""Constraints of the program's own that keep weights between two bounds.

class Clip(keras.constraints.Constraint):
    def __init__(self, bound):
        self.bound = bound

    def __call__(self, w):
        return K.clip(w, -self.bound, self.bound)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_metrics import SUPER, methods_of, statements_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import literal_value, to_expr
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import Framework, Function, UserClass
from transpiler.ir.expr import UNARY, UNKNOWN, Configured, Expr, expr
from transpiler.regex import regex
from transpiler.source.patched_methods import patched
from transpiler.source.tree import Tree

#: The base class, and the rule that stands for those of this kind.
BASE = "keras.constraints.Constraint"
CLIP = "keras.constraints.own_clip"
_CLIPS = frozenset({"keras.ops.clip", "tf.clip_by_value", "keras.backend.clip"})
_SETTING = regex(r"self\.(\w+)\s*=\s*(\w+|-?[\d.]+(?:e-?\d+)?)")
_METHODS = frozenset({"__init__", "__call__", "get_config"})


def clip_of(region: Region, made: UserClass, arguments: list[Argument]) -> Configured | None:
    """The bounds that an object of such a class keeps to; None of any other class."""
    methods = methods_of(made)
    if made.bases != (BASE,) or made.inherits or methods.keys() - _METHODS:
        return None
    bounds = _bounds(made, methods.get("__call__"))
    settings = _settings(region, made.file.tree, methods.get("__init__"), arguments)
    if bounds is None or settings is None:
        return None
    file: FileContext = made.file
    if patched(file.tree.text, file.path, frozenset({made.name}), frozenset({"__call__"})):
        return None
    found = [_settled(bound, settings) for bound in bounds]
    if not all(found):
        return None
    return Configured(CLIP, tuple(one for one in found if one is not None))


def _bounds(made: UserClass, method: Function | None) -> tuple[str, str] | None:
    """The source of both bounds, where a method does nothing but clip what it gets."""
    names = [p.name for p in parameters_of(method.node)] if method is not None else []
    if method is None or len(names) != 2:
        return None
    match [*statements_of(method)]:
        case [cst.Return(value=cst.Call(func=func, args=[weight, least, most]))]:
            pass
        case _:
            return None
    tree: Tree = made.file.tree
    given = [tree.source(argument.value) for argument in (weight, least, most)]
    named = any(argument.keyword is not None for argument in (weight, least, most))
    if named or given[0] != names[1] or _name(made, func) not in _CLIPS:
        return None
    return given[1], given[2]


def _name(made: UserClass, node: cst.BaseExpression) -> str:
    """The name of the framework that an expression stands for, "" for others."""
    if isinstance(node, cst.Attribute):
        owner = _name(made, node.value)
        return canonical(f"{owner}.{node.attr.value}") if owner else ""
    value = made.file.globals.get(node.value) if isinstance(node, cst.Name) else None
    return value.name if isinstance(value, Framework) else ""


def _settings(
    region: Region, tree: Tree, method: Function | None, arguments: list[Argument]
) -> dict[str, Expr] | None:
    """What an object keeps as its attributes, where that is what it is given."""
    if method is None:
        return None if arguments else {}
    parameters = parameters_of(method.node)[1:]
    positions = iter([p.name for p in parameters])
    given = {k or next(positions, ""): to_expr(region, value) for k, value in arguments}
    for parameter in parameters:
        if parameter.default is not None:
            text = tree.source(parameter.default)
            given.setdefault(parameter.name, Expr(text, literal_value(text)))
    settings = {}
    for statement in statements_of(method):
        source = tree.source(statement)
        found = _SETTING.fullmatch(source)
        if found is None and not SUPER.match(source):
            return None
        if found is not None:
            value = given.get(found.group(2), Expr(found.group(2), literal_value(found.group(2))))
            settings[found.group(1)] = value
    return settings


def _settled(bound: str, settings: dict[str, Expr]) -> Expr | None:
    """A bound with what the attributes hold in their places."""
    read = re.findall(r"\bself\.(\w+)", bound)
    if not all(name in settings for name in read):
        return None
    text = re.sub(r"\bself\.(\w+)", lambda m: settings[m.group(1)].wrapped(UNARY), bound)
    value = literal_value(text)
    if value is not UNKNOWN:
        return expr(value)
    told = [settings[name] for name in read]
    if not told or not all(one.known or one.names for one in told):
        return None
    return Expr(text, names=told[0].names.union(*(one.names for one in told)))
