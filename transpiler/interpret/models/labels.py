"""Names of models that the program reads: the modules have them, too.

model = build("small")
path = f"{model.name}.keras"
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.training import given_by_function, options_of
from transpiler.interpret.values import Model, Static
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, reads


def read_label(region: Region, model: Model, node: cst.Attribute) -> Static | None:
    """`model.name`, where the program gives it a name: Keras numbers the others."""
    made = [_made(option) for option in options_of(model)]
    labels = [one.label for one in made if one is not None and one.label is not None]
    homes = [one.region for one in made if one is not None and one.region is not None]
    if len(labels) < len(made) or any(home.file is not region.file for home in homes):
        return None
    if any(_is_of_module(home, label) for home, label in zip(homes, labels, strict=True)):
        return None
    for one in made:
        if one is not None:
            one.labelled = True
    known = labels[0].value if len(labels) == 1 else UNKNOWN
    text = region.tree.source(node)
    names = frozenset[tuple[str, int]]().union(
        *(region.scope.read(name).names for name in region.tree.names(node.value))
    )
    return Static(Expr(text, known, POSTFIX, names))


def name_of(model: Model) -> str:
    """The name that the program gives a model, where that is one and known."""
    made = [_made(option) for option in options_of(model)]
    label = made[0].label if len(made) == 1 and made[0] is not None else None
    return label.value if label is not None and isinstance(label.value, str) else ""


def is_labelled(model: Model) -> bool:
    """Whether the modules of a model have the name that the program reads."""
    return all(made is not None and made.labelled for made in map(_made, options_of(model)))


def _is_of_module(home: Region, label: Expr) -> bool:
    """Whether a class would have to read of its module what the name of its models is made of."""
    own = set() if home.is_module else home.scope.values.keys()
    return any(name not in own and not name.startswith("self.") for name in reads(label))


def _made(model: Model) -> Model | None:
    """A model as it is built."""
    if model.region is not None and model.kind != "instance":
        return model
    found = given_by_function(model)
    return found[1].model if found is not None else None
