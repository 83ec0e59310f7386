"""Which paths are left alone: `.gitignore` files, `--exclude` globs, and folders nobody means."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transpiler.record import record
from transpiler.source.remembered import remembered

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: What black and ruff leave out by themselves.
USUAL = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints",
        ".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache",
        ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build", "buck-out",
        "build", "dist", "node_modules", "site-packages", "venv",
    }
)  # fmt: skip


@record(frozen=True, slots=True)
class Patterns:
    """Patterns in the manner of `.gitignore`, and the folder that they are relative to."""

    root: str  #: an absolute path without symbolic links
    spec: GitIgnoreSpec

    def verdict(self, path: str, folder: bool) -> bool | None:
        """True: left out; False: taken back by a `!pattern`; None: nothing is said about it."""
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        if relative.startswith("../"):
            return None
        return self.spec.check_file(relative + "/" if folder else relative).include


def patterns(root: str, lines: Sequence[str]) -> Patterns:
    """Patterns relative to a folder. Raises ValueError for one that makes no sense."""
    from pathspec import GitIgnoreSpec

    return Patterns(os.path.realpath(root), GitIgnoreSpec.from_lines(lines))


@record(frozen=True, slots=True)
class Ignored:
    """What is left out below one folder: the patterns that reach it, the farthest ones first."""

    excluded: tuple[Patterns, ...] = ()  #: from `--exclude` and the configuration: they always win
    git: tuple[Patterns, ...] = ()

    def within(self, folder: str) -> Ignored:
        """The same, with the `.gitignore` of the folder itself (a real path) added."""
        found = _read_gitignore(folder)
        return Ignored(self.excluded, (*self.git, found)) if found else self

    def leaves_out(self, path: str, folder: bool) -> bool:
        """Whether a path (a real one) is not to be touched."""
        if os.path.basename(path) in USUAL and folder:
            return True
        if any(p.verdict(path, folder) for p in self.excluded):
            return True
        verdicts = (p.verdict(path, folder) for p in reversed(self.git))
        return next((v for v in verdicts if v is not None), False)


def ignored_at(folder: str, excluded: tuple[Patterns, ...]) -> Ignored:
    """What holds for a folder (a real path) that the user names, by the folders it stands in.

    The folder's own `.gitignore` is not yet in it. A folder that git ignores but the user names is
    not ignored: only what stands in it counts then.
    """
    above = _folders_above(folder)
    rules = Ignored(excluded)
    for parent in above:
        rules = rules.within(parent)
    inner = [*above[1:], folder]
    if any(Ignored((), rules.git).leaves_out(path, folder=True) for path in inner):
        return Ignored(excluded)
    return rules


@remembered
def project_root(folder: str) -> str:
    """The nearest folder from here upwards in which a repository starts, else the folder itself."""
    current = folder
    while True:
        if is_repository(current):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return folder
        current = parent


def is_repository(folder: str) -> bool:
    """Whether a repository starts in a folder."""
    return any(os.path.exists(os.path.join(folder, name)) for name in (".git", ".hg"))


def _folders_above(folder: str) -> list[str]:
    """The folders from the root of the repository down to the parent of this one."""
    root = project_root(folder)
    above = []
    while folder != root:
        folder = os.path.dirname(folder)
        above.append(folder)
    return above[::-1]


def _read_gitignore(folder: str) -> Patterns | None:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    try:
        return patterns(folder, lines)
    except ValueError:
        return None  # git itself skips a pattern that it does not understand
