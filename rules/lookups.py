"""Keras's layers that look up numbers for words or for numbers, as small classes of the data."""

from __future__ import annotations

from rules.data_sets import with_helpers
from rules.emitted import FUNCTIONAL, TORCH, emitted
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.pipeline import Applied, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

_MODES = ("int", "one_hot", "multi_hot", "count")


@source(
    "keras.layers.StringLookup",
    "keras.layers.experimental.preprocessing.StringLookup",
)
def string_lookup(
    max_tokens: Param = None,
    num_oov_indices: Param = 1,
    mask_token: Param = None,
    oov_token: Param = "[UNK]",
    vocabulary: Param = None,
    idf_weights: Param = None,
    invert: Param = False,
    output_mode: Param = "int",
    pad_to_max_tokens: Param = False,
    sparse: Param = False,
    encoding: Param = "utf-8",
    name: Param = None,
) -> Expr:
    """Outside of models: the same words in the same order, looked up by a dict."""
    if not encoding.is_const("utf-8"):
        raise Unsupported("words in another encoding than UTF-8")
    usual = [one.is_const(False) for one in (pad_to_max_tokens, sparse)]
    given = {
        "max_tokens": max_tokens,
        "num_oov_indices": num_oov_indices,
        "mask_token": mask_token,
        "oov_token": oov_token,
        "vocabulary": vocabulary,
        "invert": invert,
        "output_mode": output_mode,
    }
    return _lookup("StringLookup", given, all(usual) and idf_weights.is_const(None))


@source(
    "keras.layers.IntegerLookup",
    "keras.layers.experimental.preprocessing.IntegerLookup",
)
def integer_lookup(
    max_tokens: Param = None,
    num_oov_indices: Param = 1,
    mask_token: Param = None,
    oov_token: Param = -1,
    vocabulary: Param = None,
    vocabulary_dtype: Param = "int64",
    idf_weights: Param = None,
    invert: Param = False,
    output_mode: Param = "int",
    pad_to_max_tokens: Param = False,
    sparse: Param = False,
    name: Param = None,
) -> Expr:
    """Outside of models, where it learns: the same numbers in the same order."""
    usual = [one.is_const(False) for one in (pad_to_max_tokens, sparse, invert)]
    given = {
        "max_tokens": max_tokens,
        "num_oov_indices": num_oov_indices,
        "mask_token": mask_token,
        "oov_token": oov_token,
        "vocabulary": vocabulary,
        "output_mode": output_mode,
    }
    known = all(usual) and vocabulary_dtype.is_const("int64") and idf_weights.is_const(None)
    return _lookup("IntegerLookup", given, known)


_DEFAULTS = {
    "max_tokens": (None,),
    "num_oov_indices": (1,),
    "mask_token": (None,),
    "oov_token": ("[UNK]", -1),
    "vocabulary": (None,),
    "invert": (False,),
    "output_mode": ("int",),
}


def _lookup(name: str, given: dict[str, Expr], known: bool) -> Expr:
    """The class, with what is said besides Keras's defaults."""
    mode, unknown = given["output_mode"], given["num_oov_indices"]
    if not known or not mode.is_const(*_MODES) or not unknown.is_const(0, 1):
        raise Unsupported("a lookup that is padded, sparse, weighted, or hashes what it lacks")
    if isinstance(given["vocabulary"].value, str):
        raise Unsupported("a vocabulary that a file holds")
    many = not mode.is_const("int")
    turned = "invert" in given and not given["invert"].is_const(False)
    if many and (turned or not given["mask_token"].is_const(None)):
        raise Unsupported("one-hot vectors of a lookup with a mask, or of one that goes back")
    if unknown.is_const(0) and not given["mask_token"].is_const(None):
        raise Unsupported("a lookup with a mask, and without a number for what it lacks")
    options: dict[str, Arg] = {
        key: value for key, value in given.items() if not value.is_const(*_DEFAULTS[key])
    }
    asked = {f"{name}.{key}" for key in options} | ({f"{name}.{mode.value}"} if many else set())
    made = with_helpers(helper(name, **options), *asked)
    kind = Leaf(None, "text" if turned else "float32" if many else "int64")
    return replace(made, value=Applied(kind, of_texts=name == "StringLookup", alike=not many))


_SOURCE = '''
class NAME:
    """STORY."""

    def __init__(
        self,
        max_tokens=None,  #? max_tokens
        num_oov_indices=1,  #? num_oov_indices
        mask_token=None,  #? mask_token
        oov_token=OTHER,  #? oov_token
        vocabulary=(),  #? vocabulary
        invert=False,  #? invert
        output_mode="int",  #? output_mode
    ):
        self.max_tokens = max_tokens  #? max_tokens
        self.invert = invert  #? invert
        self.output_mode = output_mode  #? output_mode
        self.special = [OTHER]  #? !oov_token
        self.special = [oov_token]  #? oov_token
        if num_oov_indices == 0:  #? num_oov_indices
            self.special = []
        if mask_token is not None:  #? mask_token
            self.special.insert(0, mask_token)
        self.set_vocabulary(())  #? !vocabulary
        self.set_vocabulary(vocabulary)  #? vocabulary

    def adapt(self, data):  #? .adapt
        counts = COUNTED
        found = sorted(
            counts.keys() - set(self.special),
            key=lambda word: (counts[word], KEY),
            reverse=True,
        )
        if self.max_tokens is not None:  #? max_tokens
            found = found[: self.max_tokens - len(self.special)]
        self.set_vocabulary(found)

    def set_vocabulary(self, words):
        words = [word for word in words if word not in self.special]
        self.vocabulary = [*self.special, *words]
        self.numbers = {word: i for i, word in enumerate(self.vocabulary)}

    def get_vocabulary(self):  #? .get_vocabulary
        return self.vocabulary

    def vocabulary_size(self):  #? .vocabulary_size
        return len(self.vocabulary)

    def __call__(self, words):
        words = np.asarray(words)
        if self.invert:  #? invert
            return np.array(self.vocabulary)[words]
        other = self.numbers[self.special[-1]]  #? !num_oov_indices
        other = self.numbers.get(self.special[-1]) if self.special else None  #? num_oov_indices
        found = [self.numbers.get(word, other) for word in words.ravel().tolist()]
        numbers = torch.tensor(found, dtype=torch.long).reshape(words.shape)
        if self.output_mode == "one_hot":  #? one_hot
            numbers = numbers[..., 0] if numbers.shape[-1:] == (1,) else numbers
            return F.one_hot(numbers, len(self.vocabulary)).float()
        if self.output_mode == "multi_hot":  #? multi_hot
            return F.one_hot(numbers, len(self.vocabulary)).amax(-2).float()
        if self.output_mode == "count":  #? count
            return F.one_hot(numbers, len(self.vocabulary)).sum(-2).float()
        return numbers
'''

for _name, _story, _other, _counted, _key in (
    (
        "StringLookup",
        "Numbers for words: the more often one is seen, the smaller its number",
        '"[UNK]"',
        "Counter(flat_texts(data))",
        "word.encode()",
    ),
    (
        "IntegerLookup",
        "Numbers from zero on for others: the more often one is seen, the smaller",
        "-1",
        "Counter(number for part in data for number in np.ravel(part).tolist())",
        "word",
    ),
):
    _written = _SOURCE.replace("NAME", _name).replace("STORY", _story).replace("OTHER", _other)
    emitted(
        _name,
        _written.replace("COUNTED", _counted).replace("KEY", _key),
        ("flat_texts",) if _name == "StringLookup" else (),
        "from collections import Counter",
        "import numpy as np",
        TORCH,
        FUNCTIONAL,
        early=True,
        lacks=("finalize_state", "reset_state", "update_state"),
    )
