"""Classes that have lost the base which took the arguments that they are made with.

class Batches(keras.utils.PyDataset): ...       # without an `__init__` of its own
batches = Batches(workers=2)
"""

from __future__ import annotations

import ast
import re

from transpiler.conversion import Conversion
from transpiler.regex import regex
from transpiler.source.syntax import all_in, program_tree

#: Bases of what is emitted that take no arguments.
_TAKE_NOTHING = frozenset({"object", "nn.Module", "torch.nn.Module", "Dataset", "IterableDataset"})
_CLASS = regex(r"^class \w+(?:\([\w.]*\))?:", re.MULTILINE)
_DERIVED = regex(r"^class \w+\([\w.]", re.MULTILINE)
_MESSAGE = "`{}` is made with arguments for the class of Keras that it is none of any more"


def with_baseless(made: Conversion, original: str) -> Conversion:
    """A conversion with an error for each call of such a class that has arguments."""
    derived = _DERIVED.search(original) is not None  # most programs have no such class
    if made.text == original or not derived or not _CLASS.search(made.text):
        return made
    after, before = program_tree(made.text), program_tree(original)
    if after is None or before is None:
        return made
    bare = {one.name for one in after.body if isinstance(one, ast.ClassDef) and _takes_none(one)}
    bare &= {n.name for n in before.body if isinstance(n, ast.ClassDef) and not _takes_none(n)}
    calls = [*_calls(after, bare)] if bare else []
    names = {ast.unparse(call.func) for call in calls}
    said = _calls(before, names) if names else []
    if not said:
        return made
    from transpiler.told_above import told_above  # most files need it not

    found = ((call, _MESSAGE.format(ast.unparse(call.func))) for call in said)
    return told_above(made, original, found)


def _takes_none(made: ast.ClassDef) -> bool:
    """Whether nothing in a class, or above it, takes arguments."""
    bases = {ast.unparse(base) for base in made.bases}
    own = any(getattr(part, "name", "") in ("__init__", "__new__") for part in made.body)
    plain = not (own or made.keywords or made.decorator_list)
    return plain and bases <= _TAKE_NOTHING


def _calls(module: ast.Module, names: set[str]) -> list[ast.Call]:
    """The calls of some classes that have arguments."""
    calls = (node for node in all_in(module) if isinstance(node, ast.Call))
    return [
        call
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in names
        and (call.args or call.keywords)
    ]
