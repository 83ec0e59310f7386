"""Arguments of training, and the ways in which programs carry their values to the call.

A value stands in a constant, a default, a dict, an attribute, a loop, a function or another class;
what is None or zero in some runs, or picked, must mean there what it means to Keras.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Argument:
    """Two values of an argument, and what of the training differs from the plain one."""

    first: str
    second: str
    pieces: dict[str, str] = field(default_factory=dict)  #: VALUE stands for the value in them
    refusable: bool = False  #: whether some carriers of it may be refused


_PLAIN = {
    "targets": "x.sum(axis=1, keepdims=True) + 0.1 * random.rand(24, 1)",
    "units": "1",
    "activation": "None",
    "optimizer": "SGD(0.05)",
    "loss": '"mse"',
    "metrics": '["mae"]',
    "epochs": "3",
    "size": "8",
    "fit": "",
    "asked": "",
}
_BITS = {
    "targets": "(random.rand(24, 1) > 0.5).astype(float)",
    "activation": '"sigmoid"',
    "loss": '"binary_crossentropy"',
    "metrics": '["accuracy"]',
}
_VALIDATED = ", validation_data=(x[:9] + 0.1, y[:9])"


def _stopping(rest: str) -> dict[str, str]:
    return {"fit": f"{_VALIDATED}, callbacks=[EarlyStopping({rest})]"}


def _plateau(rest: str) -> dict[str, str]:
    return {"fit": f"{_VALIDATED}, callbacks=[ReduceLROnPlateau({rest})]"}


ARGUMENTS = {
    "batch_size": Argument("6", "None", {"size": "VALUE"}),
    "epochs": Argument("2", "4", {"epochs": "VALUE"}),
    "initial_epoch": Argument("0", "1", {"fit": ", initial_epoch=VALUE"}),
    "validation_split": Argument("0.25", "0.0", {"fit": ", validation_split=VALUE"}),
    "validation_data": Argument(
        "(x[:9], y[:9])", "None", {"fit": ", validation_data=VALUE"}, refusable=True
    ),
    "validation_batch_size": Argument(
        "None", "3", {"fit": f"{_VALIDATED}, validation_batch_size=VALUE"}
    ),
    "shuffle": Argument("True", "False", {"fit": ", shuffle=VALUE"}),
    "class_weight": Argument("{0: 1.0, 1: 3.0}", "None", {**_BITS, "fit": ", class_weight=VALUE"}),
    "sample_weight": Argument("w", "None", {"fit": ", sample_weight=VALUE"}, refusable=True),
    "loss_weights": Argument(
        "None", "[0.5]", {"metrics": '["mae"], loss_weights=VALUE'}, refusable=True
    ),
    "optimizer": Argument('"sgd"', '"adam"', {"optimizer": "VALUE"}, refusable=True),
    "loss": Argument('"mse"', '"mae"', {"loss": "VALUE"}, refusable=True),
    "learning_rate": Argument("0.1", "0.01", {"optimizer": "SGD(VALUE)"}),
    "momentum": Argument("0.0", "0.9", {"optimizer": "SGD(0.05, momentum=VALUE)"}),
    "nesterov": Argument("False", "True", {"optimizer": "SGD(0.05, momentum=0.8, nesterov=VALUE)"}),
    "clipnorm": Argument("None", "0.05", {"optimizer": "SGD(0.05, clipnorm=VALUE)"}),
    "weight_decay": Argument("None", "0.1", {"optimizer": "Adam(0.01, weight_decay=VALUE)"}),
    "epsilon": Argument("1e-7", "0.1", {"optimizer": "Adam(0.01, epsilon=VALUE)"}),
    "amsgrad": Argument("False", "True", {"optimizer": "Adam(0.01, amsgrad=VALUE)"}),
    "centered": Argument("False", "True", {"optimizer": "RMSprop(0.01, centered=VALUE)"}),
    "decay_steps": Argument("2", "5", {"optimizer": "SGD(ExponentialDecay(0.1, VALUE, 0.5))"}),
    "warmup_steps": Argument(
        "0",
        "3",
        {"optimizer": "SGD(CosineDecay(0.01, 6, warmup_target=0.1, warmup_steps=VALUE))"},
    ),
    "patience": Argument("0", "1", _stopping('"loss", min_delta=0.1, patience=VALUE')),
    "monitor": Argument(
        '"loss"', '"val_loss"', _stopping("patience=1, min_delta=0.1, monitor=VALUE")
    ),
    "mode": Argument('"auto"', '"max"', _stopping('"loss", patience=1, mode=VALUE')),
    "baseline": Argument("None", "0.001", _stopping('"loss", patience=1, baseline=VALUE')),
    "restore_best_weights": Argument(
        "False", "True", _stopping('"loss", mode="max", patience=1, restore_best_weights=VALUE')
    ),
    "start_from_epoch": Argument(
        "0", "2", _stopping('"loss", mode="max", patience=0, start_from_epoch=VALUE')
    ),
    "factor": Argument("0.1", "0.5", _plateau('"loss", patience=1, min_delta=0.1, factor=VALUE')),
    "cooldown": Argument("0", "2", _plateau('"loss", patience=1, min_delta=0.1, cooldown=VALUE')),
    "min_lr": Argument("0", "0.01", _plateau('"loss", patience=1, min_delta=0.1, min_lr=VALUE')),
    "from_logits": Argument(
        "False", "True", {**_BITS, "loss": "keras.losses.BinaryCrossentropy(from_logits=VALUE)"}
    ),
    "delta": Argument("1.0", "0.1", {"loss": "keras.losses.Huber(delta=VALUE)"}),
    "steps": Argument(
        "None",
        "1",
        {"asked": "\nresult.append(model.evaluate(x, y, 4, steps=VALUE)[0])"},
        refusable=True,
    ),
    "asked batch_size": Argument(
        "None", "5", {"asked": "\nresult.append(model.evaluate(x, y, batch_size=VALUE)[0])"}
    ),
}

_HEAD = """\
import numpy as np
from types import SimpleNamespace
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau
from tensorflow.keras.optimizers import SGD, Adam, RMSprop
from tensorflow.keras.optimizers.schedules import CosineDecay, ExponentialDecay

random = np.random.RandomState(0)
x = random.rand(24, 4)
w = random.rand(24)
y = {targets}


def build():
    return keras.Sequential([
        keras.layers.Dense(5, activation="tanh", input_shape=(4,)),
        keras.layers.Dense({units}, activation={activation}),
    ])


"""
_TRAINING = """\
model = build()
model.compile({optimizer}, {loss}, metrics={metrics})
history = model.fit(x, y, batch_size={size}, epochs={epochs}{fit}).history
result = [len(history), *history["loss"], *model.predict(x).ravel()]{asked}"""

#: USE stands for a training in which the argument is what it says.
CARRIERS = {
    "default": """
def run(v=FIRST):
    USE v
    return result

one, other = run(), run(SECOND)
""",
    "other default": """
def run(n, v=SECOND):
    USE v
    return result

one, other = run(1, v=FIRST), run(2)
""",
    "function in a function": """
def inner(v):
    USE v
    return result

def outer(n, v=FIRST):
    return [inner(v) for _ in range(n)]

one, other = outer(1), outer(1, v=SECOND)
""",
    "keywords": """
def run(v=FIRST):
    USE v
    return result

def outer(**options):
    return run(**options)

one, other = outer(), outer(v=SECOND)
""",
    "attribute": """
class Trainer:
    def __init__(self, v=FIRST):
        self.v = v

    def run(self):
        USE self.v
        return result

one, other = Trainer().run(), Trainer(SECOND).run()
""",
    "changed attribute": """
class Trainer:
    def __init__(self):
        self.v = FIRST

    def run(self):
        USE self.v
        return result

trainer = Trainer()
one = trainer.run()
trainer.v = SECOND
other = trainer.run()
""",
    "class attribute": """
class Trainer:
    v = FIRST

    def run(self):
        USE self.v
        return result

class Other(Trainer):
    v = SECOND

one, other = Trainer().run(), Other().run()
""",
    "dict of a loop": """
found = []
for settings in [{"v": FIRST}, {"v": SECOND}]:
    USE settings["v"]
    found.append(result)
""",
    "dict of a function": """
def run(settings):
    USE settings.get("v", FIRST)
    return result

one, other = run({}), run({"v": SECOND})
""",
    "dict of an object": """
class Trainer:
    def __init__(self, settings):
        self.settings = settings

    def run(self):
        USE self.settings["v"]
        return result

one, other = Trainer({"v": FIRST}).run(), Trainer({"v": SECOND}).run()
""",
    "changed dict": """
settings = {"v": FIRST}
USE settings["v"]
one = result
settings["v"] = SECOND
USE settings["v"]
""",
    "joined dicts": """
DEFAULTS = {"v": FIRST, "n": 1}

def run(**options):
    settings = {**DEFAULTS, **options}
    USE settings["v"]
    return result

one, other = run(), run(v=SECOND)
""",
    "loop": """
found = []
for v in [FIRST, SECOND]:
    USE v
    found.append(result)
""",
    "loop over pairs": """
found = {}
for name, v in [("one", FIRST), ("other", SECOND)]:
    USE v
    found[name] = result
one, other = found["one"], found["other"]
""",
    "table": """
TABLE = {"one": FIRST, "other": SECOND}

def run(name):
    v = TABLE[name]
    USE v
    return result

one, other = run("one"), run("other")
""",
    "loop over a table": """
found = []
for name, v in {"one": FIRST, "other": SECOND}.items():
    USE v
    found.append(result)
""",
    "numbered list": """
values, found = [FIRST, SECOND], []
for number, v in enumerate(values):
    USE v
    found.append(result)
""",
    "namespace": """
args = SimpleNamespace(v=FIRST, n=1)
USE args.v
one = result
args.v = SECOND
USE args.v
""",
    "command line": """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--v", default=SECOND)
args = parser.parse_args([])
USE args.v
""",
    "conditional expression": """
def run(usual=True):
    USE FIRST if usual else SECOND
    return result

one, other = run(), run(False)
""",
    "branches": """
def run(usual=True):
    if usual:
        v = FIRST
    else:
        v = SECOND
    USE v
    return result

one, other = run(), run(False)
""",
    "function that picks": """
def pick(usual):
    if usual:
        return FIRST
    return SECOND

def run(usual=True):
    v = pick(usual)
    USE v
    return result

one, other = run(), run(False)
""",
    "variable": """
v = FIRST
USE v
one = result
v = SECOND
USE v
""",
    "constant of a module": """
V = FIRST

def run():
    USE V
    return result

one = run()
V = SECOND
other = run()
""",
    "closure": """
def outer(v):
    def run():
        USE v
        return result
    return run()

one, other = outer(FIRST), outer(SECOND)
""",
}
_USE = re.compile(r"(?m)^( *)USE (.*)$")


def program(argument: Argument, carrier: str) -> str:
    """A program that trains with both values, which such a carrier brings to the call."""
    text = CARRIERS[carrier].replace("FIRST", argument.first).replace("SECOND", argument.second)
    pieces = {**_PLAIN, **argument.pieces}

    def training(found: re.Match[str]) -> str:
        given = {key: piece.replace("VALUE", found[2]) for key, piece in pieces.items()}
        return textwrap.indent(_TRAINING.format(**given), found[1])

    return _HEAD.format(**pieces) + _USE.sub(training, text).lstrip("\n")
