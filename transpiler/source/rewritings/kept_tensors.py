"""Tensors that a method keeps on its object, and nothing else reads: they are variables of it.

Callbacks that nothing reads at all are left out.

def build(self):                                    def build(self):
    self.inputs = Input((4,))                           inputs = Input((4,))
    self.policy = Dense(2)(self.inputs)                 policy = Dense(2)(inputs)
    self.model = Model(self.inputs, self.policy)        self.model = Model(inputs, policy)
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.imported import read_text
from transpiler.source.importers import importers_of_importers, importing_files
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree

_KEEPS = regex(
    r"\n[ \t]+self\.\w+ *= *(?:[^=\n]*(?:\)\(|\bInput\()"
    r"|[\w.]*(?:Checkpoint|Stopping|Plateau|Board|Logger)\()"
)
#: What asks an object for all that it has, or for what only the run names.
_HIDDEN = regex(r"\bgetattr\(|\b__dict__\b|\bvars\(|\b__getattribute__\b|\bsetattr\(")
#: Functions of Keras that give tensors.
_MERGING = frozenset({"Input", "concatenate", "add", "multiply", "average", "maximum", "subtract"})
_CALLBACKS = frozenset(
    {"ModelCheckpoint", "EarlyStopping", "ReduceLROnPlateau", "TensorBoard", "CSVLogger"}
)
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def tensors_of_methods(text: str, path: str) -> Rewritten | None:
    """The text with such variables, if it has any such methods."""
    module = program_tree(text) if "self." in text and _KEEPS.search(text) else None
    if module is None or _HIDDEN.search(text):
        return None
    edits, touched = dict[Span, str](), list[tuple[int, int]]()
    positions, assumed = Positions(text), list[tuple[int, str]]()
    others = _others(path)
    for made in module.body:
        if not isinstance(made, ast.ClassDef) or not all(map(_is_plain, made.bases)):
            continue
        for method in made.body:
            if not isinstance(method, ast.FunctionDef) or not _is_of_object(method):
                continue
            names = {name for name in _kept(method) if _is_of_one(module, method, name)}
            names = {n for n in names if n not in _taken(made, method) and not keyword.iskeyword(n)}
            names = names if _builds(method) else set()
            if names and not any(_reads(other, names) for other in others):
                edits |= {positions.span(node): node.attr for node in _asked(method, names)}
                shown = ", ".join(f"`self.{name}`" for name in sorted(names))
                assumed.append((method.lineno, _LOCAL.format(shown, method.name)))
                touched.append((method.lineno, method.end_lineno or 0))
            for name, statement in _unread(module, method):
                first, last = positions.span(statement)
                begin, end = _lines(text, (first, last))
                alone = not (text[begin:first] + text[last:end]).strip()
                if alone and not any(_reads(other, {name}) for other in others):
                    edits[begin, end] = ""
                    assumed.append((statement.lineno, _GONE.format(name)))
                    touched.append((method.lineno, method.end_lineno or 0))
    return rewritten(text, edits, (), assumed, touched) if edits else None


_LOCAL = "{} of `{}` are variables of it now: nothing that is seen reads them elsewhere"
_GONE = "`self.{}` is gone: nothing that is seen reads it"


def _others(path: str) -> list[str]:
    """The files of the project that import one, or files that do."""
    paths = {*importing_files(path, ""), *importers_of_importers(path, "")} if path else set[str]()
    return [read_text(one) for one in sorted(paths)]


def _builds(method: ast.FunctionDef) -> bool:
    """Whether a method makes a model of its tensors."""
    calls = (node.func for node in all_in(method) if isinstance(node, ast.Call))
    return any("Model" in (getattr(f, "id", ""), getattr(f, "attr", "")) for f in calls)


def _is_plain(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "object"


def _is_of_object(method: ast.FunctionDef) -> bool:
    first = method.args.args[:1]
    return bool(first) and first[0].arg == "self" and not method.decorator_list


def _kept(method: ast.FunctionDef) -> Iterator[str]:
    """The attributes that a method gives what surely is a tensor."""
    found: dict[str, bool] = {}
    for node in all_in(method):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"), attr=name)]):
                found[name] = found.get(name, True) and _is_tensor(node.value)
    yield from (name for name, sure in found.items() if sure)


def _unread(module: ast.Module, method: ast.FunctionDef) -> Iterator[tuple[str, ast.stmt]]:
    """The callbacks that a method keeps beside what else it does, and nothing reads."""
    for statement in method.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name("self"), attr=name)],
                value=ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) as made,
            ) if (
                called in _CALLBACKS and len(method.body) > 1
            ):
                every = [n for n in nodes_of_kind(module, ast.Attribute) if n.attr == name]
                calls = [n for n in all_in(made) if isinstance(n, ast.Call)]
                if len(every) == len(calls) == 1:
                    yield name, statement


def _is_tensor(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Call()):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _MERGING
    return False


def _asked(method: ast.FunctionDef, names: set[str]) -> list[ast.Attribute]:
    return [
        node
        for node in all_in(method)
        if isinstance(node, ast.Attribute) and node.attr in names
        if isinstance(node.value, ast.Name) and node.value.id == "self"
    ]


def _is_of_one(module: ast.Module, method: ast.FunctionDef, name: str) -> bool:
    """Whether nothing in a program but the statements of one method asks for an attribute."""
    every = [node for node in nodes_of_kind(module, ast.Attribute) if node.attr == name]
    inside = _asked(method, {name})
    inner = [n for room in all_in(method)[1:] if isinstance(room, _ROOMS) for n in all_in(room)]
    return len(every) == len(inside) and not any(node in inner for node in inside)


def _taken(made: ast.ClassDef, method: ast.FunctionDef) -> set[str]:
    """The names that mean something else in a method, or in its class."""
    found = {n.id for n in all_in(method) if isinstance(n, ast.Name)}
    found |= {n.arg for n in all_in(method) if isinstance(n, ast.arg)}
    for one in made.body:
        found |= {getattr(one, "name", "")}
        if isinstance(one, (ast.Assign, ast.AnnAssign)):
            found |= {n.id for n in all_in(one) if isinstance(n, ast.Name)}
    return found


def _reads(text: str, names: set[str]) -> bool:
    by_text = _HIDDEN.search(text) is not None
    return any(re.search(rf"\.{name}\b", text) or (by_text and name in text) for name in names)


def _lines(text: str, span: Span) -> Span:
    """The lines of a statement."""
    begin, end = text.rfind("\n", 0, span[0]) + 1, text.find("\n", span[1])
    return begin, end + 1 if end >= 0 else len(text)
