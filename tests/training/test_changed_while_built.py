"""Functions that change what a model reads while it is built: its class reads nothing of later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared
from tests.training.test_several_files import assert_equal, converted
from transpiler.diagnostics import LEFT_CODE
from transpiler.verify.session import VerifySession

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


"""
#: How a size is held, how it is read, and what a program does to it.
CHANGES = {
    "a global": ("U = 2\ndef s():\n    global U\n    U = 4", "U", "s()"),
    "an entry": ("C = {'u': 2}\ndef s():\n    C['u'] = 4", "C['u']", "s()"),
    "an argument": ("C = {'u': 2}\ndef s(c):\n    c['u'] = 4", "C['u']", "s(C)"),
    "a class": (
        "class C:\n    u = 2\n\n    @classmethod\n    def s(cls):\n        cls.u = 4",
        "C.u",
        "C.s()",
    ),
    "an object": (
        "class C:\n    def __init__(self):\n        self.u = 2\n\n"
        "    def s(self):\n        self.u = 4\n\nc = C()",
        "c.u",
        "c.s()",
    ),
    "a condition": (
        "U = 2\ndef s():\n    global U\n    U = 4\n    return True",
        "U",
        "if s():\n    pass",
    ),
    "another method": (
        "class C:\n    u = 2\n\n    def s(self):\n        self.grow()\n\n"
        "    def grow(self):\n        self.u = 4\n\nc = C()",
        "c.u",
        "c.s()",
    ),
    "a partial function": (
        "U = 2\ndef use(u):\n    global U\n    U = u\ns = functools.partial(use, 4)",
        "U",
        "s()",
    ),
    "a hook": (
        "U, HOOKS = 2, []\ndef on(f):\n    HOOKS.append(f)\n    return f\n@on\ndef big():\n"
        "    global U\n    U = 4\ndef s():\n    for hook in HOOKS:\n        hook()",
        "U",
        "s()",
    ),
    "an attribute by its name": (
        "class C:\n    u = 2\n    def s(self):\n        self.u = 4\nc = C()",
        "c.u",
        "getattr(c, 's')()",
    ),
    "another condition": (
        "U = 2\ndef s():\n    global U\n    U = 4\n    return True",
        "U",
        "if len(x) < 3:\n    pass\nelif s():\n    pass",
    ),
    "a getter": (
        "class C:\n    u = 2\n    def s(self):\n        self.u = 4\nc = C()\n"
        "def get():\n    return c",
        "c.u",
        "get().s()",
    ),
    "a table": (
        "U = 2\ndef big():\n    global U\n    U = 4\nT = {'big': big}",
        "U",
        "T['big']()",
    ),
    "a bound method": (
        "class C:\n    u = 2\n    def s(self):\n        self.u = 4\nc = C()\ngrow = c.s",
        "c.u",
        "grow()",
    ),
    "a block": (
        "U = 2\n@contextlib.contextmanager\ndef s():\n    global U\n    U = 4\n    yield",
        "U",
        "with s():\n    pass",
    ),
}
FIT = (
    "m.compile('sgd', 'mse')\nh = m.fit(x, y, epochs=2, batch_size=8, verbose=0).history['loss']\n"
)
PLACES = {
    "between layers": (
        "m = keras.Sequential([keras.Input((5,))])\nm.add(layers.Dense({read}))\n{change}\n"
        "m.add(layers.Dense({read}))\nm.add(layers.Dense(1))\n"
    ),
    "between calls": (
        "i = keras.Input((5,))\nt = layers.Dense({read})(i)\n{change}\n"
        "t = layers.Dense({read})(t)\n"
        "m = keras.Model(i, layers.Dense(1)(t))\n"
    ),
    "behind a layer": (
        "o = layers.Dense({read})\n{change}\n"
        "m = keras.Sequential([keras.Input((5,)), o, layers.Dense(1)])\n"
    ),
    "in what it computes": (
        "i = keras.Input((5,))\nt = layers.Dense(4)(i) * {read}\n{change}\n"
        "m = keras.Model(i, layers.Dense(1)(t * {read}))\n"
    ),
    "in a function": (
        "def make():\n    i = keras.Input((5,))\n    t = layers.Dense({read})(i)\n    {change}\n"
        "    t = layers.Dense({read})(t)\n    return keras.Model(i, layers.Dense(1)(t))\n"
        "m = make()\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_class_reads_what_was_there(place: str, change: str, scripts: Scripts) -> None:
    held, read, code = CHANGES[change]
    code = code.replace("\n", "\n    ") if place == "in a function" else code
    program = PLACES[place].format(read=read, change=code)
    compared(scripts, f"{HEAD}{held}\n{program}{FIT}")


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_before_is_no_matter(change: str, scripts: Scripts) -> None:
    held, read, code = CHANGES[change]
    program = PLACES["between layers"].format(read=read, change="print(len(x))")
    errors = compared(scripts, f"{HEAD}{held}\n{code}\n{program}{FIT}")
    assert not errors or change not in ("a global", "an entry", "an argument")


@pytest.mark.parametrize(
    ("imports", "read", "change"),
    [
        ("import other", "other.U", "other.s()"),
        ("import other\nfrom other import s", "other.U", "s()"),
        ("from other import C, grow", "C['u']", "grow(C)"),
        ("from other import held", "held.u", "held.s()"),
    ],
)
def test_another_file_changes_it(
    imports: str, read: str, change: str, tmp_path: Path, session: VerifySession
) -> None:
    program = PLACES["between layers"].format(read=read, change=change)
    files = {"main.py": f"{HEAD}{imports}\n{program}{FIT}", "other.py": OTHER}
    _, errors = converted(tmp_path, files)
    if not errors:
        assert_equal(tmp_path, "main.py", session)


OTHER = """\
U = 2
C = {"u": 2}


def s():
    global U
    U = 4


def grow(c):
    c["u"] = 4


class Held:
    u = 2

    def s(self):
        self.u = 4


held = Held()
"""
SETTINGS = {
    "another module's class": (
        "class A:\n    loss = 'mse'\nclass B:\n    loss = 'mae'\nc = A\n"
        "def use():\n    global c\n    c = B\nuse()",
        "c.loss",
    ),
    "by number and any key": (
        "C = [{'loss': 'mse', 'n': 1}, {'loss': 'mse', 'n': 2}]\nfor k in range(2):\n    c = C[k]\n"
        "    for key, v in {'loss': 'mae'}.items():\n        c[key] = v",
        "C[0]['loss']",
    ),
    "by number and a dict": (
        "C = [{'loss': 'mse'}, {'loss': 'mse'}]\nnew = {'loss': 'mae'}\nfor k in range(2):\n"
        "    c = C[k]\n    c.update(new)",
        "C[0]['loss']",
    ),
    "the sections of a file": (
        "import json\nC = {'a': {'loss': 'mse'}}\n"
        'for name, d in json.loads(\'{"a": {"loss": "mae"}}\').items():\n    C[name].update(d)',
        "C['a']['loss']",
    ),
    "a function that gives several": (
        "C = {'a': {'loss': 'mse'}, 'b': {}}\ndef parts():\n    return C['a'], C['b']\n"
        "one, other = parts()\nfor key, v in {'loss': 'mae'}.items():\n    one[key] = v",
        "C['a']['loss']",
    ),
    "a class of data": (
        "from dataclasses import dataclass\nC = {'a': {'loss': 'mse'}}\n@dataclass\nclass E:\n"
        "    part: dict\n    def set(self, k, v):\n        self.part[k] = v\n"
        "e = E(C['a'])\ne.set('loss', 'mae')",
        "C['a']['loss']",
    ),
    "map": (
        "C = {'a': {'loss': 'mse'}}\ndef fix(s):\n    for k, v in {'loss': 'mae'}.items():\n"
        "        s[k] = v\n    return s\nlist(map(fix, C.values()))",
        "C['a']['loss']",
    ),
    "a dict with it inside": (
        "C = {'a': {'loss': 'mse'}}\nd = dict(base=C['a'], n=1)\ninner = d['base']\n"
        "for k, v in {'loss': 'mae'}.items():\n    inner[k] = v",
        "C['a']['loss']",
    ),
}


@pytest.mark.parametrize("way", SETTINGS)
def test_settings_are_what_they_are_by_then(way: str, scripts: Scripts) -> None:
    held, read = SETTINGS[way]
    compared(scripts, f"{HEAD}{held}\nm = build()\n{FIT.replace(repr('mse'), read)}")


def test_the_default_of_a_lambda_is_of_before(scripts: Scripts) -> None:
    program = (
        f"{HEAD}k = 1.0\nscale = lambda t, k=k: t * k\nk = 2.0\n"
        "m = keras.Sequential([keras.Input((5,)), layers.Lambda(scale), layers.Dense(1)])\n"
    )
    compared(scripts, program + FIT)


@pytest.mark.parametrize("change", ["y *= 2", "y.sort(axis=0)", "np.multiply(y, 2, out=y)", "s(y)"])
def test_tensors_are_copies_of_arrays(change: str, scripts: Scripts) -> None:
    program = (
        f"{HEAD}import tensorflow as tf\ndef s(z):\n    z *= 2\nt = tf.convert_to_tensor(y)\n"
        f"{change}\nm = build()\n{FIT.replace('x, y', 'x, t')}"
    )
    assert not compared(scripts, program)


BATCHES = """\
m = keras.Sequential()
m.add(keras.Input((5,)))
m.add(layers.Dense(4))
m.add(layers.Dense(1))
m.compile("sgd", "mse")
h = m.fit(x, y, epochs=2, batch_size=8, verbose=0).history
losses = []
for xb, yb in batches(x,
                      y, 8, rng):
    losses.append(float(m.train_on_batch(xb, yb)))
"""
OF_BATCHES = """\
import numpy as np


def batches(x, y, size, rng):
    order = np.arange(len(x))
    rng.shuffle(order)
    for start in range(0, len(x) - size + 1, size):
        yield x[order[start : start + size]], y[order[start : start + size]]
"""


def test_what_no_layer_reads_may_change(tmp_path: Path) -> None:
    main = f"{HEAD}from other import batches\nrng = np.random.RandomState(1)\n{BATCHES}"
    texts, errors = converted(tmp_path, {"main.py": main, "other.py": OF_BATCHES})
    assert not errors
    assert "for xb, yb in batches(" in texts["main.py"]


def test_messages_quote_code_on_one_line() -> None:
    said = LEFT_CODE.todo("`use(4,\n    5)` changes what it reads")
    assert said == f"# TODO(tf2torch) {LEFT_CODE.code}: `use(4, 5)` changes what it reads"
