"""What stands inside of nodes is what LibCST itself says, without signs and spaces."""

from __future__ import annotations

import libcst as cst

from transpiler.source.children import children_of

#: Every construct of the language.
SOURCE = '''\
"""A module."""
from __future__ import annotations
import a.b as c, d
from .. import (e as f, g,)
from h import *

@i.j(k)
class L(M, metaclass=N, **o):
    p: int = 1; q: str
    r = s = t, *u = v

    async def w(self, x, /, y: int = 2, *z, aa=3, **bb) -> None:
        global cc
        async with dd(ee) as (ff, gg), hh: pass
        async for ii in jj:
            await kk
        else:
            return [ll async for ll in mm if nn if oo]
        yield
        pp = yield from qq

def rr(*, ss): return not tt and uu or vv if ww else xx

try:
    del yy[1:2:3, ..., ::], zz.a
except (A, B) as error:
    raise C from error
except: assert d, "e"
else:
    nonlocal_ = lambda *a, b=1, **c: (yield)
finally:
    pass

try:
    pass
except* E as group:
    pass

while (n := len(f"{a!r:>{b}} {c=} text" "more" rf"x")) < 1 <= 2 != 3 is not None not in {1, 2}:
    a += -1 ** ~2 // 3 @ b; a <<= 1.5j; continue
else:
    print(*a, **b, sep="") if a else {**c, "d": e, **{k: v for k, v in f}}

match a:
    case [1, -2.0, *rest] | (3, _) if b: break_ = {x for x in y}
    case {"k": C(d, e=None), **others} | "s" as t: pass
    case a.b | True: pass
    case (): pass
'''
SIGNS = (
    cst.BaseParenthesizableWhitespace, cst.EmptyLine, cst.Newline, cst.Comment,
    cst.TrailingWhitespace, cst.Comma, cst.Semicolon, cst.Dot, cst.AssignEqual, cst.Colon,
    cst.LeftParen, cst.RightParen, cst.LeftSquareBracket, cst.RightSquareBracket,
    cst.LeftCurlyBrace, cst.RightCurlyBrace,
)  # fmt: skip


def test_children_are_those_of_libcst() -> None:
    pending: list[cst.CSTNode] = [cst.parse_module(SOURCE)]
    kinds = set[type]()
    while pending:
        node = pending.pop()
        kinds.add(type(node))
        inside = [one for one in node.children if not isinstance(one, SIGNS)]
        assert list(map(id, children_of(node))) == list(map(id, inside)), node
        pending += inside
    assert len(kinds) > 90
