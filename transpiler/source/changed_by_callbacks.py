"""Arrays that callbacks of the program's own change in place while a model is trained.

class Mining(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.weights[:] = ...            # what it was given, or what others have of it
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.arrays_in_place import changing_functions
from transpiler.source.changed_inside import METHODS
from transpiler.source.imported import taken_texts
from transpiler.source.outer_reads import Functions, functions_of, nodes_in
from transpiler.source.remembered import remembered
from transpiler.source.reused_arrays import changed_in, views_of
from transpiler.source.syntax import all_in, nodes_of_kind

_RUNS = regex(
    r"Callback|LearningRateScheduler|\byield\b|\bdef (?:on_|__(?:getitem|next|iter|call|len)__)"
)
#: Callbacks that call functions of the program's own.
_CALLING = frozenset({"LambdaCallback", "LearningRateScheduler"})
_RUN = regex(r"on_(?:\w+_)?(?:begin|end)|__(?:getitem|next|iter|call|len)__")
_HOOK = regex(r"on_(?:train|epoch|batch|train_batch)_(?:begin|end)")
#: What Keras calls of a callback before it validates for the first time.
_EARLY = regex(r"on_(?:train_begin|epoch_begin|(?:train_)?batch_(?:begin|end))")


#: Stands for all arrays of a program, of which functions of other files may change some.
ANY_ARRAY = "*"


@record(frozen=True, slots=True)
class ChangedArrays:
    """What callbacks change."""

    any: bool = False  #: whether it may be any array that the program has
    sets: frozenset[str] = frozenset()  #: variables and attributes that get other ones
    attributes: frozenset[str] = frozenset()  #: what their own arrays are called
    #: variables that change before an epoch is over, and the classes that change arrays so early
    early: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()  #: dicts and lists of which entries change

    def has_early(self, array: str, text: str) -> bool:
        """Whether a variable, or what one of these classes gets, changes before a first epoch ends.

        Keras looks at the arrays of a validation only then.
        """
        if ANY_ARRAY in self.early:
            return True
        variable = re.escape(array.partition("[")[0].partition(".")[0])
        given = (rf"\b{one}\([^()]*(?<![\w.]){variable}\b" for one in self.early)
        return array.partition("[")[0] in self.early or any(re.search(g, text) for g in given)

    def has(self, array: str) -> bool:
        """Whether an array, by its source, may be one of them."""
        name = array.partition("[")[0].rpartition(".")[2]
        return self.any or name in self.attributes or name in self.tables


@remembered
def changed_by_callbacks(text: str, path: str) -> ChangedArrays:
    """What the callbacks of a file, and of those that it imports, change in place."""
    found = [_changed(one) for one in (text, *(taken_texts(text, path) if path else ()))]
    attributes = frozenset[str]().union(*(one.attributes for one in found))
    sets = frozenset[str]().union(*(one.sets for one in found))
    early = frozenset[str]().union(*(one.early for one in found))
    tables = frozenset[str]().union(*(one.tables for one in found))
    everything = any(one.any for one in found)
    if path and _by_others(text, path):
        everything, early = True, early | {ANY_ARRAY}
    return ChangedArrays(everything, sets, attributes, early, tables)


def _grown_in(function: ast.AST) -> set[str]:
    """The variables of which a function calls methods that change dicts and lists."""
    return {
        call.func.value.id
        for call in all_in(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in METHODS and isinstance(call.func.value, ast.Name)
    }


def _by_others(text: str, path: str) -> bool:
    """Whether functions of other files may change arrays that callbacks of a file call."""
    if _RUNS.search(text) is None:
        return False
    program = functions_of(text)
    hooks = [
        hook
        for made in _callbacks_in(program.module)
        for hook in made.body
        if isinstance(hook, ast.FunctionDef) and hook.name.startswith("on_")
    ]
    changing = changing_functions(path, text) - {one.name for one in hooks}
    functions = list(program.reaching([*hooks, *_given_to_callbacks(program.module)]))
    own = {getattr(one, "name", "") for one in functions}
    inside = [*functions, *_made_with_functions(program.module)]
    calls = (n for one in inside for n in all_in(one) if isinstance(n, ast.Call))
    names = {name for call in calls for name in _names_called(call)}
    return not names.isdisjoint(changing - own)


def _names_called(call: ast.Call) -> Iterator[str]:
    """The name of a function that a call calls: no method of an object's own, or of its model."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=_), attr=name):
            yield name


def _made_with_functions(module: ast.Module) -> Iterator[ast.Call]:
    """Where callbacks of Keras are made that call functions: with these, or with lambdas."""
    calls = nodes_of_kind(module, ast.Call)
    yield from (call for call in calls if _last(call.func) in _CALLING)


def _given_to_callbacks(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that callbacks of Keras call."""
    nodes = [*all_in(module)]
    inside = [n for call in _made_with_functions(module) for n in all_in(call)]
    given = {getattr(n, "id", getattr(n, "attr", "")) for n in inside}
    yield from (n for n in nodes if isinstance(n, ast.FunctionDef) and n.name in given)


def _changed(text: str) -> ChangedArrays:
    if _RUNS.search(text) is None:
        return ChangedArrays()
    program = functions_of(text)
    everything, own, early, tables = False, set[str](), set[str](), set[str]()
    sets = {n for f in program.reaching(_run_by_keras(program.module)) for n in _set_in(f)}
    for made in _callbacks_in(program.module):
        if hooks := [one for one in made.body if isinstance(one, ast.FunctionDef)]:
            fresh = _fresh(hooks)
            called = [h for h in hooks if h.name.startswith("on_")]
            for function in program.reaching(called or hooks):
                tables |= _grown_in(function)
                begins = _EARLY.fullmatch(getattr(function, "name", "")) is not None
                for name in arrays_changed_by(program, function, function in hooks):
                    first, *parts = name.split(".")
                    if begins:
                        early.add(made.name if first == "self" else first)
                    if first == "self" and len(parts) == 1 and function in hooks:
                        own.add(parts[0])
                        everything |= parts[0] not in fresh
                    elif parts[:1] != ["model"]:
                        is_table = _is_table(program.module, name, text)
                        tables |= {name} if is_table else set()
                        everything |= not is_table
    for function in program.reaching(_given_to_callbacks(program.module)):
        tables |= _grown_in(function)
        for name in arrays_changed_by(program, function, hook=False):
            is_table = _is_table(program.module, name, text)
            tables |= {name} if is_table else set()
            early.add(name.partition(".")[0])
            everything |= not is_table
    every = frozenset(sets), frozenset(own), frozenset(early), frozenset(tables)
    return ChangedArrays(everything, *every)


def _run_by_keras(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that training runs: hooks of callbacks, what gives batches, what both get."""
    nodes = [*all_in(module)]
    given = {id(one) for one in _given_to_callbacks(module)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            gives = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in all_in(node))
            if gives or id(node) in given or _RUN.fullmatch(node.name):
                yield node


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _callbacks_in(module: ast.Module) -> list[ast.ClassDef]:
    """The classes that are callbacks, by their bases, or by what Keras calls of them."""
    nodes = [*all_in(module)]
    imports = (a for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names)
    names = {"Callback"} | {a.asname for a in imports if a.asname and "Callback" in a.name}
    classes = [n for n in nodes if isinstance(n, ast.ClassDef)]
    found: list[ast.ClassDef] = []
    while more := [c for c in classes if c not in found and _is_callback(c, names)]:
        found += more
        names |= {one.name for one in more}
    return found


def _is_callback(made: ast.ClassDef, names: set[str]) -> bool:
    bases = [ast.unparse(base).rpartition(".")[2] for base in made.bases]
    hooks = (n.name for n in made.body if isinstance(n, ast.FunctionDef))
    derived = any(base in names or "Callback" in base for base in bases)
    return derived or any(map(_HOOK.fullmatch, hooks))


def _set_in(function: ast.AST) -> Iterator[str]:
    """The attributes, and the variables of the module, that a function sets, or parts of them."""
    shared = {n for node in all_in(function) if isinstance(node, ast.Global) for n in node.names}
    for node in all_in(function):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.Call(
                func=ast.Name("setattr") | ast.Attribute(attr="__setattr__"),
                args=[*_, ast.Constant(str(name)), _],
            ):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) if name in shared:
                yield name
            case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Store()):
                yield name


def arrays_changed_by(program: Functions, function: ast.AST, hook: bool) -> Iterator[str]:
    """The arrays that a function changes which it has not made itself.

    What a `hook` gets is its own.
    """
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    held: dict[str, list[str]] = {}
    bound = {one.arg for one in function.args.args} if hook else set[str]()
    for node in nodes_in(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                held |= {name: [*_parts_of(node.value)] for name in _names_in(target)}
        elif isinstance(node, (ast.For, ast.comprehension)):
            held |= {name: [*_parts_of(node.iter)] for name in _names_in(node.target)}
    shared = {n for node in nodes_in(function) if isinstance(node, ast.Global) for n in node.names}
    for node in nodes_in(function):
        for name in (one.partition("[")[0] for one in changed_in(node)):
            if name in held and "." not in name and name not in shared:
                yield from (one for one in held[name] if one not in bound - {"self"})
            elif name.partition(".")[0] not in bound - {"self"} and not _is_counter(node):
                yield name


def _names_in(target: ast.expr) -> Iterator[str]:
    """What a statement gives values to: `vx, vy = self.val`."""
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return (ast.unparse(one) for one in parts)


def _parts_of(value: ast.expr) -> Iterator[str]:
    """The arrays whose memory an expression gives, or what has them: `self.data[1]`."""
    while isinstance(value, ast.Subscript):
        value = value.value
    match value:
        case ast.Call(func=ast.Name("zip" | "enumerate" | "list" | "tuple" | "iter"), args=args):
            for one in args:
                yield from _parts_of(one)
        case ast.Call(func=ast.Attribute(value=of, attr="values" | "items" | "get" | "pop")):
            yield from _parts_of(of)
        case _:
            yield from views_of(value)


def _is_counter(node: ast.AST) -> bool:
    """`step += 1`: of a number, as far as that tells."""
    match node:
        case ast.AugAssign(target=ast.Name(), op=ast.Add() | ast.Sub()):
            return True
    return False


def _fresh(methods: list[ast.FunctionDef]) -> set[str]:
    """The attributes that hold what the object has made for itself, or numbers."""
    found, others = set[str](), set[str]()
    for method in methods:
        taken = {one.arg for one in method.args.args} - {"self"}
        for node in all_in(method):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                for one in target.elts if isinstance(target, ast.Tuple) else (target,):
                    if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self":
                        assert isinstance(node, ast.Assign)
                        given = taken.intersection(views_of(node.value))
                        (others if given or _is_viewed(node.value) else found).add(one.attr)
    return found - others


#: What changes an entry of something that another entry holds, or changes that entry in place.
_INSIDE = r"\b{name}\[[^\]\n]*\]\s*(?:\[|[^\s\w=]+=)"


def _is_table(module: ast.Module, name: str, text: str) -> bool:
    """Whether a variable only holds a dict or list of which entries are set: no array changes."""
    values = [
        node.value
        for node in all_in(module)
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if getattr(target, "id", "") == name
    ]
    held = all(_is_new_table(value) for value in values)
    return held and bool(values) and re.search(_INSIDE.format(name=name), text) is None


def _is_new_table(value: ast.expr | None) -> bool:
    match value:
        case ast.Call(func=func, args=[] | [ast.Name("list" | "dict" | "int" | "float")]):
            return _last(func) in ("dict", "list", "defaultdict", "OrderedDict", "Counter")
        case ast.List(elts=parts) | ast.Dict(values=parts):
            return all(isinstance(part, ast.Constant) for part in parts)
    return False


def _is_viewed(value: ast.expr) -> bool:
    """Whether it is something that another object may have, too."""
    return isinstance(value, ast.Attribute)
