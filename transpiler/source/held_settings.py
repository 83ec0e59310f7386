"""What settings of a project stand for, wherever they are read: `config.METRICS`, `cfg["loss"]`.

These are literals of a module, of a class or an object in it, or of a dict, that nobody changes.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from transpiler.source.files import program_at
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.importers import importing_files
from transpiler.source.stores import stores_of
from transpiler.source.syntax import program_tree

#: What reads a list and keeps it as it is, besides `compile`.
_READERS = frozenset({"compile", "print", "len", "list", "tuple", "sorted", "str", "set"})
_DEEPEST = 4  #: of modules that only pass a setting on
#: What makes of a class one whose objects have what its body says.
_PLAIN = frozenset({"dataclass", "dataclasses.dataclass"})


def setting(path: str, text: str, source: str) -> ast.expr | None:
    """The literal that an expression in a file always stands for; None where that is not known."""
    try:
        node = ast.parse(source, mode="eval").body
    except SyntaxError:
        return None
    chain = _chain(node)
    return _setting(path, text, chain) if chain and path else None


def _chain(node: ast.expr) -> tuple[str, ...]:
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
    return ()


@lru_cache(maxsize=256)
def _setting(path: str, text: str, chain: tuple[str, ...]) -> ast.expr | None:
    found = _found(path, text, chain, 0)
    if found is None:
        return None
    value, home, inner = found
    others = dict.fromkeys((real_path(path), *importing_files(home, r"\w")))
    texts = {other: text if other == real_path(path) else _program(other) for other in others}
    texts.setdefault(home, read_text(home))
    changing = isinstance(value, (ast.List, ast.Dict))
    steady = all(
        _is_steady(one, chain, inner, changing, other == home) for other, one in texts.items()
    )
    return value if steady else None


def _program(path: str) -> str:
    """What is in a file; in a notebook, its code."""
    with suppress(OSError, ValueError):
        return program_at(path)
    return "("  # no program


def _found(
    path: str, text: str, chain: tuple[str, ...], depth: int
) -> tuple[ast.expr, str, tuple[str, ...]] | None:
    """The literal, the file that holds it, and its names and keys in there."""
    program, stores = program_tree(text), stores_of(text)
    if program is None or stores is None or depth > _DEEPEST:
        return None
    root, *rest = chain
    given = [n for n in ast.walk(program) if isinstance(n, ast.arg) and n.arg == root]
    made = [s for s in program.body if root in _binds(s)]
    if given or len(made) != 1 or stores.names[root] > 1:
        return None
    statement = made[0]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for module, name in _imported(statement, root):
            other = locate(os.path.dirname(real_path(path)), module, text)
            inner = (*([name] if name else []), *rest)
            if other is not None and inner:
                home = real_path(str(other))
                return _found(home, read_text(home), tuple(inner), depth + 1)
        return None
    value: ast.expr | ast.ClassDef | None = None
    if isinstance(statement, ast.ClassDef):
        value = statement
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        value = statement.value
    for part in rest:
        value = _part(program, value, part)
    if value is None or isinstance(value, ast.ClassDef) or not _is_literal(value):
        return None
    return value, real_path(path), chain


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


def _imported(statement: ast.Import | ast.ImportFrom, root: str) -> Iterator[tuple[str, str]]:
    """The module that a name comes from, and what it is there; that may be a module itself."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            if (alias.asname or alias.name) == root:
                yield alias.name, ""
        elif (alias.asname or alias.name) == root:
            module = f"{'.' * statement.level}{statement.module or ''}"
            yield f"{module}{'' if module.endswith('.') else '.'}{alias.name}", ""
            yield module, alias.name


def _part(program: ast.Module, value: ast.expr | ast.ClassDef | None, part: str) -> ast.expr | None:
    """What an object holds under a name or key."""
    key = part.removeprefix("[")
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key]
        return found[0] if key != part and len(found) == 1 and None not in value.keys else None
    if (
        isinstance(value, ast.Call)
        and not value.args
        and isinstance(value.func, ast.Name | ast.Attribute)
    ):
        name = ast.unparse(value.func)
        if name == "dict" if key != part else name in ("SimpleNamespace", "types.SimpleNamespace"):
            return next((k.value for k in value.keywords if k.arg == key), None)
        classes = [s for s in program.body if isinstance(s, ast.ClassDef) and s.name == name]
        return _of_class(classes[0], part) if len(classes) == 1 and not value.keywords else None
    return _of_class(value, part) if isinstance(value, ast.ClassDef) else None


def _of_class(made: ast.ClassDef, name: str) -> ast.expr | None:
    """What the body of a plain class gives a name."""
    kinds = {ast.unparse(d).partition("(")[0] for d in made.decorator_list}
    methods = {s.name for s in made.body if isinstance(s, ast.FunctionDef)}
    if made.bases or made.keywords or kinds - _PLAIN or any(m.startswith("__") for m in methods):
        return None
    found = [s for s in made.body if name in _binds(s)]
    value = (
        found[0].value
        if len(found) == 1 and isinstance(found[0], ast.Assign | ast.AnnAssign)
        else None
    )
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("field"):
        factory = next((k.value for k in value.keywords if k.arg == "default_factory"), None)
        return factory.body if isinstance(factory, ast.Lambda) else None
    return value


def _is_literal(node: ast.expr) -> bool:
    """Whether it is a number, a string or None, or a list, tuple or dict of such."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, (str, int, float))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return isinstance(value, (int, float))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(map(_is_literal, parts))
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and _is_literal(key) for key in keys) and all(
                map(_is_literal, values)
            )
    return False


def _is_steady(
    text: str, chain: tuple[str, ...], inner: tuple[str, ...], changing: bool, at_home: bool
) -> bool:
    """Whether a file changes nothing of a setting, as far as can be seen."""
    stores, program = stores_of(text), program_tree(text)
    if stores is None or program is None:
        return False
    parts = {*chain, *inner}
    names = {part for part in parts if not part.startswith("[")}
    keys = {part.removeprefix("[") for part in parts if part.startswith("[")}
    if stores.anything and any(part in text for part in names | keys):
        return False
    if any(stores.attributes[name] for name in names) or not stores.changed.isdisjoint(names):
        return False
    if any(base in names or key in keys for base, key in stores.entries):
        return False
    if len(inner) > 1 and _escapes(program, {inner[0]}, set(), held=True):
        return False
    last = set() if keys else {inner[-1]}
    anew = changing and any(stores.names[name] > at_home for name in last)
    return not (anew or (changing and _escapes(program, last, keys, held=False)))


def _escapes(program: ast.Module, names: set[str], keys: set[str], held: bool) -> bool:
    """Whether something may get an object that changes it, or it has another name.

    `held` says that something is asked of it, which is none that changes it.
    """
    nodes = [*ast.walk(program)]

    def is_it(node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                return name in names
            case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                return key in keys
        return False

    allowed: list[ast.AST] = []
    for node in nodes:
        if held and isinstance(node, (ast.Attribute, ast.Subscript)):
            allowed.append(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            allowed += [node.func] if held else []
            if name in _READERS:
                allowed += [*node.args, *(k.value for k in node.keywords)]
    return sum(map(is_it, nodes)) > sum(map(is_it, allowed))
