"""Calls of functions that give back one of the models which they get.

def pick(models, scores):
    return models[int(np.argmax(scores))]

model = pick(kept, scores)          # one that was made before
"""

from __future__ import annotations

import ast

from transpiler.source.held_values import called_name
from transpiler.source.syntax import all_in, nodes_of_kind

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: What is asked of models alone.
_OF_MODELS = frozenset({"fit", "compile", "train_on_batch", "evaluate", "predict", "fit_generator"})
_PUTS = frozenset({"append", "insert", "add", "setdefault", "extend", "appendleft"})


def picks_of_given(call: ast.Call, module: ast.Module) -> bool:
    """Whether a call in a program may give something of what it gets.

    Of functions of other files that is told by what they get: a list in which there are models.
    """
    name = called_name(call.func)
    functions = [f for f in nodes_of_kind(module, ast.FunctionDef) if f.name == name]
    if functions:
        return any(map(_gives_of_given, functions))
    if any(made.name == name for made in nodes_of_kind(module, ast.ClassDef)):
        return False
    given = {ast.unparse(one) for one in (*call.args, *(k.value for k in call.keywords))}
    return not given.isdisjoint(_with_models(module)) if given else False


def _gives_of_given(function: ast.FunctionDef) -> bool:
    """Whether a function returns what it takes out of a parameter, or one of several of them.

    One that returns the model which it gets gives the same again.
    """
    taken = function.args
    parameters = {a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}
    parameters -= {"self", "cls"}
    nodes, parts = all_in(function), set[str]()
    while True:
        before = len(parts)
        for node in nodes:
            match node:
                case ast.For(target=target, iter=source) | ast.comprehension(
                    target=target, iter=source
                ):
                    targets = [target] if _reads(source, parameters | parts) else []
                case ast.Assign(targets=targets, value=value) if _is_part(
                    value, parameters, parts
                ) or _picked(value, parameters):
                    pass
                case _:
                    continue
            parts |= {n.id for t in targets for n in all_in(t) if isinstance(n, ast.Name)}
        if len(parts) == before:
            break
    returned = [n.value for n in nodes if isinstance(n, ast.Return) and n.value is not None]
    same = {n.id for n in returned if isinstance(n, ast.Name) and n.id in parameters}
    return len(same) > 1 or any(
        _is_part(value, parameters, parts) or _picked(value, parameters) for value in returned
    )


def _is_part(value: ast.expr, parameters: set[str], parts: set[str]) -> bool:
    """Whether it is a part of a parameter, or an element of what is made of some."""
    match value:
        case ast.Name(id=name):
            return name in parts
        case ast.Subscript(value=held):
            return _reads(held, parameters | parts)
        case ast.IfExp(body=body, orelse=orelse):
            return any(_is_part(one, parameters, parts) for one in (body, orelse))
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return any(_is_part(one, parameters, parts) for one in values)
        case ast.Call(func=ast.Name("max" | "min" | "next" | "sorted" | "zip" | "list" | "iter")):
            return _reads(value, parameters | parts)
        case ast.Call(func=ast.Attribute(value=held, attr="get" | "pop" | "popitem" | "values")):
            return _reads(held, parameters | parts)
        case ast.ListComp() | ast.GeneratorExp():
            return _reads(value, parameters | parts)
    return False


def _picked(value: ast.expr, parameters: set[str]) -> bool:
    """Whether it is one of two parameters: `a if score(a) < score(b) else b`."""
    match value:
        case ast.IfExp(body=ast.Name(one), orelse=ast.Name(other)):
            return one != other and {one, other} <= parameters
    return False


def _reads(value: ast.expr, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in all_in(value))


def _with_models(module: ast.Module) -> set[str]:
    """What a program puts models into: `kept` of `kept.append((score, model))`."""
    calls = nodes_of_kind(module, ast.Call)
    models = {
        ast.unparse(call.func.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in _OF_MODELS
    }

    def has_model(value: ast.expr) -> bool:
        parts = (n for n in all_in(value) if isinstance(n, (ast.Name, ast.Attribute)))
        return any(ast.unparse(part) in models for part in parts)

    found: set[str] = set()
    for call in calls:
        match call:
            case ast.Call(
                func=ast.Attribute(value=held, attr=method), args=args
            ) if method in _PUTS and any(map(has_model, args)):
                found.add(ast.unparse(held))
    for node in nodes_of_kind(module, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and has_model(node.value):
                found.add(ast.unparse(target.value))
            elif isinstance(node.value, (ast.List, ast.Tuple, ast.Dict)) and has_model(node.value):
                found.add(ast.unparse(target))
    return found
