"""The modules of a project: where they are, and which of them are about models."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: What programs ask of models. Many other objects have such methods.
_ASKS = re.compile(
    r"\.(?:fit|fit_generator|compile|train_on_batch|evaluate|predict|save|save_weights|"
    r"load_weights|get_weights|set_weights|summary)\("
)
_IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)"
    r"|import[ \t]+([\w.][^\n#;]*))",
    re.MULTILINE,
)
_DEEPEST = 4  #: of packages that only pass on what their modules have


def asks_models(text: str, path: str) -> bool:
    """Whether a file without a word of the framework may use models that another one builds."""
    return bool(path) and _ASKS.search(text) is not None and _imports_models(text, path, 0)


def builds_models(text: str, path: str) -> bool:
    """Whether a file is about the framework, or passes on what such a file of its package has."""
    if "keras" in text or "tensorflow" in text:
        return True
    return os.path.basename(path) == "__init__.py" and _imports_models(text, path, 1)


def _imports_models(text: str, path: str, depth: int) -> bool:
    """Whether a file imports one that is about the framework."""
    home = os.path.dirname(os.path.realpath(path))
    for found in _IMPORTS.finditer(text) if depth < _DEEPEST else ():
        module, names, modules = found.groups()
        if modules:
            candidates = [part.split()[0] for part in modules.split(",") if part.strip()]
        else:
            inner = [part.split()[0] for part in names.strip("()").split(",") if part.strip()]
            dot = "" if module.endswith(".") else "."
            candidates = [module, *(f"{module}{dot}{name}" for name in inner)]
        for candidate in candidates:
            other = locate(home, candidate)
            if other is not None and _is_about_models(other, path, depth):
                return True
    return False


def _is_about_models(other: Path, path: str, depth: int) -> bool:
    if os.path.realpath(other) == os.path.realpath(path):
        return False
    try:
        text = other.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if "keras" in text or "tensorflow" in text:
        return True
    return other.name == "__init__.py" and _imports_models(text, str(other), depth + 1)


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
