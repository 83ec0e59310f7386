"""`try` and `with` of the module whose blocks end early, don't run, or surely run to their end."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import contextlib
import functools

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)


def build():
    return keras.Sequential([keras.Input((5,)), layers.Dense(1)])


def halved(e, lr):
    return lr * 0.5


def quarter():
    return keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(1)])


class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, *kinds):
        return True


@contextlib.contextmanager
def hushed():
    try:
        yield
    except ValueError:
        pass


"""
#: What is held before, what may happen to it, and what asks for it.
HELD = {
    "optimizer": ("q = keras.optimizers.Adam(0.05)", "q = keras.optimizers.SGD(0.1)"),
    "loss": ("q = 'mse'", "q = 'mae'"),
    "callbacks": (
        "q = []",
        "q = [keras.callbacks.LearningRateScheduler(halved)]",
    ),
    "filled callbacks": (
        "q = []",
        "q.append(keras.callbacks.LearningRateScheduler(halved))",
    ),
    "settings": ("q = {'loss': 'mse'}", "q['loss'] = 'mae'"),
    "builder": ("q = build", "q = quarter"),
    "layer": (
        "q = keras.Sequential([keras.Input((5,)), layers.Dense(4)])",
        "q.add(layers.Dense(3, activation='relu'))",
    ),
    "layers": ("q = [keras.Input((5,)), layers.Dense(4)]", "q.append(layers.Dense(3))"),
    "tensor": (
        "i = keras.Input((5,))\nq = layers.Dense(4)(i)",
        "q = layers.Dense(3, activation='tanh')(q)",
    ),
}
FIT = "h = m.fit(x, y, epochs=2, batch_size=8, verbose=0).history['loss']\n"
ASKED = {
    "optimizer": "m = build()\nm.compile(q, 'mse')\n" + FIT,
    "loss": "m = build()\nm.compile('sgd', q)\n" + FIT,
    "callbacks": "m = build()\nm.compile('sgd', 'mse')\n" + FIT.replace("e=0", "e=0, callbacks=q"),
    "settings": "m = build()\nm.compile('sgd', q['loss'])\n" + FIT,
    "builder": "m = q()\nm.compile('sgd', 'mse')\n" + FIT,
    "layer": "m = q\nm.add(layers.Dense(1))\nm.compile('sgd', 'mse')\n" + FIT,
    "layers": "m = keras.Sequential(q + [layers.Dense(1)])\nm.compile('sgd', 'mse')\n" + FIT,
    "tensor": "m = keras.Model(i, layers.Dense(1)(q))\nm.compile('sgd', 'mse')\n" + FIT,
}
ASKED["filled callbacks"] = ASKED["callbacks"]
WAYS = {
    "behind what lacks a name": "try:\n    get_ipython()\n    {}\nexcept NameError:\n    pass",
    "behind what lacks a type": "try:\n    len(5)\n    {}\nexcept TypeError:\n    pass",
    "behind a missing name of Python": (
        "try:\n    from collections import Mapping\n    {}\nexcept ImportError:\n    pass"
    ),
    "behind a failure": "try:\n    int('x')\n    {}\nexcept ValueError:\n    pass",
    "in a handler that runs": "try:\n    get_ipython()\nexcept NameError:\n    {}",
    "in a handler that doesn't": "try:\n    int('7')\nexcept ValueError:\n    {}",
    "in an else that doesn't run": (
        "try:\n    int('x')\nexcept ValueError:\n    pass\nelse:\n    {}"
    ),
    "in an else that runs": "try:\n    int('7')\nexcept ValueError:\n    pass\nelse:\n    {}",
    "under an object that lets pass": "with Quiet():\n    int('x')\n    {}",
    "under a function that lets pass": "with hushed():\n    int('x')\n    {}",
    "under another name": (
        "from contextlib import suppress as calm\nwith calm(ValueError):\n    int('x')\n    {}"
    ),
    "under a variable": (
        "calm = contextlib.suppress(ValueError)\nwith calm:\n    int('x')\n    {}"
    ),
    "in an inner handler that raises": (
        "try:\n    try:\n        int('x')\n    except ValueError:\n        {}\n        raise\n"
        "except ValueError:\n    pass"
    ),
    "behind what leaves the program": (
        "import sys\ntry:\n    sys.exit(1)\n    {}\nexcept SystemExit:\n    pass"
    ),
    "under an object of before": "calm = Quiet()\nwith calm:\n    int('x')\n    {}",
    "under what a function gives": (
        "def calm():\n    return Quiet()\nwith calm():\n    int('x')\n    {}"
    ),
    "behind what goes on in a branch": (
        "for s in ['x']:\n    if s:\n        try:\n            int(s)\n"
        "        except ValueError:\n            continue\n    {}"
    ),
    "behind another branch that goes on": (
        "for s in ['x']:\n    if not s:\n        pass\n    else:\n        try:\n"
        "            int(s)\n        except ValueError:\n            continue\n    {}"
    ),
    "behind a body that goes on": (
        "for s in ['7']:\n    try:\n        int(s)\n        continue\n"
        "    except ValueError:\n        pass\n    {}"
    ),
    "behind what goes on": (
        "for s in ['x']:\n    try:\n        int(s)\n    except ValueError:\n"
        "        continue\n    {}"
    ),
}
#: What surely runs to its end: nothing is refused.
SURE = {
    "whatever interrupts": "try:\n    print(len(x))\n    {}\nexcept KeyboardInterrupt:\n    pass",
    "of Keras": "try:\n    {}\nexcept (AttributeError, TypeError):\n    q = None",
    "of Python": "try:\n    import json\n    {}\nexcept ImportError:\n    q = None",
}


def compared(scripts: Scripts, program: str) -> list[str]:
    """The errors of a conversion; where there are none, it gives the same numbers."""
    made = convert(program, Options(exact=True))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    if not errors:
        apart = scripts.compare(program, made.text)
        assert "h" in apart
        assert max(apart.values()) < 1e-9, apart
    return errors


@pytest.mark.parametrize("what", HELD)
@pytest.mark.parametrize("way", WAYS)
def test_what_may_not_have_happened_is_not_taken(way: str, what: str, scripts: Scripts) -> None:
    first, change = HELD[what]
    compared(scripts, f"{HEAD}{first}\n{WAYS[way].format(change)}\n{ASKED[what]}")


@pytest.mark.parametrize("what", ["optimizer", "loss", "callbacks", "builder"])
@pytest.mark.parametrize("way", SURE)
def test_what_cannot_fail_is_taken(way: str, what: str, scripts: Scripts) -> None:
    first, change = HELD[what]
    assert not compared(scripts, f"{HEAD}{first}\n{SURE[way].format(change)}\n{ASKED[what]}")


@pytest.mark.parametrize("end", ["finally:\n    print(1)", "except ValueError:\n    raise"])
def test_nothing_comes_behind_a_failure(end: str) -> None:
    first, change = HELD["layer"]
    program = f"{HEAD}{first}\ntry:\n    print(len(x))\n    {change}\n{end}\n{ASKED['layer']}"
    said = [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert not any("where an attempt fails" in one for one in said), said


def test_keras_is_there_where_it_is_asked_for() -> None:
    """The usual first lines of a library, which may be without Keras: a model never is."""
    program = (
        "try:\n    import nosuchlibrary\n    from tensorflow import keras\n"
        "except ImportError:\n    keras = None\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
    )
    assert "nn.Linear(3, 1)" in convert(program).text


GROWTH = "tf.config.experimental.set_memory_growth(tf.config.list_physical_devices('GPU')[0], True)"
#: Statements that go, and what depends on whether they fail.
DECIDING = [
    f"try:\n    {GROWTH}\n    b = 16\nexcept IndexError:\n    b = 4",
    f"try:\n    {GROWTH}\nexcept Exception:\n    b = 4",
    f"try:\n    {GROWTH}\nexcept Exception:\n    pass\nelse:\n    b = 4",
    f"with contextlib.suppress(IndexError):\n    {GROWTH}\n    b = 16",
    "try:\n    tf.keras.mixed_precision.experimental.set_policy('float32')\n"
    "except AttributeError:\n    b = 4",
    f"def gpu():\n    try:\n        {GROWTH}\n        found = True\n    except IndexError:\n"
    "        found = False\n    return found\nif gpu():\n    b = 4",
]
#: The usual ones, after which nobody asks.
SAYING = [
    "gpus = tf.config.list_physical_devices('GPU')\nif gpus:\n    try:\n        for gpu in gpus:\n"
    "            tf.config.experimental.set_memory_growth(gpu, True)\n"
    "        logical = tf.config.list_logical_devices('GPU')\n"
    "        print(len(gpus), len(logical))\n    except RuntimeError as e:\n        print(e)",
    f"try:\n    {GROWTH}\nexcept:\n    # no GPU\n    pass",
    f"def setup():\n    try:\n        {GROWTH}\n        print('ok')\n    except Exception as e:\n"
    "        print(e)\nsetup()",
    "try:\n    keras.backend.clear_session()\n    b = 16\nexcept Exception:\n    b = 4",
    "for gpu in tf.config.list_physical_devices('GPU'):\n    print(gpu)\ntry:\n"
    "    tf.config.run_functions_eagerly(False)\n    b = 16\nexcept KeyboardInterrupt:\n    b = 4",
]
FITTED = (
    "m = keras.Sequential([keras.Input((5,)), layers.Dense(1)])\nm.compile('sgd', 'mse')\n"
    "h = m.fit(x, y, epochs=2, batch_size=b, shuffle=False, verbose=0).history\n"
)


@pytest.mark.parametrize("attempt", DECIDING)
def test_what_goes_may_be_what_fails(attempt: str, scripts: Scripts) -> None:
    assert compared(scripts, f"{HEAD}import tensorflow as tf\nb = 8\n{attempt}\n{FITTED}")


@pytest.mark.parametrize("attempt", SAYING)
def test_what_only_says_that_it_failed_goes(attempt: str, scripts: Scripts) -> None:
    assert not compared(scripts, f"{HEAD}import tensorflow as tf\nb = 8\n{attempt}\n{FITTED}")
