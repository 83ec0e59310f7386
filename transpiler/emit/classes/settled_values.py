"""Settings that `forward` would read when it is called, and that may change once there is a model.

def forward(self, x):                           self.alpha = cfg["alpha"]      # in `__init__`
    return self.dense(x) * self.cfg["alpha"]    return self.dense(x) * self.alpha
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable

from transpiler.emit.classes.contents import texts_of
from transpiler.emit.classes.plan import ClassPlan, EmitError
from transpiler.emit.classes.reserved import RESERVED, is_of_modules
from transpiler.ir.code import Line, Node
from transpiler.passes.liveness import walk
from transpiler.passes.moves import rewritten_node
from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS

#: A variable, or an attribute of the object that builds the model, and what is read through it.
_PATH = regex(
    r"(?<![\w.\"'\]])((?:self\.)?(?!(?:self|nn|F|torch|np|math)\b)[A-Za-z_]\w*)"
    r"((?:\.get\((?:\"[^\"\n]*\"|'[^'\n]*')(?:, *-?[\d.]+)?\)(?=[^\w(\[.]|$)"
    r"|\.[A-Za-z_]\w*|\[(?:\"[^\"\]\n]*\"|'[^'\]\n]*'|-?\d+)\])*)(?![\w(\[.]|=[^=])"
)
#: What changes what a name holds.
_CHANGES = (
    r"(?<![\w.])(?:self\.)?{name}\b(?:[\w.]|\[[^\]]*\])*"
    + rf"(?:\.(?:{'|'.join(sorted(METHODS))})\(|\s*(?:[-+*/%&|^@]|\*\*|//)?=(?!=))"
)
#: Places in what is a tuple, as a rule: `input_shape[0]`.
_PLACES = regex(r"(?:\[-?\d+\])+")
#: An entry that may be absent: `cfg.get("alpha", 0.1)`.
_GET = regex(r"\.get\((\"[^\"\n]*\"|'[^'\n]*')(?:, *-?[\d.]+)?\)")


def settled_paths(plan: ClassPlan, forward: list[Node], live: frozenset[str]) -> dict[str, str]:
    """What `forward` reads so, and the attributes that keep it; `live` is what others give it."""
    free = live - {*plan.inputs, *plan.tensor_names}
    found = dict(plan.asked_paths)
    for path in found:
        _refuse_changing(plan, root_of(path), path)
    if (changes := plan.changes) is None:
        return found
    for node in walk(forward) if free else ():
        for text in texts_of(node):
            for match in _PATH.finditer(text):
                path, (root, rest) = match.group(), match.groups()
                given = not rest and (root in plan.statics or root.startswith("self."))
                if root not in free or path in found or given:
                    continue
                if (change := changes(_GET.sub(r"[\1]", path))) == "inside":
                    raise EmitError(
                        f"`{path}` changes once the model is made, which goes on with what it was"
                    )
                if change or (rest and not _PLACES.fullmatch(rest)):
                    _refuse_changing(plan, root, path)
                    found[path] = _attribute(root, rest, {*plan.statics, *found.values()})
    return found


def asked_paths(
    texts: Iterable[str], names: frozenset[str], taken: Iterable[str]
) -> dict[str, str]:
    """The same of what functions outside of the class read of some `names`."""
    found: dict[str, str] = {}
    for match in (match for text in texts for match in _PATH.finditer(text)):
        path, (root, rest) = match.group(), match.groups()
        if root in names and rest and path not in found:
            found[path] = _attribute(root, rest, {*taken, *names, *found.values()})
    return found


def of_model(text: str, found: dict[str, str]) -> str:
    """A text that reads these, as such functions can: of the model."""
    return _PATH.sub(
        lambda m: f"model.{found[m.group()]}" if m.group() in found else m.group(), text
    )


def _refuse_changing(plan: ClassPlan, root: str, path: str) -> None:
    """Refuse what is read once, while `__init__` changes what it is read of."""
    name = re.escape(root.removeprefix("self."))
    changes = re.compile(_CHANGES.format(name=name))
    lines = (n for n in walk(plan.init) if isinstance(n, Line) and n.effect)
    if any(changes.search(line.text) for line in lines):
        raise EmitError(f"`{path}`, which the model computes with, changes while it is built")


def with_settled(forward: list[Node], found: dict[str, str]) -> list[Node]:
    """`forward`, where it reads what `__init__` keeps."""

    def change(text: str) -> str:
        return _PATH.sub(
            lambda m: f"self.{found[m.group()]}" if m.group() in found else m.group(), text
        )

    roots = frozenset(root_of(path) for path in found)
    return [rewritten_node(node, change, roots) for node in forward]


def root_of(path: str) -> str:
    """The variable of a path, or the attribute of the object: `self.cfg`."""
    start = "self." if path.startswith("self.") else ""
    rest = path.removeprefix("self.")
    return start + rest.partition(".")[0].partition("[")[0]


def _attribute(root: str, rest: str, taken: set[str]) -> str:
    if not rest:
        name = root.lower()
        hides = name in taken or name in RESERVED or is_of_modules(name)
        return f"{name}_value" if hides else name
    rest = _GET.sub(r"[\1]", rest)
    last = rest.rpartition(".")[2] if rest[-1] != "]" else rest[rest.rindex("[") + 1 : -1]
    name = str(ast.literal_eval(last)) if not last.isidentifier() else last
    name = name if name.isidentifier() else f"{root.removeprefix('self.')}_value"
    name = name.lower() if name.isupper() else name
    if name in RESERVED or is_of_modules(name) or keyword.iskeyword(name):
        name = f"{name}_value"
    number, made = 1, name
    while made in taken:
        made = f"{name}_{number}"
        number += 1
    return made
