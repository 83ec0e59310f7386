"""Each callback: the same decisions, and so the same histories and weights."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

C = "keras.callbacks"
MANY = ", validation_split=0.2"


def trial(callbacks: str, epochs: int = 12, before: str = "", rate: float = 0.3) -> Trial:
    return Trial(
        targets="rows",
        optimizer=f"keras.optimizers.SGD({rate})",
        metrics='["mae"]',
        fit=f", validation_split=0.2, callbacks=[{callbacks}]".replace("3", "3"),
        before=before,
    )


CALLBACKS = [
    f"{C}.EarlyStopping()",
    f"{C}.EarlyStopping(patience=2)",
    f'{C}.EarlyStopping(monitor="loss", patience=1, min_delta=0.05)',
    f'{C}.EarlyStopping(monitor="val_mae", mode="min", patience=3, restore_best_weights=True)',
    f'{C}.EarlyStopping("val_loss", patience=1, mode="max", restore_best_weights=True)',
    f'{C}.EarlyStopping("val_mae", baseline=0.9, patience=2, min_delta=0.01)',
    f"{C}.EarlyStopping(patience=2, start_from_epoch=4, restore_best_weights=True)",
    f"{C}.EarlyStopping(start_from_epoch=50, restore_best_weights=True)",
    f"{C}.ReduceLROnPlateau(patience=1, mode='min')",
    f"{C}.ReduceLROnPlateau(patience=2, factor=0.5, cooldown=2, min_lr=0.01)",
    f'{C}.ReduceLROnPlateau("loss", patience=0, min_delta=0.1)',
    f"{C}.LearningRateScheduler(slower)",
    f"{C}.LearningRateScheduler(decayed)",
    f"{C}.LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch)",
    f"{C}.LearningRateScheduler(lambda epoch, lr: lr * 0.9)",
    f"{C}.TerminateOnNaN()",
    f"{C}.EarlyStopping(patience=2), {C}.ReduceLROnPlateau(patience=1)",
    f"{C}.ReduceLROnPlateau(patience=0, min_delta=1.0), {C}.LearningRateScheduler(decayed)",
    f'{C}.ModelCheckpoint("best.keras", save_best_only=True)',
    f'{C}.ModelCheckpoint("best.keras", save_best_only=True, initial_value_threshold=0.9)',
    f"{C}.EarlyStopping(min_delta=-0.05, patience=1), {C}.TerminateOnNaN(raise_error=True)",
    f'{C}.EarlyStopping("loss", patience=1, min_delta=0.01, restore_best_weights=True), '
    f"{C}.EarlyStopping(patience=1, min_delta=0.03, restore_best_weights=True)",
    f'{C}.ModelCheckpoint("w-{{epoch:02d}}-{{val_loss:.2f}}.weights.h5", save_weights_only=True)',
]

SCHEDULES = """\

def slower(epoch):
    return 0.1 / (epoch + 1)


def decayed(epoch, lr):
    return lr * 0.8

"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("callbacks", CALLBACKS)
def test_decides_equally(
    callbacks: str, scripts: Scripts, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = trial(callbacks, before=SCHEDULES).text.replace("epochs=3", "epochs=12")
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{text}"
    far, apart = farthest(scripts, text)
    assert far < 1e-7, apart  # Keras keeps the learning rate in float32


@pytest.mark.parametrize(("smallest", "names"), [("", True), (", min_lr=1e-5", False)])
def test_rates_that_are_small_already_are_reduced(
    smallest: str, names: bool, scripts: Scripts
) -> None:
    """Torch skips a change of no more than 1e-8 where nothing else is said."""
    reduces = f"{C}.ReduceLROnPlateau('loss', patience=0, min_delta=9, factor=0.5{smallest})"
    chosen = replace(trial(reduces), optimizer="keras.optimizers.SGD(4e-9)")
    assert ("eps=0" in converted(chosen.text)) is names
    apart = scripts.compare(chosen.text, converted(chosen.text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-7, apart


@pytest.mark.parametrize("more", ["", ", start_from_epoch=1"])
def test_the_best_weights_of_a_long_name_with_a_baseline(more: str, scripts: Scripts) -> None:
    stops = '"val_mean_absolute_error", patience=1, baseline=5, restore_best_weights=True'
    chosen = replace(trial(f"{C}.EarlyStopping({stops}{more})"), metrics='["mean_absolute_error"]')
    far, apart = farthest(scripts, chosen.text.replace("epochs=3", "epochs=12"))
    assert far < 1e-7, apart


@pytest.mark.parametrize(
    "callbacks", [CALLBACKS[0], CALLBACKS[4], f"{CALLBACKS[1]}, {CALLBACKS[18]}", CALLBACKS[8]]
)
@pytest.mark.parametrize("keras", ["2", "3"])
def test_a_first_value_that_is_no_number(
    callbacks: str, keras: str, scripts: Scripts, tmp_path: object
) -> None:
    """Keras 3 takes it for the best, and nothing is better then; to Keras 2 nothing is worse."""
    chosen = trial(callbacks, before="y[-1] = np.nan")
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{chosen.text}".replace("=3, v", "=9, v")
    exact = "Plateau" in callbacks  # else it is said
    apart = scripts.compare(text, converted(text, Options(keras=keras, exact=exact)), keras)
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-7, apart


@pytest.mark.parametrize("callbacks", [CALLBACKS[5], CALLBACKS[9]])
@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_keeps_the_rates_of_its_steps(
    callbacks: str, nesterov: bool, scripts: Scripts
) -> None:
    optimizer = f"keras.optimizers.SGD(0.2, momentum=0.8, nesterov={nesterov})"
    chosen = replace(trial(callbacks, before=SCHEDULES), optimizer=optimizer)
    far, apart = farthest(scripts, chosen.text.replace("epochs=3", "epochs=12"))
    assert far < 1e-7, apart


ASTRAY = """\
backup = keras.callbacks.BackupAndRestore({folder}, delete_checkpoint=False)
log = keras.callbacks.CSVLogger("log.csv", append={append})
model.fit(x, y, batch_size=16, epochs=2, validation_split=0.2, callbacks=[backup, log])
model.fit(x, y, batch_size=16, epochs=1)
backup = keras.callbacks.BackupAndRestore({folder})
history = model.fit("""


@pytest.mark.parametrize(("folder", "append"), [('"backup"', "True"), ("folder", "resumed")])
def test_an_interrupted_training_goes_on(
    folder: str, append: str, scripts: Scripts, tmp_path: object
) -> None:
    """From the end of its second epoch: weights, momentum and the rate of a schedule."""
    rate = "keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.7)"
    after = (
        "epochs = history.epoch\n"
        'logged = np.loadtxt("log.csv", delimiter=",", skiprows=1)\n'
        "kept = [int(os.path.exists('backup'))]\n"
    )
    text = Trial(
        optimizer=f"keras.optimizers.SGD({rate}, momentum=0.9)",
        fit=", validation_split=0.2, callbacks=[backup, log]",
        before=f"os.chdir({str(tmp_path)!r})\nopen('log.csv', 'w').close()\n"
        "folder, resumed = 'backup', len(x) > 0\n",
        after=after,
    ).text.replace("history = model.fit(", ASTRAY.format(folder=folder, append=append))
    far, apart = farthest(scripts, "import os\n\n" + text.replace("epochs=3", "epochs=4"))
    assert far < 1e-7, apart
    assert {"epochs", "logged", "kept"} <= apart.keys()


@pytest.mark.parametrize("package", ["keras", "tf_keras"])
@pytest.mark.parametrize("metrics", ["", ', metrics=["mae"]'])
def test_a_log_without_validation_has_columns_for_it(
    package: str, metrics: str, scripts: Scripts, tmp_path: object
) -> None:
    text = f"""\
import os
import numpy as np
import {package} as keras

os.chdir({str(tmp_path)!r})
x, y = np.random.default_rng(0).random((16, 4)), np.ones((16, 1))
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse"{metrics})
log = keras.callbacks.CSVLogger("log.csv")
model.fit(x, y, epochs=2, verbose=0, shuffle=False, callbacks=[log])
lines = [line.split(",") for line in open("log.csv").read().split()]
head = [len(name) for name in lines[0]]
missing = [line.count("NA") for line in lines]
names = [name.startswith("val_") for name in lines[0]]
"""
    new = converted(text, Options(exact=True))
    apart = scripts.compare(text, new, keras="2" if package == "tf_keras" else "3")
    assert {"head", "missing", "names"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_log_of_a_rate_that_two_callbacks_log_is_refused() -> None:
    """Keras logs what the first has made of it, where the second comes before the log."""
    callbacks = f"{CALLBACKS[9]}, {CALLBACKS[11]}, {C}.CSVLogger('log.csv')"
    errors = [d.message for d in convert(trial(callbacks, before=SCHEDULES).text).diagnostics]
    assert any("which others log in turn" in message for message in errors), errors


def test_checkpoints_have_the_names_that_keras_gives(tmp_path: object) -> None:
    text = converted(trial(CALLBACKS[-1]).text)
    assert 'f"w-{epoch + 1:02d}-{val_loss:.2f}.pt"' in text


@pytest.mark.parametrize(
    ("path", "saved"),
    [
        ("path", "path.format(epoch=epoch + 1)"),
        ('os.path.join(os.curdir, "best.keras")', 'os.path.join(os.curdir, "best.keras")'),
        ('f"{os.curdir}/{{loss:.2f}}.h5"', 'f"{os.curdir}/{{loss:.2f}}.h5".format(loss=loss)'),
    ],
)
def test_paths_known_at_run_time_are_filled_in_there(path: str, saved: str) -> None:
    before = "import os\n"
    if path == "path":
        before += 'path = os.path.join(os.curdir, "w-{epoch:02d}.keras")\n'
    text = converted(trial(f"{C}.ModelCheckpoint({path})", before=before).text)
    assert f"torch.save(model.state_dict(), {saved})" in text


def test_each_callback_has_variables_of_its_own() -> None:
    best = f'{C}.ModelCheckpoint("{{}}.keras", save_best_only=True)'
    text = converted(trial(f"{best.format('a')}, {best.format('b')}").text)
    assert "if saved_loss is None or val_loss < saved_loss:" in text
    assert "if saved_loss_2 is None or val_loss < saved_loss_2:" in text


def test_the_board_gets_the_values_of_each_epoch() -> None:
    board = (
        "keras.callbacks.TensorBoard('logs', histogram_freq=1, write_graph=False, profile_batch=0, "
        "write_images=True, write_steps_per_second=True, update_freq=10, embeddings_freq=1, "
        "embeddings_metadata='words')"
    )
    text = trial(board).text
    result = converted(text)
    assert "writer = SummaryWriter('logs')" in result.replace('"', "'")
    assert '    writer.add_scalar("val_mae", val_mae, epoch)\n' in result
    said = [d.message for d in convert(text).diagnostics]
    assert any("the values of each epoch are written" in message for message in said)


ABSENT = f"""\
{C}.EarlyStopping("val_mse", mode="min", restore_best_weights=True), \
{C}.ReduceLROnPlateau(patience=0), \
{C}.ModelCheckpoint("{{}}.keras", save_best_only=True)"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_values_that_no_epoch_has_change_nothing(
    keras: str, scripts: Scripts, tmp_path: object
) -> None:
    """Keras warns; Keras 3 keeps the learning rates, and each model, as no value is better."""
    count = 'kept = [len(glob.glob("*.*"))]\n'
    chosen = Trial(fit=f", callbacks=[{ABSENT.format('{epoch}')}]", after=count)
    text = f"import glob, os\n\nos.chdir({str(tmp_path)!r})\n{chosen.text}"
    conversion = convert(text, Options(keras=keras))
    said = [d.message for d in conversion.diagnostics if d.code == "T2T303"]
    assert sum("is not among the values of an epoch" in one for one in said) == 3
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    expected = scripts.original(text, keras)
    for file in os.listdir(str(tmp_path)):
        os.remove(f"{tmp_path}/{file}")
    found = scripts.replayed(conversion.text, expected)
    assert max(found.differences.values()) < 1e-7, found.differences
    assert found.values["kept"] == expected.values["kept"] == [0 if keras == "2" else 3]
    assert found.values["history"].keys() == expected.values["history"].keys()


def test_keras_3_fails_where_it_cannot_tell_what_is_better() -> None:
    text = trial(f'{C}.EarlyStopping("val_acc")').text
    three = [d for d in convert(text, Options(keras="3")).diagnostics if "fails" in d.message]
    assert [d.severity for d in three] == [Severity.ERROR]
    assert all(d.severity is not Severity.ERROR for d in convert(text).diagnostics)


@pytest.mark.parametrize("best", ["True", "False"])
def test_older_checkpoints_have_a_period(best: str, scripts: Scripts, tmp_path: object) -> None:
    after = 'kept = [len(glob.glob("*.*"))]\n'
    made = f'{C}.ModelCheckpoint("{{epoch}}.h5", save_best_only={best}, period=2)'
    text = replace(trial(made), after=after).text.replace("epochs=3", "epochs=5")
    text = f"import glob, os\n\nos.chdir({str(tmp_path)!r})\n{text}"
    expected = scripts.original(text, "2")
    for file in os.listdir(str(tmp_path)):
        os.remove(f"{tmp_path}/{file}")
    found = scripts.replayed(convert(text, Options(keras="2")).text, expected)
    assert found.values["kept"] == expected.values["kept"]


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("best", ["len(os.curdir)", "len(os.curdir) > 5 or not os.curdir"])
@pytest.mark.parametrize(("held", "mode"), [("", "min"), ("(x, y) if os.curdir else None", "max")])
def test_only_the_program_knows_whether_the_best_alone_is_saved(
    held: str, mode: str, best: str, keras: str, scripts: Scripts, tmp_path: object
) -> None:
    after = 'model.load_weights("best.weights.h5")\nkept = model.predict(x, verbose=0)\n'
    how = f'mode="{mode}", save_best_only=best, save_weights_only=True'
    chosen = replace(
        trial(f'{C}.ModelCheckpoint("best.weights.h5", {how})'),
        before=f"best = {best}\n",
        after=after,
    )
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{chosen.text}"
    text = text.replace("validation_split=0.2", f"validation_data={held}") if held else text
    expected = scripts.original(text, keras)
    found = scripts.replayed(converted(text, Options(keras=keras)), expected)
    assert np.abs(found.values["kept"] - expected.values["kept"]).max() < 1e-9
    losses = expected.values["history"]["val_loss"]
    assert losses[-1] != {"min": min, "max": max}[mode](losses)


def test_averages_that_stay_for_other_callbacks(scripts: Scripts, tmp_path: object) -> None:
    swaps = f'{C}.SwapEMAWeights(swap_on_epoch=True), {C}.ModelCheckpoint("{{epoch}}.keras")'
    chosen = replace(trial(swaps), optimizer="keras.optimizers.SGD(0.1, use_ema=True)")
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{chosen.text}"
    far, apart = farthest(scripts, text)
    assert far < 1e-7, apart
    assert 'torch.save(averaged.module.state_dict(), f"{epoch + 1}.pt")' in converted(text)
    stopping = text.replace(f"{C}.ModelCheckpoint", f"{C}.EarlyStopping(), {C}.ModelCheckpoint")
    assert any("SwapEMAWeights" in d.message for d in convert(stopping).diagnostics)


def test_a_checkpoint_is_written_before_the_training_stops() -> None:
    both = f'{C}.EarlyStopping(patience=1), {C}.ModelCheckpoint("w.keras")'
    text = converted(trial(both).text)
    assert text.index("torch.save(") < text.index("            break")


def test_the_rate_is_not_printed_between_validations(scripts: Scripts) -> None:
    """Its entry has quotes, which the line of an epoch has around it."""
    text = trial(f"{C}.LearningRateScheduler(slower)", before=SCHEDULES).text
    text = text.replace("verbose=0, validation_split", "validation_freq=2, validation_split")
    far, apart = farthest(scripts, text)
    assert far < 1e-7, apart


@pytest.mark.parametrize("epochs", ["4", "[5, 9]"])
def test_an_epoch_that_never_comes_validates_nothing(epochs: str) -> None:
    """Keras has no entry for it in the history either."""
    text = Trial(fit=f", validation_split=0.2, validation_freq={epochs}").text
    assert "val_" not in converted(text)


def test_batches_are_not_counted_from_another_epoch_than_the_first() -> None:
    """Keras counts those that it has seen; the loop counts from the epoch's number."""
    text = trial(f'{C}.ModelCheckpoint("w.keras", save_freq=5)').text
    assert "% 5 == 0" in converted(text)
    later = text.replace("validation_split", "initial_epoch=1, validation_split")
    messages = [d.message for d in convert(later).diagnostics]
    assert any("save_freq, and an initial_epoch" in message for message in messages)


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        ("EarlyStopping('loss', verbose=1)", True),
        ("ReduceLROnPlateau('loss', verbose=True)", True),
        ("ModelCheckpoint('a.keras', verbose=x.ndim)", True),
        ("EarlyStopping('loss', verbose=0)", False),
        ("ModelCheckpoint('a.keras')", False),
    ],
)
def test_what_they_would_print_is_said(callback: str, said: bool) -> None:
    found = convert(trial(f"{C}.{callback}").trained).diagnostics
    assert any("what `verbose` has it print is left out" in d.message for d in found) is said


@pytest.mark.parametrize(
    ("path", "after", "said"),
    [
        ("w-{{epoch:02d}}.weights.h5", "found = len(glob.glob('w-*'))\n", True),
        ("w-{{epoch:02d}}.weights.h5", "", False),
        ("w-{{epoch:02d}}.pt", "found = len(os.listdir('.'))\n", False),
    ],
)
def test_other_names_of_files_are_said_where_some_are_listed(
    path: str, after: str, said: bool
) -> None:
    made = f'{C}.ModelCheckpoint("{path}", save_weights_only=True)'
    result = convert("import glob, os\n" + trial(made).text + after)
    assert any("files are called `.pt` now" in d.message for d in result.diagnostics) is said
