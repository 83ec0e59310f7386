"""One file's bytes to text and back: encoding, newline style and all else outside changes is kept.

What the engine gets is plain: no byte order mark, no form feed before the first line (LibCST drops
it), and every newline is a bare `\\n`, whatever the file has. `Source.encode` puts all of it back.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass

_NEWLINE = re.compile(r"\r\n|\r|\n")
_NEWLINE_BYTES = re.compile(rb"\r\n|\r|\n")
_SKIP_FILE = re.compile(r"^[ \t]*#[ \t]*tf2torch:[ \t]*skip-file\b", re.MULTILINE)


class Undecodable(Exception):
    """The bytes are not the text that they claim to be; says why, and on which line."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file as the engine sees it, and what is needed to give the bytes back."""

    text: str  #: newlines are `\n`, no byte order mark, no leading form feed
    encoding: str  #: Python's name of the codec; `utf-8-sig` writes the byte order mark again
    newlines: tuple[str, ...]  #: the newline of each line; one entry when they are all alike
    lead: str = ""  #: the form feeds before the first line

    def encode(self, text: str) -> bytes:
        """The bytes of a new text. Raises UnicodeEncodeError where the encoding lacks a letter."""
        return (self.lead + self._with_newlines(text)).encode(self.encoding)

    def _with_newlines(self, text: str) -> str:
        if len(self.newlines) == 1:
            return text if self.newlines[0] == "\n" else text.replace("\n", self.newlines[0])
        return _restore_mixed(self.text, self.newlines, text)


def names_framework(data: bytes) -> bool:
    """Whether a file can be of interest at all: most are not, and are never parsed."""
    return b"keras" in data or b"tensorflow" in data


def skips_file(text: str) -> bool:
    """Whether a comment line says `# tf2torch: skip-file`."""
    return _SKIP_FILE.search(text) is not None


def decode(data: bytes) -> Source:
    """The text of a file, decoded as Python itself does: byte order mark, PEP 263 cookie, UTF-8.

    Raises Undecodable for bytes that are not text, or that would not come back the same.
    """
    encoding = _encoding(data)
    try:
        raw = data.decode(encoding)
        same = raw.encode(encoding) == data
    except UnicodeDecodeError as error:
        line = len(_NEWLINE_BYTES.findall(data[: error.start])) + 1
        reason = f"byte 0x{data[error.start]:02x} is not valid {encoding}"
        raise Undecodable(reason, line) from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise Undecodable(f"the encoding {encoding} can't be used: {error}") from None
    if not same:
        raise Undecodable(f"the text does not survive a round trip through {encoding}")
    text = raw.lstrip("\f")
    found = _NEWLINE.findall(text) if "\r" in text else []
    newlines = tuple(found) if len(set(found)) > 1 else tuple(found[:1] or "\n")
    plain = _NEWLINE.sub("\n", text) if found else text
    return Source(plain, encoding, newlines, raw[: len(raw) - len(text)])


def _encoding(data: bytes) -> str:
    """What the byte order mark or the cookie in the first two lines says, else UTF-8."""
    head = _NEWLINE_BYTES.split(data[:2000], maxsplit=2)[:2]
    lines = io.BytesIO(b"\n".join(head) + b"\n")
    try:
        return tokenize.detect_encoding(lines.readline)[0]
    except SyntaxError as error:
        if "unknown encoding" in str(error) or "encoding problem" in str(error):
            raise Undecodable(str(error)) from None
        return "utf-8"  # the exact place of the bad byte is found when decoding


def _restore_mixed(old: str, newlines: tuple[str, ...], new: str) -> str:
    """Give each line of `new` that stands in `old` its newline back, the others the usual one."""
    before, after = old.split("\n"), new.split("\n")
    usual = Counter(newlines).most_common(1)[0][0]
    ends = [usual] * (len(after) - 1)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for start, at, size in matcher.get_matching_blocks():
        for i in range(size):
            if at + i < len(ends) and start + i < len(newlines):
                ends[at + i] = newlines[start + i]
    return "".join(line + end for line, end in zip(after, [*ends, ""], strict=True))
