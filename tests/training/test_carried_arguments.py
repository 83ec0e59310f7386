"""Arguments of training mean the same, however a program carries their values to the call."""

from __future__ import annotations

import pytest

from tests.training.carriers import ARGUMENTS, CARRIERS, program
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert


@pytest.mark.sample(96)
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_it_is_the_same_or_refused(name: str, carrier: str, scripts: Scripts) -> None:
    text = program(ARGUMENTS[name], carrier)
    made = convert(text, Options(exact=True))
    errors = [d for d in made.diagnostics if d.severity is Severity.ERROR]
    if errors:
        assert ARGUMENTS[name].refusable, errors
        return
    differences = scripts.compare(text, made.text)
    assert differences
    assert max(differences.values()) < 1e-9, differences
