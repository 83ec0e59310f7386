"""The modules of a project: where they are, and which of them are about models."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from transpiler.regex import regex
from transpiler.source.generations import shown_by
from transpiler.source.importers import is_imported, training_files
from transpiler.source.lexical import skips

#: What programs ask of models. Many other objects have such methods.
_ASKS = (
    ".fit(", ".predict(", ".evaluate(", "_on_batch(", "_weights(", ".fit_generator(", ".summary(",
    ".save(", "odel.compile(",
)  # fmt: skip
#: What needs what `compile` says.
_TRAINS = (".fit(", ".fit_generator(", ".evaluate(", "_on_batch(")
#: What surely compiles a model, or trains one.
_TRAINS_MODELS = regex(
    r"\.compile\([^()]*\b(?:optimizer|loss|metrics)\s*="
    r"|\.fit\([^()]*\b(?:validation_data|validation_split|steps_per_epoch|class_weight)\s*="
    r"|\.fit_generator\(|_on_batch\("
)
_IMPORTS = regex(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)"
    r"|import[ \t]+([\w.][^\n#;]*))",
    re.MULTILINE,
)
_DEEPEST = 4  #: of packages that only pass on what their modules have


def generation(text: str, path: str) -> str:
    """ "2" where a file that may train models, or one that it imports, can't mean Keras 3.

    What trains nothing was written for the same as the files that train with it.
    """
    found = shown_by(text)
    if found == "auto" and path:
        if any(trains in text for trains in _TRAINS):
            others = (shown_by(other) for _, other in imported_texts(text, path))
        else:
            others = (_generation_of(other) for other in training_files(path))
        found = next((one for one in others if one != "auto"), found)
    return found


def _generation_of(path: str) -> str:
    """That of a file that trains models."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "auto"
    return generation(text, path) if any(trains in text for trains in _TRAINS) else "auto"


def asks_models(text: str, path: str) -> bool:
    """Whether a file without a word of the framework may use models that another one builds.

    It imports that one; or that one imports it, as the base of its own classes, for instance.
    """
    if not path or not any(asked in text for asked in _ASKS):
        return False
    if path.endswith(".ipynb"):
        from transpiler.source.notebook import program_of  # most runs meet none

        text = program_of(text, path)
    if _imports_models(text, path, 0):
        return True
    return _TRAINS_MODELS.search(text) is not None and is_imported(path, "keras|tensorflow")


def builds_models(text: str, path: str) -> bool:
    """Whether a file is about the framework, or passes on what such a file of its package has."""
    if "keras" in text or "tensorflow" in text:
        return True
    return os.path.basename(path) == "__init__.py" and _imports_models(text, path, 1)


def _imports_models(text: str, path: str, depth: int) -> bool:
    """Whether a file imports one that is about the framework."""
    if depth >= _DEEPEST:
        return False
    for other, imported in imported_texts(text, path):
        if ("keras" in imported or "tensorflow" in imported) and not skips(imported):
            return True
        if other.name == "__init__.py" and _imports_models(imported, str(other), depth + 1):
            return True
    return False


def imported_texts(text: str, path: str) -> Iterator[tuple[Path, str]]:
    """The files of its project that a file imports, and what is in them."""
    home = os.path.dirname(os.path.realpath(path))
    for found in _IMPORTS.finditer(text):
        module, names, modules = found.groups()
        if modules:
            candidates = [part.split()[0] for part in modules.split(",") if part.strip()]
        else:
            inner = [part.split()[0] for part in names.strip("()").split(",") if part.strip()]
            dot = "" if module.endswith(".") else "."
            candidates = [module, *(f"{module}{dot}{name}" for name in inner)]
        for other in (locate(home, candidate) for candidate in candidates):
            if other is not None and os.path.realpath(other) != os.path.realpath(path):
                with suppress(OSError):
                    yield other, other.read_text(encoding="utf-8", errors="replace")


def locate(home: str, module: str) -> Path | None:
    """The file of a module, as seen from a file in the folder `home` that imports it."""
    level = len(module) - len(module.lstrip("."))
    parts = [p for p in module[level:].split(".") if p]
    folder = home
    if level:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _file(folder, parts)
    while True:
        found = _file(folder, parts)
        outer = os.path.dirname(folder)
        if found is not None or outer == folder:
            return found
        if folder != home and not os.path.exists(os.path.join(folder, "__init__.py")):
            return None
        folder = outer


def _file(folder: str, parts: list[str]) -> Path | None:
    """The file of a module below a folder; `os.path` is ten times as fast here as `pathlib`."""
    target = os.path.join(folder, *parts)
    if parts and os.path.isfile(f"{target}.py"):
        return Path(f"{target}.py")
    package = os.path.join(target, "__init__.py")
    return Path(package) if os.path.isfile(package) else None
