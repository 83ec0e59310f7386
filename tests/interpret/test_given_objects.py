"""Parameters that are called: what makes a block, unless other files give what is made already."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.pipeline import convert

NETS = """\
from tensorflow.keras import layers, models


def mlp():
    return models.Sequential([layers.Input((7,)), layers.Dense(5)])


def attach_head(backbone, classes):
    inputs = layers.Input((7,))
    x = backbone(inputs)
    return models.Model(inputs, layers.Dense(classes)(x))
"""


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        ("attach_head(mlp(), 3)", True),
        ("attach_head(classes=3, backbone=mlp())", True),
        ("base = mlp()\nattach_head(base, 3)", True),
        ("attach_head(mlp, 3)", False),
        ("attach_head(partial(mlp), 3)", False),
    ],
)
def test_models_of_other_files_are_no_blocks(call: str, refused: bool, tmp_path: Path) -> None:
    path = tmp_path / "nets.py"
    path.write_text(NETS)
    (tmp_path / "main.py").write_text(f"from nets import mlp, attach_head\n{call}\n")
    said = [d.message for d in convert(NETS, path=str(path)).diagnostics if d.severity == "error"]
    assert any("what is made already, a model perhaps" in message for message in said) is refused
