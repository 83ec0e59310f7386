"""What torch's modules are called in files that have a `torch`, `nn` or `F` of their own."""

from __future__ import annotations

import re
from functools import cache

from transpiler.emit.edits import Edit
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Framework
from transpiler.record import replace
from transpiler.source.lexical import STRING, may_be_bound
from transpiler.source.occurrences import Occurrences

#: How a file imports what is torch's own under these names.
_IMPORTED = {
    "torch": re.compile(r"^\s*import torch\b(?! as)", re.M),
    "nn": re.compile(r"^\s*(from torch import .*\bnn\b|import torch\.nn as nn\b)", re.M),
    "F": re.compile(r"^\s*(import torch\.nn\.|from torch\.nn import )functional as F\b", re.M),
}


class TorchNames:
    """The names of a file that stand for something else than in other converted files."""

    def __init__(self, file: FileContext) -> None:
        self.renamed: dict[str, str] = {}
        self.imports: dict[str, str] = {}  #: the import, and what asks for it
        self.own: dict[str, set[str]] = {}  #: the attributes that the program reads of its own
        words = file.tree.words
        if not words & _IMPORTED.keys():
            return
        found = Occurrences(file.tree.text)
        for name, imported in _IMPORTED.items():
            bound = name in words and may_be_bound(name, file.tree.blanked)
            places = found.of(name) if bound else []  # the usual case, without parsing
            framework = isinstance(file.globals.get(name), Framework)
            if framework or imported.search(file.tree.text) or not any(p.binds for p in places):
                continue
            self.renamed[name] = name
            self.own[name] = {p.attribute for p in places}
        torch = "torch" if "torch" not in self.renamed else _free("th", words)
        if torch != "torch":
            self.renamed["torch"] = torch
            self.imports[f"import torch as {torch}"] = torch
        if "nn" in self.renamed:
            self.renamed["nn"] = f"{torch}.nn"
        if "F" in self.renamed:
            self.renamed["F"] = _free("functional", words)
            alias = "" if self.renamed["F"] == "functional" else f" as {self.renamed['F']}"
            self.imports[f"from torch.nn import functional{alias}"] = self.renamed["F"]

    def applied(self, edits: list[Edit]) -> list[Edit]:
        """The edits with torch's modules under their names in this file."""
        if not self.renamed:
            return edits
        return [replace(e, text=self._substituted(e.text)) for e in edits]

    def needed(self, text: str) -> list[str]:
        """The imports that the code asks for."""
        return [line for line, name in self.imports.items() if _used(name).search(text)]

    def _substituted(self, text: str) -> str:
        names = "|".join(self.renamed)
        pattern = re.compile(rf"({STRING}|#[^\n]*)|(?<![\w.])({names})(?=\.(\w+))")

        def put(match: re.Match[str]) -> str:
            name, attribute = match.group(2), match.group(3)
            own = name is None or attribute in self.own[name]
            return match.group() if own else self.renamed[name]

        return pattern.sub(put, text)


def _free(name: str, words: frozenset[str]) -> str:
    return name if name not in words else f"torch_{name}"


@cache
def _used(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){name}\.")
