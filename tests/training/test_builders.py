"""Models that functions give, several in one statement, and what they are called on."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PAIR = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def build(units):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


small, large = build(2), build(5)
first = small.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
second = large.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
guess = small(tf.constant(x[:3])).numpy()
other = large(tf.convert_to_tensor(x, dtype=tf.float32), training=False)
mean = float(np.mean(other.numpy()))
"""


def test_each_has_an_optimizer_of_its_own(scripts: Scripts) -> None:
    result = converted(PAIR, Options(exact=True))
    assert "small, large = build(2), build(5)\n" in result
    assert "guess = predict(small, x[:3])\n" in result
    apart = scripts.compare(PAIR, result)
    assert {"first", "second", "guess", "mean"} <= apart.keys()
    assert max(v for k, v in apart.items() if k not in ("other", "mean")) < 1e-9, apart
    assert apart["mean"] < 1e-6, apart  # of numbers in single precision


GRID = """\
import itertools

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
grid = dict(units=[3, 4], rate=[0.1], delta=[0.5, 2.0])


def build(units, rate, delta=1.0, momentum=0.5):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(rate, momentum=momentum)
    model.compile(optimizer, keras.losses.Huber(delta=delta))
    return model


found = []
for values in itertools.product(*grid.values()):
    given = dict(zip(grid, values))
    model = build({called})
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    found.append(history.history["loss"][-1])
"""


@pytest.mark.parametrize(
    ("called", "momentum"),
    [("**given", 'given.get("momentum", 0.5)'), ("momentum=0.9, **given", "0.9")],
)
def test_arguments_of_a_dict_are_entries_where_parts_are_made(
    called: str, momentum: str, scripts: Scripts
) -> None:
    text = GRID.format(called=called)
    result = converted(text, Options(exact=True))
    assert f"momentum={momentum}" in result
    assert 'lr=given["rate"]' in result
    assert 'nn.HuberLoss(delta=given.get("delta", 1.0))' in result
    apart = scripts.compare(text, result)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


SPREAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras


def load(count):
    values = np.random.RandomState(count).rand(count, 4)
    return values, values[:, :1]


def sizes():
    return iter([5, 1])


def pipeline(inputs, targets, training, size={size}):
    data = tf.data.Dataset.from_tensor_slices((inputs, targets))
    return data.skip(3).batch(4) if training else data.batch(4)


def build(units, outputs):
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(outputs)]
    )


model = build(*sizes())
model.compile("sgd", "mse")
held = load(9)
history = model.fit(pipeline(*load(12), True), epochs=2, verbose=0).history
loss = model.evaluate(pipeline({given}, training=False), verbose=0)
"""


@pytest.mark.parametrize(
    ("size", "given"), [("4", "*load(9)"), ("4", "*load(9), size=3"), ("(lambda: 4)()", "*load(9)")]
)
def test_tuples_of_functions_are_spread(size: str, given: str, scripts: Scripts) -> None:
    text = SPREAD.format(size=size, given=given)
    result = converted(text, Options(exact=True))
    assert f"pipeline({given}, training=False)" in result
    assert "model = build(*sizes())\n" in result
    apart = scripts.compare(text, result)
    assert {"history", "loss"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_may_be_a_default_is_not_spread() -> None:
    text = SPREAD.format(size="4", given="*held")
    messages = [d.message for d in convert(text).diagnostics]
    assert "`pipeline` is called with arguments that are not known" in messages
    spread = text.replace(", size=4", "")
    assert "pipeline(*held, training=False)" in converted(spread)


def test_what_has_all_its_sizes_is_not_built_again(scripts: Scripts) -> None:
    """Keras has made the weights of such a model already, wherever it asks for them again."""
    made = PAIR.replace("build(", "made(")
    again = made.replace("first = small", "small.build((None, 6))\nfirst = small", 1)
    again += "\n\ndef train():\n    model = made(3)\n    model.build(input_shape=(None, 6))\n"
    again += "    return model.fit(x, y, shuffle=False, verbose=0).history['loss']\n\n\n"
    again += "third = train()\n"
    result = converted(again, Options(exact=True))
    assert ".build(" not in result
    apart = scripts.compare(again, result)
    assert max(apart[name] for name in ("first", "second", "third")) < 1e-9, apart


EMBEDDED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.randint(0, 40, (44, 10)), rng.rand(44, 5)
model = keras.Sequential([layers.Embedding(40, 8), {rest}, layers.Dense(5)])
model.build((None, 10))
model.compile("sgd", "mse")
losses = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""


def test_an_embedding_needs_no_sizes_to_be_built(scripts: Scripts) -> None:
    text = EMBEDDED.format(rest="layers.Conv1D(4, 3), layers.LSTM(6)")
    result = converted(text, Options(exact=True))
    assert ".build(" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_what_waits_for_its_sizes_is_built() -> None:
    unknown = EMBEDDED.replace("(None, 10)", "(None, None)")
    unknown = unknown.replace("rng.randint(0, 40, (44, 10))", "np.load('x.npy')")
    text = unknown.format(rest="layers.Flatten()")
    messages = [d.message for d in convert(text).diagnostics]
    assert "`build` is left as it is; the model is an nn.Module now" in messages


ROUNDS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).randint(0, 3, 40)


def build_flat(units):
    hidden = [layers.Dense(units), layers.BatchNormalization()]
    return keras.Sequential([keras.Input((6,)), *hidden, layers.Dense(3, activation="softmax")])


def build_deep(units):
    inputs = keras.Input((6,))
    hidden = layers.Dense(units)(layers.Dense(units)(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(hidden))


def train(model):
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


def count(model):
    return model.count_params()


losses, counts = [], []
for builder in BUILDERS:
    model = builder(4)
    losses += train(model)
    counts.append(count(model))
"""
BUILDERS = ("[build_flat, build_deep]", "[build_deep, build_flat]")


@pytest.mark.parametrize("builders", BUILDERS)
def test_a_function_gets_the_model_of_each_round(builders: str, scripts: Scripts) -> None:
    text = ROUNDS.replace("BUILDERS", builders)
    result = converted(text, Options(exact=True))
    assert "sum(w.numel() for w in [*model.parameters(), *model.buffers()] if w.dim())" in result
    apart = scripts.compare(text, result)
    assert {"losses", "counts"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("builders", BUILDERS)
def test_a_function_that_would_train_each_in_another_way_is_refused(builders: str) -> None:
    text = ROUNDS.replace("BUILDERS", builders).replace("softmax", "softplus", 1)
    found = convert(text).diagnostics
    assert any("`train` trains models of several kinds" in d.message for d in found), found


EACH = """\
import numpy as np
from keras import Sequential, layers

x = np.random.RandomState(0).rand(40, 4)
y = (x[:, 0] > 0.5).astype(int)


def build_small():
    return Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])


def build_big():
    model = Sequential()
    model.add(layers.Input((4,)))
    model.add(layers.Dense(8, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    return model


losses, scores = [], {}
for HEAD:
    model = build()
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    losses += model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
    scores[build.__name__] = model.evaluate(x, y, verbose=0)[0]
"""


@pytest.mark.parametrize(
    "head",
    [
        'name, build in [("small", build_small), ("big", build_big)]',
        "build in (build_big, build_small)",
        "build in (build_small, build_big, build_small)",
    ],
)
def test_the_model_of_each_round_gets_what_its_training_asks(head: str, scripts: Scripts) -> None:
    text = EACH.replace("HEAD", head)
    result = converted(text)
    assert result.count("def forward_logits(self, x)") == 2
    assert "return Small().to(device)" in result
    assert "return Big().to(device)" in result
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "scores"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("last", ["tanh", "softplus"])
@pytest.mark.parametrize("builders", ["build_small, build_big", "build_big, build_small"])
def test_rounds_that_train_in_several_ways_are_refused(builders: str, last: str) -> None:
    text = EACH.replace("HEAD", f"build in ({builders})").replace("sigmoid", last, 1)
    messages = [d.message for d in convert(text).diagnostics]
    assert any("one of several models, which are trained differently" in m for m in messages)


GIVEN = """\
import re

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
pattern = re.compile("a+")


def build(units=3):
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])


def train(build_fn, epochs):
    model = build_fn()
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=epochs, shuffle=False, verbose=0)
    return history.history["loss"]


losses = train(build, 3)
"""


def test_a_function_that_gets_a_builder_may_name_all_parts_by_strings(scripts: Scripts) -> None:
    result = converted(GIVEN, Options(exact=True))
    assert "model = build_fn()\n" in result
    apart = scripts.compare(GIVEN, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_tuples_are_not_taken_apart_for_layers() -> None:
    """The function would run once for each of its values."""
    text = "from tensorflow import keras\n\n\ndef sizes():\n    return 3, 'relu'\n\n\n"
    text += "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(*sizes())])\n"
    result = convert(text)
    assert "sizes()[" not in result.text
    assert any(d.severity is Severity.ERROR for d in result.diagnostics)


@pytest.mark.parametrize("given", ["{'net': net, 'base': base}", "dict(net=net, base=base)"])
@pytest.mark.parametrize("indent", ["", "    "])
def test_models_in_a_dict_stay_where_the_function_builds_them(given: str, indent: str) -> None:
    """Its call is no dict of arguments, which could be looked into where it stands."""
    call = "made = build(4)\nprint(made['net'])\n".replace("\n", f"\n{indent}").rstrip(" ")
    head = "" if not indent else "\n\ndef main():\n"
    text = (
        "from tensorflow import keras\n\n\ndef build(n):\n"
        "    base = keras.Sequential([keras.Input((n,)), keras.layers.Dense(8)])\n"
        "    inputs = keras.Input((n,))\n"
        "    net = keras.Model(inputs, keras.layers.Dense(3)(base(inputs)))\n"
        f"    return {given}\n\n{head}{indent}{call}"
    )
    found = convert(text).text
    assert f"\n{indent}made = build(4)\n{indent}print(made['net'])\n" in found
    assert found.count("class ") == 2


IN_A_DICT = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 6)


def build_all(size):
    inputs = keras.Input((size,))
    encoder = keras.Model(inputs, keras.layers.Dense(3, activation="tanh")(inputs), name="encoder")
    codes = keras.Input((3,))
    decoder = keras.Model(codes, keras.layers.Dense(size)(codes), name="decoder")
    both = keras.Model(inputs, decoder(encoder(inputs)), name="both")
    {compiled}
    return {given}


models = build_all(6)
{used}
"""
USED = """\
history = models["both"].fit(x, x, epochs=2, batch_size=8, shuffle=False, verbose=0)
codes = models["encoder"].predict(x)
decoder = models["decoder"]
found = decoder.predict(codes)
"""


DICTS = [
    '{"encoder": encoder, "decoder": decoder, "both": both}',
    "dict(encoder=encoder, decoder=decoder, both=both)",
    '{"encoder": encoder, "decoder": decoder, "both": both, "size": size}',
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("given", [*DICTS, "[encoder, decoder, both]", "encoder, decoder, both"])
@pytest.mark.parametrize("inside", [True, False])
def test_several_models_of_which_one_is_compiled(
    given: str, inside: bool, scripts: Scripts
) -> None:
    compiled = 'both.compile("adam", "mse")'
    asked = compiled.replace("both", 'models["both"]')
    used = USED if inside else f"{asked}\n{USED}"
    if given not in DICTS:
        for place, name in enumerate(("encoder", "decoder", "both")):
            used = used.replace(f'models["{name}"]', f"models[{place}]")
    program = IN_A_DICT.format(compiled=compiled if inside else "", given=given, used=used)
    result = converted(program, Options(exact=True))
    assert "models = build_all(6)\n" in result
    assert result.count("(nn.Module)") == 3
    apart = scripts.compare(program, result)
    assert {"codes", "found"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_several_models_that_get_names(scripts: Scripts) -> None:
    used = USED.replace('models["both"]', "both").replace('models["encoder"]', "encoder")
    used = used.replace('decoder = models["decoder"]\n', "")
    program = IN_A_DICT.replace("models = build", "encoder, decoder, both = build").format(
        compiled='both.compile("adam", "mse")', given="encoder, decoder, both", used=used
    )
    result = converted(program, Options(exact=True))
    assert max(scripts.compare(program, result).values()) < 1e-9


K_FOLD = """\
import keras
import numpy as np
from keras import layers

rng = np.random.RandomState(0)
data, targets = rng.normal(size=(24, 5)), rng.normal(size=(24,))
mean = data.mean(axis=0)
data -= mean


def build_model():
    model = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(1)])
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


scores = []
for i in range(3):
    held, wanted = data[i * 8 : (i + 1) * 8], targets[i * 8 : (i + 1) * 8]
    part = np.concatenate([data[: i * 8], data[(i + 1) * 8 :]], axis=0)
    part_targets = np.concatenate([targets[: i * 8], targets[(i + 1) * 8 :]], axis=0)
    model = build_model()
    model.fit(part, part_targets, epochs=2, batch_size=8, verbose=0, shuffle=False)
    scores.append(model.evaluate(held, wanted, verbose=0))
model = build_model()
model.fit(data, targets, verbose=0, shuffle=False)
last = model.predict(data, verbose=0)
"""


def test_a_builder_without_sizes_is_for_the_data_of_the_program(scripts: Scripts) -> None:
    made = convert(K_FOLD, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "nn.Linear(5, 4)" in made.text
    apart = scripts.compare(K_FOLD, made.text)
    assert {"scores", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


DEFAULTS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)
losses = []
for width in [2, 3]:

    def build(units={default}, activation="relu"):
        hidden = layers.Dense(units, activation)
        model = keras.Sequential([keras.Input((4,)), hidden, layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    model = build()
    losses += model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
drawn = rng.rand()
"""


@pytest.mark.parametrize("default", ["width", "rng.randint(3, 6)"])
def test_what_a_default_reads_is_read_where_it_stands(default: str, scripts: Scripts) -> None:
    text = DEFAULTS.format(default=default)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
