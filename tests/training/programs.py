"""Small training scripts, put together from what is to be tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

TARGETS = {
    "numbers": "rng.normal(size=(50,))",
    "column": "rng.normal(size=(50, 1))",
    "rows": "rng.normal(size=(50, 3))",
    "positive": "rng.uniform(0.5, 2.0, size=(50, 3))",
    "shares": "rng.dirichlet(np.ones(3), size=50)",
    "bits": "rng.integers(0, 2, size=(50,))",
    "bit column": "rng.integers(0, 2, size=(50, 1))",
    "bit rows": "rng.integers(0, 2, size=(50, 3))",
    "signs": "rng.choice([-1.0, 1.0], size=(50,))",
    "labels": "rng.integers(0, 3, size=(50,))",
    "label column": "rng.integers(0, 3, size=(50, 1))",
    "one-hot": "keras.utils.to_categorical(rng.integers(0, 3, size=(50,)), 3)",
}
SINGLE = ("numbers", "column", "bits", "bit column", "signs")

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = {targets}
{before}
model = keras.Sequential(
    [
        keras.layers.Input((6,)),
        keras.layers.Dense(8, activation="tanh"),
        keras.layers.Dense({units}{activation}),
    ]
)
model.compile(optimizer={optimizer}, loss={loss}{metrics}, run_eagerly=True)
history = model.fit(x, y, batch_size=16, epochs=3, verbose=0{fit})
losses = np.array(history.history["loss"])
{asking}{after}
"""

ASKING = """\
score = model.evaluate(x, y, verbose=0)
prediction = model.predict(x, verbose=0)
"""


@dataclass(frozen=True)
class Trial:
    """One script."""

    loss: str = '"mse"'
    targets: str = "numbers"
    activation: str = ""
    optimizer: str = "keras.optimizers.SGD(0.1)"
    metrics: str = ""
    fit: str = ", validation_split=0.2"
    before: str = ""
    after: str = ""
    asks: bool = True  #: whether it is evaluated and predicts, which takes longer than to train it

    @property
    def trained(self) -> str:
        """The script without what it asks the model at the end, unless it goes on with that."""
        asks = "score" in self.after or "prediction" in self.after
        return replace(self, asks=asks).text

    @property
    def text(self) -> str:
        return PROGRAM.format(
            targets=TARGETS[self.targets],
            units=1 if self.targets in SINGLE else 3,
            activation=f', activation="{self.activation}"' if self.activation else "",
            optimizer=self.optimizer,
            loss=self.loss,
            metrics=f", metrics={self.metrics}" if self.metrics else "",
            fit=self.fit,
            before=self.before,
            asking=ASKING if self.asks else "",
            after=self.after,
        )


def converted(text: str, options: Options | None = None) -> str:
    """The converted script, of which nothing may be left."""
    conversion = convert(text, options)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not errors, errors
    return conversion.text


def of_file(text: str, folder: Path) -> tuple[str, list[str], list[str]]:
    """A script of a project of its own: what becomes of it, the errors and all that is said."""
    (folder / ".git").mkdir(exist_ok=True)
    path = folder / "train.py"
    path.write_text(text, encoding="utf-8")
    made = convert(text, Options(exact=True), str(path))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    return made.text, errors, [d.message for d in made.diagnostics]


def farthest(
    scripts: Scripts, text: str, options: Options | None = None
) -> tuple[float, dict[str, float]]:
    """How far both scripts end up apart."""
    apart = scripts.compare(text, converted(text, options))
    assert any("weight" in name for name in apart), "no model was trained"
    assert {"history", "losses"} <= apart.keys()
    assert "prediction" in apart or "prediction = " not in text
    return max(apart.values()), apart
