"""The table in `rules/README.md`; `pytest tests/rules/test_layer_table.py --accept` writes it."""

from __future__ import annotations

from tests.rules.layer_table import END, README, START, table


def test_table_is_fresh(accept: bool) -> None:
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START)
    written, after = rest.split(END)
    if accept:
        README.write_text(f"{before}{START}{table()}{END}{after}", encoding="utf-8")
    else:
        assert written == table(), "pytest tests/rules/test_layer_table.py --accept"
