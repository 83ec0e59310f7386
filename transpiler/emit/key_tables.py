"""Dicts of parts of the framework of which only the names are read still.

KINDS = {"adam": Adam, "sgd": SGD}                      KINDS = ["adam", "sgd"]
parser.add_argument("--opt", choices=KINDS.keys())      parser.add_argument("--opt", choices=KINDS)

What is looked up in them stands where that is used, for torch.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.fold import fold
from transpiler.regex import regex
from transpiler.source.files import program_at
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked
from transpiler.source.occurrences import Occurrence, Occurrences

#: What may stand before and behind a dict that is read for its keys.
_READERS = regex(r"(?:\b(?:sorted|list|tuple|set|len)\(|\.join\(|\bchoices *=|[\[{(,] *\*) *$")
_ENDS = regex(r"\s*[,)\]}]")
_IN = regex(r"\bin +$")
_MORE = regex(r"\s*[.\[(|&^-]")
_KEYS = ".keys()"
_STAR = regex(r"import[ \t(]*\*")


def as_list_of_keys(
    draft: Draft, statement: cst.SimpleStatementLine, name: str, shared: bool = False
) -> list[Edit]:
    """The edits that make a list of the keys of a dict; none where more of it is read.

    `shared`: other files read it, too.
    """
    (assigned,) = statement.body
    assert isinstance(assigned, cst.Assign)
    table, tree = assigned.value, draft.tree
    if not isinstance(table, cst.Dict) or any(
        not isinstance(entry, cst.DictElement) or not isinstance(entry.key, cst.SimpleString)
        for entry in table.elements
    ):
        return []
    if any(re.search(rf"\b{name}\b", edit.text) for edit in draft.edits):
        return []
    replaced = replaces(draft.edits)
    read = [p for p in Occurrences(tree.text).of(name) if not p.binds and not replaced(p.start)]
    if not (read or shared) or not all(_is_for_keys(tree.blanked, place, name) for place in read):
        return []
    keys = [tree.source(e.key) for e in table.elements if isinstance(e, cst.DictElement)]
    start, end = tree.span(statement)
    written = fold(f"{name} = [{', '.join(keys)}]", 0)
    calls = (p.end for p in read if tree.text.startswith(_KEYS, p.end))
    return [Edit(start, end, written), *(Edit(end, end + len(_KEYS), "") for end in calls)]


def read_for_keys_elsewhere(draft: Draft, name: str) -> bool:
    """Whether the files that import a dict by its name do no more than go through its keys."""
    path = draft.file.path
    texts = [program_at(other) for other in importing_files(path, rf"\b{name}\b")] if path else []
    return bool(texts) and all(_reads_only_keys(text, name) for text in texts)


def _reads_only_keys(text: str, name: str) -> bool:
    named = re.search(rf"^from [\w.]+ import \(?[\w,\s]*\b{name}\b(?! as\b)", text, re.MULTILINE)
    places, code = Occurrences(text).of(name), blanked(text)
    if named is None or _STAR.search(text) or sum(place.binds for place in places) != 1:
        return False
    read = [place for place in places if not place.binds]
    return all(
        _is_for_keys(code, place, name) and not code.startswith(_KEYS, place.end) for place in read
    )


def _is_for_keys(code: str, place: Occurrence, name: str) -> bool:
    """Whether a place only goes through the keys, or looks whether there is one."""
    end = place.end + len(_KEYS) if code.startswith(_KEYS, place.end) else place.end
    line = code.rfind("\n", 0, place.start) + 1
    if place.local or code[place.start : place.end] != name:
        return False
    if _IN.search(code, line, place.start):
        return _MORE.match(code, end) is None
    return bool(_READERS.search(code, line, place.start) and _ENDS.match(code, end))
