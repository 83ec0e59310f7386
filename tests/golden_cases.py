"""The golden cases: what each consists of, and what must hold of what it is converted to."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import black

from tests.moved_axes import moved_back
from transpiler.conversion import Conversion
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

GOLDEN = Path(__file__).parent.parent / "golden"
REFUSED = "refused"
MODE = black.Mode(line_length=88)
FRAMEWORKS = {"tensorflow", "keras", "tf_keras"}


@dataclass(frozen=True)
class Case:
    """One folder below golden/ with an input.py."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def refused(self) -> bool:
        return self.folder.parent.name == REFUSED

    @cached_property
    def input(self) -> str:
        return (self.folder / "input.py").read_text()

    @cached_property
    def settings(self) -> dict[str, Any]:
        path = self.folder / "case.toml"
        return tomllib.loads(path.read_text()) if path.exists() else {}

    @property
    def options(self) -> Options:
        return Options(exact=self.settings.get("exact", False))

    @cached_property
    def conversion(self) -> Conversion:
        return self.converted(self.input)

    def converted(self, text: str) -> Conversion:
        """What becomes of a text in the place of the input."""
        return convert(text, self.options, str(self.folder / "input.py"))

    def accepted(self) -> dict[str, str]:
        """The accepted files, by name, with what they should hold now."""
        files = {"expected.py": self.conversion.text}
        if self.conversion.diagnostics:
            files["notes.txt"] = notes(self.conversion)
        return files

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def accept(self) -> None:
        """Rewrite the accepted files."""
        files = self.accepted()
        for name in ("expected.py", "notes.txt"):
            path = self.folder / name
            if name in files:
                path.write_text(files[name])
            else:
                path.unlink(missing_ok=True)


def find_cases(root: Path = GOLDEN) -> list[Case]:
    return [Case(path.parent) for path in sorted(root.glob("*/*/input.py"))]


def notes(conversion: Conversion) -> str:
    """The diagnostics, a line each."""
    return "".join(
        f"{d.line}:{d.column} {d.code} {d.severity.value}: {d.message}\n"
        for d in conversion.diagnostics
    )


def faults(case: Case) -> Iterator[str]:
    """What is wrong with the text of a conversion, whatever was accepted."""
    conversion = case.conversion
    text = conversion.text
    try:
        ast.parse(text)
    except SyntaxError as error:
        yield f"the output doesn't parse: {error}"
        return
    yield from _formatting(case.input, text)
    if (again := convert(text)).text != text:
        yield f"converting the output again changes it:\n{again.text}"
    if lost := Counter(comments(case.input)) - Counter(comments(text)):
        yield f"lost comments: {sorted(lost)}"
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    if not errors and (left := sorted(imported(text) & FRAMEWORKS)):
        yield f"still imports {', '.join(left)}"
    if case.refused and not errors:
        yield "a refused case has no error diagnostic"
    for line in unsaid(text):
        yield f"line {line} still uses {' or '.join(sorted(FRAMEWORKS))}, and nothing there says so"
    yield from moved_back(text)
    said = lint(text)
    if said and (new := sorted(said - lint(case.input))):
        yield f"ruff says of the output: {'; '.join(new)}"


def _formatting(before: str, after: str) -> Iterator[str]:
    if _is_black(before):
        if not _is_black(after):
            yield "black would reformat the output"
        return
    known = {node.name for node in _definitions(before)}
    for node in _definitions(after):
        segment = ast.get_source_segment(after, node) or ""
        if node.name not in known and not _is_black(segment + "\n"):
            yield f"black would reformat {node.name}"


def _definitions(text: str) -> list[ast.ClassDef | ast.FunctionDef]:
    nodes = ast.parse(text).body
    return [node for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef))]


def _is_black(text: str) -> bool:
    return black.format_str(text, mode=MODE) == text


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def imported(text: str) -> set[str]:
    """The top-level packages that a program imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def unsaid(text: str) -> Iterator[int]:
    """The lines of a converted program that use a framework without a comment that says so.

    The comment stands in the statement or above it, or above a statement that is followed by this
    one without a gap.
    """
    tree, lines = ast.parse(text), text.split("\n")
    names = _bound_to_frameworks(tree)
    said_until = 0
    for statement in tree.body:
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if not used & names:
            continue
        decorators = getattr(statement, "decorator_list", [])
        first = min(node.lineno for node in (statement, *decorators))
        above = first - 1
        while above and lines[above - 1].startswith("#"):
            above -= 1
        assert statement.end_lineno is not None
        source = "\n".join(lines[above : statement.end_lineno])
        if above <= said_until or "TODO(tf2torch)" in source:
            said_until = statement.end_lineno
        else:
            yield statement.lineno


def _bound_to_frameworks(tree: ast.Module) -> set[str]:
    """The names that imports bind to something of TensorFlow or Keras."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(a.name, a.asname or a.name.partition(".")[0]) for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [(node.module, a.asname or a.name) for a in node.names]
        else:
            continue
        names.update(bound for module, bound in found if module.partition(".")[0] in FRAMEWORKS)
    return names


def lint(text: str) -> set[str]:
    """Undefined names, unused imports and variables, as ruff words them."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F"]
    command += ["--output-format=json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return {f"{found['code']} {found['message']}" for found in json.loads(done.stdout)}


def recent_cases() -> set[Path]:
    """The folders of cases that commits of the last hours or the working tree have changed.

    All of them where git can't tell.
    """
    log = ("log", "--since=4.hours", "--name-only", "--format=")
    changed = ("diff", "--name-only", "HEAD")
    try:
        found = [
            subprocess.run(
                ["git", *command, "--", "golden"],
                cwd=GOLDEN.parent,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for command in (log, changed)
        ]
    except (OSError, subprocess.CalledProcessError):
        return {case.folder for case in find_cases()}
    return {(GOLDEN.parent / line).parent for line in "".join(found).splitlines() if line}
