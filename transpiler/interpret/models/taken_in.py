"""How the class of a model comes by the models that it has as layers.

It gets those that have a name where it is made. It makes those itself that have none, or that are
others in each round of its loops:

for width in widths:
    expand = build_expansion(width)         self.expand.append(build_expansion(width))
    x = expand(x)
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import Built, GiveUp, Region
from transpiler.interpret.training import options_of, root
from transpiler.interpret.values import Model, Static
from transpiler.ir.code import Construct
from transpiler.ir.expr import Module
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.regex import regex

_ELSEWHERE = "a model is made in one branch or loop, and called in another one"
_MADE_HERE = (
    "a branch or loop makes a model and calls it: let a function of its own make it, which the "
    "class can call"
)


def module_of(region: Region, model: Model, node: cst.CSTNode, still: bool) -> Module:
    """The layer that a model is to the one that calls it here."""
    ways, module = tuple(region.ways), model.module
    if _is_of_list(region, model, node):
        raise GiveUp(_ELSEWHERE, node)
    if module is not None and module.token in region.constructed:
        if module.whole and model.ways != ways[: len(model.ways)]:
            raise GiveUp(_ELSEWHERE, node)
        return module
    module = model.module = _taken_in(region, model, node, still)
    region.model_layers[module.token] = model
    if model.ways and model.ways == ways[: len(model.ways)] and model.source is None:
        region.inner_models[module.token] = model
    if model.ways and model.ways == ways:
        region.constructed.add(module.token)
        region.emit_init(Construct(module))
    elif region.init is not region.root_init:  # the same model each time
        if module.whole and (region.branches or not region.loops):
            raise GiveUp(_ELSEWHERE, node)
        region.constructed.add(module.token)
        region.root_init.append(Construct(module))
    return module


def _is_of_list(region: Region, model: Model, node: cst.CSTNode) -> bool:
    """Whether it stands for all that a loop has made, of which a list or dict gives one.

    The variable of the loop itself holds the last one behind it, and a builder calls the one
    that it is given, or those of a list, each in its round.
    """
    if _is_one_of_each(region, model) or _is_given(region, model):
        return False
    now = {way.id for way in region.ways}
    models = [origin for one in options_of(model) for origin in (one, root(one))]
    if not any(way.side < 0 and way.id not in now for one in models for way in one.ways):
        return False
    called = node.func if isinstance(node, cst.Call) else None
    name = called.value if isinstance(called, cst.Name) else ""
    names = {one.expr.text for one in models if one.expr is not None}
    return bool(region.loops) or name not in names


def _taken_in(region: Region, model: Model, node: cst.CSTNode, still: bool) -> Module:
    if _is_inside(region, model):
        return _made_inside(region, model, node, still)
    assert model.expr is not None
    hint = model.expr.text.rpartition(".")[2]
    if _is_one_of_each(region, model):
        return Module(model.expr, hint, still=still, whole=True)
    region.model_names[model.expr.text] = model
    return Module(model.expr, hint, still=still)


def _is_one_of_each(region: Region, model: Model) -> bool:
    """Whether it is the one of a list that the round of the loop has."""
    return model.source is not None and bool(model.ways) and model.ways == tuple(region.ways)


def _is_given(region: Region, model: Model) -> bool:
    """Whether it is a parameter, whatever the caller has given for it."""
    named = model.expr is not None and model.expr.text in region.parameters
    return named and model.source is not None


def _refuse_stale(region: Region, built: Built) -> None:
    """Refuse models as layers whose variables are something else by now."""
    # another one is complete later than it is made; branches and loops are looked at elsewhere
    functional = built.kind == "functional" and not built.ways
    named = [
        node.module.constructor
        for node in walk(built.init if functional and region.model_names else [])
        if isinstance(node, Construct) and node.module.constructor.text in region.model_names
    ]
    known = {e.text: (e, region.model_names[e.text]) for e in named}
    stale = {n for n, (e, model) in known.items() if not model.ways and built.is_stale(e, model)}
    forward = prune(built.forward, frozenset(), effects=False)[0] if stale else []
    used = {module.constructor.text for module in modules_used(forward).values()}
    if found := sorted(stale & used):
        raise GiveUp(f"it has a model as a layer that `{found[0]}` no longer is", built.node)


def make_inner(region: Region, built: Built) -> None:
    """See that a class makes the models itself that its branches and loops make.

    Raises Restart to have it so, and GiveUp where it can't be.
    """
    _refuse_stale(region, built)
    if not region.inner_models:
        return
    forward, _ = prune(built.forward, frozenset(), effects=False)
    for token in modules_used(forward):
        model = region.inner_models.get(token)
        if model is None or model.ways == built.ways[: len(model.ways)]:
            continue
        if not _is_result(region, model):
            raise GiveUp(_MADE_HERE, model.node)
        if not _is_inside(region, model):
            region.want(_key(region, model), True)


def _is_inside(region: Region, model: Model) -> bool:
    return model.expr is None or _key(region, model) in region.wants


def _key(region: Region, model: Model) -> str:
    assert model.node is not None
    return f"inside:{region.tree.span(model.node)[0]}"


def _is_result(region: Region, model: Model) -> bool:
    """Whether a function gives a model, which is called in this region."""
    return model.caller is region and model.summary is not None


def _made_inside(region: Region, model: Model, node: cst.CSTNode, still: bool) -> Module:
    """A model that the class makes itself, by the function that gives it."""
    made = next((v for v in model.call_values if isinstance(v, Static)), None)
    if not _is_result(region, model) or made is None or "self." in made.expr.text:
        raise GiveUp("a model without a name is called", node)
    if model.ways and model.ways != tuple(region.ways):
        raise GiveUp(_ELSEWHERE, node)
    if not region.scope.current(made.expr):
        raise GiveUp("what a model without a name is made of changes before it is called", node)
    if model.statement is not None and model.expr is not None:
        region.graph_statements[id(model.statement)] = model.statement
    assert model.summary is not None
    hint = model.expr.text if model.expr is not None else _hint(model.summary.function.name)
    return Module(made.expr, hint, still=still, whole=True)


_MAKES = regex(r"^_*(?:build|make|create|get|define)_")


def _hint(function: str) -> str:
    """What to call what a function gives: `build_encoder` gives an encoder."""
    return _MAKES.sub("", function) or function
