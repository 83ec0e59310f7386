"""Loops that clip the weights of a model, layer by layer, as the critic of a Wasserstein GAN.

for layer in critic.layers:
    weights = [np.clip(w, -0.01, 0.01) for w in layer.get_weights()]
    layer.set_weights(weights)
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Model, Unknown
from transpiler.source.lexical import names_read


@provides("clip_layers")
def clip_layers(region: Region, node: cst.For) -> bool:
    """A loop that only clips the weights of the layers of a model; whether it is such a one."""
    match node.target, node.iter:
        case cst.Name(value=layer), cst.Attribute(value=held, attr=cst.Name("layers")):
            pass
        case _:
            return False
    assigned: dict[str, cst.BaseExpression] = {}
    bounds = _bounds(node, layer, assigned)
    model = evaluate(region, held) if bounds is not None else None
    if bounds is None or not isinstance(model, Model):
        return False
    each, *limits = bounds
    varying = {layer, each.value, *assigned}
    if any(names_read(region.tree.source(limit)) & varying for limit in limits):
        return False
    given = {}
    for name, bound in zip(("lower", "upper"), limits, strict=True):
        given[name] = Given(evaluate(region, bound), one_line(region.tree.source(bound)))
    call = TrainingCall(node, "clip_weights", model, given, node, model.compiled, region=region)
    call.conditional, call.in_loop, call.of = bool(region.branches), bool(region.loops), held
    region.training[id(node)] = call
    region.left_calls.append((node, f"{region.tree.source(held)}.layers", model))
    for name in (layer, *assigned):
        region.scope.bump(name)
        region.scope.values[name] = Unknown("a layer of a model, or its weights")
    return True


def _bounds(
    node: cst.For, layer: str, assigned: dict[str, cst.BaseExpression]
) -> tuple[cst.Name, cst.BaseExpression, cst.BaseExpression] | None:
    """What each array is called, and between which bounds the loop clips it, if that is all."""
    for number, statement in enumerate(node.body.body, 1):
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))], value=value)]
            ):
                assigned[name] = _named(value, assigned)
            case cst.SimpleStatementLine(body=[cst.Expr(cst.Call(func, args=[cst.Arg(value)]))]):
                last = number == len(node.body.body)
                sets = _method_of(func, layer) == "set_weights"
                return _clipped(_named(value, assigned), layer) if last and sets else None
            case _:
                return None
    return None


def _named(
    value: cst.BaseExpression, assigned: dict[str, cst.BaseExpression]
) -> cst.BaseExpression:
    """What a name stands for; of a comprehension over a name, the same over what that stands for.

    The nodes of the program stay as they are, so that each is found at its place.
    """
    match value:
        case cst.Name(name) if name in assigned:
            return assigned[name]
        case cst.ListComp(for_in=cst.CompFor(iter=cst.Name(name))) if name in assigned:
            source = value.for_in.with_changes(iter=assigned[name])
            return value.with_changes(for_in=source)
    return value


def _clipped(
    value: cst.BaseExpression, layer: str
) -> tuple[cst.Name, cst.BaseExpression, cst.BaseExpression] | None:
    """The parts of `[np.clip(w, lower, upper) for w in layer.get_weights()]`."""
    match value:
        case cst.ListComp(
            elt=cst.Call(
                func=cst.Attribute(value=cst.Name("np" | "numpy"), attr=cst.Name("clip")),
                args=[cst.Arg(cst.Name(each)), cst.Arg(lower), cst.Arg(upper)],
            ) as clip,
            for_in=cst.CompFor(
                target=cst.Name(one) as name,
                iter=cst.Call(func=cst.Attribute() as taken, args=[]),
                ifs=[],
                inner_for_in=None,
            ),
        ) if (
            each == one and _method_of(taken, layer) == "get_weights"
        ):
            names = [a.keyword.value if a.keyword is not None else "" for a in clip.args]
            if names in (["", "", ""], ["", "a_min", "a_max"], ["", "min", "max"]):
                return name, lower, upper
    return None


def _method_of(func: cst.BaseExpression, name: str) -> str:
    """The method of a variable that is called, if it is one."""
    match func:
        case cst.Attribute(value=cst.Name(found), attr=cst.Name(method)) if found == name:
            return method
    return ""
