"""Writes a training program by choices that have names, so that one can see which were made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import TypeVar

from tests.generate.writer import INDENT

T = TypeVar("T")

#: Definitions of the program's own, by what is written where they are used.
DEFINITIONS = {
    "squared_distance": """\
def squared_distance(y_true, y_pred):
    return OPS.mean(OPS.square(y_true - y_pred), axis=-1)
""",
    "ScaledError": """\
class ScaledError(keras.losses.Loss):
    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, y_true, y_pred):
        return self.scale * OPS.mean(OPS.abs(y_true - y_pred), axis=-1)
""",
    "scaled_error": """\
def scaled_error(scale):
    def loss(y_true, y_pred):
        return scale * OPS.mean(OPS.square(y_pred - y_true), axis=-1)

    return loss
""",
    "largest_error": """\
def largest_error(y_true, y_pred):
    return OPS.max(OPS.abs(y_true - y_pred), axis=-1)
""",
    "halved": """\
def halved(epoch, lr):
    return lr if epoch < 1 else lr * 0.5
""",
    "by_epoch": """\
def by_epoch(epoch):
    if epoch > 1:
        return 0.0625
    return 0.125
""",
    "Losses": """\
class Losses(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])
        seen.append(logs.get("loss"))
""",
    "StopBelow": """\
class StopBelow(keras.callbacks.Callback):
    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.limit:
            print("enough")
            self.model.stop_training = True
""",
    "Slower": """\
class Slower(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.model.optimizer.learning_rate = 0.0625
""",
    "halve": """\
def halve(a, b):
    return a * 0.5, b
""",
}
_USED = re.compile(r"(?<![\w.])(" + "|".join(DEFINITIONS) + r")\b")
_OPS = {  #: what the functions of a program's own call
    "keras.ops": {"3": "keras.ops", "2": "tf.keras.backend"},
    "K": {"3": "keras.ops", "2": "keras.backend"},
}


@dataclass
class Pen:
    """The sections of one program, and the choices that were made."""

    choose: Callable[[int], int]  #: a number below the given one; 0 makes the simplest program
    generation: str
    imports: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)  #: names of numbers to compare
    #: The choices: their name, which possibility it was, and of how many.
    made: set[tuple[str, int, int]] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)  #: those that callbacks append to

    def one(self, name: str, options: Sequence[T]) -> T:
        """One of several possibilities; what is refused anyway is rare."""
        number = self.choose(len(options))
        if _RARE.search(str(options[number])) and not self.maybe("rare", 8):
            number = 0
        self.made.add((name, number, len(options)))
        return options[number]

    def maybe(self, name: str, one_in: int) -> bool:
        """True once in so many times; the simplest program has none of it."""
        yes = self.choose(one_in) == one_in - 1
        self.made.add((name, int(yes), 2))
        return yes

    def write(self, text: str) -> None:
        """Statements, and what they need of the program's own."""
        self.lines += self.completed(text).splitlines()

    def completed(self, text: str) -> str:
        """A text whose names are all defined: constants, functions and classes."""
        for name, values in _CONSTANTS.items():
            if re.search(rf"\b{name}\b", text) and name not in self.constants:
                self.constants[name] = self.one(name, values)
        if "seen." in text:
            self.lists.add("seen")
        for name in dict.fromkeys(_USED.findall(text)):
            self._define(name)
        return text

    def _define(self, name: str) -> None:
        source = DEFINITIONS[name]
        if "seen." in source:
            self.lists.add("seen")
        if "OPS." in source:
            spelled = self.one("ops", ("keras.ops", "tf.math", "K"))
            found = spelled if self.generation == "3" else "keras.backend"
            if spelled == "tf.math":
                names = {"mean": "tf.reduce_mean", "max": "tf.reduce_max"}
                source = re.sub(r"OPS\.(\w+)", lambda m: names.get(m[1], f"tf.math.{m[1]}"), source)
            else:
                source = source.replace("OPS.", f"{'keras.ops' if found == 'K' else found}.")
        if source not in self.definitions:
            self.definitions.append(source)

    def block(self, lines: Sequence[str]) -> str:
        return indent("\n".join(lines), INDENT)

    def call(self, function: str, arguments: Sequence[tuple[str, str]], name: str) -> str:
        """A call: some arguments by position, in any order, or in a dict."""
        given = [(n, t) for n, t in arguments if t]
        keywords = [f"{n}={t}" for n, t in given]
        if self.maybe(f"{name} in another order", 6) and len(keywords) > 2:
            keywords = [*keywords[:1], *reversed(keywords[1:])]
        if self.maybe(f"{name} by a dict", 10) and len(given) > 1:
            kind = self.one(f"{name} dict", ("dict()", "{}"))
            entries = given[2:] if function.endswith(".fit") else given
            if entries:
                variable = f"{name}_settings"
                inside = (
                    f"dict({', '.join(f'{n}={t}' for n, t in entries)})"
                    if kind == "dict()"
                    else "{" + ", ".join(f'"{n}": {t}' for n, t in entries) + "}"
                )
                self.write(f"{variable} = {inside}")
                rest = [f"{n}={t}" for n, t in given if (n, t) not in entries]
                return f"{function}({', '.join([*rest, f'**{variable}'])})"
        positional = 0
        if self.maybe(f"{name} by position", 2):
            positional = 2 if len(given) > 1 and given[1][0] in ("y", "loss") else 1
        if positional and keywords[:positional] == [f"{n}={t}" for n, t in given[:positional]]:
            keywords = [t for _, t in given[:positional]] + keywords[positional:]
        return f"{function}({', '.join(keywords)})"


_RARE = re.compile(
    r"reduction=|BinaryFocal|[.]get[(]|accumulation|Scaled|epsilon="
    r"|(LSTM|Separable).*regularizer"
)
_CONSTANTS = {
    "RATE": ("0.125", "1.0 / 16", "0.0625"),
    "BATCH_SIZE": ("8", "16"),
    "EPOCHS": ("3", "2"),
}
