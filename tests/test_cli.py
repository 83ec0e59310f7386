"""The command line: what is written where, what is said, and the exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import engines
import pytest

from transpiler.cli import main
from transpiler.version import __version__

Run = Callable[..., tuple[int, str, str]]
OLD, NEW = "import keras\n", "import torch\n"


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run a command in an empty folder, with an engine that writes torch for keras."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setattr("transpiler.pipeline.convert", engines.renaming)

    def call(*args: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            status = main(args)
        except SystemExit as leave:
            status = int(leave.code or 0)
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return call


def use(monkeypatch: pytest.MonkeyPatch, engine: object) -> None:
    monkeypatch.setattr("transpiler.pipeline.convert", engine)


def put(path: str, text: str = OLD) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def tree(folder: str) -> dict[str, str]:
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


# convert: in place


def test_a_file_is_converted_in_place(run: Run) -> None:
    file = put("a.py")
    assert run("convert", "a.py") == (0, "1 file converted.\n", "")
    assert file.read_text() == NEW


def test_a_folder_is_converted_and_reported_in_order(run: Run) -> None:
    for name in ("src/z.py", "src/b/a.py", "src/a.py", "src/m.py"):
        put(name)
    put("src/plain.py", "x = 1\n")
    put("src/data.txt", OLD)
    status, out, _ = run("convert", "src", "--format", "json")
    assert status == 0
    assert [(f["path"], f["status"]) for f in json.loads(out)["files"]] == [
        ("src/a.py", "converted"),
        ("src/b/a.py", "converted"),
        ("src/m.py", "converted"),
        ("src/plain.py", "unchanged"),
        ("src/z.py", "converted"),
    ]
    assert Path("src/b/a.py").read_text() == NEW
    assert Path("src/data.txt").read_text() == OLD


def test_paths_below_here_are_named_without_a_dot(run: Run) -> None:
    put("a.py")
    assert json.loads(run("convert", ".", "--format", "json")[1])["files"][0]["path"] == "a.py"


def test_a_file_that_does_not_change_is_not_written(run: Run) -> None:
    file = put("a.py", NEW + "# tensorflow\n")
    before = file.stat()
    assert run("convert", "a.py") == (0, "1 file left unchanged.\n", "")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_named_twice_is_converted_once(run: Run) -> None:
    put("src/a.py")
    os.symlink("a.py", "src/link.py")
    assert run("convert", "src", "src/a.py", "./src/../src/a.py")[1] == "1 file converted.\n"
    assert Path("src/link.py").is_symlink()


def test_what_is_left_for_a_person_gives_status_1(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, engines.refusing)
    file = put("a.py")
    status, out, err = run("convert", "a.py")
    assert (status, err) == (1, "")
    assert out == (
        "a.py:1:8: T2T101 fit is left, 100% as it was\n"
        "a.py:2:1: T2T401 note: epsilon is added later\n"
        "Found 1 error, 1 note.\n"
        "1 file converted in part.\n"
    )
    assert file.read_text() == NEW


def test_quiet_leaves_diagnostics(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.py")
    assert run("convert", "a.py", "--quiet") == (0, "", "")
    use(monkeypatch, engines.refusing)
    put("a.py")
    assert run("convert", "a.py", "-q")[1].count("\n") == 2


def test_skip_file_is_respected(run: Run) -> None:
    text = "#!/usr/bin/env python\n  # tf2torch: skip-file\nimport keras\n"
    file = put("a.py", text)
    assert run("convert", "a.py") == (0, "1 file left unchanged.\n", "")
    assert file.read_text() == text


def test_a_missing_path_does_not_stop_the_others(run: Run) -> None:
    file = put("a.py")
    status, out, _ = run("convert", "missing.py", "a.py")
    assert status == 2
    assert out.splitlines()[0] == "missing.py:1:1: T2T001 no such file or folder"
    assert file.read_text() == NEW


def test_a_folder_without_python_gives_a_warning(run: Run) -> None:
    Path("empty").mkdir()
    warning = "tf2torch: warning: no Python files or notebooks found\n"
    assert run("convert", "empty") == (0, "", warning)


def test_notebooks_are_found_in_folders(run: Run) -> None:
    cell = {"cell_type": "code", "source": [OLD]}
    put("src/a.ipynb", json.dumps({"cells": [cell]}))
    put("src/b.py")
    put("src/.ipynb_checkpoints/a.ipynb", json.dumps({"cells": [cell]}))
    assert run("convert", "src")[:2] == (0, "2 files converted.\n")
    found = {name: json.loads(t) for name, t in tree("src").items() if name.endswith("b")}
    assert found["a.ipynb"]["cells"][0]["source"] == [NEW.strip()]
    assert found[os.path.join(".ipynb_checkpoints", "a.ipynb")]["cells"][0]["source"] == [OLD]


# convert: --diff, --check, --output-dir, -


def test_diff_writes_nothing_and_is_all_of_standard_output(run: Run) -> None:
    file = put("src/a.py", "x = 1\n" + OLD)
    put("src/b.py", "x = 1\n")
    status, out, err = run("convert", "--diff", "src")
    assert status == 1
    assert (
        out == "--- src/a.py\n+++ src/a.py\n@@ -1,2 +1,2 @@\n x = 1\n-import keras\n+import torch\n"
    )
    assert "1 file would be converted, 1 file left unchanged.\n" in err
    assert file.read_text() == "x = 1\n" + OLD


def test_diff_of_nothing_gives_status_0(run: Run) -> None:
    put("a.py", NEW)
    assert run("convert", "--diff", "a.py")[:2] == (0, "")


def test_check_writes_nothing(run: Run) -> None:
    file = put("a.py")
    assert run("convert", "--check", "a.py") == (
        1,
        "Would convert: a.py\n1 file would be converted.\n",
        "",
    )
    assert file.read_text() == OLD
    put("a.py", NEW)
    assert run("convert", "--check", "a.py")[0] == 0


def test_output_dir_takes_a_file_by_name_and_a_folder_as_its_tree(run: Run) -> None:
    put("deep/one.py")
    put("src/pkg/a.py")
    put("src/pkg/plain.py", "x = 1\n")
    put("src/pkg/py.typed", "")
    put("src/pkg/data/keras.json", "{}")
    put("src/pkg/broken.py", "import keras(\n")
    put("src/__pycache__/a.pyc", "x")
    assert run("convert", "deep/one.py", "src", "--output-dir", "out/new")[0] == 0
    assert tree("out/new") == {
        "one.py": NEW,
        "pkg/a.py": NEW,
        "pkg/plain.py": "x = 1\n",
        "pkg/py.typed": "",
        "pkg/data/keras.json": "{}",
        "pkg/broken.py": "import torch(\n",
    }
    assert Path("src/pkg/a.py").read_text() == OLD


def test_output_dir_gets_files_that_fail_as_they_were(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, engines.raising)
    put("src/a.py", OLD + "raise\n")
    assert run("convert", "src", "--output-dir", "out")[0] == 2
    assert tree("out") == {"a.py": OLD + "raise\n"}


def test_output_dir_inside_of_the_folder_is_no_input(run: Run) -> None:
    put("src/a.py")
    for _ in range(2):
        assert run("convert", "src", "--output-dir", "src/out")[0] == 0
    assert tree("src") == {"a.py": OLD, "out/a.py": NEW}


@pytest.mark.parametrize("directory", ["src", "src/../src", "link"])
def test_output_dir_never_overwrites_an_original(run: Run, directory: str) -> None:
    put("src/a.py")
    os.symlink("src", "link")
    status, out, _ = run("convert", "src", "--output-dir", directory)
    assert status == 2
    assert "T2T003 the result would overwrite an original" in out
    assert tree("src") == {"a.py": OLD}


def test_output_dir_never_overwrites_another_result(run: Run) -> None:
    put("one/a.py", OLD + "x = 1\n")
    put("two/a.py", OLD + "x = 2\n")
    status, out, _ = run("convert", "one", "two", "--output-dir", "out")
    assert status == 2
    assert out.startswith("two/a.py:1:1: T2T003 the result would overwrite that of ")
    assert tree("out") == {"a.py": NEW + "x = 1\n"}


def test_output_dir_that_is_a_file(run: Run) -> None:
    put("a.py")
    put("out", "text")
    status, out, _ = run("convert", "a.py", "--output-dir", "out")
    assert status == 2
    assert out.startswith("a.py:1:1: T2T003 the result can't be written: ")
    assert Path("out").read_text() == "text"


def test_standard_input_goes_to_standard_output(run: Run) -> None:
    status, out, err = run("convert", "-", stdin=b"import keras\r\nx = 1")
    assert (status, out) == (0, "import torch\r\nx = 1")
    assert err == "1 file converted.\n"


def test_standard_input_that_fails_comes_out_as_it_went_in(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, engines.raising)
    status, out, err = run("convert", "-", stdin=b"import keras; raise\n")
    assert (status, out) == (2, "import keras; raise\n")
    assert err.startswith("<stdin>:1:1: T2T004 ")


def test_standard_input_with_diff_and_check(run: Run) -> None:
    status, out, _ = run("convert", "-", "--diff", stdin=OLD.encode())
    assert (status, out.splitlines()[-1]) == (1, "+import torch")
    assert run("convert", "-", "--check", stdin=OLD.encode())[:2] == (1, "")


def test_the_report_on_standard_input_is_on_standard_error(run: Run) -> None:
    _, out, err = run("convert", "-", "--format", "json", stdin=OLD.encode())
    assert out == NEW
    assert json.loads(err)["files"][0]["path"] == "<stdin>"


def test_standard_input_stands_alone(run: Run) -> None:
    put("a.py")
    for args in (["-", "a.py"], ["-", "--output-dir", "out"]):
        status, out, err = run("convert", *args)
        assert (status, out) == (2, "")
        assert err.startswith("tf2torch: error: - (standard input)")


# convert: what is left out


def test_gitignore_is_respected(run: Run) -> None:
    put(".git/HEAD", "")
    put(".gitignore", "gen/\n*_pb2.py\n!keep_pb2.py\n/top.py\n")
    put("src/.gitignore", "own.py\n!back_pb2.py\n")
    ignored = ["gen/a.py", "src/x_pb2.py", "top.py", "src/own.py", "src/gen/deep/b.py"]
    taken = ["src/a.py", "src/keep_pb2.py", "src/top.py", "src/back_pb2.py"]
    for name in ignored + taken:
        put(name)
    run("convert", "src")
    run("convert", ".")
    assert [name for name in ignored if Path(name).read_text() == NEW] == []
    assert [name for name in taken if Path(name).read_text() == OLD] == []


def test_what_git_ignores_is_converted_when_named(run: Run) -> None:
    put(".git/HEAD", "")
    put(".gitignore", "gen/\n")
    put("gen/a.py")
    put("gen/.gitignore", "b.py")
    put("gen/b.py")
    assert run("convert", "gen")[1] == "1 file converted.\n"
    assert run("convert", "gen/b.py")[1] == "1 file converted.\n"


def test_exclude_leaves_out_what_matches(run: Run) -> None:
    for name in ("src/a.py", "src/a_test.py", "src/old/b.py", "src/deep/old/c.py"):
        put(name)
    assert run("convert", "src", "--exclude", "*_test.py", "--exclude", "src/old")[0] == 0
    changed = [name for name, text in tree("src").items() if text == NEW]
    assert sorted(changed) == ["a.py", "deep/old/c.py"]


def test_usual_folders_are_left_out(run: Run) -> None:
    names = [".venv/a.py", "node_modules/a.py", ".git/a.py", "build/a.py", "env/a.py"]
    for name in names:
        put(f"src/{name}")
    put("src/env/pyvenv.cfg")
    assert run("convert", "src")[2] == "tf2torch: warning: no Python files or notebooks found\n"


# configuration


def test_options_stand_in_pyproject(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, engines.echoing_options)
    put("pyproject.toml", "[tool.tf2torch]\nexact = true\nkeras = 2\ninput-layout = 'torch'\n")
    file = put("src/a.py")
    run("convert", "src/a.py")
    options = "Options(exact=True, init='keras', input_layout='torch', keras='2')"
    assert file.read_text() == f"{OLD}# {options}\n"


def test_the_command_line_wins_over_pyproject(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, engines.echoing_options)
    put("pyproject.toml", "[tool.tf2torch]\nexact = true\nkeras = 2\nquiet = true\n")
    file = put("a.py")
    assert run("convert", "a.py", "--no-exact", "--keras", "3", "--init", "torch")[1] == ""
    options = "Options(exact=False, init='torch', input_layout='keras', keras='3')"
    assert file.read_text() == f"{OLD}# {options}\n"


def test_exclusions_in_pyproject_are_relative_to_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("pyproject.toml", "[tool.tf2torch]\nexclude = ['src/old']\njobs = 1\nformat = 'json'\n")
    put("src/a.py")
    put("src/old/b.py")
    monkeypatch.chdir("src")
    assert [f["path"] for f in json.loads(run("convert", ".")[1])["files"]] == ["a.py"]


def test_the_nearest_pyproject_with_a_section_counts_within_the_repository(run: Run) -> None:
    put("pyproject.toml", "[tool.tf2torch]\nquiet = true\n")
    put("repo/.git/HEAD", "")
    put("repo/a.py", NEW)
    assert run("convert", "repo/a.py")[1] == "1 file left unchanged.\n"
    put("plain/pyproject.toml", "[project]\nname = 'tf2torch'\n")
    put("plain/a.py", NEW)
    assert run("convert", "plain/a.py")[1] == ""


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("exakt = true", "there is no such option; there are exact, exclude, format, init"),
        ("exact = 1", "exact must be a boolean, not 1"),
        ("jobs = 0", "jobs must be at least 1"),
        ("jobs = true", "jobs must be a number, not True"),
        ("exclude = 'a'", "exclude must be a list, not 'a'"),
        ("exclude = [1]", "exclude must be a list of strings"),
        ("keras = 4", "keras must be one of auto, 2, 3, not 4"),
        ("exact = ", "pyproject.toml: Invalid value"),
    ],
)
def test_a_wrong_configuration_is_refused(run: Run, section: str, said: str) -> None:
    put("pyproject.toml", f"[tool.tf2torch]\n{section}\n")
    file = put("a.py")
    status, out, err = run("convert", "a.py")
    assert (status, out) == (2, "")
    assert said in err
    assert file.read_text() == OLD


# the other commands, and usage


def test_scan_writes_nothing(run: Run) -> None:
    file = put("a.py")
    assert run("scan", ".") == (
        0,
        "a.py: would be converted\n"
        "    Net (sequential, line 1): would be converted\n"
        "1 model, of which 1 would be converted whole.\n"
        "1 file would be converted.\n",
        "",
    )
    assert file.read_text() == OLD
    status, out, _ = run("scan", "a.py", "missing.py", "--format", "json")
    assert status == 2
    assert [f["status"] for f in json.loads(out)["files"]] == ["converted", "failed"]


def test_rules_lists_what_is_supported(run: Run) -> None:
    status, out, _ = run("rules")
    assert status == 0
    assert any(line.startswith("keras.layers.Conv2D ") for line in out.splitlines())
    listed = {
        rule["name"]: rule for rule in json.loads(run("rules", "--format", "json")[1])["rules"]
    }
    assert listed["keras.layers.Conv2D"]["kind"] == "layer"
    assert len(listed) == len(out.splitlines()) - 1


def test_explain_knows_codes_and_names(run: Run) -> None:
    assert run("explain", "t2t101")[1].startswith("T2T101: training code is not converted (error)")
    assert run("explain", "Conv2D")[1].startswith("keras.layers.Conv2D(filters, kernel_size")
    status, out, err = run("explain", "Conv2")
    assert (status, out) == (2, "")
    assert "did you mean" in err


def test_verify_is_given_its_arguments(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    module = type(sys)("transpiler.verify.main")
    module.run = lambda args: given.update(vars(args)) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "transpiler.verify.main", module)
    assert (
        run("verify", "a.py", "b.py", "--call", "f(1)", "--call", "g(2)", "--timeout", "5")[0] == 7
    )
    del given["run"]
    assert given == {
        "paths": ["a.py", "b.py"],
        "against": "HEAD",
        "call": ["f(1)", "g(2)"],
        "level": "training",
        "keras": "auto",
        "timeout": 5.0,
        "format": "text",
        "allow_skipped": False,
    }


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["convert"],
        ["convert", "a.py", "--jobs", "0"],
        ["convert", "a.py", "--jobs", "many"],
        ["convert", "a.py", "--format", "xml"],
        ["convert", "a.py", "--unknown"],
        ["convert", "a.py", "--dif"],
        ["translate", "a.py"],
    ],
)
def test_wrong_usage_gives_status_2(run: Run, args: list[str]) -> None:
    put("a.py")
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert err.startswith("usage: tf2torch")
    assert Path("a.py").read_text() == OLD


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"tf2torch {__version__}\n", "")


def test_colour_is_for_terminals(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\033" not in run("convert", "missing.py")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033" in run("convert", "missing.py")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in run("convert", "missing.py")[1]


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    for i in range(2000):
        (tmp_path / f"a_name_long_enough_to_fill_a_pipe_{i}.py").write_text("x = 1\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "transpiler", "scan", ".", "--format", "json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait()


def test_the_pre_commit_hooks_name_commands_that_there_are(run: Run) -> None:
    hooks = (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text()
    entries = [line.split(":", 1)[1].split() for line in hooks.splitlines() if "entry:" in line]
    for program, *args in entries:
        assert program == "tf2torch"
        put("a.py", NEW)
        assert run(*args, "a.py")[0] == 0
    assert len(entries) == 2
