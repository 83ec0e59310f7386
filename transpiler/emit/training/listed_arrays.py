"""The arrays for a model that takes as many inputs as a loop makes: a list, or a dict by names.

model.fit({name: table[name] for name in NAMES}, y)     # [table[name] for name in NAMES]
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from transpiler.emit.training.data import listed_arrays, with_values
from transpiler.interpret.region import KeyOrder
from transpiler.interpret.training import Given
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.expr import literal
from transpiler.ir.tensor import Unsupported
from transpiler.source.literals import constants_in, dicts_bound_to, lists_bound_to
from transpiler.source.stores import stores_of

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter


def arrays_of_list(writer: ModelWriter, given: Given | None, what: str) -> tuple[str, ...]:
    """The sources of all that a loop makes inputs for, and of what stands behind them."""
    text = writer.source_of(given) if given is not None else ""
    count = len(writer.training.taking.inputs)

    def always_listed(name: str) -> bool:
        """Whether all that a variable of the program ever is are lists that are written out."""
        displays = lists_bound_to(writer.tree.text, name)
        return displays > 0 and displays == sum(p.binds for p in writer.shared.found.of(name))

    found = listed_arrays(text, count, always_listed)
    if not found and not count:
        found = _by_names(writer, text)
    if not found:
        raise Unsupported(f"{what} is not known to be a list of arrays, one for each input")
    return found


def _by_names(writer: ModelWriter, text: str) -> tuple[str, ...]:
    """The list for a dict, in the order in which the loop has made the inputs of these names."""
    region = writer.training.origin.region
    orders = list(region.input_orders.values()) if region is not None else []
    if len(orders) != 1 or (iterable := _iterable(writer, orders[0])) is None:
        return ()
    (order,) = orders
    match ast.parse(text, mode="eval").body:
        case ast.DictComp(key, value, [ast.comprehension(ast.Name(target), run, [], 0)]):
            own = _named(ast.unparse(key), target)
            if ast.unparse(run) == iterable and own == _named(order.key, order.target):
                return (f"[{ast.unparse(value)} for {target} in {iterable}]",)
        case ast.Name(name) if _is_dict(writer, name):
            return (f"[{name}[{order.key}] for {order.target} in {iterable}]",)
    return ()


def _is_dict(writer: ModelWriter, name: str) -> bool:
    """Whether all that a variable of the program ever is are dicts."""
    displays = dicts_bound_to(writer.tree.text, name)
    return displays > 0 and displays == sum(p.binds for p in writer.shared.found.of(name))


def entries_of(writer: ModelWriter, given: Given | None, keys: list[str]) -> tuple[str, ...]:
    """The arrays of a dict or list of which not more is known, for these inputs; else none."""
    unknown = given is not None and isinstance(given.value, Static) and not given.value.expr.known
    if not unknown or len(keys) < 2:
        return ()
    assert given is not None
    text = writer.source_of(given)
    match ast.parse(text, mode="eval").body:
        case ast.Name(name) if all(keys) and _is_dict(writer, name):
            return tuple(f"{text}[{literal(key)}]" for key in keys)
        case ast.ListComp(value, [ast.comprehension(ast.Name(target), run, [], 0)]):
            values = constants_in(writer.tree.text, run) or ()
            if len(values) == len(keys) and not writer.built.keys:
                code = ast.unparse(value)
                return tuple(with_values(code, {target: literal(one)}) for one in values)
    return ()


def _iterable(writer: ModelWriter, order: KeyOrder) -> str | None:
    """What the loop has run through, as who trains the model calls it; None where it changes."""
    region, text = writer.training.origin.region, order.iterable.text
    if region is not None and text in region.parameters:
        given = writer.training.model.arguments.get(text)
        known = given.static if isinstance(given, Sequence) else None
        known = given.expr if isinstance(given, Static) else known
        if known is None:
            return None
        text = known.text
    stores, parsed = stores_of(writer.tree.text), ast.parse(text, mode="eval").body
    plain = isinstance(parsed, (ast.Name, ast.List, ast.Tuple))
    return (
        ast.unparse(parsed) if plain and stores is not None and stores.is_steady(parsed) else None
    )


def _named(key: str, target: str) -> str:
    """A key, whatever the variable of its loop is called."""
    parsed = ast.parse(key, mode="eval")
    for node in ast.walk(parsed):
        if isinstance(node, ast.Name) and node.id == target:
            node.id = "_"
    return ast.unparse(parsed)
