"""Star imports that stand behind what a conversion has defined, and may hide it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from transpiler.record import record
from transpiler.source.far_frames import Frame, inside
from transpiler.source.far_values import located
from transpiler.source.files import program_at
from transpiler.source.imported import real_path
from transpiler.source.lexical import words_in
from transpiler.source.syntax import program_tree

_DEEPEST = 4  #: packages that pass on what their modules have


@record(frozen=True, slots=True)
class Star:
    """One `from helpers import *`."""

    text: str
    line: int
    column: int
    home: str  #: the path of the module
    made: dict[str, str]  #: what the conversion has defined above it, and as what

    def hidden(self, text_of: Callable[[str], str]) -> set[str]:
        """The names of these that the module has for something else when it is converted."""
        brought = _brought(self.home, text_of, 0)
        return {name for name, what in brought if self.made.get(name, what) != what}


def brought_by_star(path: str, text_of: Callable[[str], str]) -> set[str]:
    """The names that a star import of a module brings, as that is when it is converted."""
    return {name for name, _ in _brought(path, text_of, 0)}


def late_stars(before: str, after: str, path: str) -> list[Star]:
    """Those of a file below something that its conversion has brought."""
    if "import *" not in before or before == after or not path:
        return []
    old, new = program_tree(before), program_tree(after)
    if old is None or new is None:
        return []
    frame, now = Frame(real_path(path), old, None, {}), Frame(real_path(path), new, None, {})
    fresh = {n: nodes for n, nodes in now.bindings.items() if n not in frame.bindings}
    there = iter(sorted(_stars(new), key=lambda star: star.lineno))
    found = []
    for star in sorted(_stars(old), key=lambda star: star.lineno):
        same = next((one for one in there if ast.dump(one) == ast.dump(star)), None)
        home = located(star, frame)
        if same is None or home is None:
            continue
        above = {n: _what(nodes) for n, nodes in fresh.items() if _line(nodes) < same.lineno}
        if above:
            text = ast.unparse(star)
            place = star.lineno, star.col_offset + 1
            found.append(Star(text, *place, home.path, above))
    return found


def hiding_stars(
    text: str, path: str, text_of: Callable[[str], str]
) -> Iterator[tuple[ast.ImportFrom, str]]:
    """The star imports that bring what the conversion of a module adds, and a name that it hides.

    The file reads that name, and has it from above: `from settings import *` gives `device`.
    """
    tree = program_tree(text) if "import *" in text and path else None
    if tree is None:
        return
    frame = Frame(real_path(path), tree, None, {})
    words = words_in(text)
    stars = ((star, located(star, frame)) for star in _stars(tree))
    above: dict[str, str] = {}
    for star, home in sorted(stars, key=lambda pair: pair[0].lineno):
        if home is None:
            continue
        own = {n: nodes for n, nodes in frame.bindings.items() if n in words}
        held = above | {n: _what(b) for n, b in own.items() if _line(b) < star.lineno}
        before = dict(_brought(home.path, program_at, 0))
        for name, what in _brought(home.path, text_of, 0) if held else ():
            if name not in before and name in words and held.get(name, what) != what:
                yield star, name
                break
        above |= before


def _stars(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    for node in inside(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield node


def _line(bindings: list[tuple[ast.AST, ...]]) -> int:
    return min(getattr(node, "lineno", 0) for node, *_ in bindings)


def _what(bindings: list[tuple[ast.AST, ...]]) -> str:
    """What a name stands for, as text that is the same for the same."""
    found = []
    for node, *how in bindings:
        if how and isinstance(how[0], ast.alias):
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            found.append(f"import {module}.{how[0].name}")
        else:
            found.append(ast.unparse(node))
    return "\n".join(found)


def _brought(path: str, text_of: Callable[[str], str], depth: int) -> Iterator[tuple[str, str]]:
    """What a star import of a module brings, as that is when it is converted."""
    tree = program_tree(text_of(path))
    if tree is None or depth > _DEEPEST:
        return
    frame = Frame(path, tree, None, {})
    listed = _listed(tree)
    for name, nodes in frame.bindings.items():
        if name in listed if listed is not None else not name.startswith("_"):
            yield name, _what(nodes)
    for star in _stars(tree):
        if (other := located(star, frame)) is not None and other.path != path:
            found = _brought(other.path, text_of, depth + 1)
            yield from (one for one in found if listed is None or one[0] in listed)


def _listed(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`, where lists are all that it is made of."""
    found: list[str] | None = None
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name("__all__")], value=value)
                | ast.AugAssign(target=ast.Name("__all__"), value=value)
                | ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name("__all__")), args=[value]))
            ) if isinstance(value, (ast.List, ast.Tuple, ast.Constant)):
                parts = [value] if isinstance(value, ast.Constant) else value.elts
                found = found or []
                found += [str(one.value) for one in parts if isinstance(one, ast.Constant)]
    return found
