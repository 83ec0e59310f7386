"""Numbers for words."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


@source("keras.preprocessing.text.Tokenizer")
def tokenizer(
    num_words: Param = None,
    filters: Param = _FILTERS,
    lower: Param = True,
    split: Param = " ",
    char_level: Param = False,
    oov_token: Param = None,
    analyzer: Param = None,
) -> Expr:
    """A small class of its own, which numbers words in the same way."""
    if not (lower.is_const(True) and split.is_const(" ") and analyzer.is_const(None)):
        raise Unsupported("a Tokenizer that keeps capitals, or splits texts in a way of its own")
    if not char_level.is_const(False):
        raise Unsupported("a Tokenizer of characters")
    named = {"num_words": num_words, "oov_token": oov_token}
    given: dict[str, Arg] = {k: value for k, value in named.items() if not value.is_const(None)}
    if not filters.is_const(_FILTERS):
        given["filters"] = filters
    return helper("Tokenizer", **given)


emitted(
    "Tokenizer",
    '''
class Tokenizer:
    """Numbers for words: the more often a word is seen, the smaller its number."""

    def __init__(
        self,
        num_words=None,
        oov_token=None,
        filters=FILTERS,
    ):
        self.num_words = num_words
        self.oov_token = oov_token
        self.spaces = str.maketrans(dict.fromkeys(filters, " "))
        self.word_counts = {}
        self.word_index = {}
        self.index_word = {}

    def split(self, text):
        if isinstance(text, list):
            return [word.lower() for word in text]
        words = text.lower().translate(self.spaces).split(" ")
        return [word for word in words if word]

    def fit_on_texts(self, texts):
        for text in texts:
            for word in self.split(text):
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            words.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}

    def texts_to_sequences(self, texts):
        texts = map(self.split, texts)
        return [self.known(map(self.word_index.get, words)) for words in texts]

    def known(self, numbers):
        other = self.word_index.get(self.oov_token)
        limit = self.num_words or len(self.word_index) + 1
        kept = [n if n is not None and n < limit else other for n in numbers]
        return [number for number in kept if number is not None]

    def sequences_to_texts(self, sequences):
        texts = []
        for numbers in sequences:
            known = self.known(n if n in self.index_word else None for n in numbers)
            texts.append(" ".join(self.index_word[number] for number in known))
        return texts
'''.replace("FILTERS", "\'" + _FILTERS.encode("unicode_escape").decode() + "\'"),
    early=True,
    lacks=(
        "analyzer", "document_count", "fit_on_sequences", "get_config", "index_docs",
        "sequences_to_matrix", "sequences_to_texts_generator", "texts_to_matrix",
        "texts_to_sequences_generator", "to_json", "word_docs",
    ),
)  # fmt: skip
