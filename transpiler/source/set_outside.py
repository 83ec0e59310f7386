"""Which names of a module other files of the project give other values, or change in place.

import config                                 from config import CFG, Net
config.LOSS = args.loss                       CFG.update(vars(args))
config.CFG["rate"] = 0.1                      Net.units = 8
"""

from __future__ import annotations

import ast
import builtins
import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_PART = r"\[[^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*)?\]|\.\w+"
_METHOD = rf"\.(?:{'|'.join(sorted(METHODS))})\("
#: What gets another value, or is changed in place: a name, what is reached through it, and how.
_CHANGED = regex(
    rf"(?<![\w.])([A-Za-z_]\w*)((?:{_PART})*?)"
    rf"(?:({_METHOD}|\s*(?:[-+*/%|&@]|\*\*|//)=)|\s*(=)(?!=)|(\.__dict__)|(?=\s*,[^=\n(]*[^=!<>\n(]=(?!=)))"
)
_HANDED = regex(r"\b(?:setattr|delattr|vars)\(\s*([A-Za-z_][\w.]*)|\bdel\s+([A-Za-z_][\w.]*)")
_NAMED = regex(r"^[ \t]*(\w+)\s*=\s*([A-Za-z_]\w*(?:\.\w+)*)[ \t]*$", re.MULTILINE)
_IMPORT = regex(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_ALIAS = regex(r"(\w+)(?:\s+as\s+(\w+))?")
_FUNCTION = regex(r"^([ \t]*)def[ \t]+(\w+)\(([^)]*)\)", re.MULTILINE)
#: What a module may set its own names by: its dict, or itself.
_SETS_OWN = regex(
    r"\b(?:globals|locals|vars)\(\)|\bexec\(|sys\.modules\[__name__\]|import_module\(__name__\)"
)
#: One of these is in it: most files are done with in no time.
_OWN = ("globals", "locals", "vars()", "exec(", "sys.modules", "import_module")
#: What is the dict of a function, in one.
_OF_ROOM = regex(r"(?:locals|vars)\(\)")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_ANY = r"\w+"
_NOTHING = re.compile("(?!)")
#: Ends a path of which something inside is changed.
_INSIDE = "[]"

_Path: TypeAlias = tuple[str, ...]


@lru_cache(maxsize=256)
def set_outside(path: str) -> re.Pattern[str]:
    """Finds the names of a module that other files of the project change."""
    stem = os.path.splitext(os.path.basename(path))[0]
    folder = os.path.basename(os.path.dirname(os.path.realpath(path)))
    stem = folder if stem == "__init__" else stem
    names: set[str] = set()
    for other in importing_files(path, r"\w"):
        names.update(_set_by(other, stem, {stem, folder}))
    return re.compile("|".join(sorted(names)) or "(?!)")


@remembered
def set_when_run(path: str) -> re.Pattern[str]:
    """The same, and those that its own functions set by their text: `globals()["LOSS"] = "mae"`."""
    outside, own = set_outside(path), set_by_text(program_in(path))
    return outside if own is _NOTHING else re.compile(f"{outside.pattern}|{own.pattern}")


@remembered
def set_by_text(text: str) -> re.Pattern[str]:
    """Finds the names of a module that it sets itself by their text."""
    found = any(word in text for word in _OWN) and _SETS_OWN.search(text)
    if not found and not ("global" in text and "class " in text):
        return _NOTHING
    module = program_tree(text)
    names = set(_set_by_text(module)) if module is not None else {_ANY}
    return re.compile("|".join(sorted(names))) if names else _NOTHING


def _set_by_text(module: ast.Module) -> Iterator[str]:
    inside = {n for f in all_in(module) if isinstance(f, _FUNCTIONS) for n in all_in(f)}

    def is_own(held: ast.expr, own: set[str]) -> bool:
        """Whether it is the dict of the module: functions have variables of their own."""
        text = ast.unparse(held)
        found = text in own or _SETS_OWN.match(text) is not None
        return found and not (held in inside and _OF_ROOM.match(text))

    own = {
        name
        for node in all_in(module)
        if isinstance(node, ast.Assign) and is_own(node.value, set())
        for target in node.targets
        for name in re.findall(r"\w+", ast.unparse(target))
    }
    for made in nodes_of_kind(module, ast.ClassDef):
        for one in made.body:
            if isinstance(one, ast.Global):
                yield from map(re.escape, one.names)
    for node in all_in(module):
        match node:
            case ast.Subscript(value=held, slice=key, ctx=ast.Store() | ast.Del()):
                if is_own(held, own):
                    yield _named_by(key)
            case ast.Attribute(value=held, attr=name, ctx=ast.Store() | ast.Del()):
                if is_own(held, own):
                    yield name
            case ast.Call(func=ast.Name("exec")):
                yield _ANY
            case ast.Call(func=ast.Name(function), args=given) if not hasattr(builtins, function):
                if any(is_own(one, own) for one in given):
                    yield _ANY
            case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in METHODS:
                if is_own(held, own):
                    yield _ANY
            case ast.Call(func=ast.Name("setattr" | "delattr"), args=[held, key, *_]):
                if is_own(held, own):
                    yield _named_by(key)


def _named_by(key: ast.expr) -> str:
    match key:
        case ast.Constant(value=str(name)):
            return re.escape(name)
    return _ANY


def _set_by(other: str, stem: str, packages: set[str]) -> Iterator[str]:
    """The names that one file changes; `packages` are what it may have them from."""
    text, imports, changes = _changes_of(other)
    if not changes:
        return
    called = {stem}
    if stem in text:
        called.update(re.findall(rf"{stem}(?<!\w{stem})[ \t]+as[ \t]+(\w+)", text))
    own = {
        alias or name: name
        for module, given in imports
        if module.rpartition(".")[2] in {*packages, ""}
        for name, alias in _ALIAS.findall(given)
        if name != "as"
    }
    for path in changes:
        for place, part in enumerate(path[:-1]):
            if part in called:
                yield _ANY if path[place + 1] == _INSIDE else path[place + 1]
        if len(path) > 1 and path[0] in own:
            yield own[path[0]]


@remembered
def _changes_of(path: str) -> tuple[str, list[tuple[str, str]], frozenset[_Path]]:
    """The text of a file, what it imports from where, and what it changes."""
    text = blanked(program_in(path))
    found = set(_changes_in(text))
    for name, of in _NAMED.findall(text):
        found |= {(*of.split("."), *path[1:]) for path in found if path[0] == name and path[1:]}
    return text, _IMPORT.findall(text), frozenset(found)


def _changes_in(text: str) -> Iterator[_Path]:
    places, depths = _open_brackets(text)
    for place in _CHANGED.finditer(text):
        name, parts, within, bound, inside = place.groups(default="")
        is_inside = depths[bisect_right(places, place.start()) - 1] > 0
        if not (within or bound or inside) and is_inside:
            continue  # an argument before one with a keyword
        path = [name]
        for part in _PARTS.findall(parts):
            if part[0] == "[":
                break
            path.append(part[1:])
        deeper = within or inside or "[" in parts
        yield (*path, _INSIDE) if deeper else (*path,)
    for given, gone in _HANDED.findall(text):
        yield (*(given or gone).split("."), _INSIDE)
    for function in _changing_functions(text):
        for given in re.findall(rf"{function}(?<!\w{function})\(([^()\n]*)\)", text):
            for argument in given.split(","):
                name = argument.rpartition("=")[2].strip(" *")
                if name and name.replace(".", "_").isidentifier():
                    yield (*name.split("."), _INSIDE)


def _open_brackets(text: str) -> tuple[list[int], list[int]]:
    """Behind which places of a text how many brackets are open.

    Each statement of the module begins anew.
    """
    places, depths, depth = [-1], [0], 0
    for found in _BRACKET.finditer(text):
        sign = found[0]
        depth = 0 if sign == "\n" else depth + 1 if sign in "([{" else depth - 1
        places.append(found.start())
        depths.append(depth)
    return places, depths


_BRACKET = regex(r"\n(?=\S)|[(\[{]|[)\]}]")
_PARTS = regex(_PART)


def _changing_functions(text: str) -> Iterator[str]:
    """The functions of a file that change something which they get in place."""
    for head in _FUNCTION.finditer(text):
        margin = len(head[1].expandtabs())
        body = []
        for line in text[head.end() :].split("\n")[1:]:
            if line.strip() and len(line) - len(line.lstrip()) <= margin:
                break
            body.append(line)
        source = "\n".join(body)
        taken = {*re.findall(r"\w+", head[3])} - {"self", "cls"}
        changed = (found for found in _CHANGED.finditer(source) if found[2] or found[3])
        if any(found[1] in taken for found in changed) or _HANDED.search(source):
            yield head[2]
