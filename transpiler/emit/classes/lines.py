"""Statements as lines: folded, indented, with their comments."""

from __future__ import annotations

from transpiler.emit.fold import WIDTH, fold, split_operators
from transpiler.emit.text import indented_comment
from transpiler.ir.code import Comments
from transpiler.regex import regex


def statement(text: str, indent: int, comments: Comments) -> list[str]:
    """A statement with its comments; it is folded where it is too long."""
    if "\n" in text:
        return _long_statement(text, indent, comments)
    lines = [indented_comment(c, indent) for c in comments.leading]
    if comments.trailing:
        if "\n" not in text and len(text) + indent + len(comments.trailing) + 2 > 88:
            lines.append(indented_comment(comments.trailing, indent))
            return [*lines, fold(text, indent)]
        return [*lines, fold(text, indent) + f"  {comments.trailing}"]
    return [*lines, fold(text, indent)]


def _long_statement(text: str, indent: int, comments: Comments) -> list[str]:
    """A statement in the lines in which the user wrote it."""
    pad = " " * indent
    lines = [indented_comment(c, indent) for c in comments.leading if not c or c not in text]
    if ('"""' in text or "'''" in text) and not text.startswith("def "):
        return [*lines, pad + text]
    first = [pad + line if line else "" for line in text.split("\n")]
    if text.startswith("def "):
        return [*lines, *first, ""]
    if comments.trailing and comments.trailing not in text:
        first[-1] += f"  {comments.trailing}"
    return [*lines, *first]


_OPPOSITES = {" == ": " != ", " != ": " == ", " < ": " >= ", " > ": " <= "}
_COMPARISONS = regex(r" (?:[=!<>]=|[<>]|(?:not )?in|is) ")
_CONNECTED = regex(r"\b(?:and|or|not|if|lambda)\b")


_IS_NONE = regex(r"([\w.]+) is (not )?None")


def negated(test: str) -> str:
    """The condition under which a test fails."""
    if (match := _IS_NONE.fullmatch(test)) is not None:
        return f"{match.group(1)} is {'' if match.group(2) else 'not '}None"
    if test.startswith("not ") and " and " not in test and " or " not in test:
        return test[4:]
    found = _COMPARISONS.findall(test)
    if len(found) == 1 and found[0] in _OPPOSITES and not _CONNECTED.search(test):
        if len(split_operators(test, (found[0],))) == 2:
            return test.replace(found[0], _OPPOSITES[found[0]])
    return f"not ({test})" if " " in test else f"not {test}"


def merge_return(lines: list[str], text: str, indent: int, comments: Comments) -> list[str] | None:
    """`x = f(x)` before `return x` is `return f(x)`."""
    if any(comments.leading):
        return None
    trailing = comments.trailing
    name = text.removeprefix("return ")
    if not lines or not name.isidentifier():
        return None
    last = lines[-1]
    prefix = " " * indent + f"{name} = "
    if "\n" in last or not last.startswith(prefix) or last.rstrip().endswith(("(", "[")):
        return None
    made = fold(f"return {last[len(prefix) :]}", indent)
    if not trailing:
        return [*lines[:-1], made]
    commented = f"{made}  {trailing}"
    if "#" not in made and "\n" not in made and len(commented) <= WIDTH:
        return [*lines[:-1], commented]
    return [*lines[:-1], " " * indent + trailing, made]


def ends_in_jump(lines: list[str]) -> bool:
    """Whether a rendered block ends by raising, or by leaving the loop."""
    heads = [line.split("\n", 1)[0] for line in lines]
    code = [head for head in heads if head.strip() and not head.lstrip().startswith("#")]
    if not code:
        return False
    last = code[-1].lstrip()
    own = min(len(head) - len(head.lstrip()) for head in code)
    return last.startswith(("raise", "break")) and len(code[-1]) - len(last) == own


def tidy(text: str) -> str:
    """No blank lines at the start of a block, and never two of them."""
    lines = text.split("\n")
    kept: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.strip():
            previous = kept[-1] if kept else ""
            called = previous.strip() == "super().__init__()"
            if (
                not previous.strip()
                or (called and not following.startswith("    def "))
                or (
                    previous.rstrip().endswith(":") and not previous.lstrip().startswith(("#", '"'))
                )
            ):
                continue
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)
