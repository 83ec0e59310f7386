"""Outputs of a model that a loop or comprehension makes, which training needs one by one."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.written_outputs import written_outputs

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
TASKS = ["age", "height"]
HEADS = {{"age": (1, "linear"), "height": (1, "softplus")}}
x, targets = rng.rand(40, 5), [rng.rand(40, 1), rng.rand(40, 1)]


def build():
    inputs = keras.Input((5,))
    z = layers.Dense(4, activation="tanh")(inputs)
    {made}
    return keras.Model(inputs, {outputs})


model = build()
model.compile(
    "sgd", loss={{name: "mse" for name in TASKS}}, loss_weights={{"age": 1.0, "height": 0.5}}
)
history = model.fit(x, dict(zip(TASKS, targets)), batch_size=16, epochs=2, verbose=0).history
losses = history["age_loss"]
predicted = model.predict(x, verbose=0)
"""
MADE = {
    "comprehension": ("outputs = [layers.Dense(1, name=k)(z) for k in TASKS]", "outputs"),
    "the name of the tensor": (
        "z = [layers.Dense(1, name=k)(z) for k in TASKS]",
        "outputs=z",
    ),
    "in the call": ("", "[layers.Dense(1, name=k)(z) for k in TASKS]"),
    "numbered": (
        'outputs = [layers.Dense(n, name=f"{k}")(z) for n, k in [(1, "age"), (1, "height")]]',
        "outputs",
    ),
    "table": (
        "outputs = [layers.Dense(n, act, name=k)(z) for k, (n, act) in HEADS.items()]",
        "outputs",
    ),
    "dict": ("outputs = {k: layers.Dense(1, name=k)(z) for k in TASKS}", "outputs"),
    "dict that a loop fills": (
        """tasks = [k for k in HEADS]
    outputs = {}
    for k in TASKS:
        outputs[k] = layers.Dense(1, name=k)(z)""",
        "outputs",
    ),
    "joined": (
        "outputs = [layers.Dense(1, name=k)(z) for i, k in enumerate(TASKS)]",
        "outputs=outputs",
    ),
    "loop": (
        """outputs = []
    for k in TASKS:
        # a head of its own
        h = layers.Dense(3, activation="relu", name=k + "_hidden")(z)
        outputs.append(layers.Dense(1, name=k)(h))""",
        "outputs",
    ),
    "pairs": (
        """outputs = []
    for k, units in zip(TASKS, (1, 1)):
        outputs.append(layers.Dense(units, name=k)(z))""",
        "outputs",
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_each_output_is_known(case: str, scripts: Scripts) -> None:
    made, outputs = MADE[case]
    text = PROGRAM.format(made=made, outputs=outputs)
    after = converted(text, Options(exact=True))
    assert "self.age = nn.Linear(" in after
    assert after.count("# a head of its own") == made.count("# a head of its own")
    apart = scripts.compare(text, after)
    assert {"losses", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "made",
    [
        "outputs = [layers.Dense(1, name=k)(z) for k in names()]",
        "outputs = [layers.Dense(1, name=k)(z) for k in TASKS if k]",
        "outputs = [layers.Lambda(lambda t: t * k)(z) for k in (1, 2)]",
        "outputs = [layers.Dense(1)(z) for k in range(99)]",
        "outputs = []\n    for k in TASKS:\n        outputs.append(k)\n    k = 3",
        "outputs = []\n    for k in TASKS:\n        if k:\n            outputs.append(k)",
        "outputs = []\n    for k in TASKS:\n        outputs.append(layers.Input((1,)))",
        "h = z\n    outputs = []\n    for k in TASKS:\n        h = layers.Dense(3)(h)\n"
        "        outputs.append(h)",
        "outputs = []\n    for k in TASKS:\n        h = layers.Dense(3)(z)\n"
        "        outputs.append(h)\n    z = h",
        "outputs = []\n    for _ in few():\n        for k in TASKS:\n"
        "            h = layers.Dense(3)(z)\n            outputs.append(h)",
        "TASKS.append('more')\n    outputs = [layers.Dense(1, name=k)(z) for k in TASKS]",
    ],
)
def test_what_is_not_known_stays(made: str) -> None:
    assert written_outputs(PROGRAM.format(made=made, outputs="outputs")) is None


INPUTS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
columns = {"city": 5, "kind": 3}
table = {name: rng.randint(0, size, 60) for name, size in columns.items()}
numbers, y = rng.randn(60, 6), rng.randn(60)


def build():
    inputs, encoded = [], []
    numeric = keras.Input((6,), name="numbers")
    inputs.append(numeric)
    for name, size in columns.items():
        one = keras.Input((1,), name=name)
        width = min(50, (size + 1) // 2)
        # a vector for each
        e = layers.Embedding(size, width, name="of_" + name)(one)
        e = layers.Reshape((width,))(e)
        inputs.append(one)
        encoded.append(e)
    x = layers.Concatenate()([numeric] + encoded)
    return keras.Model(inputs, layers.Dense(1)(x))


model = build()
model.compile("sgd", "mse")
given = [numbers] + [table[name] for name in columns]
losses = model.fit(given, y, batch_size=16, epochs=2, verbose=0).history["loss"]
predicted = model.predict(given, verbose=0)
"""


def test_a_parameter_of_that_name_is_something_else() -> None:
    made, outputs = MADE["comprehension"]
    text = PROGRAM.format(made=made, outputs=outputs)
    assert written_outputs(text) is not None
    assert written_outputs(text.replace("def build():", "def build(TASKS=()):")) is None


def test_inputs_that_a_loop_appends_to_others(scripts: Scripts) -> None:
    after = converted(INPUTS, Options(exact=True))
    assert "def forward(self, numeric, one_city, one_kind):" in after
    assert "self.of_kind = nn.Embedding(3, 2)" in after
    assert after.count("# a vector for each") == 1
    apart = scripts.compare(INPUTS, after)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("first", "given"),
    [
        ("inputs, encoded = [], []", "[numeric] + inputs"),
        ("inputs, encoded = [], []", "[numeric, *inputs]"),
        ("encoded = []\n    inputs = [numeric]", "inputs"),
    ],
)
def test_inputs_of_a_loop_behind_others(first: str, given: str, scripts: Scripts) -> None:
    text = INPUTS.replace("    inputs.append(numeric)\n", "")
    text = text.replace("    inputs, encoded = [], []\n", "")
    text = text.replace('name="numbers")\n', f'name="numbers")\n    {first}\n')
    text = text.replace("keras.Model(inputs,", f"keras.Model({given},")
    after = converted(text, Options(exact=True))
    assert "def forward(self, numeric, one_city, one_kind):" in after
    apart = scripts.compare(text, after)
    assert max(apart.values()) < 1e-9, apart


KEYED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
NUMBERS, KINDS = ["age", "fare"], ["sex", "port"]
table = {name: rng.rand(40) for name in NUMBERS} | {k: rng.randint(0, 3, 40) for k in KINDS}
y = rng.rand(40)
inputs, encoded = {}, []
for name in NUMBERS:
    inputs[name] = keras.Input((1,), name=name)
    encoded.append(inputs[name])
for name in KINDS:
    inputs[name] = keras.Input((1,), name=name, dtype="int32")
    encoded.append(layers.Flatten()(layers.Embedding(3, 2)(inputs[name])))
model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(encoded)))
model.compile("sgd", "mse")
given = {name: table[name] for name in ["age", "fare", "sex", "port"]}
losses = model.fit(given, y, batch_size=16, epochs=2, verbose=0).history["loss"]
"""


def test_inputs_that_several_loops_put_in_a_dict(scripts: Scripts) -> None:
    text = KEYED.replace('NUMBERS, KINDS = ["age", "fare"], ["sex", "port"]',
                         'NUMBERS = ["age", "fare"]\nKINDS = ["sex", "port"]')  # fmt: skip
    after = converted(text, Options(exact=True))
    assert 'port = inputs["port"]' in after
    apart = scripts.compare(text, after)
    assert max(apart.values()) < 1e-9, apart


def test_inputs_of_a_loop_alone_stay_as_many_as_there_are() -> None:
    text = INPUTS.replace("    inputs.append(numeric)\n", "")
    text = text.replace("    x = layers", "    inputs.append(numeric)\n    x = layers")
    assert written_outputs(text) is None


NUMBERED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

COUNT = 3
x = np.random.rand(40, 5)
y = [np.random.randint(0, 2, (40, 1)).astype(float) for _ in range(COUNT)]
inputs = keras.Input((5,))
heads = [layers.Dense(1, activation="sigmoid", name=f"head_{i}")(inputs) for i in range(COUNT)]
model = keras.Model(inputs, heads)
model.compile(
    "sgd",
    loss=["binary_crossentropy"] * COUNT,
    loss_weights=[1.0 / (i + 1) for i in range(COUNT)],
    metrics=[["accuracy"] for _ in range(COUNT)],
)
history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
found = [history[f"head_{i}_accuracy"][-1] for i in range(COUNT)]
losses = history["loss"]
"""


def test_as_many_as_a_constant_says(scripts: Scripts) -> None:
    result = converted(NUMBERED, Options(exact=True))
    assert "self.head_2 = nn.Linear(5, 1)" in result
    apart = scripts.compare(NUMBERED, result)
    assert {"found", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    assert written_outputs(NUMBERED.replace("COUNT = 3", "COUNT = count()")) is None
