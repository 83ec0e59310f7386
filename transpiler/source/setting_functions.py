"""Which variables of a module statements change by the functions and methods that they call.

def use(profile):
    global config
    config = PROFILES[profile]

use("fast")         # `config`
sizes.widen()       # `sizes`, whose method sets attributes
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping

from transpiler.regex import regex
from transpiler.source.changing_functions import Changing, changing_functions
from transpiler.source.effects import effects_of
from transpiler.source.imported import imported_texts, locate, real_path
from transpiler.source.known_as import expanded, leading_to, names_of
from transpiler.source.lexical import words_in
from transpiler.source.origins import passed_on
from transpiler.source.reached import program_of
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree, python_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OF_OBJECT = ("self", "cls")


def set_by_functions(text: str) -> frozenset[str]:
    """The variables of a module to which functions of it give other values."""
    if "global " not in text:
        return frozenset()
    return frozenset(name for found in _changed(text).values() for name, whole in found if whole)


@remembered
def changed_by_calls(text: str, code: str, path: str = "") -> dict[str, bool]:
    """What calls in some lines of a program change, and whether it is another object then.

    With the `path` of the program, any function may be called of the files that it imports.
    """
    others = _others(text, path) if path else []
    named = set(_WORD.findall(code)) if "(" in code else set[str]()
    named |= _by_text(code) if "getattr(" in code or "globals()[" in code else set()
    leading = _leading(text, path) if named else {}
    led_to = expanded(named, leading) - named
    named |= led_to
    if named.isdisjoint(_any_names(text, path)) and "__call__" not in _defined(text):
        return {}
    parsed = None
    found: dict[str, bool] = {}
    for program, place in ((text, path), *others):
        held = program is text and (
            "__call__" in _defined(text) or not named.isdisjoint(_holders(text))
        )
        if not held and named.isdisjoint(_defined(program)):
            continue
        changed, changing = _changed(program), changing_functions(program)
        if not changed and not changing.names:
            continue
        parsed = parsed or python_tree(code)
        if program is text:
            called = program_of(text).called(code) | (led_to & changed.keys())
            called |= _registered(text) if called & _calling_others(text) else frozenset()
            for function in called & changed.keys():
                for name, whole in changed[function]:
                    if name not in _OF_OBJECT:
                        found[name] = found.get(name, False) or whole
        elif not changed.keys().isdisjoint(named):
            roots = {root for name in changed.keys() & named for root, _ in changed[name]}
            made = {name for other, _ in others for name in _CLASS.findall(other)}
            made -= roots if "cls" not in roots else made  # no class is what methods change
            shared = (n for n in _shared(text, path, program, place, roots) if n not in made)
            found.update(dict.fromkeys(shared, False))
        for node in all_in(parsed) if parsed is not None else ():
            if isinstance(node, ast.Call):
                for name in _changed_by(node, program, changed, changing, leading):
                    found.setdefault(name, False)
    return {name: whole for name, whole in found.items() if name}


def _by_text(code: str) -> set[str]:
    """The names which some lines have as texts: `stage_*` of `getattr(stages, f"stage_{n}")`."""
    tree = python_tree(code)
    calls = (
        (node for node in all_in(tree) if isinstance(node, ast.Call)) if tree is not None else ()
    )
    return {name for call in calls for name in names_of(call)}


@remembered
def _any_names(text: str, path: str) -> frozenset[str]:
    """By which a program may call what is defined in it, or in a file that it imports."""
    others = _others(text, path) if path else []
    return _defined(text).union(_holders(text), *(_defined(other) for other, _ in others))


@remembered
def _others(text: str, path: str) -> list[tuple[str, str]]:
    """What is in the files that a program imports, and where they are.

    Also what is in those whose functions a package passes on.
    """
    direct = {str(place): other for place, other in imported_texts(text, path)}
    inner = {place: program_in(place) for place in passed_on(text, path) if place not in direct}
    return [(other, place) for place, other in {**direct, **inner}.items()]


@remembered
def _leading(text: str, path: str) -> Mapping[str, frozenset[str]]:
    """What may call functions that change variables which a program reads, in whichever file."""
    texts = [text, *(other for other, _ in (_others(text, path) if path else ()))]
    read = words_in(text)
    names = {
        name
        for one in texts
        if _may_change(one, read)
        for name, found in _changed(one).items()
        if any(root not in _OF_OBJECT and root in text for root, _ in found)
    }
    return {name: of for name, of in leading_to(texts, names).items() if of != {name}}


def _may_change(text: str, read: set[str]) -> bool:
    """Whether functions of a file may change variables that are read, as a quick look tells."""
    declared, changed, made = _seen(text)
    if not read.isdisjoint(declared):
        return True
    bound = (rf"^{n}\b|^(?:from|import)\b[^\n]*\b{n}\b" for n in read & changed)
    if any(re.search(one, text, re.MULTILINE) for one in bound):
        return True
    return any(_stands_inside(name, text) for name in read & made)


def _stands_inside(name: str, text: str) -> bool:
    """Whether a part of what a variable holds is named in a line that is indented."""
    for found in re.finditer(rf"{name}(?<!\w{name})(?:\[|\.\w)", text):  # begins with what is rare
        line = text.rfind("\n", 0, found.start()) + 1
        if text[line] in " \t" and line < found.start():
            return True
    return False


@remembered
def _seen(text: str) -> tuple[set[str], set[str], set[str]]:
    """What a file says that it sets for all, what it sets a part of, and what it makes."""
    said = _GLOBAL.findall(text) if "global" in text else []
    declared = {name for names in said for name in _WORD.findall(names)}
    return declared, {*_SETS.findall(text)}, {*_TOP.findall(text)}


_GLOBAL = regex(r"\bglobal[ \t]((?:\\\n|[^\n])*)")
#: What gets a part of what a variable holds, in a function.
_SETS = regex(r"^[ \t]+(\w+)(?:\.\w+|\[[^\]\n]*\])+[ \t]*[-+*/|]?=(?!=)", re.MULTILINE)
#: The variables of a module that hold more than a number or a text.
_TOP = regex(r"^([A-Za-z_]\w*)[ \t]*(?::[^=\n]*)?=[ \t]*(?:[\[{]|[\w.]+\()", re.MULTILINE)


@remembered
def _registered(text: str) -> frozenset[str]:
    """The functions that decorators of a program get, or lists: others may call them."""
    module, defined = program_tree(text), _defined(text)
    found = set[str]()
    for node in nodes_of_kind(module, ast.FunctionDef) if module is not None else ():
        marks = {
            n.id for one in node.decorator_list for n in all_in(one) if isinstance(n, ast.Name)
        }
        found |= {node.name} if marks & defined else set()
    for call in nodes_of_kind(module, ast.Call) if module is not None else ():
        if isinstance(call.func, ast.Attribute):
            found |= {one.id for one in call.args if isinstance(one, ast.Name)} & defined
    return frozenset(found)


@remembered
def _calling_others(text: str) -> frozenset[str]:
    """The functions that call what they go over, or get: `for hook in HOOKS: hook()`."""
    module = program_tree(text)
    found = set[str]()
    for function in nodes_of_kind(module, ast.FunctionDef) if module is not None else ():
        inside = [*all_in(function)]
        bound = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        bound |= {n.arg for n in inside if isinstance(n, ast.arg)}
        called = {
            n.func.id for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        found |= {function.name} if bound & called else set()
    return frozenset(found)


def changed_in_place(code: str) -> set[str]:
    """The variables that calls of libraries change in place, in some lines."""
    if not any(method in code for method in ("shuffle(", ".rotate(", ".update(")):
        return set()
    return {name for found in _IN_PLACE.findall(code) for name in found if name}


_IN_PLACE = regex(
    r"\b\w*(?:random|rng|rs)\.shuffle\(\s*([A-Za-z_]\w*)|\b([A-Za-z_]\w*)\.rotate\("
    r"|\bvars\(([A-Za-z_]\w*)\)\.update\("
)


def _shared(text: str, path: str, other: str, place: str, roots: set[str]) -> list[str]:
    """What a program has of a file that it imports where functions of it change some variables."""
    bound, inner = _imported(text, path), _imported(other, place)
    own = any(inner.get(root, True) for root in roots)  # not only what libraries have
    found = [name for name in bound if (own and bound[name]) or name in roots]
    starred = [*roots, *_defined(other)] if own and bound.get("*") else []
    return [*dict.fromkeys([*found, *starred])]


def _changed_by(
    node: ast.Call,
    program: str,
    changed: dict[str, frozenset[tuple[str, bool]]],
    changing: Changing,
    leading: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    """The variables whose objects a call changes: that of a method, or what it is given."""
    called: ast.expr = node.func
    match called:
        case ast.Call(func=ast.Name("getattr"), args=[asked, ast.Constant(value=str(attribute))]):
            called = ast.Attribute(asked, attribute, ast.Load())
    is_method = isinstance(called, ast.Attribute)
    name = getattr(called, "attr", getattr(called, "id", ""))
    for method in () if is_method else _holders(program).get(name, ()):
        if isinstance(method, ast.Attribute) and _changes_itself(program, method.attr, changed):
            yield _root(method)
    for other in leading.get(name, ()):
        if changing.has(other, is_attribute=True):  # by another name, or it calls that
            yield from map(_root, (*node.args, *(keyword.value for keyword in node.keywords)))
    if name not in _defined(program):
        if isinstance(called, ast.Name) and name in program_of(program).variables():
            if _changes_itself(program, "__call__", changed):
                yield name
        return
    if is_method and _changes_itself(program, name, changed):  # or another one that it calls
        yield from _owners(program, called)
    if changing.has(name, is_method):
        yield from map(_root, (*node.args, *(keyword.value for keyword in node.keywords)))


def _changes_itself(
    program: str, method: str, changed: dict[str, frozenset[tuple[str, bool]]]
) -> bool:
    """Whether a method changes its object, or one that it calls does."""
    led_to = program_of(program).called(f".{method}") & changed.keys()
    return any(one in _OF_OBJECT for other in led_to for one, _ in changed[other])


def _owners(program: str, method: ast.expr) -> Iterator[str]:
    """The variables that may hold what a method is called on: `get_config().grow()`."""
    if root := _root(method):
        yield root
    elif isinstance(method, ast.Attribute) and isinstance(method.value, ast.Call):
        given_by = method.value.func
        if isinstance(given_by, ast.Name):
            for function in program_of(program).made.get(given_by.id, ()):
                for node in all_in(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield _root(node.value)


@remembered
def _holders(text: str) -> dict[str, list[ast.Name | ast.Attribute]]:
    """The variables that get functions or methods of a program, also in something else.

    big = functools.partial(use, 4)         PROFILES = {"big": big}         grow = config.grow
    """
    module, defined = program_tree(text), _defined(text)
    found: dict[str, list[ast.Name | ast.Attribute]] = {}
    if module is None or not defined:
        return found
    called = {id(call.func) for call in nodes_of_kind(module, ast.Call)}
    for node in nodes_of_kind(module, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        for one in all_in(node.value) if names else ():
            if isinstance(one, (ast.Name, ast.Attribute)) and id(one) not in called:
                if getattr(one, "attr", getattr(one, "id", "")) in defined:
                    for name in names:
                        found.setdefault(name, []).append(one)
    return found


_WORD = regex(r"[A-Za-z_]\w*")
_CLASS = regex(r"^class[ \t]+(\w+)", re.MULTILINE)
_DEFINITION = regex(r"\b(?:def|class)[ \t]+(\w+)")


@remembered
def _defined(text: str) -> frozenset[str]:
    return frozenset(_DEFINITION.findall(text))


@remembered
def _imported(text: str, path: str) -> dict[str, bool]:
    """What the imports of a program bind, and whether it is of its project."""
    module, home = program_tree(text), os.path.dirname(real_path(path))
    found: dict[str, bool] = {}
    for node in nodes_of_kind(module, ast.Import) if module else ():
        for alias in node.names:
            own = locate(home, alias.name, text) is not None
            found[(alias.asname or alias.name).partition(".")[0]] = own
    for origin in nodes_of_kind(module, ast.ImportFrom) if module else ():
        source = "." * origin.level + (origin.module or "")
        for alias in origin.names:
            inner = source + alias.name if source.endswith(".") else f"{source}.{alias.name}"
            places = (locate(home, place, text) for place in (source, inner))
            found[alias.asname or alias.name] = any(place is not None for place in places)
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@remembered
def _changed(text: str) -> dict[str, frozenset[tuple[str, bool]]]:
    """The variables of the module, and objects, that each function or method changes, by its name.

    With each, whether it gets another object.
    """
    found: dict[str, set[tuple[str, bool]]] = {}
    for effect in effects_of(text)[0]:
        function, (root, *parts) = effect.scope.function, effect.path
        if not isinstance(function, _FUNCTIONS):
            continue
        if root in _OF_OBJECT and effect.on_parameter and function.name != "__init__":
            found.setdefault(function.name, set()).add((root, False))
        elif effect.scope.owner(root) is None:
            found.setdefault(function.name, set()).add((root, not parts))
    return {name: frozenset(changes) for name, changes in found.items()}
