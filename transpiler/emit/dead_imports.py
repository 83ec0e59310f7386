"""Imports and aliases of the framework that nobody reads any more."""

from __future__ import annotations

from collections.abc import Iterator
from re import findall

import libcst as cst

from transpiler.emit.builder_tables import is_builder_table
from transpiler.emit.edits import Edit, apply
from transpiler.interpret.context import FileContext
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.symbols import canonical, is_framework
from transpiler.interpret.values import Choice, Framework, Function, Mapping, Value
from transpiler.record import record
from transpiler.source.importers import is_imported
from transpiler.source.lexical import names_read, words_in
from transpiler.source.passed_imports import does_something, is_taken
from transpiler.source.suites import leaf_statements
from transpiler.source.tree import Tree


def candidates(file: FileContext, edits: list[Edit]) -> list[Candidate]:
    """The statements that may be dead once models are converted, but those that are new ones."""
    found = (candidate_of(file, s) for s in file.tree.module.body)
    return [c for c in found if c is not None and not c.is_rewritten(file.tree, edits)]


def import_spans(file: FileContext, edits: list[Edit]) -> list[Edit]:
    """Edits that take out all of them."""
    dead = (c for c in candidates(file, edits) if not _takes_attribute(file, c))
    return [Edit(*import_lines(file.tree, c.statement), "") for c in dead]


def _takes_attribute(file: FileContext, candidate: Candidate) -> bool:
    """Whether it looks at an object of the program: `best = stopping.best`."""
    if candidate.kind != "alias" or not isinstance(candidate.statement, cst.SimpleStatementLine):
        return False
    node = candidate.statement.body[0]
    if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.Attribute):
        return False
    target = node.targets[0].target
    return not (isinstance(target, cst.Name) and names_framework(file, target.value))


@record(slots=True)
class Candidate:
    """A top-level statement that may be dead once models are converted."""

    statement: cst.CSTNode
    kind: str  #: "import", "alias" or "block"
    framework: bool

    def is_rewritten(self, tree: Tree, edits: list[Edit]) -> bool:
        """Whether something else stands in its place."""
        start, end = tree.span(self.statement)
        alias = self.kind == "alias"
        return alias and any(e.start == start and e.end == end and e.text for e in edits)

    def imported(self) -> set[str]:
        """The names that its imports bind."""
        return {n for node in _imports_in(self.statement) for n, _ in bound_names(node)}

    def brought(self, file: FileContext) -> set[str]:
        """The same, with those that it brings by a star."""
        found = self.imported()
        for node in _imports_in(self.statement):
            if isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar):
                found |= file.rules.exported(canonical(dotted(node.module)))
        return found

    def kept(
        self, file: FileContext, used: set[str]
    ) -> tuple[list[tuple[int, int]], set[str]] | None:
        """The spans of it that go, and the names that what stays of it reads; None: leave it."""
        tree = file.tree
        statement = self.statement
        if self.kind == "alias":
            assert isinstance(statement, cst.SimpleStatementLine)
            node = statement.body[0]
            assert isinstance(node, cst.Assign)
            target = node.targets[0].target
            assert isinstance(target, cst.Name)
            name = target.value
            if names_framework(file, name) and name not in used and not is_for_others(file, name):
                return [import_lines(tree, statement)], set()
            return [], words_in(tree.source(node.value))
        if self.kind == "block":
            if not self.imported() & used and not _has_star(statement):
                return [import_lines(tree, statement)], set()
            test = tree.source(statement.test) if isinstance(statement, cst.If) else ""
            return [], words_in(test)
        assert isinstance(statement, cst.SimpleStatementLine)
        verdict = _dead_import(file, tree, statement, statement.body[0], used)
        return ([], set()) if verdict is None else (verdict, set())


def candidate_of(file: FileContext, statement: cst.CSTNode) -> Candidate | None:
    if isinstance(statement, cst.SimpleStatementLine):
        if len(statement.body) != 1:
            return None
        node = statement.body[0]
        if is_framework_import(node) or _imports_among_others(node):
            return Candidate(statement, "import", True)
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and (_is_name(node.value) or _is_table(node.value) or _is_choice(file, node))
        ):
            return Candidate(statement, "alias", False)
        return None
    if isinstance(statement, (cst.If, cst.Try)) and _only_framework_imports(statement):
        return Candidate(statement, "block", True)
    return None


def names_framework(file: FileContext, name: str) -> bool:
    """Whether a name of the module stands for a part of the framework, or for a dict of such.

    Functions of the program, which become classes, can be among them.
    """
    held = file.globals.get(name)
    if isinstance(held, Mapping):
        parts = list(held.items.values())
        known = all(isinstance(part, (Framework, Function)) for part in parts)
        return known and any(_is_gone(file, part) for part in parts)
    while isinstance(held, Choice) and isinstance(held.then, Framework):
        held = held.otherwise
    return isinstance(held, Framework)


def _is_gone(file: FileContext, part: Value) -> bool:
    """Whether it is a part of the framework, or a function of the program that becomes a class."""
    blocks = file.planned.blocks.values() if file.planned is not None else ()
    functions = (block.summary.function for block in blocks if block.summary is not None)
    return isinstance(part, Framework) or (
        isinstance(part, Function) and any(one.node is part.node for one in functions)
    )


def is_for_others(file: FileContext, name: str) -> bool:
    """Whether a class of the framework, an object of one or a dict has a name for other files.

    One of them imports it, or the file itself makes nothing of such things.
    """
    held = file.globals.get(name)
    if isinstance(held, Framework) and not held.name.rpartition(".")[2][:1].isupper():
        return False
    planned = file.planned
    makes = planned.units or planned.trained or planned.operations or file.arrived
    if file.readers_of is None:
        return not makes or is_taken(file.path, name)
    readers = file.readers_of(frozenset({name}))
    if name in readers:
        return bool(readers[name])
    return not makes and len(findall(rf"\b{name}\b", file.tree.blanked)) == 1


def read_elsewhere(file: FileContext) -> dict[str, str]:
    """The names of the framework that other files read of one, and who does still, or ""."""
    if file.read_elsewhere is None:
        names = frozenset(
            name
            for name in file.globals
            if names_framework(file, name) and not is_builder_table(file, name)
        )
        ask = file.readers_of if names else None
        file.read_elsewhere = {} if ask is None else ask(names)
    return file.read_elsewhere


def _is_name(node: cst.BaseExpression) -> bool:
    """Whether it is `a.b.c`, and nothing is called in it."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _is_table(node: cst.BaseExpression) -> bool:
    """Whether it is a dict of names or lambdas: `{"vgg16": VGG16, "sgd": lambda: SGD(0.1)}`."""
    return isinstance(node, cst.Dict) and all(
        isinstance(e.value, (cst.Attribute, cst.Lambda, cst.Name)) for e in node.elements
    )


def _is_choice(file: FileContext, node: cst.Assign) -> bool:
    """Whether it gives `SGD if args.plain else Adam` or `KINDS[kind]`, and calls nothing."""
    if not isinstance(node.value, (cst.IfExp, cst.Subscript)):
        return False
    target = file.tree.source(node.targets[0].target)
    return "(" not in file.tree.source(node.value) and names_framework(file, target)


def bound_names(node: cst.Import | cst.ImportFrom) -> list[tuple[str, cst.ImportAlias]]:
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


def is_framework_import(node: cst.BaseSmallStatement) -> bool:
    if isinstance(node, cst.Import):
        return all(map(_is_of_framework, node.names))
    if isinstance(node, cst.ImportFrom):
        return not node.relative and is_framework(dotted(node.module))
    return False


def _imports_among_others(node: cst.BaseSmallStatement) -> bool:
    """Whether it is `import numpy as np, keras`."""
    return isinstance(node, cst.Import) and any(map(_is_of_framework, node.names))


def _has_star(statement: cst.CSTNode) -> bool:
    return any(isinstance(n.names, cst.ImportStar) for n in _imports_in(statement))


def _imports_in(statement: cst.CSTNode) -> list[cst.Import | cst.ImportFrom]:
    found: list[cst.Import | cst.ImportFrom] = []
    for leaf in leaf_statements([statement]):
        if isinstance(leaf, cst.SimpleStatementLine):
            found += [s for s in leaf.body if isinstance(s, (cst.Import, cst.ImportFrom))]
    return found


def imports_inside(statement: cst.CSTNode) -> Iterator[cst.Import | cst.ImportFrom]:
    """The imports of the framework in a statement, in functions and classes too."""
    for leaf in leaf_statements([statement]):
        if isinstance(leaf, (cst.FunctionDef, cst.ClassDef)):
            for inner in leaf.body.body:
                yield from imports_inside(inner)
        else:
            yield from filter(is_framework_import, _imports_in(leaf))


def _only_framework_imports(statement: cst.CSTNode) -> bool:
    leaves = leaf_statements([statement])
    some = False
    for leaf in leaves:
        if not isinstance(leaf, cst.SimpleStatementLine):
            return False
        for small in leaf.body:
            if isinstance(small, (cst.Import, cst.ImportFrom)) and is_framework_import(small):
                some = True
            elif not isinstance(small, cst.Pass):
                return False
    return some


def dead_inside(file: FileContext, tree: Tree, suite: cst.BaseSuite, used: set[str]) -> list[Edit]:
    """The imports of the framework in a suite that bind none of some names."""
    found: list[Edit] = []
    for statement in suite.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            node = statement.body[0]
            if isinstance(node, (cst.Import, cst.ImportFrom)) and is_framework_import(node):
                spans = _dead_import(file, tree, statement, node, used) or []
                found += [Edit(start, end, "") for start, end in spans]
    return found


def _dead_import(
    file: FileContext,
    tree: Tree,
    statement: cst.SimpleStatementLine,
    node: cst.BaseSmallStatement,
    used: set[str],
) -> list[tuple[int, int]] | None:
    assert isinstance(node, (cst.Import, cst.ImportFrom))
    if isinstance(node.names, cst.ImportStar):
        assert isinstance(node, cst.ImportFrom)
        exported = file.rules.exported(canonical(dotted(node.module)))
        return [import_lines(tree, statement)] if exported and not exported & used else None
    names = bound_names(node)
    others = {n for n, a in names if not is_framework_import(node) and not _is_of_framework(a)}
    dead = [(n, a) for n, a in names if n not in used | others]
    if not dead:
        return None
    if len(dead) == len(names):
        return [import_lines(tree, statement)]
    return _drop_aliases(tree, node, [a for _, a in dead])


def _is_of_framework(alias: cst.ImportAlias) -> bool:
    return is_framework(dotted(alias.name))


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


def import_lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    start, end = tree.span(statement)
    return tree.line_start(start), tree.line_end(max(len(tree.text[:end].rstrip()) - 1, start))


def plain_imports(tree: Tree) -> list[cst.SimpleStatementLine]:
    """The imports at the top level of what is not the framework."""
    return [
        s
        for s in tree.module.body
        if isinstance(s, cst.SimpleStatementLine)
        and len(s.body) == 1
        and isinstance(s.body[0], (cst.Import, cst.ImportFrom))
        and not is_framework_import(s.body[0])
    ]


def brought(file: FileContext, used: set[str]) -> list[Edit]:
    """The imports of functions that have come to this file, and gone with what called them.

    Also those of names of the framework that other files pass on.
    """
    passed_on = {name for _, names in passed_on_by_others(file) for name in names}
    settings = {name for name in file.settings if not is_imported(file.path, rf"\b{name}\b")}
    gone = (file.brought | passed_on | settings) - used
    found: list[Edit] = []
    for statement in plain_imports(file.tree) if gone else ():
        node = statement.body[0]
        assert isinstance(node, (cst.Import, cst.ImportFrom))
        dead = {n for n, _ in bound_names(node)} & gone
        if dead and len(dead) == len(bound_names(node)) and (instead := _still_runs(file, node)):
            found.append(Edit(*import_lines(file.tree, statement), instead))
        else:
            found += _without(file.tree, statement, node, dead)
    return found


def _still_runs(file: FileContext, node: cst.Import | cst.ImportFrom) -> str:
    """An import of a module for what it does then, where a file takes nothing of it any more."""
    if not isinstance(node, cst.ImportFrom) or node.module is None:
        return ""
    dots, module = "." * len(node.relative), dotted(node.module)
    if not does_something(file.path, f"{dots}{module}"):
        return ""
    package, _, name = module.rpartition(".")
    return f"from {dots}{package} import {name}\n" if dots else f"import {module}\n"


def passes_framework_on(file: FileContext) -> bool:
    """Whether others read names of the framework of a file, or it has such of another one."""
    return bool(read_elsewhere(file)) or any(True for _ in passed_on_by_others(file))


def passed_on_by_others(file: FileContext) -> Iterator[tuple[cst.CSTNode, list[str]]]:
    """The imports from other files that bind names of the framework, and these names."""
    for statement in plain_imports(file.tree):
        node = statement.body[0]
        if isinstance(node, cst.ImportFrom):
            held = ((name, file.globals.get(name)) for name, _ in bound_names(node))
            if names := [name for name, value in held if isinstance(value, Framework)]:
                yield statement, names


def _without(
    tree: Tree,
    statement: cst.SimpleStatementLine,
    node: cst.Import | cst.ImportFrom,
    dead: set[str],
) -> list[Edit]:
    """Edits that take names out of an import."""
    names = bound_names(node)
    gone = [alias for name, alias in names if name in dead]
    if gone and len(gone) == len(names):
        return [Edit(*import_lines(tree, statement), "")]
    return [Edit(s, e, "") for s, e in _drop_aliases(tree, node, gone)] if gone else []


def orphans(
    file: FileContext, edits: list[Edit], used: set[str], dead_tests: set[str]
) -> list[Edit]:
    """What only a removed condition read: `from package import TF`, `major = tf_version()`.

    Flags that say something else stay: other files may import them.
    """
    found: list[Edit] = []
    if not dead_tests:
        return found
    tree, text = file.tree, file.tree.text
    gone = [*edits, *import_spans(file, edits)]
    gone += [Edit(*import_lines(tree, s), "") for s in plain_imports(tree)]
    for statement in tree.module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        node = statement.body[0]
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.targets[0].target.value in dead_tests
            and "version" in tree.source(node)
        ):
            spot = Edit(*import_lines(tree, statement), "")
            if any(e.start < spot.end and spot.start < e.end for e in gone):
                continue
            read = names_read(apply(text, [*gone, spot]))
            if node.targets[0].target.value not in read:
                found.append(spot)
                dead_tests |= words_in(tree.source(node.value))
                used = read
    for statement in plain_imports(tree):
        imported = statement.body[0]
        assert isinstance(imported, (cst.Import, cst.ImportFrom))
        found += _without(tree, statement, imported, dead_tests - used)
    return found
