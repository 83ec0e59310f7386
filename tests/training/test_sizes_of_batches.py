"""What is measured in batches of another size than the training has validated with."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts

OWN = "def {}(targets, outputs):\n    return tf.reduce_sum(targets * outputs) / 9\n"
SIZES = (
    "default = model.evaluate(x, y, verbose=0)\n"
    "all_at_once = model.evaluate(x, y, batch_size=50, verbose=0)\n"
    "alike = model.evaluate(x, y, batch_size=16, verbose=0)\n"
)


def trial(loss: str = '"mse"', metrics: str = "", before: str = "") -> Trial:
    fit = ", validation_data=(x, y)"
    own = f"import tensorflow as tf\n{before}" if before else ""
    return Trial(loss, "column", "", "keras.optimizers.SGD(0.001)", metrics, fit, own, SIZES)


TRIALS = {
    "own-loss": trial("mine", before=OWN.format("mine")),
    "own-metric": trial(metrics="[mine]", before=OWN.format("mine")),
    "a-sum": trial('keras.losses.MeanSquaredError(reduction="sum")'),
    "per-sample": trial(metrics='["mae"]'),
}


@pytest.mark.parametrize("name", TRIALS)
def test_each_has_its_own(name: str, scripts: Scripts) -> None:
    distance, apart = farthest(scripts, TRIALS[name].text)
    assert {"default", "all_at_once", "alike"} <= apart.keys()
    assert distance < 1e-9, apart


def test_one_loader_serves_all_where_the_size_does_not_count() -> None:
    assert converted(TRIALS["per-sample"].text).count("DataLoader(") == 2
    assert converted(TRIALS["own-loss"].text).count("DataLoader(") > 2
