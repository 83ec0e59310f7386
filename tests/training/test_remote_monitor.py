"""RemoteMonitor sends the values of each epoch to a server."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import json

import numpy as np
import requests
from tensorflow import keras

messages, places = [], []


def post(url, data=None, json=None, headers=None):
    messages.append((data, json))
    places.append((url, headers))
    if len(messages) == 2:
        raise requests.exceptions.ConnectionError("nobody there")


requests.post = post
rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
rates = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
monitor = keras.callbacks.RemoteMonitor({given})
model.fit(x, y, epochs=3, validation_split=0.25, callbacks=[rates, monitor], verbose=0)
sent = [one or json.loads({read}) for form, one in messages]
values = np.array([[message[key] for key in sorted(message)] for message in sent])
keys = len(sent[0])
assert places == [({url}, {headers})] * 3
"""
DATA = 'form["data"]'
CASES = {
    "defaults": ("", DATA, '"http://localhost:9000/publish/epoch/end/"', "None"),
    "a form": (
        '"http://there:80", path="/epochs/", field="values", headers={"id": "7"}',
        'form["values"]',
        '"http://there:80/epochs/"',
        '{"id": "7"}',
    ),
    "json": ("send_as_json=True", DATA, '"http://localhost:9000/publish/epoch/end/"', "None"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_messages_are_sent(case: str, scripts: Scripts) -> None:
    given, read, url, headers = CASES[case]
    text = PROGRAM.format(given=given, read=read, url=url, headers=headers)
    found = converted(text)
    assert "RemoteMonitor(" not in found
    apart = scripts.compare(text, found)
    assert {"values", "keys"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_which_message_it_is_must_be_known() -> None:
    given = "send_as_json=len(x) > 3"
    text = PROGRAM.format(given=given, read=DATA, url="''", headers="None")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("send_as_json is only known at run time" in message for message in said)
