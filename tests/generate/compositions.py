"""Random programs whose model is put together of parts in all the ways that Python has for it.

The same layers stand in the program itself, in functions, in methods, in models that are nested,
in this file or in another one: what a part is made of must not depend on how it is written.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]

IMPORTS = """\
from tensorflow import keras
from tensorflow.keras import Input, Model, Sequential, layers, regularizers
"""


@dataclass(frozen=True)
class Part:
    """Some layers: `{u}` is a number of units, `{d}` the last size of what the first one gets."""

    name: str
    layers: tuple[str, ...]  #: each a layer, or a value of `x` where it begins with "="
    gives: Callable[[Shape, int], Shape]

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but layers, one behind the other."""
        return not any(line.startswith("=") for line in self.layers)


def _same(shape: Shape, _: int) -> Shape:
    return shape


def _wide(shape: Shape, units: int) -> Shape:
    return (*shape[:-1], units)


def _twice(shape: Shape, units: int) -> Shape:
    return (*shape[:-1], 2 * units)


def _vector(_: Shape, units: int) -> Shape:
    return (units,)


def _channels(shape: Shape, _: int) -> Shape:
    return shape[-1:]


def _halved(shape: Shape, units: int) -> Shape:
    return (shape[0] // 2, shape[1] // 2, units)


#: By what they take: "vector", "image", "steps" or "ids".
LAYERS: dict[str, tuple[Part, ...]] = {
    "vector": (
        Part("dense", ("layers.Dense({u}, activation='relu')",), _wide),
        Part("decayed", ("layers.Dense({u}, kernel_regularizer=regularizers.l2(0.125))",), _wide),
        Part("bounded", ("layers.Dense({u}, kernel_constraint='non_neg')",), _wide),
        Part("normed", ("layers.Dense({u})", "layers.BatchNormalization()"), _wide),
        Part("sparse", ("layers.Dense({u}, activity_regularizer=regularizers.l2(0.125))",), _wide),
        Part("frozen", ("layers.Dense({u}, trainable=False)",), _wide),
        Part("layer_normed", ("layers.LayerNormalization()",), _same),
        Part("scaled", ("=x * 2.0 + 0.5",), _same),
        Part("added", ("=layers.add([x, layers.Dense({d}, activation='relu')(x)])",), _same),
        Part("gated", ("=x * layers.Dense({d}, activation='sigmoid')(x)",), _same),
        Part("dropped", ("layers.Dropout(0.0)", "layers.LeakyReLU(0.125)"), _same),
    ),
    "image": (
        Part("conv", ("layers.Conv2D({u}, 3, padding='same', activation='relu')",), _wide),
        Part(
            "strided",
            ("layers.Conv2D({u}, 3, strides=2, padding='same')", "layers.BatchNormalization()"),
            _halved,
        ),
        Part(
            "pooled",
            ("layers.Conv2D({u}, 1, kernel_regularizer='l2')", "layers.MaxPooling2D()"),
            _halved,
        ),
        Part("depthwise", ("layers.DepthwiseConv2D(3, padding='same')",), _same),
        Part("residual", ("=layers.add([x, layers.Conv2D({d}, 3, padding='same')(x)])",), _same),
        Part(
            "excited",
            (
                "=layers.multiply([x, layers.Reshape((1, 1, {d}))(layers.Dense({d}, 'sigmoid')("
                "layers.GlobalAveragePooling2D()(x)))])",
            ),
            _same,
        ),
    ),
    "steps": (
        Part("lstm", ("layers.LSTM({u}, return_sequences=True)",), _wide),
        Part("gru", ("layers.GRU({u}, return_sequences=True)",), _wide),
        Part("conv1d", ("layers.Conv1D({u}, 3, padding='same')",), _wide),
        Part("both", ("layers.Bidirectional(layers.LSTM({u}, return_sequences=True))",), _twice),
        Part("masked", ("layers.Masking()",), _same),
        Part("each", ("layers.TimeDistributed(layers.Dense({u}, 'tanh'))",), _wide),
        Part("attended", ("=layers.MultiHeadAttention(2, 3)(x, x)",), _same),
    ),
    "ids": (
        Part("embedded", ("layers.Embedding(20, {u})",), lambda s, u: (*s, u)),
        Part(
            "embedded_masked", ("layers.Embedding(20, {u}, mask_zero=True)",), lambda s, u: (*s, u)
        ),
    ),
}
#: What makes vectors.
ENDS: dict[str, tuple[Part, ...]] = {
    "image": (
        Part("flat", ("layers.Flatten()", "layers.Dense({u}, activation='relu')"), _vector),
        Part("averaged", ("layers.GlobalAveragePooling2D()",), _channels),
        Part("largest", ("layers.GlobalMaxPooling2D()", "layers.Dense({u})"), _vector),
    ),
    "steps": (
        Part("last", ("layers.LSTM({u})",), _vector),
        Part("last_of_both", ("layers.Bidirectional(layers.GRU({u}))",), lambda s, u: (2 * u,)),
        Part("mean", ("layers.GlobalAveragePooling1D()",), _channels),
        Part("all", ("layers.Flatten()", "layers.Dense({u})"), _vector),
    ),
}
#: What a model ends with, its loss and metric, and the targets of `{n}` samples.
HEADS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("layers.Dense(3, activation='softmax')",),
        "'sparse_categorical_crossentropy', metrics=['accuracy']",
        "rng.randint(0, 3, {n})",
    ),
    (
        ("layers.Dense(3)", "layers.Softmax()"),
        "'categorical_crossentropy', metrics=['accuracy']",
        "keras.utils.to_categorical(rng.randint(0, 3, {n}), 3)",
    ),
    (
        ("layers.Dense(4)", "layers.Dense(1, activation='sigmoid')"),
        "'binary_crossentropy', metrics=['accuracy']",
        "rng.randint(0, 2, {n})",
    ),
    (("layers.Dense(1)",), "'mse', metrics=['mae']", "rng.rand({n})"),
)
INPUTS: dict[str, tuple[Shape, str]] = {
    "vector": ((7,), "rng.rand({n}, 7)"),
    "image": ((8, 8, 3), "rng.rand({n}, 8, 8, 3)"),
    "steps": ((6, 4), "rng.rand({n}, 6, 4)"),
    "ids": ((6,), "rng.randint(1, 20, ({n}, 6))"),
}
#: How a part may be written.
FORMS = (
    "inline", "function", "closure", "method", "model", "model_loop", "Sequential", "loop"
)  # fmt: skip
SAMPLES = 24


@dataclass
class _Writer:
    """What is written so far."""

    chance: random.Random
    apart: bool  #: whether parts stand in a file of their own
    place: str  #: where the model is made: in the "script", a "function" or a "class"
    definitions: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)  #: those that stay in the program
    methods: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)  #: the variables of models inside

    def add(self, parts: Sequence[Part], shape: Shape) -> Shape:
        """Write some parts in one of the ways; gives the shape that comes out."""
        start, lines, keeps = shape, [], all(part.gives is _same for part in parts)
        for part in parts:
            units = self.chance.choice((3, 4, 5))
            lines += [line.format(u=units, d=shape[-1]) for line in part.layers]
            shape = part.gives(shape, units)
        forms = [form for form in FORMS if not form.endswith("loop") or keeps]
        forms = [form for form in forms if form != "method" or self.place == "class"]
        if not all(part.is_plain for part in parts):
            forms.remove("Sequential")
        self._write(self.chance.choice(forms), f"part{len(self.steps)}", lines, start)
        return shape

    def _write(self, form: str, name: str, lines: list[str], shape: Shape) -> None:
        body = [_statement(line) for line in lines]
        if form == "inline":
            self.steps += body
        elif form in ("function", "loop"):
            self._define(name, f"def {name}(x):\n{_block([*body, 'return x'])}")
            call = f"x = {name}(x)"
            self.steps += [call] if form == "function" else ["for _ in range(2):", f"    {call}"]
        elif form == "closure":
            inner = ["def apply(x):", *(f"    {line}" for line in [*body, "return x"])]
            self._define(name, f"def {name}():\n{_block([*inner, '', 'return apply'])}")
            self.steps.append(f"x = {name}()(x)")
        elif form == "method":
            self.methods.append(f"def {name}(self, x):\n{_block([*body, 'return x'])}")
            self.steps.append(f"x = self.{name}(x)")
        else:
            made = [f"inputs = Input({shape})", "x = inputs", *body, "return Model(inputs, x)"]
            if form == "Sequential":
                listed = [f"Input({shape})", *lines]
                made = ["return Sequential([", *(f"    {line}," for line in listed), "])"]
            self._define(name, f"def {name}():\n{_block(made)}")
            self._call_model(name, loops=form == "model_loop")

    def _call_model(self, name: str, loops: bool) -> None:
        """A model inside of this one, by a name or without, in a loop or under a condition."""
        called = [f"model_{name} = {name}()", f"x = model_{name}(x)"]
        way = "loop" if loops else self.chance.choice(("named", "named", "unnamed", "branch"))
        if way == "named":
            self.steps += called
            self.nested.append(f"model_{name}")
        elif way == "unnamed":
            self.steps.append(f"x = {name}()(x)")
        else:
            first = "for _ in range(2):" if way == "loop" else "if DEPTH > 1:"
            self.steps += [first, *(f"    {line}" for line in called)]

    def _define(self, name: str, text: str) -> None:
        (self.definitions if self.apart else self.own).append(text)
        if self.apart:
            self.names.append(name)


def _statement(line: str) -> str:
    return f"x = {line[1:]}" if line.startswith("=") else f"x = {line}(x)"


def _block(lines: Sequence[str]) -> str:
    return indent("\n".join(lines), "    ") + "\n"


def composition(seed: int) -> dict[str, str]:
    """The files of a program, of which `train.py` is the one to run."""
    chance = random.Random(seed)
    kind = start = chance.choice(list(INPUTS))
    chain: list[Part] = []
    if kind == "ids":
        chain.append(chance.choice(LAYERS["ids"]))
        kind = "steps"
    chain += chance.choices(LAYERS[kind], k=chance.randint(1, 2))
    if kind != "vector":
        chain.append(chance.choice(ENDS[kind]))
    chain += chance.choices(LAYERS["vector"], k=chance.randint(0, 1))
    head, loss, targets = chance.choice(HEADS)
    chain.append(Part("head", head, _vector))
    place = chance.choice(("script", "function", "class"))
    writer = _Writer(chance, chance.random() < 0.6, place)
    shape, data = INPUTS[start]
    writer.steps += [f"inputs = Input({shape})", "x = inputs"]
    trains = all(part.name != "frozen" for part in chain)  # whatever else is frozen
    while chain:
        count = chance.choice((1, 1, 2))
        shape = writer.add(chain[:count], shape)
        del chain[:count]
    if writer.nested and trains and chance.random() < 0.2:
        writer.steps.append(f"{chance.choice(writer.nested)}.trainable = False")
    return _files(writer, loss, (data, targets), start)


def _files(writer: _Writer, loss: str, arrays: tuple[str, str], start: str) -> dict[str, str]:
    """The program, and the file of the parts."""
    head = ["import numpy as np", IMPORTS.rstrip()]
    if writer.names:
        head += ["", f"from parts import {', '.join(writer.names)}"]
    head += ["", "DEPTH = 2"]
    made = [*writer.steps, "model = Model(inputs, x)"]
    built = _block([*writer.steps, "return Model(inputs, x)"])
    if writer.place == "function":
        writer.own.append(f"def build():\n{built}")
        made = ["model = build()"]
    elif writer.place == "class":
        methods = "\n".join([*writer.methods, f"def build(self):\n{built}"])
        writer.own.append(f"class Network:\n{indent(methods, '    ')}")
        made = ["model = Network().build()"]
    data, targets = (text.format(n=SAMPLES) for text in arrays)
    script = [
        "rng = np.random.RandomState(0)",
        f"data, targets = {data}, {targets}",
        *(["data[::2, 3:] = 0"] if start in ("steps", "ids") else []),
        *made,
        f"model.compile(keras.optimizers.SGD(0.0625), {loss})",
        "history = model.fit(data, targets, batch_size=8, epochs=2, shuffle=False, verbose=0)",
        "losses = history.history['loss']",
        "score = model.evaluate(data, targets, verbose=0)",
        "predicted = model.predict(data, verbose=0)",
    ]
    blocks = ["\n".join(head), *(text.rstrip() for text in writer.own), "\n".join(script)]
    files = {"train.py": "\n\n\n".join(blocks) + "\n"}
    if writer.definitions:
        files["parts.py"] = "\n\n\n".join([IMPORTS.rstrip(), *map(str.rstrip, writer.definitions)])
        files["parts.py"] += "\n"
    return files
