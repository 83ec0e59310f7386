"""What settings of a project stand for, wherever they are read: `config.METRICS`, `cfg["loss"]`.

These are literals of a module, of a class or an object in it, or of a dict, that nobody changes.
"""

from __future__ import annotations

import ast
import operator
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import field
from typing import Any, Literal, TypeAlias

from transpiler.record import record, replace
from transpiler.source.imported import locate, real_path
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import Held, is_steady, program_in
from transpiler.source.stores import stores_of
from transpiler.source.syntax import all_in, program_tree

_DEEPEST = 8  #: of modules that only pass a setting on, and settings that are made of others
#: What makes of a class one whose objects have what its body says.
_PLAIN = frozenset({"dataclass", "dataclasses.dataclass"})
#: The methods with such names that leave what an object holds as it is.
_SHOWING = frozenset({"__init__", "__repr__", "__str__", "__len__", "__eq__", "__hash__"})
#: Stars of these bring no setting.
_FRAMEWORK = frozenset({"keras", "tensorflow", "tf_keras"})
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
}  # fmt: skip
_NUMBER = ast.Constant(0)  #: stands for one of which nothing is known
_LARGEST = 2**53  #: of the numbers that are computed here

#: An object of a class: what calls it, without arguments.
OBJECT = "()"

Chain: TypeAlias = "tuple[str, ...]"


def setting(path: str, text: str, source: str, sure: bool = False) -> ast.expr | None:
    """The literal that an expression in a file always stands for; None where that is not known.

    It may read a parameter of some function by the same name, unless that is `sure` not to be so.
    """
    try:
        node = ast.parse(source, mode="eval").body
    except SyntaxError:
        return None
    chain = _chain(node)
    return _setting(path, text, chain, int(sure)) if chain and path else None


def setting_in(path: str, text: str, name: str, held: ast.expr, rest: str) -> ast.expr | None:
    """The same of what a call gives a parameter of some name, as it is written there."""
    chain = _chain(ast.parse(name + rest, mode="eval").body)
    search, home = _Search(0), real_path(path)
    search.homes[home] = text
    search.chains.append(chain)
    place: _Place | None = _Place(held, home, text)
    for part in chain[1:]:
        place = search.part(place, part, 0) if place is not None else None
    value = search.literal(place) if chain else None
    return value if value is not None and is_steady(search.held(value), path, text) else None


def is_left(path: str, text: str, name: str, keys: list[Any]) -> bool:
    """Whether nothing but other numbers come into a dict of numbers that has a name."""
    search, home = _Search(0), real_path(path)
    search.homes[home] = text
    search.chains.append((name,))
    held = search.held(ast.Dict([ast.Constant(key) for key in keys], [_NUMBER for _ in keys]))
    return is_steady(replace(held, settable=frozenset(keys)), path, text)


def options(path: str, text: str, source: str, numbers: frozenset[str]) -> list[str] | None:
    """The keys of a dict of options that are but numbers, each of which may be set anew."""
    try:
        chain = _chain(ast.parse(source, mode="eval").body)
    except SyntaxError:
        return None
    found = _options(path, text, chain, numbers) if chain and path else None
    return None if found is None else [*found]


@remembered
def _options(path: str, text: str, chain: Chain, numbers: frozenset[str]) -> list[str] | None:
    search = _Search(0)
    place = search.at(path, text, chain, 0)
    if place is None or not isinstance(place.node, (ast.Dict, ast.Call)):
        return None
    if isinstance(place.node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else "" for key in place.node.keys]
    else:
        plain = ast.unparse(place.node.func) == "dict" and not place.node.args
        keys = [keyword.arg or "" for keyword in place.node.keywords] if plain else [""]
    names = [key for key in keys if isinstance(key, str) and key in numbers]
    if len(names) < len(keys) or not names:
        return None
    held = search.held(ast.Dict([ast.Constant(key) for key in names], [_NUMBER for _ in names]))
    steady = is_steady(replace(held, settable=frozenset(names)), path, text)
    return names if steady else None


def _chain(node: ast.expr) -> Chain:
    """The names and keys of `config.cfg["loss"]`, each key with a mark before it."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=held, attr=name):
            before = _chain(held)
            return (*before, name) if before else ()
        case ast.Subscript(value=held, slice=ast.Constant(value=str(key))):
            before = _chain(held)
            return (*before, f"[{key}") if before else ()
        case ast.Call(func=ast.Attribute(value=held, attr="get"), args=[key, *others]):
            before = _chain(held) if len(others) < 2 and not node.keywords else ()
            text = key.value if isinstance(key, ast.Constant) else None
            return (*before, f"[{text}") if before and isinstance(text, str) else ()
        case ast.Call(func=held, args=[], keywords=[]):
            before = _chain(held)
            return (*before, OBJECT) if before else ()
    return ()


@remembered
def _setting(path: str, text: str, chain: Chain, depth: int) -> ast.expr | None:
    if depth > _DEEPEST:
        return None
    search = _Search(depth)
    found = search.at(path, text, chain, 0)
    value = search.literal(found) if found is not None else None
    if value is None:
        return None
    return value if is_steady(search.held(value), path, text) else None


@record(frozen=True, slots=True)
class _Place:
    """What something is made of, and where that stands."""

    node: ast.expr | ast.ClassDef
    path: str
    text: str
    hidden: frozenset[str] = frozenset()  #: names that mean something else there than around it


@record(slots=True)
class _Search:
    """Follows names through the files of a project."""

    depth: int
    chains: list[Chain] = field(default_factory=list)  #: the names and keys that lead to it
    classes: list[Chain] = field(default_factory=list)  #: and to the classes of what holds it
    homes: dict[str, str] = field(default_factory=dict)  #: the files on the way to it, their texts
    kinds: set[str] = field(default_factory=set)  #: these classes, and those above them
    puts: set[str] = field(default_factory=set)  #: the attributes that `__init__` gives objects

    def held(self, value: ast.expr) -> Held:
        """The setting, once it is found."""
        parts = {part for chain in (*self.chains, *self.classes) for part in chain}
        holders = {part for chain in self.chains for part in chain[:-1]} | self.kinds
        holders |= {part for chain in self.classes for part in chain}
        if not _is_fixed(value):
            holders |= {chain[-1] for chain in self.chains}
        return Held(
            value=value,
            parts=frozenset(parts),
            holders=frozenset(holders),
            itself=frozenset(chain[-1] for chain in self.chains)
            - {part for chain in self.chains for part in chain[:-1]}
            - {part for chain in self.classes for part in chain},
            homes=self.homes,
            kinds=frozenset(self.kinds),
            puts=frozenset(self.puts),
        )

    def at(
        self, path: str, text: str, chain: Chain, depth: int, of_class: bool = False
    ) -> _Place | None:
        """What names and keys lead to, as a file has them at its top."""
        home = real_path(path)
        self.homes[home] = text
        (self.classes if of_class else self.chains).append(chain)
        found = self._bound(home, text, chain, depth, of_class)
        if found is None or isinstance(found, _Place):
            return found
        statement, rest = found
        if isinstance(statement, ast.ClassDef):
            place: _Place | None = _Place(statement, home, text)
        elif statement.value is not None:
            place = _Place(statement.value, home, text)
        else:
            place = None
        for part in rest:
            place = self.part(place, part, depth) if place is not None else None
        return place

    def _bound(
        self, home: str, text: str, chain: Chain, depth: int, of_class: bool
    ) -> _Place | tuple[ast.ClassDef | ast.Assign | ast.AnnAssign, Chain] | None:
        """The one statement that gives a file a name, and what is asked of that."""
        program, stores = program_tree(text), stores_of(text)
        if program is None or stores is None or depth > _DEEPEST:
            return None
        root, *rest = chain
        # a parameter of that name may be what is meant, unless it is read at the top of a module
        given = [n for n in all_in(program) if isinstance(n, ast.arg) and n.arg == root]
        made = [s for s in program.body if root in _binds(s)]
        imports = [n for n in all_in(program) if isinstance(n, (ast.Import, ast.ImportFrom))]
        if any(root in _binds(n) for n in imports if n not in made):
            return None
        if (given and depth + self.depth == 0) or len(made) > 1 or stores.names[root] > 1:
            return None
        stars = [o for o in self._stars(program.body, home, text) if _brings(o, root)]
        deeper = [n for n in all_in(program) if n not in program.body]
        if any(_brings(other, root) for other in self._stars(deeper, home, text)):
            return None  # `try: from local_settings import *`
        if stars and not made and not stores.names[root] and stars[-1]:
            return self.at(stars[-1], program_in(stars[-1]), chain, depth + 1, of_class)
        if not made or stars:
            return None
        statement = made[0]
        by_name = isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef))
        if by_name and stores.names[root]:
            return None  # `if small: config = other_config`
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for module, inner in _imported(statement, chain):
                other = locate(os.path.dirname(home), module, text)
                if other is not None and inner:
                    found = real_path(str(other))
                    return self.at(found, program_in(found), inner, depth + 1, of_class)
            return None
        known = isinstance(statement, (ast.ClassDef, ast.Assign, ast.AnnAssign))
        return (statement, tuple(rest)) if known else None  # type: ignore[return-value]

    def _stars(self, nodes: Iterable[ast.AST], home: str, text: str) -> Iterator[str]:
        """The files that stars bring names from; "" where that is no file of the project."""
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                module = f"{'.' * node.level}{node.module or ''}"
                if module.partition(".")[0] not in _FRAMEWORK:
                    other = locate(os.path.dirname(home), module, text)
                    yield real_path(str(other)) if other is not None else ""

    def part(self, place: _Place, part: str, depth: int) -> _Place | None:
        """What an object holds under a name or key."""
        node, key = place.node, part.removeprefix("[")
        if isinstance(node, ast.ClassDef) and part == OBJECT:
            return _Place(ast.Call(ast.Name(node.name, ast.Load()), [], []), place.path, place.text)
        if isinstance(node, ast.ClassDef):
            return self._of_class(place, part, depth)
        if not isinstance(node, ast.Call) and (chain := _chain(node)):
            return self._elsewhere(place, (*chain, part), depth, of_class=False)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key]
            known = key != part and len(found) == 1 and None not in node.keys
            return _Place(found[0], place.path, place.text, place.hidden) if known else None
        if not isinstance(node, ast.Call) or not (called := _chain(node.func)):
            return None
        given = {k.arg: k.value for k in node.keywords}
        if ".".join(called) in ("dict", "SimpleNamespace", "types.SimpleNamespace"):
            fits = (key != part) is (called[-1] == "dict") and not node.args and None not in given
            return _of(place, given[key]) if fits and key in given else None
        made = self._class(place, called, depth) if key == part else None
        return self._of_object(made, place, node, part, depth) if made is not None else None

    def _elsewhere(self, place: _Place, chain: Chain, depth: int, of_class: bool) -> _Place | None:
        """What names lead to that stand in something that is looked into already."""
        if chain[0] in place.hidden:
            return None
        return self.at(place.path, place.text, chain, depth + 1, of_class)

    def _class(self, place: _Place, chain: Chain, depth: int) -> _Place | None:
        """A plain class, if all those above it are such."""
        made = self._elsewhere(place, chain, depth, of_class=True)
        if made is None or not isinstance(made.node, ast.ClassDef) or not _is_plain(made.node):
            return None
        self.kinds.add(made.node.name)
        return made if self._above(made, depth) is not False else None

    def _above(self, made: _Place, depth: int) -> _Place | Literal[False] | None:
        """The class above a class; False where that is not known."""
        assert isinstance(made.node, ast.ClassDef)
        bases = [_chain(base) for base in made.node.bases if ast.unparse(base) != "object"]
        if not bases:
            return None
        return (self._class(made, bases[0], depth + 1) if bases[0] else None) or False

    def _of_object(
        self, made: _Place, place: _Place, call: ast.Call, name: str, depth: int
    ) -> _Place | None:
        """What an object of a class has under a name, as a call makes it."""
        assert isinstance(made.node, ast.ClassDef)
        given = {k.arg: k.value for k in call.keywords}
        plain = not call.args and None not in given
        if _is_dataclass(made.node):
            held = _of(place, given[name]) if name in given else None
            return (held or self._of_class(made, name, depth)) if plain else None
        starts = _method(made.node, "__init__")
        if starts is None:
            return self._of_class(made, name, depth) if plain and not given else None
        values = [
            s.value
            for s in starts.body
            if isinstance(s, (ast.Assign, ast.AnnAssign)) and _puts(s) == name
        ]
        if len(values) != 1 or values[0] is None:
            bare = not values and plain and not given
            return self._of_class(made, name, depth) if bare else None
        if _is_made_above(starts, values[0]):
            return None
        self.puts.add(name)
        takes = [*starts.args.posonlyargs, *starts.args.args, *starts.args.kwonlyargs]
        names = frozenset(a.arg for a in takes) | {"self", "cls"}
        if not isinstance(values[0], ast.Name) or values[0].id not in names:
            return _Place(values[0], made.path, made.text, names | made.hidden)
        taken = values[0].id
        stored = any(
            isinstance(n, ast.Name) and n.id == taken and isinstance(n.ctx, ast.Store)
            for n in all_in(starts)
        )
        if not plain or stored:
            return None
        default = _default_of(starts.args, taken)
        if taken in given:
            return _of(place, given[taken])
        return _of(made, default) if default is not None else None

    def _of_class(self, place: _Place, name: str, depth: int) -> _Place | None:
        """What the body of a plain class gives a name, or that of the class above it."""
        made = place.node
        if not isinstance(made, ast.ClassDef) or not _is_plain(made) or depth > _DEEPEST:
            return None
        self.kinds.add(made.name)
        above = self._above(place, depth)
        found = [s for s in made.body if name in _binds(s)]
        if not found or above is False:
            return self._of_class(above, name, depth + 1) if above else None
        single = len(found) == 1 and isinstance(found[0], (ast.Assign, ast.AnnAssign))
        value = getattr(found[0], "value", None) if single else None
        if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("field"):
            options = {k.arg: k.value for k in value.keywords}
            factory = options.get("default_factory")
            value = factory.body if isinstance(factory, ast.Lambda) else options.get("default")
            if isinstance(factory, (ast.Name, ast.Attribute)):
                value = ast.Call(factory, [], [])
        if not isinstance(value, ast.expr) or "__set_name__" in place.text:
            return None
        inside = frozenset(n for s in made.body for n in _binds(s))
        return _Place(value, place.path, place.text, inside)

    def literal(self, place: _Place | None) -> ast.expr | None:
        """It as a number, a string or None, or a list, tuple or dict of such, written out."""
        if place is None:
            return None
        match place.node:
            case ast.Constant(value=value):
                known = value is None or isinstance(value, (str, int, float))
                return place.node if known else None
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
                number = isinstance(value, (int, float))
                return place.node if number else None
            case ast.BinOp(left=left, op=how, right=right):
                return self._computed(_of(place, left), how, _of(place, right))
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                found = [self.literal(_of(place, part)) for part in parts]
                items = [item for item in found if item is not None]
                if len(items) < len(parts):
                    return None
                kind = ast.List if isinstance(place.node, ast.List) else ast.Tuple
                return kind(items, ast.Load())
            case ast.Dict(keys=keys, values=values):
                return self._dict(place, [*zip(keys, values, strict=True)])
            case ast.Call(func=ast.Name("dict"), args=[], keywords=keywords):
                pairs = [(k.arg and ast.Constant(k.arg), k.value) for k in keywords]
                return self._dict(place, pairs)
            case ast.Call(func=ast.Name("dict"), args=[first], keywords=keywords):
                pairs = [(k.arg and ast.Constant(k.arg), k.value) for k in keywords]
                return self._dict(place, [(None, first), *pairs])
            case ast.Name() | ast.Attribute() | ast.Subscript():
                named = self._named(place)
                return named if named is not None and _is_fixed(named) else None
        return None

    def _named(self, place: _Place) -> ast.expr | None:
        """What a name stands for of which a setting is made."""
        assert isinstance(place.node, ast.expr)
        chain = _chain(place.node)
        if not chain or chain[0] in place.hidden:
            return None
        return _setting(place.path, place.text, chain, self.depth + 1)

    def _computed(self, left: _Place, how: ast.operator, right: _Place) -> ast.expr | None:
        """The number that simple arithmetic gives."""
        parts, compute = (self.literal(left), self.literal(right)), _ARITHMETIC.get(type(how))
        if compute is None or any(part is None for part in parts):
            return None
        with suppress(ValueError, ArithmeticError, TypeError):
            values = [ast.literal_eval(part) for part in parts if part is not None]
            if all(isinstance(v, (int, float)) and abs(v) < _LARGEST for v in values):
                found = compute(*values)
                return ast.parse(repr(found), mode="eval").body if abs(found) < _LARGEST else None
        return None

    def _dict(self, place: _Place, pairs: list[tuple[Any, ast.expr]]) -> ast.Dict | None:
        """A dict, with what others bring into it."""
        entries: dict[Any, tuple[ast.expr, ast.expr]] = {}
        for key, node in pairs:
            if key is None:
                merged = (
                    self._named(_of(place, node))
                    if _chain(node)
                    else self.literal(_of(place, node))
                )
                if not isinstance(merged, ast.Dict) or not all(map(_is_fixed, merged.values)):
                    return None
                inner = [*zip(merged.keys, merged.values, strict=True)]
            else:
                value = self.literal(_of(place, node))
                inner = [(key, value)] if value is not None else [(None, node)]
            for name, value in inner:
                if not isinstance(name, ast.Constant):
                    return None
                entries[name.value] = name, value
        return ast.Dict([k for k, _ in entries.values()], [v for _, v in entries.values()])


def _of(place: _Place, node: ast.expr) -> _Place:
    """A part of what stands in a place."""
    return _Place(node, place.path, place.text, place.hidden)


def _is_fixed(node: ast.expr) -> bool:
    """Whether a literal can't change."""
    return not any(isinstance(n, (ast.List, ast.Dict)) for n in all_in(node))


def _brings(path: str, name: str) -> bool:
    """Whether a star of a module brings a name; of those outside of the project, any may."""
    from transpiler.source.far_stars import brought_by_star  # few settings come so

    return not path or name in brought_by_star(path, program_in)


def _binds(statement: ast.stmt) -> list[str]:
    """The names that a statement binds, those in blocks left out."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
        case ast.Import(names=names):
            return [a.asname or a.name.partition(".")[0] for a in names]
        case ast.ImportFrom(names=names):
            return [a.asname or a.name for a in names]
    return []


def _imported(
    statement: ast.Import | ast.ImportFrom, chain: Chain
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The module that a name comes from, and what is asked of it; that may be a module itself."""
    root, *rest = chain
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            if (alias.asname or alias.name) == root:
                module = f"{'.' * statement.level}{statement.module or ''}"
                dot = "" if module.endswith(".") else "."
                yield f"{module}{dot}{alias.name}", tuple(rest)
                yield module, (alias.name, *rest)
        elif alias.asname == root:
            yield alias.name, tuple(rest)
        elif alias.asname is None:
            parts = tuple(alias.name.split("."))
            if chain[: len(parts)] == parts:
                yield alias.name, chain[len(parts) :]


def _is_dataclass(made: ast.ClassDef) -> bool:
    return bool({ast.unparse(d).partition("(")[0] for d in made.decorator_list} & _PLAIN)


def _is_plain(made: ast.ClassDef) -> bool:
    """Whether a class does nothing with what its body and `__init__` give."""
    kinds = {ast.unparse(d).partition("(")[0] for d in made.decorator_list}
    methods = {s.name for s in made.body if isinstance(s, ast.FunctionDef)}
    strange = any(m.startswith("__") and m not in _SHOWING for m in methods)
    return not (made.keywords or len(made.bases) > 1 or kinds - _PLAIN or strange)


def _method(made: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((s for s in made.body if isinstance(s, ast.FunctionDef) and s.name == name), None)


def _is_made_above(starts: ast.FunctionDef, value: ast.expr) -> bool:
    """Whether the class above gives an object its attributes once it has got a value here."""
    calls = (node for node in all_in(starts) if isinstance(node, ast.Call))
    own = (c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "__init__")
    return any(call.lineno > value.lineno for call in own)


def _puts(statement: ast.Assign | ast.AnnAssign) -> str:
    """The attribute of the object that a statement sets."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"), attr=name)]) | ast.AnnAssign(
            target=ast.Attribute(value=ast.Name("self"), attr=name)
        ):
            return name
    return ""


def _default_of(taken: ast.arguments, name: str) -> ast.expr | None:
    """The default of a parameter."""
    order = [*taken.posonlyargs, *taken.args]
    pairs = [*zip(reversed(order), reversed(taken.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d]
    return next((default for one, default in pairs if one.arg == name), None)
