"""Where the values of a JSON text stand."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transpiler.source.json_places import elements, members, value_at

#: However busy the machine is.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 0, 1, "\t", "\r\n  "])


@PATIENT
@given(st.dictionaries(st.text(), VALUES), INDENTS, st.booleans(), st.sampled_from(["", " \n"]))
def test_of_an_object(value: dict[str, Any], indent: Any, plain: bool, before: str) -> None:
    text = before + json.dumps(value, indent=indent, ensure_ascii=plain) + before
    found = {key: json.loads(text[start:end]) for key, (start, end) in members(text).items()}
    assert found == value


@PATIENT
@given(st.lists(VALUES), INDENTS)
def test_of_a_list(value: list[Any], indent: Any) -> None:
    text = json.dumps({"cells": value}, indent=indent)
    (place,) = members(text).values()
    assert value_at(text, place[0]) == (value, place)
    assert [json.loads(text[start:end]) for start, end in elements(text, place[0])] == value
