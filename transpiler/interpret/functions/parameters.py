"""What a function takes: its parameters, what a call gives them, what its body sees of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.control.elements import one_of_models
from transpiler.interpret.functions.data_sets import given_data
from transpiler.interpret.functions.handed import handed
from transpiler.interpret.functions.presumed import as_presumed
from transpiler.interpret.functions.typical import typical
from transpiler.interpret.layers.adapting import as_given
from transpiler.interpret.layers.presuming import AXIS
from transpiler.interpret.layers.starting import note_default
from transpiler.interpret.models.given_inputs import bind_given_input
from transpiler.interpret.region import GiveUp, Parameter, Region
from transpiler.interpret.tensors.names import axis_names, shadow
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Layer,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    is_closure,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Configured, Expr, index
from transpiler.ir.sizes import sized_alike
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import replace
from transpiler.regex import regex


def parameters_of(node: cst.FunctionDef | cst.Lambda) -> list[Parameter]:
    """The parameters of a function, in order."""
    params = node.params
    found = [_parameter(p) for p in (*params.posonly_params, *params.params)]
    if isinstance(params.star_arg, cst.Param):
        found.append(_parameter(params.star_arg, star="*"))
    found += [_parameter(p, keyword_only=True) for p in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_parameter(params.star_kwarg, star="**"))
    return found


def _parameter(node: cst.Param, keyword_only: bool = False, star: str = "") -> Parameter:
    return Parameter(node.name.value, node.default, node.annotation, keyword_only, star, node=node)


def bind_arguments(
    function: Function, parameters: list[Parameter], arguments: list[Argument]
) -> dict[str, Value]:
    """Which parameter gets which argument. Raises GiveUp where Python would refuse."""
    bound: dict[str, Value] = {}
    extra: dict[Any, Value] = {}
    plain = [p for p in parameters if not p.star and not p.keyword_only]
    arguments = _spread(plain, arguments)
    names = {p.name for p in parameters if not p.star}
    positions = iter(plain)
    star = next((p for p in parameters if p.star == "*"), None)
    double = next((p for p in parameters if p.star == "**"), None)
    rest: list[Value] = []
    for keyword, value in arguments:
        if keyword == "**" and isinstance(value, Static) and double is None:
            bound["**"] = value
        elif keyword in ("*", "**"):
            raise GiveUp(f"`{function.name}` is called with arguments that are not known")
        elif keyword is None:
            parameter = next(positions, None)
            if parameter is not None:
                bound[parameter.name] = value
            elif star is not None:
                rest.append(value)
            else:
                raise GiveUp(f"`{function.name}` gets more arguments than it takes")
        elif keyword in names:
            bound[keyword] = value
        elif double is not None:
            extra[keyword] = value
        else:
            raise GiveUp(f"`{function.name}` gets an unknown argument {keyword}")
    if star is not None:
        bound[star.name] = Sequence(tuple(rest), tuple)
    if double is not None:
        bound[double.name] = Mapping(extra)
    return bound


def _spread(plain: list[Parameter], arguments: list[Argument]) -> list[Argument]:
    """`f(*pair, training=True)`: the star passes what no other argument does, if all of it must be.

    What may have its default leaves open how much there is.
    """
    keywords = {k for k, _ in arguments}
    given = [p for p in plain if p.name not in keywords]
    place = next((n for n, (k, _) in enumerate(arguments) if k == "*"), None)
    if place is None or "**" in keywords or any(p.default is not None for p in given):
        return arguments
    if any(holds_tensor(v) for _, v in arguments):
        return arguments  # what computes on tensors writes its arguments one by one
    value = arguments[place][1]
    count = len(given) - sum(k is None for k, _ in arguments)
    if not isinstance(value, Static) or sum(k == "*" for k, _ in arguments) > 1 or count < 0:
        return arguments
    items = [(None, Static(index(value.expr, number))) for number in range(count)]
    return [*arguments[:place], *items, *arguments[place + 1 :]]


def expanded(declared: list[Parameter], given: dict[str, Value]) -> list[Parameter]:
    """The parameters, with `**kwargs` as the keywords that it is given."""
    found: list[Parameter] = []
    for parameter in declared:
        if parameter.star == "**":
            value = given.get(parameter.name)
            keys = value.items if isinstance(value, Mapping) else {}
            found += [Parameter(str(k), keyword_only=True) for k in keys]
        elif not parameter.star:
            found.append(
                Parameter(
                    parameter.name,
                    parameter.default,
                    parameter.annotation,
                    parameter.keyword_only,
                    "",
                    False,
                    parameter.node,
                )
            )
    return found


def bind_star(region: Region, declared: list[Parameter], given: dict[str, Value]) -> None:
    """Let the body see `*args`, which must be empty, and `**kwargs`.

    Where no call is looked at, as of methods, either is a value that only the program knows.
    """
    for parameter in declared:
        if parameter.star and parameter.name not in given:
            region.unseen.add(parameter.name)
            region.scope.values[parameter.name] = Static(region.scope.read(parameter.name))
        elif parameter.star == "**":
            region.keywords = parameter.name
            value = given.get(parameter.name)
            items = value.items if isinstance(value, Mapping) else {}
            region.scope.values[parameter.name] = Mapping(
                {
                    k: region.scope.values.get(str(k), Static(region.scope.read(str(k))))
                    for k in items
                }
            )
        elif parameter.star == "*":
            value = given.get(parameter.name)
            if isinstance(value, Sequence) and value.items:
                raise GiveUp("`*args` in a function that builds or trains a model")
            region.scope.values[parameter.name] = Sequence((), tuple)


def bind_parameter(
    region: Region, function: Function, parameter: Parameter, value: Value | None
) -> None:
    """Let the body see a parameter as what it is given, or what is asked of it."""
    name = parameter.name
    values = region.scope.values
    if f"input:{name}" in region.wants:
        bind_given_input(region, parameter, value if isinstance(value, Bound) else None)
        return
    demanded = f"tensor:{name}" in region.wants
    plain = value is None or (isinstance(value, Static) and not demanded)
    if plain and _default_is_none(parameter) and (demanded or _is_tensor_slot(region, name)):
        region.assumed_none.add(name)
        values[name] = Static(Expr(name, None, names=region.scope.read(name).names))
    elif isinstance(value, Bound) or demanded:
        parameter.is_tensor = True
        region.tensor_order.append(name)
        given = value if isinstance(value, Bound) else None
        values[name] = _tensor_parameter(region, name, given)
    elif isinstance(value, Sequence) and holds_tensor(value):
        parameter.is_tensor = True
        region.tensor_order.append(name)
        values[name] = _list_parameter(region, name, value)
    elif isinstance(value, Mapping) and of_element(name, value):
        parameter.is_tensor = True
        region.tensor_order.append(name)
        values[name] = _dict_parameter(region, name, value)
    else:
        values[name] = _plain_parameter(region, function, parameter, value)


def _plain_parameter(
    region: Region, function: Function, parameter: Parameter, value: Value | None
) -> Value:
    """What the body sees of a parameter that is given no tensor."""
    name = parameter.name
    note_default(region, parameter.default)
    reading = region.scope.read(name)
    listed = one_of_models(region, value) if value is not None else None
    if isinstance(listed, Repeated) and isinstance(listed.item, Model):
        return Repeated(handed(listed.item, Expr(tokens.ITEM)), reading, reading)
    if isinstance(value, Repeated):
        raise GiveUp("a list of tensors whose length is not known is passed to a function")
    if isinstance(value, Function):
        made = Function(
            value.name, value.node, value.closure, value.owner, value.nested_in, value.file, reading
        )
        made.parameter, made.closes = name, value.closes
        return made
    if isinstance(value, Choice):
        raise GiveUp("a function or class that depends on a condition is passed on")
    if value is not None and is_closure(value):
        return Static(reading)
    if isinstance(value, (Framework, UserClass)):
        region.fixed_parameters.add(name)
        return value
    if (data := given_data(value, reading)) is not None:
        return data
    if isinstance(value, Model):
        return handed(value, reading)
    if isinstance(value, Layer) and "standing" in value.arguments:
        return as_given(value, reading)
    if isinstance(value, (Layer, Model)):
        raise GiveUp("a layer or model is passed to a function")
    if isinstance(value, Sequence) and holds_metrics(value):
        region.fixed_parameters.add(name)
        return replace(value, static=reading)
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and value.kind is tuple):
        region.given_together.add(name)
    if isinstance(value, Mapping) and is_unpacked(function, name, value):
        return Mapping({k: Static(index(reading, k)) for k in value.items}, static=reading)
    if isinstance(value, Sequence) and value.static is not None and not is_graph(value):
        return Static(sized_alike(reading, typical(region, parameter, value)))
    if isinstance(value, Mapping) and not is_graph(value):
        return Static(reading)
    if isinstance(value, Unknown):
        return value
    axis = given_axis(name, value) if "open:axes" not in region.wants else None
    if axis is not None:
        region.decided_axes[name] = axis
        reading = replace(reading, value=axis)
    else:
        reading = as_presumed(region, parameter, value, reading)
    return Static(sized_alike(reading, typical(region, parameter, value)))


_ASKING = regex(r"\.(?:fit|evaluate|predict)\(")


def is_unpacked(function: Function, name: str, value: Mapping) -> bool:
    """Whether a function unpacks the plain values of a dict where it trains a model."""
    home, items = function.file, value.items
    if home is None or not all(isinstance(k, str) for k in items) or is_graph(value):
        return False
    plain = (Static, Sequence, Mapping)
    if not all(isinstance(v, plain) and not _is_made(v) for v in items.values()):
        return False
    source = home.tree.source(function.node)
    return _ASKING.search(source) is not None and re.search(rf"\*\*{name}\b", source) is not None


def _is_made(value: Value) -> bool:
    """Whether it is an object of Keras, or a list with such."""
    if isinstance(value, Sequence):
        return any(map(_is_made, value.items))
    return isinstance(value, Static) and isinstance(value.expr.value, (Configured, UserClass))


def holds_metrics(value: Value) -> bool:
    """Whether it is a list of metrics of Keras, or of the program's own."""
    return isinstance(value, Sequence) and any(map(_is_metric, value.items))


def _is_metric(value: Value) -> bool:
    made = value.expr.value if isinstance(value, Static) else value
    if isinstance(made, UserClass):
        return bool(made.bases) and made.bases[0].startswith(("keras.metrics.", "keras.Metric"))
    name = made.name if isinstance(made, (Configured, Framework)) else ""
    return name.startswith("keras.metrics.")


def given_axis(name: str, value: Value | None) -> int | None:
    """The number that a call gives for an axis: a block is written for that one."""
    known = value.expr.value if isinstance(value, Static) else None
    plain = isinstance(known, int) and not isinstance(known, bool)
    return known if plain and AXIS.search(name) else None


#: One by one: a search for one text is many times as fast as that for several.
_TENSOR_SLOTS = tuple(
    regex(rf"{asking}([A-Za-z_]\w*)")
    for asking in (r"is_keras_tensor\(\s*", r"get_source_inputs\(\s*", r"tensor=(?<=[( ]tensor=)")
)
_INPUT_MADE = regex(r"\b(\w+)\s*=\s*(?:\w+\.)*Input\(")
_IS_NONE = regex(r" is (?:not )?None\b")
_WORD_BEFORE = regex(r"\w+$")


def _is_tensor_slot(region: Region, name: str) -> bool:
    """Whether the function asks of a parameter if it is a Keras tensor."""
    return name in _tensor_slots(region.source)


@lru_cache(maxsize=8)
def _tensor_slots(text: str) -> frozenset[str]:
    """The names of which a function asks so, or in whose place it makes an `Input`."""
    asked = frozenset(name for slot in _TENSOR_SLOTS for name in slot.findall(text))
    if "Input(" not in text:
        return asked
    befores = (text[: m.start()].rpartition("\n")[2] for m in _IS_NONE.finditer(text))
    named = {m.group() for before in befores if (m := _WORD_BEFORE.search(before))}
    return asked | {name for name in named if _stands_for_input(text, name)}


def _stands_for_input(text: str, name: str) -> bool:
    """Whether an `Input` is made where a parameter is None: it is a Keras tensor otherwise."""
    if "Input(" not in text:
        return False
    lines = [line for line in text.splitlines() if "Input(" in line]
    if any(re.search(rf"=\s*{name}\s+if\s+{name}\b.*[^\w]Input\(", line) for line in lines):
        return True
    made = {m.group(1) for line in lines if (m := _INPUT_MADE.search(line)) is not None}
    if name in made:
        return True
    befores = (text[: m.start()] for m in re.finditer(rf"=\s*{name}\s*(?:#.*)?$", text, re.M))
    return any(m.group() in made for b in befores if (m := _WORD_BEFORE.search(b.rstrip()[-99:])))


def _default_is_none(parameter: Parameter) -> bool:
    return isinstance(parameter.default, cst.Name) and parameter.default.value == "None"


#: The source of a tensor that is an element of a data set: nobody brings its channels first.
ELEMENT = "element"
#: Where the tensors come from that a loss or metric gets.
TARGETS = "targets"


def _tensor_parameter(region: Region, name: str, value: Bound | None) -> Bound:
    source = f"param:{name}"
    given = value.tensor if value is not None else None
    rank = None if given is None or given.dims is None else len(given.dims) + 1
    rank = region.wants.get(f"rank:{source}", rank)
    if region.on_elements:
        region.wants.setdefault(f"layout:{source}", Layout.LAST)
        region.wants.setdefault("return:layout", Layout.LAST)
    layout = region.wants.get(
        f"layout:{source}", given.layout if given is not None else Layout.LAST
    )
    region.given_layouts[name] = layout
    if rank is not None:
        region.given_ranks[name] = rank
    dtype = given.dtype if given is not None else "float32"
    return _open_parameter(region, name, region.scope.read(name), rank, layout, dtype, source)


def _open_parameter(
    region: Region,
    owner: str,
    code: Expr,
    rank: int | None,
    layout: Layout,
    dtype: str,
    source: str,
) -> Bound:
    scope = region.scope
    if rank is None:
        reading = scope.read(shadow(owner, "channels"))
        return Bound(Tensor(code, None, layout, dtype, reading), source, (reading,))
    untold = {token for function, token in region.file.untold if function == id(region.function)}
    sizes = [shadow(owner, axis) for axis in axis_names(rank - 1)]
    readings = tuple(None if size in untold else scope.read(size) for size in sizes)
    return Bound(Tensor(code, readings, layout, dtype), source, readings)


def _list_parameter(region: Region, name: str, value: Sequence) -> Sequence:
    reading = region.scope.read(name)
    items: list[Value] = []
    for position, item in enumerate(value.items):
        if not isinstance(item, Bound):
            raise GiveUp("a nested list of tensors is passed to a function")
        tensor = item.tensor
        code = index(reading, position)
        source = f"param:{name}[{position}]"
        rank = None if tensor.dims is None else len(tensor.dims) + 1
        layout = region.wants.get(f"layout:{source}", tensor.layout)
        region.given_layouts[f"{name}[{position}]"] = layout
        owner = f"{name}{position + 1}"
        items.append(_open_parameter(region, owner, code, rank, layout, tensor.dtype, source))
    return Sequence(tuple(items), value.kind, reading)


def of_element(name: str, value: Value) -> bool:
    """Whether a parameter is the dict of tensors that an element of a data set is."""
    items = value.items.values() if isinstance(value, Mapping) else ()
    codes = [item.tensor.code.text for item in items if isinstance(item, Bound)]
    return len(codes) == len(items) > 0 and all(code.startswith(f"{name}[") for code in codes)


def _dict_parameter(region: Region, name: str, value: Mapping) -> Mapping:
    reading = region.scope.read(name)
    items: dict[Any, Value] = {}
    for key, item in value.items.items():
        assert isinstance(item, Bound)
        tensor, source = item.tensor, f"param:{name}[{key}]"
        rank = None if tensor.dims is None else len(tensor.dims) + 1
        region.given_layouts[f"{name}[{key}]"] = tensor.layout
        owner, code = f"{name}_{key}", index(reading, key)
        items[key] = _open_parameter(region, owner, code, rank, tensor.layout, tensor.dtype, source)
    return Mapping(items, reading, reading)
