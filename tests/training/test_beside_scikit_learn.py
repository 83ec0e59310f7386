"""Objects of scikit-learn beside models: what they are asked is left, and nothing is said."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from tensorflow import keras


class Net(BaseEstimator, ClassifierMixin):
    def fit(self, x, y):
        self.classes_ = np.unique(y)
        layers = [keras.Input((4,)), keras.layers.Dense(2, activation="softmax")]
        self.model_ = keras.Sequential(layers)
        self.model_.compile("sgd", "sparse_categorical_crossentropy")
        self.model_.fit(x, y, epochs=2, shuffle=False, verbose=0)
        return self

    def predict_proba(self, x):
        return self.model_.predict(x, verbose=0)

    def predict(self, x):
        return np.argmax(self.predict_proba(x), axis=1)


rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.randint(0, 2, 40)
pipe = Pipeline([("scaler", StandardScaler()), ("net", Net())])
pipe.fit(x, y)
chances = pipe.predict_proba(x)
above = LogisticRegression().fit(chances, y)
answer = above.predict(chances)
"""


def test_pipelines_around_classes_that_train(scripts: Scripts) -> None:
    apart = scripts.compare(PROGRAM, converted(PROGRAM))
    assert {"chances", "answer"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_variables_that_may_hold_something_else_are_no_pipelines() -> None:
    text = f"{PROGRAM}from nets import pick\n\npipe = pick(Net())\npipe.fit(x, y)\n"
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert "`pipe.fit` is left as it is: which model that is, is not known" in said


BY_ONE_NAME = """\
import numpy as np
from sklearn.linear_model import LogisticRegression
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.randint(0, 2, 40)


def run_net():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    return model.predict(x, verbose=0)


def run_regression():
    model = LogisticRegression()
    model.fit(x, y)
    return model.predict(x)


model = LogisticRegression(C=0.5)
model.fit(x, y)
score = model.score(x, y)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
answer = model.predict(x, verbose=0)
first, second = run_net(), run_regression()
"""


def test_objects_by_the_names_of_models(scripts: Scripts) -> None:
    apart = scripts.compare(BY_ONE_NAME, converted(BY_ONE_NAME))
    assert {"history", "score", "answer", "first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
