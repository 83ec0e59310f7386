"""Which lists and dicts an expression makes, that nothing else has, and which it copies."""

from __future__ import annotations

import ast

_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.Tuple)
_COPIES = frozenset({"list", "dict", "tuple", "sorted", "copy", "OrderedDict", "defaultdict"})
#: Methods that give what is under a key.
LOOKS_UP = frozenset({"get", "setdefault", "pop"})


def is_copy(value: ast.expr) -> bool:
    """Whether it is a copy of a list or dict, with the same lists and dicts in it."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.slice, ast.Slice)
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Attribute):
        return value.func.attr == "copy"
    return isinstance(value.func, ast.Name) and value.func.id in _COPIES and bool(value.args)


def is_made(value: ast.expr, alone: bool) -> bool:
    """Whether a list or dict is made there, of parts that are known to the interpreter."""
    if isinstance(value, ast.Dict):
        parts = [v for k, v in zip(value.keys, value.values, strict=True) if k or alone]
        return all(is_fresh(part, alone) for part in parts)
    if isinstance(value, (ast.List, ast.Set, ast.Tuple)):
        return all(is_fresh(part, alone) for part in value.elts)
    if isinstance(value, (ast.ListComp, ast.SetComp)):
        return is_fresh(value.elt, alone=True)
    if isinstance(value, ast.DictComp):
        return is_fresh(value.value, alone=True)
    return _is_empty(value)


def is_fresh(value: ast.expr, alone: bool) -> bool:
    """Whether it is no list or dict that something else has, too."""
    if isinstance(value, (*_DISPLAYS, ast.ListComp, ast.SetComp, ast.DictComp)):
        return is_made(value, alone)
    if isinstance(value, (ast.Name, ast.Subscript, ast.Starred)):
        return not alone
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.attr not in LOOKS_UP
    return not isinstance(value, (ast.Attribute, ast.IfExp, ast.BoolOp, ast.NamedExpr))


def _is_empty(value: ast.expr) -> bool:
    """Whether it is `dict()`, `list()` or `defaultdict(list)`."""
    plain = isinstance(value, ast.Call) and isinstance(value.func, (ast.Name, ast.Attribute))
    if not plain:
        return False
    assert isinstance(value, ast.Call)
    name = value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
    return name == "defaultdict" or (name in ("dict", "list") and not value.args)
