"""What calls of a builder that compiles its models make of these: their losses, whether trained."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.passed_arguments import argument_for, given_before
from transpiler.emit.training.shared import Shared
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TRAINING
from transpiler.interpret.values import Model
from transpiler.lower.training import Training
from transpiler.source.lexical import words_in


def gets_another_loss(shared: Shared, training: Training, parameters: set[str]) -> bool:
    """Whether the calls of a builder name different losses for the models that it compiles."""
    handing = shared.handings.get(id(training.model))  # of a function that gets the models
    summary = training.model.summary if handing is None else handing.summary
    texts = [c.given.get("loss") for c in training.moved]
    if summary is None:
        return False
    read = {word for given in texts if given is not None for word in words_in(given.text)}
    sites = shared.sites.get(id(summary.function.node), [])
    return any(
        len({_passed(shared, site.node, summary, name) for site in sites}) > 1
        for name in read & parameters
    )


def gives_trained(shared: Shared, model: Model) -> bool:
    """Whether the function that gives a model gives others, too, which are trained."""
    node = model.summary.function.node if model.summary is not None else None
    return any(c.name in TRAINING for site in shared.sites.get(id(node), ()) for c in site.calls)


def _passed(shared: Shared, node: cst.CSTNode, summary: Summary, name: str) -> str:
    """The source of what a call gives to a parameter, "" where it is the default."""
    if name in given_before(shared.file, node, summary) and isinstance(node, cst.Call):
        return shared.tree.source(node.func)  # as different partial functions may differ
    argument = argument_for(shared.file, node, summary, name)
    return shared.tree.source(argument.value) if argument is not None else ""
