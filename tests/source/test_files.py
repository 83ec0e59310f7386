"""What the engine is given of a file, whatever the file's bytes are."""

from __future__ import annotations

import pytest

from transpiler.source.files import decode, names_framework


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "\n"),
        (b"x", "x\n"),
        (b"x\r\ny\r\n", "x\ny\n"),
        (b"x\ry\nz\r\n", "x\ny\nz\n"),
        (b"\xef\xbb\xbfx\n", "x\n"),
        (b"\x0c\x0cx\n\x0cy\n", "x\ny\n"),
        (b"x\n\x0c\n\x0c# c\ns = '''\n\x0c a\n'''\n", "x\n\x0c\n\x0c# c\ns = '''\n\x0c a\n'''\n"),
        (b"if x:\n  \x0c    y\n", "if x:\n    y\n"),
        (b"x\n\n# c\n", "x\n\n# c\n"),
        (b"x\n\n  # c\n", "x\n"),
        (b"  # c", ""),
        (b"# coding: latin-1\n# \xe9\n", "# coding: latin-1\n# \xe9\n"),
    ],
)
def test_the_engine_gets_plain_text_and_the_file_its_bytes_back(data: bytes, text: str) -> None:
    source = decode(data)
    assert source.text == text
    assert source.encode(text) == data


@pytest.mark.parametrize("data", [b"import tensorflow as tf", b"from keras import layers"])
def test_files_that_name_a_framework_are_of_interest(data: bytes) -> None:
    assert names_framework(data)
    assert not names_framework(data.replace(b"keras", b"torch").replace(b"tensorflow", b"torch"))


def test_lines_that_stay_begin_with_their_form_feeds() -> None:
    source = decode(b"import a\n\x0c\n\x0cdef f():\n    x\n\x0c    y\n\n\x0cdef g():\n    z\n")
    assert source.text == "import a\n\x0c\ndef f():\n    x\n    y\n\ndef g():\n    z\n"
    changed = source.text.replace("    y\n", "    w\n").replace("import a", "import b\nimport c")
    encoded = b"import b\nimport c\n\x0c\n\x0cdef f():\n    x\n    w\n\n\x0cdef g():\n    z\n"
    assert source.encode(changed) == encoded
