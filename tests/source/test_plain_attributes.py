"""Attributes that hold plain values, also in lists and dicts."""

from __future__ import annotations

import pytest

from transpiler.source.plain_attributes import plain_attributes

CLASS = """\
class Vocabulary:
    def __init__(self, sentences, size=3):
        self.held = {held}

    def add(self, word):
        {filled}


words = Vocabulary([])
{outside}
"""
WORDS = "{w: i + 1 for i, w in enumerate(sorted({w for s in sentences for w in s}))}"


@pytest.mark.parametrize(
    ("held", "filled", "outside", "kind"),
    [
        ("len(sentences) + 1", "pass", "", False),
        (WORDS, "pass", "", True),
        ("{}", "self.held[word] = len(self.held)", "", False),
        ("['<pad>']", "self.held.append('a')", "", False),
        ("size", "pass", "", True),
        # what may be anything
        ("{}", "self.held[word] = build(word)", "", None),
        ("{}", "self.held[word] = word", "", None),
        ("[]", "self.held.append(word)", "", None),
        ("{}", "pass", "words.held['a'] = model", None),
        ("[]", "pass", "words.held.append(model)", None),
        ("[Dense]", "pass", "", None),
        ("{'a': Dense(3)}", "pass", "", None),
        ("[lambda x: x]", "pass", "", None),
        ("load()", "pass", "", None),
        ("[one for one in self.base.layers]", "pass", "", None),
        ("list(self.made)", "self.made = build(word)", "", None),
        ("{w: i for i, w in self.index.items()}", "self.index = {0: 'a'}", "", False),
    ],
)
def test_what_an_attribute_holds(held: str, filled: str, outside: str, kind: bool | None) -> None:
    text = CLASS.format(held=held, filled=filled, outside=outside)
    assert plain_attributes(text, "Vocabulary").get("held") is kind
