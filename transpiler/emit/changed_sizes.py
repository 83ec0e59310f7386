"""What a script changes while it makes a model, whose class reads all of it when it is complete.

model.add(layers.Dense(config["units"]))
config["units"] = 8
model.add(layers.Dense(config["units"]))
"""

from __future__ import annotations

from transpiler.emit.classes.draft import ClassDraft
from transpiler.emit.classes.plan import EmitError
from transpiler.emit.units import FilePlan, Unit
from transpiler.ir import tokens
from transpiler.ir.code import Construct, Line
from transpiler.passes.liveness import walk
from transpiler.regex import regex
from transpiler.source.between import changed_between

#: An attribute or entry of a variable, which may change though the variable does not.
_PART = regex(r"(?<![\w.\"'])(?!(?:nn|F|torch|np|self)\b)[A-Za-z_]\w*(?:\.[A-Za-z_]|\[)")
_TOKEN = regex(f"{tokens.ANY}|{tokens.ANY_CHARACTER}")


def refuse_changed(planned: FilePlan, unit: Unit, draft: ClassDraft) -> None:
    """Refuse a class of a script that would read another value than its layers got."""
    built = unit.built
    if built is None or not unit.region.is_module:
        return
    made = [n for n in walk(draft.init) if isinstance(n, Construct)]
    read = [n for n in made if _PART.search(n.module.constructor.text) is not None]
    if not read:
        return
    lines = [n for n in walk(draft.init) if isinstance(n, Line)]
    own = {name for line in lines for name in line.defs if not _PART.match(line.text)}
    span = planned.tree.span
    end = max(span(node)[1] for node in (built.node, *built.model.additions))
    for node in read:
        begin = min(node.origins, default=span(built.node)[0])
        text = _TOKEN.sub("_", node.module.constructor.text)
        changed = changed_between(planned.tree.text, text, begin, end, own) if begin < end else ""
        if changed:
            raise EmitError(
                f"`{changed}` changes before the model is complete, whose class reads it then: "
                "give each of its values a name"
            )
