"""Functions that set what torch has no need of: what is left of them is Python still."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

HEAD = """\
import tensorflow as tf
from tensorflow.keras import backend as K


"""
GPUS = "gpus = tf.config.experimental.list_physical_devices('GPU')\n    "
GROWTH = "tf.config.experimental.set_memory_growth(gpu, True)"


@pytest.mark.parametrize(
    "body",
    [
        "K.clear_session()",
        "if flag:\n        tf.config.run_functions_eagerly(True)",
        f"{GPUS}for gpu in gpus:\n        {GROWTH}",
        f"{GPUS}if gpus:\n        for gpu in gpus:\n            {GROWTH}",
        f"{GPUS}if gpus:\n        try:\n            for gpu in gpus:\n                {GROWTH}\n"
        "        except RuntimeError as e:\n            print(e)",
    ],
)
def test_a_function_of_which_nothing_is_left_does_nothing(body: str) -> None:
    made = convert(f"{HEAD}def prepare(flag):\n    {body}\n\n\nprepare(True)\n")
    assert not made.diagnostics
    assert made.text == "def prepare(flag):\n    pass\n\n\nprepare(True)\n"


def test_its_comments_stay_in_it() -> None:
    body = "    # a fresh graph\n    K.clear_session()  # now\n"
    made = convert(f"{HEAD}class Clean:\n  def __exit__(self, *args):\n{body}")
    assert made.text == (
        "class Clean:\n  def __exit__(self, *args):\n    # a fresh graph\n    # now\n    pass\n"
    )


def test_an_attempt_to_set_up_the_devices_gives_their_number() -> None:
    body = f"""\
def setup():
    {GPUS}try:
        for gpu in gpus:
            {GROWTH}
        print(len(tf.config.list_logical_devices("GPU")))
    except RuntimeError as e:
        print(e)
    return len(gpus)
"""
    made = convert(HEAD + body)
    assert not made.diagnostics
    assert "set_memory_growth" not in made.text
    assert "    try:\n        print(len([torch.device" in made.text


def test_what_else_is_attempted_in_a_function_with_settings_is_said() -> None:
    body = "    try:\n        K.clear_session()\n        y = tf.add(x, 1)\n    except ValueError:\n"
    made = convert(f"{HEAD}def more(x):\n{body}        y = x\n    return y\n")
    assert [d.code for d in made.diagnostics] != []
    assert "tf.add(x, 1)" in made.text


def test_deterministic_operations_are_asked_for() -> None:
    made = convert(f"{HEAD}tf.config.experimental.enable_op_determinism()\n")
    assert not made.diagnostics
    assert "torch.use_deterministic_algorithms(True, warn_only=True)\n" in made.text
