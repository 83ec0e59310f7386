"""What a program binds its names and attributes to, as far as its text says that.

for view in (x, x[::-1]):          `view` is an element of `(x, x[::-1])`
    views.append(flip(view))       `views` holds `flip(view)`
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from transpiler.source.syntax import all_in, python_tree

#: Methods that put something into a list, dict, set or queue.
_ADDING = frozenset(
    {"append", "appendleft", "add", "extend", "insert", "put", "setdefault", "update"}
)


class BoundValues:
    """The values of one program; those of scopes that use one name are not told apart."""

    def __init__(self, module: ast.Module) -> None:
        #: By name, attributes as `.name`: values, or what holds them; None where nobody knows.
        self.values: dict[str, list[ast.expr | None]] = {}
        self.functions: set[str] = set()  #: its functions and classes
        self.imported: dict[str, str] = {}  #: names of imports, and what they stand for
        #: What the program's own calls give parameters of functions that it only calls by name.
        self.given: dict[str, list[ast.expr]] = {}
        nodes = list(all_in(module))
        self._calls: dict[str, list[ast.Call]] = {}
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self._calls.setdefault(node.func.id, []).append(node)
        self._read_names = Counter(node.id for node in nodes if isinstance(node, ast.Name))
        self._plain = {id(node) for node in module.body}
        for node in nodes:
            self._read(node)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.AnnAssign(target=target, value=value):
                self._bind(target, value)
            case ast.AugAssign(target=target, value=value):
                self._bind(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value)
            case ast.For(target=target, iter=over) | ast.AsyncFor(target=target, iter=over):
                self._bind(target, over)
            case ast.comprehension(target=target, iter=over):
                self._bind(target, over)
            case ast.withitem(optional_vars=ast.expr() as target):
                self._bind(target, None)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.functions.add(name)
                if not self._called(node):
                    self._parameters(node.args)
            case ast.Lambda() if _hands_on(node):
                self._parameters(node.args)
            case ast.ClassDef(name=name, body=body):
                self.functions.add(name)
                self._settings(body)
            case ast.Call(func=ast.Attribute(value=holder, attr=name)) if name in _ADDING:
                for value in (*node.args, *(keyword.value for keyword in node.keywords)):
                    self._bind(holder, value)
            case ast.Import(names=names):
                for one in names:
                    self.imported[one.asname or one.name.partition(".")[0]] = one.name
            case ast.ImportFrom(names=names):
                source = "." * node.level + (node.module or "")
                for one in names:
                    self.imported[one.asname or one.name] = f"{source}.{one.name}"
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self._add(name, None)

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        match target:
            case ast.Name(id=name):
                self._add(name, value)
            case ast.Attribute(attr=name):
                self._add(f".{name}", value)
            case ast.Subscript(value=holder) | ast.Starred(value=holder):
                self._bind(holder, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values: list[ast.expr | None] = [value] * len(targets)
                if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(targets):
                    if not any(isinstance(one, ast.Starred) for one in (*targets, *value.elts)):
                        values = [*value.elts]
                for one, of_it in zip(targets, values, strict=True):
                    self._bind(one, of_it)

    def _parameters(self, arguments: ast.arguments) -> None:
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for one in (*named, arguments.vararg, arguments.kwarg):
            if one is not None and one.arg not in ("self", "cls"):
                self._add(one.arg, None)

    def _called(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Note what calls give a function of the module, if all that reads its name are such."""
        calls, arguments = self._calls.get(function.name, []), function.args
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        named = [one.arg for one in arguments.kwonlyargs]
        if id(function) not in self._plain or function.decorator_list or arguments.vararg:
            return False
        if not calls or arguments.kwarg or len(calls) != self._read_names[function.name]:
            return False
        pairs = [*zip(names[::-1], arguments.defaults[::-1], strict=False)]
        pairs += [(n, d) for n, d in zip(named, arguments.kw_defaults, strict=True) if d]
        for call in calls:
            keywords = [(one.arg, one.value) for one in call.keywords if one.arg]
            starred = any(isinstance(one, ast.Starred) for one in call.args)
            if starred or len(keywords) != len(call.keywords):
                return False
            pairs += [*zip(names, call.args, strict=False), *keywords]
        for name, value in pairs:
            self.given.setdefault(name, []).append(value)
        return True

    def _settings(self, body: list[ast.stmt]) -> None:
        """What a class says of the attributes of its objects."""
        for node in body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self._add(f".{node.target.id}", None)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self._add(f".{target.id}", node.value)

    def _add(self, name: str, value: ast.expr | None) -> None:
        self.values.setdefault(name, []).append(value)


@lru_cache(maxsize=64)
def bound_values(text: str) -> BoundValues | None:
    """Those of a program; None where it is none that Python reads."""
    module = python_tree(text)
    return None if module is None else BoundValues(module)


def _hands_on(function: ast.Lambda) -> bool:
    """Whether it calls something with one of its parameters: others are of no matter outside."""
    own = {one.arg for one in function.args.args}
    return any(isinstance(one, ast.Name) and one.id in own for one in _given(function.body))


def _given(node: ast.expr) -> Iterator[ast.AST]:
    """What the calls in an expression get, down to the names in it."""
    for call in all_in(node):
        if isinstance(call, ast.Call):
            for one in (*call.args, *call.keywords):
                yield from all_in(one)
