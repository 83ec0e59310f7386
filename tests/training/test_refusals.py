"""What of a training script is not converted is said at its place, and its training stays whole."""

from __future__ import annotations

import ast
import re

import pytest

from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)
model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
"""
COMPILE = 'model.compile(optimizer="sgd", loss="mse")\n'


def errors(text: str) -> list[tuple[int, str]]:
    found = convert(text).diagnostics
    return [(d.line, d.message) for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "use",
    [
        "print(model.history)",
        "p = show(model(x))",
        "p = model(x, mask=None)",
        "model.get_config()",
    ],
)
def test_other_uses_of_a_trained_model_are_said(use: str) -> None:
    text = f"{HEAD}{COMPILE}model.fit(x, y, epochs=2)\n{use}\n"
    assert [line for line, _ in errors(text)] == [9]
    assert "train_epoch(" in convert(text).text


@pytest.mark.parametrize(
    "rest",
    [
        "model.fit(x, y, max_steps=3)\n",
        "model.fit(x, y, callbacks=[print])\n",
        "model.fit(lambda: x)\n",
        "model.fit([x, x], y)\n",
        "model.fit(x, y, surprise=1)\n",
        "model.fit(x, y, **{'surprise': 1})\n",
        "model.fit(keras.utils.PyDataset())\n",
    ],
)
def test_one_call_that_is_not_translated_leaves_the_training_whole(rest: str) -> None:
    text = HEAD + COMPILE + "model.fit(x, y)\n" + rest
    converted = convert(text).text
    assert any(line == 9 for line, _ in errors(text)), errors(text)
    assert COMPILE in converted
    assert "model.fit(x, y)\n" in converted
    assert rest in converted


def test_a_model_that_a_function_trains_out_of_sight_is_left() -> None:
    function = "def train(net):\n    net.fit(x, y)\n"
    text = f"{HEAD}{COMPILE}\n\n{function}\n\nmap(train, [model])\nmodel.evaluate(x, y)\n"
    assert errors(text)
    assert COMPILE in convert(text).text


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("def train():\n    model.fit(x, y)\n", "train()\n"),
        ("def train(net):\n    net.fit(x, y)\n", "train(model)\n"),
    ],
)
def test_a_model_that_a_function_trains_in_sight_is_converted(function: str, call: str) -> None:
    text = f"{HEAD}{COMPILE}\n\n{function}\n\n{call}model.evaluate(x, y)\n"
    assert errors(text) == []
    assert "train_loader, criterion, optimizer)" in convert(text).text


def test_training_of_a_model_that_is_not_known_is_said() -> None:
    text = (
        "from tensorflow import keras\n\n\ndef train(model, x, y):\n"
        "    model.compile(optimizer='adam', loss='mse')\n"
        "    model.fit(x, y, epochs=3, validation_split=0.2)\n"
    )
    assert [line for line, _ in errors(text)] == [5, 6]


@pytest.mark.parametrize("method", ["fit_generator"])
def test_another_way_to_train_leaves_the_training_whole(method: str) -> None:
    text = f"{HEAD}{COMPILE}model.{method}(x, y)\nmodel.evaluate(x, y)\n"
    assert any("nothing shows that x is a data set" in message for _, message in errors(text))
    assert COMPILE in convert(text).text
    assert "model.evaluate(x, y)" in convert(text).text


def test_which_compile_holds_must_be_known() -> None:
    other = COMPILE.replace(")", ', metrics=["mae"])')
    branches = f"if len(x) > 3:\n    {COMPILE}else:\n    {other}"
    text = f"{HEAD}{branches}model.fit(x, y)\n"
    assert any("depends on a condition" in message for _, message in errors(text))
    assert "model.fit(x, y)" in convert(text).text


def test_names_of_the_program_are_not_taken() -> None:
    text = (
        f"{HEAD}loss = 3\nsplit = 'text'\n\n\ndef evaluate(a):\n    return a\n\n\n"
        f"{COMPILE}model.fit(x, y, epochs=2, validation_split=0.5)\n"
        "model.evaluate(x, y)\nprint(loss, split.split(), evaluate(1))\n"
    )
    assert not errors(text)
    converted = convert(text).text
    assert "train_loss = train_epoch(" in converted or "train_loss, " in converted
    assert "split_at = int(" in converted
    assert "def evaluate_model(" in converted


@pytest.mark.parametrize(
    "callback",
    ["ReduceLROnPlateau(monitor='loss')", "LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))"],
)
def test_momentum_while_the_rate_changes(callback: str) -> None:
    """Torch keeps the rate out of its momentum: an emitted optimizer steps as Keras's does."""
    fit = f"model.fit(x, y, callbacks=[keras.callbacks.{callback}])\n"
    plain = 'model.compile(keras.optimizers.SGD(0.1), "mse")\n'
    heavy = plain.replace("SGD(0.1)", "RMSprop(0.1, momentum=0.9)")
    assert "torch.optim.SGD" in convert(HEAD + plain + fit).text
    assert "torch.optim.RMSprop" in convert(HEAD + heavy + "model.fit(x, y)\n").text
    assert "= KerasRMSprop(" in convert(HEAD + heavy + fit).text


@pytest.mark.parametrize(
    ("use", "wanted"),
    [
        ("n = model.metrics_names", 'n = ["loss", "mae"]\n'),
        ("n = model.metrics_names[1]", 'n = "mae"\n'),
        (
            "d = dict(zip(model.metrics_names, model.evaluate(x, y)))",
            'd = dict(\n    zip(\n        ["loss", "mae"],\n        list(evaluate(',
        ),
    ],
)
def test_names_of_metrics_are_those_of_the_history(use: str, wanted: str) -> None:
    text = f"{HEAD}{COMPILE.replace(')', ', metrics=[mae])')}model.fit(x, y, epochs=2)\n{use}\n"
    text = text.replace("mae", '"mae"')
    assert not errors(text)
    assert wanted in convert(text).text


@pytest.mark.parametrize("use", ["print(dense.units)", "k = dense.kernel"])
def test_what_is_asked_of_a_layer_that_is_gone_is_said(use: str) -> None:
    text = (
        "from tensorflow import keras\n\ndense = keras.layers.Dense(3)\n"
        f"x = keras.Input((8,))\nmodel = keras.Model(x, dense(x))\n{use}\n"
    )
    assert [line for line, _ in errors(text)] == [6]


BUILDER = """\
from hyperas import optim
from tensorflow import keras


def create_model(units=4):
    return keras.Sequential([keras.Input((8,)), keras.layers.Dense(units)])


def several(build, count):
    return [build() for _ in range(count)]


TABLE = {"one": create_model}
"""


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("best = optim.minimize(model=create_model, max_evals=5)", True),
        ("best = optim.minimize(create_model)", True),
        ("models = several(create_model, 3)", False),
        ("models = list(map(create_model, [2, 4]))", False),
        ("model = create_model(8)", False),
    ],
)
def test_builders_that_go_to_code_nobody_sees_are_said(use: str, said: bool) -> None:
    found = convert(f"{BUILDER}{use}\n").diagnostics
    lines = [d.line for d in found if "may want a model of Keras" in d.message]
    assert lines == ([14] if said else [])


@pytest.mark.parametrize("given", ["pick(kind)", "optimizer"])
def test_what_may_be_an_optimizer_is_not_taken_for_its_name(given: str) -> None:
    before = f"kind = 'adam'\noptimizer = {'pick(kind)' if given == 'optimizer' else 'None'}\n"
    text = f"{HEAD}{before}model.compile({given}, 'mse')\nmodel.fit(x, y)\n"
    assert any("may be an optimizer, or the name of one" in message for _, message in errors(text))


@pytest.mark.parametrize(
    ("reads", "metric", "keras", "said"),
    [
        ("losses = list(history.history.values())[0]", "accuracy", "auto", True),
        ("losses = list(history.history.values())[0]", "accuracy", "2", False),
        ("losses = list(history.history.values())[0]", "accuracy", "3", False),
        ("losses = list(history.history.values())[0]", "mae", "auto", False),  # sorted: loss, mae
        ("losses, shares = history.history.values()", "accuracy", "auto", True),
        ("print(next(iter(history.history)))", "accuracy", "auto", True),
        ("names = [*history.history]", "accuracy", "auto", True),
        ("kept = history.history\n(name, losses), *_ = kept.items()", "accuracy", "auto", True),
        ("for place, k in enumerate(history.history):\n    print(k)", "accuracy", "auto", True),
        ("losses, shares = history.history['loss'], 1", "accuracy", "auto", False),
        ("for k, v in history.history.items():\n    print(k, v)", "accuracy", "auto", False),
    ],
)
def test_entries_of_the_history_by_their_places_are_said(
    reads: str, metric: str, keras: str, said: bool
) -> None:
    compiled = f"model.compile('adam', 'mse', metrics=['{metric}'])\n"
    text = f"{HEAD}{compiled}history = model.fit(x, y)\n{reads}\n"
    found = convert(text, Options(keras=keras)).diagnostics
    assert any("taken by their place" in d.message for d in found) is said


def test_what_goes_with_another_call_says_which() -> None:
    text = f"{HEAD}{COMPILE}print(1)\nmodel.fit(x, y, unknown=3)\nprint(2)\nmodel.predict(x)\n"
    found = dict(errors(text))
    assert "the argument unknown is not known" in found.pop(9)
    assert found.keys() == {7, 11}
    assert all(": so is `fit` in line 9, of the same model" in said for said in found.values())


def test_no_message_shows_the_number_of_a_tensor() -> None:
    pairs = "def pairs():\n    for a, b in zip(x, y):\n        yield {'input': a}, b\n\n"
    found = errors(f"{pairs}{HEAD}{COMPILE}model.fit(pairs(), epochs=1)\n")
    assert found
    assert not any(re.search(r"\w:\d", message) for _, message in found)


def test_tables_with_new_columns_are_followed() -> None:
    table = "import pandas as pd\n\ndf = pd.read_csv('a.csv').dropna()\nother = df\n"
    table += "df['c'] = df['a'] + 1\n"
    text = f"{table}{HEAD}{COMPILE}history = model.fit(other.values, y)\n"
    assert errors(text) == []


UNSEEN = """\
import re

import numpy as np
import torch
from keras import Sequential, layers

x, y = np.random.rand(64, 8), np.random.rand(64)
settings = {"optimizer": "sgd", "loss": "mse"}


def build():
    return Sequential([layers.Input((8,)), layers.Dense(1)])


def train(build_fn):
    model = build_fn()
    CALL
    model.fit(x, y, epochs=2)
    return model.evaluate(x, y)


for found in [*globals().values()]:
    if getattr(found, "__name__", "") == "build":
        train(found)
"""


@pytest.mark.parametrize(
    "call",
    [
        'model.compile("sgd", "mse")',
        'model.compile("sgd", "mse", metrics=["mae"])',
        'model.compile("sgd", "mse", run_eagerly=True)',
        'model.compile("sgd", "mse", jit_compile=False)',
        'model.compile("sgd", metrics=["mae"], **settings)',
        'model.compile("sgd")',
        'model.compile("RMSprop")',
        "model.compile(**settings)",
        'model.compile(*("sgd", "mse"))',
    ],
)
def test_what_compiles_a_model_that_nobody_knows_is_said(call: str) -> None:
    where = [line for line, message in errors(UNSEEN.replace("CALL", call)) if "model.c" in message]
    assert where == [17]


@pytest.mark.parametrize(
    "call",
    [
        're.compile("sgd")',
        're.compile("a", re.I)',
        're.compile("a", flags=re.I)',
        "torch.compile(build_fn, **settings)",
    ],
)
def test_what_compiles_something_else_is_none(call: str) -> None:
    found = errors(UNSEEN.replace("CALL", call))
    assert not any("compile" in message for _, message in found)
    assert any("`model.fit` is left as it is" in message for _, message in found)


WATCHED = """\
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)


class Watch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.predict(x)


def build():
    model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


"""


def test_what_follows_of_an_error_names_it() -> None:
    """The one cause is in line 27: `fit`, for the sake of one callback."""
    text = WATCHED + (
        "watch = Watch()\nearly = keras.callbacks.EarlyStopping(patience=2)\n"
        "remote = keras.callbacks.OrbaxCheckpoint('o')\n\nmodel = build()\n"
        "model.fit(x, y, callbacks=[watch, early, remote])\n"
    )
    found = dict(errors(text))
    line = text.split("\n").index("model.fit(x, y, callbacks=[watch, early, remote])") + 1
    assert "OrbaxCheckpoint has no counterpart" in found.pop(line)
    assert found.keys() == {11, 18, line - 4, line - 3}
    assert all(f"so is `fit` in line {line}" in message for message in found.values()), found


def test_what_asks_a_model_that_is_left_names_what_gives_it() -> None:
    asked = "print(model.evaluate(x, y, verbose=0))"
    text = f'{WATCHED}model = keras.models.load_model("old.h5")\n\n\n{asked}\n'
    assert "so is what gives `model`, in line 22" in dict(errors(text))[25]
    other = text.replace('keras.models.load_model("old.h5")', "given()")
    assert "which model that is, is not known" in dict(errors(other))[25]


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (
            'if os.path.exists("m.keras"):\n    model = keras.models.load_model("m.keras")\n'
            'else:\n    model = build()\nmodel.fit(x, y)\nmodel.save("m.keras")\n',
            "where the file is there, read its weights with `load_weights`",
        ),
        ('latest = tf.train.latest_checkpoint("kept")\n', "take the newest"),
        ("kept = tf.train.Checkpoint(net=build())\n", "a dict of state_dicts"),
    ],
)
def test_what_goes_on_with_an_earlier_run_is_told_how(use: str, said: str) -> None:
    assert any(said in message for _, message in errors(WATCHED + use))


def test_reasons_are_those_of_either_side() -> None:
    checkpoint = 'keras.callbacks.ModelCheckpoint("w_" + model.title, save_weights_only=True)'
    text = f"{HEAD}{COMPILE}model.fit(x, y, callbacks=[{checkpoint}])\n"
    assert not any(message.endswith(": ") for _, message in errors(text))


@pytest.mark.parametrize("place", ["function", "module"])
def test_what_may_add_layers_to_a_model_is_said(place: str) -> None:
    """`hidden_layers(model, 2)` of a library: what is added behind it has another input."""
    lines = [
        "model = keras.Sequential()",
        "model.add(keras.layers.Dense(8, input_shape=(4,)))",
        "hidden_layers(model, 2)",
        "model.add(keras.layers.Dense(1))",
    ]
    head = "from tensorflow import keras\nfrom library import hidden_layers\n\n\n"
    body = "\n".join(lines)
    if place == "function":
        body = "\n    ".join(["def build():", *lines, "return model"])
    found = convert(f"{head}{body}\n")
    assert not [model for model in found.models if model.status == "converted"]
    assert any(
        "`hidden_layers`, which gets it, may add layers" in d.message for d in found.diagnostics
    )


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ('losses["a"] = \\\n        ', ""),
        ('print(f"""\nloss: {', '}\n""")'),
        ("losses.append(\n    ", "\n)"),
    ],
)
def test_what_is_said_in_a_comment_stands_where_one_can(before: str, behind: str) -> None:
    """Not behind a backslash, nor in a string; between the arguments of a call it can."""
    text = f"{HEAD}losses = {{}}\n{before}given[0].train_on_batch(x, y){behind}\n"
    found = convert(text)
    ast.parse(found.text)
    assert not [d for d in found.diagnostics if d.code == "T2T004"]
    said = [line for line in found.text.split("\n") if "TODO(tf2torch)" in line]
    assert len(said) == 1
    assert ast.dump(ast.parse(found.text.replace(f"{said[0]}\n", ""))) == ast.dump(
        ast.parse(found.text)
    )


def test_metrics_of_a_models_own_tensors_are_left_for_a_reason() -> None:
    text = (
        "from tf_keras import Input, Model, backend, layers\n\ninputs = Input((6,))\n"
        "hidden = layers.Dense(8)(inputs)\nmodel = Model(inputs, layers.Dense(1)(hidden))\n"
        'model.add_metric(backend.std(hidden), name="spread", aggregation="mean")\n'
    )
    ((line, message),) = errors(text)
    assert line == 6
    assert "a tensor of the model's own graph" in message


@pytest.mark.parametrize("kept", ["{}", "def run(k):\n{}\n\n\nrun(3)\n"])
@pytest.mark.parametrize(
    "made",
    [
        "keras.Sequential([keras.Input((8,)), keras.layers.Dense(n)])",
        "keras.models.Sequential([keras.layers.Dense(n, input_shape=(8,))])",
        "keras.Model(model.input, keras.layers.Dense(n)(model.output))",
    ],
)
def test_a_lambda_that_builds_a_model_is_said(made: str, kept: str) -> None:
    build = f"build = lambda n: {made}\n"
    call = 'm = build(3)\nm.compile("sgd", "mse")\nm.fit(x, y)\n'
    inside = "".join(f"    {line}\n" for line in call.splitlines())
    text = f"{HEAD}{build}{call}" if kept == "{}" else f"{HEAD}{build}\n\n{kept.format(inside)}"
    told = errors(text)
    assert not [message for _, message in told if "internal error" in message], told
    assert [message for _, message in told if message.endswith("with `def`")], told
    assert build in convert(text).text


@pytest.mark.parametrize(
    "call",
    [
        "tf.gather(x, i)",
        "tf.gather(x, i, batch_dims=1)",
        "tf.gather_nd(x, [i])",
        "tf.nn.embedding_lookup(x, i)",
        "tf.boolean_mask(x, i)",
    ],
)
def test_an_array_where_a_tensor_is_wanted_is_said(call: str) -> None:
    text = f"import tensorflow as tf\n{HEAD}d = tf.data.Dataset.range(9).map(lambda i: {call})\n"
    told = [message for _, message in errors(text)]
    assert any("`x` is a value of the program's own, no tensor" in m for m in told), told


TRAINERS = """\
from tensorflow import keras


class Trainer:
    def __init__(self):
        self.model = self.build()

    def fit(self, x, y):
        return self.{held}.fit(x, y, epochs=3)


class SmallTrainer(Trainer):
    def build(self):
        model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model
"""


def test_what_a_base_class_asks_its_model_is_said() -> None:
    """Also where the method that asks is called the same."""
    text = TRAINERS.format(held="model").replace("(Trainer)", "(Trainer, Sized)")
    found = errors(text.replace("class Trainer", "class Sized:\n    pass\n\n\nclass Trainer"))
    assert (13, "`self.model.fit` is left as it is: which model that is, is not known") in found


def test_methods_that_go_on_with_objects_of_their_own_kind_are_not_taken_for_models() -> None:
    text = TRAINERS.format(held="model").replace("self.model.fit", "trainer.fit")
    assert [line for line, _ in errors(text)] == [15]


def test_layers_of_several_models_are_not_said_to_be_frozen_under_a_condition() -> None:
    made = (
        "a = keras.Input((8,))\nshared = keras.layers.Dense(4)\n"
        "first = keras.Model(a, keras.layers.Dense(1)(shared(a)))\n"
        "other = keras.Model(a, keras.layers.Dense(1)(shared(a)))\n"
    )
    fits = "".join(
        f"{COMPILE}{'model.fit(x, y)'}\n".replace("model", n) for n in ("first", "other")
    )
    text = f"{HEAD[: HEAD.index('model')]}{made}{fits}shared.trainable = False\n{fits}"
    (message,) = [m for _, m in errors(text) if "frozen or unfrozen" in m]
    assert "that several models have" in message


def test_models_that_stay_keep_their_training() -> None:
    """Of models that share layers, all stay where one does, with what trains and asks them."""
    made = (
        "a = keras.Input((8,))\nh = keras.layers.Dense(4, name='feat')(a)\n"
        "model = keras.Model(a, keras.layers.Dense(1)(h))\n"
        "seen = keras.Model(model.input, model.get_layer('feat').output)\n"
        "outs = [layer.output for layer in model.layers if layer.name in wanted]\n"
        "parts = keras.Model(model.input, outs)\n"
    )
    asks = "features = seen.predict(x)\n"
    text = f"{HEAD[: HEAD.index('model')]}{made}{COMPILE}model.fit(x, y)\n{asks}"
    found = convert(text)
    assert text[text.index("model.compile") :] in found.text
    messages = [d.message for d in found.diagnostics]
    assert any(message.startswith("it is left as it is: so is the model") for message in messages)
    assert not any("nothing gives it" in message for message in messages)


@pytest.mark.parametrize(
    "head",
    [
        "for layer in {}.layers",
        "for model in [{}, {}]",
        "for model in ({} for _ in range(2))",
        "if {}.count_params() > 3",
        "while {}.count_params() < 3",
        "with open({}.name) as file",
    ],
)
@pytest.mark.parametrize("inside", ["", "def run():\n    "])
def test_a_model_in_the_head_of_a_statement_is_said(head: str, inside: str) -> None:
    made = "keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])"
    statement = f"{inside}{head.replace('{}', made)}:\n{'    ' * bool(inside)}    print(1)\n"
    found = convert(f"from tensorflow import keras\n\n{statement}{'run()' * bool(inside)}\n")
    said = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    wanted = ["built in the head of a statement"]
    wanted += ["condition"] * bool(inside)  # that is not known, for which the function is left
    assert any(one in message for message in said for one in wanted), said


BASELESS = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((24, 4)), np.ones((24, 1))


class Batches(keras.utils.PyDataset):{init}
    def __len__(self):
        return 3

    def __getitem__(self, place):
        return x[place * 8 : place * 8 + 8], y[place * 8 : place * 8 + 8]


class Own(keras.losses.Loss):
    def call(self, t, p):
        return keras.ops.mean(keras.ops.square(t - p), axis=-1)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", Own({loss}))
model.fit(Batches({batches}))
"""
INIT = "\n    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n"


@pytest.mark.parametrize(
    ("loss", "batches", "init", "named"),
    [
        ("", "workers=2", "", "Batches"),
        ('name="own"', "", "", "Own"),
        ("", "workers=2", INIT, ""),
        ("", "", "", ""),
    ],
)
def test_arguments_for_a_base_that_is_gone_are_said(
    loss: str, batches: str, init: str, named: str
) -> None:
    found = convert(BASELESS.format(loss=loss, batches=batches, init=init)).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(f"`{named}` is made with arguments" in one for one in said) == bool(named), said
