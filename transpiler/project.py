"""What a file imports from other files of the same project."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from transpiler.emit.file import FileEmitter
from transpiler.interpret.program import interpret, interpret_functions
from transpiler.interpret.region import FileContext, GiveUp
from transpiler.interpret.values import Framework, Function, UserClass, Value
from transpiler.options import Options
from transpiler.registry import load_rules
from transpiler.source.tree import Tree


class Project:
    """Finds and interprets the modules that files import from each other."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.known: dict[Path, FileContext | None] = {}

    def load(self, file: FileContext, module: str) -> dict[str, Value] | None:
        """The functions and classes of a module that a file imports; None where it isn't found."""
        if not file.path:
            return None
        path = locate(Path(file.path), module)
        if path is None:
            return None
        if path not in self.known:
            self.known[path] = None  # what imports each other in a circle sees nothing
            self.known[path] = self._interpret(path)
        other = self.known[path]
        if other is None:
            return None
        kinds = (Framework, Function, UserClass)
        return {n: v for n, v in other.globals.items() if isinstance(v, kinds)}

    def _interpret(self, path: Path) -> FileContext | None:
        try:
            text = path.read_text(encoding="utf-8")
            if "keras" not in text and "tensorflow" not in text:
                return None
            other = interpret(Tree(text), self.options, load_rules(), self.load, str(path))
        except (OSError, ValueError, GiveUp, cst.ParserSyntaxError):
            return None
        interpret_functions(other)
        other.planned = FileEmitter(other)
        other.planned.plan()
        other.planned.render()
        return other


def locate(importer: Path, module: str) -> Path | None:
    """The file of a module, as seen from the file that imports it."""
    level = len(module) - len(module.lstrip("."))
    parts = [p for p in module[level:].split(".") if p]
    if level:
        folder = importer.resolve().parent
        for _ in range(level - 1):
            folder = folder.parent
        return _file(folder, parts)
    for folder in importer.resolve().parents:
        found = _file(folder, parts)
        if found is not None:
            return found
        if not (folder / "__init__.py").exists() and folder != importer.resolve().parent:
            break
    return None


def _file(folder: Path, parts: list[str]) -> Path | None:
    target = folder.joinpath(*parts)
    for candidate in (
        target.with_suffix(".py") if parts else target / "__init__.py",
        target / "__init__.py",
    ):
        if candidate.is_file():
            return candidate
    return None
