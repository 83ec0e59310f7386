"""Which expressions of a program may be tables of pandas: torch takes arrays only.

df = pd.read_csv("wine.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="quality"), df["quality"])
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from copy import copy
from functools import reduce
from typing import TypeAlias

from transpiler.source.syntax import all_in

#: What gives arrays or numbers of a table.
_ARRAYS = frozenset({"values", "array", "to_numpy", "as_matrix", "shape", "size", "tolist", "item"})
#: Those that are no methods: `ratings.item` is a column.
_MEMBERS = frozenset({"values", "array", "shape", "size"})
#: Functions of numpy that give a table for a table: those for each element, and the table's own.
_ELEMENTWISE = frozenset(
    {
        "abs", "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
        "arctanh", "around", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "cbrt",
        "ceil", "clip", "cos", "cosh", "cumprod", "cumsum", "deg2rad", "divide", "equal", "exp",
        "exp2", "expm1", "fabs", "float_power", "floor", "floor_divide", "fmax", "fmin", "fmod",
        "greater", "greater_equal", "hypot", "invert", "isfinite", "isinf", "isnan", "less",
        "less_equal", "log", "log10", "log1p", "log2", "logaddexp", "logical_and", "logical_not",
        "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply", "negative",
        "not_equal", "positive", "power", "rad2deg", "radians", "reciprocal", "remainder", "rint",
        "round", "sign", "sin", "sinh", "sqrt", "square", "squeeze", "subtract", "tan", "tanh",
        "true_divide", "trunc",
    }
)  # fmt: skip
#: The same of Python's own functions, and of `copy`.
_OWN = frozenset({"abs", "round", "pow", "copy", "deepcopy"})
#: Functions of scikit-learn that give parts of what they get: how many of each.
_SPLITTING = {"train_test_split": 2, "shuffle": 1, "resample": 1}
#: What transformers of scikit-learn are asked for.
_TRANSFORMING = frozenset({"fit_transform", "transform"})
#: Nodes that hand on what they get.
_HANDING_ON = (
    ast.Assign, ast.AnnAssign, ast.For, ast.comprehension, ast.FunctionDef, ast.Call,
)  # fmt: skip
#: What all tables of a program come from; what was saved may be one.
_SOURCES = frozenset(
    {
        "pandas", "pandas_datareader", "geopandas", "seaborn", "yfinance", "polars", "openml",
        "ucimlrepo", "category_encoders", "feature_engine", "pickle", "joblib", "dill",
        "cloudpickle",
    }
)  # fmt: skip


#: Which parts of what a function gives are tables: of tuples, one by one.
Parts: TypeAlias = "bool | tuple[Parts, ...]"


#: What keeps what it is made of, by names.
_HOLDING = frozenset({"SimpleNamespace", "Namespace", "Bunch", "dict"})


class Tables:
    """The tables of one program, or of one module of a project."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self.returning: dict[str, Parts] = {}
        self.functions: dict[str, tuple[ast.FunctionDef | ast.Lambda, Tables]] = {}
        self.records: set[str] = set()  #: classes whose objects keep what they are made of
        self.nodes: list[ast.AST] = []
        self.transformed = False  #: whether transformers give tables, whatever they are
        self.imports: set[str] = set()  #: of other projects: what they are is not seen
        if not speaks_of_tables(text):
            return  # the usual case, without parsing
        self.read(ast.parse(text))
        before = None
        while before != (before := self.found()):
            self.follow()

    def read(self, module: ast.Module) -> None:
        """Look at a program; `follow` finds its tables, as often as others may have more."""
        nodes = list(all_in(module))
        self._pandas = set(_bound_to_pandas(nodes))
        self.imports = {name for node in nodes for name in _imported(node)}
        self.transformed = any(map(_gives_tables, nodes))
        for node in nodes:
            self.functions |= {name: (made, self) for name, made in _called(node)}
            self.records |= set(_records(node))
        self.nodes = [node for node in nodes if isinstance(node, _HANDING_ON)]

    def found(self) -> tuple[int, dict[str, Parts]]:
        """What is known, which only grows."""
        return len(self.names), dict(self.returning)

    def follow(self) -> None:
        """All statements and calls hand on what they do, once."""
        for node in self.nodes:
            self._follow(node)

    def copy(self) -> Tables:
        """The same, which may learn of more names."""
        made = copy(self)
        made.names = {*self.names}
        return made

    def hold(self, source: str) -> bool:
        """Whether an expression may be a table."""
        return bool(self.nodes) and self._is_table(_parsed(source))

    def hold_in(self, source: str) -> bool:
        """Whether the elements of a list may be tables."""
        return bool(self.nodes) and self._has_table(_parsed(source))

    def _follow(self, node: ast.AST) -> None:
        """What a statement or call hands on."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._loop(node.target, node.iter)
        elif isinstance(node, ast.FunctionDef):
            self.give(node.name, self._returned(node))
        elif isinstance(node, ast.Call):
            match node:
                case ast.Call(ast.Attribute(held, "append"), [one]) if self._has_table(one):
                    self.names.add(ast.unparse(held))
            called = self.functions.get(self._run_by(node))
            if called is not None:
                function, home = called
                home.names |= self._passed(function, node)

    def give(self, name: str, parts: Parts) -> None:
        """A function of some name gives tables in some places."""
        parts = _joined(self.returning.get(name, parts), parts)
        if _size(parts):
            self.returning[name] = parts

    def _run_by(self, call: ast.Call) -> str:
        """The function that a call runs; what scikit-learn's own `fit_transform` does is its own.

        That of `TransformerMixin` calls the `transform` of the program.
        """
        name = _last_name(call.func)
        of_mixin = name == "fit_transform" and name not in self.functions
        return "transform" if of_mixin and "transform" in self.functions else name

    def _returned(self, function: ast.FunctionDef) -> Parts:
        given = [n.value for n in all_in(function) if isinstance(n, (ast.Return, ast.Yield))]
        parts = [self._parts(value) for value in given if value is not None]
        return reduce(_joined, parts) if parts else False

    def _parts(self, node: ast.expr) -> Parts:
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if elements:
                if not any(isinstance(one, ast.Starred) for one in elements):
                    return tuple(map(self._parts, elements))
            case ast.Call() if self._run_by(node) in self.returning:
                return self.returning[self._run_by(node)]
        return self._has_table(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            if isinstance(value, ast.Call):
                times = _SPLITTING.get(_last_name(value.func), 0)
                parts = [argument for argument in value.args for _ in range(times)]
            if len(parts) != len(target.elts):
                self._name(target, self._parts(value) or "__iter__" in self.returning)
                return
            for one, of_it in zip(target.elts, parts, strict=True):
                self._bind(one, of_it)
            return
        while isinstance(target, ast.Subscript):  # `data["x"] = table`: any entry may be one
            target = target.value
        if isinstance(target, (ast.Name, ast.Attribute)) and self._has_table(value):
            self.names.add(ast.unparse(target))

    def _name(self, target: ast.expr, parts: Parts) -> None:
        """The variables of a target hold the parts of a value."""
        if isinstance(target, ast.Starred):
            self._name(target.value, parts)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if not isinstance(parts, tuple) or len(parts) != len(target.elts):
                parts = (bool(_size(parts)),) * len(target.elts)
            for one, part in zip(target.elts, parts, strict=True):
                self._name(one, part)
        elif isinstance(target, (ast.Name, ast.Attribute)) and _size(parts):
            self.names.add(ast.unparse(target))

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        """What a loop calls the tables of a list, or the parts of one, one after the other."""
        match target, over:
            case ast.Tuple([_, one]), ast.Call(ast.Name("enumerate"), [inner, *_]):
                self._loop(one, inner)
            case _, (ast.Tuple(elements) | ast.List(elements)):
                for element in elements:
                    self._bind(target, element)
            case ast.Tuple([_, one]), ast.Call(ast.Attribute(attr="groupby" | "items")):
                self._bind(one, over)
            case ast.Tuple(targets), ast.Call(ast.Name("zip"), lists) if len(targets) == len(lists):
                for one, other in zip(targets, lists, strict=True):
                    self._loop(one, other)
            case _, (ast.Name() | ast.ListComp()):
                self._bind(target, over)
            case _, ast.Call() if self._run_by(over) in self.returning or _in_pieces(over):
                self._name(target, self._parts(over))

    def _passed(self, function: ast.FunctionDef | ast.Lambda, call: ast.Call) -> set[str]:
        """The parameters of a function that get tables."""
        parameters = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
        if parameters[:1] in (["self"], ["cls"]):
            del parameters[0]
        pairs = list(zip(parameters, call.args, strict=False))
        pairs += [(k.arg, k.value) for k in call.keywords if k.arg in parameters]
        return {name for name, value in pairs if self._has_table(value)}

    def _has_table(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Tuple, ast.List)):
            return any(map(self._has_table, node.elts))
        if isinstance(node, ast.Dict):
            return any(map(self._has_table, node.values))
        if isinstance(node, ast.DictComp):
            return self._has_table(node.value)
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            return self._has_table(node.elt) or self._passes_on(node)
        return self._is_table(node)

    def _passes_on(self, made: ast.ListComp | ast.GeneratorExp) -> bool:
        """Whether a list has the tables of another, or parts of them: `[x[:9] for x in tables]`."""
        element = made.elt
        while isinstance(element, ast.Subscript):
            element = element.value
        *_, source = made.generators
        if not isinstance(element, ast.Name) or ast.unparse(source.target) != element.id:
            return False
        return self._has_table(source.iter)

    def _is_table(self, node: ast.expr) -> bool:
        match node:
            case ast.Name():
                return node.id in self.names
            case ast.Attribute():
                known = {ast.unparse(node), f"self.{node.attr}"} & self.names
                known |= self.returning.keys() & {node.attr, "__getattr__"}  # or a property
                return bool(known) or (node.attr not in _MEMBERS and self._is_table(node.value))
            case ast.Subscript():  # also of an object of the program
                return "__getitem__" in self.returning or self._is_table(node.value)
            case ast.Starred():
                return self._is_table(node.value)
            case ast.BinOp():
                return self._is_table(node.left) or self._is_table(node.right)
            case ast.Compare():
                return any(map(self._is_table, (node.left, *node.comparators)))
            case ast.UnaryOp():
                return self._is_table(node.operand)
            case ast.NamedExpr():
                return self._is_table(node.value)
            case ast.IfExp():
                return self._is_table(node.body) or self._is_table(node.orelse)
            case ast.Call():
                return self._gives_table(node)
        return False

    def _gives_table(self, call: ast.Call) -> bool:
        name, function = self._run_by(call), call.func
        root = ast.unparse(function).partition(".")[0]
        if (root in self._pandas and not _asks_object(function)) or _as_frame(call):
            return True
        if name in self.returning or (self.transformed and name in _TRANSFORMING):
            return True
        made = self.functions.get(name)
        if (
            made is not None
            and isinstance(made[0], ast.Lambda)
            and made[1]._has_table(made[0].body)
        ):
            return True
        if name in self.records or name in _HOLDING:
            return any(map(self._has_table, (*call.args, *(k.value for k in call.keywords))))
        if name == "map" and isinstance(function, ast.Name):
            return any(map(self._has_table, call.args[1:]))
        elementwise = name in _ELEMENTWISE and root in ("np", "numpy")
        if name in _SPLITTING or elementwise or (name in _OWN and root in (name, "copy")):
            return any(map(self._is_table, call.args))
        if isinstance(function, ast.Attribute) and name not in _ARRAYS:
            return self._is_table(function.value)
        return self._is_value(function) and any(map(self._is_table, call.args))

    def _is_value(self, function: ast.expr) -> bool:
        """Whether what is called is in a variable, list or dict: a function that nobody sees."""
        if isinstance(function, ast.Name):
            name = function.id
            seen = name in self.functions or name in self.imports or hasattr(builtins, name)
            return not seen
        return isinstance(function, (ast.Call, ast.Lambda, ast.Subscript))


def speaks_of_tables(text: str) -> bool:
    """Whether a program may have tables of its own."""
    return any(word in text for word in (*_SOURCES, "as_frame", "fetch_openml"))


def _size(parts: Parts) -> int:
    """How many tables there are at least."""
    return sum(map(_size, parts)) if isinstance(parts, tuple) else int(parts)


def _joined(one: Parts, other: Parts) -> Parts:
    """The places of tables in what a function gives in one way or another."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return tuple(map(_joined, one, other))
    if one is False or other is False:
        return one or other
    return True


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _asks_object(function: ast.expr) -> bool:
    """Whether it is a method of what a call or an index gives: `pd.read_csv(path).to_numpy`."""
    held = function.value if isinstance(function, ast.Attribute) else ast.Name("")
    while isinstance(held, ast.Attribute):
        held = held.value
    return not isinstance(held, ast.Name)


def _parsed(source: str) -> ast.expr:
    """An expression, whose lines may only hang together by the brackets around it."""
    return ast.parse(f"({source}\n)", mode="eval").body


def _as_frame(call: ast.Call) -> bool:
    """Whether a function of scikit-learn gives tables: one does so by itself."""
    asked = [k.value for k in call.keywords if k.arg == "as_frame"]
    if not asked:
        return _last_name(call.func) == "fetch_openml"
    return not (isinstance(asked[0], ast.Constant) and asked[0].value is False)


def _in_pieces(call: ast.Call) -> bool:
    """`pd.read_csv(path, chunksize=20)`: an iterator of tables."""
    return any(keyword.arg == "chunksize" for keyword in call.keywords)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)


def _called(node: ast.AST) -> Iterator[tuple[str, ast.FunctionDef | ast.Lambda]]:
    """What calls of a name run: a function, or the constructor of a class."""
    match node:
        case ast.FunctionDef():
            yield node.name, node
        case ast.Assign([ast.Name(name)], ast.Lambda() as made):
            yield name, made
        case ast.ClassDef():
            methods = (s for s in node.body if isinstance(s, ast.FunctionDef))
            yield from ((node.name, method) for method in methods if method.name == "__init__")


def _records(node: ast.AST) -> Iterator[str]:
    """Classes without a constructor of their own, which keep what they are made of."""
    match node:
        case ast.ClassDef():
            own = {s.name for s in node.body if isinstance(s, ast.FunctionDef)}
            marks = map(ast.unparse, (*node.decorator_list, *node.bases))
            if "__init__" not in own and any("dataclass" in m or "Tuple" in m for m in marks):
                yield node.name
        case ast.Assign([ast.Name(name)], ast.Call(func=function)):
            if _last_name(function) in ("namedtuple", "NamedTuple"):
                yield name


def _gives_tables(node: ast.AST) -> bool:
    """Whether transformers of scikit-learn are told to give tables, or do as a function does."""
    asked = node.keywords if isinstance(node, ast.Call) else []
    if isinstance(node, ast.Call) and _last_name(node.func) == "FunctionTransformer":
        return True
    return any(k.arg in ("transform", "transform_output") and _is_pandas(k.value) for k in asked)


def _is_pandas(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "pandas"


def _bound_to_pandas(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            found = (a for a in node.names if a.name.partition(".")[0] in _SOURCES)
            yield from (a.asname or a.name.partition(".")[0] for a in found)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _SOURCES:
            yield from (a.asname or a.name for a in node.names)
