"""Arrays that run backwards through the memory of others, which torch does not take: `x[::-1]`."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from transpiler.regex import regex

#: A subscript at the end, one of whose slices has a negative step.
_TURNED = regex(r"\[[^\[\]]*:[^\[\]:,]*:\s*-[^\[\]]*\]$")
_FLIPPED = regex(r"(?:np|numpy)\.(?:flip|fliplr|flipud|rot90)\((.*)\)$")
_PICKED = regex(r"(?<=[\w)\]])\[[^\[\]]*\]$")
_BASE = regex(r"[A-Za-z_]\w*(?=(?:\[[^\[\]]*\])*$)")
#: What turns something round, anywhere in a program; of numbers of places it is no array of data.
_TURNS = regex(
    r"(?P<slice>[\[,][^\[\]:,\n]*:[^\[\]:,\n]*:\s*-)|\bslice\([^()]*,\s*-"
    r"|(?<!image\.)(?<!cv2\.)(?<![\w_])(?:flip|fliplr|flipud|rot90)\("
)
_OF_PLACES = regex(r"(?:\b(?:argsort|sorted|range|list)\([^\n]*\)|shape|size)$")
#: Functions and methods that give a view of an array, or itself.
_VIEWS = frozenset(
    {
        "asarray", "asanyarray", "transpose", "swapaxes", "moveaxis", "rollaxis", "expand_dims",
        "squeeze", "reshape", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_to", "split",
        "array_split", "diagonal", "view",
    }
)  # fmt: skip
_FLIPS = frozenset({"flip", "fliplr", "flipud", "rot90"})


def runs_backwards(text: str, source: str) -> bool:
    """Whether an expression gives such an array; `source` is the program, its strings blank."""
    whole = text
    while not _is_backwards(whole):
        shorter = _PICKED.sub("", whole)
        if shorter == whole:
            break
        whole = shorter
    else:
        return True
    base = _BASE.match(text)
    if base is None:
        return False
    values = _values(base.group(), source)
    return any(_is_backwards(part) for value in values for part in _parts(value))


#: One of these is in all that turns something round.
_MARKS = (":-", ": -", "slice(", "flip", "rot90")


@lru_cache(maxsize=64)
def turns_arrays(source: str) -> bool:
    """Whether a program makes such arrays, which its functions may give anywhere."""
    return any(mark in source for mark in _MARKS) and any(
        not found.group("slice")
        or not _OF_PLACES.search(source[: found.start()].rpartition("\n")[2])
        for found in _TURNS.finditer(source)
    )


def may_run_backwards(text: str, source: str, others: tuple[str, ...] = ()) -> bool:
    """Whether an expression may give such an array, since nobody sees where it comes from.

    `others` are programs that make such arrays, and give some to the one that is looked at.
    """
    sources = (source, *others)
    return any(map(turns_arrays, sources)) and _may(text, sources, frozenset())


def _may(text: str, source: tuple[str, ...], seen: frozenset[str]) -> bool:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:  # a statement that goes on in the next line
        return True
    return _is_backwards(text.strip()) or _node_may(node, source, seen)


def _node_may(node: ast.expr, source: tuple[str, ...], seen: frozenset[str]) -> bool:
    match node:
        case ast.Name() | ast.Attribute(value=ast.Name()):
            name = ast.unparse(node)
            if isinstance(node, ast.Attribute) and node.attr in ("values", "T"):
                return node.attr == "T" and _node_may(node.value, source, seen)
            values = next(filter(None, (_values(name, one) for one in source)), [])
            others = (v for v in values if name not in seen)
            if not values:  # a parameter; what the program does not name, we have made
                return re.search(rf"(?<![\w.]){re.escape(name)}\b", source[0]) is not None
            return any(_may(value, source, seen | {name}) for value in others)
        case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.Starred(value=value):
            turned = _is_backwards(ast.unparse(node))
            return turned or _node_may(value, source, seen)
        case ast.Call(func=ast.Name(id=name)):
            return _is_defined(name, source) or name in _FLIPS
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name)):
            given = any(_node_may(one, source, seen) for one in node.args)
            return name in _FLIPS or (name in _VIEWS and given)
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            views = name in _VIEWS and _node_may(value, source, seen)
            return views or _is_defined(name, source)
        case ast.IfExp(body=one, orelse=other):
            return _node_may(one, source, seen) or _node_may(other, source, seen)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(_node_may(part, source, seen) for part in parts)
    return False


def _is_defined(name: str, sources: tuple[str, ...]) -> bool:
    """Whether it is a function, method or class of the programs, maybe under another name."""
    defined = re.compile(rf"\b(?:class|as) {name}\b|\bdef {name}\(|^\s*{name} = lambda\b", re.M)
    return any(defined.search(source) for source in sources)


def _values(name: str, source: str) -> list[str]:
    """What a program assigns to a variable, maybe together with others."""
    assigned = rf"^[ \t]*(?:[\w.]+, *)*{re.escape(name)}(?:, *[\w.]+)* *=(?!=) *(?=[^\s#])"
    return [_whole(source, match.end()) for match in re.finditer(assigned, source, re.M)]


def _whole(source: str, start: int) -> str:
    """The expression that begins at a place, to the end of a line in which no bracket is open."""
    depth, text = 0, ""
    for line in source[start:].split("\n"):
        line = line.partition("#")[0]
        text += line.strip()
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0:
            break
    return text


def _is_backwards(text: str) -> bool:
    flipped = _FLIPPED.match(text)
    whole = flipped is not None and _closes_at_end(flipped.group(1))
    return whole or (_TURNED.search(text) is not None and len(_parts(text)) == 1)


def _closes_at_end(inside: str) -> bool:
    """Whether no bracket ends in it that did not begin in it."""
    depth = 0
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            return False
    return True


def _parts(text: str) -> list[str]:
    """What commas separate outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
