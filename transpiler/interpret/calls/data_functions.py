"""Functions that data sets are made with: generators, and what changes images one by one."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.again import gives_else
from transpiler.interpret.calls.far_lambdas import refuse_far_lambda
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line, to_expr
from transpiler.interpret.values import Framework, Function, Instance
from transpiler.ir.expr import POSTFIX, TERNARY, Expr, expr
from transpiler.ir.pipeline import Applied, Leaf, Yielding
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.source.children import children_of


def generating(region: Region, function: Function) -> Expr:
    """A function that gives a generator; a lambda stands as it is."""
    known = Yielding(_is_endless(function), not gives_else(region, function))
    if not isinstance(function.node, cst.Lambda):
        return replace(to_expr(region, function), value=known)
    uses: Any = provided("mentions_framework")(region.file, function)
    if uses:
        raise Unsupported("a generator that uses the framework")
    refuse_far_lambda(region, function)
    return Expr(one_line(region.tree.source(function.node)), known, TERNARY)


def _is_endless(function: Function) -> bool:
    """Whether what a function yields has no end: all that it does is in a `while True`."""
    node = function.node
    if isinstance(node, cst.Lambda):
        called = node.body.func if isinstance(node.body, cst.Call) else None
        name = called.value if isinstance(called, cst.Name) else ""
        held = function.closure.get(name) if name else None
        return isinstance(held, Function) and held.node is not node and _is_endless(held)
    loops = [s for s in node.body.body if isinstance(s, cst.While)]
    if len(loops) != 1 or loops[0] is not node.body.body[-1]:
        return False
    (loop,) = loops
    always = isinstance(loop.test, cst.Name) and loop.test.value == "True"
    return (always or _is_one(loop.test)) and not _leaves(loop.body, in_loop=False)


def _is_one(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Integer) and test.value == "1"


def _leaves(node: cst.CSTNode, in_loop: bool) -> bool:
    """Whether something in a loop may end it."""
    if isinstance(node, (cst.Return, cst.Raise)) or (isinstance(node, cst.Break) and not in_loop):
        return True
    if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
        return False
    inside = in_loop or isinstance(node, (cst.For, cst.While))
    return any(_leaves(child, inside) for child in children_of(node))


def called_object(region: Region, value: Instance, node: cst.BaseExpression | None) -> Expr:
    """An object of the program's own that is called for a generator."""
    made = value.made
    methods = region.file.class_methods.get(made.name, {}) if made is not None else {}
    method = methods.get("__call__")
    uses: Any = method is None or provided("mentions_framework")(region.file, method)
    if uses or node is None:
        raise Unsupported("a generator that uses the framework, or is not known")
    return Expr(one_line(region.tree.source(node)), strength=POSTFIX)


def of_images(region: Region, function: Framework | Function) -> Expr:
    """A function of single images: Keras's own, or one that has nothing to do with it."""
    if isinstance(function, Framework):
        rule = region.file.rules.ops.get(function.name)
        if rule is None:
            raise Unsupported(f"there is no rule for {function.name}")
        image = Tensor(Expr("image"), (None, expr(3)), Layout.LAST)
        made: Any = rule.build(image, **{k: expr(None) for k in rule.defaults})
        body = made.code.wrapped(TERNARY)
        return Expr(f"lambda image: {body}", Applied(Leaf(3)), TERNARY, helpers=made.code.helpers)
    uses: Any = provided("mentions_framework")(region.file, function)
    if function.owner or uses:
        raise Unsupported(f"`{function.name}` uses the framework, or is a method")
    if isinstance(function.node, cst.Lambda):
        refuse_far_lambda(region, function)
        return Expr(one_line(region.tree.source(function.node)), strength=TERNARY)
    return region.scope.read(function.name)
