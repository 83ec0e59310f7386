"""Calls that give something else each time: random numbers, the time, what comes next.

np.random.uniform(), rng.normal(size=3), time.time(), next(numbers)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.source.effects import Function
from transpiler.source.outer_reads import nodes_in
from transpiler.source.syntax import all_in

_MODULES = ("random", "numpy.random", "time", "datetime", "uuid", "secrets")
_BUILTINS = frozenset({"next", "input"})
#: What gives objects whose methods do so.
_MAKERS = frozenset({
    "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.Generator",
    "random.Random", "random.SystemRandom", "iter", "itertools.count", "itertools.cycle",
})  # fmt: skip
#: Those that always give the same after the same seed.
_SEEDED = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})


def drawn_by(module: ast.Module, functions: Iterable[Function]) -> str:
    """The source of such a call in one of some functions, "" if there is none."""
    return drawn_in(module, (nodes_in(function) for function in functions))


def drawn_in(module: ast.Module, parts: Iterable[Iterable[ast.AST]]) -> str:
    """The same of some nodes of a program, or of what has become of them."""
    modules = whole_names(module)
    drawing = _drawing(module, modules)
    for nodes in map(list, parts):
        seeded = _seeded(nodes, modules)
        for node in nodes:
            if not isinstance(node, ast.Call) or node in seeded:
                continue
            whole = _resolved(node.func, modules)
            held = node.func.value if isinstance(node.func, ast.Attribute) else None
            if isinstance(held, ast.Name) and held.id in seeded.values():
                continue
            if whole in _BUILTINS or whole.startswith(tuple(f"{m}." for m in _MODULES)):
                return ast.unparse(node)
            if held is not None and ast.unparse(held) in drawing:
                return ast.unparse(node)
    return ""


def _seeded(nodes: list[ast.AST], modules: dict[str, str]) -> dict[ast.Call, str]:
    """What a function makes anew from a seed whenever it is called, which gives the same then."""
    stores = [n for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    shared = {n for one in nodes if isinstance(one, (ast.Global, ast.Nonlocal)) for n in one.names}
    found: dict[ast.Call, str] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Call(args=[seed]) as call):
                once = sum(n.id == name for n in stores) == 1 and name not in shared
                told = not any(isinstance(n, ast.Call) for n in all_in(seed))
                if _resolved(call.func, modules) in _SEEDED and once and told:
                    if not (isinstance(seed, ast.Constant) and seed.value is None):
                        found[call] = name
    return found


def whole_names(module: ast.Module) -> dict[str, str]:
    """The whole names of what a program imports."""
    found: dict[str, str] = {}
    for node in all_in(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _drawing(module: ast.Module, modules: dict[str, str]) -> set[str]:
    """The variables and attributes that hold what draws, as they are written."""
    return {
        ast.unparse(target)
        for node in all_in(module)
        for target, value in _bound(node)
        if isinstance(value, ast.Call) and _resolved(value.func, modules) in _MAKERS
    }


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a statement gives values to, each with its value."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from zip(target.elts, value.elts, strict=False)
                else:
                    yield target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value


def _resolved(node: ast.AST, modules: dict[str, str]) -> str:
    """`np.random.rand` as `numpy.random.rand`; "" of what is no dotted name."""
    if isinstance(node, ast.Name):
        return modules.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (held := _resolved(node.value, modules)):
        return f"{held}.{node.attr}"
    return ""
