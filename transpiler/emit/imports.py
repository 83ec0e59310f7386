"""Imports of a converted file: what it needs comes, what nobody reads any more goes."""

from __future__ import annotations

import ast
import re

import libcst as cst

from transpiler.interpret.imports import dotted
from transpiler.interpret.region import FileContext
from transpiler.interpret.symbols import is_framework
from transpiler.source.tree import Tree

_ORDER = ("import torch", "from torch import nn", "from torch.nn import functional as F")


def finish_imports(file: FileContext, text: str, helpers: set[str], made: set[str]) -> str:
    """The text with its imports put right: what only dead imports read is dead too."""
    for _ in range(5):
        better = _put_right(file, text, helpers, made)
        if better == text:
            break
        text = better
    return text


def _put_right(file: FileContext, text: str, helpers: set[str], made: set[str]) -> str:
    needed = _needed(text)
    for name in sorted(helpers):
        emitted = file.rules.emitted.get(name)
        for line in emitted.imports if emitted is not None else ():
            if line not in needed and line not in _ORDER:
                needed.insert(0, line)
    tree = Tree(text)
    used = _names_read(text) - made
    removals: list[tuple[int, int]] = []
    spot: int | None = None
    dead_names: set[str] = set()
    for statement in tree.module.body:
        verdict = _dead(file, tree, statement, used)
        if verdict is None:
            continue
        spans, whole, names = verdict
        dead_names |= names
        if spot is None:
            spot = tree.line_start(tree.span(statement)[0])
        removals += spans
        del whole
    removals += _orphans(file, tree, used, dead_names)
    have = {line for line in needed if re.search(rf"^{re.escape(line)}$", text, re.M)}
    missing = [line for line in needed if line not in have]
    if spot is None:
        spot = _after_docstring(tree)
    newline = "\r\n" if "\r\n" in text else "\n"
    block = "".join(line + newline for line in missing)
    if not removals and not block:
        return text
    return _rebuild(text, removals, spot, block)


def _needed(text: str) -> list[str]:
    """The imports of torch that the code reads."""
    text = re.sub(r"^(from|import) .*$", "", text, flags=re.M)
    found = []
    if re.search(r"(?<![\w.])torch\.", text):
        found.append(_ORDER[0])
    if re.search(r"(?<![\w.])nn\.", text):
        found.append(_ORDER[1])
    if re.search(r"(?<![\w.])F\.", text):
        found.append(_ORDER[2])
    if re.search(r"(?<![\w.])math\.", text) and "import math" not in text:
        found.insert(0, "import math")
    return found


def _names_read(text: str) -> set[str]:
    """The names that a module reads, outside of imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200
        ):
            found.update(re.findall(r"^[A-Za-z_]\w*$", node.value))
    return found


def _bound_names(node: cst.Import | cst.ImportFrom) -> list[tuple[str, cst.ImportAlias]]:
    if isinstance(node.names, cst.ImportStar):
        return []
    found = []
    for alias in node.names:
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            found.append((alias.asname.name.value, alias))
        else:
            name = dotted(alias.name)
            found.append((name.split(".", 1)[0] if isinstance(node, cst.Import) else name, alias))
    return found


def _is_framework_import(node: cst.BaseSmallStatement) -> bool:
    if isinstance(node, cst.Import):
        return all(is_framework(dotted(a.name)) for a in node.names)
    if isinstance(node, cst.ImportFrom):
        return not node.relative and is_framework(dotted(node.module))
    return False


def _dead(
    file: FileContext, tree: Tree, statement: cst.CSTNode, used: set[str]
) -> tuple[list[tuple[int, int]], bool, set[str]] | None:
    """What of a top-level statement goes: (spans, all of it, names that it no longer reads)."""
    if isinstance(statement, cst.SimpleStatementLine):
        if len(statement.body) == 1 and _is_framework_import(statement.body[0]):
            return _dead_import(tree, statement, statement.body[0], used)
        if len(statement.body) == 1 and _is_alias(file, tree, statement.body[0], used):
            return [_lines(tree, statement)], True, set()
        return None
    if isinstance(statement, (cst.If, cst.Try)) and _only_framework_imports(statement):
        names = {n for node in _imports_in(statement) for n, _ in _bound_names(node)}
        if not names & used and not _has_star(statement):
            test = set()
            if isinstance(statement, cst.If):
                test = set(re.findall(r"[A-Za-z_]\w*", tree.source(statement.test)))
            return [_lines(tree, statement)], True, test
    return None


def _is_alias(file: FileContext, tree: Tree, node: cst.BaseSmallStatement, used: set[str]) -> bool:
    """`layers = tf.keras.layers` whose name nobody reads."""
    from transpiler.interpret.values import Framework

    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return False
    target = node.targets[0].target
    if not isinstance(target, cst.Name) or not isinstance(node.value, (cst.Attribute, cst.Name)):
        return False
    return isinstance(file.globals.get(target.value), Framework) and target.value not in used


def _has_star(statement: cst.CSTNode) -> bool:
    return any(isinstance(n.names, cst.ImportStar) for n in _imports_in(statement))


def _imports_in(statement: cst.CSTNode) -> list[cst.Import | cst.ImportFrom]:
    from transpiler.emit.residual import _leaves

    found: list[cst.Import | cst.ImportFrom] = []
    for leaf in _leaves([statement]):
        if isinstance(leaf, cst.SimpleStatementLine):
            found += [s for s in leaf.body if isinstance(s, (cst.Import, cst.ImportFrom))]
    return found


def _only_framework_imports(statement: cst.CSTNode) -> bool:
    from transpiler.emit.residual import _leaves

    leaves = _leaves([statement])
    some = False
    for leaf in leaves:
        if not isinstance(leaf, cst.SimpleStatementLine):
            return False
        for small in leaf.body:
            if isinstance(small, (cst.Import, cst.ImportFrom)) and _is_framework_import(small):
                some = True
            elif not isinstance(small, cst.Pass):
                return False
    return some


def _dead_import(
    tree: Tree, statement: cst.SimpleStatementLine, node: cst.BaseSmallStatement, used: set[str]
) -> tuple[list[tuple[int, int]], bool, set[str]] | None:
    assert isinstance(node, (cst.Import, cst.ImportFrom))
    if isinstance(node.names, cst.ImportStar):
        from transpiler.interpret.symbols import canonical
        from transpiler.registry import load_rules

        exported = (
            load_rules().exported(canonical(dotted(node.module)))
            if isinstance(node, cst.ImportFrom)
            else set()
        )
        if exported and not exported & used:
            return [_lines(tree, statement)], True, set()
        return None
    names = _bound_names(node)
    dead = [(n, a) for n, a in names if n not in used]
    if not dead:
        return None
    if len(dead) == len(names):
        return [_lines(tree, statement)], True, set()
    return _drop_aliases(tree, node, [a for _, a in dead]), False, set()


def _drop_aliases(
    tree: Tree, node: cst.Import | cst.ImportFrom, dead: list[cst.ImportAlias]
) -> list[tuple[int, int]]:
    """Spans that take single names out of an import."""
    assert not isinstance(node.names, cst.ImportStar)
    aliases = list(node.names)
    kept = [a for a in aliases if a not in dead]
    spans: list[tuple[int, int]] = []
    for position, alias in enumerate(aliases):
        if alias in kept:
            continue
        start, end = tree.span(alias)
        if position + 1 < len(aliases):
            following = tree.span(aliases[position + 1])[0]
            spans.append((start, following))
        else:
            previous = next((a for a in reversed(aliases[:position]) if a in kept), None)
            if previous is not None:
                begin = tree.span(previous)[1]
                spans = [s for s in spans if s[0] < begin]
                spans.append((begin, end))
    return spans


def _orphans(
    file: FileContext, tree: Tree, used: set[str], dead_names: set[str]
) -> list[tuple[int, int]]:
    """Imports that only a removed condition read: `from package import TF`."""
    found: list[tuple[int, int]] = []
    for statement in tree.module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        node = statement.body[0]
        if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
            continue
        names = [n for n, _ in _bound_names(node)]
        still = _names_read_without(tree, dead_names) if set(names) & dead_names else set()
        if names and set(names) <= dead_names and not set(names) & still:
            found.append(_lines(tree, statement))
    return found


def _names_read_without(tree: Tree, names: set[str]) -> set[str]:
    counts: dict[str, int] = {}
    for node in ast.walk(ast.parse(tree.text)):
        if isinstance(node, ast.Name) and node.id in names:
            counts[node.id] = counts.get(node.id, 0) + 1
    return {n for n, c in counts.items() if c > 1}


def _lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    start, end = tree.span(statement)
    return tree.line_start(start), tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))


def _after_docstring(tree: Tree) -> int:
    """Where imports go in a file that has none of the framework."""
    spot = 0
    for statement in tree.module.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        small = statement.body[0]
        is_doc = isinstance(small, cst.Expr) and isinstance(
            small.value, (cst.SimpleString, cst.ConcatenatedString)
        )
        if is_doc or isinstance(small, (cst.Import, cst.ImportFrom)):
            spot = _lines(tree, statement)[1]
        else:
            break
    return spot


def _rebuild(text: str, removals: list[tuple[int, int]], spot: int, block: str) -> str:
    parts: list[str] = []
    position = 0
    placed = False
    for start, end in sorted(removals):
        if start < position:
            continue
        if not placed and spot <= start:
            parts.append(text[position:spot])
            parts.append(block)
            position = spot
            placed = True
        parts.append(text[position:start])
        position = end
    if not placed:
        parts.append(text[position:spot])
        parts.append(block)
        position = spot
    parts.append(text[position:])
    made = "".join(parts)
    if removals:
        made = re.sub(r"\n{4,}", "\n\n\n", made)
        if not text.startswith("\n"):
            made = made.lstrip("\n")
    return made
