"""Parts of the training that have names in another file: they stand in the file that uses them.

METRICS = [Recall(name="recall")]           from config import METRICS
                                            model.compile("sgd", "mse", metrics=METRICS)

Where no other file reads them, and nothing but definitions is in theirs. What layers are given,
`DECAY = l2(1e-4)`, keeps nothing: any number of files may have it.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from transpiler.regex import regex
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import locate
from transpiler.source.importers import importing_files
from transpiler.source.lexical import words_in
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.passed_imports import is_taken
from transpiler.source.replaced import Rewritten, Span, replaced, rewritten
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What such values call Keras; nothing else is called so.
KERAS = "tf2torch_keras"
_OF_LAYERS = "regularizers|initializers|constraints"
_PART = regex(rf"keras\.(?:(?:callbacks|metrics|losses|optimizers)\.[A-Z]|(?:{_OF_LAYERS})\.)\w*$")
_SPEAKS = regex(rf"\b(?:callbacks|metrics|losses|optimizers|{_OF_LAYERS})\b")
#: What is a part of the training, as its file may write it.
_HOLDS = regex(r"^\w+(?: *:[^=\n]+)? *= *[\[({]|^\w+ *= *[\w.]+\(", 8)
_USES = regex(r"\.(?:fit|compile)\(|_(?:regularizer|initializer|constraint)=")
_KIND = regex(rf"\b{KERAS}\.(\w+)")
_PLAIN = (
    ast.Constant, ast.UnaryOp, ast.USub, ast.List, ast.Tuple, ast.Dict, ast.Load, ast.keyword,
    ast.Name, ast.Attribute, ast.Call,
)  # fmt: skip


class _Unclear(Exception):
    """A value that means nothing in another file."""


def values_brought(text: str, path: str) -> Rewritten | None:
    """The text with such values behind its imports, if it reads some."""
    if not path or not _USES.search(text) or KERAS in text or path.endswith(".ipynb"):
        return None
    module = program_tree(text)
    body = module.body if module is not None else []
    folder, edits = os.path.dirname(os.path.realpath(path)), dict[Span, str]()
    positions = Positions(text)
    spots: dict[int, str] = {}
    for place, statement in enumerate(body):
        if not isinstance(statement, ast.ImportFrom) or statement.names[0].name == "*":
            continue
        name = f"{'.' * statement.level}{statement.module or ''}"
        found = locate(folder, name, text)
        if found is None or (home := _home(str(found), path)) is None:
            continue
        names = {a.name for a in statement.names if not a.asname or a.asname == a.name}
        bound = {one for one in names & home.values.keys() if not is_taken(path, one)}
        lines, defined = home.written(bound, words_in(text))
        kept = [ast.unparse(a) for a in statement.names if a.name not in lines]
        kept += [one for one in defined if one not in kept]
        if not lines or not (kept or home.only_defines()):
            continue
        start, stop = positions.span(statement)
        gone = not kept and text[stop : stop + 1] == "\n"
        edits[start, stop + gone] = f"from {name} import {', '.join(kept)}" if kept else ""
        last = place
        while last + 1 < len(body) and isinstance(body[last + 1], (ast.Import, ast.ImportFrom)):
            last += 1
        end = text.find("\n", positions.span(body[last])[1]) + 1 or len(text)
        spots[end] = spots.get(end, "\n") + "".join(f"{line}\n" for line in lines.values())
    if not spots:
        return None
    for spot, written in spots.items():
        edits[spot, spot] = written
    return rewritten(text, edits)


def values_gone(text: str) -> Iterator[tuple[str, Span]]:
    """The values of a file that others may have instead, and where they stand."""
    home = _Home(text)
    for name, statement in home.values.items():
        try:
            home.text_of(name, set())
        except _Unclear:
            continue
        yield name, home.positions.span(statement)


def _home(path: str, user: str) -> _Home | None:
    """A file that may lend its values to the only one that reads them."""
    try:
        text = program_at(path)
    except (OSError, Undecodable):
        return None
    if not _SPEAKS.search(text) or not _HOLDS.search(text) or os.path.samefile(path, user):
        return None
    return _Home(text, path, user)


class _Home:
    """A file that has parts of the training under names of its own."""

    def __init__(self, text: str, path: str = "", user: str = "") -> None:
        self.text, self._path, self._user = text, path, user
        self.positions = Positions(text)
        module = program_tree(text)
        self.body = module.body if module is not None else []
        self.found = Occurrences(text)
        self.imported = dict(_imported(self.body))
        defined = (s for s in self.body if isinstance(s, (ast.ClassDef, ast.FunctionDef)))
        self.definitions = {s.name for s in defined}
        self.values: dict[str, ast.Assign | ast.AnnAssign] = {}
        for statement in self.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(
                    target=ast.Name(id=name), value=ast.expr()
                ):
                    if sum(p.binds for p in self.found.of(name)) == 1:
                        self.values[name] = statement

    def only_defines(self) -> bool:
        """Whether running the file does nothing but to give names to things."""
        folder = os.path.dirname(os.path.realpath(self._path))
        for statement in self.body:
            match statement:
                case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name()):
                    calls = (n for n in all_in(statement) if isinstance(n, ast.Call))
                    if not all(self._symbol(call.func) for call in calls):
                        return False
                case ast.ImportFrom(module=module, level=level):
                    if level or locate(folder, module or "", self.text) is not None:
                        return False
                case ast.Import(names=names):
                    if any(locate(folder, one.name, self.text) is not None for one in names):
                        return False
                case ast.Expr(value=ast.Constant()) | ast.FunctionDef() | ast.ClassDef():
                    pass
                case _:
                    return False
        return True

    def written(self, names: set[str], taken: Collection[str]) -> tuple[dict[str, str], list[str]]:
        """The statements that give some names their values, and the definitions that these read.

        `taken`: all the names of the file that gets them.
        """
        lines: dict[str, str] = {}
        classes: set[str] = set()
        for name in (one for one in self.values if one in names):
            added: dict[str, str] = {}
            with suppress(_Unclear):
                if self._is_alone(name):
                    needed = self._add(name, added)
                    if not (({*added, *needed} - names) & {*taken}):
                        lines |= added
                        classes |= needed
        return lines, sorted(classes)

    def _add(self, name: str, lines: dict[str, str]) -> set[str]:
        """Add the statements for a value behind those for what it reads; give the definitions."""
        read: set[str] = set()
        text = self.text_of(name, read)
        needed = read & self.definitions
        for other in sorted(read & self.values.keys()):
            needed |= self._add(other, lines)
        lines[name] = f"{name} = {text}"
        return needed

    def _is_alone(self, name: str) -> bool:
        """Whether nothing else reads a value, here or elsewhere, or that makes no difference."""
        if {*_KIND.findall(self.text_of(name, set()))} <= {*_OF_LAYERS.split("|")}:
            return True
        others = importing_files(self._path, rf"\b{name}\b") if self._path else ()
        elsewhere = [one for one in others if not os.path.samefile(one, self._user)]
        users = (*elsewhere, self._user) if elsewhere else ()
        if any([*importing_files(one, "")] for one in users):
            return False  # a program may hold what two files have of it
        spans = [self.positions.span(self.values[one]) for one in self.values]
        read = [p.start for p in self.found.of(name) if not p.binds]
        return all(any(a <= place < b for a, b in spans) for place in read)

    def text_of(self, name: str, read: set[str]) -> str:
        """A value as another file writes it; raises where it is no part of the training.

        `read` gets what it reads besides, by its name.
        """
        value = self.values[name].value
        assert value is not None
        edits: dict[Span, str] = {}
        parts = 0
        pending: list[ast.AST] = [value]
        while pending:
            node = pending.pop()
            if not isinstance(node, _PLAIN):
                raise _Unclear
            symbol = self._symbol(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
            if symbol:
                assert isinstance(node, ast.expr)
                edits[self.positions.span(node)] = symbol.replace("keras", KERAS, 1)
                parts += 1
            elif isinstance(node, ast.Name):
                parts += self._read(node, edits, read)
            elif isinstance(node, ast.Attribute):
                raise _Unclear
            else:
                pending += parts_of(node)
        if not parts:
            raise _Unclear
        start, end = self.positions.span(value)
        inside = {(a - start, b - start): new for (a, b), new in edits.items()}
        return replaced(self.text[start:end], inside)[0]

    def _read(self, node: ast.Name, edits: dict[Span, str], read: set[str]) -> int:
        """Note a name that a value reads; how many parts of the training it stands for."""
        held = self.values.get(node.id)
        if held is not None and held.lineno >= node.lineno:
            raise _Unclear
        if held is not None and isinstance(held.value, ast.Constant):
            edits[self.positions.span(node)] = ast.unparse(held.value)
            return 0
        if held is not None and self.text_of(node.id, set()) and self._is_alone(node.id):
            read.add(node.id)
            return 1
        if node.id not in self.definitions:
            raise _Unclear
        read.add(node.id)
        return 0

    def _symbol(self, node: ast.AST) -> str:
        """What of Keras an expression names, as `keras.metrics.AUC`; "" if nothing."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imported:
            return ""
        whole = ".".join([self.imported[node.id], *names]).removeprefix("tensorflow.")
        return whole if _PART.match(whole) else ""


def _imported(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """What imports of a module bind, and what that is."""
    for statement in body:
        if isinstance(statement, ast.Import):
            for one in statement.names:
                yield (one.asname, one.name) if one.asname else (one.name.split(".")[0],) * 2
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            for one in statement.names:
                yield one.asname or one.name, f"{statement.module}.{one.name}"
