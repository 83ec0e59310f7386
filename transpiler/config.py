"""`[tool.tf2torch]` of the user's pyproject.toml: the options of the command line, as defaults."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from transpiler.record import record

FORMATS = ("text", "json", "sarif", "github")

#: Each option that has a fixed set of values.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "init": ("keras", "torch"),
    "input-layout": ("keras", "torch"),
    "keras": ("auto", "2", "3"),
    "format": FORMATS,
}

#: The type of every other option.
_TYPES: Mapping[str, type] = {"exact": bool, "quiet": bool, "jobs": int, "exclude": list}


class ConfigError(Exception):
    """The configuration can't be used; the message says what to change."""


@record(frozen=True, slots=True)
class Config:
    """What the configuration file sets; what it does not name is not in `values`."""

    root: str = "."  #: the folder of the file: `exclude` is relative to it
    values: Mapping[str, Any] = field(default_factory=dict)


def load_config(paths: Sequence[str]) -> Config:
    """The configuration for some paths: the nearest one from their common folder upwards.

    A pyproject.toml without `[tool.tf2torch]` is passed by; the search ends with the repository.
    Raises ConfigError for a file that can't be read or says what there is not.
    """
    folder = _common_folder(paths)
    while True:
        config = _read(folder)
        parent = os.path.dirname(folder)
        if config or parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return config or Config()
        folder = parent


def _common_folder(paths: Sequence[str]) -> str:
    real = [os.path.realpath(path) for path in paths] or [os.getcwd()]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in real]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # on different drives
        return os.getcwd()


def _read(folder: str) -> Config | None:
    path = os.path.join(folder, "pyproject.toml")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read: {error}") from None
    if "tf2torch" not in text:
        return None
    tool = _parse(text, path).get("tool", {})
    section = tool.get("tf2torch") if isinstance(tool, dict) else None
    if section is None:
        return None
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: [tool.tf2torch] must be a table")
    return Config(folder, {key: _checked(key, value, path) for key, value in section.items()})


def _parse(text: str, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None


def _checked(key: str, value: object, path: str) -> object:
    where = f"{path}: [tool.tf2torch] {key}"
    if key in CHOICES:
        text = str(value) if isinstance(value, int) else value
        if text not in CHOICES[key]:
            raise ConfigError(f"{where} must be one of {', '.join(CHOICES[key])}, not {value!r}")
        return text
    if key not in _TYPES:
        known = ", ".join(sorted([*CHOICES, *_TYPES]))
        raise ConfigError(f"{where}: there is no such option; there are {known}")
    kind = _TYPES[key]
    if type(value) is not kind:
        raise ConfigError(f"{where} must be a {_NAMES[kind]}, not {value!r}")
    if key == "jobs" and isinstance(value, int) and value < 1:
        raise ConfigError(f"{where} must be at least 1")
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where} must be a list of strings")
    return value


_NAMES: Mapping[type, str] = {bool: "boolean", int: "number", list: "list"}
