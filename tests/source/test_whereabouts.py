"""Under which names an object may be found."""

from __future__ import annotations

import pytest

from transpiler.source.whereabouts import whereabouts

KEPT = """
class Trainer:
    def __init__(self, net, rate=0.1):
        self.kept, self.rate = net, rate

    def train(self, x):
        return self.kept.fit(x)


"""
TRAINER = f"{KEPT}trainer = Trainer(model)\n"


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("other = model\nloss = model(x).sum() if model is not None else 0\n", "other"),
        ("first, second = (model, 3)\nprint(len(model))\n", "first second"),
        ("if (other := model or build()):\n    pass\n", "other"),
        ("runs = []\nruns.append(model)\nlast = runs[-1]\ncount = runs.count\n", "runs last"),
        ("nets = {1: [model]}\nfor key, net in nets.items():\n    net.fit(x)\n", "nets key net"),
        ("nets = [m for m in (model, 3) if m]\nboth = nets + [1]\n", "nets m both"),
        ("with scope as other, model as mine:\n    pass\n", "mine"),
        (f"{TRAINER}trainer.train(x)\nscore = trainer.train(x)\n", "net kept rate"),
        (f"{KEPT}Trainer(rate=1, net=model)\n", "net kept rate"),
        (f"{KEPT}class Mine(Trainer):\n    pass\n\n\nMine(model)\n", "net kept rate"),
        (f"{TRAINER}other = trainer.kept\n", "net kept rate other"),
        ("def ask(first, *rest, **others):\n    pass\n\n\nask(1, 2, model)\nask(a=model)\n",
         "rest others"),
        ("def ask(first, second=None):\n    pass\n\n\nask(*[1], model)\nask(**{'a': model})\n",
         "first second"),
        ("def ask(first=1, second=model):\n    pass\n", "first second"),
        ("def make():\n    return model\n\n\nnet = make()\nscore = make().ask(x)\n", "net"),
        ("class A:\n    @property\n    def b(a):\n        return model\n\n\nc = A().b\n", "b c"),
        ("class A:\n    @staticmethod\n    def ask(a, b):\n        pass\n\n\nx.ask(model)\n", "a"),
        ("class A:\n    def ask(self, one, two):\n        pass\n\n\na.ask(model)\n", "one"),
    ],
)  # fmt: skip
def test_an_object_is_followed(program: str, names: str) -> None:
    assert whereabouts(program, "model") == {"model", *names.split()}


@pytest.mark.parametrize(
    "program",
    [
        "import tools\n\ntools.register(model)\n",
        "from tools import register\n\nregister(model)\n",
        "register(model)\n",
        "anything.keep(model)\n",
        "def ask(net):\n    pass\n\n\nask = wrapped(ask)\nask(model)\n",
        "@wrapped\ndef ask(net):\n    pass\n\n\nask(model)\n",
        "class A:\n    def ask(self, net):\n        pass\n\n\nA.ask(a, model)\n",
        "@dataclass\nclass A:\n    net: object\n\n\nA(model)\n",
        "class A(Base):\n    pass\n\n\nA(model)\n",
        "ask = lambda: model\n",
        "def make():\n    return model\n\n\nregister(make)\n",
        "class A:\n    def __getitem__(self, key):\n        return self.model\n",
        "other = getattr(a, name)\n",
        "def ask(x):\n    pass\n\n\nask(net=model)\n",
    ],
)
def test_an_object_that_goes_where_nobody_looks_may_be_anywhere(program: str) -> None:
    assert whereabouts(program, "model") is None
