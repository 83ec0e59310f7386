"""Which generation of Keras a program was written for."""

from __future__ import annotations

import re

from transpiler.regex import regex
from transpiler.source.lexical import blanked, without_comments

#: Signs that a program was written for Keras 2 and won't run, or means something else, under 3.
_MARKS = regex(
    r"""import\s+tf_keras | from\s+tf_keras | K\.learning_phase
    | tensorflow\.python\s+import\s+keras\b
    | tensorflow\.python\.keras(?:\.(?:layers|models|engine|applications|optimizers|optimizer_v2)\b
      |\s+import\s+(?:layers|models|Model|Sequential|Input|optimizers)\b)
    | keras\.engine | keras\.layers\.(core|convolutional|merge|advanced_activations|recurrent)\b
    | keras\.utils\.(np_utils|vis_utils|generic_utils) | layers\.experimental | CuDNN(LSTM|GRU)
    | \bnp_utils\b | (?<![\w.])keras\.preprocessing\.text\b | keras\.backend\.tensorflow_backend
    | \bfit\w*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\bnb_epoch\s*=(?!=)
    | batch_input_shape\s*= | TF_USE_LEGACY_KERAS | \bK\.(function|placeholder)\b
    | optimizers\.legacy | \b(?:SGD|Adam|RMSprop|Adagrad|Adadelta|Adamax|Nadam)
      \((?:\s*lr\s*=|[^()]*\bdecay\s*=)
    """,
    re.VERBOSE | re.MULTILINE,
)

#: What only TensorFlow's tensors have, and in Keras 3 what `call` and losses get, but no Input.
_OF_TENSORS = regex(r"\.get_shape\(\)|\.as_list\(\)")
#: Functions that get tensors when they are called, and no Input of a model.
_GETS_TENSORS = regex(
    r"def\s+(?:call|update_state|train_step|test_step)\s*\(|\blambda\b"
    r"|\bdef\s+\w+\s*\([^)]*\b(?:y_?)?(?:true|pred|preds|labels?|targets?|logits?)\b"
)
#: TensorFlow's inner Keras 2, of which many an import is used by nothing, or beside Keras 3.
_INNER = regex(r"tensorflow\.python\.keras\b")
_BESIDE = regex(
    r"tensorflow\.keras|\btf\.keras\b|from\s+tensorflow\s+import\s+keras|^\s*(?:import|from)\s+keras",
    re.MULTILINE,
)

#: What models of old can do, and classes of programs have methods of the name.
_OLD_METHOD = regex(r"(\w+)\.(predict_classes|fit_generator)\(")

#: What chooses Keras 2, as the name of an environment variable.
_SWITCH = "TF_USE_LEGACY_KERAS"
#: Where the rate is read under the name that it has in the histories of Keras 2; what gives it
#: that name by itself, or reads it as Keras 3 has it.
_RATE_READ = regex(
    r"""\b(?:history|logs)(?:\[|\.get\()\s*(["'])lr\1|(["'])lr\2\s+in\s+[\w.]*\b(?:history|logs)"""
)
_RATE_GIVEN = regex(
    r"""\[(["'])lr\1\](?:\s*=(?!=)|\.append)|setdefault\(\s*["']lr|["']lr["']\s*:|["']learning_rate"""
)
_GIVING_RATE = ("LearningRateScheduler", "ReduceLROnPlateau")

#: A part of each sign: most texts have none of them, and need no search.
_PARTS = (
    "tf_keras", "tensorflow.python", ".get_shape()", ".as_list()", "K.learning_phase",
    "keras.engine", "keras.layers.", "keras.utils.", "layers.experimental", "CuDNN",
    "fit_generator", "batch_input_shape", "TF_USE_LEGACY_KERAS", "K.function", "K.placeholder",
    "optimizers.legacy", "(lr", "np_utils", "keras.preprocessing.text", "tensorflow_backend",
    "nb_epoch", "predict_classes", "decay",
)  # fmt: skip


def shown_by(text: str) -> str:
    """ "2" where a text can't mean Keras 3, "auto" where it may mean either."""
    if any(name in text for name in _GIVING_RATE) and _reads_rate(without_comments(text)):
        return "2"
    if not any(part in text for part in _PARTS):
        return "auto"
    if not any(sign.search(text) for sign in (_MARKS, _OLD_METHOD, _OF_TENSORS, _INNER)):
        return "auto"
    code = blanked(text)  # what a comment or docstring says is no sign
    shown = (
        _MARKS.search(code)
        or _asks_old_model(code)
        or _SWITCH in without_comments(text)
        or (_INNER.search(code) and not _BESIDE.search(code))
        or _asks_input(code)
    )
    return "2" if shown else "auto"


def _asks_input(code: str) -> bool:
    """Whether what may be an Input is asked for the shape that a tensor of TensorFlow has.

    x = Input((4,)); x.get_shape()        but        def loss(y_true, y_pred): y_pred.get_shape()
    """
    return any(not _in_what_gets_tensors(code, m.start()) for m in _OF_TENSORS.finditer(code))


def _in_what_gets_tensors(code: str, at: int) -> bool:
    end, deepest = at, _indent(code[code.rfind("\n", 0, at) + 1 : at])
    while end >= 0:
        start = code.rfind("\n", 0, end) + 1
        line = code[start:end]
        outer = line.strip() and _indent(line) < deepest and not line.lstrip().startswith(")")
        if end == at or outer:
            deepest = min(deepest, _indent(line))
            found = _GETS_TENSORS.search(code, start)  # its arguments may take further lines
            if found and found.start() < end:
                return True
        end = start - 1
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _asks_old_model(code: str) -> bool:
    """Whether a model, and not an object of the program's own, is asked for what Keras 2 has."""
    for receiver, method in {found.groups() for found in _OLD_METHOD.finditer(code)}:
        if "model" in receiver.lower():
            return True
        made = rf"^[ \t]*{receiver}\s*=\s*(?:\w+\.)*(?!Sequential\b|Model\b|Graph\b)[A-Z]\w*\("
        own = rf"\bdef {method}\b|{made}"
        if receiver != "self" and not re.search(own, code, re.MULTILINE):
            return True
    return False


def _reads_rate(code: str) -> bool:
    """Whether a history or the logs of an epoch are asked for `lr`, which nothing else gives."""
    return _RATE_READ.search(code) is not None and _RATE_GIVEN.search(code) is None
