"""Files that are indented by tabs are converted as if by blanks, and keep their tabs."""

import textwrap

import pytest

from transpiler.pipeline import convert
from transpiler.source.tabs import tabs_before, with_blanks, with_tabs

SCRIPT = textwrap.dedent('''\
    from tensorflow import keras
    from tensorflow.keras import layers


    def build(units):
        """A model."""
        model = keras.Sequential()
        # hidden
        model.add(layers.Dense(units, activation="relu", input_shape=(4,)))
        model.add(layers.Dense(1))
        model.compile(optimizer="sgd", loss="mse")
        return model


    def train(x, y):
        model = build(8)
        for step in range(3):
            print(step)
            model.fit(
                x,
                y,
                epochs=2,
            )
        return model.evaluate(x, y)
''')


def tabbed(text: str) -> str:
    return text.replace("    ", "\t")


def test_the_same_with_tabs() -> None:
    spaced, conversion = convert(SCRIPT), convert(tabbed(SCRIPT))
    assert not [d for d in conversion.diagnostics if d.severity.name == "ERROR"]
    assert conversion.text == with_tabs(spaced.text)
    assert "\n    " not in conversion.text
    compile(conversion.text, "<converted>", "exec")


def test_columns_are_those_of_the_file() -> None:
    text = "import tensorflow as tf\n\n\ndef f(x):\n\tif x:\n\t\ttf.foo(x)\n"
    columns = {(d.line, d.column) for d in convert(text).diagnostics}
    assert columns == {(d.line, d.column - 6) for d in convert(with_blanks(text)).diagnostics}
    assert columns


def test_tabs_in_strings_stay() -> None:
    text = 'def f():\n\ta = """\n\tb\n"""\n\treturn (\n\t\t1)\n'
    spaced = 'def f():\n    a = """\n\tb\n"""\n    return (\n        1)\n'
    assert with_blanks(text) == spaced
    assert with_tabs(spaced) == text


@pytest.mark.parametrize("text", ["x = 1\n", "if x:\n    y = 1\n", 'a = """\n\tb"""\n'])
def test_other_files_stay(text: str) -> None:
    assert with_blanks(text) == text


@pytest.mark.parametrize("text", ["def f():\n\tx = 1\n        y = 2\n", "x = (\n\t1\n"])
def test_broken_files_do_not_crash(text: str) -> None:
    with_blanks(text)
    with_tabs(text)


def test_tabs_before() -> None:
    assert [tabs_before("a\n\tb\n\t\tc", line) for line in (1, 2, 3)] == [0, 1, 2]
