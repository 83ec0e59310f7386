"""What Keras calls the outputs of a model: the program's names, or those that it counts itself.

a, b = Dense(1)(x), Dense(1)(x)  # "dense_1" and "dense_2", or "dense" and "dense_1", or ...

Which numbers they have depends on all that the program has made before; which of them has the
smaller one does not. So names that the program writes down go to outputs in their order.
"""

from __future__ import annotations

import re

from transpiler.interpret.values import Bound, Layer, Model, Value
from transpiler.ir.code import Line
from transpiler.ir.tensor import Unsupported
from transpiler.lower.endings import ITEM, items_of
from transpiler.regex import regex

_STRING = regex(r"([\"'])([^\"'\n]*)\1")
#: What follows the name of an output in the history.
_VALUES = r"(?:_(?:loss|\w*acc\w*|\w*error\w*|m[as]\w*e|auc\w*|precision\w*|recall\w*))?"

#: What the history calls the outputs of models without names, which are layers of this one.
_OF_MODELS = regex(rf"(?:val_)?(?:sequential|functional|model)(?:_\d+)?{_VALUES.rstrip('?')}")


def output_names(model: Model, values: list[Value]) -> tuple[list[str], bool]:
    """The names of several outputs, in their order, and whether some are but counted."""
    layers = [_layer(model, value) for value in values]
    pairs = zip(layers, values, strict=True)
    names = [_given_name(model, layer) or _of_model(model, value) for layer, value in pairs]
    counts = False
    for base in {_base(layer) for layer, name in zip(layers, names, strict=True) if not name}:
        places = [n for n, one in enumerate(layers) if not names[n] and _base(one) == base]
        written = _written(model, base)
        counts = counts or len(written) != len(places)
        numbered = _numbered(model, base, places, layers, written)
        for place, name in zip(places, numbered, strict=True):
            names[place] = name
    if len(set(names)) < len(names):
        raise Unsupported("two outputs of the model have one name")
    return names, counts


def _layer(model: Model, value: Value) -> Layer | None:
    """The layer that gives an output; None where something else does."""
    region = model.region
    if not isinstance(value, Bound) or region is None:
        return None
    layers: list[Layer] = [*region.named_layers.values(), *region.called_layers]
    code = value.tensor.code
    text = _in_list(model, code.text)
    made = {id(x): x for x in layers if isinstance(x.output, Bound)}.values()
    same = [x for x in made if x.output is not None and x.output.tensor.code == code]
    alike = [x for x in made if x.output is not None and x.output.tensor.code.text == text]
    written_out = [x for x in region.called_layers if x.gave == text and x.output is None]
    found = same or alike or list({id(x): x for x in written_out}.values())
    return found[0] if len(found) == 1 else None


def _in_list(model: Model, code: str) -> str:
    """How an element of a list is written in the last statement that makes the list."""
    listed = ITEM.fullmatch(code)
    if listed is None or model.region is None:
        return code
    name, number = listed.group(1), int(listed.group(2))
    programs = [built.forward for built in model.region.built if built.model is model]
    made = [n for nodes in programs for n in nodes if isinstance(n, Line) and name in n.defs]
    items = items_of(made[-1].text.removeprefix(f"{name} = ")) if made else []
    return items[number] if number < len(items) else code


def _given_name(model: Model, layer: Layer | None) -> str:
    """The name that the program gives a layer."""
    region = model.region
    named = region.named_layers.items() if region is not None else ()
    return next((name for name, other in named if other is layer), "")


def _of_model(model: Model, value: Value) -> str:
    """The name of the model, a layer of this one, or of the layer in a block that gives it."""
    if not isinstance(value, Bound) or model.region is None:
        return ""
    code, named = value.tensor.code, model.region.given_by_name
    text = _in_list(model, code.text) if named else ""
    given = {name for bound, name in named if bound.tensor.code == code}
    given = given or {name for bound, name in named if bound.tensor.code.text == text}
    return min(given) if len(given) == 1 else ""


def _base(layer: Layer | None) -> str:
    """What Keras makes the name of a layer from: `dense` of `Dense`."""
    if layer is None:
        return "output"
    name = layer.symbol.rpartition(".")[2]
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _numbered(
    model: Model,
    base: str,
    places: list[int],
    layers: list[Layer | None],
    written: list[str],
) -> list[str]:
    """The names of outputs that are made alike, in the order of their places."""
    if base == "output":
        counted = [f"output_{place + 1}" for place in places]
        if written or any(_OF_MODELS.fullmatch(text) for text in _strings(model)):
            raise Unsupported("an output of the model has no name of its own")
        return counted
    order = sorted(places, key=lambda place: _made(model, layers[place]))
    if len({_made(model, layers[place]) for place in places}) < len(places):
        raise Unsupported("outputs of layers that one place of the program makes")
    before = [_made(model, one) for one in _unnamed(model, base)]
    counted = [f"{base}_{sum(o < _made(model, layers[n]) for o in before)}" for n in order]
    counted = [base if name == f"{base}_0" else name for name in counted]
    if len(written) == len(places):
        counted = written
    elif not set(written) <= set(counted):
        raise Unsupported(f"which of the outputs is called {written[0]} is not known")
    found = dict(zip(order, counted, strict=True))
    return [found[place] for place in places]


def _unnamed(model: Model, base: str) -> list[Layer]:
    """The layers of one kind that Keras counts, where the model is built."""
    region = model.region
    called: list[Layer] = [] if region is None else region.called_layers
    one = {id(layer): layer for layer in called if _base(layer) == base}
    return [layer for layer in one.values() if "name" not in layer.arguments]


def _made(model: Model, layer: Layer | None) -> int:
    """Where in the program a layer is made."""
    assert layer is not None
    assert model.region is not None
    return model.region.tree.span(layer.node)[0]


def _strings(model: Model) -> list[str]:
    """The strings of the program."""
    text = model.region.tree.text if model.region is not None else ""
    return [m.group(2) for m in _STRING.finditer(text)]


def _written(model: Model, base: str) -> list[str]:
    """The names of such outputs that strings of the program hold, in the order of their numbers."""
    name = re.compile(rf"(?:val_)?({base}(?:_(\d+))?){_VALUES}")
    found = map(name.fullmatch, _strings(model))
    numbers = {int(m.group(2) or 0): m.group(1) for m in found if m is not None}
    return [numbers[number] for number in sorted(numbers)]
