"""Data sets that Keras hosts: the same files, read into the same arrays."""

from __future__ import annotations

from collections.abc import Mapping

from rules.data_sets import with_helpers
from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Arg, Expr
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


emitted(
    "load_imdb_with",
    '''
def load_imdb_with(
    num_words=None,
    skip_top=0,  #? skip_top
    maxlen=None,  #? maxlen
    seed=113,  #? seed
    oov_char=2,  #? oov_char
):
    """Reviews as lists of word numbers, and labels: first to train with, then to test with.

    1 begins a review; rare and frequent words are left out or replaced, long reviews left out.
    """
    skip_top = 0  #? !skip_top
    oov_char = 2  #? !oov_char drop
    path = download("imdb.npz", "69664113be75")
    with np.load(path, allow_pickle=True) as file:
        parts = [(file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])]
    random = np.random.RandomState(113)  #? !seed
    random = np.random.RandomState(seed)  #? seed
    shuffled = []
    for texts, labels in parts:
        order = np.arange(len(texts))
        random.shuffle(order)
        texts = [[1, *(word + 3 for word in text)] for text in texts[order]]
        pairs = list(zip(texts, labels[order]))
        pairs = [pair for pair in pairs if len(pair[0]) < maxlen]  #? maxlen
        shuffled.append(pairs)
    limit = num_words or max(max(text) for pairs in shuffled for text, _ in pairs)
    found = []
    for pairs in shuffled:
        texts = [text for text, _ in pairs]
        texts = [  #? !drop
            [w if skip_top <= w < limit else oov_char for w in text] for text in texts
        ]  #? !drop
        texts = [[w for w in text if skip_top <= w < limit] for text in texts]  #? drop
        labels = np.array([label for _, label in pairs])
        found.append((np.array(texts, dtype="object"), labels))
    return found
''',
    ("download",),
    _NUMPY,
    early=True,
)

emitted(
    "load_reuters_with",
    '''
def load_reuters_with(
    num_words=None,
    skip_top=0,  #? skip_top
    maxlen=None,  #? maxlen
    test_split=0.2,  #? test_split
    seed=113,  #? seed
    oov_char=2,  #? oov_char
):
    """Newswires as lists of word numbers, and topics: first to train with, then to test with.

    1 begins a text; rare and frequent words are left out or replaced, long texts left out.
    """
    skip_top = 0  #? !skip_top
    test_split = 0.2  #? !test_split
    oov_char = 2  #? !oov_char drop
    path = download("reuters.npz", "d6586e694ee5")
    with np.load(path, allow_pickle=True) as file:
        texts, topics = file["x"], file["y"]
    order = np.arange(len(texts))
    np.random.RandomState(113).shuffle(order)  #? !seed
    np.random.RandomState(seed).shuffle(order)  #? seed
    topics = topics[order]
    texts = [[1, *(word + 3 for word in text)] for text in texts[order]]
    kept = [number for number, text in enumerate(texts) if len(text) < maxlen]  #? maxlen
    topics, texts = topics[kept], [texts[number] for number in kept]  #? maxlen
    limit = num_words or max(max(text) for text in texts)
    texts = [[w if skip_top <= w < limit else oov_char for w in text] for text in texts]  #? !drop
    texts = [[w for w in text if skip_top <= w < limit] for text in texts]  #? drop
    split = int(len(texts) * (1 - test_split))
    return (
        (np.array(texts[:split], dtype="object"), topics[:split]),
        (np.array(texts[split:], dtype="object"), topics[split:]),
    )
''',
    ("download",),
    _NUMPY,
    early=True,
)


def _texts(name: str, num_words: Expr, ways: Mapping[str, tuple[Expr, object]]) -> Expr:
    """The function that loads texts, with what is not as usual."""
    given: dict[str, Arg] = {}
    asked = set()
    for option, (value, usual) in ways.items():
        if option == "oov_char" and value.is_const(None):
            asked.add("drop")
        elif option == "oov_char" and not (value.is_const(usual) or isinstance(value.value, int)):
            raise Unsupported(f"{name} with {option}={value}")
        elif not value.is_const(usual):
            given[option] = value
            asked.add(option)
    numbers = [] if num_words.is_const(None) else [num_words]
    if not asked:
        return helper(f"load_{name}", *numbers)
    made = helper(f"load_{name}_with", *numbers, **given)
    return with_helpers(made, *(f"load_{name}_with.{option}" for option in asked))


def _houses(name: str, sha256: str, subset: str = "", split: bool = False) -> str:
    function = f"load_{name}{'_split' if split else ''}"
    signature, seed, share = (
        ("test_split=0.2, seed=113", "seed", "test_split") if split else ("", "113", "0.2")
    )
    emitted(
        function,
        f'''
def {function}({signature}):
    """Houses and their prices: first to train with, then to test with."""
    with np.load(download("{name}.npz", "{sha256}")) as file:
        x, y = file["x"]{subset}, file["y"]{subset}
    order = np.arange(len(x))
    np.random.RandomState({seed}).shuffle(order)
    x, y = x[order], y[order]
    split = int(len(x) * (1 - {share}))
    return (x[:split], y[:split]), (x[split:], y[split:])
''',
        ("download",),
        _NUMPY,
        early=True,
    )
    return function


_BOSTON = _houses("boston_housing", "f553886a1f8d")
_BOSTON_SPLIT = _houses("boston_housing", "f553886a1f8d", split=True)
_CALIFORNIA = _houses("california_housing", "1a2e3a52e039")
_CALIFORNIA_SPLIT = _houses("california_housing", "1a2e3a52e039", split=True)


def _split(plain: str, other: str, test_split: Expr, seed: Expr) -> Expr:
    """The function that loads houses, with another share to test with, or another order."""
    ways = (("test_split", test_split, 0.2), ("seed", seed, 113))
    given: dict[str, Arg] = {n: value for n, value, usual in ways if not value.is_const(usual)}
    return helper(other, **given) if given else helper(plain)


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
    _defaults_only("imdb", {"start_char": (start_char, 1), "index_from": (index_from, 3)})
    ways: dict[str, tuple[Expr, object]] = {"skip_top": (skip_top, 0), "maxlen": (maxlen, None)}
    ways |= {"seed": (seed, 113), "oov_char": (oov_char, 2)}
    return _texts("imdb", num_words, ways)


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
    _defaults_only("reuters", {"start_char": (start_char, 1), "index_from": (index_from, 3)})
    ways: dict[str, tuple[Expr, object]] = {"skip_top": (skip_top, 0), "maxlen": (maxlen, None)}
    ways |= {"seed": (seed, 113), "oov_char": (oov_char, 2), "test_split": (test_split, 0.2)}
    return _texts("reuters", num_words, ways)


@source("keras.datasets.boston_housing.load_data")
def boston_housing(
    path: Param = "boston_housing.npz", test_split: Param = 0.2, seed: Param = 113
) -> Expr:
    """The same houses, in the same order."""
    return _split(_BOSTON, _BOSTON_SPLIT, test_split, seed)


@source("keras.datasets.california_housing.load_data")
def california_housing(
    version: Param = "large",
    path: Param = "california_housing.npz",
    test_split: Param = 0.2,
    seed: Param = 113,
) -> Expr:
    """The same houses, in the same order."""
    _defaults_only("california_housing", {"version": (version, "large")})
    return _split(_CALIFORNIA, _CALIFORNIA_SPLIT, test_split, seed)


@source("keras.datasets.imdb.get_word_index")
def imdb_words(path: Param = "imdb_word_index.json") -> Expr:
    """The number of each word, from the same file."""
    return helper("load_imdb_words")


@source("keras.datasets.reuters.get_word_index")
def reuters_words(path: Param = "reuters_word_index.json") -> Expr:
    """The number of each word, from the same file."""
    return helper("load_reuters_words")
