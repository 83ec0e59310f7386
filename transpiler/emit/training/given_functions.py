"""Functions that the program has made by others of its own, and objects that it calls.

schedule = step_decay(initial=0.1)
LearningRateScheduler(schedule)             # calls it with as much as it takes
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.passed_arguments import argument_for, given_before
from transpiler.emit.training.shared import Room
from transpiler.interpret.functions.schedule_makers import SCHEDULER
from transpiler.record import record
from transpiler.source.call_arguments import given_in
from transpiler.source.far_frames import Frame, Made, Object, Steps
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.far_values import family, value_of
from transpiler.source.imported import locate, read_text, real_path
from transpiler.source.importers import is_imported
from transpiler.source.lexical import is_about_framework
from transpiler.source.syntax import all_in, parts_of, program_tree

_SHARING = (ast.Global, ast.Nonlocal)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@record(frozen=True, slots=True)
class GivenFunction:
    """What an expression gives that is called."""

    takes: int  #: how many parameters it has
    made: str  #: the source of what makes it
    remembers: bool = False  #: whether it may keep something from one call to the next


def given_function(writer: ModelWriter, text: str) -> GivenFunction | None:
    """The function that an expression gives; None where that is not known."""
    module = program_tree(writer.tree.text)
    try:
        parsed = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    if module is None:
        return None
    found = _Program(writer, module).functions(parsed, writer.room)
    alike = {one.takes for one in found}
    return max(found, key=lambda one: one.remembers) if len(alike) == 1 else None


class _Program:
    """The definitions of a program."""

    def __init__(self, writer: ModelWriter, module: ast.Module) -> None:
        self._writer = writer
        self._nodes = list(all_in(module))
        self._module = module

    def functions(self, node: ast.expr, room: Room) -> list[GivenFunction]:
        """What an expression may give; nothing where one of that is not known."""
        match node:
            case ast.Name(id=name):
                held = self._held(name, room) or self._here(name)
                return held or self._elsewhere(node, name, room)
            case ast.Attribute(value=ast.Name(id=name)):
                return self._elsewhere(node, name, room)
            case ast.Lambda() if (takes := _parameters(node)) is not None:
                return [GivenFunction(takes, ast.unparse(node), _remembers(node))]
            case ast.Call(
                func=ast.Name(id="partial") | ast.Attribute(attr="partial"),
                args=[ast.Name(id=name), *given],
                keywords=keywords,
            ):
                function: ast.AST | None = _defined(self._module.body, name)
                if function is None:
                    found = self._found_elsewhere(node.args[0], name, room)
                    function = found.node if isinstance(found, Made) and not found.of else None
                return _partial(function, len(given), [k.arg for k in keywords], node)
            case ast.Call(func=ast.Name(id=name)):
                definition = _defined(self._module.body, name)
                if isinstance(definition, ast.ClassDef):
                    return self._called(definition, node)
                elsewhere = definition is None
                return self._elsewhere(node, name, room) if elsewhere else _given(definition, node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
                classes = [n for n in self._nodes if isinstance(n, ast.ClassDef)]
                methods = [m for c in classes if (m := _defined(c.body, name)) is not None]
                if not methods:
                    return self._elsewhere(node, owner, room)
                return _given(methods[0], node) if len(methods) == 1 else []
        return []

    def _held(self, name: str, room: Room) -> list[GivenFunction]:
        """What a variable holds wherever it gets something, unless that is None; or a parameter."""
        function = self._function(room)
        if function is not None and any(_binds(n, name) for n in all_in(function.args)):
            return [] if _stores(_own(function.body), name) else self._passed(name, room)
        inside = [] if function is None else list(_own(function.body))
        scope = inside if _stores(inside, name) else list(_own(self._module.body))
        shared = any(isinstance(n, _SHARING) and name in n.names for n in self._nodes)
        given = [n for n in scope if isinstance(n, ast.Assign) and _is_only(n.targets, name)]
        if shared or not given or len(given) != _stores(scope, name) or self._imports(name):
            return []
        values = [n.value for n in given if not _is_none(n.value)]
        found = [self.functions(value, room) for value in values if not _reads(value, name)]
        known = len(found) == len(values) and all(found)
        return [one for several in found for one in several] if known else []

    def _imports(self, name: str) -> bool:
        """Whether a name may also be that of what another file has."""
        imports = (n for n in self._nodes if isinstance(n, (ast.Import, ast.ImportFrom)))
        return any((a.asname or a.name) == name for n in imports for a in n.names)

    def _elsewhere(self, node: ast.expr, name: str, room: Room) -> list[GivenFunction]:
        """A function of another file: `from rates import step_decay`; or an object that is called.

        What is called reads nothing of the framework: it stays as it is.
        """
        made = self._found_elsewhere(node, name, room)
        if made is None:
            return []
        owners = [made.made] if isinstance(made, Object) else _owners(made)
        methods = [method for owner in owners for method in _methods(owner)]
        if isinstance(made, Object):
            function = next((one for one in methods if one.name == "__call__"), None)
        else:
            function = made.node if isinstance(made.node, ast.FunctionDef) else None
        takes = _parameters(function)
        if function is None or function.decorator_list or takes is None:
            return []
        remembers = any(map(_remembers, methods or [function]))
        return [GivenFunction(takes - bool(owners), ast.unparse(node), remembers)]

    def _found_elsewhere(self, node: ast.expr, name: str, room: Room) -> Made | Object | None:
        """What another file has that an expression surely gives, a function or an object."""
        path = real_path(self._writer.shared.file.path) if self._writer.shared.file.path else ""
        inside = self._function(room)
        if not path or (inside is not None and _stores(all_in(inside), name)):
            return None
        Steps.begin()
        found = value_of(node, Frame(path, self._module, None, {}))
        made = next(iter(found)) if len(found) == 1 else None
        if not isinstance(made, (Made, Object)):
            return None
        owners = [made.made] if isinstance(made, Object) else _owners(made)
        if isinstance(made, Made) and len(owners) != len(made.of):
            return None
        parts = [one for owner in owners for one in family(owner)]
        parts += [made] if isinstance(made, Made) else []
        apart = all(one.frame.path != path and _is_apart(one, parts) for one in parts)
        return made if apart else None

    def _function(self, room: Room) -> ast.FunctionDef | None:
        """The function that a room is, where there is but one of its name."""
        if isinstance(room.node, cst.Module):
            return None
        name = room.node.name.value
        named = [n for n in self._nodes if isinstance(n, ast.FunctionDef) and n.name == name]
        return named[0] if len(named) == 1 else None

    def _passed(self, name: str, room: Room) -> list[GivenFunction]:
        """What the calls of the function of a room give a parameter of it."""
        shared, node = self._writer.shared, room.node
        if isinstance(node, cst.Module):
            return []
        if not shared.sees_calls(node):
            return self._written(name, room)
        found: list[GivenFunction] = []
        for other in shared.rooms:
            for handed in other.region.handings.values():
                if handed.summary.function.node is node:
                    if name in given_before(shared.file, handed.node, handed.summary):
                        return []
                    argument = argument_for(shared.file, handed.node, handed.summary, name)
                    source = shared.tree.source(argument.value) if argument is not None else "None"
                    if source == "None":  # which nothing calls: Keras would fail
                        continue
                    given = self.functions(ast.parse(source, mode="eval").body, other)
                    if not given:
                        return []
                    found += given
        return found

    def _written(self, name: str, room: Room) -> list[GivenFunction]:
        """The same, where all that the program does with the function is to call it by its name."""
        function, path = self._function(room), self._writer.shared.file.path
        if function is None or room.owner or _stores(self._nodes, function.name):
            return []
        uses = [n for n in self._nodes if isinstance(n, ast.Name) and n.id == function.name]
        calls = [c for c in self._nodes if isinstance(c, ast.Call) and c.func in uses]
        given = [(given_in(function, call) or {}).get(name) for call in calls]
        if len(calls) != len(uses) or is_imported(path, rf"\b{function.name}\b"):
            return []
        found: list[GivenFunction] = []
        for value in given:
            match value:
                case ast.Constant(value=None):  # which nothing calls: Keras would fail
                    continue
                case ast.Name(id=held):
                    known = self._here(held)
                case ast.Lambda():
                    known = self.functions(value, room)
                case _:
                    known = []
            if not known:
                return []
            found += known
        return found

    def _here(self, name: str) -> list[GivenFunction]:
        """A function of the module, where nothing else has its name anywhere."""
        made = _defined(self._module.body, name)
        takes = _parameters(made)
        alone = not _stores(self._nodes, name) and not self._imports(name)
        if not isinstance(made, ast.FunctionDef) or made.decorator_list or not alone or not takes:
            return []
        return [GivenFunction(takes, name, _remembers(made))]

    def _called(self, made: ast.ClassDef, node: ast.Call) -> list[GivenFunction]:
        """An object that is called as a function is."""
        method = _defined(made.body, "__call__")
        if method is None and len(made.bases) == 1 and isinstance(made.bases[0], ast.Name):
            base = _defined(self._module.body, made.bases[0].id)
            return self._called(base, node) if isinstance(base, ast.ClassDef) else []
        takes, source = _parameters(method), ast.unparse(node)
        return [GivenFunction(takes - 1, source, _remembers(method))] if takes else []


def _owners(made: Made) -> list[Made]:
    """The classes of the objects that a method may be of."""
    return [one.made for one in made.of if isinstance(one, Object)]


def _is_apart(made: Made, parts: list[Made]) -> bool:
    """Whether a definition reads nothing of the framework, nor what may: but its own parts."""
    text = read_text(made.frame.path)
    if not is_about_framework(text):
        return True
    module = program_tree(text)
    if module is None:
        return False
    own = {getattr(one.node, "name", "") for one in parts}
    read = {n.id for n in all_in(made.node) if isinstance(n, ast.Name)}
    others = {n.name for n in module.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))} - own
    folder = os.path.dirname(made.frame.path)
    for statement in all_in(module):
        match statement:
            case ast.Import(names=imported):
                heads = [one.name for one in imported]
            case ast.ImportFrom(names=imported, module=head, level=level):
                heads = ["." * level + (head or "")]
            case _:
                continue
        if any(_may_be_framework(folder, head, text) for head in heads):
            others |= {(one.asname or one.name).partition(".")[0] for one in imported}
    return not others & read and "*" not in others


def _may_be_framework(folder: str, module: str, text: str) -> bool:
    """Whether an import is of the framework, or of a file of the project."""
    return module.partition(".")[0] in FRAMEWORKS or locate(folder, module, text) is not None


def _methods(made: Made) -> list[ast.FunctionDef]:
    """The methods of a class that may run when its objects are called, the nearest first."""
    bodies = (one.node.body for one in family(made) if isinstance(one.node, ast.ClassDef))
    found = (n for body in bodies for n in body if isinstance(n, ast.FunctionDef))
    return [method for method in found if method.name != "__init__"]


def _given(maker: ast.FunctionDef | ast.ClassDef | None, node: ast.Call) -> list[GivenFunction]:
    """What a function gives: one that it defines, or a lambda."""
    if not isinstance(maker, ast.FunctionDef) or not all(map(_is_static, maker.decorator_list)):
        return []
    own = list(_own(maker.body))
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own):
        return []
    found = [_answer(maker, n.value) for n in own if isinstance(n, ast.Return)]
    functions = [function for answer in found for function in answer]
    takes = [_parameters(function) for function in functions]
    remembers = any(map(_remembers, functions))
    known = all(found) and takes and takes[0] is not None and len(set(takes)) == 1
    return [GivenFunction(takes[0] or 0, ast.unparse(node), remembers)] if known else []


def _answer(maker: ast.FunctionDef, answer: ast.expr | None) -> list[ast.FunctionDef | ast.Lambda]:
    """The functions of which one is given."""
    match answer:
        case ast.Name(id=name):
            own = [n for n in _own(maker.body) if isinstance(n, ast.FunctionDef) and n.name == name]
            return [] if _stores(all_in(maker), name) else [*own]
        case ast.Lambda():
            return [answer]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[schedule, *_]):
            return _answer(maker, schedule) if SCHEDULER.endswith(f".{name}") else []
        case ast.Call(keywords=[ast.keyword(arg="schedule", value=schedule), *_]):
            return _answer(maker, schedule)
    return []


def _partial(
    function: ast.AST | None, places: int, keywords: list[str | None], node: ast.Call
) -> list[GivenFunction]:
    """What is left of the parameters of a function when some have got their arguments."""
    if not isinstance(function, ast.FunctionDef) or _parameters(function) is None:
        return []
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)][places:]
    taken = next((n for n, name in enumerate(names) if name in keywords), len(names))
    return [GivenFunction(taken, ast.unparse(node), _remembers(function))]


def _remembers(function: ast.AST | None) -> bool:
    """Whether a function may change something that is there when it is called again."""
    for node in all_in(function) if function is not None else ():
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Call(func=ast.Name(id="next")):
                return True
            case ast.Attribute(ctx=held) | ast.Subscript(ctx=held):
                if not isinstance(held, ast.Load):
                    return True
            case ast.Expr(value=ast.Call(func=ast.Attribute())):
                return True
    return False


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of some statements, those of what they define left out."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _DEFINED):
            pending += parts_of(node)


def _defined(body: list[ast.stmt], name: str) -> ast.FunctionDef | ast.ClassDef | None:
    """The one function or class of a name among some statements."""
    found = [s for s in body if isinstance(s, (ast.FunctionDef, ast.ClassDef)) and s.name == name]
    return found[0] if len(found) == 1 else None


def _stores(nodes: Iterable[ast.AST], name: str) -> int:
    return sum(_binds(node, name) for node in nodes)


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=held, ctx=ast.Store() | ast.Del()) | ast.arg(arg=held):
            return held == name
    return False


def _is_only(targets: list[ast.expr], name: str) -> bool:
    return len(targets) == 1 and _binds(targets[0], name)


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in all_in(node))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_static(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")


def _parameters(function: ast.AST | None) -> int | None:
    """How many parameters a function has that are given by their places."""
    if not isinstance(function, (ast.FunctionDef, ast.Lambda)):
        return None
    taken = function.args
    if taken.vararg or taken.kwarg or taken.kwonlyargs:
        return None
    return len(taken.posonlyargs) + len(taken.args)
