"""Who may import whom, and who may print: read from the source, nothing is run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Rooms from the bottom to the top. A room may import what stands below it, and itself.
FLOORS = (
    ("record", "regex"),
    ("version", "diagnostics", "options", "ir"),
    ("conversion", "config", "rule", "source"),
    ("outcome", "registry"),
    ("passes", "output"),
    ("interpret",),
    ("lower",),
    ("emit",),
    ("refusals",),
    ("project",),
    ("neighbours", "guests", "parting", "far"),
    ("told_above",),
    ("unbound", "baseless", "lost_draws"),
    ("pipeline",),
    ("notebooks",),
    ("single", "plan"),
    ("batch",),
    ("verify",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
#: Inside of the interpreter too: a folder may import what stands before it, and single files.
INTERPRETER = (
    *("tensors", "layers", "expressions", "control", "calls", "models", "functions"),
    *("class_bodies", "classes", "instances", "statements", "program"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: Lines of a file.
LONGEST = 550
FRAMEWORKS = {"torch", "tensorflow", "keras", "tf_keras", "torchvision", "h5py", "numpy"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: from which file, of what, on which line."""

    file: Path
    module: str
    line: int
    only_types: bool = False  #: under `if TYPE_CHECKING`

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def imports(file: Path) -> tuple[Import, ...]:
    """All imports of a file, also those inside of functions."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[Import]:
    for_types = {
        id(node)
        for block in ast.walk(tree(file))
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name)
        if block.test.id == "TYPE_CHECKING"
        for node in block.body
    }
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (Import(file, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            assert node.module
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (ROOT / whole.replace(".", "/")).with_suffix(".py").exists()
                module = whole if is_module else node.module
                yield Import(file, module, node.lineno, id(node) in for_types)


def arguments(package: str, function: str) -> set[str]:
    """The texts with which a function is called anywhere in a package."""
    calls = (n for f in files(package) for n in ast.walk(tree(f)) if isinstance(n, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == function
        and isinstance(call.args[0], ast.Constant)
    }


def room(module: str) -> str:
    """`transpiler.source.files` stands in the room `source`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "version"


def part(module: str) -> str:
    """`transpiler.interpret.calls.methods` stands in the part `calls` of its room."""
    return module.split(".")[2]


def dotted(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(file: Path) -> str:
    parts = file.relative_to(ROOT / "transpiler").with_suffix("").parts
    return "version" if parts[0] == "__init__" else parts[0]


TRANSPILER = files("transpiler")


def test_the_files_are_found() -> None:
    assert len(TRANSPILER) > 20
    assert len(files("rules")) > 5


@pytest.mark.parametrize("file", TRANSPILER, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_stands_in_a_known_room(file: Path) -> None:
    assert room_of(file) in FLOOR


def test_imports_point_down() -> None:
    wrong = [
        str(found)
        for file in TRANSPILER
        for found in imports(file)
        if found.module.split(".")[0] == "transpiler"
        and room(found.module) != room_of(file)
        and FLOOR[room(found.module)] >= FLOOR[room_of(file)]
    ]
    assert wrong == []


def test_imports_inside_of_the_interpreter_point_down() -> None:
    height = {name: number for number, name in enumerate(INTERPRETER)}
    wrong = [
        str(found)
        for file in files("transpiler/interpret")
        for found in imports(file)
        if found.module.startswith("transpiler.interpret.")
        and part(found.module) != part(f"{dotted(file)}.")
        and height.get(part(found.module), -1) > height.get(part(f"{dotted(file)}."), -1)
    ]
    assert wrong == []


def test_no_files_import_each_other_in_circles() -> None:
    """What runs at import; names that only types need are free."""
    graph = {
        dotted(file): {found.module for found in imports(file) if not found.only_types}
        for file in [*TRANSPILER, *files("rules")]
    }
    while graph:
        ready = {name for name, needed in graph.items() if not (needed - {name}) & graph.keys()}
        assert ready, sorted(graph)
        graph = {name: needed for name, needed in graph.items() if name not in ready}


@pytest.mark.parametrize(
    "file", [*TRANSPILER, *files("rules")], ids=lambda f: str(f.relative_to(ROOT))
)
def test_every_file_says_what_it_is_for_and_is_short(file: Path) -> None:
    assert ast.get_docstring(tree(file))
    lines = file.read_text(encoding="utf-8").count("\n")
    assert lines < LONGEST or file.name == "keras_signatures.py"  # which is generated


@pytest.mark.parametrize(
    "folder",
    [f for f in TRANSPILER if f.name == "__init__.py" and f.parent.name != "transpiler"],
    ids=lambda file: str(file.parent.relative_to(ROOT)),
)
def test_a_folder_names_its_files(folder: Path) -> None:
    named = re.findall(r"[\w*]+\.py|\w+/", ast.get_docstring(tree(folder)) or "")
    inside = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in folder.parent.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    forgotten = {name for name in inside if not any(fnmatch(name, n) for n in named)}
    assert forgotten == {"__init__.py"}


def test_what_other_files_use_has_a_public_name() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno} {alias.name}"
        for file in [*TRANSPILER, *files("rules")]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert wrong == []


def test_rules_see_only_the_words_they_are_written_in() -> None:
    words = ("rule", "ir", "diagnostics", "record", "regex")
    allowed = (*(f"transpiler.{word}" for word in words), "rules")
    wrong = [
        str(found)
        for file in files("rules")
        for found in imports(file)
        if found.module.split(".")[0] in ("transpiler", "rules")
        and not found.module.startswith(allowed)
    ]
    assert wrong == []


def test_the_engine_does_not_import_rules() -> None:
    wrong = [
        str(found)
        for file in TRANSPILER
        for found in imports(file)
        if found.module.split(".")[0] == "rules"
    ]
    assert wrong == []


def test_what_lower_files_ask_for_is_provided_and_the_other_way_round() -> None:
    """`provided("name")` calls what is declared with `@provides("name")` further up."""
    room = "transpiler/interpret"
    assert arguments(room, "provided") == arguments(room, "provides")


def test_what_is_loaded_late_is_found_when_it_is_asked_for() -> None:
    """A fresh process: here, other tests have loaded much."""
    names = sorted(arguments("transpiler/interpret", "provided"))
    program = (
        "import transpiler.interpret.program\n"
        "from transpiler.interpret.dispatch import PROVIDED, provided\n"
        f"print(sum(name in PROVIDED for name in {names!r}))\n"
        f"print(*(provided(name).__name__ for name in {names!r}))\n"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded, *found = ended.stdout.split()
    assert int(loaded) < len(names) == len(found)


def test_only_verify_imports_a_framework() -> None:
    wrong = [
        str(found)
        for file in [*TRANSPILER, *files("rules")]
        for found in imports(file)
        if found.module.split(".")[0] in FRAMEWORKS
        and file.parts[len(ROOT.parts) : len(ROOT.parts) + 2] != ("transpiler", "verify")
    ]
    assert wrong == []


def test_only_some_rooms_know_libcst_and_black() -> None:
    rooms = {"libcst": {"source", "interpret", "emit", "project", "pipeline"}, "black": {"emit"}}
    wrong = [
        str(found)
        for file in TRANSPILER
        for found in imports(file)
        for library, allowed in rooms.items()
        if found.module.split(".")[0] == library and room_of(file) not in allowed
    ]
    assert wrong == []


def test_nothing_imports_matchers() -> None:
    """To load `libcst.matchers` takes longer than to convert many a file."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in [*TRANSPILER, *files("rules")]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Import | ast.ImportFrom) and "matchers" in ast.unparse(node)
    ]
    assert wrong == []


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in [*TRANSPILER, *files("rules")]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and room_of_or_rules(file) != "cli"
    ]
    assert wrong == []


def room_of_or_rules(file: Path) -> str:
    return room_of(file) if file.is_relative_to(ROOT / "transpiler") else "rules"


def test_only_two_places_catch_everything() -> None:
    """One around a whole file, one around a part of it: both make it a diagnostic."""
    places = [
        str(file.relative_to(ROOT / "transpiler"))
        for file in TRANSPILER
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and room_of(file) != "verify"
    ]
    assert places == ["interpret/region.py", "single.py"]
