"""Programs that put a model together of parts, in this file and another one: equal, or said.

`pytest tests/generate --compositions 300` runs so many; `--first-seed` begins elsewhere.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.generate.compositions import composition
from tests.training.test_several_files import converted
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

#: Norm-relative; probabilities are clipped where their logits stand in another file.
BOUND, CLIPPED = 1e-9, 1e-6
#: What all programs leave.
_LEFT = {"losses", "score", "predicted"}


def test_random_compositions(
    session: VerifySession, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    count = int(request.config.getoption("--compositions"))
    first = int(request.config.getoption("--first-seed"))
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(first, first + count):
        files = composition(seed)
        folder = tmp_path / str(seed)
        made, errors = converted(folder, files)
        if errors:
            seen["said"] += 1
            continue
        if found := _difference(session, folder, made):
            wrong.append(f"seed {seed}: {found}\n" + "".join(files.values()))
        seen["wrong" if found else "equal"] += 1
    print(dict(seen))  # noqa: T201
    assert not wrong, "\n\n".join(wrong)
    assert seen["equal"] >= 0.3 * count


def _difference(session: VerifySession, folder: Path, made: dict[str, str]) -> str:
    """What is not equal; "" where all is."""
    for name, text in made.items():
        (folder / "after" / name).write_text(text.replace("torch.float32", "torch.float64"))
    original, emitted = (read_program(folder / form / "train.py") for form in ("before", "after"))
    expected = session.ask("keras3", TrainingRequest(original, whole=True))
    if not all(np.isfinite(expected.values["losses"])):
        return ""  # what diverges has no numbers to compare
    try:
        found = session.ask("torch", TrainingRequest(emitted, whole=True, trained=expected))
    except Exception as error:
        return f"fails: {str(error).strip().splitlines()[-1]}"
    if found.reason:
        return str(found.reason)
    if missing := _LEFT - found.values.keys():
        return f"missing: {sorted(missing)}"
    far = {name: apart(expected.values[name], found.values[name]) for name in _LEFT}
    far |= found.differences
    bound = CLIPPED if "crossentropy(probabilities" in "".join(made.values()) else BOUND
    wrong = {name: one for name, one in far.items() if not one <= bound}
    return "; ".join(f"{name} differs by {one:.1e}" for name, one in wrong.items())


def test_a_wrong_composition_is_wrong(session: VerifySession, tmp_path: Path) -> None:
    """The judge sees what is converted otherwise."""
    seeds = (seed for seed in range(50) if not _errors_of(tmp_path / str(seed), seed))
    seed = next(seeds)
    folder = tmp_path / str(seed)
    made = {p.name: p.read_text() for p in (folder / "after").glob("*.py")}
    assert not _difference(session, folder, made)
    faster = {name: text.replace("lr=0.0625", "lr=0.125") for name, text in made.items()}
    assert faster != made
    assert "losses differs" in _difference(session, folder, faster)


def _errors_of(folder: Path, seed: int) -> list[str]:
    return converted(folder, composition(seed))[1]


def test_all_compositions_are_programs() -> None:
    """Each of so many is Python, also what becomes of it alone."""
    for seed in range(60):
        for name, text in composition(seed).items():
            compile(text, name, "exec")
            made = convert(text, Options())
            compile(made.text, name, "exec")
            assert not any("internal" in d.message for d in made.diagnostics)
