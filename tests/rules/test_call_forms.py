"""Every layer may be written in every form, and every argument is converted or reported."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest

from tests.generate.catalogue import ATTENTION, CELLS, EMBEDDING, ENCODING, LAYERS, MERGES
from tests.rules.layer_table import always_refused, layers
from transpiler.ir.expr import literal
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.registry import load_rules
from transpiler.rule import SHARED, Rule

RULES = load_rules().layers

#: Sizes by the number of axes, the batch included.
SHAPES = {2: (8,), 3: (7, 4), 4: (6, 7, 3), 5: (5, 6, 7, 2), 6: (3, 5, 6, 7, 2)}
#: What must be given, where the catalogue of random programs does not say it.
GIVEN = {
    "layer": "layers.LSTM(3)",
    "cell": "layers.GRUCell(3)",
    "cells": "[layers.GRUCell(3)]",
    "equation": '"abc,cd->abd"',
    "output_shape": "(None, 5)",
    "filters": "4",
    "kernel_size": "2",
}
#: Layers that are called on something else than one tensor, or of other ranks than the catalogue's.
CALLED = {
    **dict.fromkeys(MERGES, "[x, x]"),
    **dict.fromkeys(("Attention", "AdditiveAttention"), "[x, x]"),
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), "x, x"),
    "LSTMCell": "x[:, 0], [x[:, 1], x[:, 2]]",
    "GRUCell": "x[:, 0], [x[:, 1]]",
    "SimpleRNNCell": "x[:, 0], [x[:, 1]]",
}
WHOLE = {"Embedding", "ReversibleEmbedding", "CategoryEncoding", "IntegerLookup"}
OTHER = ("its recurrent activation is Keras 3's", "in the order of Keras 3")
#: What `adapt` must find unless it is given.
LEARNED = {"bin_boundaries": "[0.0, 1.0]", "vocabulary": "[3, 1, 2]"}
RANKS = {"ConvLSTM3D": 6}
#: Arguments that no rule takes: the engine reports each as an error where it is given.
REPORTED = {
    "lora_rank": "2",
    "lora_alpha": "2",
    "quantization_config": "object()",
    "gptq_unpacked_column_size": "3",
}


def converted() -> list[str]:
    return [
        name
        for name in layers()
        if (rule := RULES.get(f"keras.layers.{name}")) is not None and not always_refused(rule)
    ]


def parameters(name: str) -> list[inspect.Parameter]:
    found = list(inspect.signature(getattr(keras.layers, name).__init__).parameters.values())[1:]
    return [p for p in found if p.kind is p.POSITIONAL_OR_KEYWORD]


def shape_for(name: str) -> tuple[int, ...]:
    rank = RANKS.get(name) or (LAYERS[name].ranks[0] if name in LAYERS else 3)
    return (5,) if name in WHOLE else SHAPES[rank]


def required(name: str, parameter: str, shape: tuple[int, ...]) -> str:
    """Text for an argument that has no default."""
    domains: dict[str, Any] = dict(LAYERS[name].domains) if name in LAYERS else {}
    for family in (MERGES, ATTENTION):
        domains |= family.get(name, {})
    if name not in LAYERS:
        domains |= EMBEDDING | ENCODING | {"units": ("4",)}
    domain = domains[parameter] if domains.get(parameter) else (GIVEN[parameter],)
    return str((domain(shape) if callable(domain) else domain)[0])


def program(name: str, written: str) -> str:
    dtype = ', dtype="int32"' if name in WHOLE else ""
    return (
        "from tensorflow import keras\nfrom tensorflow.keras import layers\n\n"
        f"x = keras.Input({shape_for(name)}{dtype})\n"
        f"y = layers.{name}({written})({CALLED.get(name, 'x')})\n"
        "model = keras.Model(x, y)\n"
    )


def outcome(name: str, written: str) -> tuple[str, list[str]]:
    """The text and what is said of it, but what is not the same in Keras 2."""
    made = convert(program(name, written))
    said = [f"{d.code} {d.message}" for d in made.diagnostics]
    return made.text, [d for d in said if not any(other in d for other in OTHER)]


@pytest.mark.parametrize("name", converted())
def test_forms(name: str) -> None:
    """All by position, all by keyword, in any order, and with the defaults left out."""
    shape, needed, everything = shape_for(name), {}, {}
    for parameter in parameters(name):
        if parameter.default is parameter.empty:
            needed[parameter.name] = required(name, parameter.name, shape)
        everything[parameter.name] = needed.get(parameter.name) or literal(parameter.default)
    for given in sorted(LEARNED.keys() & everything.keys()):
        needed[given] = everything[given] = LEARNED[given]
    keywords = [f"{k}={v}" for k, v in everything.items()]
    forms = {
        "keywords": ", ".join(keywords),
        "shuffled": ", ".join([*keywords[1::2], *reversed(keywords[::2])]),
        "defaults left out": ", ".join(f"{k}={v}" for k, v in needed.items()),
    }
    text, said = outcome(name, ", ".join(everything.values()))
    assert not [d for d in said if "got more arguments" in d or "has no rule" in d]
    for form, written in forms.items():
        assert outcome(name, written) == (text, said), form


@pytest.mark.parametrize("name", converted())
def test_every_argument_is_taken_or_reported(name: str) -> None:
    rule: Rule = RULES[f"keras.layers.{name}"]
    for parameter in parameters(name):
        known = parameter.name in {*rule.parameters, *rule.ignored, *SHARED}
        assert known != (parameter.name in REPORTED), parameter.name
        if not known:
            given = f"{parameter.name}={REPORTED[parameter.name]}"
            shape = shape_for(name)
            needed = [
                f"{p.name}={required(name, p.name, shape)}"
                for p in parameters(name)
                if p.default is p.empty
            ]
            _, said = outcome(name, ", ".join([*needed, given]))
            assert any(parameter.name in d and d.startswith("T2T2") for d in said)


def test_cells_are_known() -> None:
    assert set(CELLS.values()) <= set(converted())


def test_shared_averages_are_mentioned() -> None:
    """Keras 3 runs the calls of a layer in the order of its graph, not of the program."""
    given = keras.Input((2,))
    layer = keras.layers.BatchNormalization(momentum=0.5)
    first = keras.layers.Identity()(layer(given))
    second = keras.layers.Identity()(layer(keras.layers.Rescaling(3.0)(given)))
    model = keras.Model(given, [first, second])
    model(keras.ops.ones((4, 2)), training=True)
    # the second call moved them before the first: 0 to 1.5, then halfway to 1
    assert keras.ops.convert_to_numpy(layer.moving_mean)[0] == 1.25
    text = program("BatchNormalization", "").replace(
        "model =", "z = layers.BatchNormalization()\na, b = z(x), z(y)\nmodel ="
    )
    assert any("running averages" in d.message for d in convert(text).diagnostics)


def test_orders_of_both_generations() -> None:
    """By position, Keras 2 takes other arguments of some layers."""
    text = program("RandomContrast", "0.2, 7").replace(f"{SHAPES[3]}", f"{SHAPES[4]}")
    older = convert(text, Options(keras="2"))
    assert "value_range=7" not in older.text
    assert not older.diagnostics
    said = [d.message for d in convert(text).diagnostics]
    assert any("in the order of Keras 3" in message for message in said)
    assert any("value_range=7" in message for message in said)
    same = convert(text.replace("0.2, 7", "0.2")).diagnostics
    assert not any("order" in d.message for d in same)
