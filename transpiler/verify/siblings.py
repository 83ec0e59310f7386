"""What a module imports, and the files of its own project among that."""

from __future__ import annotations

import ast
from pathlib import Path

from transpiler.verify.records import Program


def imported_names(tree: ast.Module) -> dict[str, str]:
    """The dotted name that each imported name stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            for alias in node.names:
                names[alias.asname or alias.name] = f"{prefix}.{alias.name}"
    return names


def module_file(program: Program, node: ast.ImportFrom) -> Path | None:
    """The file of an imported module, where it belongs to the project."""
    if not program.path:
        return None
    start = Path(program.root or Path(program.path).parent)
    if node.level:
        start = Path(program.path).parent
        for _ in range(node.level - 1):
            start = start.parent
    base = start.joinpath(*(node.module or "").split(".")) if node.module else start
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file() and candidate != Path(program.path):
            return candidate
    return None


def sibling(program: Program, file: Path) -> Program:
    """Another module of the same project."""
    return Program(file.read_text(encoding="utf-8"), str(file), program.root)
