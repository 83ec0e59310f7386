"""Which generation of Keras a program was written for."""

from __future__ import annotations

import re

from transpiler.regex import regex
from transpiler.source.lexical import blanked, without_comments

#: Signs that a program was written for Keras 2 and won't run, or means something else, under 3.
_MARKS = regex(
    r"""import\s+tf_keras | from\s+tf_keras | tensorflow\.python(\.keras|\s+import\s+keras)
    | \.get_shape\(\) | \.as_list\(\) | K\.learning_phase
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
    if not _MARKS.search(text) and not _OLD_METHOD.search(text):
        return "auto"
    code = blanked(text)  # what a comment or docstring says is no sign
    shown = _MARKS.search(code) or _asks_old_model(code) or _SWITCH in without_comments(text)
    return "2" if shown else "auto"


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
