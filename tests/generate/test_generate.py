"""Random programs compute in torch what they compute in Keras.

`pytest tests/generate --models 2000` draws so many that Keras accepts, all different; a wrong one
is shrunk, and belongs into golden/ then. `--first-seed` begins elsewhere.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.generate import catalogue
from tests.generate.draws import Choices, draw, shrunk
from tests.generate.programs import Drawn, program
from tests.generate.verdicts import EQUAL, REFUSED, REPORTED, WRONG, Verdict, judge
from tests.generate.writer import framework, parameters_of
from tests.rules.layer_table import always_refused
from transpiler.registry import load_rules
from transpiler.rule import SHARED, Rule
from transpiler.verify.session import VerifySession

#: Layers that no program has, and why.
NOT_DRAWN = {
    "Merge": "of Keras 1",
    "CuDNNGRU": "needs a GPU",
    "CuDNNLSTM": "needs a GPU",
    "ConvLSTM3D": "tensors of six axes: test_conv_lstm.py",
}
FAMILIES = (catalogue.LAYERS, catalogue.MERGES, catalogue.ATTENTION, catalogue.WRAPPERS)


def test_random_programs(session: VerifySession, request: pytest.FixtureRequest) -> None:
    """None is silently wrong, and most are converted; those that Keras refuses don't count."""
    count = int(request.config.getoption("--models"))
    seed = int(request.config.getoption("--first-seed"))
    seen: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    texts: set[str] = set()
    wrong: list[str] = []
    while seen.total() - seen[REFUSED] < count:
        one, choices = draw(seed)
        seed += 1
        if one.text in texts:
            continue
        texts.add(one.text)
        verdict = judge(one, session)
        seen[verdict.status] += 1
        reasons[verdict.signature] += verdict.status == REPORTED
        if verdict.status == WRONG:
            wrong.append(_smallest(one, choices, verdict, seed - 1, session))
            print(wrong[-1], flush=True)  # noqa: T201
    print(f"before seed {seed}: {dict(seen)}", *reasons.most_common(), sep="\n")  # noqa: T201
    assert not wrong
    assert seen[EQUAL] >= (0.9 if count > 500 else 0.85) * (seen[EQUAL] + seen[REPORTED])


def _smallest(
    one: Drawn, choices: list[int], verdict: Verdict, seed: int, session: VerifySession
) -> str:
    """What is wrong with a program, and the shortest one of which the same is true."""
    kind = verdict.signature[:24]

    def fails(other: Drawn) -> bool:
        found = judge(other, session)
        return found.status == WRONG and found.signature.startswith(kind)

    return f"seed {seed}: {verdict.reason}\n{shrunk(one, choices, fails)}"


def test_a_wrong_program_is_shrunk(session: VerifySession) -> None:
    """What does not matter goes, and what is left is still wrong."""
    one, choices = next(
        (one, choices)
        for one, choices in map(draw, range(1000))
        if "Dense(" in one.text and one.text.count("layers.") > 12
    )
    small = shrunk(one, choices, lambda other: "Dense(" in other.text)
    assert "Dense(" in small.text
    assert len(small.text) < 250 < len(one.text)


def test_a_wrong_conversion_is_wrong(
    session: VerifySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge sees what a rule does wrong."""
    one = Drawn(
        "from tensorflow import keras\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, 'elu')])\n"
    )
    assert judge(one, session).status == EQUAL
    from tests.generate import verdicts

    original = verdicts.convert

    def careless(text: str, options: object) -> object:
        return original(text.replace("'elu'", "'selu'"), options)  # type: ignore[arg-type]

    monkeypatch.setattr(verdicts, "convert", careless)
    verdict: Verdict = judge(one, session)
    assert verdict.status == WRONG
    assert "differs" in verdict.reason


def converted() -> dict[str, Rule]:
    """The layers that are converted, by their first names."""
    rules = {id(r): r for r in load_rules().layers.values()}
    return {
        rule.names[0].rpartition(".")[2]: rule
        for rule in rules.values()
        if rule.names[0].startswith("keras.layers.") and not always_refused(rule)
    }


def test_every_converted_layer_is_drawn() -> None:
    known = {name for family in FAMILIES for name in family} | set(NOT_DRAWN)
    assert set(converted()) - known == set()


def test_every_argument_has_a_domain() -> None:
    missing = [
        f"{name}.{parameter}"
        for family in FAMILIES
        for name, entry in family.items()
        for parameter in parameters_of(_generation(name), name)
        if parameter not in _domains(entry)
        and parameter not in catalogue.COMMON
        and parameter not in catalogue.LEFT_OUT
    ]
    assert missing == []


@pytest.mark.full
def test_every_layer_and_argument_is_reached() -> None:
    """In so many programs of a seed, each argument of each layer stands at least once."""
    wanted = {
        (name, parameter)
        for family in FAMILIES
        for name, entry in family.items()
        for parameter in parameters_of(_generation(name), name)
        if parameter in _domains(entry)
        or (parameter in catalogue.COMMON and parameter not in SHARED)
    }
    generator = random.Random(1)
    drawn = 0
    while wanted and drawn < 12_000:
        older = [7] if drawn % 2 else []  # the first choice: layers of Keras 2 alone are rare
        wanted.difference_update(arguments_in(program(Choices(older, generator))))
        drawn += 1
    print(f"all are reached by {drawn} programs")  # noqa: T201
    assert sorted(wanted) == []


def arguments_in(one: Drawn) -> Iterator[tuple[str, str]]:
    """The layers that a program constructs, with the arguments that it gives them."""
    spelled = {other: name for name, other in catalogue.ALIASES.items()}
    for node in ast.walk(ast.parse(one.text)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        name = spelled.get(called, called)
        if any(name in family for family in FAMILIES):
            order = list(parameters_of(one.generation, name))
            yield from ((name, order[i]) for i in range(min(len(node.args), len(order))))
            yield from ((name, keyword.arg) for keyword in node.keywords if keyword.arg)


def _generation(name: str) -> str:
    return "3" if hasattr(framework("3").layers, name) else "2"


def _domains(entry: object) -> set[str]:
    domains = entry.domains if isinstance(entry, catalogue.Entry) else entry
    assert isinstance(domains, dict)
    return set(domains)
