"""Whether what a program calls changes something, or gives something else next time.

layers.Dense(space.units())             # which draws a number, in another file
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.changed_inside import METHODS, libraries_in, own_nodes
from transpiler.source.draws import whole_names
from transpiler.source.effects import Function, changed_by
from transpiler.source.imported import imported_texts
from transpiler.source.remembered import remembered
from transpiler.source.reused_arrays import changed_in, views_of
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

#: Methods that give something else each time: they draw, or take what comes next.
_DRAWS = frozenset(
    {"rand", "randn", "randint", "randrange", "random", "random_sample", "uniform", "normal",
     "choice", "choices", "integers", "sample", "poisson", "binomial", "beta", "standard_normal",
     "permutation", "permuted", "exponential", "standard_exponential", "gamma", "standard_gamma",
     "lognormal", "lognormvariate", "laplace", "logistic", "geometric", "multinomial",
     "multivariate_normal", "dirichlet", "chisquare", "gumbel", "hypergeometric",
     "negative_binomial", "pareto", "rayleigh", "standard_cauchy", "standard_t", "triangular",
     "vonmises", "weibull", "zipf", "randbytes", "gauss", "expovariate", "betavariate",
     "gammavariate", "normalvariate", "getrandbits", "rvs", "next", "send", "__next__", "input",
     "get_nowait", "readline", "readlines", "recv", "fetchone", "fetchmany", "fetchall"}
)  # fmt: skip
_OWN_CHANGES = frozenset(
    {"pop", "popleft", "popitem", "setdefault", "append", "extend", "insert", "remove", "update",
     "clear"}
)  # fmt: skip
_RANDOM = ("random.", "numpy.random.", "secrets.")
_BUILTINS = frozenset({"next", "input"})
_CALL = regex(r"(?<![\w.])([\w.]*[\w\])])\((\s*\))?")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: `settings |= more` changes a dict or set, or an array.
_OF_SETS = (ast.BitOr, ast.BitAnd, ast.BitXor)
_NUMBERS = frozenset({"int", "float", "bool", "str"})


def acts(expression: str, text: str, path: str, arrays: bool = False) -> bool:
    """Whether evaluating an expression of a program may do more than give its value.

    With `arrays`, functions may get some: `a *= 2` changes an array, and leaves a number as it is.
    """
    if "(" not in expression:
        return False
    calls = [(name, bool(bare)) for name, bare in _CALL.findall(expression)]
    if any(_is_acting(name, bare) for name, bare in calls):
        return True
    names = {name for name, _ in calls if not hasattr(builtins, name)}
    if _named(text, path).isdisjoint(name.rpartition(".")[2] for name in names):
        return False
    return _program(text, path).call_one(names, arrays)


def draws(expression: str) -> bool:
    """Whether an expression draws, or takes what comes next: it says so itself."""
    called = (name.split(".") for name, _ in _CALL.findall(expression))
    return any(name in _DRAWS or "random" in owner for *owner, name in called)


def changes_given(name: str, text: str, arrays: bool = False) -> bool:
    """Whether a function of a module may change what it gets; or a class, what its objects keep.

    `arrays`: it may get arrays, which change by what leaves numbers as they are.
    """
    return _program(text, "").changes_given(name, arrays)


def _is_acting(called: str, bare: bool) -> bool:
    *owner, name = called.split(".")
    taken = bool(owner) and name == "get" and bare  # of a queue
    return name in _DRAWS | _OWN_CHANGES or "random" in owner or taken


@record(frozen=True, slots=True)
class _What:
    """What a function does besides giving something."""

    always: bool = False
    to_given: bool = False  #: what it does to what it gets
    to_arrays: bool = False  #: what it does to that if it is an array


#: So many functions may be around another one, and so many modules are looked at.
_DEPTH, _MOST = 12, 12


def _imported(text: str, path: str) -> list[str]:
    """The modules of its project that a file has functions from, the nearest first."""
    found: dict[str, str] = {}
    level = [(text, path)] if path else []
    for _ in range(2):  # of packages that pass on what is in their modules, too
        others = [(str(o), t) for said, home in level for o, t in imported_texts(said, home)]
        level = [(t, o) for o, t in dict(others).items() if o not in found]
        found |= {other: said for said, other in level}
        if len(found) > _MOST:
            break
    return [*found.values()][:_MOST]


@remembered
def _named(text: str, path: str) -> frozenset[str]:
    """What a file, and those that it imports, may define, as a quick look at them tells."""
    return frozenset[str]().union(*map(_defined, (text, *_imported(text, path))))


@remembered
def _defined(text: str) -> frozenset[str]:
    """The functions, classes and variables of a file, and whatever else stands before a `=`."""
    before = text.replace("\\\n", " ").split("=")
    last = [words[-1] for piece in before if (words := piece.rsplit(None, 1))]
    return frozenset(_DEFINITION.findall(text)).union(
        w.replace(";", ":").rpartition(":")[2] for w in last
    )


_DEFINITION = regex(r"\b(?:def|class)[ \t]+(\w+)")


def _flags(what: _What) -> tuple[bool, bool, bool]:
    return what.always, what.to_given, what.to_arrays


@remembered
def _program(text: str, path: str) -> _Program:
    return _Program(text, path)


class _Program:
    """The functions and classes of a file, and of those that it imports."""

    def __init__(self, text: str, path: str) -> None:
        trees = [program_tree(one) for one in (text, *_imported(text, path))]
        self._functions: dict[str, list[tuple[Function, ast.Module]]] = {}
        self._methods: dict[str, list[tuple[Function, ast.Module]]] = {}
        self._classes: dict[str, list[tuple[Function, ast.Module]]] = {}
        self._defined: dict[str, list[ast.ClassDef]] = {}
        self._names: dict[str, set[str]] = {}  #: what variables stand for that may be called
        self._found: dict[Function, _What] = {}
        self._depth = 0  #: how many functions that call each other are looked into
        self._modules: dict[int, dict[str, str]] = {}
        self._libraries: dict[int, frozenset[str]] = {}
        for module in filter(None, trees):
            self._note(module)

    def _note(self, module: ast.Module) -> None:
        for made in nodes_of_kind(module, ast.ClassDef):
            self._defined.setdefault(made.name, []).append(made)
            for one in made.body:
                if isinstance(one, _FUNCTIONS):
                    self._methods.setdefault(one.name, []).append((one, module))
                    if one.name == "__init__":
                        self._classes.setdefault(made.name, []).append((one, module))
        functions: list[Function] = [*nodes_of_kind(module, ast.FunctionDef)]
        functions += nodes_of_kind(module, ast.AsyncFunctionDef)
        for function in functions:
            self._functions.setdefault(getattr(function, "name", ""), []).append((function, module))
        for node in nodes_of_kind(module, ast.Assign):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as short):
                    self._functions.setdefault(name, []).append((short, module))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._names.setdefault(name, set()).update(_stands_for(value))

    def call_one(self, names: set[str], arrays: bool) -> bool:
        """Whether a call of one of some names does something."""
        found = (self._called(name) for name in names)
        return any(w.always or w.to_given or (arrays and w.to_arrays) for w in found)

    def changes_given(self, name: str, arrays: bool) -> bool:
        """Whether what has a name changes the lists and dicts that it gets, or the arrays."""
        functions = [*self._functions.get(name, ()), *self._classes.get(name, ())]
        done = [self._does(function, module) for function, module in functions]
        if any(what.to_given or (arrays and what.to_arrays) for what in done):
            return True
        return any(map(_changes_kept, self._defined.get(name, ())))

    def _called(self, name: str, depth: int = 3) -> _What:
        """What a call does, `draw` or `space.draw`, whoever `space` is."""
        *owner, last = name.split(".")
        if owner and last in _DRAWS and depth < 3:
            return _What(True)
        if not owner and depth:
            found = [self._called(other, depth - 1) for other in self._names.get(name, ())]
            if any(one.always or one.to_given for one in found):
                return _What(True)
        made = self._methods if owner else {}
        known = [*made.get(last, ()), *self._functions.get(last, ()), *self._classes.get(last, ())]
        each = [self._does(function, module) for function, module in known]
        return _What(*map(any, zip(*map(_flags, each), strict=True))) if each else _What()

    def _does(self, function: Function, module: ast.Module) -> _What:
        if function not in self._found and self._depth < _DEPTH:
            self._found[function] = _What()  # while it is looked into
            self._depth += 1
            self._found[function] = self._look(function, module)
            self._depth -= 1
        return self._found.get(function, _What())

    def _look(self, function: Function, module: ast.Module) -> _What:
        nodes = [n for one in own_nodes(function) for n in _with_inner(one)]
        makes = getattr(function, "name", "") == "__init__"
        parameters = _parameters(function)[makes:]
        given = _aliases({p.arg for p in parameters}, nodes)
        shared = {n for o in nodes if isinstance(o, (ast.Global, ast.Nonlocal)) for n in o.names}
        own = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {p.arg for p in _parameters(function)} - given
        own |= {n.arg for n in nodes if isinstance(n, ast.arg)} - given
        own |= {n.name for n in nodes if isinstance(n, (*_FUNCTIONS, ast.ClassDef))}
        own -= shared
        libraries = self._libraries_of(module)
        always = to_given = to_arrays = False
        numbers = {p.arg for p in parameters if _is_number(p, function)}
        for node in nodes:
            for name, inside in _changes(node):
                if name in given and isinstance(node, ast.AugAssign):
                    to_arrays |= inside and name not in numbers
                    to_given |= inside and isinstance(node.target, ast.Subscript)
                    to_given |= inside and isinstance(node.op, _OF_SETS) and name not in numbers
                elif name in given:
                    to_given |= inside
                elif name not in own and name not in libraries:
                    always = True
            if isinstance(node, ast.Call):
                does, roots = self._call(node, module), _roots(node)
                always |= does.always or (does.to_given and not roots <= own | given)
                to_given |= does.to_given and bool(roots & given)
                to_arrays |= does.to_arrays and bool(roots & given)
        return _What(always, to_given, to_arrays)

    def _call(self, node: ast.Call, module: ast.Module) -> _What:
        """What a call in a function does."""
        name = ast.unparse(node.func)
        whole = _whole(name, self._names_of(module))
        if whole in _BUILTINS or whole.startswith(_RANDOM):
            return _What(True)
        *owner, last = name.split(".")
        library = (owner or [""])[0] in self._names_of(module)
        if owner and not library and (last in _DRAWS or (last == "get" and not node.args)):
            return _What(True)
        return self._called(name) if name.replace(".", "").isidentifier() else _What()

    def _names_of(self, module: ast.Module) -> dict[str, str]:
        if id(module) not in self._modules:
            self._modules[id(module)] = whole_names(module)
        return self._modules[id(module)]

    def _libraries_of(self, module: ast.Module) -> frozenset[str]:
        if id(module) not in self._libraries:
            self._libraries[id(module)] = libraries_in(all_in(module))
        return self._libraries[id(module)]


def _with_inner(node: ast.AST) -> Iterator[ast.AST]:
    """A node, and what is in it where it is a function that may be called."""
    yield from all_in(node) if isinstance(node, (*_FUNCTIONS, ast.Lambda)) else (node,)


def _changes_kept(made: ast.ClassDef) -> bool:
    """Whether methods change something inside of what their object has got when it was made."""
    methods = [one for one in made.body if isinstance(one, _FUNCTIONS)]
    kept: set[str] = set()
    for method in methods:
        names = {p.arg for p in _parameters(method)[1:]}
        for node in all_in(method):
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"), attr=attr)]):
                    if names.intersection(map(_root, views_of(node.value))):
                        kept.add(f".{attr}")
    paths = (path for method in methods for node in all_in(method) for path in changed_by(node))
    return any(len(path) > 2 and path[0] == "self" and path[1] in kept for path in paths)


def _stands_for(value: ast.expr) -> Iterator[str]:
    """The functions and methods that a variable stands for: `rng.integers`, `partial(f, 3)`."""
    match value:
        case ast.Call(func=ast.Name("partial") | ast.Attribute(attr="partial"), args=[first, *_]):
            yield from _stands_for(first)
        case ast.Name() | ast.Attribute():
            yield ast.unparse(value)


def _parameters(function: Function) -> list[ast.arg]:
    every = function.args
    return [
        *every.posonlyargs, *every.args, *every.kwonlyargs,
        *(one for one in (every.vararg, every.kwarg) if one is not None),
    ]  # fmt: skip


def _is_number(parameter: ast.arg, function: Function) -> bool:
    """Whether it says that it is one: `n += 1` leaves what the caller has."""
    if isinstance(parameter.annotation, ast.Name) and parameter.annotation.id in _NUMBERS:
        return True
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = dict(zip(reversed(positional), reversed(function.args.defaults), strict=False))
    held = defaults.get(parameter)
    return isinstance(held, ast.Constant) and isinstance(held.value, (int, float, str))


#: What is a list or dict of its own, whatever is in it.
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def _aliases(names: set[str], nodes: list[ast.AST]) -> set[str]:
    """The variables that may hold what others do, or parts of it."""
    found = set(names)
    while True:
        before = len(found)
        for node in nodes:
            match node:
                case ast.Assign(targets=targets, value=value) if not isinstance(value, _DISPLAYS):
                    if found.intersection(map(_root, views_of(value))):
                        found |= {t.id for t in targets if isinstance(t, ast.Name)}
                case ast.For(target=target, iter=source) | ast.comprehension(
                    target=target, iter=source
                ):
                    if found & {n.id for n in all_in(source) if isinstance(n, ast.Name)}:
                        found |= {n.id for n in all_in(target) if isinstance(n, ast.Name)}
        if len(found) == before:
            return found


def _root(written: str) -> str:
    return written.partition(".")[0].partition("[")[0]


def _roots(call: ast.Call) -> set[str]:
    """The variables that a call gets, or is a method of."""
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute):
        parts.append(call.func.value)
    return {_root(view) for part in parts for view in views_of(part)}


def _changes(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """The variables that a node changes, and whether it does inside of what they hold."""
    for path in changed_by(node):
        if path and path[0].isidentifier():
            yield path[0], len(path) > 1
    for array in changed_in(node):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)) or (
            node.func.attr not in METHODS
        ):
            yield _root(array), True


def _whole(name: str, modules: dict[str, str]) -> str:
    head, dot, rest = name.partition(".")
    return f"{modules.get(head, head)}{dot}{rest}"
