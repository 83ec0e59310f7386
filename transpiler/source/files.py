"""One file's bytes to text and back: encoding, newline style and all else outside changes is kept.

What the engine gets is plain: no byte order mark, no form feed before the first line, every newline
a bare line feed, and one at the very end, no indented comments after the last line of code. LibCST
does not give all of these back; `Source.encode` does.
"""

from __future__ import annotations

import io
import re
import tokenize

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.far_frames import reaches_framework
from transpiler.source.lexical import blanked, skips
from transpiler.source.modules import is_of_interest
from transpiler.source.replaced import replaced
from transpiler.source.unfollowed import asks_unfollowed

_NEWLINE = regex(r"\r\n|\r|\n")
_NEWLINE_BYTES = regex(rb"\r\n|\r|\n")


class Undecodable(Exception):
    """The bytes are not the text that they claim to be; says why, and on which line."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


@record(frozen=True, slots=True)
class Source:
    """The text of one file as the engine sees it, and what is needed to give the bytes back."""

    text: str  #: what the engine gets
    encoding: str  #: Python's name of the codec; `utf-8-sig` writes the byte order mark again
    newlines: tuple[str, ...]  #: the newline of each line; one entry when they are all alike
    lead: str = ""  #: the form feeds before the first line
    feeds: tuple[tuple[int, str], ...] = ()  #: what lines of code began with that have some, too
    tail: str = ""  #: comments and blank lines after the last line of code, if some are indented
    open_end: bool = False  #: the last line has no newline

    def encode(self, text: str) -> bytes:
        """The bytes of a new text. Raises UnicodeEncodeError where the encoding lacks a letter."""
        whole = (self._with_feeds(text) if self.feeds else text) + self.tail
        if self.open_end:
            whole = whole.removesuffix("\n")
        return (self.lead + self._with_newlines(whole)).encode(self.encoding)

    def _with_feeds(self, text: str) -> str:
        """A text in which those lines begin with form feeds again that are still there."""
        import difflib

        before, after = self.text.split("\n"), text.split("\n")
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        feeds = dict(self.feeds)
        for start, first, size in matcher.get_matching_blocks():
            for n in range(size):
                after[first + n] = feeds.get(start + n, "") + after[first + n]
        return "\n".join(after)

    def _with_newlines(self, text: str) -> str:
        if len(self.newlines) == 1:
            return text if self.newlines[0] == "\n" else text.replace("\n", self.newlines[0])
        return _restore_mixed(self.text + self.tail, self.newlines, text)


def names_framework(data: bytes, path: str = "") -> bool:
    """Whether a file can be of interest at all: most are not, and are never parsed.

    It is also where a file of its project, which it imports, may give it models, or where an
    earlier conversion has left something.
    """
    if b"keras" in data or b"tensorflow" in data or b"TODO(tf2torch)" in data:
        return True
    text = data.decode(errors="replace") if path else ""
    return bool(text) and any(
        of(text, path) for of in (is_of_interest, reaches_framework, asks_unfollowed)
    )


def program_at(path: str) -> str:
    """The code of a file as one program. Raises OSError and Undecodable."""
    with open(path, "rb") as file:
        text = decode(file.read()).text
    if path.endswith(".ipynb"):
        from transpiler.source.notebook import program_of  # most runs meet none

        return program_of(text, path)
    return text


def skips_file(source: Source) -> bool:
    """Whether a comment line says `# tf2torch: skip-file`."""
    return skips(source.text) or skips(source.tail)


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
    open_end = not plain.endswith("\n")
    if open_end:
        plain += "\n"
    end = _end_of_code(plain)
    lead = raw[: len(raw) - len(text)]
    code, feeds = _without_feeds(plain[:end]) if "\f" in plain else (plain[:end], ())
    return Source(code, encoding, newlines, lead, feeds, plain[end:], open_end)


_FEEDS = regex(r"^[ \t\f]*\f(?=[ \t]*[^\s\\])", re.MULTILINE)


def _without_feeds(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """A text without the form feeds before code on its lines, and what is gone of which line.

    Python counts the blanks behind them alone, LibCST none of these.
    """
    places = [match.span() for match in _FEEDS.finditer(blanked(text))]
    feeds = tuple((text.count("\n", 0, start), text[start:end]) for start, end in places)
    return replaced(text, dict.fromkeys(places, ""))[0], feeds


def _end_of_code(text: str) -> int:
    """Where a tail starts that is to be kept from the engine; the end of the text for most files.

    LibCST drops blank lines before an indented comment at the very end.
    """
    start, indented = len(text), False
    while start:
        line_start = text.rfind("\n", 0, start - 1) + 1
        line = text[line_start:start]
        bare = line.strip(" \t\f\n")
        if bare and not bare.startswith("#"):
            break
        indented = indented or (bare != "" and not line.startswith("#"))
        start = line_start
    return start if indented and not text[:start].endswith("\\\n") else len(text)


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
    """Give each line of `new` the newline of the line of `old` that it is or that it replaces."""
    import difflib

    before, after = old.split("\n"), new.split("\n")
    ends: list[str] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, start, stop, first, last in matcher.get_opcodes():
        nearest = range(start, max(stop, start + 1))
        ends += [_end(newlines, nearest[min(i, len(nearest) - 1)]) for i in range(last - first)]
    return "".join(line + end for line, end in zip(after, [*ends[:-1], ""], strict=True))


def _end(newlines: tuple[str, ...], line: int) -> str:
    return newlines[min(line, len(newlines) - 1)]
