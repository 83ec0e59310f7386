"""Data sets that Keras hosts: the same files, read into the same arrays."""

from __future__ import annotations

from collections.abc import Mapping

from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

_NUMPY = "import numpy as np"

emitted(
    "download",
    '''
def download(name, sha256=""):
    """The path of a data set's file, which is downloaded if it isn't there."""
    path = Path("data", name)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        url = f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{name}"
        torch.hub.download_url_to_file(url, str(path), hash_prefix=sha256 or None)
    return path
''',
    (),
    "from pathlib import Path",
    TORCH,
    early=True,
)


emitted(
    "load_imdb",
    '''
def load_imdb(num_words=None):
    """Reviews as lists of word numbers, and labels: first to train with, then to test with.

    1 begins a review, 2 stands for words from `num_words` on.
    """
    path = download("imdb.npz", "69664113be75")
    with np.load(path, allow_pickle=True) as file:
        parts = [(file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])]
    random = np.random.RandomState(113)
    shuffled = []
    for texts, labels in parts:
        order = np.arange(len(texts))
        random.shuffle(order)
        texts = [[1, *(word + 3 for word in text)] for text in texts[order]]
        shuffled.append((texts, labels[order]))
    limit = num_words or max(max(text) for texts, _ in shuffled for text in texts)
    found = []
    for texts, labels in shuffled:
        texts = [[w if w < limit else 2 for w in text] for text in texts]
        found.append((np.array(texts, dtype="object"), labels))
    return found
''',
    ("download",),
    _NUMPY,
    early=True,
)


emitted(
    "load_reuters",
    '''
def load_reuters(num_words=None):
    """Newswires as lists of word numbers, and topics: first to train with, then to test with.

    1 begins a text, 2 stands for words from `num_words` on.
    """
    path = download("reuters.npz", "d6586e694ee5")
    with np.load(path, allow_pickle=True) as file:
        texts, topics = file["x"], file["y"]
    order = np.arange(len(texts))
    np.random.RandomState(113).shuffle(order)
    topics = topics[order]
    texts = [[1, *(word + 3 for word in text)] for text in texts[order]]
    limit = num_words or max(max(text) for text in texts)
    texts = [[w if w < limit else 2 for w in text] for text in texts]
    split = int(len(texts) * (1 - 0.2))
    return (
        (np.array(texts[:split], dtype="object"), topics[:split]),
        (np.array(texts[split:], dtype="object"), topics[split:]),
    )
''',
    ("download",),
    _NUMPY,
    early=True,
)


def _houses(name: str, sha256: str, subset: str = "") -> str:
    function = f"load_{name}"
    emitted(
        function,
        f'''
def {function}():
    """Houses and their prices: first to train with, then to test with."""
    with np.load(download("{name}.npz", "{sha256}")) as file:
        x, y = file["x"]{subset}, file["y"]{subset}
    order = np.arange(len(x))
    np.random.RandomState(113).shuffle(order)
    x, y = x[order], y[order]
    split = int(len(x) * (1 - 0.2))
    return (x[:split], y[:split]), (x[split:], y[split:])
''',
        ("download",),
        _NUMPY,
        early=True,
    )
    return function


_BOSTON = _houses("boston_housing", "f553886a1f8d")
_CALIFORNIA = _houses("california_housing", "1a2e3a52e039")

for _name in ("imdb", "reuters"):
    emitted(
        f"load_{_name}_words",
        f'''
def load_{_name}_words():
    """The number of each word."""
    return json.loads(download("{_name}_word_index.json").read_text())
''',
        ("download",),
        "import json",
        early=True,
    )


def _defaults_only(what: str, given: Mapping[str, tuple[Expr, object]]) -> None:
    """Refuse arguments that the emitted function does not have."""
    for name, (value, default) in given.items():
        if not value.is_const(default):
            raise Unsupported(f"{what} with {name}={value}")


@source("keras.datasets.imdb.load_data")
def imdb(
    path: Param = "imdb.npz",
    num_words: Param = None,
    skip_top: Param = 0,
    maxlen: Param = None,
    seed: Param = 113,
    start_char: Param = 1,
    oov_char: Param = 2,
    index_from: Param = 3,
) -> Expr:
    """The same reviews, in the same order."""
    given = {"skip_top": (skip_top, 0), "maxlen": (maxlen, None), "seed": (seed, 113)}
    given |= {"start_char": (start_char, 1), "oov_char": (oov_char, 2)}
    _defaults_only("imdb", given | {"index_from": (index_from, 3)})
    return helper("load_imdb", *([] if num_words.is_const(None) else [num_words]))


@source("keras.datasets.reuters.load_data")
def reuters(
    path: Param = "reuters.npz",
    num_words: Param = None,
    skip_top: Param = 0,
    maxlen: Param = None,
    test_split: Param = 0.2,
    seed: Param = 113,
    start_char: Param = 1,
    oov_char: Param = 2,
    index_from: Param = 3,
) -> Expr:
    """The same newswires, in the same order."""
    given = {"skip_top": (skip_top, 0), "maxlen": (maxlen, None), "seed": (seed, 113)}
    given |= {"start_char": (start_char, 1), "oov_char": (oov_char, 2)}
    _defaults_only(
        "reuters", given | {"test_split": (test_split, 0.2), "index_from": (index_from, 3)}
    )
    return helper("load_reuters", *([] if num_words.is_const(None) else [num_words]))


@source("keras.datasets.boston_housing.load_data")
def boston_housing(
    path: Param = "boston_housing.npz", test_split: Param = 0.2, seed: Param = 113
) -> Expr:
    """The same houses, in the same order."""
    _defaults_only("boston_housing", {"test_split": (test_split, 0.2), "seed": (seed, 113)})
    return helper(_BOSTON)


@source("keras.datasets.california_housing.load_data")
def california_housing(
    version: Param = "large",
    path: Param = "california_housing.npz",
    test_split: Param = 0.2,
    seed: Param = 113,
) -> Expr:
    """The same houses, in the same order."""
    given = {"version": (version, "large"), "test_split": (test_split, 0.2), "seed": (seed, 113)}
    _defaults_only("california_housing", given)
    return helper(_CALIFORNIA)


@source("keras.datasets.imdb.get_word_index")
def imdb_words(path: Param = "imdb_word_index.json") -> Expr:
    """The number of each word, from the same file."""
    return helper("load_imdb_words")


@source("keras.datasets.reuters.get_word_index")
def reuters_words(path: Param = "reuters_word_index.json") -> Expr:
    """The number of each word, from the same file."""
    return helper("load_reuters_words")
