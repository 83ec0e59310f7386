"""Lists and dicts that loops fill, and ask whether anything is in them yet."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

random = np.random.RandomState(0)
x, y = random.rand(40, 5), random.rand(40, 1)
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=4, batch_size=8, verbose=0).history["loss"]
seen, last = [], {{}}
{rounds}
found = [*seen, *last.values()]
"""
FIT = 'model.fit(x, y, {}batch_size=8, verbose=0).history["loss"][0]'
ROUNDS = {
    "smoothed": "for v in losses:\n" "    seen.append(0.9 * seen[-1] + 0.1 * v if seen else v)",
    "grown": "for v in [3.0, 2.0, 1.0]:\n    seen += [0.9 * seen[-1] + 0.1 * v if seen else v]",
    "a dict": 'for v in [3.0, 2.0, 1.0]:\n    last["v"] = last["v"] + v if last else 0.0',
    "counted": "for v in [3.0, 2.0]:\n    last[v] = len(last) if last else -1.0",
    "or": "for k in [1.0, 2.0]:\n    seen.append((seen or [9.0])[0] + k)",
    "and": "for k in [1.0, 2.0]:\n    seen.append((seen and seen[0] * 2.0) or k)",
    "while": "while len(seen) < 3:\n    seen.append(2.0 * seen[-1] if seen else 1.0)",
    "rates": "for _ in range(3):\n    rate = 0.1 * seen[-1] if seen else 0.1\n"
    '    model.compile(keras.optimizers.SGD(rate), "mse")\n'
    f"    seen.append({FIT.format('')})",
    "epochs": f"for _ in range(3):\n    seen.append({FIT.format('epochs=2 if seen else 1, ')})",
    "branches": "for _ in range(3):\n    if not seen:\n"
    '        model.compile(keras.optimizers.SGD(0.2), "mse")\n'
    f"    seen.append({FIT.format('')})",
}


@pytest.mark.parametrize("way", ROUNDS)
@pytest.mark.parametrize("inside", [False, True], ids=["module", "function"])
def test_the_loop_asks_in_each_round(way: str, inside: bool, scripts: Scripts) -> None:
    rounds = ROUNDS[way]
    if inside and "compile" not in rounds and "+=" not in rounds:
        body = rounds.replace("\n", "\n    ")
        rounds = f"\n\ndef go():\n    {body}\n\n\ngo()"
    program = PROGRAM.format(rounds=rounds)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart
