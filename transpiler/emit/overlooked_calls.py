"""Models that are called on arrays by ways on which nobody follows them.

def ask(z, model=net):              # by default, in a closure, as a field of a dataclass, chosen
    return model(z)                 # an error: an nn.Module takes tensors, in the mode it is in
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.diagnostics import LEFT_TRAINING
from transpiler.emit.causes import lines_said
from transpiler.emit.draft import Draft
from transpiler.emit.edits import replaces
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.values import Model
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_TAKES_TENSORS = (
    "an nn.Module takes tensors, and trains or not as the last loop left it: say `predict` of it"
)


def report_overlooked_calls(draft: Draft) -> None:
    """Calls of trained models that stay as they are."""
    if not any(not found.training.problem for found in draft.planned.trained):
        return
    replaced = replaces(draft.edits)
    reported = lines_said(draft)
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    followed = [r for r in regions if r is not None]
    known = {draft.tree.span(call.node) for r in followed for call in r.calls_on_data}
    spans = [*known, *_not_followed(draft, followed)]
    for start, end in sorted({*spans}):
        line, column = draft.tree.line_column(start)
        if replaced(start) or replaced(end - 1) or line in reported:
            continue
        reported.add(line)
        asked = one_line(draft.tree.text[start:end])
        message = f"`{asked}` is left as it is: {_TAKES_TENSORS}"
        draft.say_at(LEFT_TRAINING, line, column, message)
        margin = draft.tree.line_start(start)
        draft.todos.setdefault(margin + len(draft.margin(margin)), (LEFT_TRAINING, message))


def _not_followed(draft: Draft, regions: list[Region]) -> Iterator[tuple[int, int]]:
    """Calls of what gets a model, and of what may be one, that the text alone shows."""
    models = {n for r in regions for n, v in r.scope.values.items() if isinstance(v, Model)}
    module = program_tree(draft.tree.text)
    if module is None or not models:
        return
    positions = Positions(draft.tree.text)
    edited = [edit.start for edit in draft.edits]
    for node in all_in(module):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            start, end = positions.span(node)
            if not any(start <= place < end for place in edited):  # else it is followed
                yield from map(positions.span, _called_inside(module, node, models))
        elif isinstance(node, ast.Call) and isinstance(node.func, (ast.BoolOp, ast.IfExp)):
            names = {n.id for n in all_in(node.func) if isinstance(n, ast.Name)}
            if names & models:
                yield positions.span(node)
    fields = {*_fields_with_models(module, models)}
    for node in nodes_of_kind(module, ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr=name)) if name in fields:
                if not (isinstance(of, ast.Name) and of.id == "self"):
                    yield positions.span(node)


def _called_inside(
    module: ast.Module, function: ast.FunctionDef | ast.Lambda, models: set[str]
) -> Iterator[ast.Call]:
    """Calls of parameters that stand for models: by default, or in functions inside of it."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    defaults = [*zip(reversed(plain), reversed(given.defaults), strict=False)]
    defaults += [(p, d) for p, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d]
    by_default = {p.arg for p, d in defaults if isinstance(d, ast.Name) and d.id in models}
    yield from _calls_of(function, by_default)
    if isinstance(function, ast.FunctionDef):
        passed = {*_passed_to(module, function.name, [p.arg for p in plain], models)}
        for inner in all_in(function) if passed else ():
            if isinstance(inner, (ast.FunctionDef, ast.Lambda)) and inner is not function:
                yield from _calls_of(inner, passed - {p.arg for p in inner.args.args})


def _calls_of(node: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for inner in all_in(node) if names else ():
        match inner:
            case ast.Call(func=ast.Name(name)) if name in names:
                yield inner


def _passed_to(
    module: ast.Module, name: str, parameters: list[str], models: set[str]
) -> Iterator[str]:
    """The parameters for which calls of a function, or of a class, give models."""
    for node in nodes_of_kind(module, ast.Call):
        match node:
            case ast.Call(func=ast.Name(called), args=args, keywords=keywords) if called == name:
                pairs = [*zip(parameters, args, strict=False)]
                pairs += [(k.arg, k.value) for k in keywords if k.arg is not None]
                for parameter, value in pairs:
                    if isinstance(value, ast.Name) and value.id in models:
                        yield parameter


def _fields_with_models(module: ast.Module, models: set[str]) -> Iterator[str]:
    """The fields of dataclasses and named tuples that get models."""
    for node in (*nodes_of_kind(module, ast.ClassDef), *nodes_of_kind(module, ast.Assign)):
        match node:
            case ast.ClassDef(name=name, body=body):
                fields = [
                    s.target.id
                    for s in body
                    if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
                ]
                yield from _passed_to(module, name, fields, models)
            case ast.Assign(
                targets=[ast.Name(name)],
                value=ast.Call(
                    func=ast.Name("namedtuple") | ast.Attribute(attr="namedtuple"), args=[_, given]
                ),
            ):
                yield from _passed_to(module, name, _listed(given), models)


def _listed(given: ast.expr) -> list[str]:
    """The fields of a named tuple, in a string or a list of some."""
    match given:
        case ast.Constant(str() as text):
            return text.replace(",", " ").split()
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [p.value for p in parts if isinstance(p, ast.Constant) and type(p.value) is str]
    return []
