"""Which names of a module other files change."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source.set_outside import set_outside, set_when_run

CHANGES = {
    "config.RATE = 0.1": {"RATE"},
    "config.CFG['rate'] = 0.1": {"CFG"},
    "config.CFG['rate'], last = 0.1, 2": {"CFG"},
    "config.CFG.update(rate=0.1)": {"CFG"},
    "setattr(config, name, 0.1)": {"CFG", "RATE"},
    "shown = config.CFG['rate'], config.RATE": set(),
    "show(config.CFG['rate'], config.RATE, end='')": set(),
    "show(\n    config.CFG['rate'], config.RATE, end='',\n)": set(),
    "if shown:\n    show([1, 2],\n    config.CFG['rate'], config.RATE, end='')": set(),
    "if shown:\n    show([1, 2])\n    config.CFG['rate'], last = 0.1, 2": {"CFG"},
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_what_is_changed(change: str, tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("CFG = {'rate': 0.5}\nRATE = 0.5\n")
    (tmp_path / "main.py").write_text(f"import config\n\n{change}\n")
    found = set_outside(str(tmp_path / "config.py"))
    assert {name for name in ("CFG", "RATE") if found.fullmatch(name)} == CHANGES[change]


@pytest.mark.parametrize(
    ("sets", "names"),
    [
        ("globals()['RATE'] = rate", {"RATE"}),
        ("globals()[name] = rate", {"CFG", "RATE"}),
        ("globals().update(rates)", {"CFG", "RATE"}),
        ("exec(text)", {"CFG", "RATE"}),
        ("setattr(sys.modules[__name__], 'RATE', rate)", {"RATE"}),
        ("this = sys.modules[__name__]; this.RATE = rate", {"RATE"}),
        ("this = sys.modules[__name__]; setattr(this, name, rate)", {"CFG", "RATE"}),
        ("print(globals()['RATE'], globals().get('CFG'))", set()),
    ],
)
def test_what_a_module_sets_by_text(sets: str, names: set[str], tmp_path: Path) -> None:
    path = tmp_path / "config.py"
    path.write_text(f"import sys\nCFG = {{'rate': 0.5}}\nRATE = 0.5\ndef f():\n    {sets}\n")
    found = set_when_run(str(path))
    assert {name for name in ("CFG", "RATE") if found.fullmatch(name)} == names
