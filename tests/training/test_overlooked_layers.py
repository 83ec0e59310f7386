"""Functions that freeze layers of models, and that nothing in their file calls."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HELPERS = """\
import tensorflow as tf
from tensorflow import keras


def head(x):
    return tf.keras.layers.Dense(3)(x)


{helper}
"""


@pytest.mark.parametrize(
    ("helper", "said"),
    [
        ("def freeze(net):\n    net.trainable = False", "net.trainable ="),
        (
            "def freeze(net):\n    for a in net.layers[:-1]:\n        a.trainable = 0",
            "net.layers",
        ),
        ("def freeze(nets):\n    nets[0].base.trainable = True", "nets[0].base.trainable ="),
        ("class Stack:\n    def size(self):\n        return len(self.layers)", ""),
        ("args = parse_args()\nsizes = eval(args.layers)", ""),
        ("def main():\n    opt, rest = parser.parse_known_args()\n    print(opt.layers)", ""),
        ("args = parse_args()\nprint(args.net.layers)", "args.net.layers"),
        ("def ask(net):\n    return net.is_trainable == net.n_layers", ""),
    ],
)
def test_what_asks_an_unknown_model_for_its_layers_is_said(helper: str, said: str) -> None:
    result = convert(HELPERS.format(helper=helper))
    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert len(errors) >= 1 if said else not errors
    if said:
        assert f"`{said}` is left as it is" in errors[0].message
        assert errors[0].line > 8


def test_freezing_without_a_word_of_the_framework_elsewhere_is_no_matter() -> None:
    text = "def freeze(net):\n    net.trainable = False\n"
    assert convert(text).diagnostics == ()
