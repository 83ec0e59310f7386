"""What callbacks of the program's own do to the dict of an epoch's values, which Keras gives all.

def on_epoch_end(self, epoch, logs=None):
    logs["val_f1"] = f1         # the history has it, and callbacks behind this one see it
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.moments import reached_code
from transpiler.interpret.values import UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.lexical import blanked, mentions
from transpiler.source.suites import leaf_statements, nodes_of
from transpiler.source.tree import Tree
from transpiler.source.whereabouts import aliases

_CHANGED = (
    r"\bdel\s+(?:\w+\.)*{0}\["
    r"|\b{0}(?:\[[^\]]*\]\s*[-+*/]?=(?!=)|\s*\|=|\.(?:update|setdefault|pop|popitem|clear)\()"
)
_CHANGES_ENTRIES = regex(
    r"\bdel\b[^\n]*\[|\][ \t]*(?:[-+*/%|&@]|//|\*\*)?=(?!=)|\|="
    r"|\.(?:update|setdefault|pop|popitem|clear)\("
)
#: Expressions that may give the dict itself: `logs or {}`.
_ITSELF = (cst.Name, cst.BooleanOperation, cst.IfExp, cst.NamedExpr)


def check_unchanged(tree: Tree, made: UserClass, method: cst.FunctionDef, logs: str) -> None:
    """Refuse a method that changes the values otherwise than by statements which add some."""
    name = method.name.value
    inside = [s for one in made.lineage for s in one.node.body.body]
    same = [s for s in inside if isinstance(s, cst.FunctionDef) and s.name.value == name]
    code = "\n".join(tree.code(one.body) for one in same)
    reached = reached_code(tree.text, re.sub(rf"\bsuper\([^()]*\)\.{name}\b", "", code))
    names = aliases(tree.text, logs) - ({logs} if _is_copied(tree, method, logs) else set())
    kept = re.search(rf"\.{logs}\s*=(?!=)[^\n]*(?<![\w.]){logs}\b", tree.blanked) is not None
    if not kept:  # `self.logs` is the object's own then
        reached = re.sub(rf"\.{logs}\b", ".own", reached)
    changes = sum(len(re.findall(_CHANGED.format(name), reached)) for name in names)
    if changes > len(added(tree, method, logs)):
        raise Unsupported(f"`{made.name}.{name}` changes the values of the epoch")


def check_unchanged_by_function(tree: Tree, source: str, logs: str) -> None:
    """Refuse a function that changes the values: `lambda epoch, logs: logs.update(z=1.0)`."""
    reached = reached_code(tree.text, source)
    if any(re.search(_CHANGED.format(name), reached) for name in aliases(tree.text, logs)):
        raise Unsupported("a function of a callback that changes the values of the epoch")


_KEEPING = (
    r"(?:\.(?:append|insert|extend|add|put|setdefault)\([^()\n]*|[.\]]\w*\s*=\s*)\b{0}\b(?![.\[(])"
)


def keeps(source: str, logs: str) -> bool:
    """Whether some code keeps the dict of the values itself: `self.kept.append(logs)`."""
    return re.search(_KEEPING.format(logs), blanked(source)) is not None


def parameters_of(method: cst.FunctionDef) -> list[cst.Param]:
    """The parameters of a method that take what stands in a place, with `self`."""
    return [*method.params.posonly_params, *method.params.params]


def check_unchanged_by_star(
    tree: Tree, made: UserClass, method: cst.FunctionDef, star: str
) -> None:
    """The same of one that gets the values among others, of which a name isn't followed."""
    code = tree.code(method.body)
    reached = reached_code(tree.text, code) if mentions(star, code) else ""
    if _CHANGES_ENTRIES.search(reached):
        raise Unsupported(f"`{made.name}.{method.name.value}` may change the values of the epoch")


def added(tree: Tree, method: cst.FunctionDef, logs: str) -> list[tuple[list[str], bool]]:
    """The keys that statements of a method add, each with whether it runs in any case."""
    if method.name.value != "on_epoch_end" or _is_copied(tree, method, logs):
        return []
    leaves = any(isinstance(node, cst.Return) for node in nodes_of(method))
    always = {id(statement) for statement in method.body.body if not leaves}
    return [
        (keys, id(statement) in always)
        for statement in leaf_statements(list(method.body.body))
        if isinstance(statement, cst.SimpleStatementLine)
        if (keys := _keys_put(statement, logs))
    ]


def _is_copied(tree: Tree, method: cst.FunctionDef, logs: str) -> bool:
    """Whether a method makes a dict of its own first: `logs = dict(logs or {})`."""
    for statement in method.body.body:
        match statement:
            case cst.SimpleStatementLine(
                [cst.Assign([cst.AssignTarget(cst.Name(name))], value=value)]
            ) if (name == logs):
                return not isinstance(value, _ITSELF)
        if re.search(_CHANGED.format(logs), tree.code(statement)):
            return False
    return False


def _keys_put(statement: cst.SimpleStatementLine, logs: str) -> list[str]:
    """The keys of the entries of a dict that a statement makes, where it does nothing else."""
    match statement.body:
        case [
            cst.Assign(
                targets=[
                    cst.AssignTarget(
                        cst.Subscript(
                            value=cst.Name(name),
                            slice=[cst.SubscriptElement(cst.Index(cst.SimpleString() as key))],
                        )
                    )
                ]
            )
        ] if (
            name == logs
        ):
            return [str(key.evaluated_value)]
        case [
            cst.Expr(
                cst.Call(
                    func=cst.Attribute(cst.Name(name), cst.Name("update")),
                    args=[cst.Arg(cst.Dict(elements), keyword=None, star="")],
                )
            )
        ] if (
            name == logs
        ):
            keys = [e.key for e in elements if isinstance(e, cst.DictElement)]
            texts = [str(k.evaluated_value) for k in keys if isinstance(k, cst.SimpleString)]
            return texts if len(texts) == len(elements) else []
    return []
