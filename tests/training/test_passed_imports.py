"""Names of the framework that files have from another file of the project, not from Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

IMPORTS = """\
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers import *
from tensorflow.keras.models import Sequential
"""
COMPAT = """\
try:
    import keras
except ImportError:
    from tensorflow import keras
from tensorflow.keras import layers, backend as K
Sequential = keras.Sequential
"""
SEEDS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import Sequential

np.random.seed(3)
"""
PACKAGE = "from .common import keras\nfrom .common import layers, Sequential\n\nWIDTH = 4\n"
BUILD = """\


def build(n):
    return {0}Sequential([{0}layers.Input((n,)), {0}layers.Dense(4, activation="relu"), {1}])
"""
MAIN = """\
import numpy as np
from {net} import build{imports}

x = np.random.RandomState(0).rand(30, 4)
m = build(4)
m.compile(optimizer={optimizer}, loss="mse")
loss = m.fit(x, x.sum(1), epochs=2, shuffle=False, verbose=0).history["loss"]
"""
STYLES = {
    "star": ({"common.py": IMPORTS}, "from common import *", "", "", '"sgd"', ""),
    "star in main": (
        {"common.py": IMPORTS},
        *("from common import *", "", "\nfrom common import *", "keras.optimizers.SGD()", ""),
    ),
    "names": (
        {"common.py": COMPAT},
        *("from common import layers, Sequential", "", "", '"sgd"', ""),
    ),
    "module": ({"common.py": IMPORTS}, "import common as c", "c.", "", '"sgd"', ""),
    "in turn": (
        {"common.py": IMPORTS, "more.py": "from common import *\n\nRATE = 0.1\n"},
        *("from more import *", "", "\nfrom more import *", "keras.optimizers.SGD(RATE)", ""),
    ),
    "package": (
        {"lib/common.py": COMPAT, "lib/__init__.py": PACKAGE},
        *("from . import layers, Sequential, WIDTH", "", "", '"sgd"', "lib"),
    ),
    "both": (
        {"common.py": IMPORTS},
        *("from common import keras, layers, Sequential", "", "", '"sgd"', ""),
    ),
    "what it does": (
        {"common.py": SEEDS},
        *("from common import layers, Sequential", "", "", '"sgd"', ""),
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_files_convert_as_if_they_imported_keras(
    style: str, tmp_path: Path, session: VerifySession
) -> None:
    files, imports, prefix, also, optimizer, package = STYLES[style]
    net = f"{package}.net" if package else "net"
    last = f"{prefix}layers.Dense(1)"
    files = {
        **files,
        f"{net.replace('.', '/')}.py": f"{imports}\n{BUILD.format(prefix, last)}",
        "main.py": MAIN.format(net=net, imports=also, optimizer=optimizer),
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    for text in texts.values():
        assert "tensorflow" not in text
        assert "keras" not in text.replace("_like_keras", "")
        assert "layers" not in text
    alone = "import common\n" in texts[f"{net.replace('.', '/')}.py"]
    assert alone is (style == "what it does")
    assert_alike(tmp_path, session)


def test_what_is_read_still_stays_and_is_said(tmp_path: Path) -> None:
    net = "from common import keras, layers, Sequential\n" + BUILD.format("", "layers.Dense(1)")
    files = {
        "common.py": IMPORTS,
        "net.py": f"{net}\n\ndef old(path):\n    return keras.models.load_model(path)\n",
        "main.py": MAIN.format(net="net", imports="", optimizer='"sgd"'),
    }
    texts, errors = converted(tmp_path, files)
    assert [error.partition(": ")[0] for error in errors] == ["common.py:4", "net.py:9"]
    assert errors[0].endswith("`keras` stays: `net.py` reads it still")
    assert texts["common.py"] == "import os\nimport numpy as np\nfrom tensorflow import keras\n"
    assert texts["net.py"].startswith("from common import keras\n")
    assert "tensorflow" not in texts["main.py"]


@pytest.mark.parametrize("also", ["", "from pipes import AUTOTUNE\n", "AUTOTUNE = 2\n"])
def test_shorter_names_that_others_read_no_more_go(
    also: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {
        "pipes.py": """\
import tensorflow as tf

AUTOTUNE = tf.data.AUTOTUNE


def load(x, y):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    return ds.batch(4).prefetch(buffer_size=AUTOTUNE)
""",
        "main.py": f"""\
import numpy as np
from tensorflow.keras import Sequential, layers
from pipes import load
{also}
x = np.random.RandomState(0).rand(30, 4)
m = Sequential([layers.Input((4,)), layers.Dense(1)])
m.compile("sgd", "mse")
data = load(x, x.sum(1)){".cache().prefetch(AUTOTUNE)" if "from" in also else ""}
loss = m.fit(data, epochs=2, verbose=0).history["loss"]
""",
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "AUTOTUNE" not in texts["pipes.py"]
    assert ("AUTOTUNE" in texts["main.py"]) is ("2" in also)
    assert_alike(tmp_path, session)
