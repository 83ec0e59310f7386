"""Models, what trains them and lists of tensors that get their values in one statement: in several.

optimizer, metrics = Adam(0.01), ["mae"]        optimizer = Adam(0.01)
model.compile(optimizer, "mse", metrics)        metrics = ["mae"]
                                                model.compile(optimizer, "mse", metrics)

So are the attributes of an object that keeps a model: `self.model, self.rate = model, rate`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from transpiler.regex import regex
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, program_tree

_TOGETHER = regex(r"^[ \t]*\(?\w+(?:, *\w+)+\)? = .*[\[(]", re.MULTILINE)
_ANY_TOGETHER = regex(r"^[ \t]*\(?\w+(?:, *\w+)+\)? = [^\n]*,", re.MULTILINE)
_BUILDS = regex(r"\b(?:Input|Sequential)\(")
_OF_OBJECT = regex(r"^[ \t]*\(?(self)\.(\w+(?:, *self\.\w+)+)\)? = ", re.MULTILINE)
_ASKED = (
    r"compile|fit|fit_generator|evaluate|predict|train_on_batch|test_on_batch|predict_on_batch"
    r"|[gs]et_weights|load_weights|save\w*|summary|layers|optimizer"
)
_ASKED_ALONE = "compile|fit|fit_generator|evaluate|train_on_batch"
_TRAINS = regex(rf"\.(?:{_ASKED_ALONE})\(")
_GIVEN = frozenset({"optimizer", "loss", "loss_weights", "metrics", "weighted_metrics",
                    "callbacks", "class_weight"})  # fmt: skip
_MADE = (ast.List, ast.Dict, ast.Call)


def assigned_apart(text: str) -> Rewritten | None:
    """The text with a statement for each of them, if it has any."""
    together = _TRAINS.search(text) and _TOGETHER.search(text)
    mixed = _BUILDS.search(text) is not None and _ANY_TOGETHER.search(text)
    module = program_tree(text) if together or mixed or _OF_OBJECT.search(text) else None
    if module is None:
        return None
    tensors = _tensors(module) if mixed else frozenset()
    given, edits, positions = {*_given(module)}, dict[Span, str](), Positions(text)
    for node in all_in(module):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = [(t.id, v) for t, v in zip(targets, values, strict=False)
                         if isinstance(t, ast.Name)]  # fmt: skip
                apart = not comments_in(text[slice(*positions.span(node))])
                if apart and _keeps_model(targets, values, text):
                    margin = "\n" + " " * node.col_offset
                    parts = zip(targets, values, strict=True)
                    edits[positions.span(node)] = margin.join(
                        f"{ast.unparse(t)} = {text[slice(*positions.span(v))]}" for t, v in parts
                    )
                if len(pairs) < len(targets) or len(targets) != len(values):
                    continue
                made = any(name in given and isinstance(v, _MADE) for name, v in pairs)
                made = made or all(map(_is_model, values)) or _are_asked(pairs, text)
                made = made or any(_is_list(v) and f"{name}.append(" in text for name, v in pairs)
                mixes = _mixes(pairs, tensors) and _in_turn(pairs)
                if (mixes or (made and _is_free(pairs))) and not comments_in(
                    text[slice(*positions.span(node))]
                ):
                    margin = "\n" + " " * node.col_offset
                    lines = (f"{n} = {text[slice(*positions.span(v))]}" for n, v in pairs)
                    edits[positions.span(node)] = margin.join(lines)
    made_apart = rewritten(text, edits) if edits else None
    return made_apart if made_apart and program_tree(made_apart.text) is not None else None


def _keeps_model(targets: list[ast.expr], values: list[ast.expr], text: str) -> bool:
    """Whether an object keeps something under several names at once, one of them asked as a model.

    Nothing of that may depend on the order.
    """
    names = [
        t.attr
        for t in targets
        if isinstance(t, ast.Attribute) and isinstance(t.value, ast.Name) and t.value.id == "self"
    ]
    if len(names) < len(targets) or len(targets) != len(values) or len({*names}) < len(names):
        return False
    inside = [n for value in values for n in all_in(value)]
    if any(isinstance(n, (ast.NamedExpr, ast.Starred)) for n in inside):
        return False
    if any(isinstance(n, ast.Name) and n.id == "self" for n in inside):
        return False
    return re.search(rf"\bself\.(?:{'|'.join(names)})\.(?:{_ASKED})\b", text) is not None


def _are_asked(pairs: list[tuple[str, ast.expr]], text: str) -> bool:
    """Whether functions of other files give the values, each of which a program trains or asks."""
    return all(
        isinstance(value, ast.Call)
        and not ast.unparse(value.func).rpartition(".")[2][:1].isupper()  # no class
        and f"def {ast.unparse(value.func)}(" not in text
        and re.search(rf"\b{name}\.(?:{_ASKED_ALONE})\(", text)
        for name, value in pairs
    )


def _given(module: ast.Module) -> Iterator[str]:
    """The variables that `compile` and `fit` get for something else than data."""
    for node in all_in(module):
        match node:
            case ast.Call(func=ast.Attribute(attr="compile" | "fit" as called), args=places):
                every = [k.value for k in node.keywords if k.arg in _GIVEN]
                every += places if called == "compile" else []
                yield from (value.id for value in every if isinstance(value, ast.Name))


def _is_model(value: ast.expr) -> bool:
    """Whether it is `Model(...)`: of two in one statement, one may have layers of the other."""
    called = value.func if isinstance(value, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in ("Model", "Sequential")


def _tensors(module: ast.Module) -> frozenset[str]:
    """The variables that surely hold tensors of models at times."""
    pairs: list[tuple[str, ast.expr]] = []
    for node in all_in(module):
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                pairs.append((name, value))
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                both = zip(targets, values, strict=False)
                pairs += [(t.id, v) for t, v in both if isinstance(t, ast.Name)]
    found, before = set[str](), -1
    while len(found) > before:
        before = len(found)
        found |= {name for name, value in pairs if _is_tensor(value, found)}
    return frozenset(found)


def _is_tensor(value: ast.expr, known: Collection[str]) -> bool:
    """Whether it is a tensor of a model: `Input((4,))`, `Dense(3)(x)`, or such a variable."""
    match value:
        case ast.Name(name):
            return name in known
        case ast.Call(func=ast.Call()):
            return True
        case ast.Call(func=ast.Name("Input") | ast.Attribute(attr="Input")):
            return True
    return False


def _mixes(pairs: list[tuple[str, ast.expr]], tensors: frozenset[str]) -> bool:
    """Whether one of the values is a tensor or model, and another one surely nothing like that."""
    values = [value for _, value in pairs]
    graph = [value for value in values if _is_tensor(value, tensors) or _is_model(value)]
    plain = [value for value in values if isinstance(value, _PLAIN)]
    inside = {n.id for value in plain for n in all_in(value) if isinstance(n, ast.Name)}
    return bool(graph and plain) and not inside & tensors


_PLAIN = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr)


def _in_turn(pairs: list[tuple[str, ast.expr]]) -> bool:
    """Whether no value reads a variable that an earlier one gives."""
    given = set[str]()
    for name, value in pairs:
        inside = [*all_in(value)]
        if any(isinstance(n, (ast.NamedExpr, ast.Starred)) for n in inside):
            return False
        if any(isinstance(n, ast.Name) and n.id in given for n in inside):
            return False
        given.add(name)
    return len(given) == len(pairs)


def _is_list(value: ast.expr) -> bool:
    """Whether it is a list with variables in it, as of the tensors to which a loop appends more."""
    elements = value.elts if isinstance(value, ast.List) else []
    return bool(elements) and all(isinstance(one, ast.Name) for one in elements)


def _is_free(pairs: list[tuple[str, ast.expr]]) -> bool:
    """Whether the values need none of the variables as they were before, or are of several."""
    names = {name for name, _ in pairs}
    inside = [n for _, value in pairs for n in all_in(value)]
    read = {n.id for n in inside if isinstance(n, ast.Name)}
    return (
        len(names) == len(pairs)
        and not names & read
        and not any(isinstance(n, (ast.NamedExpr, ast.Starred)) for n in inside)
    )
