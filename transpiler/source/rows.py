"""Which variables of a module surely hold tables of pandas, or arrays of rows and columns.

df = pd.read_csv("wine.csv")
X_train, X_test = train_test_split(scaler.fit_transform(df.drop(columns="quality")))
X, y = load_iris(return_X_y=True)
"""

from __future__ import annotations

import ast
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.syntax import all_in, program_tree

#: Functions of pandas that give a table whatever they get.
_MAKERS = frozenset({"read_csv", "read_excel", "read_table", "DataFrame", "get_dummies"})
#: Methods that give a table for a table, or an array of its rows and columns.
_KEEPING = frozenset(
    {
        "drop", "copy", "dropna", "fillna", "sample", "reset_index", "astype", "head", "tail",
        "drop_duplicates", "rename", "replace", "to_numpy", "round", "clip",
    }
)  # fmt: skip
#: Those of them that keep every column.
_ALL_COLUMNS = frozenset({"copy", "head", "tail", "to_numpy", "round", "clip"})
#: The same of what is given to the methods of others.
_SCALING = frozenset({"fit_transform", "transform"})
_COPYING = frozenset({"array", "asarray", "scale", "nan_to_num"})
_JOINING = frozenset({"concatenate", "hstack", "vstack"})
_JOINING_ROWS = frozenset({"concatenate", "vstack"})
_SPLIT = "train_test_split"
#: Classes of scikit-learn that take nothing else than rows and columns, and give them.
_SCALERS = frozenset(
    {
        "StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler", "Normalizer", "PCA",
        "QuantileTransformer", "PowerTransformer", "PolynomialFeatures", "SimpleImputer",
    }
)  # fmt: skip
#: Data sets of scikit-learn.
_SAMPLES = regex(
    r"load_(?:iris|wine|breast_cancer|diabetes|digits)|fetch_california_housing"
    r"|make_(?:classification|regression|moons|circles|blobs)"
)
#: Functions of NumPy that give rows and columns, or one of them alone.
_FILES = frozenset({"loadtxt", "genfromtxt"})
_FILLED = frozenset({"zeros", "ones", "empty"})
#: Random numbers, one for each place of a `size`.
_RANDOM = frozenset({"normal", "uniform", "randint", "integers", "random", "standard_normal"})


@lru_cache(maxsize=4)
def rows_of(text: str) -> Rows:
    """The tables and arrays of a program, found once."""
    return Rows(text)


class Rows:
    """What each variable of a module is given, wherever that is."""

    def __init__(self, text: str) -> None:
        self._given: dict[str, list[ast.expr | None]] = {}
        self._functions: dict[str, list[ast.FunctionDef]] = {}
        self._classes: set[str] = set()
        self._has_samples = "sklearn" in text
        module = program_tree(text)
        changed = set[ast.expr]()
        for node in all_in(module) if module is not None else ():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.MatMult):
                changed.add(node.target)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                if node in changed:  # `x -= x.mean(axis=0)`: in its place
                    continue
                self._given.setdefault(node.id, []).append(None)
            elif isinstance(node, ast.FunctionDef):
                self._functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ClassDef):
                self._classes.add(node.name)
            elif isinstance(node, ast.arg):
                self._given.setdefault(node.arg, []).append(None)

    def hold(self, name: str) -> bool:
        """Whether a variable holds nothing else at any time."""
        return self._has_columns(ast.Name(name), frozenset())

    def columns_of(self, name: str) -> object:
        """What tells how many columns a variable has; the same for two that have as many."""
        return self._columns(ast.Name(name), frozenset())

    def _columns(self, node: ast.expr, asked: frozenset[str]) -> object:
        match node:
            case ast.Name(id=name):
                given = self._given.get(name, [])
                known = [value for value in given if value is not None]
                if name in asked or not known or len(given) != 2 * len(known):
                    return name
                found = {self._columns(value, asked | {name}) for value in known} - {name}
                return found.pop() if len(found) == 1 else name
            case ast.Attribute(value=value, attr="values") | ast.Subscript(
                value=value, slice=ast.Slice()
            ):
                return self._columns(value, asked)
            case ast.Call(func=ast.Attribute(value=value, attr=kept)) if kept in _ALL_COLUMNS:
                return self._columns(value, asked)
            case ast.Call(args=[ast.Tuple(elts=parts) | ast.List(elts=parts)]):
                rows = [k.arg == "axis" and ast.unparse(k.value) == "0" for k in node.keywords]
                if _last_name(node.func) in _JOINING_ROWS and parts and all(rows):
                    found = {self._columns(part, asked) for part in parts}
                    return found.pop() if len(found) == 1 else node
        return node

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        """Remember what an assignment gives; each name is met once more by itself."""
        if isinstance(target, ast.Name):
            self._given.setdefault(target.id, []).append(value)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, ast.Call):
            parts = [part for part in value.args for _ in range(2)]
            if _last_name(value.func) == _SPLIT and len(parts) == len(target.elts):
                for one, part in zip(target.elts, parts, strict=True):
                    self._bind(one, part)
            elif len(target.elts) == 2 and _gives_pair(value):
                self._bind(target.elts[0], ast.Subscript(value, ast.Constant(0)))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            if len(target.elts) == len(value.elts):
                for one, part in zip(target.elts, value.elts, strict=True):
                    self._bind(one, part)

    def _has_columns(self, node: ast.expr, asked: frozenset[str]) -> bool:
        match node:
            case ast.Name(id=name):
                given = self._given.get(name, [])
                known = [value for value in given if value is not None]
                # each assignment is met twice: as one, and as the name that it stores to
                whole = bool(known) and len(given) == 2 * len(known)
                if name in asked:  # `df = df.dropna()`: the others tell
                    return len(known) > 1
                return whole and all(self._has_columns(v, asked | {name}) for v in known)
            case ast.Attribute(value=value, attr="values"):
                return self._has_columns(value, asked)
            case ast.Subscript(value=value, slice=ast.List()):
                return self._has_columns(value, asked)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self._has_columns(value, asked)
            case ast.Subscript(value=value, slice=ast.Tuple(elts=[ast.Slice(), ast.Slice()])):
                indexed = isinstance(value, ast.Attribute) and value.attr in ("iloc", "loc")
                of = value.value if indexed and isinstance(value, ast.Attribute) else value
                return self._has_columns(of, asked) or self._is_of_file(value)
            case ast.Subscript(value=ast.Call() as value, slice=ast.Constant(value=0)):
                return _gives_pair(value) and self._is_theirs(value)
            case ast.Attribute(value=value, attr="data"):
                return self._is_sample(value)
            case ast.Subscript(value=value, slice=ast.Constant(value="data")):
                return self._is_sample(value)
            case ast.BinOp(left=left):
                return self._has_columns(left, asked)
            case ast.Call():
                return self._gives_columns(node, asked)
        return False

    def _gives_columns(self, call: ast.Call, asked: frozenset[str]) -> bool:
        name = _last_name(call.func)
        if isinstance(call.func, ast.Attribute):
            if ast.unparse(call.func.value) == "pd" and name in _MAKERS:
                return True
            if name in _KEEPING:
                return self._has_columns(call.func.value, asked)
        if name in _SCALING and self._is_scaler(call.func):
            return True
        if name in self._functions or name in self._classes:
            own = self._functions.get(name, []) if isinstance(call.func, ast.Name) else []
            return bool(own) and all(map(_fills_rows, own))
        if _is_filled(call):
            return True
        if name in _JOINING and call.args and isinstance(call.args[0], (ast.Tuple, ast.List)):
            return all(self._has_columns(part, asked) for part in call.args[0].elts)
        copies = name in _SCALING or name in _COPYING
        return copies and bool(call.args) and self._has_columns(call.args[0], asked)

    def _only(self, node: ast.expr) -> ast.expr:
        """What a variable is given, where that is one thing; else the expression itself."""
        given = self._given.get(node.id, []) if isinstance(node, ast.Name) else []
        known = [value for value in given if value is not None]
        return known[0] if len(known) == 1 and len(given) == 2 else node

    def _is_theirs(self, call: ast.Call) -> bool:
        """Whether scikit-learn has what is called, and the program nothing of the same name."""
        name = _last_name(call.func)
        return self._has_samples and name not in self._functions and name not in self._classes

    def _is_scaler(self, method: ast.expr) -> bool:
        made = self._only(method.value) if isinstance(method, ast.Attribute) else method
        return (
            isinstance(made, ast.Call)
            and _last_name(made.func) in _SCALERS
            and self._is_theirs(made)
        )

    def _is_sample(self, node: ast.expr) -> bool:
        """Whether it is a data set with its rows under `data`."""
        made = self._only(node)
        known = isinstance(made, ast.Call) and _is_sample(made) and not _gives_pair(made)
        return known and isinstance(made, ast.Call) and self._is_theirs(made)

    def _is_of_file(self, node: ast.expr) -> bool:
        """Whether it is an array of a file, which has two axes at most."""
        made = self._only(node)
        return isinstance(made, ast.Call) and _last_name(made.func) in _FILES


def _is_sample(call: ast.Call) -> bool:
    return _SAMPLES.fullmatch(_last_name(call.func)) is not None


def _gives_pair(call: ast.Call) -> bool:
    """Whether it gives rows and, besides, what they are to be mapped to."""
    asked = any(
        k.arg == "return_X_y" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in call.keywords
    )
    return _is_sample(call) and (asked or _last_name(call.func).startswith("make_"))


def _fills_rows(function: ast.FunctionDef) -> bool:
    """Whether a function returns an array of two axes that it has made, and nothing else."""
    nodes = [*all_in(function)]
    given = [node.value for node in nodes if isinstance(node, ast.Return)]
    if len(given) != 1 or not isinstance(given[0], ast.Name) or function.decorator_list:
        return False
    name = given[0].id
    stores = [
        n
        for n in nodes
        if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
    ]
    made = [n for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == name]
    if len(made) != 1 or len(stores) != 1:
        return False
    value = made[0].value
    return isinstance(value, ast.Call) and _is_filled(value)


def _is_filled(call: ast.Call) -> bool:
    """Whether it makes an array of two axes: `np.zeros((n, 3))`, `rng.normal(size=(n, 3))`."""
    name, shape = _last_name(call.func), None
    if name in _FILLED and call.args:
        shape = call.args[0]
    elif name in ("rand", "randn"):
        return len(call.args) == 2 and not any(isinstance(a, ast.Starred) for a in call.args)
    elif name in _RANDOM:
        shape = next((keyword.value for keyword in call.keywords if keyword.arg == "size"), None)
    return isinstance(shape, (ast.Tuple, ast.List)) and len(shape.elts) == 2


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
