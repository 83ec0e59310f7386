"""Functions that get a model and hand it on to others, which train it."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

RUN = "\ndef run(model, epochs):\n    return model.fit(x, y, epochs=epochs, shuffle=False)\n"
TRIALS = {
    "once": f"{RUN}\ndef main(net, epochs=2):\n    return run(net, epochs)\nfirst = main(model)\n",
    "over-three": (
        f"{RUN}\ndef middle(net, epochs):\n    got = run(net, epochs)\n    return got\n"
        "\ndef main(model):\n    before = model.evaluate(x, y, verbose=0)\n"
        "    got = middle(model, 2)\n    return got, before\n"
        "first, second = main(model)\nthird = run(model, 1)\n"
    ),
    "twice": (
        f"{RUN}\ndef both(model):\n    a = run(model, 1)\n    return run(model, epochs=2)\n"
        "first = both(model)\nsecond = both(model)\n"
    ),
    "by-batch": (
        "\ndef step(model, n):\n    return model.train_on_batch(x[n : n + 9], y[n : n + 9])\n"
        "\ndef steps(model):\n    return [step(model, n) for n in range(3)]\nfirst = steps(model)\n"
    ),
    "of-two-models": (
        "\ndef made(units):\n    net = keras.Sequential([keras.layers.Input((6,)),"
        " keras.layers.Dense(units), keras.layers.Dense(1)])\n"
        '    net.compile("sgd", "mse")\n    return net\n'
        f"{RUN}\ndef main(model, epochs=2):\n    return run(model, epochs)\n"
        "one = made(3)\ntwo = made(4)\nfirst = main(one)\nsecond = main(two, 1)\n"
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    distance, apart = farthest(scripts, Trial(fit="", after=TRIALS[name]).text)
    assert distance < 1e-9, apart


def test_it_is_handed_on_with_what_trains_it() -> None:
    text = converted(Trial(fit="", after=TRIALS["once"]).text)
    assert "def main(net, criterion, optimizer, epochs=2):" in text
    assert "return run(net, criterion, optimizer, epochs)" in text


def test_a_call_that_is_not_seen_is_refused() -> None:
    after = f"{RUN}\ndef main(model):\n    return run(model, 2)\n\ndef other(model):\n"
    found = convert(Trial(fit="", after=f"{after}    return run(model, 3)\nmain(model)\n").text)
    assert any("for callers not seen" in d.message for d in found.diagnostics), found.diagnostics
