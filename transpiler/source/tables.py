"""Which expressions of a program may be tables of pandas: torch takes arrays only.

df = pd.read_csv("wine.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="quality"), df["quality"])
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

#: What gives arrays or numbers of a table.
_ARRAYS = frozenset({"values", "array", "to_numpy", "as_matrix", "shape", "size", "tolist", "item"})
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
#: What all tables of a program come from.
_SOURCES = frozenset({"pandas", "pandas_datareader", "geopandas", "seaborn", "yfinance"})


class Tables:
    """The tables of one program."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        if not any(word in text for word in (*_SOURCES, "as_frame", "fetch_openml")):
            return  # the usual case, without parsing
        nodes = list(ast.walk(ast.parse(text)))
        self._pandas = set(_bound_to_pandas(nodes))
        self._functions = {name: function for node in nodes for name, function in _called(node)}
        self._transformed = any(map(_gives_tables, nodes))
        self._returning: set[str] = set()
        before = -1
        while before != len(self.names) + len(self._returning):
            before = len(self.names) + len(self._returning)
            for node in nodes:
                self._follow(node)

    def hold(self, source: str) -> bool:
        """Whether an expression may be a table."""
        return bool(self.names) and self._is_table(_parsed(source))

    def hold_in(self, source: str) -> bool:
        """Whether the elements of a list may be tables."""
        return bool(self.names) and self._has_table(_parsed(source))

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
            returned = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
            if any(value is not None and self._has_table(value) for value in returned):
                self._returning.add(node.name)
        elif isinstance(node, ast.Call):
            function = self._functions.get(_last_name(node.func))
            if function is not None:
                self._pass(function, node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            if isinstance(value, ast.Call):
                times = _SPLITTING.get(_last_name(value.func), 0)
                parts = [argument for argument in value.args for _ in range(times)]
            values = parts if len(parts) == len(target.elts) else [value] * len(target.elts)
            for one, of_it in zip(target.elts, values, strict=True):
                self._bind(one, of_it)
        elif isinstance(target, (ast.Name, ast.Attribute)) and self._has_table(value):
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
            case _, ast.Name():
                self._bind(target, over)

    def _pass(self, function: ast.FunctionDef | ast.Lambda, call: ast.Call) -> None:
        """The parameters of a function that get tables."""
        parameters = [a.arg for a in function.args.args]
        if parameters[:1] in (["self"], ["cls"]):
            del parameters[0]
        pairs = list(zip(parameters, call.args, strict=False))
        pairs += [(k.arg, k.value) for k in call.keywords if k.arg in parameters]
        self.names |= {name for name, value in pairs if self._is_table(value)}

    def _has_table(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Tuple, ast.List)):
            return any(map(self._has_table, node.elts))
        if isinstance(node, ast.Dict):
            return any(map(self._has_table, node.values))
        if isinstance(node, ast.ListComp):
            return self._is_table(node.elt) or self._passes_on(node)
        return self._is_table(node)

    def _passes_on(self, made: ast.ListComp) -> bool:
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
                return bool(known) or (node.attr not in _ARRAYS and self._is_table(node.value))
            case ast.Subscript():
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
        name, function = _last_name(call.func), call.func
        root = ast.unparse(function).partition(".")[0]
        if root in self._pandas or _as_frame(call):
            return True
        if name in self._returning or (self._transformed and name in _TRANSFORMING):
            return True
        made = self._functions.get(name)
        if isinstance(made, ast.Lambda) and self._is_table(made.body):
            return True
        elementwise = name in _ELEMENTWISE and root in ("np", "numpy")
        if name in _SPLITTING or elementwise or (name in _OWN and root in (name, "copy")):
            return any(map(self._is_table, call.args))
        if isinstance(function, ast.Attribute) and name not in _ARRAYS:
            return self._is_table(function.value)
        return False


@lru_cache(maxsize=4)
def tables_of(text: str) -> Tables:
    """The tables of a program, found once."""
    return Tables(text)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _parsed(source: str) -> ast.expr:
    """An expression, whose lines may only hang together by the brackets around it."""
    return ast.parse(f"({source}\n)", mode="eval").body


def _as_frame(call: ast.Call) -> bool:
    """Whether a function of scikit-learn gives tables: one does so by itself."""
    asked = [k.value for k in call.keywords if k.arg == "as_frame"]
    if not asked:
        return _last_name(call.func) == "fetch_openml"
    return not (isinstance(asked[0], ast.Constant) and asked[0].value is False)


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


def _gives_tables(node: ast.AST) -> bool:
    """Whether transformers of scikit-learn are told to give tables."""
    asked = node.keywords if isinstance(node, ast.Call) else []
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
