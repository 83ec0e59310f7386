"""Which constants an expression may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source.possible_constants import constants_it_may_be, lengths_it_may_have

SEEN = [
    ("v = 3", "v", {"3"}),
    ("v = 0.0", "v", {"0"}),
    ("v = None if n else 0.5", "v", {"None", "0.5"}),
    ("v = None or 4", "v", {"4"}),
    ("v = None", "v or 4", {"4"}),
    ("def f(v=None): ...\nf(2)\nf(v=0)", "v", {"None", "2", "0"}),
    ("def f(*, v=True): ...\nf(v=False)", "v", {"True", "0"}),
    ("def g(w): f(w)\ndef f(v): ...\ng(5)\ng(None)", "v", {"5", "None"}),
    ("def f(v): ...\nfor w in (1, None): f(w)", "v", {"1", "None"}),
    ("for name, v in [('a', None), ('b', 2)]: ...", "v", {"None", "2"}),
    ("for i, v in enumerate([0, 2]): ...", "v", {"0", "2"}),
    ("for a, v in zip([1, 2], [None, 3]): ...", "v", {"None", "3"}),
    ("for v, n in product([0.1, 0], ns): ...", "v", {"0.1", "0"}),
    ("t = {'a': None, 'b': 1}\nfor k, v in t.items(): ...", "v", {"None", "1"}),
    ("t = {'a': None, 'b': 1}", "t[k]", {"None", "1"}),
    ("[f(v) for k, v in {'a': None, 'b': 1}.items()]", "v", {"None", "1"}),
    ("self.t = {'a': None, 'b': 1}\nfor v in self.t.values(): ...", "v", {"None", "1"}),
    ("c = {'v': None, 'w': 1}", "c['v']", {"None"}),
    ("c = {'v': 1}\nc['v'] = None", "c['v']", {"None", "1"}),
    ("c = {'v': 1}\nc.update(v=0)", "c['v']", {"0", "1"}),
    ("c = {'v': 2}", "c.get('v')", {"None", "2"}),
    ("c = {'v': 1}", "c.get('v', 0)", {"0", "1"}),
    ("def run(**over): ...\nrun(v=None)\nc = {'v': 2}", "c['v']", {"None", "2"}),
    ("class C:\n    v: int = 0\nC(3)", "c.v", {"0", "3"}),
    ("class C:\n    n: int\n    v: float = 1.5\nC(3, None)", "c.v", {"1.5", "None"}),
    ("class C:\n    v = 1\nclass D(C):\n    v = None", "c.v", {"1", "None"}),
    ("class C:\n    def __init__(self, v=None): self.w = v\nC(2)", "self.w", {"None", "2"}),
    ("class C:\n    def __init__(self, v): self.w = v\nclass D(C): ...\nD(None)", "c.w", {"None"}),
    ("class C:\n    @property\n    def v(self): return 1 if n else None", "c.v", {"None", "1"}),
    ("a = SimpleNamespace(v=0)\na.v = 2", "a.v", {"0", "2"}),
    ("setattr(a, 'v', None)", "a.v", {"None"}),
    ("C = namedtuple('C', 'n v')\nC(1, None)", "c.v", {"None"}),
    ('c = json.loads(\'{"a": {"v": null}}\')', "c['a']['v']", {"None"}),
    ("p.add_argument('--the-v', type=int)", "args.the_v", {"None"}),
    ("p.add_argument('--v', default=0.0)", "args.v", {"0"}),
    ("p.add_argument('-n', '--v', action='store_true')", "args.v", {"0"}),
    ("def pick(n):\n    if n: return None\n    return 2\nv = pick(n)", "v", {"None", "2"}),
    ("def pick(): return 1, None\na, v = pick()", "v", {"None"}),
    ("f = partial(train, v=None)\ndef train(x, v): ...", "v", {"None"}),
    ("v = -1", "v", {"-1"}),
    ("v = 'adam'", "v", {"'adam'"}),
    ("v = [1]", "v", {""}),
    ("v = n + 1", "v", {""}),
    ("for n in (0.5, 1): v = (1 - n) * 2", "v", {"1.0", "0"}),
]


@pytest.mark.parametrize(("text", "expression", "constants"), SEEN)
def test_all_constants_are_found(text: str, expression: str, constants: set[str]) -> None:
    assert constants_it_may_be(text, "", expression) == constants


@pytest.mark.parametrize(
    "text",
    ["", "def f(v): ...", "with make() as v: ...", "v = read()[0]", "f(*vs)\ndef f(v): ..."],
)
def test_what_is_not_seen_is_said(text: str) -> None:
    assert None in constants_it_may_be(text, "", "v")


def test_names_that_stand_for_themselves_end() -> None:
    assert constants_it_may_be("v = w\nw = v\nv = 1", "", "v") == {"1"}


def test_other_files_give_values(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "settings.py").write_text("SPLIT = 0.0\n")
    (tmp_path / "main.py").write_text("from work import train\n\ntrain(size=None)\n")
    work = "import settings\nfrom settings import SPLIT as share\n\ndef train(size=3): ...\n"
    path = tmp_path / "work.py"
    path.write_text(work)
    assert constants_it_may_be(work, str(path), "size") == {"3", "None"}
    assert constants_it_may_be(work, str(path), "settings.SPLIT") == {"0"}
    assert constants_it_may_be(work, str(path), "share") == {"0"}
    (tmp_path / "base.py").write_text("class Base:\n    decay = None\n")
    (tmp_path / "settings.py").write_text("from base import Base\nSPLIT = 0.0\n")
    assert constants_it_may_be(work, str(path), "settings.Base.decay") == {"None"}


def test_lengths_of_tuples() -> None:
    text = "def run(val=None): ...\nrun((x, y))\nrun((x, y, w))"
    assert lengths_it_may_have(text, "", "val") == {2, 3}


def test_what_is_the_same_is_looked_at_once() -> None:
    """Each variable is the next one, twice over: that would be 2 ** 60 expressions."""
    lines = [f"a{n} = a{n + 1} if some else a{n + 1}" for n in range(60)]
    assert constants_it_may_be("\n".join([*lines, "a60 = 3"]), "", "a0") == {"3"}


def test_of_too_many_nothing_is_known() -> None:
    several = "a = b if some else 1\n" * 5000
    assert constants_it_may_be(f"{several}b = 2", "", "a") == {None}
