"""What stands right inside of a node of the tree, in the order of the text."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields

import libcst as cst

#: Fields that hold signs, spaces and comments.
_SIGNS = (
    "whitespace", "leading_whitespace", "trailing_whitespace", "leading_lines", "lines_after",
    "header", "footer", "relative",
    "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon", "dot",
    "equal", "colon", "first_colon", "second_colon", "first_line",
)  # fmt: skip
#: The others of each kind of node, in their order.
_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}


def children_of(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The expressions, statements and operators right inside of a node.

    As `CSTNode.children` without signs, spaces and comments, in a tenth of the time: that one
    makes the node anew.
    """
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = _fields_of(node)
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name)
        kind = type(value)
        if kind in _LISTS:
            found += value
        elif kind in _NODES or (kind not in _OTHERS and _is_node(value)):
            found.append(value)
    return found


_LISTS = frozenset({list, tuple})
#: The classes of nodes, and of what else is in them, that were met.
_NODES: set[type] = set()
_OTHERS: set[type] = set()


def _is_node(value: object) -> bool:
    """Whether it is one, taken down for the next: to ask an abstract class takes its time."""
    found = isinstance(value, cst.CSTNode)
    (_NODES if found else _OTHERS).add(type(value))
    return found


def _fields_of(node: cst.CSTNode) -> tuple[str, ...]:
    """Also those that this node lacks and others of its kind have."""
    fields = _Fields()
    node._visit_and_replace_children(fields)
    others = (one.name for one in dataclass_fields(node) if one.name not in fields.names)
    return tuple(name for name in (*fields.names, *others) if not name.startswith(_SIGNS))


class _Fields(cst.CSTVisitor):
    """Takes down in which order the fields of a node are visited."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """The node itself is all that is asked."""
        return False

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        """Called for each field, whether it holds something or not."""
        self.names.append(attribute)
