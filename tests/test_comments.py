"""No comment is lost: one is put at every place of every golden input that can hold one."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator

import pytest
from golden_cases import Case, comments, find_cases

from transpiler.pipeline import convert


@pytest.mark.sample(4)
@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.name)
def test_no_comment_is_lost(case: Case) -> None:
    text = commented(case.input)
    converted = case.converted(text).text
    lost = Counter(comments(text)) - Counter(comments(converted))
    assert sorted(lost) == []


@pytest.mark.sample(4)
@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.name)
def test_comments_change_nothing_else(case: Case) -> None:
    with_them = case.converted(commented(case.input))
    without = case.conversion
    assert [m.name for m in with_them.models] == [m.name for m in without.models]
    assert {d.code for d in with_them.diagnostics} == {d.code for d in without.diagnostics}


IMPORTING = """\
from tensorflow.keras import Sequential


def build():
    # imported here, since it takes long
    {imports}
    model = Sequential()
    # flat first
    model.add(Flatten(input_shape=(3, 4)))
    model.add(Dense(2))
    return model
"""


@pytest.mark.parametrize(
    "imports",
    [
        "from tensorflow.keras.layers import Dense, Flatten",
        "from tensorflow.keras.layers import (\n        Dense,\n        Flatten,\n    )",
        "try:\n        from keras.layers import Dense, Flatten\n"
        "    except ImportError:\n        from tensorflow.keras.layers import Dense, Flatten",
    ],
)
def test_comments_of_imports_stay_in_their_function(imports: str) -> None:
    """Even where the next statement that is written is one of the class."""
    text = convert(IMPORTING.format(imports=imports)).text
    function = text.partition("def build():")[2]
    assert function.startswith("\n    # imported here, since it takes long\n    return Build()\n")
    assert "        # flat first\n" in text


TRAINING = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(50, 5), np.random.rand(50, 1)
model = keras.Sequential(
    [
        # input
        keras.Input((5,)),
        keras.layers.Dense(8, activation="relu"),
    ]  # end of layers
)
model.compile("sgd", "mse")
model.fit(x, y, epochs=2)  # trained
print(model.evaluate(x, y))
"""


def test_comments_inside_and_behind_statements_are_indented_as_the_code_around_them() -> None:
    lines = convert(TRAINING).text.splitlines()
    trained = lines.index("# trained")
    assert lines[trained + 1] == "train_data = TensorDataset("
    ends = next(i for i, line in enumerate(lines) if line.endswith("# end of layers"))
    code = next(line for line in lines[ends:] if not line.lstrip().startswith("#"))
    assert lines[ends].index("#") == len(code) - len(code.lstrip())


def commented(text: str) -> str:
    """The text with a comment of its own above each statement and at the end of each line."""
    lines = text.splitlines(keepends=True)
    made: list[str] = []
    starts, ends = dict(_starts(text)), set(_ends(text))
    for number, line in enumerate(lines, start=1):
        if number in starts:
            made.append(f"{' ' * starts[number]}# above {number}\n")
        made.append(f"{line.rstrip()}  # behind {number}\n" if number in ends else line)
    return "".join(made)


def _starts(text: str) -> Iterator[tuple[int, int]]:
    """The lines on which statements begin, and how far they are indented."""
    fresh = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NEWLINE:
            fresh = True
        elif fresh and token.type not in _LAYOUT:
            yield token.start
            fresh = False


def _ends(text: str) -> Iterator[int]:
    """The lines that end without a comment, and not inside of a string."""
    bare = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.NL):
            if bare and token.line.strip():
                yield token.start[0]
            bare = True
        elif token.type == tokenize.COMMENT:
            bare = False


_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


EXPORTED = """\
# coding: utf-8

# In[1]:

from tensorflow import keras

# In[ 2 ]:

inputs = keras.Input((4,))

# %% the hidden layer

# of eight units
x = keras.layers.Dense(8)(inputs)

# In[3]:
x = keras.layers.Dropout(0.2)(x)
model = keras.Model(inputs, x)
"""


def test_the_marks_of_cells_stay_where_they_are() -> None:
    text = convert(EXPORTED).text
    inside = text.partition("class Model")[2].partition("\n\n\n")[0]
    assert comments(inside) == ["# of eight units"]
    assert "\n\n        x = self.dropout(x)" not in inside
    assert sorted(comments(text)) == sorted(comments(EXPORTED))


SETTINGS = '''\
def set_memory_growth():
    """So that others can use the device."""
    import tensorflow as tf

    # which there are
    gpus = tf.config.experimental.list_physical_devices("GPU")
    if gpus:
        # of each
        tf.config.experimental.set_memory_growth(gpus[0], True)


def limit():
    # above the other
    set_memory_growth()
'''


def test_comments_of_what_goes_at_the_end_of_a_function_stay_in_it() -> None:
    text = convert(SETTINGS).text
    assert '"""\n    # which there are\n    # of each\n\n\ndef limit():' in text
