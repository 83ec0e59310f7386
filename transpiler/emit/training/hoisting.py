"""Data that each round of a loop would make anew in the same way: made before the loop.

for units in 8, 16:                       train_data = TensorDataset(...)
    model = build(units)                  train_loader = DataLoader(train_data, batch_size=32)
    model.fit(x, y)
                                          for units in 8, 16:
                                              ...
"""

from __future__ import annotations

import ast
import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.lines import block, within
from transpiler.emit.training.ready import LOOKING, Made
from transpiler.regex import regex
from transpiler.source.changed_by_callbacks import changed_by_callbacks
from transpiler.source.occurrences import Occurrence
from transpiler.source.reached import program_of
from transpiler.source.suites import blocks_around, statement_lines
from transpiler.source.syntax import all_in
from transpiler.source.tree import Tree

#: What only computes with what it gets.
_FUNCTIONS = frozenset(
    {"TensorDataset", "StackDataset", "DataLoader", "len", "int", "float", "round", "min", "max"}
)
_MODULES = frozenset({"torch", "np", "math"})
_METHODS = frozenset(
    {"astype", "reshape", "flatten", "ravel", "unsqueeze", "squeeze", "to_numpy", "toarray"}
)
_RANDOM = regex(r"\brandom\b|\brand|\bshuffle\(|\bpermut")
#: What stands before an array that is only looked at: `r2_score(y_test, ...)`, `found - y`.
_LOOKS = regex(
    r"(?:[-+*/@%<>]|[=!<>]=) *$"
    r"|(?<![\w.])(?:print|len|(?:np|numpy)\.(?:mean|sum|sqrt|abs|argmax|unique)"
    r"|\w+_(?:score|error)|confusion_matrix|classification_report)\((?:[\w.\[\]]+, *)?$"
)


def out_of_loops(
    made: list[Made], data: dict[str, tuple[str, ...]]
) -> list[tuple[cst.CSTNode, str]]:
    """The loops before which data are made, instead of in each of their rounds; their marks."""
    found: list[tuple[cst.CSTNode, str]] = []
    seen: set[str] = set()
    for one in made:
        if one.mark in seen or not data[one.mark]:
            continue
        seen.add(one.mark)
        if (loop := _loop_of(one, made, data)) is not None:
            found.append((loop, one.mark))
    return found


def placed(tree: Tree, loop: cst.CSTNode, lines: list[str]) -> Edit:
    """The statements above a loop and its comments."""
    start = statement_lines(tree, loop)[0]
    indent = tree.span(loop)[0] - tree.line_start(tree.span(loop)[0])
    above = tree.blanked[:start].rstrip(" ")
    close = bool(above) and not above.endswith("\n\n") and not above.rstrip().endswith(":")
    return Edit(start, start, "\n" * close + f"{block(lines, indent)}\n\n")


def _loop_of(
    one: Made, made: list[Made], data: dict[str, tuple[str, ...]]
) -> cst.For | cst.While | None:
    """The outermost loop of which each round would make the same."""
    names = _read_by(data[one.mark])
    if names is None:
        return None
    shared, room = one.ready.shared, one.ready.room
    found: cst.For | cst.While | None = None
    around = blocks_around(shared.tree, room.node, shared.tree.span(one.call.node)[0])
    for statement, suite in reversed(around):
        if not isinstance(statement, (cst.For, cst.While)) or suite is not statement.body:
            break
        same = all(_stays(one, statement, name) for name in names)
        if (
            not same
            or _is_set_meanwhile(one, data[one.mark])
            or _is_reached(one, statement, names)
            or not _is_alone(one, statement, made, data)
        ):
            break
        found = statement
    return found


def _read_by(lines: tuple[str, ...]) -> set[str] | None:
    """The variables that statements read; None where they may do more than compute."""
    text = "\n".join(lines)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    calls = [node for node in all_in(tree) if isinstance(node, ast.Call)]
    if _RANDOM.search(text.replace("shuffle=", "")) or not all(map(_computes, calls)):
        return None
    if any(isinstance(node, (ast.Yield, ast.NamedExpr, ast.Await)) for node in all_in(tree)):
        return None
    names = [node for node in all_in(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - bound - _FUNCTIONS - _MODULES


def _computes(call: ast.Call) -> bool:
    """Whether a call only computes with what it gets."""
    match call.func:
        case ast.Name(id=name):
            return name in _FUNCTIONS
        case ast.Attribute(value=ast.Name(id=module)) if module in _MODULES:
            return True
        case ast.Attribute(attr=name):
            return name in _METHODS
    return False


def _stays(one: Made, loop: cst.For | cst.While, name: str) -> bool:
    """Whether a variable is bound before a loop that leaves what it holds as it is."""
    shared, room = one.ready.shared, one.ready.room
    tree = shared.tree
    start, end = tree.span(loop)
    again = _again(tree, loop)
    if name in ("self", "cls") or not any(
        p.binds and not start <= p.start < end for p in shared.found.of(name)
    ):
        return False
    inside = [p for p in shared.places(room, name) if start <= p.start < end]
    if any(p.binds or (p.start >= again and not _only_looks(one, p)) for p in inside):
        return False
    changed = rf"\bglobal\b[^\n]*\b{name}\b|(?<![\w.]){name}\s*\[[^\]\n]*\]\s*[-+*/]?=(?!=)"
    return isinstance(room.node, cst.FunctionDef) or not re.search(changed, tree.blanked)


def _is_set_meanwhile(one: Made, lines: tuple[str, ...]) -> bool:
    """Whether callbacks, or what gives batches, may change what statements read."""
    changed = changed_by_callbacks(one.ready.shared.tree.text, one.ready.shared.file.path)
    read = {word for line in lines for word in _WORD.findall(line)}
    return changed.any or not read.isdisjoint(changed.sets | changed.attributes)


_WORD = regex(r"[A-Za-z_]\w*")


def _again(tree: Tree, loop: cst.For | cst.While) -> int:
    """Where it begins what each round runs: a call may give a generator, which goes on with it."""
    plain = isinstance(loop, cst.For) and _CALLS.search(tree.source(loop.iter)) is None
    return tree.span(loop.body)[0] if plain else tree.span(loop)[0]


#: A call of a method, or of a function that Python has not itself.
_CALLS = regex(
    r"\.\w+\(|(?<![\w.])(?!(?:range|len|zip|enumerate|sorted|list|reversed|tqdm)\()\w+\("
)


def _only_looks(one: Made, place: Occurrence) -> bool:
    """Whether nothing happens to a variable in a place, but that a model is trained with it."""
    tree = one.ready.shared.tree
    before = tree.blanked[tree.line_start(place.start) : place.start]
    calls = [tree.span(call.node) for call in one.ready.room.calls]
    looks = place.attribute in LOOKING or within(place.start, calls)
    if looks or (found := _LOOKS.search(before)) is None:
        return looks
    function = found.group().partition("(")[0]
    return not function.isidentifier() or f"def {function}(" not in tree.text


def _is_reached(one: Made, loop: cst.For | cst.While, names: set[str]) -> bool:
    """Whether a loop may change what variables hold by other names, or in functions it calls."""
    shared, room = one.ready.shared, one.ready.room
    program = program_of(shared.tree.text)
    own = "" if isinstance(room.node, cst.Module) else room.node.name.value
    held = program.holding(names, own)
    (start, end), again = shared.tree.span(loop), _again(shared.tree, loop)
    for name in held - names:
        inside = (p for p in shared.places(room, name) if again <= p.start < end)
        if not all(_only_looks(one, p) for p in inside):
            return True
    called = program.called(shared.tree.blanked[again:end])
    if not called:
        return False
    places = [p for name in held for p in shared.places(room, name)]
    if own:  # it may get variables of the module as arguments, which the functions change
        here = [shared.tree.span(room.node)]
        given = any(p.local and p.function == own for name in held for p in shared.found.of(name))
        outer = held | program.variables() if given else held
        found = [p for name in outer for p in shared.found.of(name) if not p.local]
        places += [p for p in found if not within(p.start, here)]
    elsewhere = [p for p in places if p.function in called and not start <= p.start < end]
    return not all(_only_looks(one, p) for p in elsewhere)


def _is_alone(
    one: Made, loop: cst.For | cst.While, made: list[Made], data: dict[str, tuple[str, ...]]
) -> bool:
    """Whether nothing else in the loop is kept under the same names."""
    tree, lines = one.ready.shared.tree, data[one.mark]
    bound = {line.split(" = ")[0] for line in lines}
    for other in made:
        if other.ready.room is not one.ready.room or other.mark == one.mark:
            continue
        theirs = data[other.mark]
        if within(tree.span(other.call.node)[0], [tree.span(loop)]) and theirs != lines:
            if bound & {line.split(" = ")[0] for line in theirs}:
                return False
    return True
