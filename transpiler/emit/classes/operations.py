"""Functions on tensors that need no class: they stay functions."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.forward import forward_block
from transpiler.emit.classes.names import name_members
from transpiler.emit.classes.plan import ClassPlan, EmitError
from transpiler.emit.comments import Script, carry
from transpiler.emit.edits import Edit
from transpiler.emit.fold import fold
from transpiler.emit.types import with_torch_types
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.own_penalties import BASES as OF_WEIGHTS
from transpiler.interpret.functions.passed import decided_parameters
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Function
from transpiler.source.tree import Tree


def render_operation(
    file: FileContext, summary: Summary, script: Script, whole: Edit, names: dict[int, str]
) -> str | None:
    """The text of the function, None where it can't be written; `whole` takes the original away.

    `names` says how classes and functions are called, this one too.
    """
    region = summary.region
    node = summary.function.node
    assert region is not None
    assert isinstance(node, cst.FunctionDef)
    name = names[summary.serial]
    inside = bool(summary.function.nested_in)
    stays = inside and id(node) in file.kept_closures
    plan = ClassPlan(
        name,
        region.init,
        region.forward,
        list(summary.tensors),
        statics=frozenset(),
        required=_of_object(file.tree, node) if stays else (),
        renames=dict(region.renames),
        hints={},
        effects=False,
        class_names=names,
        script=script,
    )
    try:
        draft = ClassDraft(plan)
        name_members(draft)
        draft.arrange_comments()
        assert draft.comments is not None
        first_line = file.tree.line_start(file.tree.span(node.body.body[0])[0])
        script.keep(file.tree.span(node)[0], first_line)  # with the signature
        _, lost = carry(script, [draft.comments], region, [whole])
        start = file.tree.span(node)[0]
        margin = start - file.tree.line_start(start) if stays or not inside else 0
        body = _single_blanks(forward_block(draft, draft.forward, 4 + margin, {}, ()))
    except EmitError:
        return None
    tree, blanks = file.tree, " " * margin
    header = _lifted_header(tree, summary, name) if inside and not stays else None
    if header is None:
        of_keras = is_of_keras(file, summary.function) and node.name.value in METHODS
        own = bool(summary.function.owner)
        gone = _unread(node) if of_keras else [] if own else decided_parameters(summary)
        header = header_without(tree, node, gone) if gone else _own_header(tree, node)
        header = with_torch_types(file, header)
        if of_keras:
            name = METHODS[node.name.value]
        header = header.replace(f"def {node.name.value}(", f"def {name}(", 1)
        if of_keras and name == "update":
            header = f"@torch.no_grad()\n{header}"
        if body[-1:] and body[-1].strip() == "return None":  # what it changes was read there
            del body[-1]
    marks = [tree.source(d) for d in node.decorators if stays and _is_mark(d)]
    lines = [blanks + line for line in (*lost, *marks, *header.split("\n"))]
    first = node.body.body[0] if node.body.body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        value = first.body[0].value
        if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
            lines.append(f"{blanks}    {tree.source(value)}")
    return "\n".join([*lines, *body]) + "\n"


def _of_object(tree: Tree, node: cst.FunctionDef) -> tuple[str, ...]:
    """The attributes that a function in a method reads of its object, and does not call."""
    return tuple(sorted(set(re.findall(r"(?<![\w.])self\.\w+\b(?!\s*\()", tree.code(node)))))


def _single_blanks(lines: list[str]) -> list[str]:
    """Lines without blank ones at their start, and without two at a time."""
    before = ["", *lines]
    return [line for last, line in zip(before, lines, strict=False) if line or last]


#: The methods of a loss or a metric, and what they are called in torch.
METHODS = {"call": "forward", "update_state": "update", "result": "compute"}


def _unread(node: cst.FunctionDef) -> list[str]:
    """What Keras gives a metric besides targets and outputs: weights, which it never sees here."""
    if node.name.value != "update_state":
        return []
    parameters = [*node.params.params[3:], *node.params.kwonly_params]
    stars = [p for p in (node.params.star_arg, node.params.star_kwarg) if isinstance(p, cst.Param)]
    return [p.name.value for p in (*parameters, *stars)]


def is_of_keras(file: FileContext, function: Function) -> bool:
    """Whether it is a method of a class of Keras's kind that becomes a plain one, or a module."""
    found = (made for made in file.user_classes if function.owner and made.name == function.owner)
    bases = next((made.bases for made in found), ())
    kept = ("keras.losses.Loss", "keras.Loss", "keras.Metric", "keras.metrics.", *OF_WEIGHTS)
    return any(base.startswith(kept) for base in bases)


def _is_mark(decorator: cst.Decorator) -> bool:
    """Whether it says how a method of a class is called."""
    node = decorator.decorator
    return isinstance(node, cst.Name) and node.value in ("staticmethod", "classmethod")


def header_without(tree: Tree, node: cst.FunctionDef, gone: list[str], margin: str = "") -> str:
    """The signature as the user wrote it, but for some parameters."""
    parameters = ", ".join(_parameters_without(tree, node, gone))
    returns = f" -> {tree.source(node.returns.annotation)}" if node.returns is not None else ""
    text = f"def {node.name.value}({parameters}){returns}:"
    return fold(text, len(margin)).removeprefix(margin)


def _parameters_without(
    tree: Tree, node: cst.FunctionDef, gone: list[str], more: tuple[str, ...] = ()
) -> list[str]:
    """The parameters of a function but for some, and `more` that are passed by their names."""
    declared = node.params
    first = [_parameter(tree, p) for p in declared.posonly_params if p.name.value not in gone]
    params = [_parameter(tree, p) for p in declared.params if p.name.value not in gone]
    only = [_parameter(tree, p) for p in declared.kwonly_params if p.name.value not in gone]
    params = [*first, "/", *params] if first else params
    star, rest = declared.star_arg, declared.star_kwarg
    if isinstance(star, cst.Param) and star.name.value not in gone:
        params.append(f"*{_parameter(tree, star)}")
    elif only or (more and any("=" in p for p in params)):
        params.append("*")
    kept = rest is not None and rest.name.value not in gone
    keywords = [f"**{_parameter(tree, rest)}"] if rest is not None and kept else []
    return [*params, *only, *more, *keywords]


def _own_header(tree: Tree, node: cst.FunctionDef) -> str:
    """The signature as the user wrote it."""
    start = tree.line_start(tree.span(node)[0])
    body_start = tree.line_start(tree.span(node.body.body[0])[0])
    margin = tree.span(node)[0] - start
    head = tree.text[tree.span(node)[0] : body_start].rstrip()
    head = "\n".join(line for line in head.split("\n") if not line.lstrip().startswith("#"))
    return "\n".join(
        line[margin:] if i and not line[:margin].strip() else line
        for i, line in enumerate(head.split("\n"))
    )


def _lifted_header(tree: Tree, summary: Summary, name: str) -> str:
    """The signature of a function that stood inside of another one, or of a class."""
    node = summary.function.node
    assert isinstance(node, cst.FunctionDef)
    declared = (*node.params.posonly_params, *node.params.params)
    this = [declared[0].name.value] if summary.function.owner else []
    gone = [*this, *decided_parameters(summary)]
    parameters = _parameters_without(tree, node, gone, tuple(summary.closure))
    return fold(f"def {name}({', '.join(parameters)}):", 0)


def _parameter(tree: Tree, node: cst.Param) -> str:
    """A parameter with its annotation and default."""
    text = node.name.value
    if node.annotation is not None:
        text += f": {tree.source(node.annotation.annotation)}"
    if node.default is None:
        return text
    equal = " = " if node.annotation is not None else "="
    return f"{text}{equal}{tree.source(node.default)}"
