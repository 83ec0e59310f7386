"""Long lines, folded as black does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from transpiler.ir import tokens
from transpiler.regex import regex
from transpiler.source.lexical import STRING

WIDTH = 88

_OPEN, _CLOSE = "([{", ")]}"


def fold(text: str, indent: int, width: int = WIDTH, inside: bool = False) -> str:
    """One logical line at an indentation, over several lines where it is too long.

    `inside`: it stands in brackets, so that it may be split at its operators.
    A line with a token is left: how long it gets is known when the token has its name.
    """
    line = " " * indent + text
    if len(line) <= width or "\n" in text or tokens.MODULE in text:
        return line
    grouped = _operands(text, indent, width) if inside else _grouped(text, indent, width)
    grouped = grouped or _chained(text, indent, width)
    if grouped:
        return grouped
    head, body, tail = split_last_bracket(text, width - indent)
    if not body:
        return line
    if indent + len(head) > width and (unpacked := _unpacked(text, indent, width)):
        return unpacked
    trailing = _comment_of(tail)
    if trailing and len(line) - len(trailing) <= width:
        return line
    outer = " " * indent
    inner = indent + 4
    parts = split_commas(body)
    one = " " * inner + body
    unpacks = len(parts) == 1 and head.rstrip().endswith("(") and _is_plain_group(head)
    displays = len(parts) > 1 and _DISPLAY.search(head) is not None
    if len(one) <= width and not displays:
        return f"{outer}{head}\n{one}\n{outer}{tail}"
    if _is_comprehension(body):
        return "\n".join(
            [f"{outer}{head}", *_fold_comprehension(body, inner, width), f"{outer}{tail}"]
        )
    if unpacks:
        return "\n".join([f"{outer}{head}", *_fold_group(body, inner, width), f"{outer}{tail}"])
    comma = "," if len(parts) > 1 else ""
    lines = [fold(part + comma, inner, width, True) for part in parts]
    return "\n".join([f"{outer}{head}", *lines, f"{outer}{tail}"])


#: Opens a list or a dict, whose elements stand on lines of their own.
_DISPLAY = regex(r"(?<![\w)\]}\"'])\s*[\[{]$")


_TARGETS = regex(r"((?:\w+, )+\w+) = (?=\w)")


def _unpacked(text: str, indent: int, width: int) -> str:
    """`a, b = f(x)` with so many targets that each gets a line."""
    found = _TARGETS.match(text)
    if found is None:
        return ""
    outer, inner = " " * indent, " " * (indent + 4)
    targets = [f"{inner}{target}," for target in found.group(1).split(", ")]
    rest = fold(f") = {text[found.end():]}", indent, width)
    return "\n".join([f"{outer}(", *targets, rest])


_ASSIGNED = regex(r"^((?:[\w.\[\]\", ]+ = )+|return |if |elif |while )")


def _grouped(text: str, indent: int, width: int) -> str:
    """`x = (a if b else c)` over several lines, where the right side is no bracket."""
    found = _ASSIGNED.match(text)
    if found is None or _comment_of(text):
        return ""
    right = text[found.end() :]
    parts = split_commas(right)
    if len(parts) > 2:
        lines = [fold(f"{part},", indent + 4, width, True) for part in parts]
        return "\n".join([f"{' ' * indent}{found.group(1)}(", *lines, f"{' ' * indent})"])
    colon = ":" if found.group(1) in ("if ", "elif ", "while ") else ""
    right = right.removesuffix(":") if colon else right
    if not any(len(split_operators(right, o)) > 1 for o in _OPERATORS):
        return ""
    if not colon and _ends_in_bracket(text, right, width - indent):
        return ""
    outer, inner = " " * indent, indent + 4
    one = " " * inner + right
    lines = [one] if len(one) <= width else _fold_group(right, inner, width)
    return "\n".join([f"{outer}{found.group(1)}(", *lines, f"{outer}){colon}"])


_CHAIN = regex(r"([\w.]+ [-+*/]?= )(\(.*\))((?:\.\w+\(\)){2,})")


def _chained(text: str, indent: int, width: int) -> str:
    """`total += (a * b).sum().item()`, one method a line."""
    found = _CHAIN.fullmatch(text)
    if found is None:
        return _called_in_turn(text, indent, width)
    head, first, methods = found.groups()
    whole = split_last_bracket(first, 0)[0] == "("
    inner = " " * (indent + 4)
    if not whole or len(inner + first) > width:
        return ""
    calls = re.findall(r"\.\w+\(\)", methods)
    lines = [f"{inner}{first}{methods}"]
    if len(lines[0]) > width:
        lines = [f"{inner}{part}" for part in (first, *calls)]
    return "\n".join([f"{' ' * indent}{head}(", *lines, f"{' ' * indent})"])


_ASSIGNMENT = regex(r"[\w.]+ = (?=[\w.]+\()")


def _called_in_turn(text: str, indent: int, width: int) -> str:
    """`x = torch.as_tensor(x).flatten().to(device)` in brackets, if need be one method a line."""
    found = _ASSIGNMENT.match(text)
    parts = _methods(text[found.end() :]) if found is not None and "#" not in text else []
    if found is None or len(parts) < 3:
        return ""
    inner = indent + 4
    one = f"{' ' * inner}{''.join(parts)}"
    lines = [one] if len(one) <= width else [fold(part, inner, width) for part in parts]
    return "\n".join([f"{' ' * indent}{found.group()}(", *lines, f"{' ' * indent})"])


def _methods(text: str) -> list[str]:
    """A call, and each method that is called on what it gives; [] where it is no such chain."""
    if "'" in text or '"' in text or not text.endswith(")"):
        return []
    starts, depth = [0], 0
    for place, character in enumerate(text):
        if not depth and character in " ,":
            return []
        depth += (character in _OPEN) - (character in _CLOSE)
        if not depth and character == "." and text[place - 1] in _CLOSE:
            starts.append(place)
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _ends_in_bracket(text: str, right: str, width: int) -> bool:
    """Whether a line is split in its last bracket: behind one operator, where that fits on it."""
    for operators in _OPERATORS:
        parts = split_operators(right, operators)
        if len(parts) > 1:
            break
    else:
        return False
    head, body, tail = split_last_bracket(text, width)
    return len(parts) == 2 and bool(body) and len(tail) == 1 and len(head) <= width


def _operands(text: str, indent: int, width: int) -> str:
    """An expression in brackets, one operand a line; an operator begins a line."""
    comma = "," if text.endswith(",") else ""
    body = text.removesuffix(",")
    lead = re.match(r"(\w+=)?((?:and|or|if|else|not in|in|is not|is|[-+*/%@<>=!|&^]+) )?", body)
    head = lead.group() if lead is not None else ""
    rest = body[len(head) :]
    if lead is not None and lead.group(1):
        return ""
    for operators in _OPERATORS:
        parts = split_operators(rest, operators)
        if len(parts) > 1:
            parts[0] = head + parts[0]
            parts[-1] += comma
            return "\n".join(fold(p, indent, width, True) for p in parts)
    return ""


_OPERATORS = (
    (" if ", " else "),
    (" or ",),
    (" and ",),
    (" == ", " != ", " < ", " > ", " <= ", " >= ", " in ", " not in ", " is ", " is not "),
    (" + ", " - "),
    (" * ", " / ", " // ", " % ", " @ "),
)


def _comment_of(tail: str) -> str:
    position = tail.find("  #")
    return tail[position:] if position >= 0 else ""


def _is_plain_group(head: str) -> bool:
    """Whether a parenthesis only groups: `x = (`, `return (`."""
    before = head[:-1].rstrip()
    return not before or before.endswith(
        ("=", "return", ",", "+", "-", "*", "/", "and", "or", "not", "in")
    )


def _fold_group(body: str, indent: int, width: int) -> list[str]:
    """An expression in grouping parentheses: one operand a line."""
    for operators in _OPERATORS:
        parts = split_operators(body, operators)
        if len(parts) > 1:
            return [fold(p, indent, width, True) for p in parts]
    return [fold(body, indent, width, True)]


def _is_comprehension(body: str) -> bool:
    return len(split_operators(body, (" for ",))) > 1 and len(split_commas(body)) == 1


def _fold_comprehension(body: str, indent: int, width: int) -> list[str]:
    return [fold(p, indent, width) for p in split_operators(body, (" for ", " if "))]


def split_operators(text: str, operators: tuple[str, ...]) -> list[str]:
    """Parts of an expression; each but the first starts with its operator."""
    if not any(operator in text for operator in operators):
        return [text.strip()]
    parts: list[str] = []
    start = 0
    for position, depth, token in _tokens(text, operators):
        if not depth and token in operators and position > start:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return parts


_NAMES = regex(r"\bfor \w+,|\blambda \w+,")


def split_commas(text: str) -> list[str]:
    """The elements of the inside of a bracket."""
    parts: list[str] = []
    start = 0
    opened = {" for ": " in ", "lambda ": ":"} if _NAMES.search(text) else {}
    closing = ""  #: what ends the names of a lambda, or of a comprehension
    for position, depth, token in _tokens(text, (",", *opened, *opened.values())):
        if depth:
            continue
        if token in opened and not closing:
            closing = opened[token]
        elif token == closing:
            closing = ""
        elif token == "," and not closing:
            parts.append(text[start:position].strip())
            start = position + 1
    last = text[start:].strip()
    if last:
        parts.append(last)
    return parts


def split_last_bracket(text: str, width: int = WIDTH) -> tuple[str, str, str]:
    """`head(`, `body`, `)tail`, where the bracket is the last one at the outermost level.

    An empty last bracket (`x.flatten()`) is passed over for the one before it, as is one whose
    head is too long for a line.
    """
    pairs: list[tuple[int, int]] = []
    start = 0
    for position, depth, token in _tokens(text):
        if token in _OPEN and not depth:
            start = position
        elif token in _CLOSE and not depth:
            pairs.append((start, position))
    usable = [
        (start, end)
        for start, end in reversed(pairs)
        if end - start > 1 and not text[end + 1 :].strip(" :").startswith(("=", "for "))
    ]
    for start, end in [*(p for p in usable if p[0] < width), *usable]:
        return text[: start + 1], text[start + 1 : end].strip(), text[end:]
    return text, "", ""


def _tokens(text: str, wanted: tuple[str, ...] = ()) -> Iterator[tuple[int, int, str]]:
    """The brackets, and the wanted separators, outside of strings: each with its depth.

    A bracket has the depth of what stands around it.
    """
    depth = 0
    for match in _pattern(wanted).finditer(text):
        token = match.group(1)
        if token is None:
            continue  # a string
        if token in _OPEN:
            yield match.start(), depth, token
            depth += 1
        elif token in _CLOSE:
            depth -= 1
            yield match.start(), depth, token
        elif token != "#":
            yield match.start(), depth, token
        elif not depth:
            return


@cache
def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str]:
    """Strings, and as its first group brackets, comments and separators, which may overlap."""
    tokens = "|".join(("[()\\[\\]{}#]", *map(re.escape, wanted)))
    return re.compile(f"{STRING}|(?=({tokens}))")
