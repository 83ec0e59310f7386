"""Mixed precision in earnest: both frameworks compute in the types that the policy names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

SCRIPT = """
import numpy as np
from tensorflow import keras

keras.mixed_precision.set_global_policy("{policy}")
rng = np.random.default_rng(0)
x = rng.normal(size=(320, 8)).astype("float32")
y = (x[:, 0] + x[:, 1] ** 2 > 1).astype("int32")

model = keras.Sequential(
    [
        keras.layers.Input((8,)),
        keras.layers.Dense(16, activation="tanh", kernel_initializer="{ones}"),
        keras.layers.Dense(2, kernel_initializer="{ones}"),
    ]
)
model.compile(
    keras.optimizers.{optimizer},
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
history = model.fit(x, y, batch_size=32, epochs=4, verbose=0, shuffle=False)
predicted = model.predict(x[:10], verbose=0)
losses = history.history["loss"]
np.savez("{path}", losses=losses, predicted=predicted.astype("float32"))
"""
#: Norm-relative, by the digits that a type has.
BOUNDS = {"mixed_float16": 2e-3, "mixed_bfloat16": 2e-2}


def run(text: str, path: Path, folder: Path) -> dict[str, np.ndarray]:
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PATH": ""}
    subprocess.run([sys.executable, "-c", text], check=True, cwd=folder, env=environment)
    return dict(np.load(path))


@pytest.mark.sample(2)
@pytest.mark.parametrize("optimizer", ["SGD(0.1)", "SGD(0.1, clipvalue=0.01)"])
@pytest.mark.parametrize("policy", BOUNDS)
def test_trains_alike_in_the_types_of_the_policy(
    policy: str, optimizer: str, tmp_path: Path
) -> None:
    path = tmp_path / "values.npz"
    # weights that need no random numbers, and are not all alike
    text = SCRIPT.format(policy=policy, optimizer=optimizer, path=path, ones="identity")
    original = run(text, path, tmp_path)
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    converted = run(conversion.text, path, tmp_path)
    for name, expected in original.items():
        far = np.linalg.norm(converted[name] - expected) / np.linalg.norm(expected)
        assert far < BOUNDS[policy], (name, far)
    assert original["losses"][-1] < original["losses"][0]


def test_a_policy_after_a_model_is_refused() -> None:
    text = SCRIPT.format(policy="float32", optimizer="SGD(0.1)", path="v.npz", ones="identity")
    line = 'keras.mixed_precision.set_global_policy("mixed_float16")\n'
    conversion = convert(text.replace("model.compile(", line + "model.compile("))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any("set_global_policy" in message for message in errors), errors


def test_all_that_asks_the_model_is_in_mixed_precision() -> None:
    text = SCRIPT.format(policy="mixed_bfloat16", optimizer="SGD(0.1)", path="v.npz", ones="zeros")
    text += """
import tensorflow as tf
batches = tf.data.Dataset.from_tensor_slices(x).batch(16)
again = model.predict(batches)
score = model.evaluate(x, y)
step = model.train_on_batch(x, y)
tested = model.test_on_batch(x, y)
"""
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    functions = conversion.text.split("\ndef ")[1:]
    asking = [f for f in functions if "model(" in f and not f.startswith("init_like_keras")]
    assert len(asking) == 6
    assert all("with torch.autocast(device.type, dtype=torch.bfloat16):" in f for f in asking)
