"""Statements that share a line with others: converted on lines of their own, or left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted as several
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
import keras

x = np.random.RandomState(1).normal(size=(64, 4)); y = x[:, :1] * 2
"""
LAYERS = "keras.Sequential([\n    keras.layers.Input((4,)),\n    keras.layers.Dense(n),\n])"
COMPILE = 'm.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")'
FIT = "h = m.fit(x, y, epochs=2, batch_size=16, shuffle=False)"
TAIL = f"\n{COMPILE}\n{FIT}\n"
BUILD = f"m = build(1){TAIL}"
MADE = f"n = 1\nm = {LAYERS}\n"
SCRIPTS = {
    "a builder": f"def build(n): return {LAYERS}\n{BUILD}",
    "a builder on one line": "def build(n): return keras.Sequential("
    f"[keras.Input((4,)), keras.layers.Dense(n)])\n{BUILD}",
    "a builder with a comment": f"def build(n): return {LAYERS}  # the model\n{BUILD}",
    "a docstring": f'def build(n): "Builds."; model = {LAYERS}; return model\n{BUILD}',
    "a head of several lines": f"def build(n,\n          k=2): return {LAYERS}\n{BUILD}",
    "a graph": "def build(n): i = keras.Input((4,)); o = keras.layers.Dense(n)(i); "
    f"return keras.Model(i, o)\n{BUILD}",
    "loops and branches": "def build(n):\n    i = o = keras.Input((4,))\n"
    "    for _ in range(n): o = keras.layers.Dense(3)(o); o = keras.layers.ReLU()(o)\n"
    "    if n > 1: o = keras.layers.Dense(2)(o)\n    else: o = keras.layers.Dense(4)(o)\n"
    f"    return keras.Model(i, keras.layers.Dense(1)(o))\n{BUILD}",
    "a method": "class Maker:\n    @staticmethod\n    def build(n): return "
    "keras.Sequential([keras.Input((4,)),\n        keras.layers.Dense(n)])\n"
    f"m = Maker.build(1){TAIL}",
    "with and try": f"n = 1\nwith open('/dev/null') as f: m = {LAYERS}\n"
    f"try: {COMPILE}; {FIT}\nexcept KeyboardInterrupt: pass\n",
    "a condition": f"{MADE}if n > 0: {COMPILE}; {FIT}\nelse: h = None\n",
    "one after the other": f"n = 1; m = {LAYERS}; {COMPILE}; {FIT}; r = m.evaluate(x, y)\n",
    "a loop that trains": f"{MADE}{COMPILE}\nfor k in range(2): {FIT}\n",
    "a function that trains": f"{MADE}def train(): {COMPILE}; return m.fit(x, y, shuffle=False)\n"
    "h = train()\n",
    "layers that are added": "m = keras.Sequential(); m.add(keras.layers.Input((4,))); "
    f"m.add(keras.layers.Dense(1)){TAIL}",
    "layers added in a loop": "m = keras.Sequential([keras.Input((4,))])\n"
    f"for n in (3, 1): m.add(keras.layers.Dense(n)){TAIL}",
    "a block": "def block(t, n): return keras.layers.Dense(n)(t)\n"
    "def net(n=3): i = keras.Input((4,)); o = block(block(i, n), 1); return keras.Model(i, o)\n"
    f"m = net(){TAIL}",
    "a default": "def build(n=None):\n    if n is None: n = 1\n    for k in range(2): print(k)\n"
    f"    return {LAYERS}\nm = build(){TAIL}",
    "a callback": "class Seen(keras.callbacks.Callback):\n"
    "    def __init__(self): super().__init__(); self.seen = []\n"
    "    def on_epoch_end(self, epoch, logs=None): self.seen.append(logs['loss'])\n"
    f"{MADE}{COMPILE}\nseen = Seen()\n{FIT.replace('epochs', 'callbacks=[seen], epochs')}\n"
    "losses = seen.seen\n",
    "a bracket at the margin": "n = 1\nif True:\n    m = keras.Sequential([\n"
    f"    keras.Input((4,)),\n    keras.layers.Dense(1),\n])\n    print(n){TAIL}",
    "a string of several lines": f'if x is not None: n = 1; s = """a\n  b"""; {MADE[6:]}'
    + TAIL.replace(FIT, f"r = s; {FIT}"),
    "lines that go on": f"n = 1 + \\\n  0; m = {LAYERS}\nif n: \\\n  {COMPILE}; {FIT}\n",
    "a sign of a comment": f"{MADE}{COMPILE}\nif '#' != 'a': {FIT}\n",
    "a loss of two statements": f"def loss(t, p): e = t - p; return keras.ops.mean(e * e)\n{MADE}"
    + TAIL.replace('"mse"', "loss"),
    "a loss": f"def loss(t, p): return keras.ops.mean(\n    (t - p) ** 2)\n{MADE}"
    + TAIL.replace('"mse"', "loss"),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_gives_the_same_numbers(script: str, scripts: Scripts) -> None:
    made = convert(HEAD + script, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(HEAD + script, made.text).values()) < 1e-9


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_is_written_is_a_program(script: str) -> None:
    made = convert(HEAD + script)
    ast.parse(made.text)
    assert "y = x[:, :1] * 2" in made.text
    assert convert(made.text).text == made.text


KEPT = '''\
class Wrong(Exception): pass
def helper(a, b): return (a +
    b)
if len(x) > 3: print("many"); z = 3
else: print("few")
for k in range(3): z += k  # count
def text(n): return """
  n
x""" + \\
    str(n)
with open("/dev/null") as f: f.read(); q = 1
class Held:
    a = 1; b = 2
    def f(self): return self.a; self.b
e = {1: 2}[1:2] if 0 else text(3);
for a in "ab": \\
    print(a); print(z)
if z:
    print(1)
if z: print(1)
if z: print(1); print(2)  # twice
a = 1; b = 2; c = 3
b = 2; c = 3
b = 2
c = 3
code = """
if z:
    print(1)
"""
async def later(a): return helper(a, 1)  # type: ignore
try: z = 1; q = 2
except (KeyError, ValueError) as why: print(why); raise
finally: print("end")
g = lambda a: a; w = g(1)
'''


def test_others_share_their_lines_as_before() -> None:
    made = convert(HEAD + KEPT + MADE + TAIL).text
    assert KEPT in made
    assert HEAD.splitlines()[-1] in made


def test_diagnostics_say_the_lines_of_the_file() -> None:
    text = f"{HEAD}a = 1; b = 2\nif a: print(keras.utils.unknown(1)); c = 3\n"
    (said,) = (d for d in convert(text).diagnostics if d.severity is Severity.ERROR)
    assert said.line == text.count("\n")


@pytest.mark.parametrize(
    "line",
    [
        "def f(): x = 1; return keras.utils.unknown(1)",
        "if x.size: print(1); print(keras.utils.unknown(1)); c = 3",
        "with open('a') as a, \\\n        keras.utils.unknown(1) as b: print(a); print(b)",
        "with open('a') as a, \\\n    open('b') as b: print(a); keras.utils.unknown(1)",
        "if x.size: y = [1,\n    keras.utils.unknown(1)]; z = 2",
        "for k in range(2):\n    if k: continue\n    a = k; b = keras.utils.unknown(1)",
    ],
)
def test_diagnostics_say_the_columns_of_the_file(line: str) -> None:
    text = f"{HEAD}a = 1; b = 2\n{line}\n"
    (said,) = (d for d in convert(text).diagnostics if d.severity is Severity.ERROR)
    before = text[: text.index("keras.utils.unknown")]
    assert said.line == before.count("\n") + 1
    assert said.column == len(before) - before.rindex("\n")


def test_a_file_without_models_is_left() -> None:
    text = "x = 'keras'\nif x: y = 1; z = 2\n"
    assert not convert(text).changed
    assert convert(text).text == text


MODELS = """\
from tensorflow import keras

def build(n=1): m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(n)]); return m
def count(a): b = a + 1; return b
"""
LOOPS = """\
from tensorflow import keras

def train(m: keras.Model, x, y): n = 2; return m.fit(x, y, epochs=n)
def score(m, x, y):
    if x is None: return None
    if len(x) > 3: n = 2; print(n)
    return m.evaluate(x, y)
def count(a): b = a + 1; return b
def twice(a): return 2 * a
"""
MAIN = """\
import keras
import numpy as np
from loops import score, train, twice
from models import build

x = np.random.default_rng(0).normal(size=(20, 4))
y = x[:, :1] * twice(2)
model = build(); model.compile(keras.optimizers.SGD(0.1), "mse")
history = train(model, x, y)
loss = score(model, x, y)
"""


def test_statements_share_lines_in_other_files(tmp_path: Path, session: VerifySession) -> None:
    files = {"models.py": MODELS, "loops.py": LOOPS, "main.py": MAIN}
    texts, errors = several(tmp_path, files)
    assert not errors
    assert "def count(a): b = a + 1; return b\n" in texts["models.py"]
    assert "def twice(a): return 2 * a\n" in texts["loops.py"]
    assert (
        "    if x is None: return None\n    if len(x) > 3: n = 2; print(n)\n" in texts["loops.py"]
    )
    assert_alike(tmp_path, session)
