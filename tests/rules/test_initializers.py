"""Initial weights: their spread is Keras's, for every kind of layer."""

from __future__ import annotations

import re
from typing import Any

import black
import keras
import numpy as np
import pytest
import torch
from torch import nn

from rules.emitted import EMITTED
from rules.initializers import default_init, initialized, is_default
from tests.rules.layer_harness import arguments_of, given_tensor, mapped, unknown
from tests.rules.rnn_harness import emitted_sources, rule_of
from transpiler.ir.expr import Configured, Expr, Module, Symbol, call, expr
from transpiler.ir.tensor import Layout, Unsupported
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.registry import load_rules

LAYERS: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    ("Dense", (40,), {"units": 90}),
    ("Conv1D", (9, 40), {"filters": 90, "kernel_size": 5}),
    ("Conv2D", (9, 9, 20), {"filters": 50, "kernel_size": 3}),
    ("Conv2D", (9, 9, 20), {"filters": 50, "kernel_size": 3, "groups": 5}),
    ("Conv3D", (9, 9, 9, 10), {"filters": 20, "kernel_size": 3}),
    ("Conv2DTranspose", (9, 9, 20), {"filters": 50, "kernel_size": 3}),
    ("DepthwiseConv2D", (9, 9, 64), {"kernel_size": 5, "depth_multiplier": 2}),
    ("DepthwiseConv1D", (9, 200), {"kernel_size": 7}),
    ("SeparableConv2D", (9, 9, 64), {"filters": 50, "kernel_size": 5, "depth_multiplier": 2}),
]
NAMES = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
         "lecun_normal", "uniform", "normal", "random_normal", "RandomUniform", "TruncatedNormal",
         "zeros", "one", "variance_scaling", "HeNormal"]  # fmt: skip
CONFIGURED: list[tuple[str, dict[str, Any]]] = [
    ("RandomNormal", {"mean": 0.1, "stddev": 0.02}),
    ("RandomUniform", {"minval": -0.3, "maxval": 0.1}),
    ("TruncatedNormal", {"stddev": 0.02, "seed": 1}),
    ("TruncatedNormal", {"mean": 0.5, "stddev": 0.02}),
    ("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_avg", "distribution": "uniform"}),
    ("VarianceScaling", {"scale": 2.0}),
    ("Constant", {"value": 0.3}),
    ("GlorotUniform", {"seed": 1}),
    ("HeNormal", {"seed": 1}),
]


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same draws each time."""
    keras.utils.set_random_seed(1)
    torch.manual_seed(1)


def configured(name: str, arguments: dict[str, Any]) -> Expr:
    kwargs = tuple((k, expr(v)) for k, v in arguments.items())
    return Expr(name, Configured(f"keras.initializers.{name}", (), kwargs))


def made(
    name: str, shape: tuple[int, ...], given: dict[str, Any], chosen: dict[str, Expr], **names: Any
) -> tuple[nn.Module, str]:
    """The module of a layer, after its initializers and the defaults."""
    rule = rule_of(f"keras.layers.{name}")
    layout = Layout.LAST if rule.layout is Layout.ANY else rule.layout
    x = given_tensor("x0", shape, layout, "all", "float64")
    built = rule.build(x, **arguments_of(rule, given, ()))
    (module,) = built.code.modules  # type: ignore[union-attr]
    constructor = initialized(module, name, chosen).constructor
    return run(constructor, **names), constructor.text


def run(constructor: Expr, **names: Any) -> nn.Module:
    scope: dict[str, Any] = {"torch": torch, "nn": nn, **names}
    defaults = default_init([constructor.text])
    exec(emitted_sources(set(constructor.helpers) - {"with_init"}), scope)
    if "with_init" in constructor.helpers:
        from rules.emitted import EMITTED

        exec(EMITTED["with_init"].source, scope)
    exec(defaults, scope)
    module: nn.Module = eval(constructor.text, scope)
    if defaults:
        module.apply(scope["init_like_keras"])
    return module


def compare(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Mean, spread and bounds of two samples."""
    assert ours.shape == theirs.shape
    spread = max(theirs.std(), 1e-6)
    count = ours.size**0.5
    assert abs(ours.mean() - theirs.mean()) < 6 * spread / count + 1e-6
    assert abs(ours.std() / spread - theirs.std() / spread) < 5 / count + 1e-3
    assert abs(np.abs(ours).max() - np.abs(theirs).max()) < 0.35 * np.abs(theirs).max() + 1e-6


def check(
    name: str,
    shape: tuple[int, ...],
    given: dict[str, Any],
    keras_given: Any,
    ours: Expr,
    **names: Any,
) -> str:
    """All weights of a layer whose kernels start in this way."""
    kernels = [k for k in ("kernel", "depthwise", "pointwise") if k in roles(name)]
    chosen = {f"{k}_initializer": ours for k in kernels}
    layer = getattr(keras.layers, name)(
        **given, **{f"{k}_initializer": keras_given for k in kernels}
    )
    layer.build((None, *shape))
    module, text = made(name, shape, given, chosen, **names)
    holder = nn.Module()
    holder.m0 = module
    theirs = mapped(layer, layer.get_weights(), holder)
    state = holder.state_dict()
    for key, value in theirs.items():
        compare(state[key].numpy(), np.asarray(value))
    return text


def roles(name: str) -> tuple[str, ...]:
    if name.startswith("Separable"):
        return "depthwise", "pointwise"
    return ("depthwise",) if name.startswith("Depthwise") else ("kernel",)


@pytest.mark.parametrize(("name", "shape", "given"), LAYERS)
def test_defaults(name: str, shape: tuple[int, ...], given: dict[str, Any]) -> None:
    text = check(name, shape, given, "glorot_uniform", expr("glorot_uniform"))
    assert "with_" not in text


@pytest.mark.parametrize(("name", "shape", "given"), LAYERS)
@pytest.mark.parametrize("spelled", NAMES)
def test_names(name: str, shape: tuple[int, ...], given: dict[str, Any], spelled: str) -> None:
    check(name, shape, given, spelled, expr(spelled))
    if spelled.islower():
        check(name, shape, given, spelled, unknown("init"), init=spelled)
        check(name, shape, given, spelled, Expr("i", Symbol(f"keras.initializers.{spelled}")))


@pytest.mark.parametrize(("name", "shape", "given"), LAYERS)
@pytest.mark.parametrize(("cls", "arguments"), CONFIGURED)
def test_configured(
    name: str, shape: tuple[int, ...], given: dict[str, Any], cls: str, arguments: dict[str, Any]
) -> None:
    theirs = getattr(keras.initializers, cls)(**arguments)
    check(name, shape, given, theirs, configured(cls, arguments))


@pytest.mark.parametrize(("shape", "units"), [((40,), 90), ((90,), 40)])
@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_orthogonal(shape: tuple[int, ...], units: int, gain: float) -> None:
    given = {"units": units}
    chosen = {"kernel_initializer": configured("Orthogonal", {"gain": gain})}
    module, _ = made("Dense", shape, given, chosen)
    weight = module.weight.detach()
    square = weight @ weight.T if units < shape[0] else weight.T @ weight
    torch.testing.assert_close(square, gain**2 * torch.eye(len(square)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_identity(gain: float) -> None:
    chosen = {"kernel_initializer": configured("Identity", {"gain": gain})}
    module, _ = made("Dense", (5,), {"units": 5}, chosen)
    torch.testing.assert_close(module.weight.detach(), gain * torch.eye(5))


FAN_OUT = {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"}


def test_embeddings() -> None:
    given = {"input_dim": 300, "output_dim": 40}
    for chosen, theirs in (
        ({}, "uniform"),
        ({"embeddings_initializer": expr("normal")}, "normal"),
        ({"embeddings_initializer": expr("zeros")}, "zeros"),
        *(({"embeddings_initializer": expr(name)}, name) for name in NAMES if name.islower()),
        ({"embeddings_initializer": unknown("init")}, "he_normal"),
        ({"embeddings_initializer": configured("VarianceScaling", FAN_OUT)}, FAN_OUT),
    ):
        if theirs is FAN_OUT:
            theirs = keras.initializers.VarianceScaling(**FAN_OUT)
        layer = keras.layers.Embedding(**given, embeddings_initializer=theirs)
        layer.build()
        module, _ = made("Embedding", (5,), given, chosen, init="he_normal")
        compare(module.weight.detach().numpy(), layer.get_weights()[0])
    table = np.arange(12.0).reshape(4, 3)
    constant = Configured("keras.initializers.Constant", (unknown("table"),))
    chosen = {"embeddings_initializer": Expr("i", constant)}
    small = {"input_dim": 4, "output_dim": 3}
    module, _ = made("Embedding", (5,), small, chosen, table=table)
    np.testing.assert_allclose(module.weight.detach().numpy(), table)


def test_biases_and_scales() -> None:
    module, text = made("Dense", (50,), {"units": 400}, {"bias_initializer": expr("he_normal")})
    assert abs(module.bias.detach().std().item() - (2 / 400) ** 0.5) < 0.01
    assert text.startswith("with_init(nn.Linear(50, 400), bias=")
    module, _ = made("BatchNormalization", (4, 4, 8), {}, {"gamma_initializer": expr("zeros")})
    assert not module.weight.any()
    module, text = made("BatchNormalization", (8,), {}, {"gamma_initializer": expr("ones")})
    assert text == "nn.BatchNorm1d(8, eps=1e-3, momentum=0.01)"
    module, _ = made(
        "Dense", (5,), {"units": 4, "use_bias": False}, {"bias_initializer": expr("one")}
    )
    assert module.bias is None
    module, _ = made(
        "PReLU", (8,), {}, {"alpha_initializer": configured("Constant", {"value": 0.25})}
    )
    assert (module.weight == 0.25).all()


@pytest.mark.parametrize("cls", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("both_ways", [False, True])
def test_recurrent(cls: str, both_ways: bool) -> None:
    options: dict[str, Any] = {"bidirectional": True} if both_ways else {}
    module = run(call(f"nn.{cls}", 20, 30, **options))
    for name, weight in module.named_parameters():
        values = weight.detach()
        if "weight_ih" in name:
            limit = (6 / (20 + len(values))) ** 0.5
            assert 0.9 * limit < values.abs().max() <= limit
        elif "weight_hh" in name:
            torch.testing.assert_close(values.T @ values, torch.eye(30), atol=1e-5, rtol=0)
        elif "bias_ih" in name and cls == "LSTM":
            assert values.sum() == 30
            assert (values[30:60] == 1).all()
        else:
            assert not values.any()


def test_recurrent_initializers() -> None:
    chosen = {"kernel_initializer": expr("zeros"), "recurrent_initializer": expr("glorot_uniform")}
    module = Module(call("nn.LSTM", 3, 4))
    text = initialized(module, "LSTM", chosen).constructor.text
    assert "weight_ih_l0=nn.init.zeros_" in text
    assert "weight_hh_l0=nn.init.xavier_uniform_" in text
    assert not run(initialized(module, "LSTM", chosen).constructor).weight_ih_l0.any()


def test_what_is_default() -> None:
    assert is_default("kernel", expr("GlorotUniform"))
    assert is_default("embeddings", expr("uniform"))
    assert is_default("bias", Expr("z", Symbol("keras.initializers.Zeros")))
    assert not is_default("recurrent", expr("glorot_uniform"))
    assert not is_default("kernel", unknown("init"))
    assert not is_default("embeddings", configured("RandomUniform", {"minval": -1.0}))


def test_what_is_refused() -> None:
    for given in (expr("no_such"), configured("HeNormal", {"odd": 1})):
        with pytest.raises(Unsupported):
            made("Dense", (4,), {"units": 3}, {"kernel_initializer": given})


@pytest.mark.parametrize("made_of", [
    ["nn.Linear(3, 4)"],
    ["nn.Conv2d(3, 4, 3, bias=False)", "Conv2dSame(3, 4, 3)", "nn.ConvTranspose2d(3, 4, 2)"],
    ["with_init(nn.Linear(3, 4), weight=he_normal_)", "nn.Conv2d(3, 3, 3, groups=3)"],
    ["nn.Embedding(4, 3)", "nn.LSTM(3, 4)", "nn.GRU(3, 4)"],
    ["nn.LSTM(3, 4)"], ["nn.GRU(3, 4)"], ["nn.Linear"], ["nn.LazyLinear(4)"],
    ["nn.Conv1d(3, 4, 2)", "nn.Conv2d(3, 4, 2)", "nn.Conv3d(3, 4, 2)", "nn.Linear(3, 4)",
     "nn.ConvTranspose1d(3, 4, 2)", "nn.ConvTranspose2d(3, 4, 2)"],
])  # fmt: skip
def test_the_function_is_formatted(made_of: list[str]) -> None:
    source = default_init(made_of)
    assert source == black.format_str(source, mode=black.Mode(line_length=88))


def test_nothing_to_do() -> None:
    assert default_init(["nn.BatchNorm2d(3)", "nn.Dropout(0.2)"]) == ""


LAZY = """
from keras.layers import BatchNormalization, Dense
from keras.models import Sequential

model = Sequential([
    Dense(50, activation="relu"),
    BatchNormalization(),
    Dense(40),
])
other = Sequential([Dense(50, kernel_initializer="zeros", bias_initializer="ones")])
"""


def test_a_size_that_the_first_batch_tells() -> None:
    """Weights start as Keras's then, the other layers' at once, and loaded ones stay."""
    converted: dict[str, Any] = {}
    exec(convert(LAZY).text, converted)
    model, other, x = converted["model"], converted["other"], torch.rand(4, 30)
    glorot = (6 / (30 + 50)) ** 0.5
    model(x)
    other(x)
    weight = model.dense.weight
    assert 0.9 * glorot < weight.abs().max() <= glorot
    assert 0.9 * (6 / 90) ** 0.5 < model.dense_1.weight.abs().max() <= (6 / 90) ** 0.5
    assert not model.dense.bias.any()
    assert not model.dense_1.bias.any()
    assert not other.dense.weight.any()
    assert (other.dense.bias == 1).all()
    fresh = type(model)()
    fresh.load_state_dict(model.state_dict())
    fresh(x)
    assert torch.equal(fresh.dense.weight, weight)


def test_emitted_kernels_start_like_those_of_their_base() -> None:
    """Every emitted class that derives from a layer with a kernel is initialized as that is."""
    load_rules()
    derived = re.compile(r"^class (\w+)\((nn\.(?:Conv\w+|Linear))\)", re.M)
    found = [pair for e in EMITTED.values() for pair in derived.findall(e.source)]
    assert len(found) >= 12
    for name, base in found:
        assert base in default_init([f"{name}(3, 8, 3)"]), name


ATTENTION = """
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((5, 6))
x = layers.{}({}, kernel_initializer={}, bias_initializer="ones")(inputs, inputs)
model = keras.Model(inputs, x)
"""


@pytest.mark.parametrize(
    ("layer", "sizes"),
    [
        ("MultiHeadAttention", "2, 3"),
        ("MultiHeadAttention", "2, 5"),
        ("GroupQueryAttention", "4, 4, 2"),
    ],
)
def test_projections_of_an_attention(layer: str, sizes: str) -> None:
    """What no shape decides fills all of them; the defaults don't overwrite it."""
    text = convert(ATTENTION.format(layer, sizes, '"TruncatedNormal"')).text
    scope: dict[str, Any] = {}
    exec(text, scope)
    parameters = dict(scope["model"].named_parameters())
    assert len(parameters) in (4, 8)
    for name, parameter in parameters.items():
        assert (parameter == 1).all() if "bias" in name else 0 < parameter.abs().max() <= 0.1
    found = convert(ATTENTION.format(layer, sizes, '"he_normal"')).diagnostics
    assert any("each projection has a shape of its own" in d.message for d in found)


def test_attention_starts_as_three_matrices() -> None:
    """Torch takes queries, keys and values for one matrix, and starts them closer to zero."""
    program = (
        "from keras import Input, Model, layers\n\n\n"
        "def build():\n"
        "    x = Input((4, 64))\n"
        "    return Model(x, layers.MultiHeadAttention(8, 8)(x, x))\n"
    )
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    exec(program, before)
    exec(convert(program).text, after)
    kernels = [np.array(w) for w in before["build"]().weights if "kernel" in w.path]
    ours = after["build"]().multi_head_attention
    found = [*ours.in_proj_weight.detach().chunk(3), ours.out_proj.weight.detach()]
    assert len(kernels) == len(found) == 4
    for theirs, weight in zip(kernels, found, strict=True):
        assert float(weight.std()) == pytest.approx(float(theirs.std()), rel=0.05)
        assert float(weight.abs().max()) == pytest.approx(float(np.abs(theirs).max()), rel=0.01)
    assert not ours.in_proj_bias.any()


def test_an_embedding_starts_from_the_matrix_that_it_is_given() -> None:
    source = """
import numpy as np
from keras.layers import Dense, Embedding, Flatten
from keras.models import Sequential

matrix = np.arange(12.0).reshape(4, 3)
model = Sequential([Embedding(4, 3, weights=[matrix], input_length=2), Flatten(), Dense(1)])
"""
    theirs: dict[str, Any] = {}
    exec(source.replace("input_length=2", ""), theirs)
    theirs["model"].build((None, 2))
    ours: dict[str, Any] = {}
    exec(convert(source).text, ours)
    start = theirs["model"].layers[0].get_weights()[0]
    assert np.array_equal(ours["model"].embedding.weight.detach().numpy(), start)
    assert np.array_equal(start, ours["matrix"])


def test_without_initializers_of_keras_a_given_matrix_is_reported() -> None:
    source = """
from keras.layers import Embedding
from keras.models import Sequential

matrix = [[1.0, 2.0], [3.0, 4.0]]
model = Sequential([Embedding(2, 2, weights=[matrix], input_length=2)])
"""
    found = convert(source, Options(init="torch")).diagnostics
    assert [d.message for d in found if "weights=" in d.message]
