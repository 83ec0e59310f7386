"""Which names of a module other files change."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source.set_outside import set_outside

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
