"""Arguments whose evaluation changes something: they are evaluated once, into a variable."""

from __future__ import annotations

import builtins
import keyword
from functools import lru_cache

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Function, Sequence, Static, Value
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import reads
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source import acting
from transpiler.source.effects import effects_in
from transpiler.source.syntax import python_tree


def evaluated_once(region: Region, value: Value, hint: str, node: cst.CSTNode) -> Value:
    """The value, in a variable of `__init__` if its expression must not be evaluated twice."""
    if isinstance(value, Sequence):
        return _elements_once(region, value, hint, node)
    if not isinstance(value, Static) or "(" not in value.expr.text:
        return value
    if value.expr.helpers:  # an emitted function
        return value
    text = value.expr.text
    changes, unknown = has_effect(region, text), _is_unknown(region, text)
    if changes and (value.run is not None or region.is_module):
        raise GiveUp(f"`{text}` may change something, and would run twice", node)
    if not changes and (not unknown or value.run is not None or region.is_module):
        return value
    region.temporaries += 1
    token = tokens.evaluated_once(hint, region.temporaries)
    defs, uses = frozenset({token}), reads(value.expr)
    region.emit_init(Line(f"{token} = {text}", defs, uses, effect=changes, static=True))
    if not changes:  # what does change something has done so in `__init__`
        region.emit_forward(Line(f"{token} = {text}", defs, uses, static=True))
    region.scope.bump(token)
    reading = region.scope.read(token)
    return Static(replace(reading, value=value.expr.value), either=value.either)


def acting_once(region: Region, value: Value, node: cst.CSTNode) -> Value:
    """A number of the graph, in a variable of `__init__` if its evaluation changes something.

    Those that are drawn a `Lambda` layer may draw each time.
    """
    if not isinstance(value, Static) or acting.draws(value.expr.text) or not acts(region, value):
        return value
    return evaluated_once(region, value, "number", node)


def _elements_once(region: Region, value: Sequence, hint: str, node: cst.CSTNode) -> Sequence:
    if value.static is not None and "(" not in value.static.text[1:]:
        return value
    items = tuple(evaluated_once(region, item, hint, node) for item in value.items)
    if all(new is old for new, old in zip(items, value.items, strict=True)):
        return value
    return replace(value, items=items, static=None, run=None)


def acts(region: Region, value: Value) -> bool:
    """Whether evaluating a plain value changes something."""
    return isinstance(value, Static) and has_effect(region, value.expr.text)


def has_effect(region: Region, text: str, arrays: bool = False) -> bool:
    """Whether evaluating an expression changes something, or gives something else next time.

    With `arrays`, it may be about some: not only about sizes and other numbers.
    """
    return acting.acts(text, region.tree.text, region.file.path, arrays)


def refuse_acting_name(region: Region, name: Value | None, node: cst.CSTNode) -> None:
    """A name that a model or an input loses must be nothing that changes something."""
    if isinstance(name, Static) and acts(region, name):
        text = name.expr.text
        raise GiveUp(f"the name is dropped, and `{text}` may change something: move it out", node)


def may_change(region: Region, method: str) -> bool:
    """Whether a method of the program's object may change it; one that is not known may."""
    seen: set[str] = set()
    pending = [method]
    while pending:
        seen.add(name := pending.pop())
        function = _function(region, name, method=True)
        if function is None:
            return True
        home = function.file if function.file is not None else region.file
        source = home.tree.source(function.node)
        if _sets_its_own(source):
            return True
        pending += [inner for inner in _OF_SELF.findall(source) if inner not in seen]
    return False


_OF_SELF = regex(r"(?<![\w.])self\.(\w+)\(")
_GIVEN_AWAY = regex(r"[(,=]\s*self\s*[,)]")


@lru_cache(maxsize=256)
def _sets_its_own(source: str) -> bool:
    """Whether a method changes something of its object, or gives that to who may."""
    module = python_tree(source)
    if module is None or _GIVEN_AWAY.search(source.partition(":")[2]) is not None:
        return True
    effects, _ = effects_in(module)
    return any(effect.path[0] == "self" for effect in effects)


_CALL = regex(r"([\w.]*[\w\])])\(")


def _is_unknown(region: Region, text: str) -> bool:
    """Whether a function is called of which nothing is known: a parameter, or from elsewhere."""
    for name in _CALL.findall(text):
        held = region.scope.values.get(name) or region.file.globals.get(name)
        own = hasattr(builtins, name) or keyword.iskeyword(name) or not name.isidentifier()
        if not own and (held is None or isinstance(held, Static)):
            return True
    return False


def _function(region: Region, name: str, method: bool) -> Function | None:
    if method:
        found = (m[name] for m in region.file.class_methods.values() if name in m)
        return next(found, None)
    held = region.scope.values.get(name) or region.scope.outer.get(name)
    held = held or region.file.globals.get(name)
    return held if isinstance(held, Function) else None
