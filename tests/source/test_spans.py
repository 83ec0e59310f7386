"""Nodes stand where LibCST's own printer says that they stand."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from transpiler.source.spans import Measured, Printed

ROOT = Path(__file__).parent.parent.parent
FILES = sorted([*ROOT.glob("golden/*/*/input.py"), *ROOT.glob("transpiler/source/*.py")])
PARTS = 16
ODD = {
    "nothing": "",
    "only a comment": "# nothing else",
    "no newline at the end": "x = 1",
    "semicolons": "x = 1; y = 2;\n",
    "parentheses": "x = ((1)), ((a + b) * c)\ny = (  # why\n    1,\n)\n",
    "elif": "if a:\n  pass\nelif b: x = 1\nelse:\n\tpass\n# end\n",
    "loops": "for i in x:\n    break\nelse:\n    pass\nwhile 1:\n    def f(): return\n",
    "definitions": "@a\n# why\n@b(1)\n\nasync def f(x: int = 1, *, k, **kw) -> int:\n    1\n",
    "classes": "class A: pass\nclass B(A, metaclass=M):\n\n    x: int = 1\n\n    # end\n",
    "strings": 'f"{a!r:>{w}}" "b"\nx = b"" rb""\n',
    "carriage returns": "x = [\r\n    1,\r\n]\r\nif x:\r\n    f(*a, **k)\r\n",
    "continued": "x = a + \\\n    b\nassert x, \\\n  y\n",
    "parameters": "def f(a, /, b: int = 1, *c: str, d=2, **e): pass\ng = lambda *, k, **_: k\n",
    "imports": "from .a import (b as c, d,)\nfrom .. import *\nimport x.y as z, w\n",
    "imports and more": "from a import b ; c\n",
    "raises": "raise\nraise A ( 1 ) from  b\n",
    "operators": "x = -a ** ~b if not (c is  not d) else e not  in f or g <= h != i\n",
    "fields": "f\"{ a }{b!r}{c:>{d}.3f}{e=}\" f'{{}}'\n",
    "slices": "x[1:2, ..., ::3] = y[a][-1]\nx = {**a, 'b': 1}, {1, 2}\n",
    "comprehensions": "x = [a for b in c if d]\ny = (i for i in j)\nz = lambda a, *b: (a, b)\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ODD.items()])
def test_odd_code(text: str) -> None:
    assert not list(_wrong(text))


@pytest.mark.sample(4)
@pytest.mark.parametrize("first", range(PARTS))
def test_files(first: int) -> None:
    files = FILES[first::PARTS]
    assert len(files) > 10
    wrong = {str(file): found for file in files if (found := list(_wrong(file.read_text())))}
    assert not wrong


def _wrong(text: str) -> list[str]:
    """The nodes whose spans differ from those of LibCST's printer, or are missing."""
    module = cst.parse_module(text)
    printed = Printed(module)
    module._codegen(printed)
    measured = Measured(module)
    assert measured.length == len(text)
    found = []
    nodes: list[cst.CSTNode] = list(module.children)
    while nodes:
        node = nodes.pop()
        nodes += node.children
        there, here = printed.spans[id(node)], measured.spans.get(id(node))
        needed = isinstance(node, (cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement))
        if here != there and (needed or here is not None):
            found.append(f"{type(node).__name__} {text[slice(*there)]!r}: {here}")
    return found
