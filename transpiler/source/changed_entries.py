"""Which lists and dicts inside of others a program changes by another way than through these.

def widen(options):
    options["sizes"].append(5)   # what is under "sizes" in any dict that is passed

widen(OPTIONS)
copied = OPTIONS.copy()
copied["sizes"] += [6]           # the copy has the same list
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache
from typing import TypeAlias

from transpiler.record import record
from transpiler.source.array_changes import changes_number, is_array, is_of_array
from transpiler.source.changed_inside import CHANGING, METHODS
from transpiler.source.changes import may_change
from transpiler.source.fresh_values import LOOKS_UP, is_copy, is_fresh, is_made
from transpiler.source.syntax import all_in, parts_of, program_tree
from transpiler.source.taken import gathered, parameters

#: The functions and classes around an expression, from the outermost to the nearest.
Scope: TypeAlias = "tuple[ast.AST, ...]"

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)

#: What has nothing inside, and says nothing.
_PLAIN = frozenset({ast.Name, ast.Constant, ast.arg, ast.alias, ast.Pass})
#: What `_note` looks at: asking each node for all of these would take longer than the rest.
_NOTED = frozenset(
    {
        ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension,
        ast.withitem,
        ast.While, ast.AugAssign, ast.Call, ast.Dict, ast.List, ast.Tuple, ast.Attribute,
        ast.Subscript,
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ListComp, ast.SetComp,
        ast.DictComp, ast.GeneratorExp,
    }
)  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Functions of libraries that put what they get in another order, or add to it.
_REARRANGES = frozenset(
    {"shuffle", "heapify", "heappush", "heappop", "heapreplace", "insort", "insort_left",
     "insort_right"}
)  # fmt: skip
_PARTS = frozenset({"values", "items"})
#: What gives the elements of what it is given, one after the other.
_ITERATES = frozenset({"list", "tuple", "sorted", "reversed", "iter", "zip", "enumerate"})
#: Methods of models that keep no list that they get.
_LOOKED_AT = frozenset({"fit", "fit_generator", "compile", "evaluate", "predict"})


@record(frozen=True, slots=True)
class ChangedEntries:
    """The keys under which something changes, and the variables of the module that do."""

    keys: frozenset[object] = frozenset()
    anywhere: bool = False  #: whether it may be under any key, and in any list
    names: frozenset[str] = frozenset()
    inner: frozenset[object] = frozenset()  #: the keys of what changes when it is gone through

    def under(self, key: object) -> bool:
        """Whether a list or dict changes that stands under a key of another one."""
        return self.anywhere or key in self.keys


@lru_cache(maxsize=4)
def changed_entries(text: str) -> ChangedEntries:
    """What a program changes in places that are not reached through what holds them."""
    return _changes(text, _Program())


@lru_cache(maxsize=4)
def all_changed(text: str) -> ChangedEntries:
    """What a program changes in whatever way, with the variables of functions."""
    return _changes(text, _Program(everything=True))


def _changes(text: str, program: _Program) -> ChangedEntries:
    if not may_change(text):
        return ChangedEntries()
    if (tree := program_tree(text)) is None:
        return ChangedEntries()
    program.read(tree)
    return program.changed()


@record(frozen=True, slots=True)
class _Change:
    """A list or dict that is changed in place.

    unseen: the interpreter does not see which other names it has; far: nor where it is changed.
    """

    value: ast.expr
    scope: Scope
    unseen: bool = False
    far: bool = False


@record(slots=True)
class _Program:
    """Where names get their values, what is called, and what is changed."""

    everything: bool = False  #: what the interpreter sees as well
    module: Scope = ()
    bound: dict[tuple[ast.AST, str], list[tuple[ast.expr, Scope, str]]] = field(
        default_factory=dict
    )
    attributes: dict[str, list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    around: dict[ast.AST, Scope] = field(default_factory=dict)  #: of functions and classes
    calls: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    functions: dict[str, list[ast.AST]] = field(default_factory=dict)
    lambdas: dict[ast.AST, str] = field(default_factory=dict)  #: what they are called
    changes: list[_Change] = field(default_factory=list)
    repeated: set[int] = field(default_factory=set)  #: what stands in comprehensions
    called: set[int] = field(default_factory=set)  #: methods that change something, by their ids
    put: dict[str, list[ast.expr]] = field(default_factory=dict)  #: `name["key"] = value`, `append`
    keys: set[object] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    inner: set[object] = field(default_factory=set)
    anywhere: bool = False
    #: What a function is handed to, beside what.
    handed: list[tuple[ast.expr, ast.Call, Scope]] = field(default_factory=list)
    unseen: bool = False
    #: What is put under a key, or at a place of a list, that something else may have, too.
    entries: dict[object, list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    loops: list[tuple[int, int]] = field(default_factory=list)  #: their first and last lines
    #: what is bound in each round of them, before anything else of it is run
    anew: dict[tuple[int, int], set[ast.expr]] = field(default_factory=dict)
    change: _Change | None = None  #: the one that is looked at
    inside: bool = False  #: what is reached is in what changes
    seen: set[tuple[int, str, bool | None]] = field(default_factory=set)

    def read(self, node: ast.Module) -> None:
        self.module = (node,)
        self._read(node, self.module)
        for name in _LOOKED_AT & self.functions.keys():  # the program's own may keep what they get
            for call, where in self.calls.get(name, ()):
                for keyword in call.keywords:
                    if keyword.arg is not None:
                        self.entries.setdefault(keyword.arg, []).append((keyword.value, where))

    def _read(self, node: ast.AST, scope: Scope) -> None:
        for child in parts_of(node):
            if type(child) in _PLAIN:
                continue
            if type(child) in _NOTED:
                self._note(child, scope)
            if isinstance(child, _SCOPES):
                self.around[child] = scope
            self._read(child, (*scope, child) if isinstance(child, _SCOPES) else scope)

    def _note(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            lines = (node.lineno, node.end_lineno or node.lineno)
            self.loops.append(lines)
            self.anew[lines] = {one.value for one in node.body if isinstance(one, ast.Assign)}
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope, "is")
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._bind(node.target, node.value, scope, "is")
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._bind(node.target, node.iter, scope, "in")
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, node.context_expr, scope, "is")  # `__enter__` gives it
            self._bind(node.optional_vars, node.context_expr, scope, "in")  # or a generator does
        elif isinstance(node, ast.AugAssign):
            if not changes_number(node):
                joins = isinstance(node.op, ast.BitOr)  # `options |= more`, of a parameter
                self.changes.append(_Change(node.target, scope, unseen=True, far=joins))
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            self.calls.setdefault(name, []).append((node, scope))
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if isinstance(function, ast.Attribute) and name in METHODS:
                self.changes.append(_Change(function.value, scope, far=id(node) in self.repeated))
                self.called.add(id(function))
                if isinstance(function.value, ast.Name):
                    self.put.setdefault(function.value.id, []).extend(given)
            whole = ast.unparse(function)
            changes = whole in CHANGING or name in _REARRANGES or whole.endswith("patch.dict")
            if changes and given:  # `dict.update(options, …)`
                self.changes.append(_Change(given[0], scope, far=True))
            if name == "setattr" and len(given) == 3 and isinstance(given[1], ast.Constant):
                self.attributes.setdefault(str(given[1].value), []).append((given[2], scope))
            handed = [g for g in given if isinstance(g, (ast.Name, ast.Attribute, ast.Lambda))]
            for function in (node.func, *handed):  # `map(grow, lists)`, `(lambda s: …)(sizes)`
                if isinstance(function, ast.Lambda) or function is not node.func:
                    self.handed.append((function, node, scope))
            for keyword in node.keywords:
                if keyword.arg is not None and name not in _LOOKED_AT:
                    self.entries.setdefault(keyword.arg, []).append((keyword.value, scope))
        elif isinstance(node, _COMPREHENSIONS):
            self.repeated |= {id(one) for one in all_in(node)}
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                entry = key.value if isinstance(key, ast.Constant) else None
                if key is not None:  # the entries of what is unpacked have keys of their own
                    self.entries.setdefault(entry, []).append((value, scope))
        elif isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load):
            for place, value in enumerate(node.elts):
                self.entries.setdefault(place, []).append((value, scope))
        elif isinstance(node, ast.Attribute) and node.attr in METHODS:
            if id(node) not in self.called:  # `add = sizes.append`
                self.changes.append(_Change(node.value, scope, far=True))
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if is_of_array(node):
                return
            self.changes.append(_Change(node.value, scope, isinstance(node.slice, ast.Slice)))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.functions.setdefault(node.name, []).append(node)

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope, how: str) -> None:
        if isinstance(value, ast.Lambda) and isinstance(target, (ast.Name, ast.Attribute)):
            name = target.id if isinstance(target, ast.Name) else target.attr
            self.lambdas[value] = name
            self.functions.setdefault(name, []).append(value)
        if isinstance(target, ast.Name):
            self.bound.setdefault((scope[-1], target.id), []).append((value, scope, how))
            if isinstance(scope[-1], ast.ClassDef):
                self.attributes.setdefault(target.id, []).append((value, scope))
        elif isinstance(target, ast.Attribute) and how == "is":
            self.attributes.setdefault(target.attr, []).append((value, scope))
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.put.setdefault(target.value.id, []).append(value)
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            self.entries.setdefault(key, []).append((value, scope))
        elif isinstance(target, (ast.Tuple, ast.List)):
            pairs: list[tuple[ast.expr, ast.expr, str]] = [(t, value, "in") for t in target.elts]
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                pairs = [(t, v, how) for t, v in zip(target.elts, value.elts, strict=True)]
            elif how == "in":
                pairs = [(t, value, "in") for t in target.elts]
            for one, of_it, way in pairs:
                self._bind(one, of_it, scope, way)

    def changed(self) -> ChangedEntries:
        for change in self.changes:
            self.seen.clear()
            self.unseen, self.change = change.unseen, change
            self._reach(change.value, change.scope, change.far)
        names, inner = frozenset(self.names), frozenset(self.inner)
        return ChangedEntries(frozenset(self.keys), self.anywhere, names, inner)

    def _reach(self, value: ast.expr, scope: Scope, far: bool) -> None:
        """Note what an expression may be; `far`: it is reached by another name, or elsewhere."""
        if isinstance(value, ast.Name):
            self._reach_name(value.id, scope, far)
        elif isinstance(value, ast.Subscript):
            if isinstance(value.value, ast.Call):
                if ast.unparse(value.value) == "globals()":
                    self.names.add(ast.unparse(value.slice).strip("'"))
                self._reach_parts(value.value, scope)  # `list(options.values())[0]`
            if is_of_array(value) or self._is_array(value.value, scope, set()):
                return
            if not isinstance(value.slice, ast.Slice):
                key = value.slice.value if isinstance(value.slice, ast.Constant) else None
                self._reach_entry(key, value.value, scope, far)
        elif isinstance(value, ast.Attribute):
            self._reach_key(value.attr)
        elif isinstance(value, ast.Call):
            self._reach_call(value, scope, far)
        elif isinstance(value, ast.IfExp):
            self._reach(value.body, scope, far=True)
            self._reach(value.orelse, scope, far=True)
        elif isinstance(value, ast.BoolOp):
            for part in value.values:
                self._reach(part, scope, far=True)
        elif isinstance(value, ast.Starred):
            self._reach_parts(value.value, scope)
        elif isinstance(value, (ast.List, ast.Tuple)) and far:
            before, self.inside = self.inside, True
            for part in value.elts:
                self._reach(part, scope, far)
            self.inside = before
        elif isinstance(value, ast.NamedExpr):
            self._reach(value.value, scope, far)

    def _reach_name(self, name: str, scope: Scope, far: bool) -> None:
        home = next((s for s in reversed(scope) if self._is_bound(s, name)), None)
        if home is None or (id(home), name, far) in self.seen:
            return
        self.seen.add((id(home), name, far))
        for key in [*self._holding(home, name)]:  # the interpreter knows it by what it was then
            self._reach_key(key)
        for value, where, how in self.bound.get((home, name), ()):
            if how == "in":
                self._reach_parts(value, where)
                continue
            seen = not far or not isinstance(home, ast.Module)
            if isinstance(value, (ast.Dict, ast.List)) and (self.everything or not seen):
                self.names.add(name)
            another = isinstance(value, ast.Name)  # which the interpreter doesn't know to change
            self._reach(value, where, far or self.unseen or another)
        for given, where, seen in self._given(home, name):
            self._reach(given, where, far=far or not (seen and isinstance(given, ast.Name)))

    def _holding(self, home: ast.AST, name: str) -> Iterator[object]:
        """Under which keys, or attributes, others have what a variable holds."""
        for key, found in (*self.entries.items(), *self.attributes.items()):
            for value, scope in found:
                if isinstance(value, ast.Name) and value.id == name:
                    held = next((s for s in reversed(scope) if self._is_bound(s, name)), None)
                    if held is home and not self._is_another(home, value, scope):
                        yield key
                        break

    def _is_another(self, home: ast.AST, value: ast.Name, scope: Scope) -> bool:
        """Whether the change that is looked at is of what a variable held before, or holds later.

        What something got of it in between is another list or dict, or had the change already.
        """
        assert self.change is not None
        if self.inside or self.change.scope[-1] is not scope[-1]:
            return self.inside
        first, last = self.change.value.lineno, value.lineno
        made = [one for one, _, how in self.bound.get((home, value.id), ()) if how == "is"]
        around = [lines for lines in self.loops if lines[0] <= min(first, last) <= lines[1]]
        around = [lines for lines in around if max(first, last) <= lines[1]]
        if around and not any(one in self.anew[max(around)] and one.lineno < first for one in made):
            return False
        return first < last or any(last < one.lineno < first for one in made)

    def _is_array(self, value: ast.expr, scope: Scope, seen: set[str]) -> bool:
        """Whether it is an array, whose elements are numbers: each of the names it has says so."""

        def is_named(name: str) -> bool:
            home = next((s for s in reversed(scope) if self._is_bound(s, name)), None)
            made = self.bound.get((home, name), ()) if home is not None else ()
            if name in seen:
                return True
            seen.add(name)
            given = any(True for _ in self._given(home, name))
            arrays = (how == "is" and self._is_array(v, w, seen) for v, w, how in made)
            return bool(made) and not given and all(arrays)

        return is_array(value, is_named)

    def _reach_entry(self, key: object, whole: ast.expr, scope: Scope, far: bool) -> None:
        """What stands under a key; the interpreter itself knows what is written out in reach."""
        hidden = far or (self.everything and key is not None)
        if not hidden and self._is_own(whole, scope, alone=self.unseen):
            return
        if isinstance(whole, ast.Name):
            home = next((s for s in reversed(scope) if self._is_bound(s, whole.id)), None)
            if isinstance(home, _FUNCTIONS) and whole.id in gathered(home):
                for given, where, _ in self._given(home, whole.id):
                    self._reach(given, where, far=True)
        self._reach_key(key)

    def _reach_key(self, key: object) -> None:
        """What is under a key or attribute, in whatever dict, list or object; None: under any."""
        if key is None:
            if not self.anywhere:
                self.anywhere = True
                for found in list(self.entries.values()):
                    for value, scope in found:
                        self._reach(value, scope, far=True)
        elif key not in self.keys:
            self.keys.add(key)
            if isinstance(key, str):  # a property
                self._reach_given(key, self.module, ast.Return)
            for name in (key, None):
                for value, scope in self.entries.get(name, ()):
                    self._reach(value, scope, far=True)
            if isinstance(key, str):
                for value, scope in self.attributes.get(key, ()):
                    self._reach(value, scope, far=True)

    def _reach_call(self, call: ast.Call, scope: Scope, far: bool) -> None:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in LOOKS_UP and call.args:
            key = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
            self._reach_entry(key, function.value, scope, far)
            return
        name = getattr(function, "attr", getattr(function, "id", ""))
        if isinstance(function, ast.Attribute) and name in ("pop", "popitem"):
            self._reach_inside(function.value, scope)
        if name not in self.functions:  # `next(lists)`, `max(lists, key=len)`
            for argument in call.args:
                self._reach_parts(argument, scope)
        if name == "getattr" and len(call.args) > 1:
            key = call.args[1].value if isinstance(call.args[1], ast.Constant) else None
            self._reach_key(key)
        self._reach_given(name, scope, ast.Return)

    def _reach_given(self, name: str, scope: Scope, by: type[ast.Return] | type[ast.Yield]) -> None:
        """What the functions of a name give."""
        for made in self.functions.get(name, ()):
            if (id(made), by.__name__, None) in self.seen:
                continue
            self.seen.add((id(made), by.__name__, None))
            inside = (*self.around.get(made, scope[:1]), made)
            if isinstance(made, ast.Lambda):
                self._reach(made.body, inside, far=True)
            for node in all_in(made):
                if isinstance(node, by) and node.value is not None:
                    self._reach(node.value, inside, far=True)

    def _reach_parts(self, iterable: ast.expr, scope: Scope) -> None:
        """Note that the elements of something may change."""
        if isinstance(iterable, ast.Call):
            function = iterable.func
            if isinstance(function, ast.Attribute) and function.attr in _PARTS:
                if self._is_own(function.value, scope, alone=True):
                    self._reach_inside(function.value, scope)
                else:
                    self._reach_key(None)
            elif isinstance(function, ast.Name) and function.id in _ITERATES:
                for argument in iterable.args:
                    self._reach_parts(argument, scope)
            elif isinstance(function, ast.Name) and function.id in self.functions:
                self._reach_given(function.id, scope, ast.Yield)
            elif is_copy(iterable):
                self._reach_key(None)
        elif isinstance(iterable, (ast.List, ast.Tuple)):
            for part in iterable.elts:
                self._reach(part, scope, far=True)
        elif isinstance(iterable, ast.Name):
            home = next((s for s in reversed(scope) if self._is_bound(s, iterable.id)), None)
            if (id(home), iterable.id, None) in self.seen:  # `layers = [*layers, one]`
                return
            self.seen.add((id(home), iterable.id, None))
            each = isinstance(home, _FUNCTIONS) and iterable.id in gathered(home)
            for given, where, _ in self._given(home, iterable.id):
                if each:  # `for each in args:`
                    self._reach(given, where, far=True)
                elif self._is_nested(given, where):
                    self._reach_key(None)
            for value, where, how in self.bound.get((home, iterable.id), ()) if home else ():
                if how == "is" and is_copy(value):
                    self._reach_key(None)
                elif how == "is" and isinstance(value, (ast.List, ast.Tuple)):
                    self._reach_parts(value, where)
                    self._reach_inside(value, where)

    def _reach_inside(self, value: ast.expr, scope: Scope) -> None:
        """What stands in a list or dict that is written out may change, where it is one itself."""
        if isinstance(value, ast.Name):
            home = next((s for s in reversed(scope) if self._is_bound(s, value.id)), None)
            for made, where, how in self.bound.get((home, value.id), ()) if home else ():
                if how == "is" and not isinstance(made, ast.Name):
                    self._reach_inside(made, where)
        pairs: list[tuple[object, ast.expr]] = []
        if isinstance(value, (ast.List, ast.Tuple)):
            pairs = [*enumerate(value.elts)]
        elif isinstance(value, ast.Dict):
            keys = (getattr(key, "value", None) for key in value.keys)
            pairs = [*zip(keys, value.values, strict=True)]
        self.inner |= {key for key, part in pairs if isinstance(part, (ast.List, ast.Dict))}

    def _is_nested(self, value: ast.expr, scope: Scope) -> bool:
        """Whether it is a list of lists or dicts, as far as that is written out."""
        if isinstance(value, ast.Name):
            home = next((s for s in reversed(scope) if self._is_bound(s, value.id)), None)
            made = self.bound.get((home, value.id), ()) if home else ()
            return any(how == "is" and self._is_nested(v, w) for v, w, how in made if v != value)
        parts: list[ast.expr | None] = []
        if isinstance(value, (ast.List, ast.Tuple)):
            parts = list(value.elts)
        elif isinstance(value, ast.Dict):
            parts = list(value.values)
        return any(isinstance(part, (ast.List, ast.Dict)) for part in parts)

    def _is_own(self, value: ast.expr, scope: Scope, alone: bool) -> bool:
        """Whether it is a variable that is given a list or dict as it is written out.

        alone: nothing of what is in it may have another name.
        """
        if not isinstance(value, ast.Name):
            return isinstance(value, ast.Subscript) and self._is_own(value.value, scope, alone)
        home = next((s for s in reversed(scope) if self._is_bound(s, value.id)), None)
        if home is None or any(True for _ in self._given(home, value.id)):
            return False
        made = self.bound.get((home, value.id), ())
        put = all(is_fresh(v, alone) for v in self.put.get(value.id, ()))
        return bool(made) and put and all(how == "is" and is_made(v, alone) for v, _, how in made)

    def _is_bound(self, scope: ast.AST, name: str) -> bool:
        return (scope, name) in self.bound or name in parameters(scope)

    def _given(self, scope: ast.AST | None, name: str) -> Iterator[tuple[ast.expr, Scope, bool]]:
        """What calls pass for a parameter, and its default; whether the interpreter sees it."""
        if not isinstance(scope, _FUNCTIONS) or name not in parameters(scope):
            return
        names = [a.arg for a in (*scope.args.posonlyargs, *scope.args.args)]
        called = getattr(scope, "name", self.lambdas.get(scope, ""))
        methods = names[:1] in (["self"], ["cls"])
        defaults = [*zip(reversed(names), reversed(scope.args.defaults), strict=False)]
        named = zip(scope.args.kwonlyargs, scope.args.kw_defaults, strict=True)
        defaults += [(one.arg, default) for one, default in named if default is not None]
        around = self.around.get(scope, self.module)
        yield from ((default, around, False) for of, default in defaults if of == name)
        for function, call, where in self.handed:
            spelled = getattr(function, "attr", getattr(function, "id", ""))
            if function is scope or (called and spelled == called):
                for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                    if argument is not function:
                        yield argument, where, False
                        if isinstance(argument, (ast.List, ast.Tuple)):
                            yield from ((part, where, False) for part in argument.elts)
        followed = not isinstance(scope, ast.Lambda)
        for call, where in self._calls_of(called):
            if name in gathered(scope):
                every = (*call.args, *(keyword.value for keyword in call.keywords))
                yield from ((argument, where, True) for argument in every)
                continue
            for keyword in call.keywords:
                if keyword.arg in (name, None):
                    yield keyword.value, where, followed
            places = names[1:] if methods else names
            if any(isinstance(a, ast.Starred) for a in call.args):
                yield from ((a, where, followed) for a in call.args)
            elif name in places and places.index(name) < len(call.args):
                yield call.args[places.index(name)], where, followed

    def _calls_of(self, name: str) -> Iterator[tuple[ast.Call, Scope]]:
        yield from self.calls.get(name, ())
        if name == "__init__":
            for made, nodes in self.functions.items():
                if any(isinstance(node, ast.ClassDef) for node in nodes):
                    yield from self.calls.get(made, ())
