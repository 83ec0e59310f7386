"""Layer rules take what Keras's constructors take, in their order, with their defaults."""

from __future__ import annotations

import inspect
from typing import Any

import black
import keras
import pytest

from rules.emitted import EMITTED
from transpiler.registry import load_rules
from transpiler.rule import SHARED, Rule

RULES = sorted({id(r): r for r in load_rules().layers.values()}.values(), key=lambda r: r.names)
MINE = [r for r in RULES if r.build.__module__.rpartition(".")[2] in {
    "activations", "convolutional", "core", "einsum_dense", "merging", "normalization", "pooling",
    "regularization", "reshaping", "transposed",
}]  # fmt: skip

#: Arguments that the engine reports as not translated.
REFUSED = {"lora_rank", "lora_alpha", "gptq_unpacked_column_size", "quantization_config"}
#: Layers that only older versions have.
OLD = {"LocallyConnected1D", "LocallyConnected2D", "Merge", "ThresholdedReLU"}
#: Arguments that only Keras 2 has.
OLDER = {"Embedding": ("sparse",), "BatchNormalization": ("fused",)}


def theirs(rule: Rule) -> Any:
    cls = getattr(keras.layers, rule.names[0].rpartition(".")[2])
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return {p.name: p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}


@pytest.mark.parametrize("rule", MINE, ids=lambda r: r.names[0].rpartition(".")[2])
def test_parameters(rule: Rule) -> None:
    assert rule.note.endswith((".", ":")) or rule.note
    name = rule.names[0].rpartition(".")[2]
    if name in OLD:
        return
    keras_has = theirs(rule)
    ours = {
        p.name: p
        for p in list(rule.signature.parameters.values())[1:]
        if p.kind is not p.KEYWORD_ONLY
    }
    for parameter in OLDER.get(name, ()):
        del ours[parameter]
    handled = [n for n in keras_has if n in ours]
    assert handled == list(ours)
    for parameter, given in ours.items():
        assert given.default == keras_has[parameter].default
        assert type(given.default) is type(keras_has[parameter].default)
    for parameter in set(keras_has) - set(ours):
        assert parameter in SHARED | rule.ignored | REFUSED, parameter


@pytest.mark.parametrize("rule", MINE, ids=lambda r: r.names[0].rpartition(".")[2])
def test_names(rule: Rule) -> None:
    name = rule.names[0].rpartition(".")[2]
    if name in OLD:
        return
    cls = getattr(keras.layers, name)
    for other in rule.names[1:]:
        assert getattr(keras.layers, other.rpartition(".")[2]) is cls
    if rule.functional and rule.functional != "keras.layers.merge":
        assert callable(getattr(keras.layers, rule.functional.rpartition(".")[2]))
    for old, new in rule.aliases.items():
        assert new in rule.parameters, old


def test_every_layer_of_these_families_has_a_rule() -> None:
    families = ("activations", "convolutional", "core", "merging", "normalization", "pooling",
                "regularization", "reshaping")  # fmt: skip
    served = set(load_rules().layers)
    for name, cls in vars(keras.layers).items():
        module = getattr(cls, "__module__", "")
        if (
            inspect.isclass(cls)
            and module.startswith("keras.src.layers.")
            and module.split(".")[3] in families
        ):
            assert f"keras.layers.{name}" in served | NOT_THESE, name


#: Layers of `core` that are not plain layers, or that others translate.
NOT_THESE = {f"keras.layers.{name}" for name in ("InputLayer", "Lambda", "Wrapper")}


@pytest.mark.parametrize("name", sorted(EMITTED))
def test_emitted_sources_are_formatted(name: str) -> None:
    source = EMITTED[name].source
    assert source == black.format_str(source, mode=black.Mode(line_length=88))
    assert all(need in EMITTED or need == "init_like_keras" for need in EMITTED[name].needs)
