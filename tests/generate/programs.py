"""Random Keras programs, as source text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import indent

from tests.generate.catalogue import EMBEDDING, Shape
from tests.generate.steps import EVERYTHING, encode, shape_text, statements
from tests.generate.writer import INDENT, Parts, Writer, scope_of

#: How the imports are written: the lines, and what stands for `keras.` and `layers.`.
STYLES = {
    "keras": ("from tensorflow import keras\nfrom tensorflow.keras import layers", None, None),
    "tf": ("import tensorflow as tf", "tf.keras.", "tf.keras.layers."),
    "alone": ("import keras\nfrom keras import layers", None, None),
    "names": ("from tensorflow import keras\nfrom tensorflow.keras.layers import {}", None, ""),
    "alias": ("from tensorflow import keras\nfrom tensorflow.keras import layers as L", None, "L."),
}


@dataclass(frozen=True)
class Drawn:
    """One program, and how it is to be converted."""

    text: str
    generation: str = "3"
    exact: bool = False

    def __repr__(self) -> str:
        how = " --exact" if self.exact else ""
        return f"# Keras {self.generation}{how}\n{self.text}"


def program(choose: Callable[[int], int]) -> Drawn:
    """A program by choices between so many possibilities each."""
    generation = "32"[choose(8) // 7]
    writer = Writer(Parts(choose, generation), scope_of(generation))
    kind = writer.pick((_sequential, _functional, _functional, _functional))
    body = kind(writer)
    style = writer.pick([s for s in STYLES if s != "alone" or generation == "3"])
    text = styled("\n\n".join([*writer.parts.definitions, body]), style)
    return Drawn(text, generation, exact=choose(3) == 2)


def some_shape(w: Writer, rank: int) -> Shape:
    """Small sizes, odd and even; spatial ones are not always known."""
    if rank == 2:
        return (w.count(1, 8),)
    spatial = [w.count(2 if rank < 5 else 3, 5 if rank == 5 else 9) for _ in range(rank - 2)]
    known = not w.chance(6)
    return (*(spatial if known else [None] * (rank - 2)), w.pick((4, 3, 2, 1, 6)))


def _input(w: Writer) -> str:
    """An input: numbers of any rank, or ids."""
    rank = w.pick((2, 3, 3, 4, 4, 5, 0))
    name = w.parts.fresh("inputs")
    if rank == 0:
        shape: Shape = (w.count(2, 6),) if not w.chance(4) else (None,)
        w.run(f'{name} = keras.Input({shape_text(shape)}, dtype="int32")', name)
        while not encode(w, name):
            pass
        w.tensors.remove(name)
        return name
    shape = some_shape(w, rank)
    more = f', name="{w.parts.fresh("given")}"' if w.chance(8) else ""
    w.run(f"{name} = keras.Input({w.pick(('', 'shape='))}{shape_text(shape)}{more})", name)
    first = w.parts.fresh("x")
    if w.chance(4):
        w.run(f"{first} = {name}", first)
    else:
        while not w.run(f"{first} = {w.layer(w.shape(name))}({name})", first):
            pass
    w.tensors.remove(name)
    return name


def _functional(w: Writer) -> str:
    """Inputs, statements, a model; in a function or not."""
    inputs = [_input(w) for _ in range(w.pick((1, 1, 1, 2, 3)))]
    statements(w, w.count(1, 6), EVERYTHING)
    made = w.tensors[-2:] if w.chance(2 if len(inputs) > 1 else 6) else w.tensors[-1:]
    given = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    result = made[0] if len(made) == 1 else f"[{', '.join(made)}]"
    if len(made) == 2 and w.chance(3):
        result = f'{{"first": {made[0]}, "second": {made[1]}}}'
    head = w.pick(("", "inputs=", "inputs="))
    tail = f"outputs={result}" if head else result
    name = f', name="{w.pick(("net", "my_model"))}"' if w.chance(4) else ""
    return _wrapped(w, f"keras.Model({head}{given}, {tail}{name})")


def _wrapped(w: Writer, made: str) -> str:
    """A builder function and its calls, or everything at the level of the module."""
    if w.chance(2):
        constants = [f"{name} = {value}" for name, (value, _) in w.named.items()]
        return "\n".join([*constants, w.text, f"model = {made}", ""])
    head = ", ".join(f"{name}={value}" for name, (value, _) in w.named.items())
    function = f"def build_model({head}):\n{w.indented}\n{INDENT}return {made}\n"
    others = [f"{name}={other}" for name, (_, other) in w.named.items() if w.chance(2)]
    lines = ["model = build_model()"]
    if others:
        lines.append(f"other = build_model({', '.join(others)})")
    return "\n\n".join([function, "\n".join(lines), ""])


def _sequential(w: Writer) -> str:
    """A list of layers, or a model that grows."""
    rank = w.pick((2, 3, 4, 5, 0))
    if rank == 0:
        w.run('x = keras.Input((5,), dtype="int32")', "x")
    else:
        w.run(f"x = keras.Input({shape_text(some_shape(w, rank))})", "x")
    opening = w.lines[0].removeprefix("x = ")
    start = w.shape("x")
    if rank == 0:
        while not w.run(f"x = {w.call('Embedding', EMBEDDING, start)}(x)", "x"):
            pass
    for _ in range(w.count(1, 5)):
        w.run(f"x = {w.layer(w.shape('x'))}(x)", "x")
    texts = [line.removeprefix("x = ").removesuffix("(x)") for line in w.lines[1:]]
    if rank and w.chance(3) and texts:
        texts[0] = texts[0].removesuffix(")").removesuffix("(")
        joint = "" if texts[0].endswith("(") or "(" not in texts[0] else ", "
        texts[0] += ("(" if "(" not in texts[0] else joint) + f"input_shape={shape_text(start)})"
    else:
        texts.insert(0, opening)
    w.lines.clear()
    if w.chance(2):
        w.lines.append("net = keras.Sequential()")
        w.lines += [f"net.add({text})" for text in texts]
    else:
        listed = indent(",\n".join(texts), INDENT)
        w.lines.append(f"net = keras.Sequential([\n{listed},\n])")
    return _wrapped(w, "net")


def styled(text: str, style: str) -> str:
    """The program with its imports, and their spelling of names."""
    head, for_keras, for_layers = STYLES[style]
    names = sorted(set(re.findall(r"\blayers\.(\w+)", text)))
    if for_layers is not None:
        text = re.sub(r"(?<!keras\.)\blayers\.", for_layers, text)
    if for_keras is not None:
        text = re.sub(r"(?<!tf\.)\bkeras\.", for_keras, text)
    if "tf." in text and style != "tf":
        head = f"import tensorflow as tf\n{head}"
    if not names:
        head = head.removesuffix("\nfrom tensorflow.keras.layers import {}")
    return f"{head.format(', '.join(names))}\n\n\n{text}"
