"""Which statements can't fail for what they lack, and which blocks let exceptions pass.

try:
    optimizer = keras.optimizers.legacy.Adam(0.01)     # of Keras: it is there, or is asked about
except AttributeError:
    optimizer = keras.optimizers.Adam(0.01)
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
from functools import lru_cache
from importlib.util import find_spec

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.symbols import is_framework
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Model,
    Namespace,
    Sequence,
    UserClass,
)
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.syntax import nodes_of_kind, program_tree

#: What models, lists and dicts surely have.
_METHODS = {
    Model: frozenset({"add", "compile", "fit", "evaluate", "predict", "summary"}),
    Sequence: frozenset({"append", "extend"}),
    Mapping: frozenset({"update", "get"}),
}
_CALLED = frozenset({"dict", "list", "print", "set", "tuple"})
_LITERALS = (
    cst.Integer, cst.Float, cst.SimpleString, cst.ConcatenatedString, cst.Lambda, cst.Ellipsis,
)  # fmt: skip
#: Expressions that can't fail where their parts can't.
_MADE_OF = (
    cst.List, cst.Tuple, cst.Dict, cst.Set, cst.Element, cst.DictElement, cst.Arg, cst.IfExp,
    cst.BooleanOperation, cst.BaseBooleanOp, cst.UnaryOperation, cst.BaseUnaryOp,
    cst.BinaryOperation, cst.BaseBinaryOp,
)  # fmt: skip
#: Third-party packages that Keras needs itself.
_BROUGHT = frozenset({"h5py", "numpy"})


def cannot_fail(region: Region, statement: cst.CSTNode) -> bool:
    """Whether it surely lacks nothing: no module, name, attribute or argument."""
    match statement:
        case cst.SimpleStatementLine(body=parts):
            return all(_is_sure_line(region, part) for part in parts)
        case cst.FunctionDef(decorators=[], params=params):
            given = (p.default for p in (*params.params, *params.kwonly_params))
            return all(value is None or _is_sure(region, value) for value in given)
        case cst.ClassDef(decorators=[], bases=bases, body=body):
            sure = all(_is_sure(region, base.value) for base in bases)
            return sure and all(cannot_fail(region, one) for one in body.body)
    return False


def _is_sure_line(region: Region, part: cst.CSTNode) -> bool:
    match part:
        case cst.Pass():
            return True
        case cst.Import(names=names):
            return all(is_there(region, dotted(alias.name)) for alias in names)
        case cst.ImportFrom(names=brought):
            taken = [] if isinstance(brought, cst.ImportStar) else [dotted(a.name) for a in brought]
            return is_there(region, dotted(part.module), taken, len(part.relative))
        case cst.Expr(value=value):
            return _is_sure(region, value)
        case cst.Assign(targets=targets, value=value):
            plain = all(isinstance(one.target, cst.Name) for one in targets)
            return plain and _is_sure(region, value)
        case cst.AnnAssign(target=cst.Name(), value=cst.BaseExpression() as value):
            return _is_sure(region, value)
    return False


def _is_sure(region: Region, node: cst.CSTNode) -> bool:
    if isinstance(node, _LITERALS):
        return True
    match node:
        case cst.Name(value=name):
            return region.scope.get(name) is not None or hasattr(builtins, name)
        case cst.Attribute():
            return _is_sure_attribute(region, node)
        case cst.Call(func=cst.Name(value=name), args=given) if name in _CALLED:
            return region.scope.get(name) is None and all(_is_sure(region, a) for a in given)
        case cst.Call(func=called, args=given):
            found = _value(region, called)
            of_keras = isinstance(found, Framework) or _is_method(region, called)
            return of_keras and all(_is_sure(region, argument) for argument in given)
    return isinstance(node, _MADE_OF) and all(_is_sure(region, p) for p in _parts(node))


def _parts(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node.value] if isinstance(node, cst.Arg) else children_of(node)


def _is_sure_attribute(region: Region, node: cst.Attribute) -> bool:
    if isinstance(_value(region, node), Framework):
        return True
    held = _value(region, node.value)
    return isinstance(held, Namespace) and node.attr.value in held.items


def _is_method(region: Region, called: cst.BaseExpression) -> bool:
    """Whether it is a method that a model, list or dict surely has."""
    if not (isinstance(called, cst.Attribute) and isinstance(called.value, cst.Name)):
        return False
    held = region.scope.get(called.value.value)
    return any(isinstance(held, k) and called.attr.value in _METHODS[k] for k in _METHODS)


def _value(region: Region, node: cst.BaseExpression) -> object:
    """What a dotted name stands for; None for another expression."""
    if not dotted(node):
        return None
    try:
        return evaluate(region, node)
    except GiveUp:
        return None


def is_there(region: Region, module: str, taken: list[str] | None = None, level: int = 0) -> bool:
    """Whether a module is of Keras, Python or the project, and has what is taken from it."""
    if level:
        return False  # not in a file that is run as a script
    home = os.path.dirname(real_path(region.file.path)) if region.file.path else ""
    return _is_there(module, tuple(taken or ()), home, region.tree.text)


@lru_cache(maxsize=256)
def _is_there(module: str, taken: tuple[str, ...], home: str, text: str, depth: int = 0) -> bool:
    top = module.partition(".")[0]
    if is_framework(module) or top in _BROUGHT:
        return True
    found = locate(home, module, text) if home else None
    if found is not None:
        other = read_text(str(found))
        named = all(re.search(rf"\b{name}\b *(?:[=:(,]|$)", other, re.M) for name in taken)
        return named and depth < _FAR and _imports_are_there(str(found), other, depth + 1)
    if top not in sys.stdlib_module_names or find_spec(top) is None:
        return False
    loaded = sys.modules.get(module)
    return loaded is not None and all(hasattr(loaded, name) for name in taken)


#: How many files that import one another are looked through.
_FAR = 4


def _imports_are_there(path: str, text: str, depth: int) -> bool:
    home = os.path.dirname(path)
    module = program_tree(text)
    if module is None:
        return False
    for plain in nodes_of_kind(module, ast.Import):
        if not all(_is_there(alias.name, (), home, text, depth) for alias in plain.names):
            return False
    for one in nodes_of_kind(module, ast.ImportFrom):
        names = tuple(alias.name for alias in one.names if alias.name != "*")
        if not _is_there("." * one.level + (one.module or ""), names, home, text, depth):
            return False
    return True


def may_pass(region: Region, item: cst.BaseExpression) -> bool:
    """Whether the program may go on where a block of a `with` statement raises something.

    with contextlib.suppress(ValueError):               with quiet():  # whose `__exit__` gives True
    """
    text: str = region.tree.text
    if _SUPPRESS.search(region.tree.source(item)):
        return True
    name = dotted(item.func if isinstance(item, cst.Call) else item)
    if not name:
        return False
    plain = re.escape(name)
    if re.search(rf"\bsuppress\s+as\s+{plain}\b|(?<![\w.]){plain}\s*=[^=\n]*suppress\b", text):
        return True
    match region.scope.get(name):
        case Function(node=node, file=file):
            made = (file or region.file).tree.source(node)
            return re.search(r"\bexcept\b|\bsuppress\b", made) is not None
        case UserClass(node=node, file=file):
            made = (file or region.file).tree.source(node)
            inherits = bool(node.bases) and "__exit__" not in made
            return inherits or _PASSES.search(made) is not None
    return False


_SUPPRESS = regex(r"\bsuppress\b|\bExitStack\b")
#: An `__exit__` that may say that the exception is done with.
_PASSES = regex(r"def __exit__\b(?:(?!\n[ \t]*def )[\s\S])*?\breturn\s+(?!None\b|False\b)\S")
