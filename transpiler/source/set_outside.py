"""Which names of a module other files of the project give other values, or change in place.

import config                                 from config import CFG, Net
config.LOSS = args.loss                       CFG.update(vars(args))
config.CFG["rate"] = 0.1                      Net.units = 8
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked
from transpiler.source.steady_settings import program_in

_OPERATORS = r"\s*(?:[-+*/%|&@]|\*\*|//)?=(?!=)"
_PARTS = r"(?:\[[^\[\]\n]*(?:\[[^\[\]\n]*\])?[^\[\]\n]*\]|\.\w+)"
#: What changes the object behind a name, as it follows that.
_CHANGES = (
    rf"{_PARTS}+{_OPERATORS}|{_PARTS}*\.(?:{'|'.join(sorted(METHODS))})\("
    rf"|{_PARTS}+\s*,[^=\n(]*=(?!=)|\s*[-+*/|&]="
)
_IMPORT = regex(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_ALIAS = regex(r"(\w+)(?:\s+as\s+(\w+))?")
_FUNCTION = regex(r"(?<!\w)(\w+)\($")
#: What a file must have that changes anything of another one.
_MAY_SET = (
    rf"[\w\])]{_OPERATORS}|\b(?:setattr|delattr|vars|del)\b|\.__dict__"
    rf"|\.(?:{'|'.join(sorted(METHODS))})\("
)


@lru_cache(maxsize=256)
def set_outside(path: str) -> re.Pattern[str]:
    """Finds the names of a module that other files of the project change."""
    stem = os.path.splitext(os.path.basename(path))[0]
    folder = os.path.basename(os.path.dirname(os.path.realpath(path)))
    stem = folder if stem == "__init__" else stem
    names: set[str] = set()
    for other in importing_files(path, _MAY_SET):
        text = blanked(program_in(other))
        names.update(_set_by(text, {stem}, {stem, folder}))
    return re.compile("|".join(sorted(names)) or "(?!)")


def _set_by(text: str, stems: set[str], packages: set[str]) -> Iterator[str]:
    """The names that one file changes; `packages` are what it may have them from."""
    called = {*stems, *(re.findall(rf"\b(?:{'|'.join(stems)})[ \t]+as[ \t]+(\w+)", text))}
    held = rf"(?:\w+\.)*(?:{'|'.join(sorted(called))})"
    if re.search(rf"\b(?:setattr|vars|delattr)\(\s*{held}\s*[,)]|(?<![\w.]){held}\.__dict__", text):
        yield r"\w+"
    if any(f"{one}." in text for one in called):
        yield from re.findall(rf"(?<![\w.]){held}\.(\w+){_OPERATORS}", text)
        for name in {*re.findall(rf"(?<![\w.]){held}\.(\w+)", text)}:
            if _is_changed(text, rf"{held}\.{name}"):
                yield name
    for module, given in _IMPORT.findall(text):
        if module.rpartition(".")[2] not in {*packages, ""}:
            continue
        for name, alias in _ALIAS.findall(given):
            if name != "as" and _is_changed(text, re.escape(alias or name)):
                yield name


def _is_changed(text: str, name: str) -> bool:
    """Whether a file changes what a name stands for, also by another name, or by a function."""
    named = {name, *re.findall(rf"^[ \t]*(\w+)\s*=\s*{name}[ \t]*$", text, re.MULTILINE)}
    for one in named:
        begin = rf"(?<![\w.]){one}"
        if re.search(
            rf"{begin}(?:{_CHANGES})|\bdel\s+{one}{_PARTS}|\bglobal\b[^\n]*{begin}\b"
            rf"|\b(?:setattr|delattr|vars)\(\s*{one}\b|{begin}{_PARTS}*\.__dict__",
            text,
        ):
            return True
        for place in re.finditer(rf"(?<=[(,=*\s]){one}(?=\s*[,)])", text):
            line = text[text.rfind("\n", 0, place.start()) + 1 : place.start()]
            opened = _open_call(line)
            if opened and _changes_what_it_gets(text, opened):
                return True
    return False


def _open_call(line: str) -> str:
    """The function whose arguments a place at the end of a line is among."""
    depth = 0
    for position in range(len(line) - 1, -1, -1):
        depth += (line[position] == ")") - (line[position] == "(")
        if depth < 0:
            found = _FUNCTION.search(line[: position + 1])
            return found[1] if found is not None else ""
    return ""


def _changes_what_it_gets(text: str, function: str) -> bool:
    """Whether a function that stands in the file changes one of its parameters in place."""
    for head in re.finditer(rf"^([ \t]*)def[ \t]+{function}\(([^)]*)\)", text, re.MULTILINE):
        margin = len(head[1].expandtabs())
        body = []
        for line in text[head.end() :].split("\n")[1:]:
            if line.strip() and len(line) - len(line.lstrip()) <= margin:
                break
            body.append(line)
        source = "\n".join(body)
        parameters = re.findall(r"\w+", head[2])
        if any(re.search(rf"(?<![\w.]){one}(?:{_CHANGES})", source) for one in parameters):
            return True
        if re.search(r"\b(?:setattr|vars)\(|__dict__", source):
            return True
    return False
