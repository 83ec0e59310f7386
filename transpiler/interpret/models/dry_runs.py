"""Models that can run once, on zeros, when they are made: that tells lazy layers their sizes."""

from __future__ import annotations

from collections.abc import Iterable

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Built, Region
from transpiler.interpret.values import Static
from transpiler.ir import tokens
from transpiler.ir.expr import TERNARY, Expr, Module
from transpiler.passes.liveness import modules_used, prune
from transpiler.regex import regex

_CLASS = regex(tokens.ANY_BLOCK)


def modules_of(built: Built) -> list[Module]:
    """The modules of a model, in the order in which it calls them."""
    forward, _ = prune(built.forward, frozenset(), effects=False)
    return list(modules_used(forward).values())


def lazy_among(file: FileContext, modules: Iterable[Module]) -> Module | None:
    """A layer whose input size only a batch tells, or a part that has such a layer."""
    lazy = ("Lazy", "nn.Lazy", "InitializedLazy")
    return next((m for m in modules if _holds(file, m, lazy)), None)


def _holds(file: FileContext, module: Module, classes: tuple[str, ...]) -> bool:
    """Whether a module is of some classes, or has parts that are."""
    text = module.constructor.text
    if text.startswith(classes):
        return True
    if _CLASS.search(text) is None:
        return False
    files = [file, *(home for home, _ in file.foreign.values())]
    blocks = {s.serial: s for f in files for s in f.summaries.values() if s.kind == "block"}
    parts = [blocks.get(int(serial)) for serial in _CLASS.findall(text)]
    known = [part for part in parts if part is not None and not part.recursive]
    return any(_holds(file, inner, classes) for part in known for inner in part.modules.values())


#: A model that remembers what it has seen would remember the zeros, and a stub raises.
_NEVER_DRY = ("Stateful", "NotConverted")


def shapes_of_inputs(region: Region, built: Built) -> list[list[Expr]] | None:
    """The sizes of each input behind the batch, where a model can run on them when it is made."""
    if built.input_kind is not None or not built.inputs or built.ways:
        return None
    if any(_holds(region.file, module, _NEVER_DRY) for module in modules_of(built)):
        return None
    shapes = [_shape(region, name) for name in built.inputs]
    found = [shape for shape in shapes if shape is not None]
    return found if len(found) == len(shapes) else None


def open_among(region: Region, built: Built) -> Module | None:
    """A layer of a model whose input size is not known before the first batch, if there is one."""
    lazy = lazy_among(region.file, modules_of(built))
    return lazy if lazy is not None and shapes_of_inputs(region, built) is None else None


def _has_one_shape(region: Region, name: str) -> bool:
    """Whether an input is none of another shape on another way through the function."""
    shapes = iter(region.shapes_of_inputs.get(name, {}).values())
    first = next(shapes, None)
    return all(one == first for one in shapes)


def _shape(region: Region, name: str) -> list[Expr] | None:
    """The sizes of an input, or the whole shape with a star where it is one value."""
    if name not in region.inputs or not _has_one_shape(region, name):
        return None
    dims = region.inputs[name][1].dims
    declared = region.declared_shapes.get(name)
    if isinstance(declared, Static) and not declared.expr.known and (dims is None or len(dims) > 1):
        whole = declared.expr
        sizes = [Expr(f"*{whole.wrapped(TERNARY)}", names=whole.names)]
    elif dims is None or None in dims:
        return None
    else:
        sizes = [dim for dim in dims if dim is not None]
    if any(name.startswith(tokens.SIZE) for size in sizes for name, _ in size.names):
        return None
    return sizes if all(map(region.scope.current, sizes)) else None
