"""Texts become the same numbers as in Keras's own layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.diagnostics import Severity
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


MIXED = [
    ("max_tokens=9", "split='character'", "output_mode='count'"),
    ("output_mode='multi_hot'", "output_mode='count'", "output_mode='multi_hot', max_tokens=4"),
    ("standardize=None", "", "standardize='lower'"),
    ("output_sequence_length=2", "ngrams=2", "vocabulary=['b', 'a'], output_mode='count'"),
]


@pytest.mark.parametrize("ways", MIXED)
def test_several_in_one_file_keep_their_ways(ways: tuple[str, ...]) -> None:
    program = HEAD + "texts = np.array(['b a, a!', 'A b', 'ab [UNK] c'])\nfound = []\n"
    for number, way in enumerate(ways):
        program += f"layer_{number} = layers.TextVectorization({way})\n"
        program += "" if "vocabulary" in way else f"layer_{number}.adapt(texts)\n"
    for number in range(len(ways)):
        program += f"found.append(np.array(layer_{number}(texts)))\n"
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    found: list[list[Any]] = []
    for text in (program, conversion.text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        found.append(namespace["found"])
    for one, other in zip(*found, strict=True):
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


@pytest.mark.parametrize(
    "call",
    [
        "tf.strings.lower(text)",
        "tf.strings.upper(text)",
        "tf.strings.lower(text, encoding='utf-8')",
        "tf.strings.strip(text)",
        "tf.strings.regex_replace(text, r'\\w+', 'x')",
        "tf.strings.regex_replace(text, '[%s]' % '!?', '')",
        "tf.strings.regex_replace(text, r'(a)(b)', r'\\2-\\1', replace_global=False)",
    ],
)
@pytest.mark.parametrize("text", [" AbÉé ab!ab? \xa0", "", "\t÷ÄÖ aB\n"])
def test_functions_of_texts(call: str, text: str) -> None:
    program = f"import tensorflow as tf\n\n\ndef change(text):\n    return {call}\n"
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    found = []
    for source in (program, conversion.text):
        namespace: dict[str, Any] = {}
        exec(source, namespace)
        found.append(namespace["change"](text))
    assert found[0].numpy().decode() == found[1]


FOLDER = "data = keras.utils.text_dataset_from_directory('texts', batch_size=2"


@pytest.mark.parametrize(
    "given",
    [
        "shuffle=False",
        "shuffle=False, label_mode='binary'",
        "seed=3, validation_split=0.5, subset='validation'",
        "shuffle=False, validation_split=0.25, subset='training'",
    ],
)
def test_folders_of_texts(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(8):
        folder = tmp_path / "texts" / ("one" if number % 3 else "two")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_bytes(f"text\r\né {number}\n".encode())
        (folder / f"{number}.md").write_text("no")
    program = (
        f"from tensorflow import keras\n\n{FOLDER}, {given})\n"
        "names = data.class_names\nfound = []\n"
        "for texts, labels in data:\n"
        "    found += zip(texts.numpy(), labels.numpy().tolist())\n"
    )
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    results = []
    for text in (program, conversion.text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        results.append(namespace)
    assert results[0]["names"] == results[1]["names"]
    expected = sorted((text.decode(), label) for text, label in results[0]["found"])
    assert expected == sorted(results[1]["found"])


@pytest.mark.parametrize(
    "given",
    [
        "batch_size=None",
        "label_mode='categorical'",
        "max_length=9",
        "labels=[0, 1]",
        "format='grain'",
    ],
)
def test_other_folders_of_texts_are_refused(given: str) -> None:
    call = f"keras.utils.text_dataset_from_directory('texts', {given})"
    said = convert(f"from tensorflow import keras\ndata = {call}\n").diagnostics
    assert [d.line for d in said if d.severity == "error"] == [2]


def test_what_takes_texts_is_left_alone_and_nothing_else() -> None:
    folder = Path(__file__).parents[2] / "golden" / "training" / "texts_in_folders"
    program = (folder / "input.py").read_text(encoding="utf-8")
    first = "text, label = next(iter(raw_train_ds))\nprint(vectorize_text(text[0], label[0]))\n"
    exported = "exported = tf.keras.Sequential([vectorize_layer, model])\n"
    conversion = convert(program.replace("train_ds = raw", f"{first}train_ds = raw") + exported)
    errors = {d.line for d in conversion.diagnostics if d.severity is Severity.ERROR}
    lines = [*program.replace("train_ds = raw", f"{first}train_ds = raw").splitlines(), exported]
    assert {lines[line - 1] for line in errors} == {first.splitlines()[1], exported}
    assert "train_epoch(model, train_ds, criterion, optimizer)" in conversion.text
