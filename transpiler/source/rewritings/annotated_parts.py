"""Annotations of variables that name what nobody else has: the variables do without.

callbacks: List[keras.callbacks.Callback] = [EarlyStopping()]     callbacks = [EarlyStopping()]
self.optimizer: keras.optimizers.Optimizer = SGD(0.1)             self.optimizer = SGD(0.1)
self.model: keras.Model = build(4)                                self.model = build(4)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.changed_inside import own_nodes
from transpiler.source.draws import whole_names
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_PARTS = r"\b(?:Callback|Optimizer|Loss|Metric|History|LearningRateSchedule)\b"
_MODELS = r"\b(?:Model|Sequential)\b"
_ANNOTATED = regex(
    rf"^[ \t]*[\w.]+[ \t]*:[^=\n#]*(?:{_PARTS}|{_MODELS})[^=\n#]*=(?!=)", re.MULTILINE
)
_NAMED = regex(rf"(?:optimizers?|losses|metrics|callbacks|schedules)\.\w+|{_PARTS}")


def annotated_parts(text: str) -> Rewritten | None:
    """The text without such annotations, if it has any of variables of functions or objects."""
    module = program_tree(text) if _ANNOTATED.search(text) else None
    edits: dict[Span, str] = {}
    positions, names = Positions(text), whole_names(module) if module is not None else {}
    known = {name for name, whole in names.items() if whole.partition(".")[0] in FRAMEWORKS}
    for node in _statements(module) if module is not None else ():
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            said = ast.unparse(node.annotation)
            if known.isdisjoint(n.id for n in all_in(node.annotation) if isinstance(n, ast.Name)):
                continue
            alone = isinstance(node.annotation, (ast.Name, ast.Attribute))
            held = isinstance(node.target, ast.Attribute) or said.endswith("History")
            built = isinstance(node.target, ast.Attribute) and _is_built(node.value)
            if (_NAMED.search(said) and (held or not alone)) or (
                built and alone and re.search(rf"{_MODELS}$", said)
            ):
                start = positions.span(node.target)[1]
                edits[start, positions.span(node.annotation)[1]] = ""
    return rewritten(text, edits) if edits else None


def _is_built(value: ast.expr) -> bool:
    """Whether a function gives it, and no class of the framework."""
    called = value.func if isinstance(value, ast.Call) else None
    name = getattr(called, "attr", getattr(called, "id", ""))
    return name[:1].islower() or name.startswith("_")


def _statements(module: ast.Module) -> Iterator[ast.AST]:
    """The statements of the module and of functions; those of classes declare what these have."""
    yield from module.body
    for node in all_in(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from own_nodes(node)
