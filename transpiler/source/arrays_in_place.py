"""Whether some lines may change arrays in place, whatever names these have there.

m.fit(x, y)
clip()                  # a function of the project: np.clip(DX, -1, 1, out=DX)
L[0][:9] = 0            # `x`, perhaps
m.fit(x, y)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from transpiler.source.array_changes import changed_array
from transpiler.source.held_values import called_name
from transpiler.source.imported import with_imported
from transpiler.source.known_as import leading_to, may_mean, names_of
from transpiler.source.occurrences import Positions
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

#: What Keras's models are asked; a class of the program that has such a method asks one itself.
_OF_MODELS = frozenset(
    {"compile", "evaluate", "fit", "load_weights", "predict", "save", "save_weights", "summary"}
)
#: Methods of arrays, and functions of NumPy and others, that change arrays.
_CHANGING = frozenset({"copyto", "fill", "partition", "resize", "setfield", "shuffle", "sort"})
#: What makes a new list, dict or array.
_MAKING = frozenset(
    {
        "arange", "array", "astype", "copy", "deepcopy", "defaultdict", "dict", "empty",
        "empty_like", "eye", "full", "full_like", "linspace", "list", "ones", "ones_like",
        "random", "zeros", "zeros_like",
    }
)  # fmt: skip
#: What the elements of something are told by.
_ELEMENTS = "[]"
_DISPLAYS = (ast.List, ast.Dict, ast.ListComp, ast.DictComp)
#: What is no array that is known by another name.
_NEW = (*_DISPLAYS, ast.BinOp, ast.Constant, ast.JoinedStr)


def may_change_arrays(path: str, text: str, begin: int, end: int) -> bool:
    """Whether what a program does between two places may change an array in place."""
    module, positions = program_tree(text), Positions(text)
    if module is None:
        return False
    nodes = list(all_in(module))
    made = {name for name, value in _bound_once(nodes) if isinstance(value, _DISPLAYS)}
    made |= _numbers(nodes)
    for kind in (ast.Assign, ast.AugAssign, ast.Call):
        for node in nodes_of_kind(module, kind):
            if begin <= positions.span(node)[0] < end:
                if _is_change(node, made):
                    return True
                if isinstance(node, ast.Call):
                    of_model = isinstance(node.func, ast.Attribute) and node.func.attr in _OF_MODELS
                    names = names_of(node) - ({called_name(node.func)} if of_model else set())
                    if may_mean(names, changing_functions(path, text)):
                        return True
    return False


def _called(call: ast.Call) -> str:
    name = called_name(call.func)
    return "" if isinstance(call.func, ast.Attribute) and name in _OF_MODELS else name


@remembered
def changing_functions(path: str, text: str) -> frozenset[str]:
    """The functions and methods of a project that may change arrays, or call such."""
    texts = [text, *(other for _, other in with_imported(path, itself=False))] if path else [text]
    calls: dict[str, set[str]] = {}
    found = set[str]()
    for program in texts:
        module = program_tree(program)
        kept = {
            key for key in (_numbers(all_in(module)) if module is not None else ()) if "." in key
        }
        for function in nodes_of_kind(module, ast.FunctionDef) if module is not None else ():
            nodes = list(all_in(function))
            inner = {_called(node) for node in nodes if isinstance(node, ast.Call)}
            calls.setdefault(function.name, set()).update(inner)
            made = {*_made_anew(nodes), *_numbers(nodes), *kept}
            if any(_is_change(node, made) for node in nodes):
                found.add(function.name)
    while more := {name for name, inner in calls.items() if name not in found and inner & found}:
        found |= more
    return frozenset(leading_to(texts, found))


def _is_change(node: ast.AST, made: set[str]) -> bool:
    """Whether a statement or call may change an array which it has not made itself."""
    match node:
        case ast.Assign(targets=targets):
            return any(_is_element(one, made) for target in targets for one in all_in(target))
        case ast.AugAssign(target=target):
            if (key := _key(target)) is None:
                held = target.value if isinstance(target, ast.Subscript) else None
                return not (isinstance(held, ast.Name) and held.id + _ELEMENTS in made)
            return key not in made and not _is_text_or_list(node.value)
        case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in _CHANGING:
            return name not in ("sort", "partition") or not _is_made(held, made)
        case ast.Call():
            return changed_array(node) is not None
    return False


def _is_element(target: ast.AST, made: set[str]) -> bool:
    """Whether it is an element of an array, perhaps, and no entry of a dict of settings."""
    if not isinstance(target, ast.Subscript) or not isinstance(target.ctx, ast.Store):
        return False
    key = target.slice
    return not (isinstance(key, ast.Constant) and isinstance(key.value, str)) and not _is_made(
        target.value, made
    )


def _key(target: ast.AST) -> str | None:
    """What tells variables, attributes and entries of dicts by their names; None of others."""
    match target:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Subscript(slice=ast.Constant(value=str()) as key):
            return _entry(key)
    return None


def _is_text_or_list(added: ast.expr) -> bool:
    text = isinstance(added, ast.Constant) and isinstance(added.value, str)
    return text or isinstance(added, (*_DISPLAYS, ast.JoinedStr))


def _entry(key: ast.Constant) -> str:
    return f".[{key.value!r}]"


def _numbers(nodes: Iterable[ast.AST]) -> set[str]:
    """What holds nothing but numbers, texts, new lists or new arrays, by their names."""
    bound: dict[str | None, bool] = {}
    pairs: Sequence[tuple[str | None, ast.AST]]
    for node in nodes:
        match node:
            case ast.Assign(targets=targets):
                pairs = [(_key(target), node.value) for target in targets]
            case ast.AnnAssign(target=target, value=ast.expr() as given):
                pairs = [(_key(target), given)]
            case ast.Dict(keys=keys, values=values):
                entries = zip(keys, values, strict=True)
                pairs = [(_entry(k), v) for k, v in entries if isinstance(k, ast.Constant)]
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                pairs = [(f".[{one.arg!r}]", one.value) for one in keywords]
            case ast.arg(arg=name):
                pairs = [(name, node)]
            case ast.For(target=target) | ast.comprehension(target=target):
                pairs = [(_key(one), node) for one in all_in(target)]
            case _:
                continue
        for key, value in pairs:
            bound[key] = bound.get(key, True) and _is_new(value)
            elements = None if key is None else key + _ELEMENTS
            bound[elements] = bound.get(elements, True) and _has_new(value)
    return {key for key, is_number in bound.items() if is_number and key is not None}


def _has_new(value: ast.AST) -> bool:
    """Whether it is new, and has no elements that were there before."""
    match value:
        case ast.List(elts=inner) | ast.Dict(values=inner):
            return all(map(_is_new, inner))
    return _is_new(value)


def _is_new(value: ast.AST) -> bool:
    makes = isinstance(value, ast.Call) and called_name(value.func) in _MAKING
    return makes or isinstance(value, _NEW)


def _is_made(held: ast.expr, made: set[str]) -> bool:
    return isinstance(held, ast.Name) and held.id in made


def _made_anew(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The variables that hold nothing but what the lines make: a list, a dict, an array."""
    for name, value in _bound_once(nodes):
        if _is_new(value):
            yield name


def _bound_once(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """The variables to which but one statement gives something, and what that is."""
    bound: dict[str, ast.expr | None] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                bound[name] = None if name in bound else value
            case ast.arg(arg=name):
                bound[name] = None
    yield from ((name, value) for name, value in bound.items() if value is not None)
