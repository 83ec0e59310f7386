"""Functions that compile models which nothing in the project trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted

MODELS = """\
from tensorflow import keras


def small(n):
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def large(n):
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(8), keras.layers.Dense(1)])
    model.compile(keras.optimizers.RMSprop(0.1), "mse")
    return model
"""
FIT = "history = model.fit(np.ones((20, 4)), np.ones((20, 1)), verbose=0)\n"
USES = {
    "one": "from models import small\n\nmodel = small(4)\n",
    "the other is imported": "from models import large, small\n\nmodel = small(4)\n",
    "a constant tells": """\
from models import large, small

KIND = "small"
if KIND == "small":
    model = small(4)
else:
    model = large(4)
""",
}


@pytest.mark.parametrize("way", USES)
def test_they_give_the_model_alone(way: str, tmp_path: Path) -> None:
    main = "import numpy as np\n" + USES[way] + FIT
    texts, errors = converted(tmp_path, {"main.py": main, "models.py": MODELS})
    assert not errors
    assert "compile(" not in texts["models.py"]


OTHERS = {
    "found by its name": "import models\n\nmodel = getattr(models, 'small')(4)\n",
    "in a table": """\
from models import large, small

BUILDERS = {"small": small, "large": large}
model = BUILDERS["small"](4)
""",
    "given away": "from models import large, small\n\nprint(large)\nmodel = small(4)\n",
}


@pytest.mark.parametrize("way", OTHERS)
def test_else_it_is_left(way: str, tmp_path: Path) -> None:
    main = "import numpy as np\n" + OTHERS[way] + FIT
    _, errors = converted(tmp_path, {"main.py": main, "models.py": MODELS})
    assert any("`compile` is left" in str(one) for one in errors), errors


def test_models_that_one_statement_gets_are_trained_each(tmp_path: Path) -> None:
    main = (
        "import numpy as np\nfrom models import small, large\n\nmodel, other = small(4), large(4)\n"
    )
    main += FIT + FIT.replace("model.fit", "other.fit")
    texts, errors = converted(tmp_path, {"main.py": main, "models.py": MODELS})
    assert not errors
    assert texts["main.py"].count("torch.optim.") == 2
