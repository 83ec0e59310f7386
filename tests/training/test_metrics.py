"""Each metric, on outputs that keep their activation and on logits: the same histories."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
import torch

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts

BINARY = '"binary_crossentropy"'
CLASSES = '"categorical_crossentropy"'
SPARSE = '"sparse_categorical_crossentropy"'

TRIALS = [
    Trial(BINARY, "bits", "sigmoid", metrics='["accuracy"]'),
    Trial(BINARY, "bits", "sigmoid", metrics='["acc"]'),
    Trial(BINARY, "bits", "sigmoid", metrics='["binary_accuracy"]'),
    Trial(BINARY, "bit rows", "sigmoid", metrics='["accuracy", "binary_accuracy"]'),
    Trial("keras.losses.BinaryCrossentropy(from_logits=True)", "bits", metrics='["accuracy"]'),
    Trial(BINARY, "bits", "sigmoid", metrics="[keras.metrics.BinaryAccuracy(threshold=0.4)]"),
    Trial(BINARY, "bits", "sigmoid", metrics='["mae", "mse"]'),
    Trial(BINARY, "bit column", "sigmoid", metrics='["binary_crossentropy"]'),
    Trial(
        BINARY,
        "bits",
        "sigmoid",
        metrics='[keras.metrics.Precision(name="p"), keras.metrics.Recall(), "AUC"]',
    ),
    Trial('"mse"', "bits", "sigmoid", metrics="[keras.metrics.AUC(), keras.metrics.Precision()]"),
    Trial(CLASSES, "one-hot", "softmax", metrics='["accuracy", "mae"]'),
    Trial(CLASSES, "one-hot", "softmax", metrics='["categorical_accuracy"]'),
    Trial(CLASSES, "one-hot", "softmax", metrics="[keras.metrics.CategoricalAccuracy()]"),
    Trial(CLASSES, "one-hot", "softmax", metrics="[keras.metrics.Precision()]"),
    Trial(SPARSE, "labels", "softmax", metrics='["accuracy"]'),
    Trial(SPARSE, "label column", "softmax", metrics='["sparse_categorical_accuracy"]'),
    Trial('"mse"', "numbers", metrics='["mae", keras.metrics.RootMeanSquaredError()]'),
    Trial('"mse"', "rows", metrics='["mae", keras.metrics.MeanSquaredError(name="m")]'),
    Trial('"mae"', "one-hot", "softmax", metrics='["accuracy"]'),
]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.metrics}")
def test_counts_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.text)
    assert far < 1e-9, apart


@pytest.mark.parametrize("targets", ["one-hot", "labels"])
def test_the_best_outputs(targets: str) -> None:
    """Keras has no kernel for this in float64: the line that counts is tried by itself."""
    kind = "" if targets == "one-hot" else "Sparse"
    name = f"keras.metrics.{kind}TopKCategoricalAccuracy(k=2)"
    loss = CLASSES if targets == "one-hot" else SPARSE
    text = converted(Trial(loss, targets, "softmax", metrics=f"[{name}]").text)
    line = re.search(r"among_best \+= ([\s\S]*?\.item\(\))", text)
    assert line is not None
    rng = np.random.default_rng(0)
    outputs, labels = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 3, 40)
    given = labels if kind else np.eye(3)[labels]
    metric = eval(name, {"keras": keras})
    metric.update_state(given, outputs)
    names = {"logits": torch.as_tensor(outputs), "targets": torch.as_tensor(given)}
    assert eval(line.group(1), names) / 40 == pytest.approx(float(metric.result()))
