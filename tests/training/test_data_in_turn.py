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


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        ("tf.data.TFRecordDataset(['a.tfrecord'])", "write them as files"),
        ("tf.data.experimental.make_csv_dataset('a.csv', 4)", "pandas"),
        ("tf.keras.utils.audio_dataset_from_directory('sounds')", "torchaudio"),
        ("tf.data.Dataset.range(3).rejection_resample(lambda a: a, [0.5, 0.5])", "Weighted"),
    ],
)
def test_what_to_do_with_other_data_is_said(call: str, advice: str) -> None:
    said = convert(f"import tensorflow as tf\n\ndata = {call}\n").diagnostics
    assert any(d.line == 3 and d.severity == "error" and advice in d.message for d in said), said


WINDOWS = """\
import numpy as np
from tf_keras.preprocessing.sequence import TimeseriesGenerator

series = np.arange(60.0).reshape(20, 3)
targets = np.arange(20.0)
data = TimeseriesGenerator(series, targets, {given})
found = []
count = len(data)
"""


@pytest.mark.parametrize("given", ["4", "length=3, batch_size=5", "6, batch_size=14"])
def test_windows_of_a_generator(given: str) -> None:
    text = WINDOWS.format(given=given)
    conversion = convert(text)
    assert conversion.status == "converted", conversion.diagnostics
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    exec(text, before)
    exec(conversion.text, after)
    assert before["count"] == after["count"]
    for one, other in zip(before["data"], after["data"], strict=False):
        assert [part.tolist() for part in one] == [part.tolist() for part in other]


@pytest.mark.parametrize(
    "given", ["4, stride=2", "4, sampling_rate=2", "4, start_index=3", "4, reverse=True"]
)
def test_other_windows_are_refused(given: str) -> None:
    said = convert(WINDOWS.format(given=given)).diagnostics
    assert 6 in [d.line for d in said if d.severity == "error"]
