"""Hostile files and failing machinery: a clear message, nothing lost, the other files converted."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import engines
import pytest

from transpiler.batch import convert_files
from transpiler.options import Options
from transpiler.outcome import Job, Outcome
from transpiler.single import Converter
from transpiler.source.discovery import Kind, find

OLD, NEW = "import keras\n", "import torch\n"
NOBODY = 65534


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(path: str, data: str | bytes = OLD) -> str:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def convert(*paths: str, engine: Converter = engines.parsing, processes: int = 1) -> list[Outcome]:
    return convert_files([Job(path, path) for path in paths], Options(), processes, engine)


def said(outcome: Outcome) -> tuple[str, str, int]:
    (diagnostic,) = outcome.diagnostics
    return diagnostic.code, diagnostic.message, diagnostic.line


# files that are not what they should be

FAULTY: dict[str, tuple[bytes, str, str, int]] = {
    "syntax": (b"import keras\nx = (\n", "T2T002", "'(' was never closed", 2),
    "print": (b"import keras\nprint 'x'\n", "T2T002", "this is Python 2 code", 2),
    "except": (b"import keras\ntry: pass\nexcept A, e: print e\n", "T2T002", "Python 2", 3),
    "backquote": (b"import keras\nx = `y`\n", "T2T002", "Python 2", 2),
    "octal": (b"import keras\nx = 0777\n", "T2T002", "Python 2", 2),
    "exec": (b"import keras\nexec 'x'\n", "T2T002", "Python 2", 2),
    "null": (b"import keras\nx = '\0'\n", "T2T002", "the file holds a null byte", 2),
    "bytes": (b"import keras\n# \xff\n", "T2T001", "byte 0xff is not valid utf-8", 2),
    "cookie": (b"# coding: klingon\nimport keras\n", "T2T001", "klingon", 1),
    "codec": (b"# coding: rot13\nimport keras\n", "T2T001", "rot13", 1),
    "bom": (b"\xef\xbb\xbf# coding: latin-1\nimport keras\n", "T2T001", "utf-8", 1),
    "stateful": (b"# coding: utf-7\nimport keras # +AGE-\n", "T2T001", "round trip", 1),
    "binary": (bytes(range(256)) * 10 + b"keras", "T2T001", "byte 0x80 is not valid", 2),
    "brackets": (b"import keras\nx = " + b"(" * 5000 + b")" * 5000, "T2T002", "nested", 1),
    "unclosed": (b"import keras\nx = " + b"[" * 100_000, "T2T002", "nested", 1),
    "minus": (b"import keras\nx = " + b"-" * 100_000 + b"1", "T2T002", "nested", 1),
    "sum": (b"import keras\nx = (" + b"a +\n" * 20_000 + b"a)", "T2T002", "nested", 1),
    "chain": (b"import keras\nx = a" + b".b(1, 2)\\\n" * 5000 + b"\n", "T2T002", "nested", 1),
    "lambda": (b"import keras\nx = " + b"lambda: " * 20_000 + b"1", "T2T002", "nested", 1),
    "elif": (b"import keras\nif a: pass\n" + b"elif a: pass\n" * 20_000, "T2T002", "nested", 1),
    "indents": (
        b"import keras\n" + b"".join(b" " * i + b"if x:\n" for i in range(200)) + b" " * 200 + b"x",
        "T2T002",
        "too many levels of indentation",
        101,
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_file_is_named_and_left_alone(name: str) -> None:
    data, code, message, line = FAULTY[name]
    (outcome,) = convert(put("a.py", data))
    assert said(outcome)[0] == code
    assert message in said(outcome)[1]
    assert said(outcome)[2] in (line, line + 1)  # Pythons differ about where an indentation ends
    assert outcome.status == "failed"
    assert not outcome.changed
    assert Path("a.py").read_bytes() == data


@pytest.mark.parametrize("processes", [1, 4])
def test_faulty_files_do_not_stop_the_others(processes: int) -> None:
    faulty = [put(f"{name}.py", data) for name, (data, *_) in FAULTY.items()]
    good = [put(f"good{i}.py") for i in range(3)]
    outcomes = convert(good[0], *faulty, *good[1:], processes=processes)
    assert [o.path for o in outcomes] == [good[0], *faulty, *good[1:]]
    assert [o.path for o in outcomes if o.status == "converted"] == good
    assert [Path(path).read_text() for path in good] == [NEW] * 3


DEEP = {
    "brackets": "(" * 190 + "1" + ")" * 190,
    "sum": " + ".join("a" * 900),
    "minus": "-" * 900 + "1",
    "lambda": "lambda: " * 900 + "1",
    "calls": "f" + "(1)" * 400,
    "flat": "[" + "1, " * 50_000 + "]",
    "strings": "(" + '"a"\n' * 900 + ")",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_code_that_python_allows_is_converted(name: str) -> None:
    path = put("a.py", f"import keras\nx = {DEEP[name]}\n")
    (outcome,) = convert(path)
    assert (outcome.status, outcome.diagnostics) == ("converted", ())


def test_a_very_long_file_is_converted() -> None:
    path = put("a.py", OLD + "x = 1\n" * 50_000)
    start = time.perf_counter()
    assert convert(path)[0].status == "converted"
    assert Path(path).read_text() == NEW + "x = 1\n" * 50_000
    assert time.perf_counter() - start < 100


def test_empty_files_are_unchanged() -> None:
    outcomes = convert(put("a.py", ""), put("b.py", "\n"))
    assert [o.status for o in outcomes] == ["unchanged", "unchanged"]
    assert Path("a.py").read_bytes() == b""


def test_a_file_without_tensorflow_is_not_parsed() -> None:
    (outcome,) = convert(put("a.py", "x = ((("), engine=engines.raising)
    assert (outcome.status, outcome.diagnostics) == ("unchanged", ())


# what is kept

KEPT = {
    "crlf": b"import keras\r\n\r\nx = 1\r\n",
    "cr": b"import keras\r\rx = 1\r",
    "mixed": b"# a\r\n# b\nimport keras\r# c\r\n\n\r\n# d\n",
    "no newline at the end": b"# a\nimport keras\nx = 1",
    "bom": b"\xef\xbb\xbfimport keras\n",
    "bom and crlf": b"\xef\xbb\xbf# coding: utf-8\r\nimport keras\r\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nimport keras  # \xe9\n",
    "second line": b"#!/bin/python\n# vim: set fileencoding=cp1252 :\nimport keras  # \x80\n",
    "cookie after cr": b"#!/bin/python\r# coding: latin-1\rimport keras # \xe9\r",
    "gbk": "# coding: gbk\nimport keras  # 中文\n".encode("gbk"),
    "form feed": b"\x0cimport keras\n\x0c\nx = 1\n",
    "trailing spaces": b"import keras  \nx = 1\t\n  \n  # c",
    "indented comments at the end": b"import keras\n\n\n    # b\n\n  # c\n# d\n\n",
    "a comment after a continued line": b"import keras\nx = 1 \\\n  # c\n",
    "nel": "import keras\nx = '\u2028\u0085\x1c'\n".encode(),
}


@pytest.mark.parametrize("name", KEPT)
def test_all_bytes_outside_of_changes_are_kept(name: str) -> None:
    data = KEPT[name]
    (outcome,) = convert(put("a.py", data))
    assert outcome.diagnostics == ()
    assert Path("a.py").read_bytes() == data.replace(b"keras", b"torch")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nkeras\r\n# b\r\n", b"a\r\nimport torch\r\n\r\nfrom torch import nn\r\n# b\r\n"),
        (b"a\nkeras\r\n# b\n", b"a\nimport torch\r\n\r\nfrom torch import nn\r\n# b\n"),
        (b"a\rkeras\r# b", b"a\rimport torch\r\rfrom torch import nn\r# b"),
        (b"keras", b"import torch\n\nfrom torch import nn"),
    ],
)
def test_new_lines_end_as_the_others_do(before: bytes, after: bytes) -> None:
    convert(put("a.py", before), engine=engines.inserting)
    assert Path("a.py").read_bytes() == after


def test_a_letter_that_the_encoding_lacks_is_a_diagnostic() -> None:
    data = b"# coding: latin-1\nimport keras # \xe9\n"
    (outcome,) = convert(put("a.py", data), engine=engines.writing_strange_letters)
    code, message, _ = said(outcome)
    assert (code, message) == (
        "T2T003",
        "'\u2192' can't be written in the file's encoding, iso-8859-1",
    )
    assert Path("a.py").read_bytes() == data


def test_the_file_mode_is_kept() -> None:
    path = put("a.py")
    os.chmod(path, 0o755)
    convert(path)
    assert os.stat(path).st_mode & 0o777 == 0o755


# the file system


@pytest.fixture
def src(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder `src` that every user may reach, unlike pytest's own folders."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        monkeypatch.chdir(folder)
        os.mkdir("src")
        yield
        os.chmod("src", 0o755)


def as_nobody(command: Callable[[], object]) -> str:
    """What a command says in a process of a user whom permissions bind, unlike root."""
    with multiprocessing.get_context("fork").Pool(1, initializer=_become_nobody) as pool:
        return pool.apply(_call, (command,))


def _become_nobody() -> None:
    if os.geteuid() == 0:
        os.setuid(NOBODY)


def _call(command: Callable[[], object]) -> str:
    return str(command())


def convert_src() -> str:
    """Convert the folder `src`, and say everything."""
    paths = list(find(["src"]))
    problems = [found.diagnostic for found in paths if found.diagnostic]
    outcomes = convert(*(found.path for found in paths if found.kind is Kind.PYTHON))
    diagnostics = [*problems, *(d for outcome in outcomes for d in outcome.diagnostics)]
    return "; ".join(f"{d.code} {d.message}" for d in diagnostics)


def give_to_nobody(*paths: str) -> None:
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, NOBODY, NOBODY)


@pytest.mark.usefixtures("src")
def test_an_unreadable_file_and_folder_are_named() -> None:
    give_to_nobody("src", put("src/secret.py"), put("src/open.py"))
    put("src/closed/a.py")
    give_to_nobody("src/closed")
    os.chmod("src/secret.py", 0)
    os.chmod("src/closed", 0)
    text = as_nobody(convert_src)
    os.chmod("src/closed", 0o755)
    assert text == (
        "T2T001 the folder can't be read: Permission denied; "
        "T2T001 the file can't be read: Permission denied"
    )
    assert Path("src/open.py").read_text() == NEW


@pytest.mark.usefixtures("src")
@pytest.mark.parametrize(
    ("mode", "folder_mode", "why"),
    [(0o444, 0o755, "the file is read-only"), (0o644, 0o555, "Permission denied")],
)
def test_a_file_that_can_not_be_written_is_left(mode: int, folder_mode: int, why: str) -> None:
    give_to_nobody("src", put("src/a.py"))
    os.chmod("src/a.py", mode)
    os.chmod("src", folder_mode)
    assert as_nobody(convert_src) == f"T2T003 the result can't be written: {why}"
    assert os.listdir("src") == ["a.py"]
    assert Path("src/a.py").read_text() == OLD


def test_nothing_is_written_for_a_file_that_can_not_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def closed(_: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("transpiler.batch.read", closed)
    (outcome,) = convert_files([Job(put("a.py"), "out/a.py")], Options())
    assert said(outcome)[:2] == ("T2T001", "the file can't be read: Permission denied")
    assert os.listdir() == ["a.py"]


def test_a_write_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    paths = [put("a.py"), put("b.py")]
    monkeypatch.setattr(os, "fsync", full)
    outcomes = convert(*paths)
    message = "the result can't be written: No space left on device"
    assert [said(o)[:2] for o in outcomes] == [("T2T003", message)] * 2
    assert [o.changed for o in outcomes] == [False, False]
    assert sorted(os.listdir()) == paths


def test_a_file_that_changes_meanwhile_is_left_as_it_is_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = put("a.py")

    def editing(text: str, options: Options, path: str) -> object:
        put("a.py", "import keras  # edited\n")
        return engines.renaming(text, options)

    (outcome,) = convert(path, engine=editing)  # type: ignore[arg-type]
    assert said(outcome)[0] == "T2T003"
    assert "changed on disk" in said(outcome)[1]
    assert Path(path).read_text() == "import keras  # edited\n"


def test_a_file_that_vanishes_meanwhile_is_named() -> None:
    path = put("a.py")

    def deleting(text: str, options: Options, path: str) -> object:
        os.unlink("a.py")
        return engines.renaming(text, options)

    (outcome,) = convert(path, engine=deleting)  # type: ignore[arg-type]
    assert said(outcome)[0] == "T2T003"
    assert os.listdir() == []


def names(*paths: str) -> list[tuple[str, str]]:
    return [(f.path, f.diagnostic.message if f.diagnostic else f.kind.value) for f in find(paths)]


def test_links_to_folders_are_not_followed() -> None:
    put("src/a/a.py")
    os.symlink("..", "src/a/loop")
    os.symlink("a", "src/b")
    assert names("src") == [("src/a/a.py", "python")]
    assert names("src/b") == [("src/b/a.py", "python")]


def test_links_to_files_are_followed_within_the_project() -> None:
    put("project/.git/HEAD")
    put("project/shared.py")
    put("elsewhere.py")
    os.makedirs("project/src")
    os.symlink("../shared.py", "project/src/inside.py")
    os.symlink("../../elsewhere.py", "project/src/outside.py")
    assert names("project/src") == [("project/src/inside.py", "python")]
    assert names("project/src/outside.py") == [("project/src/outside.py", "python")]


def test_what_is_no_file_is_named() -> None:
    os.mkdir("src")
    os.symlink("nowhere", "src/broken.py")
    os.symlink("nowhere", "src/broken.txt")
    os.symlink("circle.py", "src/circle.py")
    os.mkfifo("src/pipe.py")
    broken = ("src/broken.py", "broken link to nowhere")
    circle = ("src/circle.py", "broken link to circle.py")
    assert names("src") == [broken, circle]
    assert names("src/pipe.py", "missing", "src/broken.py") == [
        ("src/pipe.py", "not a regular file"),
        ("missing", "no such file or folder"),
        broken,
    ]


def test_folders_may_be_very_deep() -> None:
    top = os.getcwd()
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    put("a.py")
    os.chdir(top)
    found = names("d")
    subprocess.run(["rm", "-r", "d"], check=True)  # pytest's own way of cleaning up recurses
    assert len(found) == 1


def test_names_may_be_strange() -> None:
    data = OLD.encode()
    for name in (b"\xff.py", "ü ✓.py".encode(), b"-x.py", b"a\nb.py", b"[1].py"):
        Path(os.fsdecode(name)).write_bytes(data)
    ended = subprocess.run(
        [sys.executable, "-m", "transpiler", "convert", "missing\udcff.py", "."],
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout.startswith(b"missing\\udcff.py:1:1: T2T001 no such file")
    assert ended.stderr == b""


# the engine


@pytest.mark.parametrize("processes", [1, 3])
def test_an_engine_that_raises_spoils_one_file(processes: int) -> None:
    paths = [put("a.py"), put("b.py", OLD + "raise\n"), put("c.py")]
    outcomes = convert(*paths, engine=engines.raising, processes=processes)
    assert [o.status for o in outcomes] == ["converted", "failed", "converted"]
    code, message, _ = said(outcomes[1])
    assert code == "T2T004"
    assert message.startswith(
        "internal error, the file is unchanged: KeyError: 'Conv7D' (engines.py:"
    )
    assert Path("b.py").read_text() == OLD + "raise\n"


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (engines.leaving, "SystemExit: 3"),
        (engines.recursing, "RecursionError"),
        (engines.misparsing, "SyntaxError: of the engine's own making"),
        (engines.breaking, "bad result ('(' was never closed, line 1 of it)"),
    ],
)
def test_an_engine_that_misbehaves_is_an_internal_error(engine: Converter, message: str) -> None:
    (outcome,) = convert(put("a.py"), engine=engine)
    assert said(outcome)[0] == "T2T004"
    assert message in said(outcome)[1]
    assert Path("a.py").read_text() == OLD
    assert sys.getrecursionlimit() < 50_000


def test_the_engine_may_go_deep() -> None:
    convert(put("a.py"), engine=engines.telling_stacks)
    stack, recursion = Path("a.py").read_text().splitlines()[-1].split()[1:]
    assert int(stack) >= 128 * 2**20
    assert int(recursion) >= 20_000
    assert threading.stack_size() < 128 * 2**20


@pytest.mark.parametrize("engine", [engines.parsing, engines.compiling])
def test_both_parsers_say_the_same_of_a_syntax_error(engine: Converter) -> None:
    (outcome,) = convert(put("a.py", "import keras\nx = 1 +\n"), engine=engine)
    assert said(outcome) == ("T2T002", "invalid syntax", 2)


def test_a_process_that_dies_takes_no_other_file_along() -> None:
    paths = [put(f"{i:02}.py", OLD + ("die = 1\n" if i in (3, 4, 17) else "")) for i in range(20)]
    outcomes = convert(*paths, engine=engines.dying, processes=4)
    assert [o.path for o in outcomes] == paths
    assert [i for i, o in enumerate(outcomes) if o.status == "failed"] == [3, 4, 17]
    assert said(outcomes[3])[0] == "T2T004"
    assert "the process converting it died" in said(outcomes[3])[1]
    assert [i for i, name in enumerate(paths) if Path(name).read_text() == OLD] == []
    assert Path("04.py").read_text() == OLD + "die = 1\n"
    assert Path("05.py").read_text() == NEW


def test_the_order_is_that_of_the_files_not_of_the_processes() -> None:
    paths = [put(f"{i}.py", OLD + "# first\n" * (i < 2)) for i in range(6)]
    outcomes = convert(*paths, engine=engines.slow_for_the_first, processes=3)
    assert [o.path for o in outcomes] == paths


def test_many_files_use_several_processes_and_one_file_none() -> None:
    def process(path: str) -> str:
        return Path(path).read_text().rsplit("pid = ")[-1].strip()

    paths = [put(f"{i}.py") for i in range(8)]
    convert(*paths, engine=engines.telling_processes, processes=2)
    assert str(os.getpid()) not in {process(name) for name in paths}
    assert len({process(name) for name in paths}) <= 2
    convert(put("a.py"), *[put(f"plain{i}.py", "") for i in range(9)],
            engine=engines.telling_processes, processes=2)  # fmt: skip
    assert process("a.py") == str(os.getpid())


@pytest.mark.parametrize(("processes", "slow"), [(1, 50), (2, 50), (3, 1)])
def test_an_interrupt_leaves_whole_files(tmp_path: Path, processes: int, slow: int) -> None:
    program = (
        "import sys, engines, transpiler.pipeline\n"
        "from transpiler.cli import main\n"
        "transpiler.pipeline.convert = engines.announcing\n"
        f"sys.exit(main(['convert', '.', '--jobs', '{processes}']))\n"
    )
    texts = {f"{i:03}.py": OLD + "# slow\n" * (i < slow) for i in range(max(slow, 6))}
    for name, text in texts.items():
        put(name, text)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "at work\n"
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "tf2torch: interrupted; every file is either converted or untouched\n"
    assert {name: Path(name).read_text() for name in sorted(os.listdir())} == texts


@pytest.mark.parametrize("processes", [1, 3])
def test_files_see_each_other_as_they_were(processes: int) -> None:
    paths = [put(f"{i}.py") for i in range(9)]
    convert(*paths, engine=engines.reading_neighbours, processes=processes)
    assert {Path(path).read_text() for path in paths} == {NEW + "# 9 seen\n"}
