"""Arrays that a generator fills again after it has given them, or that functions change."""

from __future__ import annotations

import pytest

from transpiler.source.reused_arrays import is_changed_by_functions, reused_array


@pytest.mark.parametrize(
    "body",
    [
        "batch = np.zeros((4, 2))\nwhile True:\n    for i in range(4):\n"
        "        batch[i] = next(rows)\n    yield batch, 1",
        "batch = np.zeros(4)\nfor i, row in enumerate(rows):\n    batch[i % 4] = row\n"
        "    if i % 4 == 3:\n        yield {'x': batch}",
        "batch = np.zeros(4)\nfor row in rows:\n    batch += row\n    yield batch.reshape(2, 2)",
        "batch = np.zeros(4)\nfor row in rows:\n    np.copyto(batch, row)\n    yield batch[:2].T",
        "batch = np.zeros(4)\nfor row in rows:\n    fill(batch, row)\n"
        "    x = batch[:3]\n    yield x",
        "batch = np.zeros(4)\npair = batch, 1\nfor row in rows:\n"
        "    np.add(row, 1, out=batch)\n    yield pair",
        "for row in rows:\n    self.batch[:] = row\n    yield self.batch",
    ],
)
def test_what_is_filled_again(body: str) -> None:
    text = "    def given(self, rows):\n        " + body.replace("\n", "\n        ") + "\n"
    assert reused_array(text, "yield") in ("batch", "self.batch")


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    batch = np.zeros(4)\n    for i in range(4):\n"
        "        batch[i] = next(rows)\n    yield batch",
        "batch = np.zeros(4)\nfor i, row in enumerate(rows):\n    batch[i % 4] = row\n"
        "    if i % 4 == 3:\n        yield batch\n        batch = np.zeros(4)",
        "batch = np.zeros(4)\nfor row in rows:\n    batch[:] = row\n    yield batch.copy()",
        "batch = np.zeros(4)\nfor row in rows:\n    batch[:] = row\n    yield np.array(batch)",
        "batch = np.zeros(4)\nfor row in rows:\n    batch[:] = row\n    yield batch[order]",
        "while True:\n    np.random.shuffle(rows)\n    for i in range(4):\n"
        "        yield rows[i : i + 2]",
        "batch = []\nfor row in rows:\n    batch.append(row)\n"
        "    yield np.array(batch)\n    batch.clear()",
        "for batch in rows:\n    batch[0] = 1\n    yield batch",
    ],
)
def test_what_is_made_anew(body: str) -> None:
    text = "def given(rows):\n    " + body.replace("\n", "\n    ") + "\n"
    assert reused_array(text, "yield") == ""


def test_what_an_iterator_returns() -> None:
    text = "def __next__(self):\n    self.batch[:] = next(self.rows)\n    return self.batch\n"
    assert reused_array(text, "return") == "self.batch"
    made = text.replace("self.batch[:]", "batch = np.zeros(3)\n    batch[:]")
    assert reused_array(made.replace("return self.batch", "return batch"), "return") == ""


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("def f():\n    x[:] = x + 1", True),
        ("def f():\n    np.random.shuffle(x)", True),
        ("def f():\n    global x\n    x += 1", True),
        ("f = lambda: x.sort()", True),
        ("class A:\n    def f(self):\n        self.data *= 2\n\n\na = A(1, data=x)", True),
        ("class A:\n    def f(self):\n        self.data *= 2\n\n\na = A(y, f(x))", False),
        ("class A:\n    def f(self):\n        return self.data * 2\n\n\na = A(x)", False),
        ("def f(x):\n    x[0] = 1", False),
        ("def f():\n    x = np.zeros(3)\n    x[0] = 1", False),
        ("x[0] = 1", False),
        ("def f():\n    y[0] = x[0]", False),
    ],
)
def test_what_functions_change(text: str, changed: bool) -> None:
    assert is_changed_by_functions("x", text) is changed
