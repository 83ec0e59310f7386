"""What a name stands for, and how each program refers to it."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import evaluates
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewrite, to_expr
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Inside,
    Keyed,
    Layer,
    Mapping,
    Model,
    Namespace,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_own,
    is_graph,
)
from transpiler.ir.expr import ATOM, Expr
from transpiler.record import replace
from transpiler.source.setting_functions import set_by_functions

_BUILTIN_CONSTANTS = {"None": None, "True": True, "False": False}


@evaluates(cst.Name)
def name_node(region: Region, node: cst.Name) -> Value:
    inlined = region.inline.get(node.value) if region.inline else None
    if inlined is not None:
        unwritten = isinstance(inlined, Mapping) and inlined.static is None
        if not (unwritten or is_graph(inlined)) and not isinstance(
            inlined, (Unknown, Framework, Function, UserClass, Inside)
        ):
            rewrite(region, node, Static(to_expr(region, inlined)))
        return inlined
    return read(region, node.value)


def _is_lambda(value: Value) -> bool:
    return isinstance(value, Function) and isinstance(value.node, cst.Lambda)


#: Layers that hold nothing: made anew, one does the same.
_STATELESS = frozenset({"keras.layers.Rescaling", "keras.layers.Resizing"})


def read(region: Region, identifier: str) -> Value:
    """The value of a name, and how each program refers to it."""
    if identifier in _BUILTIN_CONSTANTS:
        return Static(Expr(identifier, _BUILTIN_CONSTANTS[identifier]))
    value = region.scope.values.get(identifier)
    reading = region.scope.read(identifier)
    if value is None:
        value = region.scope.outer.get(identifier)
        if value is None:
            return Static(reading)
        if identifier not in region.file.globals:
            region.closure_reads.add(identifier)
            if isinstance(value, Layer) and value.symbol in _STATELESS and not value.problem:
                return Layer(value.rule, value.symbol, dict(value.arguments), value.node)
            if isinstance(value, (Bound, Layer)):
                raise GiveUp(f"`{identifier}` is a tensor or layer of an enclosing function")
            if holds_own(value):
                raise GiveUp(f"`{identifier}` holds tensors or layers of an enclosing function")
        elif isinstance(value, Model) and _is_bound_again(region, identifier):
            return Unknown(f"`{identifier}` is another model when it is run again")
    if isinstance(value, (Namespace, UserClass)) or _is_lambda(value):
        if identifier in region.file.globals and identifier in set_by_functions(region.tree.text):
            return Unknown(f"`{identifier}` may be another one, which a function sets")
    if isinstance(value, Static):
        held = value.expr
        return Static(
            Expr(
                identifier,
                held.value,
                ATOM,
                reading.names,
                held.modules,
                held.helpers,
                held.before,
                held.items,
                held.whole,
                held.operation,
                held.array,
                held.like,
            ),
            either=value.either,
            blank=value.blank,
        )
    if isinstance(value, Bound):
        return value
    if isinstance(value, (Sequence, Mapping)):
        graph = is_graph(value)
        return replace(value, static=reading, code=reading if graph else value.code)
    if isinstance(value, Keyed):
        return replace(value, static=reading, code=reading)
    if isinstance(value, Repeated):
        fixed = isinstance(value.item, Bound) and value.item.fixed
        static = value.static if fixed and value.static is not None else reading
        return replace(
            value, static=static if region.scope.current(static) else reading, code=reading
        )
    if isinstance(value, Function) and value.static is None and not value.owner:
        return replace_function(value, reading)
    return value


def _is_bound_again(region: Region, name: str) -> bool:
    """Whether a variable of the module is another model once functions that read it have run."""
    if name not in region.tree.rebound:
        return False
    plain = rf"(?:[\w.]+\s*,\s*)*{name}\s*(?:,[^=\n(]*)?=(?!=)"
    bound = rf"(?m)^[ \t]*(?:{plain}|for\b[^\n]*\b{name}\b[^\n]*\bin\b)"
    return len(re.findall(bound, region.tree.blanked)) > 1


def replace_function(value: Function, reading: Expr) -> Function:
    """The same function, which `__init__` refers to by this name."""
    made = Function(
        value.name, value.node, value.closure, value.owner, value.nested_in, value.file, reading
    )
    made.closes, made.maker = value.closes, value.maker
    made.outer, made.lists = value.outer, value.lists
    return made
