"""The functions that stand in for Keras's data sets give the same arrays, from the same files."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden_cases import lint
from transpiler.pipeline import convert
from transpiler.registry import load_rules

RANDOM = np.random.default_rng(0)


def emitted(name: str) -> Any:
    """A function of an emitted file, with all that it needs."""
    table = load_rules().emitted
    namespace: dict[str, Any] = {}
    for needed in (*table[name].needs, name):
        exec("\n".join([*table[needed].imports, table[needed].source]), namespace)
    return namespace[name]


def texts(count: int) -> np.ndarray:
    found = np.empty(count, dtype=object)
    found[:] = [RANDOM.integers(1, 40, RANDOM.integers(1, 9)).tolist() for _ in range(count)]
    return found


def labels(count: int) -> np.ndarray:
    return RANDOM.integers(0, 5, count)


FILES = {
    "imdb": {
        "x_train": texts(30),
        "y_train": labels(30),
        "x_test": texts(20),
        "y_test": labels(20),
    },
    "reuters": {"x": texts(31), "y": labels(31)},
    "boston_housing": {"x": RANDOM.normal(size=(31, 13)), "y": RANDOM.normal(size=31)},
    "california_housing": {"x": RANDOM.normal(size=(31, 8)), "y": RANDOM.normal(size=31)},
}


@pytest.fixture
def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds small files of the same form, where both look for theirs."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    for name, arrays in FILES.items():
        np.savez(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]
        module = importlib.import_module(f"keras.src.datasets.{name}")
        monkeypatch.setattr(
            module, "get_file", lambda *a, **k: str(folder / (a[0] if a else k["fname"]))
        )
    return folder


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("num_words", [None, 20])
def test_arrays(hosted: Path, name: str, num_words: int | None) -> None:
    module = importlib.import_module(f"keras.src.datasets.{name}")
    given = {} if num_words is None or "housing" in name else {"num_words": num_words}
    version = {"version": "large"} if name == "california_housing" else {}
    expected, found = module.load_data(**given, **version), emitted(f"load_{name}")(**given)
    for wanted, got in zip(expected, found, strict=True):
        for one, other in zip(wanted, got, strict=True):
            assert one.dtype == other.dtype
            assert one.tolist() == other.tolist()


@pytest.mark.parametrize(
    "call",
    [
        "imdb.load_data(num_words=20, skip_top=5)",
        "imdb.load_data(maxlen=7, seed=3)",
        "imdb.load_data('imdb.npz', 30, 4, oov_char=None, maxlen=8)",
        "imdb.load_data(oov_char=77, num_words=9)",
        "reuters.load_data(test_split=0.4)",
        "reuters.load_data(num_words=20, skip_top=6, maxlen=6, seed=9, oov_char=None)",
        "reuters.load_data(maxlen=9, oov_char=5, num_words=12)",
        "boston_housing.load_data(test_split=0.5)",
        "boston_housing.load_data(seed=4, test_split=0.1)",
        "california_housing.load_data('large', seed=8)",
    ],
)
def test_arguments(hosted: Path, call: str) -> None:
    name = call.partition(".")[0]
    program = f"from keras.datasets import {name}\nfound = {call}\n"
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    results = []
    for text in (program, conversion.text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        results.append(namespace["found"])
    for wanted, got in zip(*results, strict=True):
        for one, other in zip(wanted, got, strict=True):
            assert one.dtype == other.dtype
            assert one.tolist() == other.tolist()


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_words(hosted: Path, name: str) -> None:
    (hosted / f"{name}_word_index.json").write_text(json.dumps({"the": 1, "of": 2}))
    module = importlib.import_module(f"keras.src.datasets.{name}")
    assert emitted(f"load_{name}_words")() == module.get_word_index()


@pytest.mark.parametrize(
    "call",
    [
        "imdb.load_data(index_from=0)",
        "imdb.load_data(start_char=None)",
        "imdb.load_data(oov_char=other)",
        "reuters.load_data(start_char=0)",
        "california_housing.load_data('small')",
    ],
)
def test_other_arguments_are_refused(call: str) -> None:
    name = call.partition(".")[0]
    said = convert(f"from keras.datasets import {name}\n(x, y), _ = {call}\n").diagnostics
    assert [d.code for d in said if d.severity == "error"], said


def test_the_number_of_words_is_kept() -> None:
    text = convert(
        "from keras.datasets import imdb\nn = 9\na, b = imdb.load_data(num_words=n)\n"
    ).text
    assert "a, b = load_imdb(n)\n" in text
    assert "keras" not in text.replace("tf-keras-datasets", "")


NUMBERS = st.integers(1, 99)
PAIRS = st.lists(NUMBERS, min_size=2, max_size=2)
SEQUENCES = st.sampled_from([NUMBERS, PAIRS, st.lists(PAIRS, min_size=1, max_size=1)]).flatmap(
    lambda each: st.lists(st.lists(each, max_size=7), min_size=1, max_size=5)
)


@settings(deadline=None)
@given(
    sequences=SEQUENCES,
    maxlen=st.none() | st.integers(1, 6),
    given=st.fixed_dictionaries(
        {},
        optional={
            "padding": st.sampled_from(["pre", "post"]),
            "truncating": st.sampled_from(["pre", "post"]),
            "value": st.sampled_from([0, -1, 0.0, 7]),
            "dtype": st.sampled_from(["int32", "float64", "int64"]),
        },
    ),
)
def test_padded_sequences(
    sequences: list[list[Any]], maxlen: int | None, given: dict[str, Any]
) -> None:
    import keras

    arguments = {} if maxlen is None else {"maxlen": maxlen}
    arguments |= given
    written = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    program = (
        "from keras.preprocessing import sequence\n\n"
        f"rows = {sequences!r}\nx = sequence.pad_sequences(rows, {written})\n"
    )
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    assert "keras" not in conversion.text
    namespace: dict[str, Any] = {}
    exec(conversion.text, namespace)
    expected = keras.utils.pad_sequences(sequences, **arguments)
    assert namespace["x"].dtype == expected.dtype
    assert namespace["x"].tolist() == expected.tolist()


def test_two_ways_of_padding_are_two_functions() -> None:
    program = (
        "from keras.utils import pad_sequences\n\n"
        "x = pad_sequences([[1]], 3)\ny = pad_sequences([[1]], 3, padding='post')\n"
    )
    namespace: dict[str, Any] = {}
    exec(convert(program).text, namespace)
    assert namespace["x"].tolist() == [[0, 0, 1]]
    assert namespace["y"].tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("arguments", ["3, padding=side", "0", "3, sequences=2", "3, 'int32', 'x'"])
def test_unknown_ways_of_padding_are_refused(arguments: str) -> None:
    program = f"from keras.utils import pad_sequences\ny = pad_sequences(x, {arguments})\n"
    assert any(d.severity == "error" for d in convert(program).diagnostics)


@pytest.mark.parametrize("shape", [(6,), (6, 1), (6, 4), (6, 4, 1), (6, 1, 1)])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("arguments", ["y, 5", "y, num_classes=5", "num_classes=5, x=y", "y"])
def test_one_hot_labels(shape: tuple[int, ...], known: bool, arguments: str) -> None:
    program = (
        "import numpy as np\nfrom keras.utils import to_categorical\n\n"
        f"y = {f'np.random.randint(0, 4, size={shape})' if known else 'labels()'}\n"
        f"found = to_categorical({arguments})\n"
    )
    conversion = convert(program)
    assert "keras" not in conversion.text
    assert ("def to_categorical" in conversion.text) is not known
    found = []
    for text in (program, conversion.text):
        np.random.seed(0)
        namespace: dict[str, Any] = {"labels": lambda: np.random.randint(0, 4, size=shape)}
        exec(text, namespace)
        found.append(np.asarray(namespace["found"], dtype="float32"))
    assert found[0].shape == found[1].shape
    assert found[0].tolist() == found[1].tolist()


LABELS = {
    "list": "y = [0, 1, 2, 1] * 3",
    "comprehended": "y = [int(v > 0) for v in (-1, 2)]",
    "grown": "y = []\nfor i in range(5):\n    y.append(i % 3)",
    "nested": "y = [[0, 1], [2, 1]]",
    "column": "y = [[0], [2], [1]]",
    "tuple": "y = (0, 1, 1)",
    "floats": "y = np.array([0.0, 2.0, 1.0])",
    "truths": "y = np.array([-1, 2]) > 0",
    "bytes": 'y = np.array([0, 255], dtype="uint8")',
    "table": 'y = pd.DataFrame({"c": [0, 2, 1]}, index=[5, 6, 7])["c"]',
    "codes": 'y = pd.Series(list("abac"), index=[3, 1, 0, 7]).astype("category").cat.codes',
    "function": "def labels():\n    return [0, 1, 2]\ny = labels()",
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_one_hot_labels_of_all_kinds(labels: str) -> None:
    program = (
        "import numpy as np\nimport pandas as pd\nfrom keras.utils import to_categorical\n\n"
        f"{labels}\nfound = to_categorical(y)\nothers = to_categorical(y, 256)\n"
    )
    found = []
    for text in (program, convert(program).text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        found.append([namespace[name].tolist() for name in ("found", "others")])
    assert found[0] == found[1]


def test_files_without_models_get_what_their_functions_need() -> None:
    program = (
        "from keras.datasets import cifar10\nfrom keras.utils import to_categorical\n\n\n"
        "def load(classes):\n"
        "    (x, y), _ = cifar10.load_data()\n"
        "    return x, to_categorical(y, classes)\n"
    )
    text = convert(program).text
    assert "def load_cifar10():" in text
    assert lint(text) == set()


@pytest.mark.parametrize("arguments", ["x", "x, 1, 1", "x, axis=2, order=3"])
def test_normalized_arrays(arguments: str) -> None:
    program = (
        "import numpy as np\nfrom keras.utils import normalize\n\n"
        "x = np.random.default_rng(0).normal(size=(3, 4, 5))\nx[0, 0] = 0\n"
        f"found = np.array(normalize({arguments}))\n"
    )
    conversion = convert(program)
    assert conversion.status == "converted", conversion.diagnostics
    found = []
    for text in (program, conversion.text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        found.append(namespace["found"])
    np.testing.assert_allclose(*found, rtol=1e-12)


@pytest.mark.parametrize("arguments", ["x, axis=0", "[[3.0, 4.0]]", "x, axis=where"])
def test_other_ways_to_normalize_are_refused(arguments: str) -> None:
    program = f"from keras.utils import normalize\nx = load()\ny = normalize({arguments})\n"
    said = convert(program).diagnostics
    assert [d.line for d in said if d.severity == "error"] == [3]
