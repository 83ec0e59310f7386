"""What a function of another file asks of the models that it is given: why its call is left."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.interpret.values import Model
from transpiler.source.imported import imported_texts
from transpiler.source.syntax import all_in, program_tree

#: What modules have, too.
_OF_MODULES = frozenset(
    {"children", "eval", "load_state_dict", "modules", "parameters", "state_dict", "to", "train"}
)
_LONGEST = 60


def asked_there(draft: Draft, call: cst.Call, name: str) -> str:
    """Where the function stands, and what it asks: "`ask` of `tools.py` ...: it has `model(x)`".

    Nothing where that is not seen.
    """
    path = draft.file.path
    models = _models(draft)
    given = [a.keyword.value if a.keyword else n for n, a in enumerate(call.args) if _is(a, models)]
    for other, text in imported_texts(draft.tree.text, path) if path and given else ():
        for function, parameters in _called(text, name.rpartition(".")[2]):
            named = {p if isinstance(p, str) else "".join(parameters[p : p + 1]) for p in given}
            for asked in _asked(function, named):
                return f"`{name}` of `{other.name}` is left as it is: it has `{asked}`"
    return ""


def _called(text: str, name: str) -> Iterator[tuple[ast.FunctionDef, list[str]]]:
    """The functions of a module that a call of a name runs, and what they call its arguments."""
    tree = program_tree(text) if name in text else None
    for node in tree.body if tree is not None else ():
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name != name:
            continue
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inside:
            if isinstance(function, ast.FunctionDef) and function.name in (name, "__init__"):
                arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
                yield function, arguments[1:] if function is not node else arguments


def _models(draft: Draft) -> set[str]:
    """The variables of the file that hold models."""
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    held = (r.scope.values.items() for r in regions if r is not None)
    return {name for values in held for name, value in values if isinstance(value, Model)}


def _is(argument: cst.Arg, names: Container[str]) -> bool:
    return isinstance(argument.value, cst.Name) and argument.value.value in names


def _asked(function: ast.FunctionDef, models: Container[str]) -> Iterator[str]:
    """What is asked of what some parameters hold, as it is written."""
    for node in all_in(function):
        held = node.func if isinstance(node, ast.Call) else node
        if isinstance(held, ast.Attribute) and held.attr not in _OF_MODULES:
            held = held.value
        if held is not node and isinstance(held, ast.Name) and held.id in models:
            text = ast.unparse(node)
            yield text if len(text) <= _LONGEST else f"{text.partition('(')[0]}(...)"
