"""Arrays that Keras provides: what stands in for the call that gives them."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.otherwise import settle_otherwise
from transpiler.interpret.dispatch import provided
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewrite, to_expr, verbatim
from transpiler.interpret.values import Constant, Static, Unknown, Value, holds_tensor
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.rule import Rule
from transpiler.source.whole_numbers import are_whole_numbers

#: From how many letters on what stands for a call hardly fits in a line.
_LONG = 66


def array_of(region: Region, node: cst.Call, rule: Rule, arguments: list[Argument]) -> Value:
    """`keras.utils.to_categorical(y, 10)`, `mnist.load_data()` and their like."""
    parameters = rule.signature.parameters
    plain = [n for n, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]
    positions = iter(plain)
    given: dict[str, Any] = {}
    for keyword, value in arguments:
        name = keyword if keyword is not None else next(positions, None)
        if name is None or name not in plain:
            return Unknown(f"{rule.names[0]}: the argument {keyword or 'at the end'} is not known")
        if name in given:
            return Unknown(f"{rule.names[0]}: the argument {name} is given twice")
        source = _source_of(node, keyword, name, plain) if is_array(value) else None
        if isinstance(value, Unknown) and source is None:
            return Unknown(f"{rule.names[0]}: {value.reason}")
        try:
            value = verbatim(region, source) if source is not None else value
            given[name] = to_expr(region, value)
        except GiveUp as why:
            return Unknown(f"{rule.names[0]}: {why.reason}")
    if "shape" in parameters and "shape" not in plain:
        given["shape"] = _shape_of_first(region, node, next(iter(parameters)))
    for name, parameter in parameters.items():
        if name not in given:
            if parameter.default is parameter.empty:
                return Unknown(f"{rule.names[0]}: the argument {name} is missing")
            given[name] = expr(parameter.default)
    try:
        settle_otherwise(region, rule.names[0], given)
        made = rule.build(**given)
    except Unsupported as why:
        region.file.unsettled[region.tree.span(node)[0]] = str(why)
        return Unknown(f"{rule.names[0]}: {why}")
    value = Static(made)  # type: ignore[arg-type]
    rewrite(region, node, value)
    region.settled[region.tree.span(node)] = value.expr.text
    if len(value.expr.text) > _LONG:  # its statement is folded anew
        region.settled_helpers[region.tree.span(node)] = value.expr.helpers
    region.helpers_used |= value.expr.helpers
    return value


def _source_of(
    node: cst.Call, keyword: str | None, name: str, plain: list[str]
) -> cst.BaseExpression | None:
    """The expression of an array that a model predicts, where it stays as it is written."""
    given = [
        one.value
        for place, one in enumerate(node.args)
        if not one.star
        and (
            one.keyword.value == keyword
            if one.keyword is not None
            else plain[place : place + 1] == [name]
        )
    ]
    stays = len(given) == 1 and not any(one.star for one in node.args) and _is_kept(given[0])
    return given[0] if stays else None


def _is_kept(node: cst.BaseExpression) -> bool:
    """Whether it is made of variables by numpy alone: `np.argmax(scores, axis=1)`, `p > 0.5`."""
    match node:
        case cst.Name() | cst.BaseNumber() | cst.UnaryOperation(expression=cst.BaseNumber()):
            return True
        case cst.Subscript(value=of):
            return _is_kept(of)
        case cst.Comparison(left=of, comparisons=others):
            return _is_kept(of) and all(map(_is_kept, (one.comparator for one in others)))
        case cst.Call(func=cst.Attribute(value=cst.Name("np" | "numpy")), args=args):
            return all(map(_is_kept, (one.value for one in args)))
        case cst.Call(func=cst.Attribute(value=of, attr=cst.Name("argmax" | "astype")), args=args):
            return _is_kept(of) and all(map(_is_kept, (one.value for one in args)))
    return False


def makes_data(region: Region, node: cst.Call, arguments: list[Argument]) -> bool:
    """Whether a function that models call too gets arrays: in the module, or to make data of."""
    values = [value for _, value in arguments]
    if any(holds_tensor(v) or isinstance(v, (Constant, Unknown)) for v in values):
        return False
    statement = region.statement
    here = region.source if statement is None else region.tree.source(statement)
    alone = region.is_module and region.whole is node
    return alone or _MAKES_DATA.search(region.source or here) is not None


_MAKES_DATA = regex(r"\bfrom_tensor(?:_slice)?s\(|\bDataset\.zip\(")


def _shape_of_first(region: Region, node: cst.Call, name: str) -> Any:
    """The sizes of the array of whole numbers that is the first parameter, None if not known.

    It may be a list of them, and floats would be no indices.
    """
    for position, argument in enumerate(node.args):
        if argument.keyword.value == name if argument.keyword is not None else position == 0:
            begin, end = region.tree.span(argument.value)
            text = region.tree.text
            if not are_whole_numbers(text, text[begin:end], begin):
                return None
            return provided("shape_of")(region, argument.value)
    return None
