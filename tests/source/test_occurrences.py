"""Names of variables that are soon dead: the program may have them where it binds them anew."""

from __future__ import annotations

import pytest

from transpiler.source.occurrences import FreeNames, Occurrences

#: What follows a statement in a loop, and whether that may use the name `loss` in passing.
AFTER = [
    ("    loss, accuracy = ask()\n    print(loss)\n", True),
    ("    print(1)\n    loss = ask()\n", True),
    ("    accuracy, loss = ask()\n", True),
    ("print(1)\nloss = ask()\n", True),
    ("    print(loss)\n    loss = ask()\n", False),
    ("    if late:\n        loss = ask()\n    print(loss)\n", False),
    ("    for loss in losses:\n        print(loss)\n", False),
    ("    if late:\n        continue\n    loss = ask()\n", False),
    ("for other in losses:\n    loss = ask()\n", False),
    ("    history[loss] = ask()\n", False),
]


@pytest.mark.parametrize(("after", "free"), AFTER)
def test_a_name_that_is_bound_anew_in_each_round_is_free(after: str, free: bool) -> None:
    text = f"for number in range(3):\n    train()\n{after}"
    start = text.index("train()")
    names = FreeNames(Occurrences(text), [])
    found = names.passing("loss", end=start + len("train()"), looped=start)
    assert found == ("loss" if free else "loss_2")


def test_names_of_functions_inside_are_not_those_of_the_function_around() -> None:
    inner = "    def g(b=b):\n        c = a + b\n        return lambda d: d\n"
    text = f"def f(a):\n{inner}    b, c, d\n"
    found = Occurrences(text)
    own = {n: [p.start for p in found.of(n) if found.is_own(n, p.start)] for n in "abcd"}
    lines = {name: {text.count("\n", 0, p) + 1 for p in places} for name, places in own.items()}
    assert lines == {"a": {1, 3}, "b": {2, 3}, "c": {3}, "d": {4}}
