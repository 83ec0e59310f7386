"""What becomes of texts and words has the same numbers as in Keras 2, its own home."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.pipeline import convert

HEAD = """\
import json
import random

import numpy as np
from tf_keras.preprocessing import sequence
from tf_keras.preprocessing.text import (
    Tokenizer,
    hashing_trick,
    one_hot,
    text_to_word_sequence,
)

"""
TEXTS = st.lists(
    st.text("ab cA!,\t", max_size=9) | st.lists(st.text("abA!", max_size=2), max_size=4),
    min_size=1,
    max_size=5,
)


def results(program: str, **given: Any) -> list[Any]:
    """What a program appends to `found`."""
    found: list[Any] = []
    random.seed(3)
    exec(program, {"found": found, **given})
    return found


def both(body: str, **given: Any) -> tuple[list[Any], list[Any]]:
    """What a program finds, and what it finds converted."""
    conversion = convert(HEAD + body)
    assert conversion.status == "converted", conversion.diagnostics
    assert "keras" not in conversion.text
    return results(HEAD + body, **given), results(conversion.text, **given)


@settings(deadline=None, max_examples=60)
@given(
    texts=TEXTS,
    others=TEXTS,
    num_words=st.sampled_from(["", "num_words=4, "]),
    oov=st.sampled_from(["", 'oov_token="?", ', 'oov_token="a", ']),
    ways=st.sampled_from(["", "char_level=True", "lower=False", "char_level=True, lower=False"]),
    filters=st.sampled_from(["", 'filters="!", ']),
)
def test_tokenizers(
    texts: list[Any], others: list[Any], num_words: str, oov: str, ways: str, filters: str
) -> None:
    body = f"""\
tokenizer = Tokenizer({num_words}{oov}{filters}{ways})
tokenizer.fit_on_texts([*texts, "b"])
tokenizer.fit_on_texts(others[:1])
rows = tokenizer.texts_to_sequences(others)
found += [tokenizer.word_index, tokenizer.word_counts, rows, tokenizer.document_count]
found += [dict(tokenizer.word_docs), dict(tokenizer.index_docs), tokenizer.index_word]
found.append(tokenizer.sequences_to_texts([*rows, [1, 2, 99]]))
for mode in ("binary", "count", "freq", "tfidf"):
    found.append(tokenizer.texts_to_matrix(others, mode=mode).tolist())
    found.append(tokenizer.sequences_to_matrix([[1, 2, 99], []], mode).tolist())
tokenizer.fit_on_sequences([[1, 2], [1]])
found.append(json.loads(tokenizer.to_json(indent=2))["config"])
found.append(tokenizer.sequences_to_matrix([[1, 2, 2]], "tfidf").tolist())
"""
    expected, got = both(body, texts=texts, others=others)
    for config in (expected[-2], got[-2]):
        for name in ("word_docs", "index_docs"):  # Keras counts them in the order of a set
            config[name] = sorted(config[name].strip("{}").split(", "))
    numbers = [i for i, value in enumerate(expected) if isinstance(value, list) and i > 7]
    for i, (one, other) in enumerate(zip(expected, got, strict=True)):
        if i in numbers:
            np.testing.assert_allclose(one, other, rtol=1e-14)
        else:
            assert one == other


def test_only_what_is_asked_is_written() -> None:
    body = "tokenizer = Tokenizer(9)\ntokenizer.fit_on_texts(texts)\nfound = tokenizer.word_index\n"
    text = convert(HEAD + body).text
    for name in ("_to_matrix", "Counter", "json.dumps", "char_level", "sequences_to_texts"):
        assert name not in text
    more = convert(HEAD + body + "x = tokenizer.texts_to_matrix(texts, mode='freq')\n").text
    assert "def sequences_to_matrix" in more
    assert "tfidf" not in more


@pytest.mark.parametrize("given", ['split=","', "analyzer=str.split", "100, '', True, split"])
def test_other_tokenizers_are_refused(given: str) -> None:
    said = convert(f"{HEAD}tokenizer = Tokenizer({given})\n").diagnostics
    assert [d.line for d in said if d.severity == "error"] == [13]


@settings(deadline=None)
@given(
    text=st.text("ab cA!,x\t", max_size=20),
    ways=st.sampled_from(
        ["", ", lower=False", ', filters="!"', ', "b", True, "x"', ', split="x", lower=False']
    ),
)
def test_words(text: str, ways: str) -> None:
    body = f"""\
found.append(text_to_word_sequence(text{ways}))
found.append(one_hot(text, 7{ways}))
found.append(hashing_trick(text, 7, "md5"{ways}))
found.append(hashing_trick(text, 7))
"""
    expected, got = both(body, text=text)
    assert expected == got


def test_other_hashes_are_refused() -> None:
    said = convert(f"{HEAD}x = hashing_trick('a b', 7, hash_function=my_hash)\n").diagnostics
    assert [d.line for d in said if d.severity == "error"] == [13]


@pytest.mark.parametrize(
    "ways",
    [
        "",
        ", window_size=1",
        ", negative_samples=0.5",
        ", seed=4",
        ", sampling_table=sequence.make_sampling_table(30)",
        ", 2, 2.0, sampling_table=sequence.make_sampling_table(30, 1e-2), seed=None",
    ],
)
def test_pairs_of_words(ways: str) -> None:
    body = f"""\
table = sequence.make_sampling_table(50, sampling_factor=1e-3)
found.append(table.tolist())
couples, labels = sequence.skipgrams([0, 3, 5, 0, 29, 7, 3, 1, 2], 30{ways})
found.append(couples)
found.append(labels)
found.append(random.random())
"""
    expected, got = both(body)
    assert expected == got


@pytest.mark.parametrize(
    "ways",
    [", shuffle=False", ", categorical=True", ", negative_samples=0", ", negative_samples=n"],
)
def test_other_pairs_are_refused(ways: str) -> None:
    said = convert(f"{HEAD}couples, labels = sequence.skipgrams(words, 30{ways})\n").diagnostics
    assert [d.line for d in said if d.severity == "error"] == [13]
