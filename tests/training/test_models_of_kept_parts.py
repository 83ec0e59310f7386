"""Models of objects that a method of theirs builds of others, which they keep."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 6))


class Autoencoder:
    def __init__(self):
{begin}

    def build_encoder(self):
        inputs = keras.Input((6,))
        {encoder} = keras.Model(inputs, layers.Dense(3, activation="relu")(inputs))
        return {encoder}

    def build_decoder(self):
        inputs = keras.Input((3,))
        {decoder} = keras.Model(inputs, layers.Dense(6)(inputs))
        return {decoder}

    def build(self{parameters}):
{build}
        model.compile("adam", "mse")
        {model} = model
        return model

    def fit(self):
        return self.model.fit(x, x, epochs=2, shuffle=False, verbose=0)


autoencoder = Autoencoder()
losses = np.array(autoencoder.fit().history["loss"])
codes = autoencoder.encoder.predict(x, verbose=0)
"""
GIVEN = """\
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.model = self.build({arguments})"""
KEPT = """\
        self.build_encoder()
        self.build_decoder()
        self.build({arguments})"""
FUNCTIONAL = """\
        inputs = keras.Input((6,))
        model = keras.Model(inputs, {decoder}({encoder}(inputs)))"""
SEQUENTIAL = """\
        model = keras.Sequential()
        model.add({encoder})
        model.add({decoder})"""
OF_SELF = {"encoder": "self.encoder", "decoder": "self.decoder"}
ASSIGNED = {"encoder": "encoder", "decoder": "decoder", "model": "made"}
#: What happens to the attributes elsewhere: which models the method gets is not known.
OTHERWISE = {
    "by a condition": ("self.encoder = self.decoder", "if len(x) > 100:\n            "),
    "by another name": ("other.encoder.trainable = False", "other = self\n        "),
}


def _program(begin: str, build: str, kept: bool) -> str:
    names = {"encoder": "self.encoder", "decoder": "self.decoder", "model": "self.model"}
    return PROGRAM.format(
        begin=begin.format(arguments=""),
        build=build.format(**OF_SELF),
        parameters="",
        **(names if kept else ASSIGNED),
    )


@pytest.mark.parametrize("build", [FUNCTIONAL, SEQUENTIAL], ids=["functional", "sequential"])
@pytest.mark.parametrize("kept", [False, True], ids=["given", "kept"])
def test_they_are_read_of_the_object(kept: bool, build: str, scripts: Scripts) -> None:
    text = _program(KEPT if kept else GIVEN, build, kept)
    result = converted(text, Options(exact=True))
    assert "(self.encoder, self.decoder)" in result
    apart = scripts.compare(text, result)
    assert {"losses", "codes"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_they_are_arguments(scripts: Scripts) -> None:
    text = PROGRAM.format(
        begin=GIVEN.format(arguments="self.encoder, self.decoder"),
        build=FUNCTIONAL.format(encoder="encoder", decoder="decoder"),
        parameters=", encoder, decoder",
        **ASSIGNED,
    )
    result = converted(text, Options(exact=True))
    assert "(encoder, decoder)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_what_is_frozen_inside_stays(scripts: Scripts) -> None:
    frozen = f"        self.encoder.trainable = False\n{FUNCTIONAL}"
    text = _program(KEPT, frozen, True)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("how", OTHERWISE)
def test_others_are_refused(how: str) -> None:
    statement, before = OTHERWISE[how]
    begin = KEPT.replace("        self.build(", f"        {before}{statement}\n        self.build(")
    result = convert(_program(begin, FUNCTIONAL, True), Options(exact=True))
    assert any(one.severity is Severity.ERROR for one in result.diagnostics)
