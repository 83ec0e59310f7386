"""Models that functions get at once from what builds and compiles them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as converted_files
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def build(units=4):
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


def train(net, epochs=2):
    history = net.fit(x, y, epochs=epochs, shuffle=False, verbose=0)
    return net, history.history["loss"]


"""
CALLS = """\
def main():
    net = 3
    return train(build(3), epochs=net)[1]


losses = train(
    build(),
    epochs=3,
)[1]
several = []
for units in (2, 3):
    several.append(train(net=build(units=units))[1])
best, more = train(build())
score = best.evaluate(x, y, verbose=0)
inner = main()
"""


def test_they_get_a_name(scripts: Scripts) -> None:
    text = converted(HEAD + CALLS, Options(exact=True))
    assert "\nnet = build()\n" in text
    assert "    net = build(units=units)\n" in text
    assert "    built_net = build(3)\n" in text
    apart = scripts.compare(HEAD + CALLS, text)
    assert {"losses", "several", "more", "score", "inner"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_no_name_hides_what_functions_read_of_the_module() -> None:
    text = converted(f"{HEAD}def show():\n    print(net)\n\n\nlosses = train(build())[1]\n")
    assert "\nbuilt_net = build()\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "losses = [train(build())[1] for _ in range(2)]\n",
        "losses = len(x) and train(build())[1]\n",
        "losses = print(x.pop()), train(build())[1]\n",
    ],
)
def test_what_may_not_come_first_is_left(text: str) -> None:
    found = convert(HEAD + text)
    assert text in found.text
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)


def test_functions_of_other_files_get_them_too(tmp_path: Path) -> None:
    head, _, rest = HEAD.partition("def build")
    builder, _, trainer = rest.partition("def train(net, epochs")
    main = "from models import build\nfrom trainer import train\n\nx, y = DATA\n"
    files = {
        "models.py": f"from tensorflow import keras\n\n\ndef build{builder.rstrip()}\n",
        "trainer.py": f"def train(net, x, y, epochs{trainer.rstrip()}\n",
        "main.py": f"import numpy as np\n\n{main}losses = train(build(2), x, y, epochs=3)[1]\n",
    }
    data = head.partition("x, y = ")[2].strip()
    files["main.py"] = files["main.py"].replace("DATA", data)
    texts, errors = converted_files(tmp_path, files)
    assert not errors, errors
    assert "\nnet = build(2)" in texts["main.py"]
    assert "train(net, criterion, optimizer, x, y, epochs=3)" in texts["main.py"]
