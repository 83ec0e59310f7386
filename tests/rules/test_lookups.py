"""Words and numbers are looked up as by Keras's own layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow.keras import layers\n\n"
WORDS = st.lists(st.sampled_from(["a", "b", "B", "ä", "ab", "[UNK]", "zz"]), min_size=2, max_size=9)
WAYS = [
    "",
    "max_tokens=3",
    "mask_token='a'",
    "oov_token='b'",
    "output_mode='one_hot'",
    "max_tokens=4, output_mode='count'",
    "output_mode='multi_hot'",
    "vocabulary=['b', 'ä', 'zz']",
    "vocabulary=['[UNK]', 'b', 'a'], mask_token=None",
]


def both(program: str, **given: Any) -> list[dict[str, Any]]:
    """What a program leaves, and what it leaves converted."""
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    assert "tensorflow" not in conversion.text
    found = []
    for text in (program, conversion.text):
        namespace: dict[str, Any] = dict(given)
        exec(text, namespace)
        found.append(namespace)
    return found


@settings(deadline=None, max_examples=60)
@given(words=WORDS, others=WORDS, ways=st.sampled_from(WAYS))
def test_words(words: list[str], others: list[str], ways: str) -> None:
    adapts = "" if "vocabulary" in ways else "lookup.adapt(np.array(words))\n"
    keras, torch = both(
        f"{HEAD}lookup = layers.StringLookup({ways})\n{adapts}"
        "known, size = lookup.get_vocabulary(), lookup.vocabulary_size()\n"
        "numbers = np.array(lookup(np.array([others])))\n"
        "column = np.array(lookup(np.array([[word] for word in others])))\n",
        words=[*words, "q", "q", "r", "s"],
        others=others,
    )
    assert [str(word) for word in keras["known"]] == [str(word) for word in torch["known"]]
    assert keras["size"] == torch["size"]
    for name in ("numbers", "column"):
        np.testing.assert_array_equal(keras[name], torch[name])


@settings(deadline=None, max_examples=30)
@given(
    numbers=st.lists(st.integers(-2, 6), min_size=2, max_size=9),
    ways=st.sampled_from(["", "max_tokens=3", "mask_token=0", "output_mode='multi_hot'"]),
)
def test_whole_numbers(numbers: list[int], ways: str) -> None:
    keras, torch = both(
        f"{HEAD}lookup = layers.IntegerLookup({ways})\nlookup.adapt(np.array(numbers))\n"
        "known = [int(number) for number in lookup.get_vocabulary()]\n"
        "found = np.array(lookup(np.array([[*numbers, 9]])))\n",
        numbers=[*numbers, 11, 11, 12],
    )
    assert keras["known"] == torch["known"]
    np.testing.assert_array_equal(keras["found"], torch["found"])


def test_there_and_back() -> None:
    keras, torch = both(
        f"{HEAD}chars = layers.StringLookup(vocabulary=list('abc'))\n"
        "back = layers.StringLookup(vocabulary=chars.get_vocabulary(), invert=True)\n"
        "numbers = chars(np.array(list('cabd')))\nword = np.array(back(numbers))\n"
    )
    assert [letter.decode() for letter in keras["word"]] == torch["word"].tolist()
    assert torch["word"].tolist() == ["c", "a", "b", "[UNK]"]


def test_without_a_number_for_others_they_raise() -> None:
    program = f"{HEAD}lookup = layers.StringLookup(vocabulary=['a'], num_oov_indices=0)\n"
    with pytest.raises(TypeError):
        exec(convert(program + "lookup(np.array(['b']))\n").text, {})


DATA = """\
rng = np.random.default_rng(0)
x = rng.normal(size=(60, 4)).astype("float32")
names = np.array(["setosa", "virginica", "versicolor"])[rng.integers(0, 3, 60)]
{made}
model = tf.keras.Sequential([layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
losses = model.fit(ds, epochs=2, verbose=0).history["loss"]
"""
LEARNED = "lookup = layers.StringLookup(num_oov_indices=0)\nlookup.adapt(names)\n"
SLICES = "tf.data.Dataset.from_tensor_slices"
MAPPED = [
    f"{LEARNED}ds = {SLICES}((x, names)).batch(16).map(lambda a, b: (a / 2.0, lookup(b)))\n",
    f"{LEARNED}\n\ndef prepare(a, b):\n    return a, lookup(b)\n\n\n"
    f"ds = {SLICES}((x, names)).map(prepare).batch(16)\n",
    "codes = rng.choice([7, 10, 99], 60)\nlookup = layers.IntegerLookup()\nlookup.adapt(codes)\n"
    f"ds = {SLICES}((x, codes)).batch(16).map(lambda a, b: (a, lookup(b) - 1))\n",
]


@pytest.mark.parametrize("made", MAPPED)
def test_labels_of_a_data_set(made: str, scripts: Scripts) -> None:
    program = HEAD + DATA.format(made=made)
    conversion = convert(program)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    apart = scripts.compare(program, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "given",
    ["num_oov_indices=2", "vocabulary='words.txt'", "output_mode='tf_idf'", "sparse=True",
     "output_mode='one_hot', mask_token=''", "num_oov_indices=0, mask_token=''",
     "invert=True, output_mode='one_hot'"],
)  # fmt: skip
def test_what_is_not_translated_is_said(given: str) -> None:
    conversion = convert(f"{HEAD}lookup = layers.StringLookup({given})\n")
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)


def test_a_model_of_words_is_refused() -> None:
    program = (
        f"{HEAD}lookup = layers.StringLookup(vocabulary=['a', 'b'])\n"
        "word = tf.keras.Input((1,), dtype='string')\n"
        "model = tf.keras.Model(word, layers.Dense(2)(lookup(word)))\n"
    )
    assert any(d.severity is Severity.ERROR for d in convert(program).diagnostics)
