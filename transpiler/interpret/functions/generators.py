"""Generator functions of the program: what their calls give is known by the function alone."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.flows import endless
from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, evaluates
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.values import (
    Function,
    Static,
    UserClass,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Generated
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.made_batches import Maker, generator_given, returned, yielded
from transpiler.source.reused_arrays import reused_array
from transpiler.source.suites import yields_of

#: How a generator expression of tuples begins that a function gives.
_GIVES = regex(r"return\s*\(\s*\(")
#: What a generator may go on with for ever.
_GOES_ON = regex(r"\bwhile\b|\b(?:cycle|count|repeat|iter)\(|\byield\s+from\b")


def is_generator(function: Function) -> bool:
    """Whether calls of a function give generators."""
    home: FileContext | None = function.file
    if home is None or not isinstance(function.node, cst.FunctionDef):
        return False
    if "yield" in home.tree.words and yields_of(function.node):
        return True
    gives = _GIVES.search(home.tree.source(function.node)) is not None
    return gives and generator_given(function.node) is not None


def generated(function: Function, called: Value) -> Value:
    """What a call of a function gives: as a generator, where it makes one."""
    node = function.node
    if not isinstance(called, Static) or not is_generator(function):
        return called
    assert isinstance(node, cst.FunctionDef)
    others = function.file.functions(function.owner)
    source = function.file.tree.source(node)
    refilled, ends = reused_array(source, "yield"), "" if _GOES_ON.search(source) else function.name
    expression = None if yields_of(node) else generator_given(node)
    if expression is not None:
        made = Generated(Maker(node, others).in_turn(expression), ends=ends)
    else:
        made = Generated(yielded(node, others), refilled=refilled, ends=ends)
    return replace(called, expr=replace(called.expr, value=made, array=False))


def iterator_of(made: UserClass) -> Generated | None:
    """What the objects of a class give one after the other that are iterators themselves."""
    home: FileContext = made.file
    methods = home.class_methods.get(made.name, {})
    following = methods.get("__next__")
    if following is None or "__iter__" not in methods or made.bases:
        return None
    if not isinstance(following.node, cst.FunctionDef):
        return None
    if any(mentions_framework(home, method) for method in methods.values()):
        return None
    refilled = reused_array(home.tree.source(following.node), "return")
    return Generated(returned(following.node, home.functions(made.name)), refilled=refilled)


@evaluates(cst.Yield)
def give(region: Region, node: cst.Yield) -> Value:
    """What is yielded goes to whoever asks the generator."""
    given = node.value.item if isinstance(node.value, cst.From) else node.value
    value = evaluate(region, given) if given is not None else None
    flow = pipeline_of(value)
    if flow is not None and flow.is_generator and isinstance(node.value, cst.From):
        assert given is not None
        assert value is not None
        value = endless(region, given, value)
    if value is not None and (holds_tensor(value) or is_graph(value)):
        raise GiveUp("a generator gives tensors or layers", node)
    return Static(Expr(one_line(region.tree.source(node))))
