"""Functions that get layers, or make inputs: their body stands in the place of the call.

def apply(x, layer):
    x = layer(x)
    return layers.ReLU()(x)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.control.suites import body_of, run_block
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.names import bind_tensor, ensure_current
from transpiler.interpret.values import (
    Bound,
    Function,
    Keyed,
    Layer,
    LayerChain,
    LayerList,
    Model,
    Repeated,
    Sequence,
    Value,
    holds_tensor,
)
from transpiler.source.suites import is_docstring


def gets_layers(bound: dict[str, Value]) -> bool:
    """Whether a call hands on layers, or a Sequential that it may add layers to."""
    return any(_is_layers(value) for value in bound.values())


def gets_masks(function: Function, bound: dict[str, Value]) -> bool:
    """Whether a call hands masked steps to a function of plain statements, which sees the mask."""
    node = function.node
    masked = any(isinstance(v, Bound) and v.tensor.mask is not None for v in bound.values())
    if not masked or isinstance(node, cst.Lambda) or node.params.star_kwarg is not None:
        return False
    return node.params.star_arg is cst.MaybeSentinel.DEFAULT and _is_plain(node.body)


def _is_plain(suite: cst.BaseSuite) -> bool:
    """Whether statements do nothing but name what they compute: no other value changes."""
    for statement in body_of(suite):
        if isinstance(statement, cst.SimpleStatementLine):
            if not is_docstring(statement) and not all(map(_names_only, statement.body)):
                return False
        elif isinstance(statement, cst.For):
            if statement.orelse is not None or not _is_plain(statement.body):
                return False
        else:
            return False
    return True


def _names_only(small: cst.CSTNode) -> bool:
    if isinstance(small, cst.Assign):
        return all(isinstance(target.target, (cst.Name, cst.Tuple)) for target in small.targets)
    return isinstance(small, cst.Return)


def adds_layers(function: Function) -> bool:
    """Whether a function calls `add` of one of its parameters."""
    if isinstance(function.node, cst.Lambda):
        return False
    names = {p.name.value for p in function.node.params.params}
    source = function.file.tree.source(function.node)
    return any(f"{name}.add(" in source for name in names)


def opens_inputs(summary: Summary) -> bool:
    """Whether a function makes inputs, and gives back tensors for others to build a model of."""
    inner = summary.region
    if inner is None or inner.built or inner.functional or summary.deferred:
        return False
    if not any(key.startswith("input:") for key, _, _ in inner.inputs.values()):
        return False
    return summary.kind in ("block", "operation", "failed") and bool(inner.returns)


def gives_lists(summary: Summary) -> bool:
    """Whether a function gives back a list of tensors whose length only the run tells."""
    inner = summary.region
    if inner is None or inner.built or summary.kind not in ("block", "operation", "failed"):
        return False
    return any(_has_list(value) for value, _ in inner.returns)


def _has_list(value: Value) -> bool:
    if isinstance(value, (Repeated, Keyed)):
        return holds_tensor(value)
    return isinstance(value, Sequence) and any(map(_has_list, value.items))


def _is_layers(value: Value) -> bool:
    if isinstance(value, Sequence):
        return any(_is_layers(item) for item in value.items)
    if isinstance(value, (Repeated, Keyed)):
        return holds_tensor(value)
    return isinstance(value, (Layer, LayerList, LayerChain)) or (
        isinstance(value, Model) and value.kind == "sequential"
    )


def spliced(region: Region, function: Function, bound: dict[str, Value]) -> Value | None:
    """What a call gives whose function's statements become part of the caller."""
    node = function.node
    elsewhere = function.owner and region.methods.get(function.name) is not function
    if isinstance(node, cst.Lambda) or function.file is not region.file or elsewhere:
        raise GiveUp(f"`{function.name}` gets layers")
    statements = body_of(node.body)
    final = _final_return(statements)
    assigned = set(_assigned(statements))
    tensors = {name for name, value in bound.items() if holds_tensor(value)}
    plain = {name: value for name, value in bound.items() if name not in tensors}
    for parameter in node.params.params:
        name = parameter.name.value
        if name not in bound and parameter.default is not None:
            plain[name] = evaluate(region, parameter.default)
    if assigned & set(plain):
        raise GiveUp(f"`{function.name}` gets layers, and changes its arguments")
    for name in assigned - tensors:
        held = region.scope.values.get(name)
        if held is not None and not isinstance(held, Bound):
            raise GiveUp(f"`{name}` of `{function.name}` stands for something else too")
    with _inside(region, function, plain, {name: bound[name] for name in tensors}, assigned):
        run_block(region, statements[:-1] if final is not None else statements)
        value = None if final is None else evaluate(region, final)
    if value is not None and not isinstance(value, (Bound, Sequence, Repeated, Model)):
        raise GiveUp("a function that gets layers gives something that is not understood")
    return value


class _inside:  # noqa: N801
    """The caller's region, while it runs the statements of a function."""

    def __init__(
        self,
        region: Region,
        function: Function,
        plain: dict[str, Value],
        tensors: dict[str, Value],
        assigned: set[str],
    ) -> None:
        self.region = region
        self.function = function
        self.plain = plain
        self.tensors = tensors
        self.assigned = assigned

    def __enter__(self) -> None:
        region = self.region
        if self.function in region.spliced:
            raise GiveUp(f"`{self.function.name}` calls itself")
        region.spliced.append(self.function)
        region.inlined.append(self.function)
        self.saved = (
            region.inline, dict(region.rewrites), dict(region.running), region.whole,
            region.assigned, region.target_hint, region.statement, region.is_module,
            region.scope.outer,
        )  # fmt: skip
        names = self.assigned | set(self.tensors)
        self.before = {n: region.scope.values[n] for n in names if n in region.scope.values}
        self.new = {n for n in names if n not in region.scope.values}
        region.inline = dict(self.plain)
        region.scope.outer = {**self.function.closure, **region.scope.outer}
        for name, value in self.tensors.items():
            renamed = isinstance(value, Bound) and value.tensor.code.text != name
            if renamed and name in self.assigned:
                assert isinstance(value, Bound)
                bind_tensor(region, name, ensure_current(region, value))
            else:
                region.scope.values[name] = value
        region.moved_names |= self.assigned
        region.is_module = False

    def __exit__(self, *_: object) -> None:
        region = self.region
        region.spliced.pop()
        (
            region.inline, region.rewrites, region.running, region.whole,
            region.assigned, region.target_hint, region.statement, region.is_module,
            region.scope.outer,
        ) = self.saved  # fmt: skip
        for name in self.new:
            region.scope.values.pop(name, None)
        region.scope.values.update(self.before)


def _final_return(statements: tuple[cst.CSTNode, ...]) -> cst.BaseExpression | None:
    """The expression of the one `return`, which is the last statement; None where there is none."""
    returns = [s for s in _small(statements) if isinstance(s, cst.Return)]
    if not returns:
        return None
    last = statements[-1]
    if (
        len(returns) > 1
        or not isinstance(last, cst.SimpleStatementLine)
        or last.body[-1] is not returns[0]
        or len(last.body) > 1
        or returns[0].value is None
    ):
        raise GiveUp("a function that gets layers returns in several ways")
    return returns[0].value


def _small(statements: tuple[cst.CSTNode, ...]) -> Iterator[cst.CSTNode]:
    for statement in statements:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body
        elif isinstance(statement, (cst.For, cst.While, cst.With)):
            yield statement
            yield from _small(body_of(statement.body))
        elif isinstance(statement, cst.If):
            rest: cst.If | cst.Else | None = statement
            while rest is not None:
                yield from _small(body_of(rest.body))
                rest = rest.orelse if isinstance(rest, cst.If) else None
        elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            raise GiveUp("a function that gets layers has a body that is not understood")


def _assigned(statements: tuple[cst.CSTNode, ...]) -> Iterator[str]:
    for small in _small(statements):
        targets: list[cst.BaseExpression] = []
        if isinstance(small, cst.Assign):
            targets = [target.target for target in small.targets]
        elif isinstance(small, (cst.AnnAssign, cst.AugAssign, cst.For)):
            targets = [small.target]
        for target in targets:
            if isinstance(target, cst.Name):
                yield target.value
            elif isinstance(target, (cst.Tuple, cst.List)):
                yield from (e.value.value for e in target.elements if isinstance(e.value, cst.Name))
