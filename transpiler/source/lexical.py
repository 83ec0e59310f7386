"""What the text of a program shows without being parsed: strings, comments, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from transpiler.regex import regex

#: A string's text, and nothing of its prefix; each alternative begins with a literal character,
#: so that a search passes over everything else at once.
TRIPLE_QUOTED = (
    r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"
)
OF_ONE_LINE = r'"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"' r"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'"
STRING = f"{TRIPLE_QUOTED}|{OF_ONE_LINE}"
_STRING_OR_COMMENT = regex(rf"{STRING}|#[^\n]*")
_PREFIX = regex(r"[fF]?[rRbBuU]?[fF]?$")
_WORD = regex(r"[A-Za-z_]\w*")
_ASCII = "".join(map(chr, range(128)))
#: What stands between words, and between dotted ones, made blank: two times as fast as a search.
_BETWEEN_WORDS = str.maketrans(dict.fromkeys(re.findall(r"\W", _ASCII), " "))
_BETWEEN_DOTTED = str.maketrans(dict.fromkeys(re.findall(r"[^\w.]", _ASCII), " "))


def comments_in(text: str) -> list[str]:
    """The comments in some source, without the blanks behind them; a `#` in a string is none."""
    return [comment for _, comment in placed_comments(text)]


def placed_comments(text: str) -> list[tuple[int, str]]:
    """The comments in some source, each with its offset."""
    if "#" not in text:
        return []
    found = ((m.start(), m.group()) for m in _STRING_OR_COMMENT.finditer(text))
    return [(offset, token.rstrip()) for offset, token in found if token[0] == "#"]


def long_strings(text: str) -> list[tuple[int, int]]:
    """The places of the strings that go over several lines."""
    return [m.span() for m in _STRING_OR_COMMENT.finditer(text) if "\n" in m.group()]


def without_comments(text: str) -> str:
    """Source without its comments; the lines stay."""
    return _STRING_OR_COMMENT.sub(lambda m: "" if m.group()[0] == "#" else m.group(), text)


@lru_cache(maxsize=2)
def blanked_file(text: str) -> str:
    """The same of a whole file, which several look at one after the other."""
    return blanked(text)


def blanked(text: str) -> str:
    """Source with strings and comments made blank; of f-strings, the code in them stays."""
    parts: list[str] = []
    position = 0
    for match in _STRING_OR_COMMENT.finditer(text):
        start, end = match.span()
        if text[start] != "#":
            prefix = _prefix(text, start)
            start -= len(prefix)
            if "f" in prefix.lower():
                parts += (text[position:start], _code_of(text[start:end]))
                position = end
                continue
        parts += (text[position:start], " " * (end - start))
        position = end
    return "".join((*parts, text[position:]))


def quoted_for(text: str, offset: int, replacement: str) -> str:
    """What is put at an offset, in single quotes where that is in an f-string in double ones.

    Before Python 3.12, the quote of an f-string can't stand in its braces.
    """
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if '"' not in replacement or "'" in replacement or _F_STRING.search(line) is None:
        return replacement
    strings = (m for m in _STRING_OR_COMMENT.finditer(text) if m.start() <= offset < m.end())
    string = next((m.group() for m in strings), "#")
    inside = string[0] == '"' and not string.startswith('"""')
    return replacement.replace('"', "'") if inside else replacement


_F_STRING = regex(r"\b(?:[fF][rR]?|[rR][fF])\"")


def _code_of(string: str) -> str:
    """An f-string with its text made blank: what stands in braces stays."""
    return "".join(
        part if depth else " " * len(part) for depth, part in _by_depth(string.replace("{{", "  "))
    )


def _by_depth(string: str) -> Iterator[tuple[int, str]]:
    """The parts between the braces of an f-string, each with how many braces are open."""
    depth = 0
    for part in _BRACES.split(string):
        if part == "{":
            depth += 1
        yield depth, part
        if part == "}":
            depth = max(depth - 1, 0)


_BRACES = regex(r"([{}])")


def _prefix(text: str, quote: int) -> str:
    """The letters that belong to the string whose quote stands at an offset."""
    if not text[quote - 1 : quote].isalpha():
        return ""  # the usual case
    found = _PREFIX.search(text, max(quote - 3, 0), quote)
    return found.group() if found is not None else ""


def names_read(text: str) -> set[str]:
    """The names in some source, outside of strings and comments; f-strings count."""
    return names_in(blanked(text))


_FRAMEWORK = regex(
    r"^[ \t]*(?:from[ \t]+|(?:from[ \t]+[\w.]+[ \t]+)?import\b[^\n#]*(?<![\w.]))"
    r"(?:tf_)?(?:keras|tensorflow)\b",
    re.MULTILINE,
)


def imports_framework(text: str) -> bool:
    """Whether a line of a text imports something of the framework."""
    mentioned = "keras" in text or "tensorflow" in text
    return mentioned and _FRAMEWORK.search(text) is not None


def is_about_framework(text: str) -> bool:
    """Whether a text has a word of it; folders of a project may be called so: `nets.keras`."""
    mentioned = "keras" in text or "tensorflow" in text
    return mentioned and _WORD_OF_IT.search(text) is not None


_WORD_OF_IT = regex(r"(?<!\w\.)(?:keras|tensorflow)|\btf\.keras")


def names_in(code: str) -> set[str]:
    """The names in source whose strings and comments are blank."""
    dotted = set(code.translate(_BETWEEN_DOTTED).split())
    return {word.partition(".")[0] for word in dotted if "A" <= word[0] <= "z"}


def standing(name: str) -> str:
    """The pattern of a name that is neither a part of another one nor an attribute.

    It begins as the name does: such a search is ten times as fast as one with a look behind first.
    """
    name = re.escape(name)
    return rf"{name}\b(?<![\w.]{name})"


def mentions(name: str, code: str) -> bool:
    """Whether such source may read a name: keywords of calls, `f(name=1)`, do not."""
    return re.search(rf"{standing(name)}(?!\s*=(?!=))", code) is not None


def may_be_bound(name: str, code: str) -> bool:
    """Whether code whose strings and comments are blank may bind a name: `name.x` never does."""
    ways = (rf"{standing(name)}(?![.(])", *(rf"{way}\s+{name}\b" for way in _BINDING))
    return any(re.search(way, code) is not None for way in ways)


#: What a name stands behind that is bound there; a search for what begins as itself is quick.
_BINDING = ("def", "class", r"import[^\n]*")


def words_in(text: str) -> set[str]:
    """All that could be a name in some source, also in strings and comments."""
    return set(text.translate(_BETWEEN_WORDS).split() if text.isascii() else _WORD.findall(text))


def may_name(texts: Iterable[str], name: str) -> bool:
    """Whether one of some files that import another may name something of it."""
    return any(name in words_in(text) or _STAR.search(text) for text in texts)


_STAR = regex(r"\bimport\s*\*")

#: Functions of Python that do nothing but compute, numbers or the names of files.
_COMPUTING = frozenset(
    {"abs", "bool", "float", "int", "len", "max", "min", "range", "round", "str", "sum"}
    | {"os.path.join", "path.join", "osp.join", "join", "Path", "pathlib.Path"}
)


def may_act(code: str) -> bool:
    """Whether an expression calls what may do more than compute, or give another value."""
    called = (match.group(1) for match in re.finditer(r"([\w.\])]+)\s*\(", blanked(code)))
    return any(name not in _COMPUTING for name in called)


def skips(text: str) -> bool:
    """Whether a comment line of a program says `# tf2torch: skip-file`."""
    return _SKIP_FILE.search(text) is not None


_SKIP_FILE = regex(r"^[ \t]*#[ \t]*tf2torch:[ \t]*skip-file\b", re.MULTILINE)
