"""Which functions and methods of a program change something in what they get.

class Sweep:
    def __init__(self, options):          # `Sweep`, through what its object keeps
        self.options = options

    def step(self, options, *more):       # `step`
        options["rate"] = 0.5
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from transpiler.record import record
from transpiler.source.effects import Effect, Function, Scope, effects_of
from transpiler.source.remembered import remembered
from transpiler.source.run_later import bindings
from transpiler.source.syntax import all_in, program_tree

_OF_OBJECT = ("self", "cls")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@record(frozen=True, slots=True)
class Changing:
    """By their names; those that calls don't name, as `__call__`, and lambdas, by `unnamed`."""

    names: frozenset[str] = frozenset()
    unnamed: bool = False
    known: frozenset[str] = frozenset()  #: all functions, methods and classes

    def has(self, name: str, is_attribute: bool) -> bool:
        """Whether what a call names may be one of these; "" where it names nothing."""
        if is_attribute or name in self.known:
            return name in self.names
        if name and hasattr(builtins, name):
            return False
        return self.unnamed or bool(self.names)  # a variable that holds one


@remembered
def changing_functions(text: str) -> Changing:
    """Those of a program; none of a text that Python can't parse."""
    module = program_tree(text)
    if module is None or ("def " not in text and "lambda" not in text):
        return Changing()
    return _Program(text, module).changing()


class _Program:
    """What functions do to their parameters, and which of them get those of others."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self.effects, self.scopes = effects_of(text)
        self.classes: dict[ast.AST, ast.ClassDef] = {
            method: made
            for made in all_in(module)
            if isinstance(made, ast.ClassDef)
            for method in made.body
            if isinstance(method, _FUNCTIONS)
        }
        self.known = frozenset(
            node.name
            for node in all_in(module)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        )

    def changing(self) -> Changing:
        found = {f for effect in self.effects for f in self._changing(effect)}
        names = set(self._names(found))
        unnamed = any(self._is_unnamed(f) for f in found)
        while True:
            passing = {s.function for s in self.scopes if s.function and self._passes(s, names)}
            if passing <= found:
                return Changing(frozenset(names), unnamed, self.known)
            found |= passing
            names |= set(self._names(passing))
            unnamed = unnamed or any(self._is_unnamed(f) for f in passing)

    def _changing(self, effect: Effect) -> Iterator[Function]:
        """The functions whose parameters an effect may be on."""
        root, *parts = effect.path
        scope: Scope | None = effect.scope
        while scope is not None and root not in scope.own:
            scope = scope.outer
        if not parts or scope is None or scope.function is None:
            return
        if root in _OF_OBJECT:
            yield from self._keeping(scope.function, parts[0]) if len(parts) > 1 else ()
        elif root in scope.parameters or self._is_of_parameters(scope, root):
            yield scope.function

    def _keeping(self, method: Function, part: str) -> Iterator[Function]:
        """The methods of the same class that keep a parameter where a change is."""
        made = self.classes.get(method)
        for other in made.body if made is not None else ():
            if not isinstance(other, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for node in all_in(other):
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    kept = (t.attr for t in targets if isinstance(t, ast.Attribute))
                    if any(f".{name}" == part for name in kept):
                        if _names(node.value) & _parameters(other):
                            yield other

    def _is_of_parameters(self, scope: Scope, name: str) -> bool:
        """Whether a variable of a function may hold a parameter, or something in it."""
        assert scope.function is not None
        given = scope.parameters - {*_OF_OBJECT}
        return any(
            name in _names(target) and given & _names(value)
            for node in all_in(scope.function)
            for target, value in bindings(node)
        )

    def _passes(self, scope: Scope, names: set[str]) -> bool:
        """Whether a function hands a parameter to one that changes it."""
        assert scope.function is not None
        given = scope.parameters - {*_OF_OBJECT}
        for node in all_in(scope.function) if given else ():
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                passed = (*node.args, *(keyword.value for keyword in node.keywords))
                if name in names and any(_names(one) & given for one in passed):
                    return True
        return False

    def _names(self, functions: set[Function]) -> Iterator[str]:
        for function in functions:
            name = getattr(function, "name", "")
            made = self.classes.get(function)
            yield made.name if made is not None and name in ("__init__", "__new__") else name

    def _is_unnamed(self, function: Function) -> bool:
        name = getattr(function, "name", "")
        return not name or (name[:2] == "__" and name not in ("__init__", "__new__"))


def _parameters(function: ast.AST) -> set[str]:
    args = getattr(function, "args", None)
    found = {a.arg for a in all_in(args) if isinstance(a, ast.arg)} if args is not None else set()
    return found - {*_OF_OBJECT}


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in all_in(node) if isinstance(one, ast.Name)}
