"""`rules/keras_signatures.py` says what the installed Keras takes; `--accept` writes it."""

from __future__ import annotations

import inspect
from pathlib import Path

import black
import keras
import tf_keras

from rules import keras_signatures

FILE = Path(keras_signatures.__file__)


def signatures() -> dict[str, tuple[str, ...]]:
    """The parameters of each layer's constructor, in order."""
    return {
        name: parameters(cls) or (SHARED if cls is keras.layers.Layer else ())
        for name, cls in sorted(vars(keras.layers).items())
        if inspect.isclass(cls) and issubclass(cls, keras.layers.Layer)
    }


def parameters(cls: type) -> tuple[str, ...]:
    return tuple(
        p.name
        for p in list(inspect.signature(cls.__init__).parameters.values())[1:]
        if p.kind is p.POSITIONAL_OR_KEYWORD
    )


def other_orders() -> dict[str, tuple[str, ...]]:
    """Those that Keras 2 has in another order, or some more of them."""
    found = {}
    for name, order in signatures().items():
        older = parameters(getattr(tf_keras.layers, name, object))
        if hasattr(tf_keras.layers, name) and older != order[: len(older)]:
            found[name] = older
    return found


#: `Layer` takes these by keyword only.
SHARED = ("activity_regularizer", "trainable", "dtype", "autocast", "name")


def written() -> str:
    """The text of the file."""
    before = FILE.read_text(encoding="utf-8").partition("SIGNATURES:")[0]
    kind = "dict[str, tuple[str, ...]]"
    text = f"{before}SIGNATURES: {kind} = {signatures()!r}\n\n"
    text += "#: Those that have another order in Keras 2, or more parameters.\n"
    text += f"KERAS2: {kind} = {other_orders()!r}\n"
    return black.format_str(text, mode=black.Mode(line_length=100))


def test_fresh(accept: bool) -> None:
    if accept:
        FILE.write_text(written(), encoding="utf-8")
    else:
        assert FILE.read_text(encoding="utf-8") == written(), f"pytest {__file__} --accept"
