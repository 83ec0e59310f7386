"""Data sets that methods get, as all calls of a file give them.

class Trainer:
    def fit(self, train_ds, val_ds):
        return self.model.fit(train_ds, validation_data=val_ds)

Trainer(model).fit(make(x, y), make(x_val, y_val))

A method is interpreted once, whoever calls it. What its calls give is known when the whole file is
interpreted; then that is done again.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TypeAlias

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.data_sets import data_of
from transpiler.interpret.functions.parameters import bind_arguments, parameters_of
from transpiler.interpret.region import GiveUp
from transpiler.interpret.values import Function, Static, Unknown, UserClass, Value
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Generated, Pipeline
from transpiler.source.callers import leaves_out

Data: TypeAlias = "Pipeline | Generated | UserClass | str | None"


def note_call(file: FileContext, method: Function, arguments: list[Argument]) -> None:
    """Remember which parameters a call of a method gives data sets, and which not."""
    parameters = parameters_of(method.node)
    if method.owner and parameters:
        receiver: Argument = (None, Static(Expr(parameters[0].name)))
        with suppress(GiveUp):
            bound = bind_arguments(method, parameters, [receiver, *arguments])
            note_bound(file, method, bound)


def note_bound(file: FileContext, method: Function, bound: dict[str, Value]) -> None:
    """The same, where it is known which parameter gets which argument."""
    for parameter in parameters_of(method.node)[1:]:
        seen = file.data_seen.setdefault((id(method.node), parameter.name), [])
        data = _data(bound.get(parameter.name))
        if not any(map(partial(_is_same, data), seen)):
            seen.append(data)


#: Stands for anything but a data set.
_OTHER = "others something else"


def _data(value: Value | None) -> Data:
    """The data set that an argument is; None where it is None, or is not given."""
    absent = value is None or (isinstance(value, Static) and value.expr.is_const(None))
    return None if absent else data_of(value) or _OTHER


def settle_data(file: FileContext) -> None:
    """See whether what the calls give is what the methods were interpreted with."""
    found = {k: seen for k, seen in file.data_seen.items() if any(map(_is_data, seen))}
    if found.keys() != file.data_given.keys() or not all(
        len(seen) == len(file.data_given[key]) and all(map(_is_same, seen, file.data_given[key]))
        for key, seen in found.items()
    ):
        file.data_given = found
        file.grown = True
    file.data_seen = {}


def _is_data(data: Data) -> bool:
    return data is not None and data is not _OTHER


def _is_same(data: Data, other: Data) -> bool:
    """Whether both are the same; classes are new ones whenever a file is interpreted."""
    if isinstance(data, UserClass) and isinstance(other, UserClass):
        return data.node is other.node
    return data == other


def with_data(file: FileContext, function: Function, given: dict[str, Value]) -> dict[str, Value]:
    """The arguments of a method, with the data sets that its calls give."""
    if not function.owner or not file.data_given:
        return given
    found: dict[str, Value] = {}
    for parameter in parameters_of(function.node):
        name = parameter.name
        seen = file.data_given.get((id(function.node), name), [])
        held = [data for data in seen if data is not None]
        if not held or name in given:
            continue
        if len(held) == 1 and (len(seen) == 1 or parameter.default is not None):
            found[name] = Static(Expr(name, held[0]))
        else:
            others = _OTHER if _OTHER in seen else "others of another kind"
            found[name] = Unknown(f"some calls of `{function.name}` give a data set, {others}")
    return {**given, **found} if found else given


def perhaps_given(file: FileContext, function: cst.CSTNode | None, name: str) -> bool:
    """Whether some calls of a method give no data set where others give one."""
    seen = file.data_given.get((id(function), name), [])
    if not seen or not isinstance(function, cst.FunctionDef):
        return False
    owned = ((o, m) for o, methods in file.class_methods.items() for m in methods.values())
    owner = next((o for o, method in owned if method.node is function), "")
    return None in seen or leaves_out(file.tree.text, owner, function.name.value, name)
