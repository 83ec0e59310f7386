"""Which generation of Keras a program was written for."""

from __future__ import annotations

import re

#: Signs that a program was written for Keras 2 and won't run, or means something else, under 3.
_MARKS = re.compile(
    r"""import\s+tf_keras | from\s+tf_keras | tensorflow\.python(\.keras|\s+import\s+keras)
    | \.get_shape\(\) | \.as_list\(\) | K\.learning_phase
    | keras\.engine | keras\.layers\.(core|convolutional|merge|advanced_activations|recurrent)\b
    | keras\.utils\.(np_utils|vis_utils|generic_utils) | layers\.experimental | CuDNN(LSTM|GRU)
    | fit_generator | batch_input_shape\s*= | TF_USE_LEGACY_KERAS | \bK\.(function|placeholder)\b
    | optimizers\.legacy | \b(?:SGD|Adam|RMSprop|Adagrad|Adadelta|Adamax|Nadam)\(\s*lr\s*=
    """,
    re.VERBOSE,
)


#: A part of each sign: most texts have none of them, and need no search.
_PARTS = (
    "tf_keras", "tensorflow.python", ".get_shape()", ".as_list()", "K.learning_phase",
    "keras.engine", "keras.layers.", "keras.utils.", "layers.experimental", "CuDNN",
    "fit_generator", "batch_input_shape", "TF_USE_LEGACY_KERAS", "K.function", "K.placeholder",
    "optimizers.legacy", "(lr",
)  # fmt: skip


def shown_by(text: str) -> str:
    """ "2" where a text can't mean Keras 3, "auto" where it may mean either."""
    return "2" if any(part in text for part in _PARTS) and _MARKS.search(text) else "auto"
