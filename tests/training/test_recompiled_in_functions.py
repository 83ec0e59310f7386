"""Functions that ask a model which is compiled again: each call is under what is in force then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
y = rng.rand(20, 1)


def score(model):
    return model.evaluate(x, y, verbose=0)


def train(model):
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


def both(model):
    return train(model) + [score(model)]


"""
MODEL = """\
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile({0})
"""
EQUAL = {
    "asked of each": (
        ("score",),
        "model.fit(x, y, shuffle=False, verbose=0)\nfound = [score(model)]\n"
        "model.compile('sgd', 'mae')\nfound.append(score(model))\n",
    ),
    "asked of the last one": (
        ("score",),
        "model.fit(x, y, shuffle=False, verbose=0)\nmodel.compile('sgd', 'mae')\n"
        "found = [score(model)]\n",
    ),
    "asked of the first one": (
        ("score",),
        "model.fit(x, y, shuffle=False, verbose=0)\nfound = [score(model)]\n"
        "model.compile('sgd', 'mae')\nmodel.fit(x, y, shuffle=False, verbose=0)\n",
    ),
    "trained under each": (
        ("train",),
        "found = train(model)\nmodel.compile('adam', 'mae')\nfound = found + train(model)\n",
    ),
    "asked of it directly, too": (
        ("score",),
        "model.fit(x, y, shuffle=False, verbose=0)\nfound = [score(model)]\n"
        "model.compile('sgd', 'mae')\nfound.append(score(model))\n"
        "found.append(model.evaluate(x, y, verbose=0))\n",
    ),
}


def _with(names: tuple[str, ...], compiled: str, rest: str) -> str:
    """The program with those of the functions."""
    head, *functions = HEAD.split("def ")
    kept = "".join(f"def {one}" for one in functions if one.partition("(")[0] in names)
    return head + kept + MODEL.format(compiled) + rest


@pytest.mark.parametrize("how", EQUAL)
def test_each_call_has_its_own_loss(how: str, scripts: Scripts) -> None:
    names, rest = EQUAL[how]
    program = _with(names, "'sgd', 'mse'", rest)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_function_of_another_file_gets_the_loss(tmp_path: Path) -> None:
    program = _with(
        (), "'sgd', 'mse'", EQUAL["asked of each"][1].replace("(model)", "(model, x, y)")
    )
    (tmp_path / "tools.py").write_text(
        "def score(model, x, y):\n    return model.evaluate(x, y, verbose=0)\n"
    )
    text, errors, _ = of_file(f"from tools import score\n{program}", tmp_path)
    assert not errors
    assert "score(model, criterion, x, y)" in text


DIFFERENT = {
    "metrics": ("'sgd', 'mse'", "'sgd', 'mse', metrics=['mae']"),
    "bounds of gradients": ("keras.optimizers.SGD(clipnorm=0.1), 'mse'", "'sgd', 'mse'"),
    "a schedule": (
        "'sgd', 'mse'",
        "keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 5)), 'mse'",
    ),
    "averages of weights": ("'sgd', 'mse'", "keras.optimizers.SGD(use_ema=True), 'mse'"),
    "weights of losses": ("'sgd', 'mse', loss_weights=[2.0]", "'sgd', 'mse'"),
}
TRAINED = "found = train(model)\nmodel.compile({0})\nfound = found + train(model)\n"


@pytest.mark.parametrize("what", DIFFERENT)
@pytest.mark.parametrize("given", [True, False], ids=["given", "of the module"])
def test_what_the_loops_do_otherwise_is_refused(what: str, given: bool, tmp_path: Path) -> None:
    first, second = DIFFERENT[what]
    program = _with(("train",), first, TRAINED.format(second))
    if not given:
        program = program.replace("train(model)", "train()")
        body = program[program.index("def train") : program.index("model = ")]
        program = program.replace(body, "") + ""
        place = program.index("found = ")
        program = program[:place] + body + program[place:]
    _, errors, _ = of_file(program, tmp_path)
    assert any("compiled in several ways" in one for one in errors), errors


def test_what_follows_training_elsewhere_is_not_trained_before_it_is_compiled(
    tmp_path: Path,
) -> None:
    """The optimizer of the other file would go on."""
    (tmp_path / "other.py").write_text(
        HEAD.partition("rng = ")[0] + "def make(x, y):\n"
        "    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])\n"
        "    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), 'mse')\n"
        "    model.fit(x, y, verbose=0)\n    return model\n"
    )
    program = (
        HEAD.partition("def score")[0] + "from other import make\n\nmodel = make(x, y)\n"
        "model.fit(x, y)\nmodel.compile('sgd', 'mae')\nmodel.fit(x, y)\n"
    )
    _, errors, _ = of_file(program, tmp_path)
    assert errors


def test_what_is_asked_before_the_file_compiles_it_is_under_what_the_other_one_says(
    tmp_path: Path,
) -> None:
    (tmp_path / "other.py").write_text(
        HEAD.partition("rng = ")[0] + "def make(x, y):\n"
        "    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])\n"
        "    model.compile('adam', 'mse')\n    model.fit(x, y, verbose=0)\n    return model\n"
    )
    program = (
        HEAD.partition("def train")[0] + "from other import make\n\nmodel = make(x, y)\n"
        "found = [score(model)]\nmodel.compile('sgd', 'mae')\nfound.append(score(model))\n"
    )
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    assert text.index("criterion = nn.MSELoss()") < text.index("[score(model, criterion)]")


def test_gradients_that_are_left_are_not_added(scripts: Scripts) -> None:
    """Of a training before that whose steps take several batches."""
    program = _with(
        (),
        "'sgd', 'mse'",
        "model.fit(x, y, shuffle=False, verbose=0)\n"
        "model.compile(keras.optimizers.SGD(0.1, gradient_accumulation_steps=2), 'mse')\n"
        "found = model.fit(x, y, batch_size=5, shuffle=False, verbose=0).history['loss']\n",
    )
    text = converted(program, Options(exact=True))
    apart = scripts.compare(program, text)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart
    without = text.replace("optimizer.zero_grad()\ntrain_loader", "train_loader")
    assert without != text
    assert max(scripts.compare(program, without).values()) > 1e-6


LOSSES = {
    "another loss behind": ("'sgd', 'mse'", "'sgd', 'mae'"),
    "a schedule behind": (
        "'sgd', 'mse'",
        "keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 5)), 'mse'",
    ),
}


@pytest.mark.parametrize("what", LOSSES)
@pytest.mark.parametrize("first", [True, False], ids=["under the first", "under the second"])
def test_a_function_under_one_of_them(what: str, first: bool, scripts: Scripts) -> None:
    before, behind = LOSSES[what]
    asks = "found = [*train(model), score(model)]\n"
    again = f"model.compile({behind})\n"
    rest = (
        f"{asks}{again}" if first else f"model.fit(x, y, verbose=0, shuffle=False)\n{again}{asks}"
    )
    program = _with(("score", "train"), before, rest)
    if first:
        program += "model.fit(x, y, verbose=0, shuffle=False)\n"
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_loss_that_no_variable_holds_is_not_given(tmp_path: Path) -> None:
    asks = "found = train(model)\nmodel.compile('sgd', 'log_cosh')\nmodel.fit(x, y, verbose=0)\n"
    _, errors, _ = of_file(_with(("train",), "'sgd', 'mse'", asks), tmp_path)
    assert any("compiled in several ways" in one for one in errors), errors


def test_a_function_evaluates_with_the_loss_that_it_is_called_under(scripts: Scripts) -> None:
    program = _with(
        ("score",),
        "'sgd', 'mse'",
        "model.fit(x, y, verbose=0, shuffle=False)\nfound = score(model)\n"
        "model.compile('sgd', 'log_cosh')\nmodel.fit(x, y, verbose=0, shuffle=False)\n",
    )
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert apart["found"] < 1e-9


def test_functions_that_call_themselves(tmp_path: Path) -> None:
    again = "    if count:\n        again(model, count - 1)\n\n\n"
    head, _, _ = HEAD.partition("def score")
    program = (
        f"{head}def again(model, count):\n    model.fit(x, y, verbose=0)\n{again}"
        f"{MODEL.format(repr('sgd') + ', ' + repr('mse'))}again(model, 2)\n"
        "model.compile('sgd', 'mae')\nagain(model, 1)\n"
    )
    _, errors, _ = of_file(program, tmp_path)
    assert errors
    assert not any("internal error" in one for one in errors), errors


BUILDER = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(20, 4), rng.rand(20, 1)


def build():
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.8), "mse", metrics=["mae"])
    return model


def ask(model):
    return {asks}


"""
FITS = "model.fit(x, y, epochs=2, shuffle=False, verbose=0).history"


@pytest.mark.parametrize("asks", [FITS, "model.evaluate(x, y, verbose=0)"])
@pytest.mark.parametrize("in_main", [False, True])
def test_a_builder_compiles_it_first(tmp_path: Path, asks: str, in_main: bool) -> None:
    """Its metrics are those of the first call; of the second one, those of the file."""
    lines = ["model = build()", "first = ask(model)"]
    lines += ['model.compile("adam", "mse", metrics=["mse"])', "second = ask(model)"]
    rest = "\n".join(lines)
    if in_main:
        rest = "def main():\n" + "\n".join(f"    {line}" for line in lines) + "\n\n\nmain()"
    _, errors, _ = of_file(f"{BUILDER.format(asks=asks)}{rest}\n", tmp_path)
    assert any("`compile` is left as it is" in error for error in errors), errors


def test_a_builder_compiles_it_alike(scripts: Scripts) -> None:
    rest = "model = build()\nfound = ask(model)\n"
    rest += 'model.compile("adam", "mae", metrics=["mae"])\nfound += ask(model)\n'
    text = BUILDER.format(asks=f'{FITS}["loss"]') + rest
    result = converted(text, Options(exact=True))
    assert scripts.compare(text, result)["found"] < 1e-9
