"""No attribute that torch reads of a module is hidden by a value of the program's."""

from __future__ import annotations

from torch import nn

from transpiler.emit.classes.names import is_of_modules

#: What changes the type or place of weights by a method of its own, or only says something.
SELDOM = {
    *("T_destination", "bfloat16", "compile", "cpu", "cuda", "double", "dump_patches", "float"),
    *("half", "ipu", "mtia", "type", "xpu"),
}


def test_every_attribute_is_known() -> None:
    names = {name for name in dir(nn.Module()) if not name.startswith("__")}
    assert {name for name in names - SELDOM if not is_of_modules(name)} == set()


def test_names_of_programs_are_free() -> None:
    assert not any(map(is_of_modules, ("units", "scale", "type", "_scale", "depth", "mode")))
