"""Functions that Keras runs with what their names hold at another time than torch's code does.

Those of `Lambda` layers run on each call; those of data sets once, where the step stands.
"""

from __future__ import annotations

import ast
import re
from textwrap import dedent

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Function
from transpiler.regex import regex
from transpiler.source.changed_inside import libraries_in
from transpiler.source.changing import changed, changed_at_home
from transpiler.source.held_values import called_name
from transpiler.source.lexical import names_in
from transpiler.source.outer_reads import Functions, Read, functions_of, nodes_in
from transpiler.source.running import Running
from transpiler.source.set_outside import set_outside
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in, program_tree, python_tree
from transpiler.source.tree import Tree

_LAYER = "Lambda"


def refuse_late_names(
    region: Region, node: cst.CSTNode, function: Function, what: str = _LAYER
) -> None:
    """Refuse a function that reads a variable around it which has another value later on.

    `what` the layer calls it.
    """
    if function.file not in (None, region.file):
        return
    outer = (0, len(region.tree.text))
    if region.function is not None:
        outer = region.tree.span(region.function)
    inner = region.tree.span(function.node)
    if not outer[0] <= inner[0] <= inner[1] <= outer[1]:
        return
    parameters = function.node.params
    own = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    body = region.tree.code(function.node.body)
    names = {n for n in names_in(body) - own if not (_is_bound(n, body) or _is_drawn(n, body))}
    _refuse_others(region, node, names, what)
    ways = region.ways if what == _LAYER else []  # another model of each round has its own
    in_rounds = {n for way in ways if way.side == -1 for n, _ in way.changing}
    text = region.tree.blanked[inner[1] : outer[1]]
    statement = region.tree.span(region.statement)[1] if region.statement is not None else inner[1]
    here = region.tree.blanked[inner[1] : max(statement, inner[1])]
    for name in sorted(names & region.scope.values.keys()):
        if name in in_rounds or _is_bound(name, text) or _is_drawn(name, here):
            raise GiveUp(f"{what}: `{name}` has another value when Keras runs the function", node)
    makers = _LAMBDA if what == _LAYER else frozenset[str]()
    if changed := _changed_meanwhile(region, function, makers):
        raise GiveUp(f"{what}: `{changed}` has another value when Keras runs the function", node)


def _refuse_others(region: Region, node: cst.CSTNode, names: set[str], what: str) -> None:
    """Refuse variables of the module that other files change, once a model may have run."""
    home = region.file.path
    changed = set_outside(home) if home else None
    read = sorted(names & region.file.globals.keys())
    paths = [(name,) for name in read if changed is not None and changed.fullmatch(name)]
    if not paths:
        return
    from transpiler.source.changed_later import changed_later, files_around  # few need it

    if found := changed_later(paths, home, files_around(home, region.tree.text)):
        raise GiveUp(f"{what}: another file changes `{found}`, which Keras reads but once", node)


def changed_later(region: Region, function: Function) -> str:
    """A variable that a function reads and that gets another value after the running statement."""
    if region.statement is None:
        return ""
    if function.file not in (None, region.file):
        return _changed_at_home(region, function)
    tree = region.tree
    body = tree.code(function.node.body)
    taken = function.node.params
    own = {p.name.value for p in (*taken.params, *taken.kwonly_params)}
    read = {n for n in names_in(body) - own if not (_is_bound(n, body) or _is_drawn(n, body))}
    changing = {n for way in region.ways if way.side == -1 for n, _ in way.changing}
    start = tree.span(region.statement)[1]
    if region.is_module:
        later = [s for s in tree.module.body if tree.span(s)[1] > start]
        plain = [s for s in later if not isinstance(s, (cst.FunctionDef, cst.ClassDef))]
        texts = [tree.blanked[max(tree.span(s)[0], start) : tree.span(s)[1]] for s in plain]
    else:
        end = tree.span(region.function)[1] if region.function is not None else start
        texts = [tree.blanked[start:end]]
        read &= region.scope.values.keys() - region.parameters.keys()
    text = "\n".join(texts)
    found = (n for n in sorted(read) if n in changing or _is_bound(n, text))
    kept = _OF_PYTHON.sub("(", _body(tree, function.node.body))
    parsed = python_tree(kept)
    own |= names_bound(parsed) if parsed is not None else set()
    own |= libraries_in(all_in(program_tree(tree.text) or ast.Module([], [])))
    named = next(found, "") or changed(region.file.path, tree.text, kept, start, None, own)
    return named or _changed_meanwhile(region, function, _STEPS)


def _changed_at_home(region: Region, function: Function) -> str:
    """The same of a function of another file, which reads the variables of that one."""
    home, here = function.file, region.tree
    if not home.path or not region.file.path or region.statement is None:
        return ""
    program = functions_of(home.tree.text)
    source = program.function_at(*home.tree.span(function.node))
    reached = program.reaching([source]) if source is not None else []
    libraries = libraries_in(all_in(program.module))
    paths = {read.path for read in program.reads(reached) if read.owner is None}
    paths = {path for path in paths if path[0] not in libraries}
    end = here.span(region.statement)[1]
    return changed_at_home(paths, home.path, region.file.path, here.text, end)


def _body(tree: Tree, node: cst.CSTNode) -> str:
    """The text of the body of a function as a program."""
    start, end = tree.span(node)
    line = tree.line_start(start)
    return tree.source(node) if tree.text[line:start].strip() else dedent(tree.text[line:end])


def _changed_meanwhile(
    region: Region, function: Function, makers: frozenset[str], of_module: bool = True
) -> str:
    """What a function reads that changes after this statement, before a training.

    Of its object, and `of_module`; `makers` are the names of what gets the function there, if not
    any call may be meant.
    """
    if region.statement is None:
        return ""
    program = functions_of(region.tree.text)
    source = program.function_at(*region.tree.span(function.node))
    reached = program.reaching([source]) if source is not None else []
    if any(_OF_PYTHON.search(ast.unparse(one)) for one in reached):
        of_module = False
    reads = [
        read
        for read in program.reads(reached)
        if read.path[0] in _OF_OBJECT or (of_module and read.owner is None)
    ]
    if not reads:
        return ""
    within = program.calls_within(*region.tree.span(region.statement))
    once = [call for call in within if not makers or called_name(call.func) in makers]
    every = program.calls_within(0, len(region.tree.text))
    runs = [call for call in every if called_name(call.func) in _RUNS and _is_last(program, call)]
    changes = program.changes(reads)
    found = _between(program, changes, once, [*once, *runs]) or _between(
        program, changes, runs, once
    )
    home, room = region.file.path, region.function
    if found or not home:
        return found
    from transpiler.source.changed_later import (  # few need it
        changed_in_modules,
        changed_later,
        files_around,
        read_from,
    )

    name = room.name.value if isinstance(room, cst.FunctionDef) else ""
    libraries = libraries_in(all_in(program.module))
    paths = [read.path for read in reads if read.path[0] not in libraries]
    if not paths:
        return ""
    text, statement = region.tree.text, region.tree.span(region.statement)
    at_once = region.is_module and makers == _STEPS
    since = read_from(text, statement[1]) if at_once else None
    setters = dict(program.changing(changes))
    found = changed_later(paths, home, files_around(home, text), name, setters, since)
    if found or not of_module:
        return found
    return changed_in_modules(paths, home, text, name, since)


def _is_last(program: Functions, call: ast.Call) -> bool:
    """Whether it calls Keras's method: not one of the program's own, which does that in turn."""
    own = program.called(call.func)
    return not own or any(node is call for function in own for node in nodes_in(function))


def _between(
    program: Functions,
    changes: dict[ast.AST, Read],
    begin: list[ast.Call],
    steps: list[ast.Call],
) -> str:
    """What changes from one of the steps to another, if none of those that begin is between."""
    every: dict[ast.AST, frozenset[str]] = dict.fromkeys(steps, frozenset({"train"}))
    return Running(program, changes, begin, every).changed_between(by_anyone=False)


_OF_OBJECT = ("self", "cls")
#: Steps of data sets that get functions, and what goes through the data.
_STEPS = frozenset(
    {"map", "filter", "flat_map", "interleave", "apply", "scan", "reduce", "group_by_window"}
)
#: What Python runs for each element: it reads what there is by then, in TensorFlow, too.
_OF_PYTHON = regex(r"\b(?:py_function|numpy_function|py_func)\(\s*(?:func\s*=\s*)?\w+")
_LAMBDA = frozenset({_LAYER})
_RUNS = frozenset(
    {"fit", "evaluate", "predict", "fit_generator", "train_on_batch", "test_on_batch",
     "predict_on_batch", "take", "as_numpy_iterator"}
)  # fmt: skip


def _is_bound(name: str, text: str) -> bool:
    """Whether a later statement assigns a name, or loops over it."""
    targets = rf"[\w, ()]*(?<![\w.]){name}\b[\w, ()]*"
    signs = r"(?:[-+*/%@|&^]|//|\*\*|<<|>>)?=(?!=)"
    found = rf"^[ \t]*(?:{targets}{signs}|for {targets}\sin\b)"
    return re.search(found, text, re.MULTILINE) is not None


def _is_drawn(name: str, text: str) -> bool:
    """Whether the comprehension around a function draws a name."""
    return re.search(rf"\bfor [\w, ()]*(?<![\w.]){name}\b[\w, ()]* in\b", text) is not None
