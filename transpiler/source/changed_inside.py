"""Which variables of a module, or of a function, the functions in it change.

def grow():
    sizes.append(4)              # `sizes`
    options["units"] = 8         # `options`
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from transpiler.regex import regex
from transpiler.source.lexical import words_in
from transpiler.source.syntax import add_parts, all_in, parts_of, program_tree

#: Methods that change a list or dict.
METHODS = frozenset(
    {
        "append", "extend", "insert", "pop", "popitem", "remove", "clear", "reverse", "sort",
        "update", "setdefault", "__setitem__", "__delitem__", "__ior__", "__iadd__",
    }
)  # fmt: skip
#: Functions that change what they get first.
CHANGING = frozenset(
    {
        *(f"{kind}.{method}" for kind in ("dict", "list", "set") for method in METHODS),
        *(f"operator.{name}" for name in ("setitem", "delitem", "ior", "iadd", "iconcat")),
    }
)
_LIBRARIES = frozenset({"tensorflow", "keras", "tf_keras", "numpy"})
_MENTIONED = regex(r"\bdef |\blambda\b")
#: What there is where something is changed: most suites have nothing of it, and aren't parsed.
_MAY_CHANGE = regex(
    rf"\.(?:{'|'.join(sorted(METHODS))})\b|\][ \t]*(?:[-+*/|&@%^]|\*\*|//|<<|>>)?=(?!=)"
    r"|\][ \t]*[,)\]][^\n]*=(?!=)|\b(?:del|for|as)\b[^\n]*\]|\b(?:global|nonlocal)\b"
)
#: How a function says that a variable of others is meant, which it binds anew, and of which.
_DECLARING = regex(r"\b(?:global|nonlocal)\b((?:\\\n|[^\n])*)")
_BETWEEN = " \t\f\r\n\\)"  #: what may stand between a name and what follows it
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def is_declared(name: str, text: str) -> bool:
    """Whether a function may bind a variable of others anew."""
    return name in _declared(text)


@lru_cache(maxsize=8)
def _declared(text: str) -> frozenset[str]:
    if "global" not in text and "nonlocal" not in text:
        return frozenset()
    return frozenset(word for line in _DECLARING.findall(text) for word in words_in(line))


def has_functions(text: str) -> bool:
    """Whether functions may be made in a text."""
    return "def " in text or "lambda" in text


def is_changed_inside(name: str, text: str, line: int = 0) -> bool:
    """Whether `changed_inside` has a variable: what no text takes a part of needs no parsing."""
    taken = (after.lstrip(_BETWEEN) for after in text.split(name)[1:])
    if not is_declared(name, text) and not any(a.startswith((".", "[", "#")) for a in taken):
        return False
    return name in changed_inside(text, line)


def changed_inside(text: str, line: int = 0) -> frozenset[str]:
    """Their names, of the function whose `def` stands in a line, or of the module.

    There are none in a text that Python can't parse.
    """
    return _changed_inside(text).get(line, frozenset())


@lru_cache(maxsize=8)
def _changed_inside(text: str) -> dict[int, frozenset[str]]:
    """The names by the lines of functions, 0 for the module; only where there are any."""
    mentioned = _MENTIONED.search(text)
    if mentioned is None or _MAY_CHANGE.search(text, mentioned.start()) is None:
        return {}
    module = program_tree(text)
    found: dict[int, frozenset[str]] = {}
    if module is not None:
        _read(module, found)
    libraries = libraries_in(all_in(module)) if found and module is not None else frozenset()
    return {line: names - libraries for line, names in found.items()}


def libraries_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Names that stand for libraries, or parts of them, and for nothing else in these nodes.

    `tf.reverse(x)` and `np.append(x, 1)` are calls of functions, and change none of these.
    """
    found: set[str] = set()
    others: set[str] = set()
    for node in nodes:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    root = alias.name.partition(".")[0]
                    (found if root in _LIBRARIES else others).add(alias.asname or root)
            case ast.ImportFrom(module=module, names=names, level=level):
                known = level == 0 and (module or "").partition(".")[0] in _LIBRARIES
                (found if known else others).update(a.asname or a.name for a in names)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                others.add(name)
    return frozenset(found - others)


def _read(scope: ast.AST, found: dict[int, frozenset[str]]) -> set[str]:
    """Note what the functions in a scope change; what it changes itself that is none of its own."""
    nodes = list(own_nodes(scope))
    inside = {n for node in nodes if isinstance(node, _FUNCTIONS) for n in _read(node, found)}
    if inside and not isinstance(scope, ast.Lambda):
        line = getattr(scope, "lineno", 0)
        found[line] = found.get(line, frozenset()) | inside
    if not isinstance(scope, _FUNCTIONS):
        return inside
    of_module = {n for node in nodes if isinstance(node, ast.Global) for n in node.names}
    ours = {n for node in nodes if isinstance(node, ast.Nonlocal) for n in node.names} | of_module
    bound = _bound(nodes)
    local = (bound - ours) | {a.arg for a in all_in(scope.args) if isinstance(a, ast.arg)}
    own = {name for node in nodes if (name := _changed_in_place(node))}
    if declared := of_module & (bound | own):  # whatever the functions around it have
        found[0] = found.get(0, frozenset()) | declared
    return ((inside | own) - local) | (bound & ours)


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, those in functions inside of it left out; classes are looked into."""
    pending = parts_of(scope)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            add_parts(node, pending)


def _bound(nodes: list[ast.AST]) -> set[str]:
    """The names that these nodes give something."""
    stored = (ast.Store, ast.Del)
    found = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, stored)}
    imports = (n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)))
    found |= {(a.asname or a.name).partition(".")[0] for n in imports for a in n.names}
    return found | {n.name for n in nodes if isinstance(n, (*_FUNCTIONS[:2], ast.ClassDef))}


def _changed_in_place(node: ast.AST) -> str:
    """The variable whose list or dict a node changes, "" if it changes none."""
    held: ast.AST | None = None
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        held = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        held = node.func.value if node.func.attr in METHODS else None
    while isinstance(held, (ast.Subscript, ast.Attribute)):
        held = held.value
    return held.id if isinstance(held, ast.Name) else ""
