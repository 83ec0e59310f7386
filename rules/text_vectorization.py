"""Keras's layer that makes numbers of texts, as a small class of the data pipeline."""

from __future__ import annotations

from rules.data_sets import with_helpers
from rules.emitted import TORCH, emitted
from transpiler.ir.expr import TERNARY, UNKNOWN, Arg, Expr
from transpiler.ir.pipeline import Applied, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

_LOWERED = "text.encode().lower().decode()"
#: What is done to a text before it is split, by Keras's names; in Keras's letters, which are ASCII.
_STANDARDS = {
    None: "lambda text: text",
    "lower": f"lambda text: {_LOWERED}",
    "strip_punctuation": 'lambda text: text.translate(str.maketrans("", "", string.punctuation))',
}
_MODES = ("int", "multi_hot", "count")


@source(
    "keras.layers.TextVectorization", "keras.layers.experimental.preprocessing.TextVectorization"
)
def text_vectorization(
    max_tokens: Param = None,
    standardize: Param = "lower_and_strip_punctuation",
    split: Param = "whitespace",
    ngrams: Param = None,
    output_mode: Param = "int",
    output_sequence_length: Param = None,
    pad_to_max_tokens: Param = False,
    vocabulary: Param = None,
    idf_weights: Param = None,
    sparse: Param = False,
    ragged: Param = False,
    encoding: Param = "utf-8",
    name: Param = None,
) -> Expr:
    """Outside of models: the same words in the same order, looked up by a dict."""
    usual = [one.is_const(False) for one in (pad_to_max_tokens, sparse, ragged)]
    if not all(usual) or not encoding.is_const("utf-8") or not idf_weights.is_const(None):
        raise Unsupported(
            "numbers of texts that are padded to all tokens, sparse, ragged, weighted"
        )
    if not split.is_const("whitespace", "character") or not output_mode.is_const(*_MODES):
        raise Unsupported("texts split in another way, or numbers other than places and counts")
    given: dict[str, Arg] = {} if max_tokens.is_const(None) else {"max_tokens": max_tokens}
    asked = {"ints"} if output_mode.is_const("int") else {"many", str(output_mode.value)}
    if not output_mode.is_const("int"):
        given["output_mode"] = output_mode
    if output_mode.is_const("int") and not output_sequence_length.is_const(None):
        given["output_sequence_length"] = output_sequence_length
        asked.add("output_sequence_length")
    if not standardize.is_const("lower_and_strip_punctuation"):
        given["standardize"] = _standard(standardize)
        asked.add("standardize")
    else:
        asked.add("plain")
    if split.is_const("character"):
        given["split"] = split
        asked.add("characters")
    if not ngrams.is_const(None, 1):
        if not isinstance(ngrams.value, int):
            raise Unsupported("ngrams of listed sizes")
        given["ngrams"] = ngrams
        asked.add("ngrams")
    if not vocabulary.is_const(None):
        if isinstance(vocabulary.value, str):
            raise Unsupported("a vocabulary that a file holds")
        given["vocabulary"] = vocabulary
        asked.add("vocabulary")
    asked = {f"TextVectorization.{option}" for option in asked}
    made = with_helpers(helper("TextVectorization", **given), *asked)
    kind = Leaf(2, "int64" if output_mode.is_const("int") else "float32")
    return replace(made, value=Applied(kind))


def _standard(standardize: Expr) -> Expr:
    if standardize.is_const(*_STANDARDS):
        return Expr(_STANDARDS[standardize.value], strength=TERNARY)
    if isinstance(standardize.value, str) or not standardize.text.isidentifier():
        raise Unsupported("texts that are changed before in a way that is not known")
    return replace(standardize, value=UNKNOWN)


emitted(
    "flat_texts",
    '''
def flat_texts(texts):
    """The single texts of arrays, lists and batches."""
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from flat_texts(part)
''',
    early=True,
)

emitted(
    "TextVectorization",
    '''
class TextVectorization:
    """Numbers for the words of texts: the more often a word is seen, the smaller its number."""

    def __init__(
        self,
        max_tokens=None,
        output_mode="int",  #? many
        output_sequence_length=None,  #? output_sequence_length
        standardize=None,  #? standardize
        split="whitespace",  #? characters
        ngrams=1,  #? ngrams
        vocabulary=(),  #? vocabulary
    ):
        self.max_tokens = max_tokens
        self.output_mode = output_mode  #? many
        self.output_sequence_length = output_sequence_length  #? output_sequence_length
        self.standardize = standardize  #? standardize+-plain
        self.standardize = standardize or self.lowered  #? standardize+plain
        self.split = split  #? characters
        self.ngrams = ngrams  #? ngrams
        self.set_vocabulary(())  #? !vocabulary
        self.set_vocabulary(vocabulary)  #? vocabulary

    def lowered(self, text):  #? standardize+plain
        text = text.encode().lower().translate(None, string.punctuation.encode())
        return text.decode()

    def words(self, text):
        text = self.standardize(text).encode()  #? standardize
        text = text.encode().lower().translate(None, string.punctuation.encode())  #? !standardize
        words = [word.decode() for word in text.split()]
        if self.split == "character":  #? characters
            words = list(text.decode())
        starts = range(len(words))  #? ngrams
        for size in range(2, self.ngrams + 1):  #? ngrams
            words += [SPACED for i in starts[: 1 - size]]
        return words

    def adapt(self, data):
        counts = Counter()
        for text in flat_texts(data):
            counts.update(self.words(text))
        limit = None if self.max_tokens is None else self.max_tokens - len(self.special)
        found = sorted(
            counts.keys() - set(self.special),
            key=lambda word: (counts[word], word.encode()),
            reverse=True,
        )
        self.set_vocabulary(found[:limit])

    def set_vocabulary(self, words):
        self.special = ["", "[UNK]"]
        if self.output_mode != "int":  #? many
            self.special = ["[UNK]"]
        words = [word for word in words if word not in self.special]
        self.vocabulary = [*self.special, *words]
        self.numbers = {word: i for i, word in enumerate(self.vocabulary)}

    def get_vocabulary(self):  #? .get_vocabulary
        return self.vocabulary

    def vocabulary_size(self):  #? .vocabulary_size
        return len(self.vocabulary)

    def __call__(self, texts):
        if isinstance(texts, str):
            return self([texts])[0]
        other = self.numbers["[UNK]"]
        rows = [
            [self.numbers.get(word, other) for word in self.words(text)]
            for text in flat_texts(texts)
        ]
        if self.output_mode != "int":  #? many
            size = len(self.vocabulary)
            rows = [torch.tensor(row, dtype=torch.long) for row in rows]
            rows = [torch.bincount(row, minlength=size) for row in rows]
            return torch.stack(rows).float()  #? count+-multi_hot
            return torch.stack(rows).clamp(max=1).float()  #? multi_hot+-count
            if self.output_mode == "count":  #? count+multi_hot
                return torch.stack(rows).float()
            return torch.stack(rows).clamp(max=1).float()  #? count+multi_hot
        length = max(map(len, rows))  #? ints+-output_sequence_length
        length = self.output_sequence_length or max(map(len, rows))  #? output_sequence_length
        return torch.tensor([(row + [0] * length)[:length] for row in rows])  #? ints
'''.replace("SPACED", '" ".join(words[i : i + size])'),
    ("flat_texts",),
    "import string",
    "from collections import Counter",
    TORCH,
    early=True,
    lacks=("finalize_state", "reset_state", "update_state"),
)
