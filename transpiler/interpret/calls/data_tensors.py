"""Tensors that a program makes of arrays, to train a model with them or ask it: torch's then.

x = tf.constant(rows)                 x = torch.tensor(rows)
y = tf.one_hot(labels, 3)             y = F.one_hot(torch.as_tensor(labels).long(), 3).float()
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.diagnostics import CLOSE_IDIOM, Fidelity
from transpiler.interpret.arguments import Argument
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewrite, to_expr
from transpiler.interpret.values import Framework, Sequence, Static
from transpiler.ir.expr import ATOM, Expr, call, expr, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Rule
from transpiler.source.arrays_in_place import may_change_arrays
from transpiler.source.backwards import may_run_backwards, runs_backwards
from transpiler.source.between import grown_between
from transpiler.source.far_tables import tables_of
from transpiler.source.handed_data import handed_data
from transpiler.source.lexical import words_in
from transpiler.source.near import turning_near
from transpiler.source.setting_functions import changed_by_calls

#: What makes a copy of an array, what may share its memory, and what else is translated.
_COPIES = frozenset({"tf.constant", "keras.backend.constant", "keras.ops.array"})
_TAKES = frozenset(
    {"tf.convert_to_tensor", "keras.ops.convert_to_tensor"}
    | {f"{where}.cast" for where in ("tf", "keras.ops", "keras.backend")}
)
_OTHERS = frozenset(
    {
        "constant", "one_hot", "expand_dims", "squeeze", "reshape", "zeros", "ones", "fill", "full",
        "range", "arange", "linspace", "normal", "uniform", "random_normal", "random_uniform",
        "zeros_like", "ones_like", "sin", "cos", "exp", "sqrt", "square", "abs",
    }
)  # fmt: skip


def data_tensor(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Static | None:
    """What stands for a call that makes data of plain values; None where it does not."""
    rule = region.file.rules.ops.get(name)
    known = name in _COPIES | _TAKES or name.rpartition(".")[2] in _OTHERS
    values = [value for _, value in arguments]
    if (
        not known
        or rule is None
        or not all(isinstance(v, (Static, Sequence, Framework)) for v in values)
    ):
        return None
    if region.tree.span(node)[0] not in handed_data(region.tree.text):
        return None
    try:
        code = region.tree.source(node.args[0].value) if node.args else ""
        copies = name in _COPIES or is_changed_behind(region, node, code)
        made = _made(region, rule, name, arguments, copies)
    except (GiveUp, Unsupported):
        return None
    if made is None:
        return None
    found = Static(replace(made, array=True))
    rewrite(region, node, found)
    region.settled[region.tree.span(node)] = made.text
    region.helpers_used |= {"torch", *made.helpers}
    if rule.fidelity is Fidelity.CLOSE:
        region.say(CLOSE_IDIOM, node, f"{name}: {rule.note}")
    return found


def is_changed_behind(region: Region, node: cst.CSTNode, code: str) -> bool:
    """Whether an array may be changed later in place: tensors of TensorFlow are copies."""
    end = region.tree.span(node)[1]
    if not code or grown_between(region.tree.text, code, end, None):
        return bool(code)
    if "out=" in region.tree.blanked[end:]:
        return True
    changed = changed_by_calls(region.tree.text, region.tree.text)
    return not words_in(code).isdisjoint(changed)


def _made(
    region: Region, rule: Rule, name: str, arguments: list[Argument], copies: bool
) -> Expr | None:
    """The same as text of torch, by the rule that serves in `forward`, too."""
    parameters = rule.signature.parameters
    positions = iter([n for n in parameters if n != "like"])
    given: dict[str, Expr] = {}
    for keyword, value in arguments:
        if keyword == "name":
            continue
        parameter = rule.aliases.get(keyword, keyword) if keyword else next(positions, None)
        if parameter is None or parameter not in parameters or parameter in given:
            return None
        given[parameter] = to_expr(region, value)
    named = set(given)
    for parameter, declared in parameters.items():
        if parameter not in given and declared.default is declared.empty:
            return None
        if parameter != "like":
            given.setdefault(parameter, expr(declared.default))
    first = next(iter(given))
    array = given[first]
    if _holds_text(array.value) or any(_holds_text(e.value) for e in array.items or ()):
        return None  # torch has no tensors of texts
    if name in _COPIES | _TAKES and not _is_literal(array) and "shape" not in named:
        return _typed(region, array, given["dtype"], copies)
    slots: dict[str, Any] = dict(given)
    if "Tensor" in str(parameters[first].annotation):
        whole = array if _is_literal(array) else as_array(region, array)
        anew = _is_literal(array) or (copies and array.text.isidentifier())
        made = call("torch.tensor" if anew else "torch.as_tensor", whole)
        slots[first] = Tensor(made, None)
    result = rule.build(**slots)
    return result.code if isinstance(result, Tensor) else None


def _holds_text(value: object) -> bool:
    """Whether it is a string, or a list or tuple with one in it."""
    return isinstance(value, str) or (
        isinstance(value, (list, tuple)) and any(map(_holds_text, value))
    )


def _is_literal(value: Expr) -> bool:
    return value.known or value.items is not None


def _typed(region: Region, array: Expr, dtype: Expr, copies: bool) -> Expr:
    """An array as a tensor, of a type if one is given."""
    typed = {} if dtype.is_const(None) else {"dtype": _type(region, dtype)}
    return call("torch.tensor" if copies else "torch.as_tensor", as_array(region, array), **typed)


def _type(region: Region, dtype: Expr) -> Expr:
    """A type as torch spells it."""
    if not dtype.known:
        raise Unsupported("a type that is only known when the program runs")
    cast = region.file.rules.ops["tf.cast"].build(Tensor(Expr("x"), None), dtype)
    assert isinstance(cast, Tensor)
    return Expr(f"torch.{cast.dtype}", strength=ATOM)


def series_of(region: Region, node: cst.CSTNode, name: str, value: Expr) -> Expr:
    """What windows are made of; data sets of TensorFlow have copies of it, generators don't."""
    array, text = as_array(region, value), region.tree.text
    end = region.tree.span(node)[1]
    changed = name.endswith("_dataset_from_array") and (
        is_changed_behind(region, node, value.text)
        or may_change_arrays(region.file.path, text, end, len(text))
    )
    return method(array, "copy") if changed and not array.known else array


def as_array(region: Region, value: Expr) -> Expr:
    """An array, also where it may be a table, or runs backwards through another one."""
    if runs_backwards(value.text, region.tree.blanked):
        return method(value, "copy")
    others = turning_near(region.tree.text, region.file.path)
    if may_run_backwards(value.text, region.tree.text, others):
        made = call("np.ascontiguousarray", value)
        return replace(made, helpers=value.helpers | {"numpy"})
    if not tables_of(region.tree.text, region.file.path).hold(value.text):
        return value
    return replace(call("np.asarray", value), helpers=value.helpers | {"numpy"})
