"""Random programs that train leave in torch what they leave in Keras.

`pytest tests/generate --trainings 2000` draws so many that Keras runs; a wrong one is shrunk, and
belongs into golden/ then. `--first-seed` begins elsewhere.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.generate import training_pen, training_programs, training_verdicts
from tests.generate.draws import Choices, draw, shrunk
from tests.generate.training_programs import Drawn, training_program
from tests.generate.training_verdicts import (
    EQUAL,
    LOUD,
    REFUSED,
    REPORTED,
    SILENT,
    Verdict,
    judge_training,
)
from tests.training.scripts import Scripts

#: Choices whose possibilities depend on others.
_OPEN = {"monitor", "key", "task", "model", "data"}


def test_random_trainings(scripts: Scripts, request: pytest.FixtureRequest) -> None:
    """None is silently wrong, none fails; those that Keras itself does not run don't count."""
    count = int(request.config.getoption("--trainings"))
    seed = int(request.config.getoption("--first-seed"))
    seen: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong: list[str] = []
    while seen.total() - seen[REFUSED] < count:
        one, choices = draw(seed, training_program)
        verdict = judge_training(one, scripts)
        seen[verdict.status] += 1
        reasons[verdict.signature] += verdict.status == REPORTED
        if verdict.status in (SILENT, LOUD):
            wrong.append(_smallest(one, choices, verdict, seed, scripts))
            print(wrong[-1], flush=True)  # noqa: T201
        seed += 1
    print(f"before seed {seed}: {dict(seen)}", *reasons.most_common(), sep="\n")  # noqa: T201
    assert not wrong
    assert seen[EQUAL] >= 0.2 * count


def _smallest(one: Drawn, choices: list[int], verdict: Verdict, seed: int, scripts: Scripts) -> str:
    """What is wrong with a program, and the shortest one of which the same is true."""
    kind = verdict.signature[:12]

    def fails(other: Drawn) -> bool:
        found = judge_training(other, scripts)
        return found.status == verdict.status and found.signature.startswith(kind)

    small = shrunk(one, choices, fails, 150, training_program)
    return f"seed {seed}: {verdict.status}: {verdict.reason}\n{small}"


def test_a_wrong_training_is_wrong(scripts: Scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge sees what is converted otherwise."""
    text = training_program(Choices()).text.replace('"sgd"', "keras.optimizers.SGD(0.125)")
    one = Drawn(text, "3", True, ("history", "score"))
    assert judge_training(one, scripts).status == EQUAL
    original = training_verdicts.convert

    def careless(text: str, options: object) -> object:
        return original(text.replace("SGD(0.125)", "SGD(0.25)"), options)  # type: ignore[arg-type]

    monkeypatch.setattr(training_verdicts, "convert", careless)
    verdict = judge_training(one, scripts)
    assert verdict.status == SILENT
    assert "differs" in verdict.reason


def test_every_choice_is_reached() -> None:
    """In so many programs, each possibility is chosen at least once."""
    generator = random.Random(1)
    chosen: defaultdict[str, set[int]] = defaultdict(set)
    sizes: defaultdict[str, int] = defaultdict(int)
    for _ in range(9000):
        for name, number, size in training_program(Choices(chance=generator)).made:
            chosen[name].add(number)
            sizes[name] = max(sizes[name], size)
    missing = {n: set(range(sizes[n])) - found for n, found in chosen.items() if n not in _OPEN}
    assert {n: left for n, left in missing.items() if left} == {}
    assert _named_choices() - chosen.keys() == set()


def _named_choices() -> set[str]:
    """The names that the generator gives its choices, as far as they are written out."""
    text = "".join(Path(m.__file__).read_text() for m in (training_programs, training_pen))
    return set(re.findall(r'pen\.(?:one|maybe)\(\s*"([^"]+)"', text))
