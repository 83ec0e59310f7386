"""Training programs of the tests, changed at random, still leave in torch what they leave in Keras.

`pytest tests/generate --mutants 2000` changes so many that Keras runs; `--first-seed` begins
elsewhere. What is wrong is printed with its seed, after statements and arguments that it does not
need are taken away.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest

from tests.generate import mutations, training_verdicts
from tests.generate.draws import Choices, draw
from tests.generate.mutants import mutant
from tests.generate.mutation_bases import BASES
from tests.generate.reduction import reduced
from tests.generate.training_programs import Drawn
from tests.generate.training_verdicts import LOUD, REFUSED, SILENT, judge_training
from tests.training.scripts import Scripts


def test_changed_trainings(scripts: Scripts, request: pytest.FixtureRequest) -> None:
    """None is wrong without a word, none fails; what Keras itself does not run does not count."""
    count = int(request.config.getoption("--mutants"))
    seed = int(request.config.getoption("--first-seed"))
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    while seen.total() - seen[REFUSED] < count:
        one, _ = draw(seed, mutant)
        verdict = judge_training(one, scripts)
        seen[verdict.status] += 1
        if verdict.status in (SILENT, LOUD):
            small = reduced(one, verdict, scripts)
            wrong.append(f"seed {seed}: {verdict.status}: {verdict.reason}\n{small}")
            print(wrong[-1], flush=True)  # noqa: T201
        seed += 1
    print(f"before seed {seed}: {dict(seen)}")  # noqa: T201
    assert not wrong


def test_what_is_wrong_is_reduced(scripts: Scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge sees a model that is trained once too little, and what doesn't matter goes."""
    original = training_verdicts.convert

    def forgetful(text: str, options: object) -> object:
        return original(text.replace("SGD(0.0625", "SGD(0.125"), options)  # type: ignore[arg-type]

    monkeypatch.setattr(training_verdicts, "convert", forgetful)
    one = Drawn(BASES["script"], "3", True, None)
    verdict = judge_training(one, scripts)
    assert verdict.status == SILENT
    small = reduced(one, verdict, scripts, 5)
    assert "fit" in small.text
    assert len(small.text) < len(one.text)


def test_every_mutation_is_made() -> None:
    """In so many programs, each kind of change is made at least once, and all of them parse."""
    made: defaultdict[str, int] = defaultdict(int)
    generator = random.Random(1)
    for _ in range(50):
        for text in BASES.values():
            changed, names = mutations.mutated(text, Choices(chance=generator))
            compile(changed, "<changed>", "exec")
            for name in names:
                made[name] += 1
    assert {one.__name__ for one, _ in mutations.MUTATIONS} == made.keys()
