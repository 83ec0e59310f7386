"""Which `for` loops surely run at least one round, so that what they set is set behind them."""

from __future__ import annotations

import ast

from transpiler.source.syntax import all_in

#: What gives a round for each of all that it gets.
_FOR_EACH = frozenset({"enumerate", "reversed", "sorted", "list", "tuple", "zip", "tqdm", "trange"})


def surely_runs(loop: ast.For | ast.AsyncFor, module: ast.Module) -> bool:
    """Whether a loop is over what can't be empty: a display, a range, the folds of a splitter."""
    return isinstance(loop, ast.For) and _is_filled(loop.iter, module)


def _is_filled(node: ast.expr, module: ast.Module) -> bool:
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return any(not isinstance(element, ast.Starred) for element in elements)
        case ast.Dict(keys=keys):
            return any(key is not None for key in keys)
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.Call(func=ast.Name("range" | "trange"), args=[stop], keywords=_):
            return _is_positive(stop, module)
        case ast.Call(func=ast.Name("range"), args=[start, stop], keywords=[]):
            first, last = _number(start, module), _number(stop, module)
            return first is not None and last is not None and first < last
        case ast.Call(func=ast.Name(name), args=[_, *_] as given) if name in _FOR_EACH:
            return all(_is_filled(one, module) for one in (given if name == "zip" else given[:1]))
        case ast.Call(
            func=ast.Attribute(value=ast.Dict() | ast.Name() as held, attr=attr)
        ) if attr in ("items", "keys", "values"):
            return _is_filled(held, module)
        case ast.Call(func=ast.Attribute(value=ast.Name(name), attr="split"), args=[_, *_]):
            return _is_splitter(name, module)
        case ast.Name(name):
            value = _only_value(name, module)
            filled = isinstance(value, (ast.Tuple, ast.Constant)) or (
                isinstance(value, (ast.List, ast.Dict)) and not _shrinks(name, module)
            )
            return value is not None and filled and _is_filled(value, module)
    return False


def _number(node: ast.expr, module: ast.Module) -> int | None:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(name):
            value = _only_value(name, module)
            return _number(value, module) if isinstance(value, ast.Constant) else None
    return None


def _is_positive(node: ast.expr, module: ast.Module) -> bool:
    number = _number(node, module)
    return number is not None and number > 0


def _is_splitter(name: str, module: ast.Module) -> bool:
    """Whether it is an object of a class of sklearn.model_selection, which all give two folds."""
    match _only_value(name, module):
        case ast.Call(func=ast.Name(maker) | ast.Attribute(attr=maker)):
            return maker in _SPLITTERS
    return False


_SPLITTERS = frozenset(
    {"KFold", "StratifiedKFold", "GroupKFold", "RepeatedKFold", "RepeatedStratifiedKFold",
     "TimeSeriesSplit", "ShuffleSplit", "StratifiedShuffleSplit", "StratifiedGroupKFold"}
)  # fmt: skip


def _only_value(name: str, module: ast.Module) -> ast.expr | None:
    """What a name of the module stands for, if one statement alone binds it anywhere."""
    found: list[ast.expr | None] = []
    for node in all_in(module):
        match node:
            case ast.Assign(targets=[ast.Name(bound)], value=value) if bound == name:
                found.append(value)
            case ast.Name(bound, ctx=ast.Store() | ast.Del()) if bound == name:
                found.append(None)
            case ast.arg(arg=bound) if bound == name:
                found += [None, None]
            case ast.alias(name=imported, asname=asname) if (asname or imported) == name:
                found += [None, None]
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                found += [None, None]
    values = [value for value in found if value is not None]
    return values[0] if len(values) == 1 and len(found) == 2 else None  # the value, and its name


def _shrinks(name: str, module: ast.Module) -> bool:
    """Whether anything but reading its elements may be done to a list or dict."""
    reads = sum(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
        for n in all_in(module)
    )
    harmless = 0
    for node in all_in(module):
        match node:
            case ast.For(iter=ast.Name(read)) | ast.comprehension(iter=ast.Name(read)):
                harmless += read == name
            case ast.Call(func=ast.Name(maker), args=given) if maker in _LOOKS:
                harmless += sum(isinstance(one, ast.Name) and one.id == name for one in given)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(read), attr="items" | "keys" | "values")
            ) | ast.Subscript(value=ast.Name(read), ctx=ast.Load()):
                harmless += read == name
    return harmless < reads


#: What changes nothing of the lists that it gets.
_LOOKS = _FOR_EACH | {"len", "print", "sum", "min", "max", "range", "str"}
