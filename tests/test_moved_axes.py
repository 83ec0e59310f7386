"""The property itself, which test_golden.py asks of every case."""

from __future__ import annotations

import pytest

from tests.moved_axes import moved_back

FORWARD = "class A:\n    def forward(self, x):\n"


@pytest.mark.parametrize(
    "body",
    [
        "x = x.permute(0, 3, 1, 2)\ny = self.f(x.permute(0, 2, 3, 1))",
        "x = x.transpose(1, 2).transpose(1, 2)",
        "x = x.transpose(1, 2)\nif self.a:\n    x = x.transpose(1, 2)",
        "y = x.movedim(-1, 1)\nfor f in self.f:\n    x = f(y.movedim(1, -1))",
    ],
)
def test_found(body: str) -> None:
    text = FORWARD + "".join(f"        {line}\n" for line in body.splitlines())
    assert len(list(moved_back(text))) == 1


@pytest.mark.parametrize(
    "body",
    [
        "x = x.permute(0, 3, 1, 2)\nx = self.f(x)\ny = self.f(x.permute(0, 2, 3, 1))",
        "x = x.permute(0, 3, 1, 2)\nx = x.permute(0, 3, 1, 2)",
        "x = x.transpose(1, 2)\nfor f in self.f:\n    x = f(x.transpose(1, 2))",
        "x = x.transpose(1, 2)\nif self.a:\n    x = f(x)\nx = x.transpose(1, 2)",
    ],
)
def test_not_found(body: str) -> None:
    text = FORWARD + "".join(f"        {line}\n" for line in body.splitlines())
    assert list(moved_back(text)) == []
