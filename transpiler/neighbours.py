"""What the other files of a project are like once they are converted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from transpiler.conversion import Conversion
from transpiler.options import Options
from transpiler.regex import regex
from transpiler.source.files import Undecodable, decode, program_at
from transpiler.source.importers import importing_files
from transpiler.source.lexical import skips, without_comments
from transpiler.source.passed_imports import names_taken

#: What converts the text of a file.
Convert: TypeAlias = Callable[[str, Options, str], Conversion]
#: The files that ask for others: what these are like without them is not known yet.
_asking: list[str] = []
_known: dict[tuple[str, int, Options], str] = {}


def is_brought(convert: Convert, options: Options, path: str, name: str) -> bool | None:
    """Whether other files read what a file calls so, and none of them once they are converted.

    None where no other file does. What such a file gave others may have come to these instead.
    """
    mention = rf"\b{name}\b"
    _asking.append(os.path.realpath(path))
    try:
        readers = [*importing_files(path, mention)]
        pending, seen = list(readers), {path, *readers}
        while pending:
            reader = pending.pop()
            text = converted_text(convert, options, reader)
            if re.search(mention, without_comments(text)):
                return False
            others = [other for other in importing_files(reader, "") if other not in seen]
            pending += others
            seen.update(others)
    except (OSError, SyntaxError, Undecodable):
        return False
    finally:
        _asking.pop()
    return True if readers else None


def readers_of(
    convert: Convert, options: Options, path: str, names: frozenset[str]
) -> dict[str, str]:
    """Which names of a file others read; with one that does once it is converted, or "" """
    own, mention = os.path.realpath(path), re.compile(rf"\b(?:{'|'.join(sorted(names))})\b").search
    found: dict[str, str] = {}
    pending, seen = [*importing_files(path, "")], {path}
    _asking.append(own)
    try:
        for reader in pending:
            if reader in seen:
                continue
            seen.add(reader)
            text = program_at(reader)
            before = names & _names_of(own, text, reader) if mention(text) else set[str]()
            if before or _STAR.search(text):
                pending += importing_files(reader, "")
            found |= dict.fromkeys(before - found.keys(), "")
            if any(not found[name] for name in before):
                together = options.together
                if together is None or os.path.realpath(reader) in together:
                    text = converted_text(convert, options, reader)
                after = before & _names_of(own, text, reader)
                found |= {name: reader for name in after if not found[name]}
    except (OSError, SyntaxError, Undecodable):
        found |= {name: reader for name in names if not found.get(name)}
    finally:
        _asking.pop()
    return found


_STAR = regex(r"\bimport[ \t]*\(?[ \t]*\*")


def _names_of(own: str, text: str, path: str) -> set[str]:
    """What a file that has some text reads of another one."""
    homes = (home for taken in names_taken(text, path) for home in taken.homes)
    return {name for home, name in homes if home == own}


def agrees(convert: Convert, options: Options, path: str, name: str) -> bool:
    """Whether what a file calls so becomes a function on torch's tensors there, and but one."""
    try:
        key = path, os.stat(path).st_mtime_ns, options
        if key not in _functions:
            text = decode(Path(path).read_bytes()).text
            made = Conversion(text) if skips(text) else convert(text, options, path)
            _functions[key] = made.functions
    except (OSError, SyntaxError, Undecodable):
        return False
    return name in _functions[key]


_functions: dict[tuple[str, int, Options], frozenset[str]] = {}


def converted_text(convert: Convert, options: Options, path: str) -> str:
    """The text of a file as it comes out, or as it is."""
    text = program_at(path)
    if path in _asking or skips(text):
        return text
    key = path, os.stat(path).st_mtime_ns, options
    if key not in _known:
        _known[key] = convert(text, options, path).text
    return _known[key]
