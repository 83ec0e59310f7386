"""Blocks of which a conversion takes everything: what stands there then is a program still."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

OBJECT = """\
from tensorflow import keras


class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])

{}

    # asks it
    def ask(self, x):
        return self.model.predict(x)
"""
COMPILE = 'self.model.compile(optimizer="adam", loss="mse")'
BODIES = {
    "all": (
        f"""
    def compile(self):
        # with Adam
        {COMPILE}
""",
        """
    def compile(self):
        # with Adam
        pass
""",
    ),
    "branches": (
        f"""
    def compile(self, fast):
        # which one
        if fast == "yes":
            # a fast one
            {COMPILE}  # Adam
        elif fast:
            {COMPILE.replace("adam", "sgd")}
""",
        """
    def compile(self, fast):
        # which one
        # a fast one
        # Adam
        pass
""",
    ),
    "one branch": (
        f"""
    def compile(self, fast):
        if fast:
            print("fast")
        else:
            {COMPILE}
        return self
""",
        """
    def compile(self, fast):
        if fast:
            print("fast")
        else:
            pass
        return self
""",
    ),
    "asked": (
        f"""
    def compile(self):
        if input("fast?"):
            {COMPILE}
""",
        """
    def compile(self):
        if input("fast?"):
            pass
""",
    ),
    "with": (
        f"""
    def compile(self):
        with open("log") as log:
            {COMPILE}
""",
        """
    def compile(self):
        with open("log") as log:
            pass
""",
    ),
    "attempt": (
        f"""
    def compile(self):
        try:
            {COMPILE}
        except ValueError:
            print("no")
""",
        """
    def compile(self):
        try:
            pass
        except ValueError:
            print("no")
""",
    ),
    "loop": (
        f"""
    def compile(self):
        for _ in range(2):
            {COMPILE}
""",
        """
    def compile(self):
        for _ in range(2):
            pass
""",
    ),
    "one line": (
        f"""
    def compile(self): {COMPILE}
""",
        """
    def compile(self):
        pass
""",
    ),
    "more": (
        f"""
    def compile(self):
        {COMPILE}
        return self
""",
        """
    def compile(self):
        return self
""",
    ),
}


@pytest.mark.parametrize("body", BODIES)
def test_something_stands_in_each_block(body: str) -> None:
    before, after = BODIES[body]
    made = convert(OBJECT.format(before.strip("\n")))
    compile(made.text, "<text>", "exec")
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert f"{after.rstrip()}\n\n    # asks it\n    def ask(self, x):\n" in made.text
    said = {d.message for d in made.diagnostics}
    assert said == {
        "`self.model` is compiled, and nothing that is seen trains it: it gets no optimizer"
    }


def test_nor_is_a_block_of_a_class_empty_that_ends_the_file() -> None:
    text = OBJECT.format(BODIES["all"][0].strip("\n")).partition("\n    # asks")[0]
    for ending in ("\n", ""):
        made = convert(text.rstrip("\n") + ending)
        compile(made.text, "<text>", "exec")
        assert made.text.endswith("        # with Adam\n        pass\n")
