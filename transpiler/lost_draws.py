"""The last look at a converted file: whether all that it draws and takes is still drawn and taken.

slow = SGD(next(rates))         # which nothing uses: without it, `fast` would get another rate
fast = SGD(next(rates))
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from transpiler.conversion import Conversion
from transpiler.regex import regex
from transpiler.registry import load_rules
from transpiler.source.acting import acts
from transpiler.source.changed_inside import libraries_in
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_MAY_DRAW = regex(r"\bnext\(|\.pop(?:left|item)?\(|\brandom\b|\b(?:default_rng|RandomState)\(")
_GENERATORS = frozenset({"default_rng", "RandomState", "Random", "SystemRandom"})
_TAKES = frozenset({"pop", "popleft", "popitem"})
#: Methods of models and data sets of which not all arguments are needed.
_STEPS = frozenset({"compile", "map", "shuffle", "batch", "prefetch", "cache", "repeat"})
_INITIALIZERS = frozenset(
    {"Constant", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
     "Orthogonal", "Identity", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform",
     "LecunNormal", "LecunUniform"}
)  # fmt: skip
_MESSAGE = "`{}` is not evaluated any more, which changes what comes after it"


def _may_draw(text: str) -> bool:
    found = any(
        word in text for word in ("next(", ".pop", "random", "default_rng(", "RandomState(")
    )
    return found and _MAY_DRAW.search(text) is not None


def with_lost(made: Conversion, original: str, path: str) -> Conversion:
    """A conversion with an error for each such call that it has left out."""
    before = program_tree(original) if made.text != original else None
    draws = before is not None and _may_draw(original)
    own = _own_calls(before) if before is not None else []
    after = program_tree(made.text) if draws or own else None
    if before is None or after is None:
        return made
    lost = Counter(map(ast.unparse, _calls(before))) - Counter(map(ast.unparse, _calls(after)))
    given = {part for call in _of_parts(before) for part in all_in(call)} if lost else set()
    said = [call for call in _calls(before) if call in given and ast.unparse(call) in lost]
    gone = _gone(own, before, after)
    said += [call for call in gone if acts(ast.unparse(call), original, path)]
    if not said:
        return made
    from transpiler.told_above import told_above  # most files need it not

    return told_above(made, original, ((c, _MESSAGE.format(ast.unparse(c))) for c in said))


def _own_calls(module: ast.Module) -> list[ast.Call]:
    """The calls of what may be the program's own in what makes parts of the training."""
    inside = (one for part in _of_parts(module) for one in (*part.args, *part.keywords))
    calls = [n for one in inside for n in all_in(one) if isinstance(n, ast.Call)]
    calls = [call for call in calls if _called(call) not in _parts()]
    libraries = libraries_in(all_in(module)) if calls else frozenset()
    return [call for call in calls if _root(call) not in libraries]


def _root(call: ast.Call) -> str:
    """The name that what is called is an attribute of."""
    held: ast.expr = call.func
    while isinstance(held, ast.Attribute):
        held = held.value
    return held.id if isinstance(held, ast.Name) else ""


def _gone(calls: list[ast.Call], before: ast.Module, after: ast.Module) -> Iterator[ast.Call]:
    """Those of these calls that a program has in fewer places than it had.

    `path_of(name)` in a function that was written into its caller is `path_of("best")` there: a
    function that is called as often as before has lost no call.
    """
    names = {_called(call) for call in calls}
    lost, fewer = (_written(names, before, how) - _written(names, after, how) for how in _COUNTED)
    for call in calls:
        text, name = (how(call) for how in _COUNTED)
        if lost[text] > 0 and fewer[name] > 0:
            lost[text] -= 1
            fewer[name] -= 1
            yield call


def _called(call: ast.Call) -> str:
    """The last name of what is called, `rate` of `helper.rate()`."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


_COUNTED: tuple[Callable[[ast.Call], str], ...] = (ast.unparse, _called)


def _written(names: set[str], module: ast.Module, how: Callable[[ast.Call], str]) -> Counter[str]:
    """How often each call of some functions is written, told apart by what `how` gives."""
    return Counter(how(c) for c in nodes_of_kind(module, ast.Call) if _called(c) in names)


def _of_parts(module: ast.Module) -> Iterator[ast.Call]:
    """The calls that make parts of the training, or take steps of data: some may be left out."""
    named = _parts()
    for node in nodes_of_kind(module, ast.Call):
        match node:
            case ast.Call(ast.Attribute(attr=name)) if name in _STEPS or name in named:
                yield node
            case ast.Call(ast.Name(name)) if name in named:
                yield node


@cache
def _parts() -> frozenset[str]:
    rules = load_rules()
    tables = (rules.optimizers, rules.schedules, rules.losses, rules.metrics, rules.callbacks)
    every = (name for table in (*tables, rules.regularizers, rules.constraints) for name in table)
    return _INITIALIZERS.union(name.rpartition(".")[2] for name in every)


def _calls(module: ast.Module) -> Iterator[ast.Call]:
    """The calls that draw a number, or take something out of what they are called on."""
    names = {"np", "numpy", "random"}
    for assignment in nodes_of_kind(module, ast.Assign):
        match assignment:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=made)):
                called = getattr(made, "attr", getattr(made, "id", ""))
                names |= {name} if called in _GENERATORS else set()
    for node in nodes_of_kind(module, ast.Call):
        match node:
            case ast.Call(ast.Name("next"), [_]):
                yield node
            case ast.Call(ast.Attribute(ast.Name(), method)) if method in _TAKES:
                yield node
            case ast.Call(ast.Attribute() as called) if _draws(called, names):
                yield node


def _draws(called: ast.Attribute, names: set[str]) -> bool:
    """Whether it is `np.random.rand`, `random.choice`, or a method of a generator."""
    parts = [called.attr]
    held: ast.expr = called.value
    while isinstance(held, ast.Attribute):
        parts.append(held.attr)
        held = held.value
    if not isinstance(held, ast.Name) or held.id not in names or called.attr in _GENERATORS:
        return False
    return held.id not in ("np", "numpy") or parts[-1] == "random"
