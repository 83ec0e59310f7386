"""What functions of the program give that are several arrays at once, by what they return.

def load(n):
    return x[:n], y[:n]

Dataset.from_tensor_slices(load(10))       # a pair, not one array
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.ir.tensor import Unsupported
from transpiler.source.suites import returns_of

#: Images and labels: `train, test = keras.datasets.mnist.load_data()`.
_PARTS = r"^[ \t]*\(?(?:{0}, \w+|\w+, {0})\)? = (?:[\w.]+\.)?{1}\.load_data\("
_DATA_SETS = "(?:(?:fashion_)?mnist|cifar100?|imdb|reuters|(?:boston|california)_housing)"


def arrays_given(region: Region, text: str, node: cst.BaseExpression | None) -> int | None:
    """How many arrays an expression or a variable holds, None where it may be a single one.

    Raises Unsupported where these have no names to be read by.
    """
    functions = {s.name.value: s for s in _functions(region.tree.module)}
    if text.isidentifier():
        bound = re.findall(
            rf"^[ \t]*{text} = (?:self\.)?(\w+)\(", region.tree.blanked, re.MULTILINE
        )
        lengths = {_length(functions[name]) for name in bound if name in functions}
        if re.search(_PARTS.format(text, _DATA_SETS), region.tree.blanked, re.MULTILINE):
            lengths.add(2)
        if lengths <= {None}:
            return None
        if len(lengths) == 1 and (length := next(iter(lengths))):
            return length
    elif isinstance(node, cst.Call):
        called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        function = functions.get(called.value) if isinstance(called, cst.Name) else None
        if function is None or _length(function) is None:
            return None
    else:
        return None
    raise Unsupported(f"`{text}` is several arrays at once: give each a name before")


def _functions(node: cst.CSTNode) -> Iterator[cst.FunctionDef]:
    """The functions of a module, and the methods of its classes."""
    for statement in getattr(node, "body", ()):
        if isinstance(statement, cst.FunctionDef):
            yield statement
        elif isinstance(statement, cst.ClassDef):
            yield from _functions(statement.body)


def _length(function: cst.FunctionDef) -> int | None:
    """How long the tuples are that a function gives; 0 if it varies or a dict comes, else None."""
    found = {_of_value(node.value) for node in returns_of(function)}
    return None if found <= {None} else found.pop() if len(found) == 1 else 0


def _of_value(value: cst.BaseExpression | None) -> int | None:
    if isinstance(value, cst.Dict):
        return 0
    if not isinstance(value, cst.Tuple):
        return None
    starred = any(isinstance(element, cst.StarredElement) for element in value.elements)
    return 0 if starred else len(value.elements)
