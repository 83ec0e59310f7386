"""Models that are loaded from a file that the script itself has written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

WORST = 'keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True, mode="max")'
ASKED = "later = best.evaluate(x, y, verbose=0)\nguess = best.predict(x, verbose=0)\n"
LOADED = f'best = keras.models.load_model("best.keras")\n{ASKED}'


def trial(after: str, callbacks: str = WORST) -> Trial:
    fit = f", validation_split=0.2, callbacks=[{callbacks}]" if callbacks else ""
    return Trial(targets="rows", fit=fit, after=after)


AS_MODEL = (
    LOADED.replace("best =", "model =").replace("best.", "model.").replace('"model.', '"best.')
)
SAVED = LOADED.replace("best.keras", "all.keras")
TRIALS = [
    trial(LOADED),
    trial(AS_MODEL),
    trial(f'model.save("all.keras")\nmodel.fit(x, y)\n{SAVED}'),
    trial(LOADED.replace(")\nlater", ", compile=True)\nlater", 1)),
    # where the file is, is only known when the program runs
    trial(
        'p = os.path.join(os.getcwd(), "a")\nmodel.save(p + ".keras")\nmodel.fit(x, y)\n'
        + LOADED.replace('"best.keras"', 'p + ".keras"')
    ),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("one", TRIALS, ids=range(len(TRIALS)))
def test_the_weights_are_those_of_the_file(one: Trial, scripts: Scripts, tmp_path: Path) -> None:
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{one.text}"
    new = converted(text)
    apart = scripts.compare(text, new)
    assert {"later", "guess"} <= apart.keys()
    # a model that takes the name of the one that was trained is another object in Keras
    known = {k: v for k, v in apart.items() if not (one.after == AS_MODEL and "model 0" in k)}
    assert max(known.values()) < 1e-9, apart
    without = "\n".join(line for line in new.split("\n") if ".load_state_dict(" not in line)
    assert scripts.compare(text, without)["guess"] > 1e-3


MORE = (
    'more = best.fit(x, y, epochs=2, verbose=0).history["loss"]\n'
    "here = best.evaluate(x, y, verbose=0)\n"
)
GO_ON = {
    "under another name": (
        f'model.save("all.keras")\n{SAVED}{MORE}rest = model.fit(x, y, verbose=0)\n'
    ),
    "under its own": (
        f'path = "all.keras"\nmodel.save(path)\ndel model\n{SAVED}{MORE}'
        .replace("best", "model").replace('load_model("all.keras")', "load_model(path)")
    ),
}  # fmt: skip


@pytest.mark.parametrize("after", GO_ON.values(), ids=GO_ON)
def test_the_optimizer_goes_on_as_it_was_saved(
    after: str, scripts: Scripts, tmp_path: Path
) -> None:
    one = Trial(targets="rows", optimizer="keras.optimizers.SGD(0.05, momentum=0.9)", after=after)
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{one.text}"
    apart = scripts.compare(text, converted(text))
    assert {"more", "here"} <= apart.keys()
    assert max(v for k, v in apart.items() if "model 0" not in k or "del" not in after) < 1e-9


SECOND = """\
import os

import numpy as np
import tf_keras as keras

os.chdir({folder!r})
x = np.random.RandomState(0).rand(32, 3)
y = x.sum(1)
model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
model.compile({optimizer}, "mse")
model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
{rate}
model.save("{file}")
{loaded} = keras.models.load_model("{file}")
more = {loaded}.fit(x, y, batch_size=8, shuffle=False, verbose=0)
guess = {loaded}.predict(x, verbose=0)
"""
BY_HAND = "keras.backend.set_value(model.optimizer.lr, 0.1)"
BY_CALLBACK = (
    "steps = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)\n"
    "model.fit(x, y, shuffle=False, verbose=0, callbacks=[steps])"
)


@pytest.mark.sample(3)
@pytest.mark.parametrize("loaded", ["model", "again"])
@pytest.mark.parametrize(
    ("optimizer", "file", "rate"),
    [
        ('"adam"', "all.keras", BY_HAND),
        ('"sgd"', "all.keras", BY_CALLBACK),
        ('"adam"', "all.h5", BY_HAND),
        ('"adam"', "all", ""),
        ('"adam"', "all", BY_CALLBACK),
        ("keras.optimizers.Adam(0.05)", "all.keras", BY_CALLBACK),
        ("keras.optimizers.legacy.Adam(0.05)", "all.keras", BY_HAND),
    ],
)
def test_the_files_of_keras_2_hold_a_part_of_what_the_optimizer_knows(
    optimizer: str, file: str, rate: str, loaded: str, scripts: Scripts, tmp_path: Path
) -> None:
    given = {"optimizer": optimizer, "file": file, "rate": rate, "loaded": loaded}
    text = SECOND.format(folder=str(tmp_path), **given)
    new = convert(text, Options(exact=True))
    assert not [d for d in new.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, new.text, keras="2")
    assert "guess" in apart
    # a model that takes the name of the one that was trained is another object in Keras
    assert max(v for k, v in apart.items() if "model 0" not in k or loaded != "model") < 1e-9, apart


@pytest.mark.parametrize("rate", ["optimizer.learning_rate = 0.1", "optimizer.lr.assign(0.1)"])
def test_a_rate_that_is_set_after_saving_is_not_in_the_file(rate: str) -> None:
    after = f'model.save("all.keras")\nmodel.{rate}\n{SAVED}best.fit(x, y)\n'
    errors = [d for d in convert(trial(after).text).diagnostics if d.severity is Severity.ERROR]
    assert errors


REFUSED = [
    f'model.save("all.keras")\nmodel.fit(x, y)\n{SAVED}best.fit(x, y)\n',
    f'model.save("all.keras")\nshow("all.keras")\n{SAVED}best.fit(x, y)\n',
    f'model.save("best.keras")\n{LOADED}best.fit(x, y)\n',
    LOADED.replace("best.keras", "other.keras"),
    f"{LOADED}best.fit(x, y)\n",
    f'{LOADED}best.compile("sgd", "mse")\n',
    f'model.compile("sgd", "mae")\n{LOADED}',
    f"del model\n{LOADED}",
    f"model = None\n{LOADED}",
    f"path = str(len(x))\n{LOADED}".replace('"best.keras")', "path)"),
]


@pytest.mark.parametrize("after", REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_known_to_be_the_same_model_is_said(after: str) -> None:
    conversion = convert(trial(after).text)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert errors
    assert "keras.models.load_model(" in conversion.text


GO = "model.fit(x, y, verbose=0)"
RATE = "float(model.optimizer.learning_rate)"
SET = "model.optimizer.learning_rate = 0.1"
MOMENTUM = "keras.optimizers.SGD(0.1, momentum=0.9)"
PLATEAU = f'{GO[:-1]}, callbacks=[keras.callbacks.ReduceLROnPlateau("loss")])'


@pytest.mark.parametrize(
    ("optimizer", "file", "after", "said"),
    [
        ('"adam"', "best.weights.h5", GO, Severity.ERROR),
        ('"adam"', "best", GO, Severity.ERROR),
        ('"adam"', "best.h5", GO, None),
        ('"adam"', "best.weights.h5", f"for _ in range(2):\n    {GO}", Severity.ERROR),
        ('"sgd"', "best.weights.h5", GO, None),
        (MOMENTUM, "best.weights.h5", GO, Severity.ERROR),
        ('"adam"', "best.weights.h5", "", None),
        ('"sgd"', "best.weights.h5", PLATEAU, Severity.ERROR),
        ('"sgd"', "best.weights.h5", f"print({RATE})\n{SET}", Severity.ERROR),
        ('"sgd"', "best.weights.h5", SET, None),
        ('"sgd"', "best.weights.h5", f"{SET}\n{GO}", None),
        ('"sgd"', "best.weights.h5", f"{GO}\n{SET}", Severity.ERROR),
        (MOMENTUM, "best.weights.h5", f"{SET}\n{GO}", Severity.ERROR),
        ('"sgd"', "best.weights.h5", f"print({RATE})", None),
    ],
)
def test_the_state_of_the_optimizer_is_not_in_the_file(
    optimizer: str, file: str, after: str, said: Severity | None
) -> None:
    """Keras writes it into a file of weights, too, and brings it back; seen in Keras 3.15."""
    text = "\n".join(
        [
            "from tensorflow import keras",
            "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])",
            f'model.compile({optimizer}, "mse")',
            "model.fit(x, y, verbose=0)",
            f'model.save_weights("{file}")',
            "model.fit(x, y, verbose=0)",
            f'model.load_weights("{file}")',
            after,
            "",
        ]
    )
    found = [d for d in convert(text).diagnostics if "what the optimizer knew" in d.message]
    assert [d.severity for d in found] == ([said] if said is not None else [])


@pytest.mark.parametrize(
    ("saved", "loaded", "torchs"),
    [
        ("'best.h5'", "best.h5", "best.pt"),
        ("'best' + '.h5'", "best.h5", "best.h5"),
        ("os.path.join('kept', 'best.h5')", "kept/best.h5", "kept/best.h5"),
        ("f'best{1}.h5'", "best1.h5", "best1.h5"),
        ("'best%d.h5' % 1", "best1.h5", "best1.h5"),
        ("'best%d.hdf5' % 1", "other.h5", "other.pt"),
    ],
)
def test_a_file_is_read_by_the_name_that_it_was_written_under(
    saved: str, loaded: str, torchs: str
) -> None:
    """A name that the program puts together stays as it is, with Keras's ending."""
    after = f"model.save_weights({saved})\nmodel.load_weights('{loaded}')\n"
    text = converted(f"import os\n\n{trial(after, '').text}")
    assert f'torch.load("{torchs}"' in text.replace("'", '"')


@pytest.mark.parametrize(
    "sought",
    [
        "max(glob.glob('kept/*.h5'), key=os.path.getctime)",
        "sorted(Path('kept').glob('*.weights.h5'))[-1]",
        "[f for f in os.listdir('kept') if f.endswith('.h5')][-1]",
        "os.path.join('kept', 'best' + '.weights.h5')",
        "re.findall(r'best.*\\.h5$', names)[0]",
        "'kept/%s.weights.h5' % 'best'",
        "'kept/{}.weights.h5'.format('best')",
        "'kept/{name}.weights.h5'.format(name='best')",
    ],
)
def test_files_that_the_program_looks_for_keep_their_endings(sought: str) -> None:
    head = "import glob\nimport os\nimport re\nfrom pathlib import Path\n\nnames = ''\n"
    after = f"model.save_weights('kept/best.weights.h5')\nmodel.load_weights({sought})\n"
    text = converted(f"{head}{trial(after, '').text}")
    assert 'torch.save(model.state_dict(), "kept/best.weights.h5")' in text.replace("'", '"')
    text = converted(f"{head}{trial(after.replace(sought, repr('b.h5')), '').text}")
    assert 'torch.save(model.state_dict(), "kept/best.pt")' in text


ROUNDS = """\
from tensorflow import keras

x, y = [[1.0, 2.0]] * 8, [1.0] * 8
best = None
for units in (2, 3):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    {inside}
{outside}
loaded = keras.models.load_model("best.keras")
"""


def test_two_files_of_one_name_stay_two(scripts: Scripts) -> None:
    text = (
        "import numpy as np\nfrom tensorflow import keras\n\n"
        "x = np.random.default_rng(0).normal(size=(20, 3))\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\nmodel.fit(x, x[:, 0])\nmodel.save_weights("a.weights.h5")\n'
        'model.fit(x, x[:, 1])\nmodel.save("a.keras")\nmodel.load_weights("a.weights.h5")\n'
        "prediction = model.predict(x)\n"
    )
    result = converted(text)
    assert 'torch.save(model.state_dict(), "a.weights.h5")' in result
    assert 'torch.save(model.state_dict(), "a.keras")' in result
    apart = scripts.compare(text, result)
    assert apart["prediction"] < 1e-9


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ('model.save("best.keras")', ""),
        ("best = model if units < 3 else best", 'best.save("best.keras")'),
        ("if units < 3:\n        best = model", 'best.save("best.keras")'),
    ],
)
def test_the_model_may_be_that_of_another_round(inside: str, outside: str) -> None:
    found = convert(ROUNDS.format(inside=inside, outside=outside))
    assert "keras.models.load_model" in found.text
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("load_model` is left as it is: " in message for message in errors), errors


def test_what_to_do_with_a_file_of_keras_is_said() -> None:
    text = 'import keras\n\nmodel = keras.models.load_model("old.h5")\nmodel.predict(x)\n'
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("make the model here, and convert the weights" in message for message in said)


OUT_OF_KERAS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(4, 8, 8, 3))
images = keras.Input((8, 8, 3))
found = keras.layers.Conv2D(4, 3, activation="relu")(images)
found = keras.layers.BatchNormalization()(found)
found = keras.layers.Flatten()(found)
model = keras.Model(images, keras.layers.Dense(2)(found))
shapes = [(3, 3, 3, 4), (4,), (4,), (4,), (4,), (4,), (144, 2), (2,)]
np.savez("weights.npz", *[rng.uniform(0.1, 1, size=shape) for shape in shapes])
model.set_weights(list(np.load("weights.npz").values()))
answer = model.predict(x, verbose=0)
"""


def test_weights_come_out_of_files_of_keras_as_arrays(scripts: Scripts) -> None:
    apart = scripts.compare(OUT_OF_KERAS, converted(OUT_OF_KERAS))
    assert "answer" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_loads_a_file_of_keras_says_how_to_convert_it() -> None:
    text = OUT_OF_KERAS.partition("shapes =")[0]
    for loading in ('model.load_weights("old.h5")\n', 'old = keras.models.load_model("old.h5")\n'):
        said = [d.message for d in convert(text + loading).diagnostics]
        assert any("`np.savez(FILE, *model.get_weights())`" in one for one in said), said


SAVES = "keras.callbacks.ModelCheckpoint('a.weights.h5', 'loss', save_weights_only=True)"


@pytest.mark.parametrize(
    ("after", "callbacks", "said"),
    [
        ("model.save_weights('a.weights.h5')\nmodel.load_weights('a.weights.h5')\n", "", False),
        ("model.load_weights('a.weights.h5')\n", SAVES, False),
        ("model.load_weights('b.weights.h5')\n", SAVES, True),
        ("model.load_weights('a.weights.h5')\nmodel.save_weights('a.weights.h5')\n", "", True),
        (
            "p = 'a.weights.h5'\nmodel.save_weights(p)\np = 'b.weights.h5'\n"
            "model.load_weights(p)\n",
            "",
            True,
        ),
        (
            "if x[0, 0] > 9:\n    model.save_weights('a.weights.h5')\n"
            "model.load_weights('a.weights.h5')\n",
            "",
            True,
        ),
    ],
)
def test_files_that_it_has_not_written_are_told(after: str, callbacks: str, said: bool) -> None:
    found = convert(trial(after, callbacks).text).diagnostics
    assert any("Keras has written must be converted" in d.message for d in found) is said
