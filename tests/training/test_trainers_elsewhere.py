"""Classes in several files: one builds a model, another one trains it, a third one asks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

DATA = """\
import numpy as np
{imports}

random = np.random.RandomState(0)
x, y = random.rand(40, 4), random.rand(40, 1)
"""
NET = """\
from tensorflow import keras
from tensorflow.keras import layers


class Net:
    def __init__(self, config):
        self.config = config
        self.model = None
        self.build_model()

    def build_model(self):
        self.model = keras.Sequential()
        self.model.add(layers.Dense(self.config["units"], activation="relu", input_shape=(4,)))
        self.model.add(layers.Dense(1))
        self.model.compile(loss="mse", optimizer="adam", metrics=["mae"])
"""
TRAINER = """\
from tensorflow import keras


class Trainer:
    def __init__(self, model, config):
        self.model = model
        self.config = config
        self.callbacks = []
        self.init_callbacks()

    def init_callbacks(self):
        self.callbacks.append(keras.callbacks.EarlyStopping(patience=self.config["patience"]))

    def train(self, x, y):
        history = self.model.fit(
            x, y, epochs=self.config["epochs"], validation_split=0.2,
            callbacks=self.callbacks, verbose=0,
        )
        return history.history["val_loss"]
"""
OUTSIDE = {
    "net.py": NET,
    "main.py": DATA.format(imports="from net import Net")
    + """\
net = Net({"units": 5})
losses = net.model.fit(x, y, epochs=3, batch_size=16, verbose=0).history["mae"]
score, result = net.model.evaluate(x, y, verbose=0), net.model.predict(x, verbose=0)
""",
}
COMPILED_OUTSIDE = {
    "net.py": NET.replace(
        '        self.model.compile(loss="mse", optimizer="adam", metrics=["mae"])\n', ""
    ),
    "main.py": DATA.format(imports="from net import Net")
    + """\
net = Net({"units": 5})
net.model.compile("sgd", "mae")
losses = net.model.fit(x, y, epochs=3, batch_size=16, verbose=0).history["loss"]
score, result = net.model.evaluate(x, y, verbose=0), net.model.predict(x, verbose=0)
""",
}
HANDED = {
    "net.py": NET,
    "trainer.py": TRAINER,
    "main.py": DATA.format(imports="from net import Net\nfrom trainer import Trainer")
    + """\
config = {"units": 5, "epochs": 4, "patience": 2}


def main():
    net = Net(config)
    trainer = Trainer(net.model, config)
    losses = trainer.train(x, y)
    return losses, trainer.model.evaluate(x, y, verbose=0), net.model.predict(x, verbose=0)


if __name__ == "__main__":
    losses, score, result = main()
""",
}
INHERITED = {
    "base.py": """\
class BaseModel:
    def __init__(self, config):
        self.config = config
        self.model = None

    def build_model(self):
        raise NotImplementedError

    def save(self, path):
        if self.model is None:
            raise Exception("there is no model yet")
        self.model.save_weights(path)


class BaseTrain:
    def __init__(self, model, data, config):
        self.model = model
        self.data = data
        self.config = config

    def train(self):
        raise NotImplementedError
""",
    "net.py": "from base import BaseModel\n"
    + NET.replace("class Net:", "class Net(BaseModel):").replace(
        "        self.config = config\n        self.model = None\n",
        "        super().__init__(config)\n",
    ),
    "trainer.py": """\
from base import BaseTrain
from tensorflow.keras.callbacks import EarlyStopping


class Trainer(BaseTrain):
    def __init__(self, model, data, config):
        super(Trainer, self).__init__(model, data, config)
        self.losses = []
        self.callbacks = [EarlyStopping(patience=self.config["patience"])]

    def train(self):
        history = self.model.fit(
            self.data[0], self.data[1], epochs=self.config["epochs"], verbose=0,
            validation_split=0.2, callbacks=self.callbacks,
        )
        self.losses.extend(history.history["val_mae"])
""",
    "main.py": DATA.format(imports="from net import Net\nfrom trainer import Trainer")
    + """\
config = {"units": 5, "epochs": 4, "patience": 2}
net = Net(config)
trainer = Trainer(net.model, (x, y), config)
trainer.train()
losses = trainer.losses
score, result = net.model.evaluate(x, y, verbose=0), net.model.predict(x, verbose=0)
""",
}
BUILDER = {
    "nets.py": """\
from tensorflow.keras import Input, Model, layers


def build(features, units=5):
    inputs = Input((features,))
    model = Model(inputs, layers.Dense(1)(layers.Dense(units, activation="tanh")(inputs)))
    model.compile("rmsprop", "mse", metrics=["mae"])
    return model
""",
    "trainer.py": """\
class Trainer:
    def __init__(self, model, train, epochs=3):
        self.model = model
        self.x, self.y = train
        self.epochs = epochs
        self.history = None

    def fit(self, callbacks=None):
        self.history = self.model.fit(
            self.x, self.y, epochs=self.epochs, validation_split=0.25,
            callbacks=callbacks, verbose=0,
        )
        return self.history

    def evaluate(self, x, y):
        return self.model.evaluate(x, y, verbose=0)
""",
    "main.py": DATA.format(
        imports="from nets import build\nfrom tensorflow.keras.callbacks import EarlyStopping\n"
        "from trainer import Trainer"
    )
    + """\
trainer = Trainer(build(4), (x[:32], y[:32]))
history = trainer.fit([EarlyStopping(patience=2, restore_best_weights=True)])
losses = history.history["val_loss"]
score, result = trainer.evaluate(x, y), trainer.model.predict(x, verbose=0)
""",
}
OPTIONS = {
    "experiment.py": """\
from tensorflow import keras


class Experiment:
    def __init__(self, units):
        self.model = self._build(units)

    def _build(self, units):
        inputs = keras.Input((4,))
        hidden = keras.layers.Dense(units, activation="relu")(inputs)
        return keras.Model(inputs, keras.layers.Dense(1)(hidden))

    def compile(self, **compile_kwargs):
        self.model.compile(**compile_kwargs)

    def run(self, x, y, callbacks=(), **options):
        return self.model.fit(x, y, callbacks=list(callbacks), **options)
""",
    "main.py": DATA.format(
        imports="from experiment import Experiment\nfrom tensorflow import keras"
    )
    + """\
experiment = Experiment(5)
experiment.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
losses = experiment.run(x, y, epochs=3, batch_size=16, verbose=0).history["mae"]
score, result = experiment.model.evaluate(x, y, verbose=0), experiment.model.predict(x, verbose=0)
""",
}
BLOCKS = {
    "nets.py": BUILDER["nets.py"].replace(
        '    model.compile("rmsprop", "mse", metrics=["mae"])\n', ""
    ),
    "trainer.py": """\
from nets import build
from tensorflow import keras


class Trainer:
    def __init__(self, config):
        self.config = config
        self.model = build(config["features"])
        self.model.compile(keras.optimizers.SGD(config["rate"], momentum=0.9), "mse")

    def run(self, train):
        return self.model.fit(*train, epochs=3, verbose=0)
""",
    "main.py": DATA.format(imports="from trainer import Trainer")
    + """\
trainer = Trainer({"features": 4, "rate": 0.05})
losses = trainer.run((x, y)).history["loss"]
score, result = trainer.model.evaluate(x, y, verbose=0), trainer.model.predict(x, verbose=0)
""",
}
IN_PACKAGE = """\
from tensorflow import keras


def build(units):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1)])
"""
PASSED_ON = {
    "net/__init__.py": "from .nets import build\nfrom .training import rated, train\n",
    "net/nets.py": IN_PACKAGE,
    "net/training.py": """\
def train(model, x, y):
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["mae"]


def rated(model, x, y):
    return model.evaluate(x, y, verbose=0)
""",
    "main.py": DATA.format(imports="from net import build, rated, train")
    + """\
model = build(3)
losses = train(model, x, y)
score, result = rated(model, x, y), model.predict(x, verbose=0)
""",
}
PASSED_CLASS = {
    "net/__init__.py": "from .nets import build\nfrom .trainer import Trainer\n",
    "net/nets.py": IN_PACKAGE,
    "net/trainer.py": """\
class Trainer:
    def __init__(self, model):
        self.model = model
        self.model.compile("sgd", "mse")

    def train(self, x, y):
        return self.model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
""",
    "main.py": DATA.format(imports="from net import Trainer, build")
    + """\
trainer = Trainer(build(3))
losses = trainer.train(x, y)
score, result = trainer.model.evaluate(x, y, verbose=0), trainer.model.predict(x, verbose=0)
""",
}
KEEPER = """\
class Trainer:
    def __init__(self, model, epochs=2):
        self.model = model
        self.epochs = epochs

    def train(self, x, y):
        history = self.model.fit(x, y, epochs=self.epochs, verbose=0)
        return history.history["loss"]
"""
SEVERAL = {
    "net.py": NET,
    "trainer.py": KEEPER,
    "main.py": DATA.format(imports="from net import Net\nfrom trainer import Trainer")
    + """\
small, large = Net({"units": 2}), Net({"units": 5})
losses = Trainer(small.model).train(x, y) + Trainer(large.model, 3).train(x, y)
for units in (3, 4):
    net = Net({"units": units})
    losses += net.model.fit(x, y, verbose=0).history["loss"]
score, result = large.model.evaluate(x, y, verbose=0), small.model.predict(x, verbose=0)
""",
}
ON_AND_ON = {
    "net.py": NET.replace("        self.build_model()\n", ""),
    "trainer.py": KEEPER,
    "main.py": DATA.format(imports="from net import Net\nfrom trainer import Trainer")
    + """\
net = Net({"units": 4})
net.build_model()
trainer = Trainer(net.model)
losses = trainer.train(x, y)
losses += trainer.model.fit(x, y, epochs=2, verbose=0).history["loss"]
losses += net.model.fit(x, y, verbose=0).history["loss"]


def train(model, epochs):
    return model.fit(x, y, epochs=epochs, verbose=0).history["loss"]


losses += train(net.model, 2)
score, result = net.model.evaluate(x, y, verbose=0), net.model.predict(x, verbose=0)
""",
}
OBJECTS = {
    "net.py": NET,
    "trainer.py": """\
class Trainer:
    def __init__(self, net, epochs):
        self.net = net
        self.epochs = epochs

    def train(self, x, y):
        return self.net.model.fit(x, y, epochs=self.epochs, verbose=0).history["loss"]


class Report:
    def __init__(self, net):
        self.net = net

    def of(self, x, y):
        return self.net.model.evaluate(x, y, verbose=0)
""",
    "main.py": DATA.format(imports="from net import Net\nfrom trainer import Report, Trainer")
    + """\
def main():
    net = Net({"units": 4})
    losses = Trainer(net, epochs=2).train(x, y)
    return losses, Report(net).of(x, y), net.model.predict(x, verbose=0)


losses, score, result = main()
""",
}
GIVEN_BUILDERS = {
    "validate.py": """\
import numpy as np


def cross_validate(build, x, y, folds=2):
    losses = []
    for fold in range(folds):
        rest = np.arange(len(x)) % folds != fold
        model = build()
        model.fit(x[rest], y[rest], epochs=2, verbose=0)
        losses.append(model.evaluate(x[~rest], y[~rest], verbose=0)[1])
    return losses
""",
    "main.py": DATA.format(
        imports="from tensorflow import keras\nfrom validate import cross_validate"
    )
    + """\


def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


losses = cross_validate(build, x, y)
losses += cross_validate(build, x[:20], y[:20], folds=3)
score, result = len(losses), losses[-1]
""",
}
SIZES = {
    "loader.py": """\
import numpy as np
from tensorflow.keras.utils import to_categorical


class Loader:
    def __init__(self, x, classes=3):
        self.x = x
        self.classes = classes
        self.size = len(x) // 2

    def targets(self):
        return to_categorical(np.arange(len(self.x)) % self.classes, self.classes)
""",
    "nets.py": """\
from tensorflow import keras


def build(features, classes):
    inputs = keras.Input((features,))
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(inputs))
""",
    "callbacks.py": """\
from tensorflow.keras.callbacks import EarlyStopping


def get_callbacks(patience):
    return [EarlyStopping(monitor="loss", patience=patience, min_delta=1.0)]


def fit(model, x, y, patience=2):
    return model.fit(x, y, epochs=5, verbose=0, callbacks=get_callbacks(patience))
""",
    "main.py": DATA.format(
        imports="from callbacks import fit\nfrom loader import Loader\nfrom nets import build"
    )
    + """\
loader = Loader(x)
model = build(4, loader.classes)
model.compile("sgd", "categorical_crossentropy")
losses = fit(model, x, loader.targets()).history["loss"]
score, result = len(losses), model.predict(x[: loader.size], verbose=0)
""",
}
PROJECTS = {
    "given builders": GIVEN_BUILDERS,
    "sizes": SIZES,
    "several": SEVERAL,
    "on and on": ON_AND_ON,
    "objects": OBJECTS,
    "outside": OUTSIDE,
    "compiled outside": COMPILED_OUTSIDE,
    "handed": HANDED,
    "inherited": INHERITED,
    "builder": BUILDER,
    "options": OPTIONS,
    "blocks": BLOCKS,
    "passed on by a package": PASSED_ON,
    "a class that a package passes on": PASSED_CLASS,
}


@pytest.mark.parametrize("project", PROJECTS)
def test_classes_of_files_train_as_one(
    project: str, tmp_path: Path, session: VerifySession
) -> None:
    made, errors = converted(tmp_path, PROJECTS[project])
    assert not errors
    for name, text in made.items():
        assert "keras" not in text.replace("init_like_keras", ""), name
        (tmp_path / "after" / name).write_text(text.replace("torch.float32", "torch.float64"))
    pair = file_pair(str(tmp_path / "before/main.py"), str(tmp_path / "after/main.py"))
    trained = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    replay = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    for name in ("losses", "score", "result"):
        assert apart(trained.values[name], replay.values[name]) < 1e-9, name


def test_an_object_gets_what_trains_the_model_of_another_one(tmp_path: Path) -> None:
    made, _ = converted(tmp_path, HANDED)
    assert "trainer = Trainer(net.model, net.criterion, net.optimizer, config)" in made["main.py"]
    assert "def __init__(self, model, criterion, optimizer, config):" in made["trainer.py"]
    assert "self.optimizer = KerasAdam(self.model.parameters(), eps=1e-7)" in made["net.py"]


def test_an_object_that_is_made_before_the_model_is_compiled_gets_no_optimizer(
    tmp_path: Path,
) -> None:
    late = NET.replace(
        '        self.model.compile(loss="mse"',
        '\n    def ready(self):\n        self.model.compile(loss="mse"',
    )
    main = HANDED["main.py"].replace(
        "    losses = trainer", "    net.ready()\n    losses = trainer"
    )
    _, errors = converted(tmp_path, {**HANDED, "net.py": late, "main.py": main})
    assert any("before it is compiled" in one for one in errors)


def test_a_model_that_is_made_for_an_argument_alone_is_made_once(tmp_path: Path) -> None:
    main = HANDED["main.py"].replace(
        "Trainer(net.model, config)", "Trainer(Net(config).model, config)"
    )
    made, errors = converted(tmp_path, {**HANDED, "main.py": main})
    assert errors
    assert made["main.py"].count("Net(config).") == 1


def test_what_else_a_builder_gives_must_be_seen(tmp_path: Path) -> None:
    main = GIVEN_BUILDERS["main.py"] + "kept = [build]\n"
    _, errors = converted(tmp_path, {**GIVEN_BUILDERS, "main.py": main})
    assert errors
