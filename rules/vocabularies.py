"""Numbers for words."""

from __future__ import annotations

from rules.data_sets import with_helpers
from rules.emitted import emitted
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


#: Where it only counts numbers of words, texts are none of its business.
_TEXTS = (
    "-.sequences_to_matrix .fit_on_texts .texts_to_sequences .texts_to_matrix .sequences_to_texts "
    ".word_index .index_word .word_counts .word_docs .to_json .get_config"
)


@source("keras.preprocessing.text.Tokenizer")
def tokenizer(
    num_words: Param = None,
    filters: Param = FILTERS,
    lower: Param = True,
    split: Param = " ",
    char_level: Param = False,
    oov_token: Param = None,
    analyzer: Param = None,
) -> Expr:
    """A small class of its own, which numbers words in the same way."""
    if not (split.is_const(" ") and analyzer.is_const(None)):
        raise Unsupported("a Tokenizer that splits texts in a way of its own")
    named = {"num_words": num_words, "oov_token": oov_token}
    given: dict[str, Arg] = {k: value for k, value in named.items() if not value.is_const(None)}
    if not filters.is_const(FILTERS):
        given["filters"] = filters
    asked = {f"Tokenizer.{name}" for name in given.keys() - {"num_words"}}
    if not (lower.is_const(True) and char_level.is_const(False)):
        asked |= {"Tokenizer.choices"}
        ways = {"lower": (lower, True), "char_level": (char_level, False)}
        given |= {name: value for name, (value, usual) in ways.items() if not value.is_const(usual)}
    return with_helpers(helper("Tokenizer", **given), *asked)


emitted(
    "Tokenizer",
    '''
class Tokenizer:
    """Numbers for words: the more often a word is seen, the smaller its number."""

    def __init__(
        self,
        num_words=None,
        oov_token=None,  #? TEXTS oov_token
        filters=FILTERS,  #? TEXTS filters
        lower=True,  #? choices
        char_level=False,  #? choices
    ):
        self.num_words = num_words
        self.oov_token = oov_token  #? TEXTS oov_token
        self.filters = filters  #? .filters .to_json .get_config
        self.spaces = str.maketrans(dict.fromkeys(filters, " "))  #? TEXTS
        self.lower = lower  #? choices
        self.char_level = char_level  #? choices
        self.word_counts = {}  #? TEXTS
        self.word_index = {}  #? TEXTS
        self.index_word = {}  #? TEXTS
        self.document_count = 0  #? .document_count DOCS
        self.word_docs = Counter()  #? DOCS
        self.index_docs = Counter()  #? DOCS

    def split(self, text):  #? TEXTS
        if isinstance(text, list):
            return [word.lower() for word in text]  #? !choices
            return [word.lower() for word in text] if self.lower else text  #? choices
        words = text.lower().translate(self.spaces).split(" ")  #? !choices
        return [word for word in words if word]  #? !choices
        text = text.lower() if self.lower else text  #? choices
        if self.char_level:  #? choices
            return list(text)
        return [word for word in text.translate(self.spaces).split(" ") if word]  #? choices

    def fit_on_texts(self, texts):  #? TEXTS
        for text in texts:
            words = self.split(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            self.document_count += 1  #? .document_count DOCS
            self.word_docs.update(set(words))  #? DOCS
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            words.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():  #? DOCS
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):  #? .fit_on_sequences
        self.document_count += len(sequences)
        for numbers in sequences:
            self.index_docs.update(set(numbers))

    def texts_to_sequences(self, texts):  #? TEXTS
        texts = map(self.split, texts)
        return [self.known(map(self.word_index.get, words)) for words in texts]

    def known(self, numbers):  #? TEXTS
        other = self.word_index.get(self.oov_token)
        limit = self.num_words or float("inf")
        kept = [n if n is not None and n < limit else other for n in numbers]
        return [number for number in kept if number is not None]

    def sequences_to_texts(self, sequences):  #? .sequences_to_texts
        texts = []
        for numbers in sequences:
            known = self.known(n if n in self.index_word else None for n in numbers)
            texts.append(" ".join(self.index_word[number] for number in known))
        return texts

    def texts_to_matrix(self, texts, mode="binary"):  #? .texts_to_matrix
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):  #? MATRIX
        size = self.num_words  #? !TEXTS
        size = self.num_words or len(self.word_index) + 1  #? TEXTS
        matrix = np.zeros((len(sequences), size))
        for row, numbers in zip(matrix, sequences):
            for number in numbers:
                if number < size:
                    row[number] += 1
        if mode == "count":  #? .count
            return matrix
        if mode == "freq":  #? .freq
            return matrix / [[max(len(numbers), 1)] for numbers in sequences]
        if mode == "tfidf":  #? .tfidf
            found = np.array([self.index_docs[number] for number in range(size)])
            rarity = np.log(1 + self.document_count / (1 + found))
            return np.where(matrix > 0, 1 + np.log(np.maximum(matrix, 1)), 0) * rarity
        if mode != "binary":
            raise ValueError(f"unknown mode: {mode}")
        return np.minimum(matrix, 1)

    def get_config(self):  #? .get_config .to_json
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": True,  #? !choices
            "lower": self.lower,  #? choices
            "split": " ",
            "char_level": False,  #? !choices
            "char_level": self.char_level,  #? choices
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **options):  #? .to_json
        config = {"class_name": "Tokenizer", "config": self.get_config()}
        return json.dumps(config, **options)
'''.replace("FILTERS", "\'" + FILTERS.encode("unicode_escape").decode() + "\'")
    .replace("DOCS", ".word_docs .index_docs .tfidf .to_json .get_config .fit_on_sequences")
    .replace("MATRIX", ".sequences_to_matrix .texts_to_matrix")
    .replace("TEXTS", _TEXTS),
    (),
    "from collections import Counter",
    "import json",
    "import numpy as np",
    early=True,
    lacks=("analyzer", "sequences_to_texts_generator", "texts_to_sequences_generator"),
)  # fmt: skip
