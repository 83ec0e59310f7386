"""Whether a project leaves a setting as it is, under each name by which it has what holds it.

CFG = {"lr": 0.1}                  def build(cfg=CFG): ...        trainer.cfg = CFG
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import field

from transpiler.record import record
from transpiler.source.files import program_at
from transpiler.source.imported import imported_texts, locate, real_path
from transpiler.source.importers import importing_files
from transpiler.source.stores import Stores, stores_of
from transpiler.source.syntax import all_in, parts_of, program_tree

#: Functions, and methods of others, that read an object and keep it as it is.
_READERS = frozenset({
    "print", "len", "str", "set", "isinstance", "field", "format", "type", "repr", "pprint",
    "deepcopy", "asdict",
})  # fmt: skip
_READING = frozenset({
    "compile", "dump", "dumps", "deepcopy", "asdict", "field", "pprint", "info", "debug",
    "log_params",
})  # fmt: skip
#: What makes another one that holds the same: functions, and methods of the object.
_COPIERS = frozenset({"list", "tuple", "sorted", "dict", "zip", "copy"})
_COPIES = frozenset({"copy", "items", "values", "get"})
#: What hands the options on that it unpacks, unless it is a method of the program's own.
_TRAINING = frozenset({"fit", "evaluate", "predict"})
_MOST = 60  #: files that are looked into for one setting


@record(frozen=True, slots=True)
class Held:
    """A setting: what it is, and what holds it."""

    value: ast.expr
    parts: frozenset[str]  #: the names and keys that lead to it, each key with a mark before it
    holders: frozenset[str]  #: those of them that stand for what holds it
    itself: frozenset[str]  #: those that stand for nothing but the setting itself
    homes: dict[str, str]  #: the files in which they stand, and what is in these
    kinds: frozenset[str]  #: the classes of the objects
    puts: frozenset[str]  #: the attributes that `__init__` gives these
    settable: frozenset[str] = frozenset()  #: the keys of the setting that may get other values

    @property
    def nested(self) -> bool:
        """Whether something that can change is inside of something else."""
        return self.deep or any(part.startswith("[") for part in self.holders)

    @property
    def deep(self) -> bool:
        """Whether that is inside of the setting itself."""
        return sum(isinstance(n, (ast.List, ast.Dict)) for n in all_in(self.value)) > 1

    @property
    def of_object(self) -> bool:
        """Whether an object of a class holds it that has no name where it is made."""
        return "()" in self.parts

    @property
    def inner(self) -> set[str]:
        """The keys in it of what can change by itself."""
        dicts = [n for n in all_in(self.value) if isinstance(n, ast.Dict)]
        return {
            str(key.value)
            for one in dicts
            for key, value in zip(one.keys, one.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(value, (ast.List, ast.Dict, ast.Tuple))
        }


def is_steady(held: Held, path: str, text: str) -> bool:
    """Whether no file of the project changes a setting, as far as can be seen."""
    search = _Search(held, {real_path(path): text, **held.homes})
    for home in [*search.texts]:
        search.add_importers(home)
    seen = 0
    while seen != (now := search.extent):
        seen = now
        if len(search.texts) > _MOST:
            return False
        if not all(search.is_left(home, text) for home, text in [*search.texts.items()]):
            return False
    return True


@record(slots=True)
class _Search:
    """The names of what holds a setting, and the files that may have it."""

    held: Held
    texts: dict[str, str]
    aliases: set[str] = field(default_factory=set)

    @property
    def extent(self) -> int:
        """Grows with what is found."""
        return len(self.texts) + len(self.aliases) + 1

    def add_importers(self, path: str) -> None:
        """Look into what imports a file, too."""
        for other in importing_files(path, r"\w"):
            if real_path(other) not in self.texts:
                self.texts[real_path(other)] = program_in(other)

    def is_left(self, path: str, text: str) -> bool:
        """Whether one file leaves the setting as it is; notes under which names it has it."""
        stores, program = stores_of(text), program_tree(text)
        if stores is None or program is None:
            return False
        if stores.anything and any(p.removeprefix("[") in text for p in self.held.parts):
            return False
        known, file = len(self.aliases), _File(self, path, text, program)
        left = not file.sets_anew(stores) and all(file.is_read(node) for node in file.found())
        if len(self.aliases) > known:  # who has such an object from there may change it
            self.add_importers(path)
        return left


class _File:
    """One file, and what of it stands for the objects that hold a setting."""

    def __init__(self, search: _Search, path: str, text: str, program: ast.Module) -> None:
        self.search, self.path, self.text, self.program = search, path, text, program
        self.above: dict[int, ast.AST] = {}
        self.nodes = [*all_in(program)]
        for node in self.nodes:
            self.above.update((id(part), node) for part in parts_of(node))
        self.modules = set(self._modules())
        holders = search.held.holders
        self.names = search.aliases | self.modules | {h for h in holders if not h.startswith("[")}
        self.keys = {h.removeprefix("[") for h in holders if h.startswith("[")}
        self.keys |= search.held.inner

    def _modules(self) -> Iterator[str]:
        """What the file calls the modules that hold it; notes other names of what they have."""
        held, folder = self.search.held, os.path.dirname(self.path)
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self._is_home(folder, alias.name):
                        yield alias.asname or alias.name.rpartition(".")[2]
            elif isinstance(node, ast.ImportFrom):
                module = f"{'.' * node.level}{node.module or ''}"
                dot = "" if module.endswith(".") else "."
                for alias in node.names:
                    if self._is_home(folder, f"{module}{dot}{alias.name}"):
                        yield alias.asname or alias.name
                    elif alias.asname and alias.name in held.holders | self.search.aliases:
                        self.search.aliases.add(alias.asname)

    def _is_home(self, folder: str, module: str) -> bool:
        found = locate(folder, module, self.text)
        return found is not None and real_path(str(found)) in self.search.held.homes

    def sets_anew(self, stores: Stores) -> bool:
        """Whether it gives a part of what leads to the setting another value."""
        held = self.search.held
        if not stores.changed.isdisjoint(self.names):
            return True
        for node in self.nodes:
            match node:
                case ast.Attribute(attr=name, value=base, ctx=ast.Store() | ast.Del()):
                    if name in held.parts and self._may_hold(base, name):
                        return True
                case ast.Subscript(value=base, slice=key, ctx=ast.Store()):
                    anew = isinstance(key, ast.Constant) and key.value in held.settable
                    if self.is_it(base) and not anew:
                        return True
                case ast.Subscript(value=base, ctx=ast.Del()):
                    if self.is_it(base):
                        return True
                case ast.AugAssign(target=target):
                    if self.is_it(target):
                        return True
        return False

    def _may_hold(self, base: ast.expr, name: str) -> bool:
        """Whether an object whose attribute is set may be one that leads to the setting."""
        match base:
            case ast.Name(id="self" | "cls"):
                made: ast.AST | None = base
                while made is not None and not isinstance(made, ast.ClassDef):
                    made = self.above.get(id(made))
                if made is None or made.name not in self.search.held.kinds:
                    return False
                return name not in self.search.held.puts or not self._is_first(base)
            case ast.Name(id=called) | ast.Attribute(attr=called):
                return called in self.names | self.search.held.kinds or called == "__class__"
        return True

    def _is_first(self, base: ast.expr) -> bool:
        """Whether an attribute is set by `__init__`, in its one statement that does so."""
        statement = self.above[id(self.above[id(base)])]
        around = self.above.get(id(statement))
        return (
            isinstance(base, ast.Name)
            and base.id == "self"
            and isinstance(statement, (ast.Assign, ast.AnnAssign))
            and isinstance(around, ast.FunctionDef)
            and around.name == "__init__"
        )

    def is_it(self, node: ast.AST) -> bool:
        """Whether an expression may be what holds the setting, or what can change of it."""
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name in self.names
            case ast.Subscript(value=base, slice=ast.Constant(value=str(key))):
                return key in self.keys and self.is_it(base)
        return False

    def is_flat(self, node: ast.AST) -> bool:
        """Whether nothing that can change is inside of an object, as far as the setting goes."""
        held, name = self.search.held, ""
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                pass
            case ast.Subscript(slice=ast.Constant(value=str(key))):
                name = f"[{key}"
        itself = name in held.itself and name not in self.search.aliases
        return not held.nested or (itself and not held.deep)

    def found(self) -> Iterator[ast.AST]:
        """Where the file reads what holds the setting."""
        hints = {id(n) for hint in self._hints() for n in all_in(hint)}
        for node in self.nodes:
            reads = isinstance(getattr(node, "ctx", None), ast.Load)
            if reads and id(node) not in hints and self.is_it(node):
                yield node

    def _hints(self) -> Iterator[ast.AST]:
        """The annotations."""
        for node in self.nodes:
            for name in ("annotation", "returns"):
                if (hint := getattr(node, name, None)) is not None:
                    yield hint

    def is_read(self, node: ast.AST) -> bool:
        """Whether something only reads an object here; notes its other names."""
        flat, above = self.is_flat(node), self.above.get(id(node))
        match above:
            case ast.Attribute(attr="__init__"):
                return False
            case ast.Attribute(attr=name):
                called = self.above.get(id(above))
                copied = isinstance(called, ast.Call) and called.func is above and name in _COPIES
                return flat or not copied or self._is_other_entry(called)
            case ast.Subscript(value=base, slice=key):
                named = isinstance(key, ast.Constant) and isinstance(key.value, str)
                return flat or (named and base is node)
            case ast.Call(func=func) if func is not node:
                return self._is_taken(above, node, None)
            case ast.Call() if self.search.held.of_object:
                return self.is_read(above)
            case ast.keyword(arg=name):
                call = self.above[id(above)]
                assert isinstance(call, (ast.Call, ast.ClassDef))
                return isinstance(call, ast.Call) and self._is_taken(call, node, name or "**")
            case ast.Starred() | ast.BinOp() | ast.comprehension() | ast.For() | ast.Dict():
                spread = not isinstance(above, ast.Dict) or any(
                    k is None and v is node for k, v in zip(above.keys, above.values, strict=True)
                )
                return flat and spread
            case ast.Assign(targets=targets):
                return all(map(self._name, targets))
            case ast.AnnAssign(target=target) | ast.NamedExpr(target=target):
                return self._name(target)
            case ast.BoolOp():
                return self.is_read(above)
            case ast.IfExp(test=test):
                return test is node or self.is_read(above)
            case ast.arguments():
                return self._is_default(above, node)
            case ast.Call() | ast.Compare() | ast.UnaryOp() | ast.FormattedValue() | ast.Expr():
                return True
            case ast.If() | ast.While() | ast.Assert() | ast.ClassDef():
                return True
        return False

    def _is_other_entry(self, call: ast.AST | None) -> bool:
        """Whether `get` asks for an entry that has nothing to do with the setting."""
        key = call.args[0] if isinstance(call, ast.Call) and call.args else None
        return isinstance(key, ast.Constant) and key.value not in self.keys

    def _name(self, target: ast.expr) -> bool:
        """Note another name of an object."""
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                self.search.aliases.add(name)
                return True
        return False

    def _is_default(self, taken: ast.arguments, node: ast.AST) -> bool:
        """Whether a parameter has it as its default; notes that."""
        order = [*taken.posonlyargs, *taken.args]
        pairs = [*zip(reversed(order), reversed(taken.defaults), strict=False)]
        pairs += [(a, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d]
        names = {one.arg for one, default in pairs if default is node}
        self.search.aliases |= names
        return bool(names)

    def _is_taken(self, call: ast.Call, node: ast.AST, keyword: str | None) -> bool:
        """Whether what gets an object as an argument leaves it as it is."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        of_object = isinstance(call.func, ast.Attribute)
        if name in (_READING if of_object else _READERS):
            return True
        copies = name in _COPIERS and keyword is None and not of_object
        if self.is_flat(node) and (copies or keyword == "**"):
            return True
        functions = [*self._functions(name)]
        if name in _TRAINING and keyword == "**" and not functions:
            return True
        if keyword == "**" or any(isinstance(a, ast.Starred) for a in call.args):
            return False
        for home, function in functions:
            if not self._passes(home, call, node, keyword, function):
                return False
        return bool(functions)

    def _functions(self, name: str) -> Iterator[tuple[str, ast.FunctionDef]]:
        """The functions of the project that a name may mean here; of a class, its `__init__`."""
        others = ((real_path(str(p)), text) for p, text in imported_texts(self.text, self.path))
        for home, text in ((self.path, self.text), *others):
            program = program_tree(text) if name in text else None
            for node in all_in(program) if program is not None else ():
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    yield home, node
                elif isinstance(node, ast.ClassDef) and node.name == name:
                    starts = (s for s in node.body if isinstance(s, ast.FunctionDef))
                    yield from ((home, s) for s in starts if s.name == "__init__")

    def _passes(
        self, home: str, call: ast.Call, node: ast.AST, keyword: str | None, made: ast.FunctionDef
    ) -> bool:
        """Note the parameter that gets an object, and the file of the function."""
        order = [a.arg for a in (*made.args.posonlyargs, *made.args.args)]
        order = order[1:] if order[:1] in (["self"], ["cls"]) else order
        known = {*order, *(a.arg for a in made.args.kwonlyargs)}
        if keyword is None:
            place = next(n for n, a in enumerate(call.args) if a is node)
            keyword = order[place] if place < len(order) else ""
        if keyword not in known:
            return False
        self.search.aliases.add(keyword)
        if home not in self.search.texts:
            self.search.texts[home] = program_in(home)
            self.search.add_importers(home)
        return True


def program_in(path: str) -> str:
    """What is in a file; in a notebook, its code."""
    try:
        return program_at(path)
    except (OSError, ValueError):
        return "("  # no program
