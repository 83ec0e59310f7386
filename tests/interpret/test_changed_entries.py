"""Lists inside of others that change under another name: what is built follows, or is refused."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.source.changed_entries import changed_entries

#: How a program holds a list, and how it is reached.
HELD = {
    "dict": ('BASE = {"act": "relu", "sizes": [3, 4]}', 'BASE["sizes"]'),
    "call": ('BASE = dict(act="relu", sizes=[3, 4])', 'BASE["sizes"]'),
    "inner": ('BASE = {"model": {"sizes": [3, 4]}}', 'BASE["model"]["sizes"]'),
    "list": ("BASE = [[3, 4], [5]]", "BASE[0]"),
    "name": ("BASE = [3, 4]", "BASE"),
    "class": ("class BASE:\n    sizes = [3, 4]", "BASE.sizes"),
}
#: How it gets another name, and what changes it.
CHANGED = {
    "copy": "other = {'k': {E}}.copy()\nother['k'].append(5)",
    "unpacked": "other = {**{'k': {E}}}\nother['k'] += [5]",
    "items": "other = dict({'k': {E}}.items())\nother['k'][0] = 7",
    "comprehension": "other = {k: v for k, v in {'k': {E}}.items()}\nother.get('k').append(5)",
    "update": "other = {}\nother.update(k={E})\nother['k'] += [5]",
    "loop": "for s in [{E}]:\n    s.append(5)",
    "values": "other = {'k': {E}}\nfor v in other.values():\n    v.append(5)",
    "parameter": "def grow(s, n=5):\n    s.append(n)\ngrow({E})",
    "gathered": "def grow(*a, **k):\n    a[0].append(5)\ngrow({E})",
    "keywords": "def grow(**k):\n    k['s'].append(5)\ngrow(s={E})",
    "default": "def grow(s={E}):\n    s.append(5)\ngrow()",
    "partial": "import functools\ndef grow(s):\n    s.append(5)\nfunctools.partial(grow, {E})()",
    "mapped": "list(map(lambda s: s.append(5), [{E}]))",
    "object": "class H:\n    def __init__(self, s):\n        self.s = s\nH({E}).s.append(5)",
    "returned": "def get():\n    return {E}\nget().append(5)",
    "chosen": "s = {E} if len('a') else []\ns.append(5)",
    "either": "s = {E} or []\ns.append(5)",
    "sliced": "s = {E}\ns[:] = [9]",
    "method": "add = {E}.append\nadd(5)",
    "attribute": "class N: pass\nsetattr(N, 'v', {E})\nN.v.append(5)",
}
REFUSED = ("loop", "sliced")  #: what is not followed for some of these
MODEL = """
model = keras.Sequential([keras.Input((4,))])
for size in {E}:
    model.add(keras.layers.Dense(size))
"""


@pytest.mark.parametrize(("held", "changed"), list(itertools.product(HELD, CHANGED)))
def test_a_model_has_the_sizes_that_the_list_has_then(held: str, changed: str) -> None:
    made, name = HELD[held]
    plain = f"{made}\n{CHANGED[changed]}\n".replace("{E}", name)
    conversion = convert(f"from tensorflow import keras\n{plain}{MODEL.replace('{E}', name)}")
    if any(d.severity is Severity.ERROR for d in conversion.diagnostics):
        assert changed in REFUSED
        return
    program: dict[str, Any] = {"__name__": "converted"}
    exec(plain, program)
    wanted = list(eval(name, program))
    exec(conversion.text, program)
    layers = [m for m in program["model"].modules() if isinstance(m, torch.nn.Linear)]
    assert [layer.out_features for layer in layers] == wanted


def test_a_list_that_nobody_else_changes_stays_written_out() -> None:
    held, name = HELD["dict"]
    plain = f"{held}\nlosses = {{}}\nlosses['a'] = []\nlosses['a'].append(5)\n"
    text = convert(f"from tensorflow import keras\n{plain}{MODEL.replace('{E}', name)}").text
    assert text.endswith("model = Model()\n")


@pytest.mark.parametrize(
    ("change", "follows"),
    [
        ("for v in range(1):\n    lists[v] += [5]", True),
        ("for v in range(1):\n    lists[v] *= 2", True),
        ("for v in [True]:\n    lists[v > 0].append(5)", True),
        ("for v in range(1):\n    numbers[v] += 1", False),
        ("numbers[numbers > 3] = 0", False),
        ("numbers[:, 0] = 3", False),
        ("numbers[abs(numbers) > 3] *= 2", False),
    ],
)
def test_what_only_arrays_do_changes_no_list(change: str, follows: bool) -> None:
    head = "lists, numbers = load()\nHELD = {'k': [3]}\nlists.append(HELD['k'])\n"
    assert changed_entries(f"{head}{change}\n").under("k") is follows


def test_what_models_are_given_by_keyword_is_not_kept() -> None:
    change = "def log(d, k):\n    d[k].append(1)\nlog(load(), 'k')\nstops = [3]\n"
    assert not changed_entries(f"{change}model.fit(callbacks=stops)\n").names
    own = "class T:\n    def fit(self, **given):\n        self.given = given\n"
    assert changed_entries(f"{change}{own}T().fit(callbacks=stops)\n").names == {"stops"}
