"""All rules, found by the Keras name that they serve."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from typing import Any

from transpiler.record import record
from transpiler.rule import BY_HAND, IDLE, RULES, TOOLS, Rule


@record(frozen=True, slots=True)
class Rules:
    """The rules by canonical name, and what rules share."""

    layers: dict[str, Rule] = field(default_factory=dict)
    functional: dict[str, Rule] = field(default_factory=dict)
    ops: dict[str, Rule] = field(default_factory=dict)
    activations: dict[str, Rule] = field(default_factory=dict)
    losses: dict[str, Rule] = field(default_factory=dict)
    metrics: dict[str, Rule] = field(default_factory=dict)
    optimizers: dict[str, Rule] = field(default_factory=dict)
    schedules: dict[str, Rule] = field(default_factory=dict)
    callbacks: dict[str, Rule] = field(default_factory=dict)
    regularizers: dict[str, Rule] = field(default_factory=dict)
    constraints: dict[str, Rule] = field(default_factory=dict)
    sources: dict[str, Rule] = field(default_factory=dict)
    signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: those that are not the same in Keras 2
    older_signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    idle: set[str] = field(default_factory=set)  #: functions whose calls say nothing to torch
    emitted: dict[str, Any] = field(default_factory=dict)
    foreign_data: dict[str, str] = field(default_factory=dict)  #: data that torch can't read
    binary: Callable[..., Any] = field(default=lambda *_: None)
    unary: Callable[..., Any] = field(default=lambda *_: None)
    subscript: Callable[..., Any] = field(default=lambda *_: None)
    activated: Callable[..., Any] = field(default=lambda *_: None)
    initialized: Callable[..., Any] = field(default=lambda *_: None)
    filling: Callable[..., Any] = field(default=lambda *_: None)
    held_initializer: Callable[..., Any] = field(default=lambda *_: None)
    weights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: of layers, in order
    stored: Callable[..., Any] = field(default=lambda *_: None)
    default_init: Callable[..., Any] = field(default=lambda *_: None)

    def exported(self, module: str) -> set[str]:
        """The names that `from module import *` brings, as far as they matter."""
        found = {"keras": {"Input", "Model", "Sequential", "layers", "models", "ops", "backend"},
                 "keras.models": {"Model", "Sequential", "Input"}}.get(module, set())  # fmt: skip
        if module == "keras.layers":
            found = found | {"Input", "InputLayer", "Layer"} | set(self.signatures)
        tables = (self.layers, self.functional, self.ops, self.activations)
        trains = (self.optimizers, self.schedules, self.losses, self.metrics, self.callbacks)
        for table in (*tables, self.regularizers, self.constraints, *trains):
            for name in table:
                parent, _, last = name.rpartition(".")
                if parent == module:
                    found = found | {last}
        return found


@cache
def load_rules() -> Rules:
    """Import every module of `rules` and index what they declare; no name may have two rules."""
    package = importlib.import_module("rules")
    modules = {
        m.name: importlib.import_module(m.name)
        for m in pkgutil.walk_packages(package.__path__, "rules.")
    }
    operators = modules["rules.ops.operators"]
    initializers = modules["rules.initializers"]
    rules = Rules(
        signatures=modules["rules.keras_signatures"].SIGNATURES,
        older_signatures=modules["rules.keras_signatures"].KERAS2,
        tools=TOOLS,
        idle=IDLE,
        by_hand=BY_HAND,
        emitted=modules["rules.emitted"].EMITTED,
        foreign_data=modules["rules.data_sources"].FOREIGN,
        binary=operators.binary,
        unary=operators.unary,
        subscript=operators.subscript,
        activated=modules["rules.activations"].activated,
        initialized=initializers.initialized,
        filling=initializers.filling,
        held_initializer=initializers.held,
        weights=initializers.WEIGHTS,
        stored=initializers.stored,
        default_init=initializers.default_init,
    )
    tables = {
        "layer": rules.layers,
        "op": rules.ops,
        "activation": rules.activations,
        "loss": rules.losses,
        "metric": rules.metrics,
        "optimizer": rules.optimizers,
        "schedule": rules.schedules,
        "callback": rules.callbacks,
        "regularizer": rules.regularizers,
        "constraint": rules.constraints,
        "source": rules.sources,
    }
    for rule in RULES:
        for name in rule.names:
            _add(tables[rule.kind], name, rule)
        if rule.functional:
            _add(rules.functional, rule.functional, rule)
    return rules


def _add(table: dict[str, Rule], name: str, rule: Rule) -> None:
    if name in table and table[name] is not rule:
        raise ValueError(f"two rules for {name}")
    table[name] = rule
