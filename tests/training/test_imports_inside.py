"""Functions and methods that import Keras themselves."""

from __future__ import annotations

import re

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np

rs = np.random.RandomState(0)


class Experiment:
    def __init__(self, units):
        from tensorflow.keras.layers import Dense, Input
        from tensorflow.keras.models import Sequential

        self.model = Sequential([Input((4,)), Dense(units, activation="relu"), Dense(3)])

    def run(self, x, y):
        from tensorflow.keras import optimizers
        import tensorflow as tf

        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(optimizers.SGD(0.05), loss, metrics=["accuracy"])
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0)


def categories(y):
    from tensorflow.keras.utils import to_categorical
    return to_categorical(y)


def main():
    \"\"\"Train twice.\"\"\"
    import os
    import tensorflow as tf
    from tensorflow import keras

    x, y = rs.normal(size=(40, 4)), rs.randint(3, size=40)
    history = Experiment(8).run(x, y)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    if len(os.sep) == 1:
        from tensorflow.keras.callbacks import EarlyStopping
        stop = EarlyStopping(monitor="loss", patience=1)
    model.compile(tf.keras.optimizers.SGD(0.1), "categorical_crossentropy")
    more = model.fit(x, categories(y), epochs=2, callbacks=[stop], shuffle=False, verbose=0)
    return history.history["loss"], more.history["loss"], model.predict(x)


first, second, out = main()
"""


def test_the_functions_are_converted_and_import_nothing_of_it(scripts: Scripts) -> None:
    conversion = convert(SCRIPT, Options(exact=True))
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not errors
    assert not re.search(r"keras\b(?<!like_keras)|tensorflow", conversion.text)
    assert "    import os\n\n    x, y" in conversion.text
    apart = scripts.compare(SCRIPT, conversion.text)
    assert {"first", "second", "out"} <= set(apart)
    assert max(apart.values()) < 1e-9


BUILDER = """\
def build(n):
    import keras
    from keras.layers import Dense
    return keras.Sequential([keras.Input((4,)), Dense(n)])


def version():
    import keras
    return keras.__version__


def installed():
    try:
        import keras
    except ImportError:
        return False
    return True
"""


def test_what_is_read_still_is_imported() -> None:
    conversion = convert(BUILDER)
    text = conversion.text
    build = text[text.index("def build") : text.index("def version")]
    assert "import keras" not in build
    assert "return Build(n)" in build
    assert BUILDER[BUILDER.index("def installed") :] in text
    assert "import keras\n    return keras.__version__" in text
    left = "`keras.__version__` is left as it is"
    assert [d.message for d in conversion.diagnostics] == [left]


CALLBACK = """\
import numpy as np
from tensorflow import keras


class Logs(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        import tensorflow as tf
        tf.summary.scalar("loss", logs["loss"], step=epoch)


def clean():
    from tensorflow.keras import backend as K
    K.clear_session()


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones(8), callbacks=[Logs()])
"""


def test_what_is_left_in_functions_that_import_is_said() -> None:
    conversion = convert(CALLBACK)
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert [d.line for d in errors] == [8]
    assert "def clean():\n    pass\n" in conversion.text


BY_VERSION = """\
import sys

import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3)
major = int(sys.version.split(".")[0]) + len(sys.argv)


def build():
    if major == 1:
        from keras.layers import Dense
    else:
        from tensorflow.keras.layers import Dense
    return keras.Sequential([keras.Input((3,)), Dense(1)])


model = build()
model.compile("sgd", "mse")
losses = model.fit(x, x.sum(1), epochs=2, verbose=0).history["loss"]
"""


def test_branches_that_only_import_are_one(scripts: Scripts) -> None:
    result = convert(BY_VERSION, Options(exact=True)).text
    assert "if major" not in result
    assert max(scripts.compare(BY_VERSION, result).values()) < 1e-9
