"""Every file of real packages: converted without a crash, and nothing lost."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from catalogue import OTHERS, UNVERIFIED, WHEELS
from downloads import Package, Packages

from tests.golden_cases import FRAMEWORKS, comments, lint
from transpiler.conversion import Conversion
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.registry import load_rules

PACKAGES = [*WHEELS, *UNVERIFIED, "keras"]


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, packages: Packages) -> Package:
    return packages[request.param]


def test_no_file_fails(package: Package) -> None:
    """Nothing is raised, nothing is an internal error, and all outputs parse."""
    assert len(package.files) > 1
    for file in package.files:
        conversion = package.convert(file)
        ast.parse(conversion.text)
        failed = [d for d in conversion.diagnostics if "internal error" in d.message]
        assert not failed, (file, failed)


def test_no_comment_is_lost(package: Package) -> None:
    lost = {
        file: left
        for file in package.files
        if (left := _comments(package.text(file)) - _comments(package.convert(file).text))
    }
    assert lost == {}


def _comments(text: str) -> Counter[str]:
    """The comments, without the blanks behind them."""
    return Counter(comment.rstrip() for comment in comments(text))


def test_converting_again_changes_nothing(package: Package) -> None:
    """Of files that it changes: those that it leaves are converted again by every test here."""
    changed = [
        file
        for file in package.files
        if package.convert(file).changed
        if convert(text := package.convert(file).text, path=str(package.root / file)).text != text
    ]
    assert changed == []


def test_no_name_is_undefined(package: Package) -> None:
    """What is emitted comes with all that it reads."""
    found = {
        file: new
        for file in package.files
        if package.convert(file).changed
        if (new := _undefined(package.convert(file).text) - _undefined(package.text(file)))
    }
    assert found == {}


def _undefined(text: str) -> set[str]:
    return {message for message in lint(text) if message.startswith("F821")}


def test_no_layer_stays_in_silence(package: Package) -> None:
    """Where code goes on making Keras layers, an error says so in the definition that holds it."""
    silent = [
        f"{file}:{line}"
        for file in package.files
        if "import torch" not in package.text(file)
        for line in _silent_layers(package.text(file), package.convert(file))
    ]
    assert silent == []


def _silent_layers(source: str, conversion: Conversion) -> Iterator[int]:
    """The lines of top-level statements with calls of layers that nothing is said about."""
    said = {d.line for d in conversion.diagnostics if d.severity is Severity.ERROR}
    for node in ast.parse(source).body:
        place = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        kept = ast.get_source_segment(source, node) or ""
        if kept in conversion.text and said.isdisjoint(place) and _makes_a_layer(node):
            yield node.lineno


def _makes_a_layer(statement: ast.stmt) -> bool:
    layers = load_rules().signatures
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in layers
        for node in ast.walk(statement)
    )


def test_what_has_nothing_to_do_with_models_stays(package: Package) -> None:
    changed = {
        file: missing
        for file in package.files
        if (missing := list(_missing(package.text(file), package.convert(file))))
    }
    assert changed == {}


def _missing(source: str, conversion: Conversion) -> Iterator[str]:
    """Top-level statements that nothing was said about and that aren't there as they were."""
    if not conversion.changed:
        if conversion.text != source:
            yield "an unchanged file isn't what it was"
        return
    said = {d.line for d in conversion.diagnostics} | {m.line for m in conversion.models}
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    imported = set(_from_frameworks(tree))
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        place = range(first, (node.end_lineno or first) + 1)
        text = "".join(lines[first - 1 : node.end_lineno]).rstrip("\n")
        if "image_data_format()" in text or "is_keras_tensor(" in text:
            continue  # asked of whatever stands for Keras's backend: the answer is settled
        free = said.isdisjoint(place) and not _names(node) & imported and not _imports(node)
        if free and text not in conversion.text and not _chose_an_import(node, tree):
            yield text


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _from_frameworks(tree: ast.Module) -> Iterator[str]:
    """The names that stand for something of TensorFlow or Keras."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = getattr(node, "module", None)
            for alias in node.names:
                if (module or alias.name).partition(".")[0] in FRAMEWORKS:
                    yield alias.asname or alias.name.partition(".")[0]


def _chose_an_import(node: ast.stmt, tree: ast.Module) -> bool:
    """Whether it binds a name that only conditions around imports read: it goes with them."""
    if not isinstance(node, ast.Assign):
        return False
    bound = {target.id for target in node.targets if isinstance(target, ast.Name)}
    tests = [
        inner
        for choice in ast.walk(tree)
        if isinstance(choice, ast.If) and _imports(choice)
        for inner in ast.walk(choice.test)
    ]
    reads = [inner for inner in ast.walk(tree) if isinstance(inner, ast.Name) and inner.id in bound]
    return bool(bound) and all(inner in tests for inner in reads if isinstance(inner.ctx, ast.Load))


def _imports(node: ast.stmt) -> bool:
    """Whether a statement is an import, or holds one under a condition."""
    plain = (ast.Import, ast.ImportFrom)
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return False
    return any(isinstance(inner, plain) for inner in ast.walk(node))


def test_other_applications(packages: Packages, capsys: pytest.CaptureFixture[str]) -> None:
    """Says how many of the models come out that the list doesn't hold, and what stops the rest."""
    package = packages["keras"]
    told = []
    out = 0
    for file, names in OTHERS.items():
        conversion = package.convert(file)
        for name in names:
            reason = stops(name, package.text(file), conversion)
            out += not reason
            told.append(f"  {name}: {reason or 'comes out'}")
    total = sum(map(len, OTHERS.values()))
    with capsys.disabled():
        _say("\n".join([f"\n{out} of {total} other models of keras.applications come out:", *told]))


def _say(text: str) -> None:
    print(text)  # noqa: T201


def stops(builder: str, source: str, conversion: Conversion) -> str:
    """Why a builder function of a file doesn't come out; empty where it does."""
    body = ast.parse(conversion.text).body
    defined = {n.name: n for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    reached: set[str] = set()
    open_names = {builder}
    while open_names:
        name = open_names.pop()
        reached.add(name)
        if name in defined:
            open_names |= {n.id for n in ast.walk(defined[name]) if isinstance(n, ast.Name)}
            open_names -= reached
    modules = {n for n in reached & defined.keys() if isinstance(defined[n], ast.ClassDef)}
    if modules and "layers" not in reached:
        return ""
    spans = {
        n.name: range(n.lineno, (n.end_lineno or n.lineno) + 1)
        for n in ast.parse(source).body
        if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    }
    places = [spans[name] for name in reached if name in spans]
    own = [d for d in conversion.diagnostics if d.line in spans[builder]]
    for d in [*own, *conversion.diagnostics]:
        if d.severity.value == "error" and any(d.line in place for place in places):
            return f"line {d.line}: {d.code} {d.message}"
    return "nothing says why"
