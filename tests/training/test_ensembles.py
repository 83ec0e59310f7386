"""Builders that get a list of models, and put all of them into one."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Average, BatchNormalization, Concatenate, Dense, Input


def member(n):
    inputs = Input((n,))
    x = BatchNormalization()(Dense(3, activation="relu")(inputs))
    return keras.Model(inputs, Dense(2)(x))


def together(members, n):
    inputs = Input((n,))
    {body}


{members}
x, y = np.random.RandomState(0).rand(20, 4), np.random.RandomState(1).rand(20, 2)
for one in members:
    one.compile("sgd", "mse")
    one.fit(x, y, epochs=1, shuffle=False, verbose=0)
net = together(members, 4)
before = net.predict(x, verbose=0)
net.compile("sgd", "mse")
net.fit(x, y, epochs=2, shuffle=False, verbose=0)
"""
AVERAGE = "return keras.Model(inputs, Average()([m(inputs) for m in members]))"
STACKED = """outputs = []
    for place, m in enumerate(members):
        outputs.append(Dense(place + 1)(m(inputs)))
    return keras.Model(inputs, Dense(2)(Concatenate()(outputs)))"""
MADE = "members = [member(4) for _ in range(3)]"
LISTED = "first, second = member(4), member(4)\nmembers = [first, second]"


@pytest.mark.parametrize(("body", "members"), [(AVERAGE, MADE), (STACKED, MADE), (AVERAGE, LISTED)])
def test_members_keep_what_they_have_learned(body: str, members: str, scripts: Scripts) -> None:
    program = PROGRAM.format(body=body, members=members)
    made = convert(program, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    together = made.text.partition("class Together")[2].partition("\nclass ")[0]
    assert "            self.ms.append(m)\n" in together
    assert "self.apply(" not in together  # which would make the weights of the members anew
    apart = scripts.compare(program, made.text)
    assert any(name == "before" for name in apart)
    assert max(apart.values()) < 1e-9, apart
