"""Random numbers that a function draws by what other files define, or by objects that it calls.

from augment import jitter               self.augment = Jitter(0.1)
return jitter(batch)                     return self.augment(batch)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from transpiler.source.draws import drawn_by
from transpiler.source.effects import Function
from transpiler.source.outer_reads import Functions, functions_of, nodes_in
from transpiler.source.syntax import all_in


def drawn_elsewhere(
    program: Functions, functions: Iterable[Function], texts: Iterable[str], depth: int = 3
) -> str:
    """The call of some functions of a program that draws so; "" if there is none.

    Which object is called is not known: the `texts` of the files around are asked for what could
    be, by its name.
    """
    others = [*map(functions_of, texts)]
    for node in (inner for one in functions for inner in nodes_in(one)):
        if isinstance(node, ast.Call):
            for home, function in _candidates(program, [program, *others], node.func):
                if _drawn(home, function, texts, depth):
                    return ast.unparse(node)
    return ""


def drawn_where_called(program: Functions, call: ast.Call, texts: Iterable[str]) -> str:
    """What a call draws, of a function of the program or of one of the files around."""
    others = [*map(functions_of, texts)]
    found = [(program, function) for function in program.called(call.func)]
    found += _candidates(program, [program, *others], call.func)
    return next(filter(None, (_drawn(home, function, texts, 3) for home, function in found)), "")


def _drawn(home: Functions, function: Function, texts: Iterable[str], depth: int) -> str:
    """What a function draws, by whatever it calls."""
    reached = home.reaching([function])
    drawn = drawn_by(home.module, reached)
    return drawn or (drawn_elsewhere(home, reached, texts, depth - 1) if depth else "")


def _candidates(
    program: Functions, programs: list[Functions], called: ast.expr
) -> list[tuple[Functions, Function]]:
    """What a call may run besides the functions of its own file that go by their names."""
    match called:
        case ast.Name("self"):
            return [(home, f) for home in programs for f in _named(home, "__call__", methods=True)]
        case ast.Name(name) if not program.called(called):
            others = programs[1:]
            return [(home, f) for home in others for f in _named(home, name, methods=False)]
        case ast.Attribute(_, name) if not program.called(called):
            found = [(home, f) for home in programs for f in _named(home, name, methods=True)]
            if isinstance(called.value, ast.Name) and called.value.id == "self":
                found += [(home, f) for home in programs for f in _given(home)]
            return found
    return []


def _named(home: Functions, name: str, methods: bool) -> list[Function]:
    """The functions of a name: of the module, or of its classes."""
    return [f for f in _functions(home, methods) if f.name == name]


def _given(home: Functions) -> list[Function]:
    """What an attribute may hold: an object that can be called, or a function that is handed on."""
    called = {id(node.func) for node in all_in(home.module) if isinstance(node, ast.Call)}
    names = (node for node in all_in(home.module) if isinstance(node, ast.Name))
    handed = {node.id for node in names if id(node) not in called}
    plain = [f for f in _functions(home, methods=False) if f.name in handed]
    return [*plain, *_named(home, "__call__", methods=True)]


def _functions(home: Functions, methods: bool) -> list[ast.FunctionDef]:
    """The functions of a module, or the methods of its classes."""
    classes = [one.body for one in home.module.body if isinstance(one, ast.ClassDef)]
    blocks = classes if methods else [home.module.body]
    return [one for block in blocks for one in block if isinstance(one, ast.FunctionDef)]
