"""Data sets that objects of the program's own classes keep in attributes.

self.train_ds, self.val_ds = self.load()
"""

from __future__ import annotations

import re
from functools import lru_cache

import libcst as cst

from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.data_sets import data_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.region import Region
from transpiler.interpret.values import Function, Static, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.ir.pipeline import Generated, Pipeline
from transpiler.record import replace
from transpiler.regex import regex


def keep_data(region: Region, key: str, value: Value) -> None:
    """Remember that `self.train_ds` is a data set, or something else that gives batches."""
    data = data_of(value)
    if data is None or (isinstance(data, Pipeline) and not data.is_done):
        return
    names = frozenset({(key, region.scope.version(key))})
    region.scope.values[key] = Static(Expr(key, data, POSTFIX, names))
    if isinstance(data, Pipeline):
        region.file.data_names.add(key)


@provides("kept_data")
def kept_data(
    file: FileContext, methods: dict[str, Function], attr: str
) -> Pipeline | Generated | UserClass | None:
    """What gives batches that one method of a class puts into an attribute, and no other."""
    owner = next((m.nested_in for m in methods.values()), "")
    key = (owner, attr)
    if key not in file.kept_data:
        file.kept_data[key] = None  # while it is looked for
        file.kept_data[key] = _put_by_method(file, methods, attr)
    found: Pipeline | Generated | UserClass | None = file.kept_data[key]
    return found


def reads_data(file: FileContext, method: Function) -> bool:
    """Whether a method does something with a data set that its object keeps."""
    if not method.owner or method.file not in (None, file) or not _makes_data(file.tree.text):
        return False
    methods = file.class_methods.get(method.owner, {})
    attributes = dict.fromkeys(_ATTRIBUTE.findall(file.tree.source(method.node)))
    return any(isinstance(kept_data(file, methods, attr), Pipeline) for attr in attributes)


_ATTRIBUTE = regex(r"\bself\.(\w+)(?!\w|\()")


_DATA = regex(
    r"\btf\.data\b|Dataset\b|_from_directory|_from_array|ImageDataGenerator"
    r"|\byield\b|\bSequence\b|= *\(\s*\("
)


@lru_cache(maxsize=16)
def _makes_data(text: str) -> bool:
    """Whether a file may make what gives batches; asked for each method and attribute of it."""
    return _DATA.search(text) is not None


def _put_by_method(
    file: FileContext, methods: dict[str, Function], attr: str
) -> Pipeline | Generated | UserClass | None:
    if not _makes_data(file.tree.text):
        return None
    if (method := methods.get(attr)) is not None and _is_property(method):
        return _of_property(file, method)
    name = rf"^[^\S\n]*(?:[\w.]+, *)*\w+\.{attr}\b(?:, *[\w.]+)*"
    put = re.compile(rf"{name} *(?::[^=\n]*)?=[^=]", re.M)
    found = [m for m in methods.values() if put.search(file.tree.source(m.node))]
    if len(found) != 1 or len(put.findall(file.tree.blanked)) != 1:
        return None
    (method,) = found
    if not method.owner or parameters_of(method.node)[0].name != "self":
        return None
    region = summarize(file, method, {"self": Static(Expr("self"))}).region
    return data_of(region.scope.values.get(f"self.{attr}")) if region is not None else None


def _is_property(method: Function) -> bool:
    node = method.node
    names = [d.decorator for d in node.decorators] if isinstance(node, cst.FunctionDef) else []
    return len(names) == 1 and isinstance(names[0], cst.Name) and names[0].value == "property"


def _of_property(file: FileContext, method: Function) -> Pipeline | None:
    """The data set that a property makes each time that it is read."""
    this = parameters_of(method.node)[0].name
    region = summarize(file, method, {this: Static(Expr(this))}).region
    given = [value for value, _ in region.returns] if region is not None else []
    pipeline = pipeline_of(given[0]) if len(given) == 1 else None
    if pipeline is None or not pipeline.is_done:
        return None
    return replace(pipeline, read_anew=True)
