"""Classes that train what the classes make which are derived from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.record import replace
from transpiler.verify.records import TrainingRequest
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

DATA = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
X = rng.rand(60, 5).astype("float32")
y = rng.rand(60)


"""
PROGRAMS = {
    "set by build": """\
class Base:
    def __init__(self, n):
        self.n = n
        self.model = None

    def build(self):
        raise NotImplementedError

    def train(self, X, y):
        self.build()
        self.model.compile("adam", "mse")
        return self.model.fit(X, y, epochs=2, verbose=0, shuffle=False).history["loss"]

    def predict(self, X):
        return self.model.predict(X)


class Shallow(Base):
    def build(self):
        self.model = keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])


class Deep(Base):
    def build(self):
        self.model = keras.Sequential([keras.Input((self.n,)), layers.Dense(3), layers.Dense(1)])


first, second = Shallow(5), Deep(5)
a, b = first.train(X, y), second.train(X, y)
c, d = first.predict(X), second.predict(X)
""",
    "keywords": """\
y = rng.randint(0, 3, 60)


class BaseTrainer:
    def __init__(self, lr=0.01, epochs=2):
        self.lr = lr
        self.epochs = epochs
        self.model = self.build_model()
        self.model.compile(
            optimizer=keras.optimizers.SGD(self.lr),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )

    def build_model(self):
        raise NotImplementedError

    def fit(self, X, y):
        self.history = self.model.fit(
            X, y, epochs=self.epochs, batch_size=16, validation_split=0.2, shuffle=False, verbose=0
        )
        return self

    def evaluate(self, X, y):
        loss, acc = self.model.evaluate(X, y, verbose=0)
        return {"loss": loss, "acc": acc}

    def predict(self, X):
        return np.argmax(self.model.predict(X), axis=1)

    def save(self, path):
        self.model.save_weights(path)


class MLP(BaseTrainer):
    def __init__(self, hidden=8, **kwargs):
        self.hidden = hidden
        super().__init__(**kwargs)

    def build_model(self):
        model = keras.Sequential()
        model.add(layers.Dense(self.hidden, activation="relu", input_shape=(5,)))
        model.add(layers.Dense(3, activation="softmax"))
        return model


class Logistic(BaseTrainer):
    def build_model(self):
        return keras.Sequential([keras.Input((5,)), layers.Dense(3, activation="softmax")])


mlp = MLP(hidden=4, lr=0.05).fit(X, y)
a = mlp.evaluate(X, y)["loss"]
b = mlp.predict(X)
logistic = Logistic(epochs=3)
logistic.fit(X, y)
c = logistic.history.history["val_loss"]
d = logistic.predict(X)
""",
    "built by each": """\
class Model:
    def __init__(self, n_features):
        self.n_features = n_features
        self.model = None

    def train(self, X, y, epochs=2):
        self.model.fit(X, y, epochs=epochs, shuffle=False, verbose=0)

    def predict(self, X):
        return self.model.predict(X).flatten()


class Dense(Model):
    def __init__(self, n_features, units=4):
        super().__init__(n_features)
        self.units = units
        self.model = self._build()

    def _build(self):
        model = keras.Sequential(
            [keras.Input((self.n_features,)), layers.Dense(self.units), layers.Dense(1)]
        )
        model.compile(loss="mse", optimizer="sgd")
        return model


class Linear(Model):
    def __init__(self, n_features):
        super(Linear, self).__init__(n_features)
        inputs = keras.Input(shape=(n_features,))
        self.model = keras.Model(inputs, layers.Dense(1)(inputs))
        self.model.compile("adam", "mae")

    def train(self, X, y, epochs=3):
        super().train(X, y, epochs)
        return self.model.evaluate(X, y, verbose=0)


one, two = Dense(5), Linear(5)
one.train(X, y)
e = two.train(X, y)
p, q = one.predict(X), two.predict(X)
""",
    "bases that are made": """\
class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])

    def fit(self, X, y):
        self.model.compile("sgd", "mse")
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Deep(Base):
    def build(self):
        return keras.Sequential(
            [keras.Input((self.n,)), layers.Dense(4, activation="relu"), layers.Dense(1)]
        )


class Deeper(Deep):
    def build(self):
        model = keras.Sequential([keras.Input((self.n,))])
        for _ in range(3):
            model.add(layers.Dense(4, activation="relu"))
        model.add(layers.Dense(1))
        return model

    def fit(self, X, y):
        print("deeper")
        return super().fit(X, y)


losses = [made(5).fit(X, y)[-1] for made in (Base, Deep, Deeper)]
""",
    "settings": """\
class Base:
    loss = "mse"
    epochs = 2

    def __init__(self, n):
        self.n = n
        self.model = self.build()
        self.model.compile("sgd", self.loss)

    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])

    def fit(self, X, y):
        return self.model.fit(X, y, epochs=self.epochs, shuffle=False, verbose=0).history["loss"]


class Absolute(Base):
    loss = "mae"


class Long(Base):
    epochs = 3


a = Absolute(5).fit(X, y)
b = Base(5).fit(X, y)
c = Long(5).fit(X, y)
""",
    "penalties of one": """\
class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def build(self):
        raise NotImplementedError()

    def fit(self, X, y):
        self.model.compile("sgd", "mse")
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Plain(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])


class Ridge(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1, kernel_regularizer="l2")])


a = Plain(5).fit(X, y)
b = Ridge(5).fit(X, y)
""",
    "abstract": """\
from abc import ABC, abstractmethod


class Forecaster(ABC):
    def __init__(self, window, horizon=1):
        self.window = window
        self.horizon = horizon
        self.model: keras.Model = self._build()

    @abstractmethod
    def _build(self) -> keras.Model:
        pass

    @property
    def name(self):
        return type(self).__name__

    def train(self, X, y, epochs=2, batch_size=16):
        self.model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
        history = self.model.fit(
            X, y, epochs=epochs, batch_size=batch_size, shuffle=False, validation_split=0.25
        )
        return history.history

    def score(self, X, y):
        return dict(zip(self.model.metrics_names, self.model.evaluate(X, y, verbose=0)))

    def predict(self, X):
        return self.model.predict(X, verbose=0)[:, 0]


class MLP(Forecaster):
    def _build(self):
        inputs = layers.Input(shape=(self.window,))
        h = layers.Dense(8, activation="relu")(inputs)
        return keras.Model(inputs, layers.Dense(self.horizon)(h), name="mlp")


class Rnn(Forecaster):
    def _build(self):
        inputs = layers.Input(shape=(self.window,))
        h = layers.Reshape((self.window, 1))(inputs)
        h = layers.GRU(4)(h)
        return keras.Model(inputs, layers.Dense(self.horizon)(h), name="rnn")


a, b, c = {}, [], 0.0
for model_class in [MLP, Rnn]:
    forecaster = model_class(window=5)
    a = forecaster.train(X, y)["val_mae"]
    b = forecaster.predict(X[:7])
""",
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("program", PROGRAMS)
def test_methods_serve_the_models_of_all_heirs(program: str, scripts: Scripts) -> None:
    text = DATA + PROGRAMS[program]
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert made.text.count("def train_epoch(") == 1
    differences = scripts.compare(text, made.text)
    assert sum(name.startswith("model 1: ") for name in differences) > 1
    assert max(differences.values()) < 1e-9, differences


MIXED = """\
class Mixin:
    pass


class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def fit(self, X, y):
        self.model.compile("sgd", "mse")
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Known(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])


class Mixed(Mixin, Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])
"""
REFUSED = {
    "several bases": (
        MIXED,
        "`compile` is left as it is: the model of `Mixed`, which inherits it, is not known",
    ),
    "another graph": (
        """\
class Base:
    units = 4

    def __init__(self, n):
        self.n = n
        self.build()

    def build(self):
        inputs = keras.Input((self.n,))
        x = self.encode(inputs)
        self.model = keras.Model(inputs, layers.Dense(1)(x))
        self.model.compile("sgd", "mse")

    def encode(self, x):
        raise NotImplementedError

    def fit(self, X, y):
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Small(Base):
    def encode(self, x):
        return layers.Dense(3, activation="tanh")(x)


class Large(Base):
    def encode(self, x):
        x = layers.Dense(8, activation="relu")(x)
        return layers.Dense(6, activation="relu")(x)


a = Small(5).fit(X, y)
b = Large(5).fit(X, y)
""",
        "`build` is left as it is: `build` makes another model in `Small`, which inherits it",
    ),
    "an unknown model": (
        """\
class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def fit(self, X, y):
        self.model.compile("sgd", "mse")
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Known(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1)])


class Unknown(Base):
    def build(self):
        return keras.models.load_model("model.keras")


class Soft(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1, activation="sigmoid")])


a = Known(5).fit(X, y)
b = Soft(5).fit(X, y)
""",
        "`compile` is left as it is: the model of `Unknown`, which inherits it, is not known",
    ),
    "another loss": (
        """\
class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def fit(self, X, y):
        self.model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        return self.model.fit(X, y, epochs=2, shuffle=False, verbose=0).history["loss"]


class Soft(Base):
    def build(self):
        return keras.Sequential([keras.Input((self.n,)), layers.Dense(1, activation="sigmoid")])


class Two(Base):
    def build(self):
        return keras.Sequential(
            [keras.Input((self.n,)), layers.Dense(1), layers.Activation("sigmoid")]
        )


class Clipped(Base):
    def build(self):
        return keras.Sequential(
            [keras.Input((self.n,)), layers.Dense(1), layers.ReLU(max_value=1.0)]
        )


y = (y > 0.5).astype("int32")
a = Soft(5).fit(X, y)
b = Two(5).fit(X, y)
c = Clipped(5).fit(X, y)
""",
        "`compile` is left as it is: `fit` trains models of several kinds",
    ),
}


@pytest.mark.parametrize("program", REFUSED)
def test_methods_that_mean_something_else_for_each_stay(program: str) -> None:
    text, message = REFUSED[program]
    made = convert(DATA + text)
    assert message in [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "    def fit(self, X, y):\n" in made.text
    assert "self.model.fit(" in made.text


BASE = """\
from tensorflow import keras


class Base:
    def __init__(self, n, rate=0.05):
        self.n = n
        self.rate = rate
        self.model = self.build()
        self.model.compile(keras.optimizers.SGD(self.rate), "mse", metrics=["mae"])

    def build(self):
        raise NotImplementedError

    def fit(self, x, y, epochs=2):
        return self.model.fit(x, y, epochs=epochs, shuffle=False, verbose=0).history["loss"]

    def predict(self, x):
        return self.model.predict(x, verbose=0)
"""
LINEAR = """\
from tensorflow.keras import layers, models

from {module}base import Base


class Linear(Base):
    def build(self):
        return models.Sequential([layers.Input((self.n,)), layers.Dense(1)])
"""
WIDE = """\


class Wide(Base):
    def __init__(self, n, units=8, **kwargs):
        self.units = units
        super().__init__(n, **kwargs)

    def build(self):
        model = models.Sequential([layers.Input((self.n,))])
        model.add(layers.Dense(self.units, activation="relu"))
        model.add(layers.Dense(1))
        return model
"""
TRAIN = """\
import numpy as np

{imports}

rng = np.random.RandomState(0)
x, y = rng.rand(60, 5), rng.rand(60)

linear, wide = Linear(5), Wide(5, rate=0.01)
losses = linear.fit(x, y) + wide.fit(x, y, epochs=3)
prediction = wide.predict(x)
"""
PROJECTS = {
    "one file": {
        "base.py": BASE,
        "nets.py": LINEAR.format(module="") + WIDE,
        "train.py": TRAIN.format(imports="from nets import Linear, Wide"),
    },
    "each in its own": {
        "base.py": BASE,
        "linear.py": LINEAR.format(module=""),
        "wide.py": LINEAR.format(module="").partition("\n\nclass")[0] + WIDE,
        "train.py": TRAIN.format(imports="from linear import Linear\nfrom wide import Wide"),
    },
    "package": {
        "nets/__init__.py": "from .nets import Linear, Wide\n",
        "nets/base.py": BASE,
        "nets/nets.py": LINEAR.format(module=".") + WIDE,
        "train.py": TRAIN.format(imports="from nets import Linear, Wide"),
    },
}


@pytest.mark.parametrize("project", PROJECTS)
def test_heirs_in_other_files(project: str, tmp_path: Path, scripts: Scripts) -> None:
    texts, errors = converted(tmp_path, PROJECTS[project])
    assert not errors
    assert all("tensorflow" not in text for text in texts.values())
    for name, text in texts.items():
        (tmp_path / "after" / name).write_text(text.replace("torch.float32", "torch.float64"))
    before, after = (read_program(tmp_path / form / "train.py") for form in ("before", "after"))
    session = scripts.session
    trained = session.ask("keras3", TrainingRequest(replace(before, module=""), whole=True))
    request = TrainingRequest(replace(after, module=""), whole=True, trained=trained)
    replay = session.ask("torch", request)
    assert not replay.reason
    assert len(replay.differences) == 6
    assert max(replay.differences.values()) < 1e-9
    for name in ("losses", "prediction"):
        assert apart(trained.values[name], replay.values[name]) < 1e-9
    (report,) = session.verify(before, after, level="training")
    assert report.status == "skipped"
    assert "trains by a method of another file" in report.reason


def test_lines_behind_long_strings_are_found(tmp_path: Path) -> None:
    nets = '"""Nets.' + "\n" * 10 + '"""\n' + LINEAR.format(module="")
    nets += "\n\nnet = Linear(3)\nprint(net.model.get_config())"
    texts, errors = converted(tmp_path, {"base.py": BASE, "nets.py": nets})
    assert [error for error in errors if error.startswith("nets.py:23: ")]
    assert "self.criterion = nn.MSELoss()" in texts["base.py"]


def test_heirs_in_another_file_are_said(tmp_path: Path) -> None:
    base, _, heirs = PROGRAMS["set by build"].partition("class Deep")
    heirs = f"from base import Base\n\n\nclass Deep{heirs}".replace("Shallow(5)", "Deep(5)")
    files = {"base.py": DATA + base, "train.py": DATA + heirs}
    _, errors = converted(tmp_path, files)
    assert (
        "train.py:13: `Deep` is left with the methods of `Base`, in another file, which trains "
        "models that are not known there"
    ) in errors


FACTORIES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Dense, Input


class Base:
    def __init__(self, n):
        self.n = n
        self.model = self.build_model()

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=2).history["loss"]


class Deep(Base):
    def build_model(self):
        model = keras.Sequential([Input((self.n,)), Dense(4), Dense(1)])
        {first}
        return model


class Shallow(Base):
    def build_model(self):
        net = keras.Sequential([Input((self.n,)), Dense(1)])
        {second}
        return net


x = np.random.RandomState(0).rand(40, 3)
y = x.sum(1)
deep = Deep(3).fit(x, y)
shallow = Shallow(3).fit(x, y)
"""


def test_heirs_that_compile_alike(scripts: Scripts) -> None:
    first = 'model.compile("sgd", "mse")'
    text = FACTORIES.format(first=first, second=first.replace("model", "net"))
    differences = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert {"deep", "shallow"} <= differences.keys()
    assert max(differences.values()) < 1e-9


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('model.compile("sgd", "mse")', 'net.compile("sgd", "mae")'),
        ('model.compile("adam", "mse")', 'net.compile("sgd", "mse")'),
        (
            'rate = 0.1\n        model.compile(keras.optimizers.SGD(rate), "mse")',
            'rate = 0.2\n        net.compile(keras.optimizers.SGD(rate), "mse")',
        ),
        (
            'model.compile(keras.optimizers.SGD(self.n / 100), "mse")',
            'net.compile(keras.optimizers.SGD(self.n / 100), "mse")',
        ),
    ],
)
def test_heirs_that_compile_otherwise_are_refused(first: str, second: str) -> None:
    """The base class has one place for what all of them are trained with."""
    found = convert(FACTORIES.format(first=first, second=second))
    assert any("compile" in d.message for d in found.diagnostics if d.severity is Severity.ERROR)
