"""Which statements can't fail for what they lack, and which blocks let exceptions pass.

try:
    optimizer = keras.optimizers.legacy.Adam(0.01)     # of Keras: it is there, or is asked about
except AttributeError:
    optimizer = keras.optimizers.Adam(0.01)
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
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
    Sequence,
    Static,
    UserClass,
    Value,
)
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import locate, real_path, with_imported
from transpiler.source.syntax import nodes_of_kind, program_tree

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString, cst.ConcatenatedString, cst.Lambda)
#: Expressions that can't fail where their parts can't.
_MADE_OF = (cst.List, cst.Tuple, cst.Dict, cst.Element, cst.DictElement, cst.Arg)
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
            return all(is_there(dotted(alias.name), [], 0) for alias in names)
        case cst.ImportFrom(names=brought):
            taken = [] if isinstance(brought, cst.ImportStar) else [dotted(a.name) for a in brought]
            return is_there(dotted(part.module), taken, len(part.relative))
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
            return name in _CONSTANTS or _is_surely_bound(region.scope.get(name))
        case cst.Attribute():
            return isinstance(_value(region, node), Framework)
        case cst.Call(func=cst.Name(value="print"), args=given):
            return region.scope.get("print") is None and all(_is_sure(region, a) for a in given)
        case cst.Call(func=called, args=given):
            of_keras = isinstance(_value(region, called), Framework)
            of_keras &= ".legacy." not in region.tree.source(called)  # Keras 3 has but their names
            return of_keras and all(_is_sure(region, argument) for argument in given)
    return isinstance(node, _MADE_OF) and all(_is_sure(region, p) for p in _parts(node))


_CONSTANTS = frozenset({"None", "True", "False"})


def _is_surely_bound(value: Value | None) -> bool:
    """Whether a variable has a value on each way: what is known of it says so."""
    if isinstance(value, Static):
        return value.expr.known
    return isinstance(value, (Framework, Function, UserClass, Sequence, Mapping))


def _parts(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node.value] if isinstance(node, cst.Arg) else children_of(node)


def _value(region: Region, node: cst.BaseExpression) -> object:
    """What a dotted name stands for; None for another expression."""
    if not dotted(node):
        return None
    try:
        return evaluate(region, node)
    except GiveUp:
        return None


def is_there(module: str, taken: list[str], level: int) -> bool:
    """Whether a module is of Keras, or Python's own, and has what is taken from it.

    One of the project may fail itself, and of other packages nobody knows which there are.
    """
    if level:
        return False
    top = module.partition(".")[0]
    if is_framework(module) or (module in _BROUGHT and not taken):
        return True
    if top not in sys.stdlib_module_names or find_spec(top) is None:
        return False
    loaded = sys.modules.get(module)
    return loaded is not None and all(hasattr(loaded, name) for name in taken)


def may_pass(region: Region, item: cst.BaseExpression, value: Value) -> bool:
    """Whether the program may go on where a block of a `with` statement raises something.

    with contextlib.suppress(ValueError):               with quiet():  # whose `__exit__` gives True
    """
    source: str = region.tree.source(item)
    if _LETS_PASS.search(source):
        return True
    if isinstance(value, Framework) or source.startswith("open("):
        return False
    if not any(_DEFINES.search(text) for text in _texts(region)):
        return False
    name = dotted(item.func if isinstance(item, cst.Call) else item)
    match region.scope.get(name) if name else None:
        case Function(node=cst.FunctionDef() as node, file=file):
            made = (file or region.file).tree.source(node)
            if not node.decorators:
                return True  # it gives an object that somebody else has made
            return re.search(r"\b(?:except|finally|suppress|with)\b", made) is not None
        case UserClass(node=node, file=file, bases=(), inherits=False):
            return _PASSES.search((file or region.file).tree.source(node)) is not None
    return not _is_of_library(region, name.partition(".")[0])


def _texts(region: Region) -> Iterator[str]:
    """The text of a file, and those that it imports of the project, however far."""
    yield region.tree.text
    if region.file.path:
        yield from (text for _, text in with_imported(region.file.path, itself=False))


def _is_of_library(region: Region, name: str) -> bool:
    """Whether a name is bound by an import of something that is no file of the project."""
    module = program_tree(region.tree.text)
    home = os.path.dirname(real_path(region.file.path)) if region.file.path else ""

    def is_other(of: str, taken: str) -> bool:
        if of.startswith(".") or _LETS_PASS.search(taken):
            return False
        return not home or locate(home, of, region.tree.text) is None

    found = [is_other(*pair) for pair in _imports_of(module, name)] if module is not None else []
    return bool(found) and all(found)


def _imports_of(module: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    """From which modules a name of a program is imported, and what it is called there.

    Relative ones begin with a dot.
    """
    for plain in nodes_of_kind(module, ast.Import):
        for alias in plain.names:
            if (alias.asname or alias.name.partition(".")[0]) == name:
                yield alias.name, ""
    for one in nodes_of_kind(module, ast.ImportFrom):
        for alias in one.names:
            if (alias.asname or alias.name) == name:
                yield "." * one.level + (one.module or ""), alias.name


#: What lets exceptions pass, as its name says.
_LETS_PASS = regex(r"\bsuppress\b|\bExitStack\b|\bassert_?[rR]aises|\braises\(")
#: What may define something that does.
_DEFINES = regex(r"__exit__|\bcontextmanager\b|\bsuppress\b|\bExitStack\b|\bassert_?[rR]aises")
#: An `__exit__` that may say that the exception is done with.
_PASSES = regex(
    r"__exit__\s*=|def __exit__\b(?:(?!\n[ \t]*def )[\s\S])*?"
    r"\breturn\b[ \t]*\(?[ \t]*(?!None\b|False\b|\s)\S"
)
