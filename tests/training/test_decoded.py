"""What pretrained models recognize: the names of the likeliest classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow.keras.applications.imagenet_utils import decode_predictions

predictions = np.load("predictions.npy")
{call}
"""


@pytest.mark.parametrize(
    ("call", "top"),
    [
        ("found = decode_predictions(predictions)", 5),
        ("found = decode_predictions(predictions, top=3)", 3),
        ("found = []\nfor row in predictions:\n    found += decode_predictions(row[None], 2)", 2),
    ],
)
def test_classes_come_with_their_probabilities(
    call: str, top: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = {str(number): [f"n{number:08}", f"class {number}"] for number in range(1000)}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "imagenet_class_index.json").write_text(json.dumps(classes))
    predictions = np.random.default_rng(0).dirichlet(np.ones(1000), size=4)
    np.save(tmp_path / "predictions.npy", predictions)
    monkeypatch.chdir(tmp_path)
    conversion = convert(PROGRAM.format(call=call))
    assert conversion.diagnostics == ()
    held: dict[str, Any] = {}
    exec(conversion.text, held)
    for row, found in zip(predictions, held["found"], strict=True):
        likeliest = sorted(range(1000), key=lambda number: -row[number])[:top]
        assert found == [(*classes[str(number)], row[number]) for number in likeliest]
