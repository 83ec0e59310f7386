"""What makes arrays: libraries, and what draws numbers.

np.zeros((100, 20)), tf.random.normal((100, 20)), rng.normal(size=(100, 20))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.values import Framework


def is_library(region: Region, node: cst.BaseExpression) -> bool:
    """Whether it is `np`, `np.random`, `tf`, or what draws numbers: no array."""
    if isinstance(node, cst.Call):
        return dotted(node.func).rpartition(".")[2] in ("RandomState", "default_rng")
    root = dotted(node).partition(".")[0]
    return root in ("np", "numpy", "tf", "rng") or is_of_framework(region, node)


def is_of_framework(region: Region, node: cst.BaseExpression) -> bool:
    """Whether it is a part of TensorFlow or Keras."""
    root = dotted(node).partition(".")[0]
    held = region.scope.values.get(root, region.scope.outer.get(root))
    return isinstance(held, Framework)


def is_drawn(region: Region, receiver: cst.BaseExpression | None) -> bool:
    """Whether something draws numbers: `np.random`, or a variable for such a generator."""
    if not isinstance(receiver, cst.Name):
        return receiver is None
    made = rf"^[ \t]*{receiver.value} = [\w.]*\b(?:RandomState|default_rng)\("
    return re.search(made, region.tree.text, re.M) is not None


def is_defined(region: Region, name: str) -> bool:
    """Whether the program has a function of this name itself."""
    return re.search(rf"def {name}\(", region.tree.blanked) is not None
