"""What emitted code calls its imports in files that have something else of their names.

`from torch.utils.data import DataLoader` becomes `… import DataLoader as TorchDataLoader` where the
program has a class `DataLoader`, and `import copy` becomes `import copy as copy_module` where it
has a parameter `copy`. What emitted code reads is told from what the program reads by what stands
behind the name, which the program itself does not have anywhere.
"""

from __future__ import annotations

import re
from functools import cache

from transpiler.emit.edits import Edit
from transpiler.interpret.context import FileContext
from transpiler.interpret.values import Framework
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.bindings import Binding, bindings
from transpiler.source.lexical import STRING, blanked, may_be_bound
from transpiler.source.occurrences import Occurrences

#: What modules whose names are short are called.
_OTHERWISE = {"torch": "th", "F": "functional", "np": "numpy", "dist": "distributed", "tqdm": "bar"}
#: What `from numpy import *` brings of what emitted code imports.
_STARS = regex(r"^\s*from (?:numpy|pylab|matplotlib\.pylab) import \*", re.M)
_OF_STARS = frozenset({"copy", "random"})
_IMPORT_LINE = regex(r"^[ \t]*(?:from|import) .*$", re.M)


@record(frozen=True, slots=True)
class _Import:
    """One name that an import line brings."""

    name: str
    module: str  #: "" of an `import`
    path: str  #: what it names, with dots

    @property
    def is_module(self) -> bool:
        """Whether emitted code reads it with an attribute."""
        return not self.module or self.name in ("nn", "F")

    def line(self, name: str) -> str:
        """The line that imports it as another name."""
        last = self.path.rpartition(".")[2]
        alias = "" if name == last else f" as {name}"
        plain = f"import {self.path}{alias}"
        return f"from {self.module} import {last}{alias}" if self.module else plain


class ImportNames:
    """The names of a file that stand for something else than in other converted files."""

    def __init__(self, file: FileContext, lines: tuple[str, ...]) -> None:
        self.renamed: dict[str, str] = {}
        self._imports: dict[str, _Import] = {}
        self._unread: set[str] = set()  #: what the program's own is called, and no emitted import
        self._own: dict[str, set[str]] = {}  #: the attributes that the program reads of its own
        self._asked: dict[str, str] = {}  #: the imports, and what asks for them
        self._words = file.tree.words
        self._text = file.tree.text
        self._others: dict[str, list[Binding]] = {}
        self._rules = file.rules
        starred = _OF_STARS if _STARS.search(self._text) else frozenset[str]()
        words = self._words | starred
        wanted = {i.name: i for i in _all_imports(lines) if i.name in words}
        starred |= {n for n in wanted if n in file.globals and "import *" in self._text}
        blank = file.tree.blanked
        without = _IMPORT_LINE.sub("", blank)
        imports = [line.strip() for line in _IMPORT_LINE.findall(blank)]
        suspects = [
            name
            for name, one in wanted.items()
            if not isinstance(file.globals.get(name), Framework)
            and (name in starred or _may_differ(one, imports) or may_be_bound(name, without))
        ]
        if not suspects:  # the usual case, without parsing
            return
        bound = bindings(self._text)
        found = Occurrences(self._text)
        for name in suspects:
            one, places = wanted[name], bound.get(name, [])
            others = [b for b in places if b.inside or not _same(b.imported, one.path)]
            if name in starred and not any(_same(b.imported, one.path) for b in places):
                others.append(Binding(0, "", 0, len(self._text), False))
            if not others:
                continue
            at_top = any(not b.inside and _same(b.imported, one.path) for b in places)
            self._imports[name] = one
            self._others[name] = others
            reads = (p for p in found.of(name) if p.local or not at_top)
            self._own[name] = {p.attribute for p in reads}

    def _settle(self, edits: list[Edit]) -> None:
        """Find out which names emitted code can't have, by where it reads them."""
        for name, one in self._imports.items():
            places = [e for e in edits if name in e.text and self._reads(name, e.text)]
            if not places:
                self._unread.add(name)
            if any(self._hides(name, edit) for edit in places):
                self.renamed[name] = self._alias(one)
        if "torch" in self.renamed and "nn" in self.renamed:
            self.renamed["nn"] = f"{self.renamed['torch']}.nn"
        for name, alias in self.renamed.items():
            if name != "nn":
                self._asked[self._imports[name].line(alias)] = alias

    def _hides(self, name: str, edit: Edit) -> bool:
        """Whether the program has something else of a name where an edit is."""
        one, path = self._imports[name], self._imports[name].path
        if one.is_module and may_be_bound(name, blanked(edit.text)):
            return True
        return any(
            edit.start <= b.end
            and b.start <= edit.end
            and (not _same(b.imported, path) or edit.start < b.place)
            for b in self._others[name]
        )

    def _alias(self, one: _Import) -> str:
        name = one.name
        if name == "nn":
            return "torch.nn"
        other = _OTHERWISE.get(name)
        if other is None and not one.module:
            other = f"{name}_module"
        elif other is None:
            package = one.module.partition(".")[0]
            other = f"{package.capitalize()}{name}" if name[0].isupper() else f"{package}_{name}"
        return other if other not in self._words else f"torch_{name}"

    def applied(self, edits: list[Edit]) -> list[Edit]:
        """The edits with what they read under its names in this file."""
        self._settle(edits)
        if not self.renamed:
            return edits
        return [replace(e, text=self._substituted(e.text)) for e in edits]

    def needed(self, text: str) -> list[str]:
        """The imports that the code asks for."""
        return [line for line, name in self._asked.items() if _used(name).search(text)]

    def kept(self, lines: list[str]) -> list[str]:
        """The lines without what has another name here, or is read of the program's own alone."""
        found: list[str] = []
        for line in lines:
            names = [i for i in _imports(line) if i.name in self.renamed.keys() | self._unread]
            start, _, listed = line.partition(" import ")
            left = [n for n in listed.split(", ") if n not in {i.name for i in names}]
            if not names:
                found.append(line)
            elif listed and left and " as " not in line:
                found.append(f"{start} import {', '.join(left)}")
        return found

    def _reads(self, name: str, text: str) -> bool:
        """Whether some emitted text reads the import of that name."""
        found = _pattern((name,)).finditer(text)
        return any(m.group(2) and self._is_emitted(m) for m in found)

    def _substituted(self, text: str) -> str:
        def put(match: re.Match[str]) -> str:
            emitted = match.group(2) is not None and self._is_emitted(match)
            return self.renamed[match.group(2)] if emitted else match.group()

        return _pattern(tuple(self.renamed)).sub(put, text)

    def _is_emitted(self, match: re.Match[str]) -> bool:
        """Whether a name stands in emitted code, and not in the program's."""
        name, behind = match.group(2), match.string[match.end() :]
        if self._imports[name].is_module:
            attribute = re.match(r"\.(\w+)", behind)
            if attribute is None or attribute.group(1) not in self._own[name]:
                return attribute is not None
        called = re.match(r"(?:\.\w+)*\(\s*(\w*)", behind)
        if called is not None:
            own = re.search(rf"(?<![\w.]){re.escape(name)}{_loosely(called.group())}\b", self._text)
            first = called.group(1)  # the program's argument, converted: `predict(model, x)`
            emitted = self._rules.emitted.get(first)
            converted = emitted is not None and bool(emitted.template.strip())
            converted = converted or first.startswith(("predict", "evaluate"))
            return own is None and not converted
        if match.string.strip("()") == name:
            return True  # the base of a class that stays
        line = match.string[: match.start()].rpartition("\n")[2]
        is_base = re.fullmatch(r" *class \w+\(", line) is not None and behind.startswith("):")
        return is_base and f"{line}{name})" not in self._text


def _loosely(code: str) -> str:
    """A pattern of some code, however its parts stand on lines."""
    return r"\s*".join(map(re.escape, re.findall(r"\w+|[.(]", code)))


@cache
def _all_imports(lines: tuple[str, ...]) -> list[_Import]:
    """What many lines bring: those of all that may be emitted are the same for all files."""
    return [one for line in lines for one in _imports(line)]


@cache
def _imports(line: str) -> list[_Import]:
    """What a line of an import brings."""
    if line.startswith("import "):
        path, _, alias = line.removeprefix("import ").partition(" as ")
        if alias:
            return [_Import(alias, "", path)]
        return [_Import(path, "", path)] if "." not in path else []
    module, _, names = line.removeprefix("from ").partition(" import ")
    parts = (part.partition(" as ") for part in names.split(", "))
    return [_Import(alias or name, module, f"{module}.{name}") for name, _, alias in parts]


def _may_differ(one: _Import, lines: list[str]) -> bool:
    """Whether some import of a file may bind the name to something else."""
    return any(
        not any(_same(i.path, one.path) for i in _imports(line) if i.name == one.name)
        for line in lines
        if re.search(rf"(?<![\w.]){one.name}(?![\w.])", line.partition(" import ")[2] or line)
    )


def _same(path: str, other: str) -> bool:
    """Whether two imports name the same thing: `tqdm.auto.tqdm` is `tqdm.tqdm`."""
    first, _, last = path.partition(".")
    theirs, _, name = other.partition(".")
    same = first == theirs and last.rpartition(".")[2] == name.rpartition(".")[2]
    return path == other or (same and bool(last))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds names that are read, and the strings and comments besides."""
    return re.compile(rf"({STRING}|#[^\n]*)|(?<![\w.])({'|'.join(names)})(?!\w)(?!\s*=(?!=))")


@cache
def _used(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){name}(?:[.(]|\):)")
