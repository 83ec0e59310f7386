"""Converted scripts run on a GPU as they are, and show what the program wants to see."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
import torch

from tests.golden_cases import find_cases
from tests.training.pretended_gpu import PretendedGpu, pretended_gpu
from transpiler.pipeline import convert

CASES = {c.folder.name: c for c in find_cases() if c.folder.parent.name == "training"}
DEVICE = 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'


def run(text: str) -> PretendedGpu:
    scope = {"__name__": "__main__", "__file__": "script.py"}
    output = io.StringIO()
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        pretended_gpu() as gpu,
        without_nccl(),
    ):
        exec(compile(text, "script.py", "exec"), scope)
    return gpu


@contextlib.contextmanager
def without_nccl() -> Iterator[None]:
    """Processes join by gloo, as this torch has nothing else, and part at the end of a script."""
    join = torch.distributed.init_process_group
    with (
        mock.patch("atexit.register"),
        mock.patch.object(
            torch.distributed, "init_process_group", lambda _, **given: join("gloo", **given)
        ),
    ):
        try:
            yield
        finally:
            if torch.distributed.is_initialized():
                torch.distributed.destroy_process_group()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """What is trained here is small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", CASES)
def test_trains_on_a_gpu(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["script.py"])
    text = CASES[name].read("expected.py")
    assert text.count(DEVICE) == 1
    assert run(text).steps > 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("inputs.to(device), targets.to(device)", "inputs.to(device), targets"),
        ("Model().to(device)", "Model()"),
        (".softmax(1).cpu()", ".softmax(1)"),
    ],
)
def test_a_program_for_one_device_is_found(right: str, wrong: str) -> None:
    text = CASES["classifier"].read("expected.py")
    assert right in text
    with pytest.raises((RuntimeError, TypeError), match="device"):
        run(text.replace(right, wrong))


SCRIPT = """
import numpy as np
from tensorflow import keras

x, y = np.ones((40, 3)), np.ones((40, 1))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
model.fit(x, y, epochs=3{})
"""


@pytest.mark.parametrize(
    ("verbose", "lines", "bars"),
    [
        ("", 3, 3),
        (", verbose=1", 3, 3),
        (", verbose='auto'", 3, 3),
        (", verbose=True", 3, 3),
        (", verbose=2", 3, 0),
        (", verbose=0", 0, 0),
        (", verbose=False", 0, 0),
    ],
)
def test_shows_what_is_asked_for(verbose: str, lines: int, bars: int) -> None:
    text = convert(SCRIPT.format(verbose)).text
    printed, shown = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(shown):
        exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})
    assert printed.getvalue().count("mae: ") == lines
    assert shown.getvalue().count("100%") == bars


MASKED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

words = np.random.default_rng(0).integers(0, 9, (20, 5))
model = keras.Sequential(
    [
        keras.Input((5,)),
        layers.Embedding(9, 4, mask_zero=True),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        layers.GRU(3),
        layers.Dense(1),
    ]
)
model.compile("sgd", "mse")
model.fit(words, words.mean(1), epochs=1)
"""


def test_lengths_of_packed_sequences_stay_outside_of_it() -> None:
    text = convert(MASKED).text
    assert run(text).steps > 0
    lengths = "lengths = mask.sum(1).clamp(min=1).cpu()"
    assert lengths in text
    with pytest.raises(RuntimeError, match="lengths should be on the CPU"):
        run(text.replace(lengths, lengths.removesuffix(".cpu()")))


FROZEN = """\
import numpy as np
from tensorflow import keras

x = np.random.default_rng(0).normal(size=(40, 3))


def build():
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(2)(inputs))


first = build()
{asked}
second = build()
given = second.predict(x, verbose=0)
"""


@pytest.mark.parametrize(
    "asked",
    [
        "first.trainable = False",
        "first.layers[1].trainable = False",
        "first.trainable = False\nhead = keras.Sequential([first, keras.layers.Dense(1)])",
        "count = first.count_params()",
    ],
)
def test_all_that_a_builder_gives_is_there(asked: str) -> None:
    text = convert(FROZEN.format(asked=asked)).text
    moved = "return Build().to(device)"
    assert moved in text
    run(text)
    with pytest.raises(RuntimeError, match="same device"):
        run(text.replace(moved, moved.removesuffix(".to(device)")))
