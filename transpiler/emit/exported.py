"""`__all__` names what a file has: classes that functions have become, and nothing that is gone."""

from __future__ import annotations

import ast

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, parts_of, program_tree


def with_names_listed(draft: Draft, text: str) -> str:
    """The text of a file with the names in its `__all__` that it has now."""
    before, after = program_tree(draft.tree.text), program_tree(text)
    if before is None or after is None:
        return text
    gone = _bound(before) - _bound(after)
    positions, edits = Positions(text), list[Edit]()
    for listed in _lists(after) if gone else ():
        names = {
            id(one): _classes(draft, str(one.value))
            for one in listed.elts
            if isinstance(one, ast.Constant) and one.value in gone
        }
        if not any(names.get(id(one), [""]) for one in listed.elts):
            made = "()" if isinstance(listed, ast.Tuple) else "[]"
            edits += [Edit(*positions.span(listed), made)] if names else []
            continue
        last = max(n for n, one in enumerate(listed.elts) if names.get(id(one), [""]))
        for one in listed.elts[: last + 1]:
            if id(one) in names:
                edits.append(_changed(text, *positions.span(one), names[id(one)]))
        if listed.elts[last + 1 :]:
            start, end = positions.span(listed.elts[last])[1], positions.span(listed.elts[-1])[1]
            edits.append(Edit(start, end, "," if isinstance(listed, ast.Tuple) else ""))
    return apply(text, edits)


def _lists(module: ast.Module) -> list[ast.List | ast.Tuple]:
    """The lists that `__all__` is, and those that it gets besides."""
    found: list[ast.List | ast.Tuple] = []
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name("__all__")], value=value)
                | ast.AnnAssign(target=ast.Name("__all__"), value=value)
                | ast.AugAssign(target=ast.Name("__all__"), value=value)
                | ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name("__all__")), args=[value]))
            ):
                nodes = all_in(value) if value is not None else ()
                found += [n for n in nodes if isinstance(n, (ast.List, ast.Tuple))]
    return found


def _classes(draft: Draft, name: str) -> list[str]:
    """The classes that a function of the file has become."""
    made = [
        unit.plan.name
        for unit in draft.planned.blocks.values()
        if not unit.problem
        and unit.summary is not None
        and unit.summary.function.name == name
        and unit.summary.function.file in (None, draft.file)
    ]
    return list(dict.fromkeys(made))


def _bound(module: ast.Module) -> set[str]:
    """What the statements of a module bind, under conditions too."""
    found: set[str] = set()
    pending: list[ast.stmt] = list(module.body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(statement.name)
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.update((a.asname or a.name).partition(".")[0] for a in statement.names)
            continue
        for child in parts_of(statement):
            if isinstance(child, ast.stmt):
                pending.append(child)
            elif isinstance(child, ast.ExceptHandler):
                pending += child.body
            else:
                names = (n for n in all_in(child) if isinstance(n, ast.Name))
                found.update(n.id for n in names if isinstance(n.ctx, ast.Store))
    return found


def _changed(text: str, start: int, end: int, names: list[str]) -> Edit:
    """What an element becomes: several; or nothing, and what is behind it goes, maybe the line."""
    if names:
        quote = text[start]
        return Edit(start, end, ", ".join(f"{quote}{name}{quote}" for name in names))
    end = text.index(",", end) + 1
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    after = text[end:stop].strip()
    if stop >= 0 and not text[begin:start].strip() and (not after or after.startswith("#")):
        return Edit(begin, stop + 1, "")
    return Edit(start, end + len(text[end:]) - len(text[end:].lstrip(" ")), "")
