"""Data sets made of each element, in turn or one after the other: TensorFlow's order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.pipeline import convert

HEAD = """\
import tensorflow as tf

numbers = tf.data.Dataset.range
"""


def both(body: str) -> tuple[list[Any], list[Any]]:
    """What a program finds, and what it finds converted."""
    conversion = convert(HEAD + body)
    assert conversion.status == "converted", conversion.diagnostics
    assert "tensorflow" not in conversion.text
    found: list[list[Any]] = []
    for text in (HEAD + body, conversion.text):
        namespace: dict[str, Any] = {}
        exec(text, namespace)
        found.append(namespace["found"])
    return found[0], found[1]


@settings(deadline=None, max_examples=40)
@given(
    count=st.integers(0, 9),
    cycle=st.integers(1, 5),
    block=st.integers(1, 4),
    sizes=st.integers(1, 5),
    inner=st.sampled_from(
        [
            "tf.data.Dataset.range(i % {sizes})",
            "tf.data.Dataset.range(i, i + {sizes})",
            "tf.data.Dataset.from_tensors(i).repeat({sizes})",
            "tf.data.Dataset.range(i).skip(1).map(lambda v: v * 2)",
        ]
    ),
)
def test_several_in_turn(count: int, cycle: int, block: int, sizes: int, inner: str) -> None:
    function = f"lambda i: {inner.format(sizes=sizes)}"
    made = f"interleave({function}, cycle_length={cycle}, block_length={block})"
    body = f"ds = tf.data.Dataset.range({count}).{made}\nfound = [int(v) for v in ds]\n"
    expected, got = both(body)
    assert expected == got


@settings(deadline=None, max_examples=20)
@given(count=st.integers(0, 5), size=st.integers(0, 4))
def test_one_after_the_other(count: int, size: int) -> None:
    body = (
        f"ds = tf.data.Dataset.range({count})\n"
        f"ds = ds.flat_map(lambda n: tf.data.Dataset.range(n, n + {size}).batch(2))\n"
        "found = [v.numpy().tolist() for v in ds]\n"
    )
    expected, got = both(body)
    assert expected == got


@pytest.mark.parametrize(
    "made",
    [
        "tf.data.TextLineDataset(paths)",
        "tf.data.TextLineDataset(paths[0]).skip(1)",
        "tf.data.Dataset.from_tensor_slices(paths).flat_map(tf.data.TextLineDataset)",
        "tf.data.Dataset.from_tensor_slices(paths)"
        ".interleave(lambda path: tf.data.TextLineDataset(path).skip(1), cycle_length=2)",
        "tf.data.Dataset.list_files('*.txt', shuffle=False)"
        ".interleave(tf.data.TextLineDataset, cycle_length=2, block_length=2)",
    ],
)
def test_lines_of_files(made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes("head\r\none\x0b\u2028two\n\n  three\rfour\nlast".encode())
    Path("b.txt").write_bytes(b"head\nfive\nsix\n")
    body = f'paths = ["a.txt", "b.txt"]\nds = {made}\nfound = list(ds)\n'
    expected, got = both(body)
    assert [line.numpy().decode() for line in expected] == got
