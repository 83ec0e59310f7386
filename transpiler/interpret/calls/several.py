"""What functions of the program give that are several arrays at once, by what they return.

def load(n):
    return x[:n], y[:n]

Dataset.from_tensor_slices(load(10))       # a pair, not one array
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.ir.tensor import Unsupported
from transpiler.source.tuples import functions_of, returned_length, tuple_length

#: Images and labels: `train, test = keras.datasets.mnist.load_data()`.
_PARTS = r"^[ \t]*\(?(?:{0}, \w+|\w+, {0})\)? = (?:[\w.]+\.)?{1}\.load_data\("
_DATA_SETS = "(?:(?:fashion_)?mnist|cifar100?|imdb|reuters|(?:boston|california)_housing)"


def arrays_given(region: Region, text: str, node: cst.BaseExpression | None) -> int | None:
    """How many arrays an expression or a variable holds, None where it may be a single one.

    Raises Unsupported where these have no names to be read by.
    """
    if text.isidentifier():
        bound = re.findall(
            rf"^[ \t]*{text} = (?:self\.)?(\w+)\(", region.tree.blanked, re.MULTILINE
        )
        functions = functions_of(region.tree.module)
        lengths = {returned_length(functions[name]) for name in bound if name in functions}
        if re.search(_PARTS.format(text, _DATA_SETS), region.tree.blanked, re.MULTILINE):
            lengths.add(2)
        if lengths <= {None}:
            return None
        if len(lengths) == 1 and (length := next(iter(lengths))):
            return length
    elif node is None or tuple_length(region.tree.module, node) is None:
        return None
    raise Unsupported(f"`{text}` is several arrays at once: give each a name before")
