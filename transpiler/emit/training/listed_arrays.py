"""The arrays for a model that takes as many inputs as a loop makes: a list, or a dict by names.

model.fit({name: table[name] for name in NAMES}, y)     # [table[name] for name in NAMES]

And those of which only functions of the program show that they are a list, or a dict.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from transpiler.emit.training.data import (
    input_keys,
    is_listed,
    listed_arrays,
    names_of,
    with_values,
)
from transpiler.emit.training.shown_arrays import shown
from transpiler.interpret.region import KeyOrder
from transpiler.interpret.training import Given
from transpiler.interpret.values import OF_OBJECT, Mapping, Sequence, Static, Unknown, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, literal
from transpiler.ir.pipeline import Columns, Element, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import array
from transpiler.record import record, replace
from transpiler.regex import regex
from transpiler.source.lexical import may_act, names_read
from transpiler.source.literals import constants_in, dicts_bound_to, lists_bound_to
from transpiler.source.made_batches import is_list
from transpiler.source.stores import stores_of
from transpiler.source.syntax import all_in

if TYPE_CHECKING:
    from transpiler.emit.training.model import ModelWriter

#: What gives a variable that is free one of some names.
Naming: TypeAlias = "Callable[..., str]"

#: The head of a loop over the pairs of a dict.
_PAIRS = regex(r"\(?(\w+), (\w+)\)? in (\w+)\.items\(\)")
#: What can be written several times: `pairs`, `self.pairs`, `pairs[0]`.
PLACE = regex(r"[A-Za-z_][\w.]*(?:\[(?:\d+|\"\w+\"|'\w+')\])*")


def arrays_of_list(
    writer: ModelWriter, text: str, given: Given | None, what: str
) -> tuple[str, ...]:
    """The sources of all that a loop makes inputs for, and of what stands behind them."""
    count = len(writer.training.taking.inputs)

    def always_listed(name: str) -> bool:
        """Whether all that a variable of the program ever is are lists that are written out."""
        displays = lists_bound_to(writer.tree.text, name)
        if given is not None and isinstance(given.value, Sequence) and name == text:
            return given.value.kind is list and given.value.static is not None
        return displays > 0 and displays == sum(p.binds for p in writer.shared.found.of(name))

    if writer.built.order is not None and (named := _by_names(writer, text, given)):
        return named
    if writer.built.order is not None:
        if key_order(writer) is None:
            raise Unsupported(_NO_NAMES)
        raise Unsupported(f"{what} is not known to be a dict of arrays, one for each input")
    found = listed_arrays(text, count, always_listed)
    if not found and not count:
        found = _by_names(writer, text)
    found = found or _of_display(writer, text)
    if not found:
        raise Unsupported(f"{what} is not known to be a list of arrays, one for each input")
    return found


def _by_names(writer: ModelWriter, text: str, given: Given | None = None) -> tuple[str, ...]:
    """The list for a dict, in the order in which the loop has made the inputs of these names."""
    if (order := key_order(writer)) is None:
        return ()
    iterable = order.iterable
    if given is not None and isinstance(given.value, Mapping) and PLACE.fullmatch(text):
        return (f"[{text}[{order.key}] for {order.target} in {iterable}]",)
    match ast.parse(text, mode="eval").body:
        case ast.DictComp(key, value, [ast.comprehension(ast.Name(target), run, [], 0)]):
            own = _named(ast.unparse(key), target)
            if ast.unparse(run) == iterable and own == _named(order.key, order.target):
                return (f"[{ast.unparse(value)} for {target} in {iterable}]",)
        case ast.Name(name) if _is_dict(writer, name):
            return (f"[{name}[{order.key}] for {order.target} in {iterable}]",)
        case ast.Call(ast.Name("dict"), [ast.Name(name)], []) if _is_pythons(writer, "dict"):
            return (f"[{name}[{order.key}] for {order.target} in {iterable}]",)
    return ()


def _of_display(writer: ModelWriter, text: str) -> tuple[str, ...]:
    """The list for a dict that is written out, and what stands behind it; none for other things.

    The names that the loop gives its inputs are constants.
    """
    order = key_order(writer)
    taking = writer.training.taking
    if order is None or order.key != order.target:
        return ()
    keys = constants_in(writer.tree.text, ast.parse(order.iterable, mode="eval").body)
    others = names_of(writer.training.origin, taking.inputs)
    entries = _entries(text)
    if not keys or not all(others) or entries is None:
        return ()
    found = [entries(str(key)) for key in (*keys, *others)]
    if None in found:
        return ()
    texts = [one for one in found if one is not None]
    return f"[{', '.join(texts[: len(keys)])}]", *texts[len(keys) :]


def _entries(text: str) -> Callable[[str], str | None] | None:
    """What gives the source of an entry of a dict that is written out; None of other things."""

    def source(node: ast.expr) -> str:
        return ast.get_source_segment(text, node) or ""

    match ast.parse(text, mode="eval").body:
        case ast.Dict(keys, values):
            held = {
                key.value: source(value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
            plain = len(held) == len(keys) and not any(map(may_act, held.values()))
            return held.get if plain else None
        case ast.DictComp(ast.Name(key), value, [ast.comprehension(ast.Name(target), _, [], 0)]):
            one = source(value)
            if key == target and not may_act(one):
                return lambda name: with_values(one, {target: literal(name)})
    return None


@record(frozen=True, slots=True)
class Order:
    """How to run through the entries of a dict of inputs: `for target in iterable`, by a key."""

    key: str
    target: str
    iterable: str


def key_order(writer: ModelWriter) -> Order | None:
    """The order in which a loop has made the inputs, where that can be run through again."""
    region = writer.training.origin.region
    orders = list(region.input_orders.values()) if region is not None else []
    orders = [writer.built.order] if writer.built.order is not None else orders
    if len(orders) != 1:
        return None
    order = _of_keys(orders[0])
    iterable = _iterable(writer, order)
    return None if iterable is None else Order(order.key, order.target, iterable)


def _of_keys(order: KeyOrder) -> KeyOrder:
    """The same through the keys of a dict alone, where a loop has run through its pairs."""
    pairs = _PAIRS.fullmatch(f"{order.target} in {order.iterable.text}")
    if pairs is None or pairs[2] in names_read(order.key):
        return order
    return replace(order, target=pairs[1], iterable=replace(order.iterable, text=pairs[3]))


def batch_order(writer: ModelWriter) -> Order | None:
    """The same for the functions that run through batches, which stand at the top of the file."""
    order = None if writer.training.taking.inputs else key_order(writer)
    if order is not None and order.iterable.isidentifier():
        places = writer.shared.found.of(order.iterable)
        return order if any(place.binds and not place.local for place in places) else None
    return order


_NO_NAMES = (
    "a dict of inputs whose names are not in a list of the module that nothing changes: make such "
    "a list, and fill the dict by a loop over it"
)


def of_batches(writer: ModelWriter) -> tuple[str, str, str] | None:
    """How functions that run through batches make the dict that a model takes."""
    if writer.built.order is None:
        return None
    if (order := batch_order(writer)) is None:
        raise Unsupported(_NO_NAMES)
    return order.key, order.target, order.iterable


def _is_pythons(writer: ModelWriter, name: str) -> bool:
    """Whether the program leaves a name to Python."""
    return not any(place.binds for place in writer.shared.found.of(name))


def _is_dict(writer: ModelWriter, name: str) -> bool:
    """Whether all that a variable of the program ever is are dicts."""
    displays = dicts_bound_to(writer.tree.text, name)
    return displays > 0 and displays == sum(p.binds for p in writer.shared.found.of(name))


def entries_of(writer: ModelWriter, given: Given | None, keys: list[str]) -> tuple[str, ...]:
    """The arrays of a dict or list of which not more is known, for these inputs; else none."""
    unknown = given is not None and isinstance(given.value, Static) and not given.value.expr.known
    if not unknown:
        return ()
    assert given is not None
    text = writer.source_of(given)
    if len(keys) == 1:
        if not _is_dict(writer, text) and not writer.built.keys:
            return ()
        keys = input_keys(writer.built, writer.training.origin, of_several=False)
        if not keys[0] or not _is_dict(writer, text):
            raise Unsupported(f"`{text}` is not known to be a dict with an array for the input")
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
        known = given.static if isinstance(given, (Sequence, Mapping)) else None
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
    for node in all_in(parsed):
        if isinstance(node, ast.Name) and node.id == target:
            node.id = "_"
    return ast.unparse(parsed)


def told_apart(
    writer: ModelWriter, given: Given | None, keys: list[str], name: Naming, *wanted: str
) -> tuple[Given | None, list[str]]:
    """An argument with the arrays that the program shows it to hold, one for each of the keys.

    What is to be evaluated once gets a variable, by a statement before.
    """
    parts = _parts_of(writer, given, keys)
    if given is None or parts is None:
        return given, []
    text, before = writer.source_of(given), []
    if PLACE.fullmatch(text) is None:
        variable = name(*wanted)
        text, before = variable, [f"{variable} = {text}"]
        writer.shared.tables.names |= {variable} if _holds_tables(writer, given) else set()
    return replace(given, value=parts, text=text, node=None), before


def spread(writer: ModelWriter, given: Given | None, keys: list[str], what: str) -> str:
    """What passes on a list of arrays, one for each key, in one evaluation; "" for all else."""
    parts = _parts_of(writer, given, keys)
    of_keys = what == "x" and len(writer.built.keys) > 1
    if given is None or not isinstance(parts, Sequence) or of_keys:
        return ""
    for item in parts.items:
        array(Given(item, "", given.versions), what)
    text = writer.source_of(given)
    if not _holds_tables(writer, given):
        return f"*{text}"
    writer.made.helpers.add("numpy")
    return f"*map(np.asarray, {text})"


def weights_of_outputs(writer: ModelWriter, given: Given, keys: list[str]) -> Given:
    """The weights of samples for several outputs: one array for each, where they are seen to be."""
    text, seen = writer.source_of(given), isinstance(given.node, (cst.Name, cst.Call))
    if isinstance(given.value, (Sequence, Mapping)) or given.node is None or not seen:
        return given
    parts = _parts(writer, shown(writer, given.node), text, keys)
    if parts is None:
        return given
    if PLACE.fullmatch(text) is None:
        raise Unsupported("sample_weight is a list that has no name: assign it before the call")
    return replace(given, value=parts)


def _holds_tables(writer: ModelWriter, given: Given) -> bool:
    """Whether the parts of what an argument gives may be tables."""
    return writer.shared.tables.hold(f"({writer.source_of(given)})[0]")


def _parts_of(
    writer: ModelWriter, given: Given | None, keys: list[str]
) -> Sequence | Mapping | None:
    """The arrays in what an argument gives, one for each key; None where they are not seen.

    Those of displays have sources of their own.
    """
    whole = is_listed(writer.built)
    if given is None or given.node is None or (len(keys) < 2 and not whole):
        return None
    text, value = writer.source_of(given), given.value
    if re.search(tokens.ANY_CHARACTER, text):
        return None
    if writer.built.order is not None and isinstance(value, Mapping):
        return None if _by_names(writer, text) else Mapping({}, static=Expr(text))
    if isinstance(value, (Sequence, Mapping)):
        written = isinstance(given.node, (cst.List, cst.Tuple, cst.Dict, cst.DictComp))
        return None if whole or written or PLACE.fullmatch(text) else value
    return _parts(writer, shown(writer, given.node), text, keys) if _may_be_seen(value) else None


def part_of(writer: ModelWriter, form: Element | None, variable: str, keys: list[str]) -> Value:
    """What a variable holds that gets a part of what an argument is seen to hold."""
    found = _parts(writer, form, variable, keys) if len(keys) > 1 else None
    return found or Static(Expr(variable))


def _parts(
    writer: ModelWriter, form: Element | None, text: str, keys: list[str]
) -> Sequence | Mapping | None:
    """The arrays in what is seen to be a list or dict."""
    if writer.built.order is not None:
        by_keys = isinstance(form, (Columns, dict))
        return Mapping({}, static=Expr(text)) if by_keys else None
    if is_listed(writer.built):
        return Sequence((), list, static=Expr(text)) if is_list(form) else None
    if isinstance(form, dict) and all(isinstance(form.get(key), Leaf) for key in keys):
        form = Columns()
    if isinstance(form, Columns) and all(keys):
        entries: dict[Any, Value] = {key: Static(Expr("")) for key in keys}
        return Mapping(entries, static=Expr(text))
    if not is_list(form) or (isinstance(form, tuple) and len(form) != len(keys)):
        return None
    return Sequence((Static(Expr("")),) * len(keys), list, static=Expr(text))


def _may_be_seen(value: Value) -> bool:
    """Whether nothing is known of a value but what the text of functions and methods shows."""
    of_object = isinstance(value, Unknown) and value.reason.startswith(OF_OBJECT)
    return of_object or (isinstance(value, Static) and not value.expr.known)
