"""Models that do not say what they take, trained on what functions of the program give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted as alone
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.given_axes import axes_of
from transpiler.verify.session import VerifySession

IMPORTS = """\
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


"""
LOAD = """\
def load(test=0.2):
    x, y = load_diabetes(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=test, random_state=0)
    scaler = StandardScaler()
    x = scaler.fit_transform(x)
    return {given}
"""
WINDOWS = """\
def windows(n=6):
    series = np.sin(np.arange(50) / 5)
    x, y = [], []
    for i in range(len(series) - n):
        x.append(series[i : i + n])
        y.append(series[i + n])
    x = np.array(x)
    return x.reshape((x.shape[0], x.shape[1], 1)), np.array(y)
"""
LOADER = """\
class Loader:
    def __init__(self, cut):
        self.images = np.random.RandomState(0).rand(40, 6, 6, 2)[:cut]

    def targets(self):
        return self.images.mean(axis=(1, 2, 3))

    def load(self):
        if len(self.images) > 10:
            return self.images[:10], self.targets()[:10]
        return self.images, self.targets()
"""
DENSE = "layers.Dense(4, activation='relu'), "
#: What the data are made by and how, the layers before the last one, the data, and a line of it.
WAYS = {
    "a tuple": (LOAD.format(given="x, scaler.transform(x_test), y, y_test"),
                "x, x_test, y, y_test = load()", DENSE, "x, y", "nn.Linear(x.shape[1], 4)"),
    "a dict": (LOAD.format(given='{"x": x, "y": y}'), "data = load()", DENSE,
               'data["x"], data["y"]', 'nn.Linear(data["x"].shape[1], 4)'),
    "sequences": (WINDOWS, "x, y = windows()",
                  "layers.LSTM(4, return_sequences=True), layers.Flatten(), ", "x, y",
                  "nn.Linear(x.shape[1] * 4, 1)"),
    "an object": (LOADER, "data = Loader(20)", "layers.Conv2D(3, 3), layers.Flatten(), ",
                  "data.images, data.targets()", "nn.Conv2d(2, 3, 3)"),
    "a method": (LOADER, "x, y = Loader(20).load()", "layers.Flatten(), " + DENSE, "x, y",
                 "nn.Linear(72, 4)"),
}  # fmt: skip
MAIN = """\
from tensorflow.keras import Sequential, layers
{imports}

{made}
model = Sequential([{before}layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({given}, epochs=2, batch_size=16, shuffle=False, verbose=0)
loss = history.history["loss"]
"""
STYLES = {
    "from": "from data import *",
    "module": "import data as source",
    "package": "from package import *",
    "one file": "",
}


def files_of(way: str, style: str) -> dict[str, str]:
    source, made, before, given, _ = WAYS[way]
    data = IMPORTS + source
    if style == "module":
        made = made.replace("= load", "= source.load").replace("= windows", "= source.windows")
        made = made.replace("= Loader", "= source.Loader")
    imports = STYLES[style] or data
    main = MAIN.format(imports=imports, made=made, before=before, given=given)
    if style == "package":
        inside = "from .data import load\n" if "def load(test" in data else "from .data import *\n"
        return {"package/__init__.py": inside, "package/data.py": data, "main.py": main}
    return {"main.py": main} if style == "one file" else {"data.py": data, "main.py": main}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("way", WAYS)
def test_sizes_of_what_functions_give(
    way: str, style: str, tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, files_of(way, style))
    assert not errors
    assert WAYS[way][-1] in texts["main.py"]
    assert_alike(tmp_path, session)


def indented(text: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in text.splitlines(True))


@pytest.mark.parametrize("declared", ["", "layers.Input(x.shape[1:]), "])
@pytest.mark.parametrize("way", ["a tuple", "sequences"])
def test_data_of_a_function(
    way: str, declared: str, tmp_path: Path, session: VerifySession
) -> None:
    files = files_of(way, "from")
    files["main.py"] = files["main.py"].replace("Sequential([", f"Sequential([{declared}")
    head, body = files["main.py"].split("\n\n")
    files["main.py"] = (
        f"{head}\n\n\ndef main():\n{indented(body)}    return loss\n\n\nloss = main()\n"
    )
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "model = Model(x.shape[1])" in texts["main.py"]
    assert_alike(tmp_path, session)


def test_a_builder_takes_the_sizes_of_the_data(tmp_path: Path, session: VerifySession) -> None:
    files = files_of("a tuple", "from")
    made = f"model = Sequential([{DENSE}layers.Dense(1)])"
    function = f"\n\ndef build():\n    {made}\n    return model\n\n\nmodel = build()"
    files["main.py"] = files["main.py"].replace(made, function)
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert WAYS["a tuple"][-1] in texts["main.py"]
    assert_alike(tmp_path, session)


CUT = "x = x.reshape(-1, 5, 2)\n"
#: What makes the sizes unknown: below the last import, before the model, and before it is trained.
UNSURE = {
    "bound between": ("", "", "x = x[:, :3]\n"),
    "an entry": ("", "data = {'x': x}\n", "data['x'] = x[:, :3]\n"),
    "another name": ("", "data = {'x': x}\nheld = data\nheld['x'] = x[:, :3]\n", ""),
    "a function": ("def cut():\n    global x\n    x = x[:, :3]\n\n\n", "", "cut()\n"),
    "in place": ("", "x.shape = (-1, 5, 2)\n", ""),
    "one of two": ("", "if y[0] > 99:\n    " + CUT, ""),
    "in a loop": ("", "for _ in range(1):\n    x = np.expand_dims(x, -1)\n", ""),
    "an attempt": ("", f"try:\n    {CUT}except ValueError:\n    pass\n", ""),
    "below": ("", "", "x, x_test, y, y_test = load()\n"),
}


@pytest.mark.parametrize("why", UNSURE)
def test_sizes_that_are_not_sure(why: str, tmp_path: Path) -> None:
    files = files_of("a tuple", "from")
    top, before, between = UNSURE[why]
    made = "x, x_test, y, y_test = load()\n"
    text = files["main.py"].replace(made, top + ("" if why == "below" else made) + before)
    text = text.replace("model.compile", f"{between}model.compile")
    files["main.py"] = text.replace("fit(x,", "fit(data['x'],") if "data" in before else text
    _, errors = converted(tmp_path, files)
    assert any("how many inputs it has is not known" in error for error in errors), errors


#: Expressions, and the lengths of the axes of what they give.
EXPRESSIONS = {
    "np.zeros((5, 4))[1:, None]": (None, 1, 4),
    "np.random.rand(5, 4, 3)[..., 0]": (5, 4),
    "np.random.normal(0, 1, (5, 4)).mean(axis=-1)": (5,),
    "np.concatenate([np.ones((5, 4)), np.ones((3, 4))])": (None, None),
    "np.vstack([np.ones(4), np.ones(4)])": None,
    "np.random.rand(5, 4) / 2 - np.ones(4)": (5, 4),
    "np.random.rand(5, 4).T": (4, 5),
    "unknown.reshape(-1, 7, n)": (None, 7, None),
    "unknown.reshape(shape)": None,
    "unknown[:, 0]": None,
    "pd.read_csv('a').iloc[:, 1:].values": (None, None),
    "pd.read_csv('a')['a'].values": (None,),
    "pd.read_csv('a', chunksize=9)": None,
    "load_diabetes(return_X_y=True)[1]": (None,),
    "load_diabetes().data": (None, None),
    "train_test_split(np.ones((5, 4)), test_size=2)[1]": (None, 4),
    "(np.ones(4) if n else np.ones((4, 4)))": None,
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_axes_of_expressions(expression: str) -> None:
    text = f"{IMPORTS}import pandas as pd\n"
    assert axes_of(text, "", 99, expression) == EXPRESSIONS[expression]


@pytest.mark.parametrize(
    "body",
    [
        "    def inner():\n        nonlocal x\n        x = x[0]\n    inner()\n    return x",
        "    print((x := x[0]))\n    return x",
        "    if n:\n        return x\n    return x[0]",
        "    try:\n        x = x[0]\n    except ValueError:\n        pass\n    return x",
        "    yield x",
        "    del x\n    return x",
    ],
)
def test_what_functions_may_give(body: str) -> None:
    text = f"{IMPORTS}def load(n=0):\n    x = np.ones((5, 4))\n{body}\n"
    assert axes_of(text, "", 99, "load()") is None
    assert (
        axes_of(f"{IMPORTS}@cached\ndef load():\n    return np.ones(4)\n", "", 99, "load()") is None
    )


@pytest.mark.parametrize(
    ("around", "sizes"),
    [
        ("if n:\n    x = x[0]\nelse:\n    HERE", (5, 4)),
        ("if n:\n    x = x[0]\n    HERE", (4,)),
        ("try:\n    x = x[0]\n    HERE\nfinally:\n    pass", (4,)),
        ("try:\n    x = x[0]\nexcept ValueError:\n    HERE", None),
        ("while n:\n    HERE\n    x = x[0]", None),
        ("for n in range(3):\n    HERE", (5, 4)),
        ("for n in range(3):\n    x = np.ones(4)\n    HERE", (4,)),
        ("with n as x:\n    HERE", None),
        ("def inner():\n    x = np.ones(4)\n    HERE", None),
        ("class Inner:\n    x = np.ones(4)\n    HERE", None),
        ("match n:\n    case x:\n        HERE", None),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_axes_in_the_middle(around: str, sizes: tuple[int, ...] | None, inside: bool) -> None:
    text = f"x = np.ones((5, 4))\n{around}\n"
    text = f"def run():\n{indented(text)}" if inside else text
    line = (IMPORTS + text).splitlines().index(next(s for s in text.splitlines() if "HERE" in s))
    if around.startswith("def") and not inside:
        sizes = (4,)  # the function itself
    assert axes_of(IMPORTS + text, "", line + 1, "x") == sizes


EMBEDDED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.randint(0, 30, (40, 7)), rng.randint(0, 2, (40, 1))
{made}
model.compile("sgd", "binary_crossentropy")
losses = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history["loss"]
"""
LISTED = (
    "model = keras.Sequential([layers.Embedding(30, 4), layers.Flatten(), "
    "layers.Dense(1, activation='sigmoid')])"
)


@pytest.mark.parametrize("made", [f"{LISTED}\nmodel.build((None, 7))", LISTED])
def test_so_many_words_as_the_data_have(made: str, scripts: Scripts) -> None:
    text = EMBEDDED.format(made=made)
    after = alone(text, Options(exact=True))
    assert "nn.Linear(28, 1)" in after
    apart = scripts.compare(text, after)
    assert max(apart.values()) < 1e-9, apart


def test_an_input_of_any_length_stays_one() -> None:
    any_length = LISTED.replace("[", "[layers.InputLayer(shape=(None,)), ", 1)
    said = convert(EMBEDDED.format(made=any_length)).diagnostics
    assert any("is not known before the first batch" in one.message for one in said)
