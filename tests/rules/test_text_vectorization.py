"""Texts become the same numbers as in Keras's own layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.pipeline import convert

HEAD = "import numpy as np\nfrom tensorflow.keras import layers\n\n"
TEXTS = st.lists(st.text("abAÉé !,_\t\xa0\u3000[UNK]", max_size=12), min_size=1, max_size=6)
WAYS = [
    "",
    "max_tokens=5",
    "max_tokens=6, output_sequence_length=3",
    "output_mode='multi_hot'",
    "4, output_mode='count'",
    "ngrams=2",
    "ngrams=3, output_mode='multi_hot', max_tokens=9",
    "standardize='lower'",
    "standardize=None",
    "standardize='strip_punctuation'",
    "split='character', output_sequence_length=4",
    "vocabulary=['b', 'a', 'ab']",
]


@settings(deadline=None, max_examples=60)
@given(texts=TEXTS, others=TEXTS, ways=st.sampled_from(WAYS))
def test_texts(texts: list[str], others: list[str], ways: str) -> None:
    adapts = "" if "vocabulary" in ways else "layer.adapt(np.array(texts))\n"
    program = (
        f"{HEAD}layer = layers.TextVectorization({ways})\n{adapts}"
        "words, size = layer.get_vocabulary(), layer.vocabulary_size()\n"
        "numbers = np.array(layer(np.array(others)))\n"
        "column = np.array(layer([[text] for text in others]))\n"
    )
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    found = []
    texts, others = [*texts, "b a"], [*others, "a b"]
    for text in (program, conversion.text):
        namespace: dict[str, Any] = {"texts": texts, "others": others}
        exec(text, namespace)
        found.append(namespace)
    assert found[0]["words"] == found[1]["words"]
    assert found[0]["size"] == found[1]["size"]
    for name in ("numbers", "column"):
        one, other = found[0][name], found[1][name]
        assert one.shape == other.shape
        np.testing.assert_array_equal(one, other)


def test_a_standard_of_ones_own() -> None:
    program = (
        "from keras.layers import TextVectorization\n\n"
        "def clean(text):\n    return text.replace('<br />', ' ')\n\n"
        "layer = TextVectorization(standardize=clean)\n"
    )
    assert "layer = TextVectorization(standardize=clean)" in convert(program).text


@pytest.mark.parametrize(
    "given",
    [
        "output_mode='tf_idf'",
        "split=None",
        "ragged=True",
        "ngrams=(1, 3)",
        "vocabulary='words.txt'",
        "pad_to_max_tokens=True",
        "standardize=lambda text: text",
    ],
)
def test_other_ways_are_refused(given: str) -> None:
    said = convert(f"{HEAD}layer = layers.TextVectorization({given})\n").diagnostics
    assert [d.line for d in said if d.severity == "error"] == [4]


def test_in_a_model_it_is_refused() -> None:
    program = (
        "from tensorflow import keras\n\n"
        "vec = keras.layers.TextVectorization()\nvec.adapt(['a b'])\n"
        "model = keras.Sequential([vec, keras.layers.Embedding(9, 2)])\n"
    )
    said = convert(program).diagnostics
    assert 5 in [d.line for d in said if d.severity == "error"]
