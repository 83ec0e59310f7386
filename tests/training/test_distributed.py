"""Two processes train as one: the same losses, metrics and weights as Keras on one device."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow import keras

strategy = tf.distribute.MirroredStrategy()
rng = np.random.default_rng(0)
x = rng.normal(size=(320, 6))
kinds = (x[:, 0] + x[:, 1] ** 2 > 0.5).astype("int32") + (x[:, 2] > 0)
y = x.sum(axis=1, keepdims=True) + np.sin(3 * x[:, :1])
"""
PROGRAMS = {
    # the samples of the validation are not as many for each process
    "classes": """
with strategy.scope():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(12, activation="tanh", kernel_initializer="identity"),
            keras.layers.Dense(3, activation="softmax", kernel_initializer="identity"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(0.2, momentum=0.9), "sparse_categorical_crossentropy", metrics=["acc"]
    )
history = model.fit(
    x, kinds, batch_size=32, epochs=3, shuffle=False, validation_data=(x[:101], kinds[:101])
)
scores = model.evaluate(x[:77], kinds[:77])
predicted = model.predict(x[:9])
""",
    "weights and metrics": """
with strategy.scope():
    inputs = keras.Input((6,))
    h = keras.layers.Dense(
        8, activation="relu", kernel_initializer="identity",
        kernel_regularizer=keras.regularizers.L2(0.01),
    )(inputs)
    outputs = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones",
                                 kernel_constraint=keras.constraints.NonNeg())(h)
    model = keras.Model(inputs, outputs)
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.9)
    model.compile(
        optimizer=keras.optimizers.SGD(rate),
        loss="binary_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(), keras.metrics.Precision(name="precision")],
    )
labels = (kinds > 1).astype("float64")[:, None]
history = model.fit(
    x, labels, batch_size=64, epochs=4, shuffle=False, class_weight={0: 1.0, 1: 3.0}, verbose=0
)
scores = model.evaluate(x, labels, batch_size=40, verbose=0)
""",
    "data sets": """
def lifted(inputs, targets):
    return 2.0 * inputs, targets + 1.0


def first(count):
    return tf.data.Dataset.from_tensor_slices((x[:count], y[:count])).batch(16)


samples = tf.data.Dataset.from_tensor_slices((x, y)).map(lifted)
batches = samples.batch(24, drop_remainder=True).prefetch(1)
with strategy.scope():
    model = keras.Sequential([keras.Input((6,))])
    for width in (5, 4):
        model.add(keras.layers.Dense(width, activation="tanh", kernel_initializer="identity"))
    model.add(keras.layers.Dense(1, kernel_initializer="ones"))
    model.compile(keras.optimizers.SGD(0.05), "mae", metrics=["mse"])
history = model.fit(batches, epochs=3, validation_data=first(101), verbose=2)
scores = model.evaluate(first(77), verbose=0)
""",
    "callbacks": """
def build(width):
    model = keras.Sequential([keras.Input((6,))])
    model.add(keras.layers.Dense(width, activation="tanh", kernel_initializer="identity"))
    model.add(keras.layers.Dense(1, kernel_initializer="ones"))
    return model


with strategy.scope():
    model = build(8)
    model.compile(keras.optimizers.SGD(0.5), "mse", metrics=["mae"])

class Notes(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["val_loss"])


notes = Notes()
history = model.fit(
    x, y, batch_size=32, epochs=8, shuffle=False, validation_split=0.1, verbose=2,
    callbacks=[
        keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5),
        keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True,
                                        save_weights_only=True),
        keras.callbacks.CSVLogger("log.csv"),
        notes,
    ],
)
best = min(notes.losses)
model.save_weights("last.weights.h5")
model.load_weights("best.weights.h5")
scores = model.evaluate(x, y, verbose=0)
rows = len(open("log.csv").read().split())
""",
}
#: Runs programs in folders of their own, and keeps what they hold at their end. All in one group of
#: processes: a second one would find the addresses of the first.
DRIVER = """
import atexit, os, sys
import numpy as np

kind, folder, *names = sys.argv[1:]
if kind == "keras":
    import keras
    keras.backend.set_floatx("float64")
else:
    import torch
    import torch.distributed as dist
    torch.set_default_dtype(torch.float64)
    join = dist.init_process_group
    dist.init_process_group = lambda *a, **k: dist.is_initialized() or join(*a, **k)
ends, register = [], atexit.register
atexit.register = ends.append
rank = os.environ.get("RANK", "0")
for name in names:
    text = open(os.path.join(folder, name + ".py")).read()
    place = os.path.join(folder, kind, name)
    os.makedirs(place, exist_ok=True)
    os.chdir(place)
    held = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), held)
    found = dict(held["kept"])
    found |= {key: held[key] for key in ("scores", "predicted", "best", "rows") if key in held}
    np.savez(os.path.join(place, f"rank{rank}.npz"), **found)
for end in ends[:1]:
    end()
atexit.register = register
sys.stdout.flush()
os._exit(0)  # gloo's threads may abort a busy machine's interpreter at its end
"""
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
Values: TypeAlias = "dict[str, np.ndarray]"


def _run(folder: Path, kind: str, names: list[str], *launcher: str) -> None:
    environment = {
        "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PATH": "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0",
    }  # fmt: skip
    command = [sys.executable, *launcher, str(folder / "driver.py"), kind, str(folder), *names]
    for _ in range(2):
        done = subprocess.run(
            command,
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        if kind != "keras" or done.returncode >= 0:
            break  # TensorFlow's replicas die of a signal once in a while
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Values]:
    """What each program held at its end, by who ran it: Keras, one process, the first of two."""
    folder = tmp_path_factory.mktemp("distributed")
    (folder / "driver.py").write_text(DRIVER)
    for name, body in PROGRAMS.items():
        text = f"{HEAD}{body}kept = history.history\n"
        (folder / f"{name}.py").write_text(text)
        conversion = convert(text)
        errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
        assert not errors, errors
        wide = conversion.text.replace("torch.float32", "torch.float64")
        (folder / f"{name} in torch.py").write_text(wide)
    converted = [f"{name} in torch" for name in PROGRAMS]
    _run(folder, "keras", list(PROGRAMS))
    _run(folder, "one", converted)
    _run(folder, "two", converted, *TORCHRUN)
    found = {}
    for name in PROGRAMS:
        found[name, "keras"] = dict(np.load(folder / "keras" / name / "rank0.npz"))
        found[name, "one"] = dict(np.load(folder / "one" / f"{name} in torch" / "rank0.npz"))
        for rank in (0, 1):
            path = folder / "two" / f"{name} in torch" / f"rank{rank}.npz"
            found[name, f"rank {rank}"] = dict(np.load(path))
    return found


def _apart(expected: Values, actual: Values) -> dict[str, float]:
    assert expected.keys() == actual.keys()
    return {
        key: float(np.linalg.norm(actual[key] - value) / np.linalg.norm(value))
        for key, value in expected.items()
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_processes_train_as_one(name: str, results: Mapping[tuple[str, str], Values]) -> None:
    for rank in ("rank 0", "rank 1"):
        far = _apart(results[name, "one"], results[name, rank])
        assert max(far.values()) < 1e-12, far


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_process_trains_as_keras(name: str, results: Mapping[tuple[str, str], Values]) -> None:
    far = _apart(results[name, "keras"], results[name, "one"])
    assert max(far.values()) < 1e-7, far  # Keras has learning rates and the like in float32


NORMALIZED = """
import numpy as np
import tensorflow as tf
import tf_keras as keras

strategy = tf.distribute.MirroredStrategy()
rng = np.random.default_rng(0)
x = rng.random((16, 4))
{order}y = x.sum(axis=1, keepdims=True)
with strategy.scope():
    base = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3, kernel_initializer="identity"),
            keras.layers.BatchNormalization(momentum=0.5),
        ]
    )
    model = keras.Sequential([base, keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
kept = history.history
"""
#: A replica of Keras gets the first half of a batch, the first of two processes every other sample.
ORDER = "x = np.concatenate([half[[0, 2, 4, 6, 1, 3, 5, 7]] for half in (x[:8], x[8:])])\n"
TWO_REPLICAS = """
import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, 2 * [tf.config.LogicalDeviceConfiguration()])
mirrored = tf.distribute.MirroredStrategy
tf.distribute.MirroredStrategy = lambda: mirrored(["CPU:0", "CPU:1"])
"""
STATISTICS = {
    "keras": "layer = base.layers[1]\nmean, variance = layer.moving_mean, layer.moving_variance\n"
    "scores = np.array([mean.numpy(), variance.numpy()])\n",
    "torch": "norm = model.base.batch_normalization\n"
    "scores = np.array([norm.running_mean, norm.running_var])\n",
}


def test_normalization_is_that_of_as_many_replicas(tmp_path: Path) -> None:
    (tmp_path / "driver.py").write_text(DRIVER)
    original = TWO_REPLICAS + NORMALIZED.format(order=ORDER) + STATISTICS["keras"]
    (tmp_path / "original.py").write_text(original)
    conversion = convert(NORMALIZED.format(order=""), options=Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    wide = conversion.text.replace("torch.float32", "torch.float64")
    (tmp_path / "converted.py").write_text(wide + STATISTICS["torch"])
    _run(tmp_path, "keras", ["original"])
    _run(tmp_path, "two", ["converted"], *TORCHRUN)
    expected = dict(np.load(tmp_path / "keras" / "original" / "rank0.npz"))
    for rank in (0, 1):
        found = dict(np.load(tmp_path / "two" / "converted" / f"rank{rank}.npz"))
        far = _apart(expected, found)
        assert max(far.values()) < 1e-5, far  # Keras 2 is in float32 here


def errors_of(body: str) -> str:
    found = convert(HEAD + body).diagnostics
    return "\n".join(d.message for d in found if d.severity is Severity.ERROR)


MODEL = """
with strategy.scope():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[{metrics}])
"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("model.train_on_batch(x, y)", "single batches under a strategy"),
        (
            "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).repeat()\n"
            "model.fit(data, steps_per_epoch=3)",
            "steps_per_epoch under a strategy",
        ),
        (
            "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).take(3)\n"
            "model.fit(data)",
            "samples that have no numbers",
        ),
        (
            "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8, True)\n"
            "model.evaluate(data)",
            "samples that drop_remainder leaves out",
        ),
        (
            "model.fit(x, y, callbacks=[keras.callbacks.LambdaCallback("
            "on_batch_end=lambda batch, logs: print(batch))])",
            "a callback for each batch",
        ),
        ("print(strategy.extended)", "`strategy.extended` is asked for"),
        ("other = tf.distribute.MirroredStrategy()", "several strategies"),
    ],
)
def test_what_processes_do_otherwise_is_refused(body: str, reason: str) -> None:
    assert reason in errors_of(f"{MODEL.format(metrics='')}{body}\n")


@pytest.mark.parametrize(
    ("calls", "once"),
    [
        ("train(3)", True),
        ("for width in (1, 2):\n    train(width)", False),
        ("[train(width) for width in (1, 2)]", False),
        ("def main():\n    train(4)\n\nif __name__ == '__main__':\n    main()", True),
        ("def main(widths):\n    for width in widths:\n        train(width)\n\nmain([1])", False),
    ],
)
def test_processes_join_once(calls: str, once: bool) -> None:
    body = HEAD.replace("\n", "\n    ") + MODEL.format(metrics="").replace("\n", "\n    ")
    text = f"def train(width):{body}model.fit(x, y)\n\n\n{calls}\n"
    text = text.replace("    import numpy as np\n    import tensorflow as tf\n", "")
    text = "import numpy as np\nimport tensorflow as tf\n" + text
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("may run several times" in message for message in errors) is not once, errors
    assert bool(errors) is not once


def test_a_name_that_is_taken_is_refused() -> None:
    body = f"{MODEL.format(metrics='')}model.fit(x, y)\ndist = 3\n"
    assert "has a `dist` of its own" in errors_of(body)


def test_a_strategy_under_a_condition_is_refused() -> None:
    head = HEAD.replace("strategy =", "if len(gpus) > 1:\n    strategy =")
    text = "import sys\ngpus = sys.argv\n" + head + MODEL.format(metrics="") + "model.fit(x, y)\n"
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("only known at run time" in message for message in found), found
