"""What classes are called that functions with models become."""

from __future__ import annotations

from transpiler.pipeline import convert


def test_a_test_that_builds_a_model_gives_no_class_of_tests() -> None:
    """Pytest takes each class called `Test...` for one with tests in it."""
    text = (
        "from tensorflow import keras\n\n\ndef test_single_input():\n"
        "    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
        "    return model\n"
    )
    assert "class SingleInput(nn.Module):\n" in convert(text).text
