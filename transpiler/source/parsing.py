"""LibCST's parser, without the checks that nodes make of themselves when they are made."""

from __future__ import annotations

import libcst as cst

_CHECK = cst.CSTNode.__post_init__


def parse(text: str) -> cst.Module:
    """The tree of a text. Raises `cst.ParserSyntaxError` where it is not Python 3.

    What LibCST's parser makes is right: only nodes that are made by hand need to be checked. The
    checks cost a sixth of the parser's time.
    """
    cst.CSTNode.__post_init__ = _unchecked  # type: ignore[assignment, method-assign]
    try:
        return cst.parse_module(text)
    finally:
        cst.CSTNode.__post_init__ = _CHECK  # type: ignore[method-assign]


def _unchecked(node: cst.CSTNode) -> None:
    """In the place of the checks."""
