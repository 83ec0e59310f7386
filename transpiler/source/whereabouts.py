"""Under which names an object may be found in a whole program, wherever it is handed.

Names are the same in all functions here, which finds too many rather than too few.

model = build()
trainer = Trainer(model)        # as `model` in `Trainer.__init__`, which keeps it as `.model`:
trainer.evaluate(x, y)          # not as `trainer`
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from transpiler.source.reached import program_of
from transpiler.source.syntax import all_in, parts_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Calls that look at what they get, and give nothing of it.
LOOKING = frozenset({"print", "len", "isinstance", "issubclass", "type", "id", "str", "repr"})
#: Functions and methods that give what they get or hold, or a part of it.
_GIVING = frozenset({
    "dict", "enumerate", "iter", "list", "max", "min", "next", "reversed", "set", "sorted",
    "tuple", "zip",
})  # fmt: skip
_VIEWS = frozenset({"copy", "get", "items", "pop", "values"})
_PUTTING = frozenset({"add", "append", "extend", "insert", "setdefault", "update"})
#: What finds anything by a name that nobody sees here.
_ANYWHERE = frozenset({
    "getattr", "setattr", "vars", "globals", "locals", "eval", "exec", "__dict__", "__getattr__",
    "__getattribute__", "attrgetter", "methodcaller", "partial",
})  # fmt: skip
_NAMES = (ast.Name, ast.Attribute)
_RUNS = (ast.For, ast.comprehension)
#: Nodes under which an object goes nowhere, or only to what is looked at by itself.
_HARMLESS = (
    ast.Attribute, ast.Compare, ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp, ast.Delete,
    ast.FormattedValue,
)  # fmt: skip
_DISPLAYS = (
    ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred, ast.IfExp, ast.BoolOp, ast.BinOp,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr,
)  # fmt: skip
_BINDING = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension,
    ast.withitem,
)  # fmt: skip


@lru_cache(maxsize=32)
def whereabouts(text: str, name: str) -> frozenset[str] | None:
    """The variables and attributes that may hold what one holds, or have it in a list or dict.

    None where it goes somewhere that nobody sees.
    """
    try:
        return frozenset(_Search(text, name).names)
    except _Lost:
        return None


@lru_cache(maxsize=32)
def aliases(text: str, name: str) -> frozenset[str]:
    """The variables and attributes that may be what one is, as far as it is seen."""
    return frozenset(_Search(text, name, itself=True).names)


@lru_cache(maxsize=32)
def seen_whereabouts(text: str, name: str) -> frozenset[str]:
    """The same as `whereabouts`, as far as they are seen."""
    return frozenset(_Search(text, name, seen=True).names)


@lru_cache(maxsize=32)
def of_class(text: str, name: str) -> frozenset[str]:
    """The variables and attributes that may be a class or an object of it, as far as it is seen."""
    return frozenset(_Search(text, name, itself=True, made=True).names)


class _Lost(Exception):
    """The object is handed to what isn't seen."""


class _Search:
    """Follows one object, and what holds it, or the object itself as far as it is seen."""

    def __init__(
        self, text: str, name: str, itself: bool = False, made: bool = False, seen: bool = False
    ) -> None:
        self.as_seen = seen or itself
        self.itself = itself
        self.program = program_of(text)
        self.nodes = list(all_in(self.program.tree))
        self.names, self.giving = {name}, {name} if made else set[str]()
        words = {getattr(n, "id", getattr(n, "attr", getattr(n, "name", ""))) for n in self.nodes}
        if words & _ANYWHERE and not self.as_seen:
            raise _Lost
        self.parents = {id(c): n for n in self.nodes for c in parts_of(n)}
        self.bound = {n.id for n in self.nodes if isinstance(n, ast.Name) and not _is_read(n)}
        self.bound |= {n.arg for n in self.nodes if isinstance(n, ast.arg)}
        before = -1
        while before != len(self.names) + len(self.giving):
            before = len(self.names) + len(self.giving)
            for node in self.nodes:
                if isinstance(node, ast.expr) and self._gives(node):
                    self._go_on(node)

    def _go_on(self, node: ast.expr) -> None:
        try:
            self._follow(node)
        except _Lost:
            if not self.as_seen:
                raise

    def _gives(self, node: ast.expr) -> bool:
        """Whether an expression gives the object, or something that holds it."""
        parts: Sequence[ast.expr] = []
        match node:
            case ast.Name(name) | ast.Attribute(attr=name):
                return _is_read(node) and (name in self.names or name in self.giving)
            case ast.BoolOp(values=values):
                parts = values
            case ast.IfExp(body=one, orelse=other):
                parts = [one, other]
            case ast.NamedExpr(value=value):
                parts = [value]
            case ast.Call(ast.Name(name) | ast.Attribute(attr=name)) if name in self.giving:
                return True
            case _ if not self.itself:
                return self._holds(node)
        return any(map(self._gives, parts))

    def _holds(self, node: ast.expr) -> bool:
        """Whether an expression gives a list or dict that holds the object, or a part of one."""
        parts: Sequence[ast.expr | None] = []
        match node:
            case ast.List(parts) | ast.Tuple(parts) | ast.Set(parts) | ast.Dict(values=parts):
                pass
            case ast.BinOp(left=one, right=other):
                parts = [one, other]
            case ast.Subscript(value) | ast.Starred(value):
                parts = [value]
            case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
                parts = [value]
            case ast.DictComp(value=value):
                parts = [value]
            case ast.Call(ast.Name(name), given) if name in _GIVING:
                parts = given
            case ast.Call(ast.Attribute(value, name)) if name in _VIEWS:
                parts = [value]
        return any(part is not None and self._gives(part) for part in parts)

    def _follow(self, node: ast.expr) -> None:
        """Where an expression that gives the object stands, and what has it then."""
        parent = self.parents[id(node)]
        if isinstance(parent, ast.keyword):
            node, parent = parent.value, self.parents[id(parent)]
        match parent:
            case ast.Call(func) if node is func:
                pass  # what the object is asked, or it is called
            case ast.Call():
                self._hand(parent, node)
            case ast.Return() | ast.Yield() | ast.YieldFrom():
                self._return(parent)
            case _ if getattr(node, "id", getattr(node, "attr", "")) in self.giving:
                raise _Lost  # the function, which something else may call
            case ast.arguments():
                self.names.update(a.arg for a in _parameters(parent))
            case ast.Subscript() if node is parent.value:
                pass
            case _ if isinstance(parent, _BINDING):
                self._bind(parent)
            case _ if not isinstance(parent, (*_HARMLESS, *_DISPLAYS)):
                raise _Lost

    def _bind(self, node: ast.AST) -> None:
        one = getattr(node, "target", getattr(node, "optional_vars", None))
        for target in getattr(node, "targets", [] if one is None else [one]):
            if not self.itself or (isinstance(target, _NAMES) and not isinstance(node, _RUNS)):
                self.names.update(stored_names(target))

    def _return(self, node: ast.AST) -> None:
        """Note the function that gives what one of its statements returns."""
        while not isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            node = self.parents[id(node)]
        if isinstance(node, ast.Lambda) or node.name.startswith("__"):
            raise _Lost
        asked = any("property" in last_name(decorator) for decorator in node.decorator_list)
        (self.names if asked else self.giving).add(node.name)

    def _hand(self, call: ast.Call, given: ast.expr) -> None:
        """What a call does with the object that it gets."""
        method = isinstance(call.func, ast.Attribute)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        owner = _root(call.func)
        made = self.program.made.get(name, ())
        if method and (owner in self.program.imported or owner in self.program.made):
            raise _Lost
        if not method and (name in self.bound or name in self.program.imported):
            raise _Lost
        if isinstance(call.func, ast.Attribute) and name in _PUTTING:
            self.names.update([] if self.itself else [last_name(call.func.value)])
        elif not made and name not in LOOKING | _GIVING:
            raise _Lost
        for node in made:
            self.names.update(self._taken(call, given, node))

    def _taken(self, call: ast.Call, given: ast.expr, made: ast.AST) -> Iterator[str]:
        """The parameters of a function, or of what makes an object, that get an argument."""
        function = self._initializer(made) if isinstance(made, ast.ClassDef) else made
        assert isinstance(function, _FUNCTIONS)
        static = any(last_name(d) == "staticmethod" for d in function.decorator_list)
        if any(
            last_name(d) not in ("staticmethod", "classmethod") for d in function.decorator_list
        ):
            raise _Lost
        bound = isinstance(self.parents[id(function)], ast.ClassDef) and not static
        positional = [*function.args.posonlyargs, *function.args.args][bound:]
        keyword = next((k for k in call.keywords if k.value is given), None)
        stars = [n for n, a in enumerate(call.args) if isinstance(a, ast.Starred)]
        if keyword is not None and keyword.arg:
            found = [a for a in _parameters(function.args) if a.arg == keyword.arg]
            rest = function.args.kwarg
        elif keyword is not None or (stars and stars[0] <= call.args.index(given)):
            found, rest = list(_parameters(function.args)), None
        else:
            found, rest = positional[call.args.index(given) :][:1], function.args.vararg
        if not found and rest is None:
            raise _Lost
        yield from (a.arg for a in found or (rest,) if a is not None)

    def _initializer(self, made: ast.ClassDef) -> ast.AST:
        """`__init__` of a class, or of the one class of the program that it is derived from."""
        if made.decorator_list or made.keywords:
            raise _Lost
        for node in made.body:
            if isinstance(node, _FUNCTIONS) and node.name == "__init__":
                return node
        bases = self.program.made.get(last_name(made.bases[0]), ()) if len(made.bases) == 1 else ()
        if len(bases) != 1 or not isinstance(bases[0], ast.ClassDef) or bases[0] is made:
            raise _Lost
        return self._initializer(bases[0])


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    yield from (a for a in (*found, arguments.vararg, arguments.kwarg) if a is not None)


def stored_names(target: ast.expr) -> Iterator[str]:
    """The names that an assignment to a target puts something under."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from stored_names(part)
    else:
        yield last_name(target)


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _root(node: ast.expr) -> str:
    """The variable that an expression begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """The name of what holds something; of a list, for its elements.

    models[0]           models
    self.models         models
    """
    while isinstance(node, (ast.Subscript, ast.Starred)):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
