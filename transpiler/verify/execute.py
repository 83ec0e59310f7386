"""Runs the kept statements of a program in a fresh module, and keeps what they bind."""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transpiler.verify.absent import Missing, absent_allowed
from transpiler.verify.neutral import neutralise
from transpiler.verify.records import Program, Target
from transpiler.verify.slices import Slicer, bound_by, names_in, root_name

#: The modules that were run: instances of their classes may hold models in attributes.
_PROGRAMS: set[str] = set()


@dataclass
class Run:
    """A program that ran as far as its models need."""

    namespace: dict[str, Any]
    versions: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)  #: name → why it isn't bound

    def values(self, target: Target) -> list[tuple[Any, int]]:
        """What a target stands for, with lines; raises what went wrong while making it."""
        if not target.call:
            if not self.versions.get(target.name) and target.name in self.failures:
                raise RuntimeError(self.failures[target.name])
            return self.versions.get(target.name, [])
        try:
            code = compile(ast.parse(target.call, mode="eval"), f"<{target.call}>", "eval")
            return [(eval(code, self.namespace), target.line)]
        except NameError as error:
            raise RuntimeError(self.explain(error)) from error

    def explain(self, error: BaseException) -> str:
        """The first cause of an error: why the name that it misses has no value."""
        name = getattr(error, "name", None)
        if isinstance(error, NameError) and name in self.failures:
            return self.failures[name]
        return describe(error)


def describe(error: BaseException) -> str:
    """The type and the beginning of the text of an error, on one line."""
    name = type(error).__name__
    text = " ".join(str(error).split()).removeprefix(f"{name}: ")
    return f"{name}: {text}"[:300]


def run_program(
    program: Program,
    targets: Iterable[Target],
    constructs: Callable[[ast.expr], bool],
    is_model: Callable[[Any], bool],
    prepare: Callable[[list[ast.stmt]], list[ast.stmt]] = neutralise,
) -> Run:
    """Run what the targets need. Errors are kept with the names that they left unbound."""
    targets = list(targets)
    tree = ast.parse(program.text)
    variables = frozenset(target.name for target in targets if not target.call)
    needed = {name for t in targets if t.call for name in names_in(ast.parse(t.call, mode="eval"))}
    body = prepare(Slicer(variables, constructs).module(tree, needed))
    run = fresh_run(program)
    for statement in body:
        execute(statement, run, program)
        for variable in variables & run.namespace.keys():
            _note_version(run, variable, statement, is_model)
    return run


def fresh_run(program: Program) -> Run:
    """A module in which nothing ran yet."""
    name = program.module or "__program__"
    _PROGRAMS.add(name)
    module = types.ModuleType(name)
    module.__dict__.update(__file__=program.path or None, __package__=name.rpartition(".")[0])
    _import_package(module.__package__ or "", program)
    sys.modules[name] = module
    return Run(module.__dict__)


def _import_package(name: str, program: Program) -> None:
    """Import the package that a program stands in, as far as that goes."""
    if not name:
        return
    with absent_allowed(), contextlib.suppress(Exception, SystemExit):
        importlib.import_module(name)
        return
    names = name.split(".")
    folders = list(Path(program.path).parents)[: len(names)][::-1]
    for depth, folder in enumerate(folders):
        _import_leniently(".".join(names[: depth + 1]), folder)


def _import_leniently(name: str, folder: Path) -> None:
    """A package with what the statements of its `__init__` bind that don't fail."""
    if name in sys.modules:
        return
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    package.__package__ = name
    sys.modules[name] = package
    for statement in ast.parse((folder / "__init__.py").read_bytes()).body:
        unit = ast.Module([statement], [])
        with absent_allowed(), contextlib.suppress(Exception, SystemExit):
            exec(compile(unit, str(folder / "__init__.py"), "exec"), package.__dict__)


def execute(statement: ast.stmt, run: Run, program: Program) -> str:
    """Run one statement. What goes wrong is given back, and kept with what it leaves unbound."""
    unit = ast.fix_missing_locations(ast.Module([statement], []))
    code = compile(unit, program.path or "<program>", "exec")
    imports = isinstance(statement, (ast.Import, ast.ImportFrom))
    try:
        with absent_allowed() if imports else contextlib.nullcontext():
            exec(code, run.namespace)
    except ImportError as error:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            return _note_failure(statement, run, error)
        _import_singly(statement, run, program, error)
    except (Exception, SystemExit) as error:
        return _note_failure(statement, run, error)
    return ""


def _import_singly(
    statement: ast.Import | ast.ImportFrom, run: Run, program: Program, error: ImportError
) -> None:
    """Import what there is of several names; the others fail when they are used."""
    if len(statement.names) > 1:
        for alias in statement.names:
            single = copy.copy(statement)
            single.names = [alias]
            execute(single, run, program)
        return
    alias = statement.names[0]
    run.namespace[alias.asname or alias.name.split(".")[0]] = Missing(describe(error))


def _note_failure(statement: ast.stmt, run: Run, error: BaseException) -> str:
    explained = run.explain(error)
    first = explained.startswith("line ")  # the failure of another statement, with its line
    reason = explained if first else f"line {statement.lineno}: {explained}"
    stores = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name)]
    for name in {*stores, getattr(statement, "name", "")} - run.namespace.keys():
        run.failures.setdefault(name, reason)
    for name in stored_by(statement):
        run.failures.setdefault(name, reason)
    for name in _changed(statement) & run.namespace.keys():
        # What is changed only halfway must not be used, or pass for a model.
        run.failures[name] = reason
        run.versions.pop(name, None)
        del run.namespace[name]
    return reason


def stored_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    if isinstance(statement, ast.Assign):
        return {name for target in statement.targets for name in bound_by(target)}
    nodes = ast.walk(statement)
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _changed(statement: ast.stmt) -> set[str]:
    """The names whose values a statement changes by a method, in place or by an attribute."""
    nodes = list(ast.walk(statement))
    calls = {root_name(n.value) for n in nodes if isinstance(n, ast.Expr)}
    places = {root_name(n.target) for n in nodes if isinstance(n, ast.AugAssign)}
    targets = {root_name(t) for n in nodes if isinstance(n, ast.Assign) for t in n.targets}
    return (calls | places | targets) - {""}


def _note_version(
    run: Run, variable: str, statement: ast.stmt, is_model: Callable[[Any], bool]
) -> None:
    value = run.namespace[variable]
    versions = run.versions.setdefault(variable, [])
    known = any(value is old for old, _ in versions)
    if not known and any(True for _ in models_in(variable, value, is_model)):
        versions.append((value, getattr(statement, "lineno", 0)))


def models_in(label: str, value: Any, is_model: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """The models that a value is or holds, each with a label."""
    if is_model(value):
        yield label, value
    elif isinstance(value, (tuple, list)):
        for index, part in enumerate(value):
            yield from models_in(f"{label}[{index}]", part, is_model)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from models_in(f"{label}[{key!r}]", part, is_model)
    elif type(value).__module__ in _PROGRAMS:
        for name, part in vars(value).items():
            yield from models_in(f"{label}.{name}", part, is_model)
