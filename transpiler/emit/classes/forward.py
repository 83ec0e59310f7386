"""The body of `forward`: layers are called, in loops and branches too."""

from __future__ import annotations

from transpiler.emit.classes.contents import asked_inside
from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.headers import Header
from transpiler.emit.classes.lines import merge_return, negated, statement
from transpiler.emit.classes.module_loops import lean_header, uncounted
from transpiler.emit.classes.names import free_local, inner_list
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.classes.texts import forward_text
from transpiler.emit.fold import split_operators
from transpiler.ir.code import Comments, Construct, For, If, Line, Node, Return, While
from transpiler.passes.liveness import modules_used


def forward_block(
    draft: ClassDraft, nodes: list[Node], indent: int, local: dict[str, str], path: tuple[int, ...]
) -> list[str]:
    """The lines of some statements; `local` names the modules of the loops around, `path`."""
    lines: list[str] = []
    for node in nodes:
        match node:
            case Line():
                text = forward_text(draft, node.text, local)
                left, _, right = text.partition(" = ")
                if left == right:
                    continue
                lines += _assignment(text, indent, draft.comments_of(node))
            case Return():
                text = f"return {forward_text(draft, node.value.text, local)}"
                comments = draft.comments_of(node)
                merged = merge_return(lines, text, indent, comments)
                lines = (
                    merged if merged is not None else [*lines, *statement(text, indent, comments)]
                )
            case If():
                lines += _forward_if(draft, node, indent, local, path)
            case For() | While():
                lines += _forward_loop(draft, node, indent, local, path)
            case Construct():
                raise EmitError("a layer is made in `forward`")
    return lines


def _assignment(text: str, indent: int, comments: Comments) -> list[str]:
    """A statement; `x = x if kept else f(x)` is a branch."""
    name, _, value = text.partition(" = ")
    parts = split_operators(value, (" if ", " else ")) if name.isidentifier() else []
    if len(parts) != 3 or name not in (parts[0], parts[2].removeprefix("else ")):
        return statement(text, indent, comments)
    test, other = parts[1].removeprefix("if "), parts[2].removeprefix("else ")
    if name == parts[0]:
        test, changed = negated(test), other
    else:
        changed = parts[0]
    head = statement(f"if {test}:", indent, comments)
    return head + statement(f"{name} = {changed}", indent + 4, Comments())


def _forward_if(
    draft: ClassDraft, node: If, indent: int, local: dict[str, str], path: tuple[int, ...]
) -> list[str]:
    """A branch; what only says `x = x` is no statement, and a side without any is left out."""
    test = forward_text(draft, node.test.text, local)
    body = forward_block(draft, node.body, indent + 4, local, path)
    otherwise = forward_block(draft, node.orelse, indent + 4, local, path)
    if not body and not otherwise:
        return []
    comments = draft.comments_of(node)
    if not body:
        return statement(f"if {negated(test)}:", indent, comments) + otherwise
    lines = statement(f"if {test}:", indent, comments) + body
    if otherwise and len(node.orelse) == 1 and isinstance(node.orelse[0], If):
        nested = _forward_if(draft, node.orelse[0], indent, local, path)
        head = next(i for i, line in enumerate(nested) if line.lstrip().startswith("if "))
        nested[head] = nested[head].replace("if ", "elif ", 1)
        return lines + nested
    return [*lines, " " * indent + "else:", *otherwise] if otherwise else lines


def _forward_loop(
    draft: ClassDraft, node: For | While, indent: int, local: dict[str, str], path: tuple[int, ...]
) -> list[str]:
    inner = (*path, node.id)
    used = [t for t in modules_used(node.body) if draft.paths.get(t, ())[: len(inner)] == inner]
    used += [
        t
        for t in asked_inside(node.body)
        if t not in used and draft.paths.get(t, ())[: len(inner)] == inner
    ]
    used.sort(key=lambda t: list(draft.attrs).index(t))
    sources: list[str] = []
    inner_local = dict(local)
    targets: list[str] = []
    for token in used:
        name = draft.attrs[token]
        sources.append(local.get(token) or f"self.{name}")
        deeper = len(draft.paths[token]) > len(inner)
        variable = inner_list(draft, token) if deeper else draft.bases[token]
        variable = free_local(draft, variable, token, len(inner))
        targets.append(variable)
        inner_local[token] = variable
    body = forward_block(draft, node.body, indent + 4, inner_local, inner)
    pairs = [*zip(targets, sources, strict=True)]
    if isinstance(node, While):
        if not used:
            line = f"while {forward_text(draft, node.test.text, local)}:"
        else:
            line = Header(tuple(pairs)).text
        return statement(line, indent, draft.comments_of(node)) + body
    lean = lean_header(node, bool(used))
    line = forward_text(draft, lean.along(pairs).text, local)
    if not used:
        line = uncounted(node, line)
    return statement(line, indent, draft.comments_of(node)) + body
