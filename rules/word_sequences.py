"""Texts as lists of words or their numbers, and pairs of words that stand near each other."""

from __future__ import annotations

from rules.data_sets import with_helpers
from rules.emitted import emitted
from rules.vocabularies import FILTERS
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source


def _words(text: Expr, filters: Expr, lower: Expr, split: Expr) -> Expr:
    ways = (("filters", filters, FILTERS), ("lower", lower, True), ("separator", split, " "))
    given: dict[str, Arg] = {n: value for n, value, usual in ways if not value.is_const(usual)}
    return helper("words_by" if given else "words_of", text, **given)


@source("keras.preprocessing.text.text_to_word_sequence")
def text_to_word_sequence(
    input_text: Param,
    filters: Param = FILTERS,
    lower: Param = True,
    split: Param = " ",
) -> Expr:
    """The words of a text."""
    return _words(input_text, filters, lower, split)


@source("keras.preprocessing.text.one_hot")
def one_hot(
    input_text: Param,
    n: Param,
    filters: Param = FILTERS,
    lower: Param = True,
    split: Param = " ",
    analyzer: Param = None,
) -> Expr:
    """Python's hash of each word, which is another one in each run."""
    return hashing_trick(input_text, n, Expr("hash"), filters, lower, split, analyzer)


@source("keras.preprocessing.text.hashing_trick")
def hashing_trick(
    text: Param,
    n: Param,
    hash_function: Param = None,
    filters: Param = FILTERS,
    lower: Param = True,
    split: Param = " ",
    analyzer: Param = None,
) -> Expr:
    """A number for each word by its hash."""
    if not analyzer.is_const(None):
        raise Unsupported("words that a function of the program's own finds")
    words = _words(text, filters, lower, split)
    if hash_function.is_const(None):
        return helper("hashed_words", words, n, Expr("hash"))
    if hash_function.is_const("md5"):
        return with_helpers(helper("hashed_words", words, n, Expr("md5_number")), "md5_number")
    if hash_function.text != "hash":
        raise Unsupported("a hash function that is neither hash nor md5")
    return helper("hashed_words", words, n, hash_function)


@source("keras.preprocessing.sequence.make_sampling_table")
def make_sampling_table(size: Param, sampling_factor: Param = 1e-05) -> Expr:
    """The same chances."""
    given = [] if sampling_factor.is_const(1e-05) else [sampling_factor]
    return helper("sampling_table", size, *given)


@source("keras.preprocessing.sequence.skipgrams")
def skipgrams(
    sequence: Param,
    vocabulary_size: Param,
    window_size: Param = 4,
    negative_samples: Param = 1.0,
    shuffle: Param = True,
    categorical: Param = False,
    sampling_table: Param = None,
    seed: Param = None,
) -> Expr:
    """The same pairs, drawn with the same random numbers."""
    if not (shuffle.is_const(True) and categorical.is_const(False)):
        raise Unsupported("pairs in order, or with labels as rows")
    if negative_samples.is_const(0, 0.0) or not negative_samples.known:
        raise Unsupported("pairs without random ones, or of which it is not known")
    ways = (
        ("window_size", window_size, 4),
        ("negative_samples", negative_samples, 1.0),
        ("sampling_table", sampling_table, None),
        ("seed", seed, None),
    )
    given: dict[str, Arg] = {n: value for n, value, usual in ways if not value.is_const(usual)}
    asked = [f"skipgrams.{name}" for name in given]
    return with_helpers(helper("skipgrams", sequence, vocabulary_size, **given), *asked)


_SPELLED = "'" + FILTERS.encode("unicode_escape").decode() + "'"

emitted(
    "words_of",
    f'''
def words_of(text):
    """The words of a text, in lower case, without punctuation."""
    spaces = str.maketrans(dict.fromkeys({_SPELLED}, " "))
    return [word for word in text.lower().translate(spaces).split(" ") if word]
''',
    early=True,
)  # fmt: skip

emitted(
    "words_by",
    f'''
def words_by(
    text,
    filters={_SPELLED},
    lower=True,
    separator=" ",
):
    """The parts of a text between separators, without the letters that are filtered."""
    text = text.lower() if lower else text
    text = text.translate(str.maketrans(dict.fromkeys(filters, separator)))
    return [word for word in text.split(separator) if word]
''',
    early=True,
)

emitted(
    "hashed_words",
    '''
def hashed_words(words, size, hash_function):
    """A number below `size` for each word; two words may have the same."""
    return [hash_function(word) % (size - 1) + 1 for word in words]
''',
    early=True,
)

emitted(
    "md5_number",
    '''
def md5_number(word):
    """The same number for a word in each run."""
    return int(hashlib.md5(word.encode()).hexdigest(), 16)
''',
    (),
    "import hashlib",
    early=True,
)

emitted(
    "sampling_table",
    '''
def sampling_table(size, factor=1e-05):
    """How likely the word of each rank is drawn, so that frequent ones are drawn less often."""
    rank = np.arange(size)
    rank[0] = 1
    rarity = factor * (rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank))
    return np.minimum(1.0, rarity / np.sqrt(rarity))
''',
    (),
    "import numpy as np",
    early=True,
)

emitted(
    "skipgrams",
    '''
def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,  #? negative_samples
    sampling_table=None,  #? sampling_table
    seed=None,  #? seed
):
    """Pairs of neighboring words, labeled 1, and of a word and a random one, labeled 0."""
    couples = []
    length = len(sequence)
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None:  #? sampling_table
            if sampling_table[word] < random.random():
                continue
        for j in range(max(0, i - window_size), min(length, i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
    words = [word for word, _ in couples]
    random.shuffle(words)
    count = len(words)  #? !negative_samples
    count = int(len(words) * negative_samples)  #? negative_samples
    labels = [1] * len(words) + [0] * count
    for i in range(count):
        other = random.randint(1, vocabulary_size - 1)
        couples.append([words[i % len(words)], other])
    seed = random.randint(0, 10_000_000)  #? !seed
    if seed is None:  #? seed
        seed = random.randint(0, 10_000_000)
    for paired in (couples, labels):
        random.seed(seed)
        random.shuffle(paired)
    return couples, labels
''',
    (),
    "import random",
    early=True,
)
