"""What Python itself says about a text, in words for the person who must repair it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from transpiler.record import record

N = TypeVar("N", bound=ast.AST)

_PYTHON_2 = (
    "Missing parentheses in call to",
    "multiple exception types must be parenthesized",
    "leading zeros in decimal integer literals",
)


@record(frozen=True, slots=True)
class SyntaxProblem:
    """Why a text is not a Python program, and where; line and column count from 1."""

    message: str
    line: int
    column: int


def syntax_problem(text: str) -> SyntaxProblem | None:
    """What the running Python objects to in a text, if anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return SyntaxProblem(_message(error), max(error.lineno or 1, 1), max(error.offset or 1, 1))
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxProblem(str(error) or type(error).__name__, 1, 1)
    return None


def parser_problem(text: str) -> SyntaxProblem | None:
    """What LibCST objects to in a text, if anything: it knows newer and older Pythons, too."""
    import libcst

    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        reason = error.message.splitlines()[0].removeprefix("parser error: ")
        return SyntaxProblem(f"can't be parsed: {reason}", error.raw_line, error.raw_column + 1)
    return None


def python_tree(text: str) -> ast.Module | None:
    """Python's own tree of a text, which warns of nothing; None where it is no program."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def program_tree(text: str) -> ast.Module | None:
    """Python's own tree of a whole file, which several analyses read one after the other."""
    return _tree_of_file(text) if len(text) > _SHORT else _tree_of_lines(text)


#: Characters of a text that is hardly a whole file: many such ones drive no file out.
_SHORT = 1000
_tree_of_file = lru_cache(maxsize=64)(python_tree)
_tree_of_lines = lru_cache(maxsize=256)(python_tree)


def compiles(text: str) -> bool:
    """Whether the running Python accepts a text as a program."""
    return syntax_problem(text) is None


def _message(error: SyntaxError) -> str:
    if _looks_like_python_2(error):
        return f"this is Python 2 code ({error.msg}); convert it to Python 3 first"
    return error.msg


def _looks_like_python_2(error: SyntaxError) -> bool:
    line = error.text or ""
    return (
        error.msg.startswith(_PYTHON_2)
        or "`" in line.split("#")[0]
        or "<>" in line
        or line.lstrip().startswith(("exec ", "print ", "raise "))
    )


#: Fields that hold no expressions or statements.
_MARKS = frozenset({"ctx", "op", "ops", "type_comment", "kind", "id", "attr", "arg", "simple"})
#: Lists that may hold None, or names.
_MIXED = frozenset({"keys", "kw_defaults", "kwd_attrs"})
#: The others of each kind of node.
_PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Constant: (),
    ast.alias: (),
    ast.Global: (),
    ast.Nonlocal: (),
}


def parts_of(node: ast.AST) -> list[ast.AST]:
    """The expressions and statements right inside of a node, in their order.

    As `ast.iter_child_nodes`, in a third of the time.
    """
    found: list[ast.AST] = []
    add_parts(node, found)
    return found


def add_parts(node: ast.AST, found: list[ast.AST]) -> None:
    """Add them to what is found already."""
    kind = type(node)
    names = _PARTS.get(kind)
    if names is None:
        names = _PARTS[kind] = tuple(name for name in kind._fields if name not in _MARKS)
    for name in names:
        value = getattr(node, name, None)
        if type(value) is list:
            mixed = name in _MIXED
            found += [part for part in value if isinstance(part, ast.AST)] if mixed else value
        elif isinstance(value, ast.AST):
            found.append(value)


def all_in(node: ast.AST) -> Sequence[ast.AST]:
    """A node and all the expressions and statements in it, outer ones first.

    As `ast.walk`, in half the time; of modules, functions and classes it is asked again and again.
    """
    if isinstance(node, ast.Module):
        return _all_in_module(node) if len(node.body) > _FEW else _walked(node)
    return _all_in_definition(node) if isinstance(node, _DEFINITIONS) else _walked(node)


def nodes_of_kind(module: ast.Module, kind: type[N]) -> list[N]:
    """The nodes of one kind in a module, in the order of `all_in`."""
    return _by_kind(module).get(kind, [])  # type: ignore[return-value]


#: Statements of a program that is but an expression of another one, and asked once.
_FEW = 3


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@lru_cache(maxsize=256)
def _all_in_definition(definition: ast.AST) -> Sequence[ast.AST]:
    return tuple(_walked(definition))


@lru_cache(maxsize=32)
def _all_in_module(module: ast.Module) -> Sequence[ast.AST]:
    return tuple(_walked(module))


@lru_cache(maxsize=32)
def _by_kind(module: ast.Module) -> dict[type, list[ast.AST]]:
    found: dict[type, list[ast.AST]] = {}
    for node in _all_in_module(module):
        found.setdefault(type(node), []).append(node)
    return found


def _walked(node: ast.AST) -> list[ast.AST]:
    found = [node]
    for one in found:  # which grows meanwhile
        add_parts(one, found)
    return found
