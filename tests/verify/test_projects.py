"""Blocks and builders of another file of the project, however they are imported."""

from __future__ import annotations

import sys
import sysconfig
import types
from pathlib import Path

import pytest

from transpiler.pipeline import convert
from transpiler.verify.records import Program
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair
from transpiler.verify.worker import _forget_modules

RESNET = """
from tensorflow import keras
from tensorflow.keras import layers


def block(x, filters, stride=1):
    shortcut = layers.Conv2D(filters, 1, strides=stride)(x)
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", activation="relu")(x)
    return layers.add([x, shortcut])


def stack(x, filters, blocks):
    for _ in range(blocks):
        x = block(x, filters, stride=2)
    return x


def build(stack_fn, classes=4):
    inputs = keras.Input((16, 16, 3))
    x = stack_fn(inputs)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
"""

SMALL = """
from tensorflow.keras import layers

{imports}


def small(classes=5):
    def stack_fn(x):
        x = {stack}(layers.ReLU()(x), 4, 2)
        return {stack}(x, 6, blocks=1)

    return {build}(stack_fn, classes)
"""

STYLES = {
    "names": ("from resnet import build, stack", "stack", "build"),
    "others": ("from resnet import build as model_of, stack as layers_of", "layers_of", "model_of"),
    "module": ("from nets import resnet", "resnet.stack", "resnet.build"),
    "relative": ("from . import resnet as r", "r.stack", "r.build"),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_function_that_is_passed_to_another_file(
    style: str, tmp_path: Path, session: VerifySession
) -> None:
    imports, stack, build = STYLES[style]
    imports = imports.replace("from resnet", "from .resnet")
    small = SMALL.format(imports=imports, stack=stack, build=build)
    texts = {"__init__.py": "", "resnet.py": RESNET.lstrip(), "small.py": small.lstrip()}
    for form in ("before", "after"):
        (tmp_path / form / "nets").mkdir(parents=True)
    for name, text in texts.items():
        (tmp_path / "before" / "nets" / name).write_text(text, encoding="utf-8")
    for name, text in texts.items():
        path = str(tmp_path / "before" / "nets" / name)
        converted = convert(text, path=path)
        assert not [d for d in converted.diagnostics if d.severity == "error"]
        (tmp_path / "after" / "nets" / name).write_text(converted.text, encoding="utf-8")
    files = [str(tmp_path / form / "nets" / "small.py") for form in ("before", "after")]
    pair = file_pair(*files)
    (report,) = session.verify(pair.original, pair.converted, ["small()"], only=True)
    assert report.status == "equal", report


CONFIG = """
ORDER = "channels_last"
WIDTH = 4
RATE = float("nan") if WIDTH > 100 else 0.25
"""

SIZED = """
from tensorflow import keras
from tensorflow.keras import layers

{imports}


def sized(classes=2):
    axis = 1 if {config}ORDER == "channels_first" else -1
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D({config}WIDTH, 3, data_format={config}ORDER)(inputs)
    x = layers.BatchNormalization(axis=axis)(x)
    return keras.Model(inputs, layers.Dense(classes)(layers.Flatten()(x)))
"""

CONSTANTS = {
    "names": ("from config import ORDER, WIDTH", ""),
    "star": ("from config import *", ""),
    "module": ("import config", "config."),
    "alias": ("import config as c", "c."),
}


@pytest.mark.parametrize("style", CONSTANTS)
def test_constants_of_another_file(style: str, tmp_path: Path, session: VerifySession) -> None:
    imports, config = CONSTANTS[style]
    text = SIZED.format(imports=imports, config=config).lstrip()
    for form in ("before", "after"):
        (tmp_path / form).mkdir()
        (tmp_path / form / "config.py").write_text(CONFIG.lstrip(), encoding="utf-8")
    original = tmp_path / "before" / "sized.py"
    original.write_text(text, encoding="utf-8")
    converted = convert(text, path=str(original))
    assert not [d for d in converted.diagnostics if d.severity == "error"], converted.text
    assert f"nn.Conv2d(3, {config}WIDTH, 3)" in converted.text
    target = tmp_path / "after" / "sized.py"
    target.write_text(converted.text, encoding="utf-8")
    pair = file_pair(str(original), str(target))
    (report,) = session.verify(pair.original, pair.converted, ["sized()"], only=True)
    assert report.status in ("equal", "close"), report


def test_blocks_of_another_file_start_from_keras_s_weights(tmp_path: Path) -> None:
    blocks = """
from tensorflow.keras import layers


def up(x, filters, norm=False):
    x = layers.Conv2DTranspose(filters, 2, strides=2, use_bias=not norm)(x)
    return layers.BatchNormalization()(x) if norm else x
"""
    model = """
from tensorflow import keras
from blocks import up


def build(classes=3):
    inputs = keras.Input((8, 8, 3))
    x = up(inputs, 4, norm=True)
    return keras.Model(inputs, keras.layers.Conv2D(classes, 1)(x))
"""
    (tmp_path / "blocks.py").write_text(blocks)
    path = tmp_path / "model.py"
    path.write_text(model)
    text = convert(model, path=str(path)).text
    assert "isinstance(module, (nn.Conv2d, nn.ConvTranspose2d))" in text
    assert "if module.bias is not None:" in text


def test_what_an_installed_package_imports_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others beside it can't all be imported a second time; a project's own modules can."""
    installed = Path(sysconfig.get_paths()["purelib"])
    inside = tmp_path / "notebooks"
    for root, place, stays in (
        (installed, installed, True),
        (installed.parent, installed, True),  # an environment in the folder of the project
        (tmp_path, tmp_path, False),
        (inside, tmp_path, False),
    ):
        other = types.ModuleType("beside_it")
        other.__file__ = str(place / "beside_it.py")
        monkeypatch.setitem(sys.modules, "beside_it", other)
        _forget_modules(Program("", "", str(root), "own"), set(sys.modules) - {"beside_it"})
        assert ("beside_it" in sys.modules) is stays
