"""Each layer of Keras is translated, or refused with a reason that names it."""

from __future__ import annotations

from tests.rules.layer_table import ENGINE, always_refused, layers, reasons
from transpiler.diagnostics import Fidelity
from transpiler.options import Options
from transpiler.registry import load_rules

RULES = load_rules().layers


def test_each_layer_is_translated_or_refused() -> None:
    found = {f"keras.layers.{name}" for name in layers()}
    translated = {n for n in found if n in RULES and not always_refused(RULES[n])}
    translated |= {f"keras.layers.{name}" for name in ENGINE}
    refused = {n for n in found if n in RULES and always_refused(RULES[n])}
    assert found - translated - refused == set()
    share = f"{len(translated)} of {len(found)} layers: {len(translated) / len(found):.0%}"
    print(share)  # noqa: T201
    assert len(translated) / len(found) > 0.85


def test_what_is_refused_has_a_reason() -> None:
    for rule in RULES.values():
        if always_refused(rule):
            assert reasons(rule)


def test_what_is_close_is_equal_where_that_is_asked_for() -> None:
    """Each rule that is close takes the option: what it does then is tested where the rule is.

    But for those that read files: what PIL decodes otherwise, no small class makes equal.
    """
    rules = load_rules()
    close = [
        rule
        for table in (rules.layers, rules.optimizers, rules.losses, rules.metrics, rules.ops)
        for rule in table.values()
        if rule.fidelity is Fidelity.CLOSE and rule.build.__module__ != "rules.ops.image_files"
    ]
    assert close
    assert all("exact" in rule.chosen(Options()) for rule in close)
