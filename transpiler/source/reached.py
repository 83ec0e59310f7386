"""Through which variables data can be reached, and which functions some statements may call.

holder = {"images": images}          # `images` by `holder`
flat = images.reshape(-1)            # and by `flat`
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain

from transpiler.regex import regex
from transpiler.source.syntax import all_in, nodes_of_kind, parts_of, program_tree

#: What gives the memory, or the object, that it gets: functions and methods.
_VIEWS = frozenset(
    {
        "asarray", "asanyarray", "ascontiguousarray", "reshape", "ravel", "squeeze", "transpose",
        "expand_dims", "split", "array_split", "hsplit", "vsplit", "atleast_1d", "atleast_2d",
        "moveaxis", "swapaxes", "flip", "broadcast_to", "view", "to_numpy", "from_numpy", "einsum",
        "get", "dict", "list", "tuple", "iter", "zip", "reversed", "partial", "SimpleNamespace",
        "ChainMap", "MappingProxyType", "values", "items", "enumerate", "sorted", "next", "max",
        "min",
    }
)  # fmt: skip
#: Attributes that hold nothing of an array.
_FACTS = frozenset({"shape", "dtype", "ndim", "size"})
#: What models do with arrays, which they don't keep.
_ASKING = frozenset({
    "fit", "evaluate", "predict", "compile", "train_on_batch", "test_on_batch", "predict_on_batch",
})  # fmt: skip
_WORD = regex(r"(?:(?<!\d)\.)?\b[A-Za-z_]\w*")
_BY_OTHERS = regex(r"on_|__")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DISPLAYS = (ast.Tuple, ast.List)
_MADE = (*_FUNCTIONS, ast.ClassDef)
#: What a variable of the module is called here where a function has another one of its name.
_ELSEWHERE = "module "


@lru_cache(maxsize=4)
def program_of(text: str) -> Program:
    """What a text tells of it."""
    return Program(text)


class Program:
    """A program as far as it tells what reaches what."""

    def __init__(self, text: str) -> None:
        self.tree = program_tree(text) or ast.Module([], [])
        nodes = list(all_in(self.tree))
        self.made: dict[str, list[ast.AST]] = {}  #: functions, methods and classes by name
        for node in nodes:
            if isinstance(node, _MADE):
                self.made.setdefault(node.name, []).append(node)
        imports = (n.names for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)))
        names = (a.asname or a.name for a in chain.from_iterable(imports))
        self.imported = frozenset(name.split(".")[0] for name in names)
        self._led: dict[str, frozenset[str]] = {}

    def class_of(self, method: ast.AST) -> str:
        """The class that has a method; "" of a function."""
        classes = nodes_of_kind(self.tree, ast.ClassDef)
        return next((c.name for c in classes if any(one is method for one in c.body)), "")

    def given_by(self, call: ast.Call, names: frozenset[str]) -> list[ast.expr] | None:
        """What a call gives by position to one of some functions, also as a partial function."""
        last = last_name(call.func)
        if last in names:
            return call.args
        if last == "partial":
            return call.args[1:] if call.args and last_name(call.args[0]) in names else None
        made = call.func if isinstance(call.func, ast.Call) else self._partials.get(last)
        before = self.given_by(made, names) if made is not None else None
        return None if before is None else [*before, *call.args]

    @cached_property
    def _partials(self) -> dict[str, ast.Call]:
        """The variables that hold partial functions."""
        calls = {
            target.id: node.value
            for node in nodes_of_kind(self.tree, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Call)
        }
        return {name: call for name, call in calls.items() if last_name(call.func) == "partial"}

    @cached_property
    def named(self) -> dict[ast.AST, set[str]]:
        """The variables that get a lambda."""
        found: dict[ast.AST, set[str]] = {}
        for node in nodes_of_kind(self.tree, ast.Assign):
            if isinstance(node.value, ast.Lambda):
                found.setdefault(node.value, set()).update(map(_root, node.targets))
        return found

    @cached_property
    def lambdas(self) -> dict[str, list[ast.Lambda]]:
        """The lambdas that variables get."""
        found: dict[str, list[ast.Lambda]] = {}
        for made, names in self.named.items():
            if isinstance(made, ast.Lambda):
                for name in names:
                    found.setdefault(name, []).append(made)
        return found

    def holding(
        self,
        names: Iterable[str],
        room: str,
        within: bool = False,
        own: Collection[str] = (),
        stored: bool = False,
    ) -> frozenset[str]:
        """These variables, and those of the module or a function that may hold the same.

        What happens `within` the function is all that counts where its names are its own. Its `own`
        variables are others than those of the module that have the same names. `stored`: also what
        may have put it away when one of its methods, or what has made it, got it.
        """
        inside = _told_apart(n for f in self.made.get(room, ()) for n in all_in(f))
        outside = [] if within else _told_apart(_outside(self.tree))
        pairs = [
            [{_ELSEWHERE + n if n in hidden else n for n in side} for side in pair]
            for hidden, nodes in ((own, outside), ((), inside))
            for node in nodes
            for pair in (*self._pairs(node), *(self._put_away(node) if stored else ()))
        ]
        found, before = set(names), -1
        while len(found) != before:
            before = len(found)
            for targets, sources in pairs:
                if sources & found:
                    found |= targets
                elif targets & found:
                    found |= sources
        return frozenset(name for name in found if name and not name.startswith(_ELSEWHERE))

    def _pairs(self, node: ast.AST) -> Iterator[tuple[set[str], set[str]]]:
        """The variables that a statement binds, each time with those whose objects they get."""
        for targets, value in _assigned(node):
            yield set(map(_root, targets)), set(self._sources(value)) - self.imported

    def _put_away(self, node: ast.AST) -> Iterator[tuple[set[str], set[str]]]:
        """The object of a method with what that gets, `rows.append(x)`, and what a call makes."""
        match node:
            case ast.Call(func=ast.Attribute(value=held, attr=name)) if name not in _ASKING:
                given = [*node.args, *(one.value for one in node.keywords)]
                objects = {_root(held)} - self.imported
                yield objects, {n for value in given for n in self._sources(value)} - self.imported
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name()) as made):
                given = [*made.args, *(one.value for one in made.keywords)]
                yield {_root(target)}, {n for v in given for n in self._sources(v)} - self.imported

    @cached_property
    def _given(self) -> dict[str, list[ast.AST]]:
        """What each variable gets."""
        given: dict[str, list[ast.AST]] = {}
        for node in all_in(self.tree):
            for targets, value in _assigned(node):
                for name in map(_root, targets):
                    given.setdefault(name, []).append(value)
        return given

    def made_of(self, names: Iterable[str]) -> set[str]:
        """These variables, and those of which what they hold is made, in whatever function."""
        pending, seen = list(names), set[str]()
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                for value in self._given.get(name, ()):
                    pending += (n.id for n in all_in(value) if isinstance(n, ast.Name))
        return seen

    def called(self, text: str) -> frozenset[str]:
        """The functions, methods and classes of the program that some lines may lead to."""
        pending, seen = list(_WORD.findall(text)), set[str]()
        while pending:
            word = pending.pop()
            if word not in seen:
                seen.add(word)
                pending += self._leads(word)
        return frozenset({word.removeprefix(".") for word in seen} & self.made.keys())

    def _leads(self, word: str) -> frozenset[str]:
        """What a function, method, class or variable reads by itself; many ask for the same."""
        known = self._led.get(word)
        if known is None:
            found = self.made.get(word.removeprefix("."), ())
            nodes = (*found, *self._given.get(word, ()))
            words = (w for node in nodes for w in chain(_words(node), _called_by_others(node)))
            known = self._led[word] = frozenset(words)
        return known

    def variables(self) -> frozenset[str]:
        """The variables of the module that hold more than a number or text."""
        found = (
            (_root(target), value)
            for node in _outside(self.tree)
            for targets, value in _assigned(node)
            for target in targets
        )
        return frozenset(name for name, value in found if not isinstance(value, ast.Constant))

    def _sources(self, value: ast.AST) -> Iterator[str]:
        """The variables whose arrays or objects an expression may give."""
        if isinstance(value, ast.Name):
            yield value.id
        elif isinstance(value, ast.Lambda):
            yield from (n.id for n in all_in(value.body) if isinstance(n, ast.Name))
        elif isinstance(value, ast.Subscript):
            yield from self._sources(value.value)
        elif isinstance(value, ast.Attribute):
            yield from () if value.attr in _FACTS else self._sources(value.value)
        elif isinstance(value, ast.Call):
            name = getattr(value.func, "attr", getattr(value.func, "id", ""))
            copied = name == "astype" and not any(k.arg == "copy" for k in value.keywords)
            if name in _VIEWS or name in self.made or (name == "astype" and not copied):
                for part in parts_of(value):
                    yield from self._sources(part)
        elif isinstance(value, (ast.BinOp, ast.Compare, ast.UnaryOp)):
            if any(isinstance(n, _DISPLAYS) for n in parts_of(value)):
                yield from (n.id for n in all_in(value) if isinstance(n, ast.Name))
        else:
            for part in parts_of(value):
                yield from self._sources(part)


def _assigned(node: ast.AST) -> Iterator[tuple[list[ast.AST], ast.AST]]:
    """What a statement gives to what."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield _parts(node.target), node.value
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield _parts(node.target), node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield _parts(node.optional_vars), node.context_expr


def _paired(target: ast.AST, value: ast.AST) -> Iterator[tuple[list[ast.AST], ast.AST]]:
    """Each of several variables with what it gets."""
    if isinstance(target, _DISPLAYS) and isinstance(value, _DISPLAYS):
        both = [*target.elts, *value.elts]
        same = len(target.elts) == len(value.elts)
        if same and not any(isinstance(one, ast.Starred) for one in both):
            for one, part in zip(target.elts, value.elts, strict=True):
                yield from _paired(one, part)
            return
    yield _parts(target), value


def _parts(target: ast.AST) -> list[ast.AST]:
    if isinstance(target, _DISPLAYS):
        return [part for one in target.elts for part in _parts(one)]
    return [target]


def _root(target: ast.AST) -> str:
    """The variable through which something is reached; "" of something else."""
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _outside(module: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module outside of its functions and classes."""
    pending = [module]
    while pending:
        node = pending.pop()
        yield node
        pending += (n for n in parts_of(node) if not isinstance(n, _MADE))


def _called_by_others(made: ast.AST) -> Iterator[str]:
    """The methods of a class that Keras and Python call: hooks, and what gives batches."""
    for node in made.body if isinstance(made, ast.ClassDef) else ():
        if isinstance(node, _FUNCTIONS) and _BY_OTHERS.match(node.name) is not None:
            yield node.name


def _words(node: ast.AST) -> Iterator[str]:
    """The variables that a node reads, and attributes with a dot before them."""
    for part in all_in(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield f".{part.attr}"


def last_name(node: ast.AST) -> str:
    """The last name of what is called, or a base: `Base` of `trainers.Base`."""
    return getattr(node, "id", getattr(node, "attr", ""))


def _told_apart(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    """Nodes without comprehensions whose variables have the name of another one there."""
    every = list(nodes)
    kinds = (ast.stmt, ast.withitem)
    bound = {_root(t) for n in every if isinstance(n, kinds) for ts, _ in _assigned(n) for t in ts}
    return [
        node
        for node in every
        if not isinstance(node, ast.comprehension)
        or bound.isdisjoint(map(_root, _parts(node.target)))
    ]
