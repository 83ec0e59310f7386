"""Imports: what names of the framework, and of the user's other modules, come to stand for."""

from __future__ import annotations

import os
import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import is_plain
from transpiler.interpret.symbols import SUBMODULES, canonical, is_framework
from transpiler.interpret.values import COMPUTED, Framework, Namespace, Static, Value
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.far_stars import brought_by_star
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.remembered import remembered
from transpiler.source.set_outside import set_by_text
from transpiler.source.steady_settings import program_in
from transpiler.source.stores import names_bound
from transpiler.source.syntax import program_tree


def dotted(node: cst.BaseExpression | None) -> str:
    """`a.b.c` of a dotted name node."""
    if type(node) is cst.Name:
        return node.value
    if type(node) is cst.Attribute:
        return f"{dotted(node.value)}.{node.attr.value}"
    return ""


def import_module(region: Region, node: cst.Import) -> None:
    """`import a.b as c`."""
    for alias in node.names:
        name = dotted(alias.name)
        if alias.asname is not None:
            bound = dotted(alias.asname.name) if isinstance(alias.asname.name, cst.Name) else ""
            target = name
        else:
            bound = target = name.split(".", 1)[0]
        if is_framework(name):
            bind(region, bound, Framework(canonical(target)))
        elif name == _DATASETS and _USES_FRAMEWORK.search(region.file.tree.text):
            bind(region, bound, Namespace(_READERS))
        elif target == name and (inner := _other_module(region, name)):
            bind(region, bound, Namespace(inner))
        else:
            bind(region, bound, None)


#: What reads data sets with TensorFlow, in programs that are about it.
_DATASETS = "tensorflow_datasets"
_READERS: dict[str, Value] = {
    name: Framework(f"{_DATASETS}.{name}")
    for name in ("load", "builder", "as_numpy", "as_dataframe")
}
_USES_FRAMEWORK = regex(r"^\s*(?:import|from) (?:tensorflow|keras|tf_keras)\b(?!_)", re.M)


def import_from(region: Region, node: cst.ImportFrom) -> None:
    """`from a import b as c`, stars too."""
    level = len(node.relative)
    module = dotted(node.module)
    framework = level == 0 and is_framework(module)
    if isinstance(node.names, cst.ImportStar):
        if framework:
            _import_star(region, canonical(module))
        else:
            known = _import_project_star(region, "." * level + module)
            _hide_by_star(region, "." * level + module, known, node)
        return
    other = None if framework else _other_module(region, "." * level + module)
    for alias in node.names:
        name = alias.name.value if isinstance(alias.name, cst.Name) else dotted(alias.name)
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        if framework:
            bind(region, bound, Framework(canonical(f"{module}.{name}")))
        elif name == SUBMODULES:
            bind(region, bound, Framework(f"keras.applications.{name}"))
        elif other is not None and name in other:
            bind(region, bound, other[name])
        elif inner := _other_module(region, _joined("." * level + module, name)):
            bind(region, bound, Namespace(inner))
        else:
            bind(region, bound, None)


def _joined(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") or not module else f"{module}.{name}"


def bind(region: Region, name: str, value: Value | None) -> None:
    """Bind an imported name; None: a plain Python object.

    Where another branch has brought what Keras has, it is that: `if …: from tensorflow import
    keras`, `else: import keras`. Otherwise the last import counts.
    """
    region.scope.bump(name)
    kept = region.branches > 0 and isinstance(region.scope.values.get(name), Framework)
    if value is None or value is COMPUTED:
        if not kept:
            region.scope.values.pop(name, None)
            if isinstance(region.scope.outer.get(name), Framework):
                region.scope.values[name] = Static(region.scope.read(name))
        return
    if isinstance(value, Framework) and kept:
        return
    if isinstance(value, Static):
        value = Static(replace(region.scope.read(name), value=value.expr.value))
    region.scope.values[name] = value


def _other_module(region: Region, module: str) -> dict[str, Value] | None:
    load = region.file.load
    return None if load is None else load(region.file, module)


def _import_project_star(region: Region, module: str) -> set[str]:
    """The names that a module of the project brings for what it has to do with Keras."""
    other = _other_module(region, module) or {}
    found = {name: value for name, value in other.items() if not name.startswith("_")}
    brought = _brought(region, module)
    if brought is not None:
        found = {name: value for name, value in found.items() if name in brought}
    for name, value in found.items():
        bind(region, name, value)
    for name in ((brought or set()) - {*found}) & region.scope.values.keys():
        if is_plain(region.scope.values[name]):
            region.scope.bump(name)
            region.scope.values[name] = Static(region.scope.read(name))
    return {*found}


def _brought(region: Region, module: str) -> set[str] | None:
    """The names that a star import of a file of the project brings; None of anything else."""
    home = os.path.dirname(real_path(region.file.path))
    path = locate(home, module, region.tree.text) if region.file.path else None
    if path is None:
        return None
    if "__all__" not in program_in(str(path)) and not any(
        map(is_plain, region.scope.values.values())
    ):
        return None  # the usual case: it is at the top
    by_text = set_by_text(program_in(str(path)))
    found = {name for name in region.scope.values if by_text.fullmatch(name)}
    return found | _names_brought(str(path))


@remembered
def _names_brought(path: str) -> frozenset[str]:
    return frozenset(brought_by_star(path, program_in))


#: Libraries whose functions may be called as some of Keras: `mean_squared_error`, `concatenate`.
_WITH_FUNCTIONS = frozenset(
    {"numpy", "sklearn", "scipy", "pylab", "matplotlib", "math", "random", "pandas", "statistics"}
)
#: Modules of which some import all, and none of which has a name that Keras has.
_WITHOUT = frozenset({"tkinter", "typing", "ctypes", "os", "time", "datetime", "pathlib"})


def _hide_by_star(region: Region, module: str, known: set[str], node: cst.ImportFrom) -> None:
    """The other names of a module, which may be called as what Keras has brought before."""
    brought = {
        name: value.name
        for name, value in region.scope.values.items()
        if isinstance(value, Framework) and _is_one_of(region, value.name)
    }
    root = module.partition(".")[0]
    if not brought or root in _WITHOUT:
        return
    if root in _WITH_FUNCTIONS:
        hidden = {name for name in brought if name.islower()}
    else:
        home = os.path.dirname(real_path(region.file.path))
        path = locate(home, module, region.tree.text) if region.file.path else None
        tree = program_tree(read_text(str(path))) if path is not None else None
        if tree is None:
            if not known:
                region.say(ASSUMED, node, _HIDES_NONE.format(module))
            return
        hidden = {name for name in names_bound(tree) - known if not name.startswith("_")}
    for name in hidden & brought.keys():
        bind(region, name, None)


_HIDES_NONE = "`from {} import *` is taken to bring nothing that is called as something of Keras"


def _is_one_of(region: Region, name: str) -> bool:
    """Whether a name of Keras is that of a layer, function or the like, and no module."""
    parent, _, last = name.rpartition(".")
    return parent != "keras" and last in region.file.rules.exported(parent)


@provides("run_file")
def run_file(region: Region, node: cst.Call) -> None:
    """`%run helpers.py`, as a notebook has it: what the file binds, the notebook does."""
    name = node.args[0].value if node.args else None
    if not isinstance(name, cst.SimpleString) or region.file.load is None:
        return
    path = os.path.join(os.curdir, str(name.evaluated_value))
    if region.training and _other_module(region, path) is not None:
        region.file.left_data[id(node)] = (node, _RUN_LATE.format(name.evaluated_value))
    _import_project_star(region, path)


#: Loops over epochs call functions that each file has its own of, under the same names.
_RUN_LATE = (
    "`%run {}` is left as it is: what it brings may have the names of functions that the training "
    "above calls; run it before"
)


def _import_star(region: Region, module: str) -> None:
    """`from tensorflow.keras.layers import *`: every name that rules or tables know."""
    for name in region.file.rules.exported(module):
        bind(region, name, Framework(canonical(f"{module}.{name}")))
