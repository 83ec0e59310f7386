"""Losses by last activation and form of the targets: each trains equally, or is refused.

The models of one loss are trained in one script, since starting the frameworks costs most.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(20, 5))
"""
#: Shapes of the targets, and the last layers of models that go with them.
FORMS = {
    "(20,)": "keras.layers.Dense(1{})",
    "(20, 1)": "keras.layers.Dense(1{})",
    "(20, 3)": "keras.layers.Dense(3{})",
    "(20, 4)": "keras.layers.Reshape((4, 2)), keras.layers.Dense(1{})",
    "(20, 4, 3)": "keras.layers.Reshape((4, 2)), keras.layers.Dense(3{})",
}
#: As many classes as the output has units.
CLASS_FORMS = {
    "(20,)": FORMS["(20, 3)"],
    "(20, 1)": FORMS["(20, 3)"],
    "(20, 4)": FORMS["(20, 4, 3)"],
}
ROWS = {shape: FORMS[shape] for shape in ("(20, 3)", "(20, 4, 3)")}

POSITIVE = "rng.uniform(0.2, 1.8, size={})"
BITS = 'rng.integers(0, 2, size={}).astype("float32")'
SIGNS = "rng.choice([-1.0, 1.0], size={})"
LABELS = "rng.integers(0, 3, size={})"
SHARES = "rng.dirichlet(np.ones(3), size={}[:-1])"

ACTIVATIONS = (None, "sigmoid", "softmax")


@dataclass(frozen=True)
class Row:
    """Losses, the targets that they take, and the last layers that go with those."""

    losses: tuple[str, ...]
    targets: str
    forms: tuple[tuple[str, str], ...]
    metric: str

    @property
    def models(self) -> list[str]:
        """The code of one model each."""
        found = []
        combined = itertools.product(self.losses, self.forms, ACTIVATIONS)
        for loss, (shape, last), activation in combined:
            if activation == "softmax" and "Dense(1" in last:
                continue  # always one
            ending = f', activation="{activation}"' if activation else ""
            found.append(
                f"y# = {self.targets.format(shape)}\n"
                "model# = keras.Sequential([keras.layers.Input((5,)), "
                f'keras.layers.Dense(8, activation="tanh"), {last.format(ending)}])\n'
                f"model#.compile(keras.optimizers.SGD(0.05), keras.losses.{loss}, "
                f'metrics=["{self.metric}"], run_eagerly=True)\n'
                "h# = model#.fit(x, y#, batch_size=8, verbose=0)\n"
                'losses# = h#.history["loss"]\n'
            )
        return found


def row(
    *losses: str,
    targets: str = POSITIVE,
    forms: dict[str, str] = FORMS,
    metric: str = "mae",
) -> Row:
    return Row(losses, targets, tuple(forms.items()), metric)


MATRIX = [
    row("MeanSquaredError()", 'MeanSquaredError(reduction="sum")'),
    row("MeanAbsoluteError()", "Huber(0.5)"),
    row("MeanAbsolutePercentageError()", "MeanSquaredLogarithmicError()"),
    row("LogCosh()", "Poisson()"),
    row("CosineSimilarity()", forms=ROWS),
    row("KLDivergence()", targets=SHARES, forms=ROWS, metric="accuracy"),
    row("Hinge()", "SquaredHinge()", targets=SIGNS),
    row("CategoricalHinge()", targets=SHARES, forms=ROWS),
    row(
        "BinaryCrossentropy()",
        "BinaryCrossentropy(label_smoothing=0.2)",
        "BinaryCrossentropy(from_logits=True)",
        targets=BITS,
        metric="accuracy",
    ),
    row(
        "BinaryFocalCrossentropy()",
        "BinaryFocalCrossentropy(from_logits=True, gamma=1.5)",
        targets=BITS,
        metric="accuracy",
    ),
    row(
        "CategoricalCrossentropy()",
        "CategoricalCrossentropy(label_smoothing=0.2)",
        "CategoricalCrossentropy(from_logits=True)",
        'CategoricalCrossentropy(reduction="sum")',
        targets=SHARES,
        forms=ROWS,
        metric="accuracy",
    ),
    row(
        "CategoricalFocalCrossentropy()",
        targets=SHARES,
        forms=ROWS,
        metric="accuracy",
    ),
    row(
        "CategoricalGeneralizedCrossEntropy()",  # of a column, Keras compares all with all
        targets=LABELS,
        forms={shape: last for shape, last in CLASS_FORMS.items() if shape != "(20, 1)"},
        metric="accuracy",
    ),
    row(
        "SparseCategoricalCrossentropy()",
        "SparseCategoricalCrossentropy(from_logits=True)",
        'SparseCategoricalCrossentropy(reduction="sum")',
        "SparseCategoricalCrossentropy(ignore_class=1)",
        targets=LABELS,
        forms=CLASS_FORMS,
        metric="accuracy",
    ),
    row("Dice()", "Tversky(0.3, 0.7)", targets=BITS, metric="accuracy"),
]


def is_converted(model: str) -> bool:
    """Whether one model is converted; else its `compile` or `fit` must carry an error."""
    text = HEAD + model.replace("#", "")
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    lines = [
        n for n, line in enumerate(text.split("\n"), 1) if ".compile(" in line or ".fit(" in line
    ]
    assert not found or {d.line for d in found} & set(lines), found
    return not found


@pytest.mark.sample(2)
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.losses[0].partition("(")[0])
def test_all_combinations_train_equally(row: Row, scripts: Scripts) -> None:
    models = [model for model in row.models if is_converted(model)]
    assert len(models) >= 0.4 * len(row.models)
    text = HEAD + "".join(m.replace("#", str(n)) for n, m in enumerate(models))
    apart = scripts.compare(text, converted(text))
    assert sum(name.startswith("losses") for name in apart) == len(models)
    far = {name: value for name, value in apart.items() if not value < 1e-7}
    assert not far, (far, models)
