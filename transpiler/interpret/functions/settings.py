"""What functions of weights compute with besides the weight: numbers, for torch adds no arrays.

class Squares(keras.regularizers.Regularizer):
    def __init__(self, l2=0.01):
        self.l2 = l2                            a number, where `Squares(0.1)` makes it
        self.mask = np.linspace(0.0, 1.0, 4)    an array: refused where `__call__` reads it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.values import Static
from transpiler.source.children import children_of
from transpiler.source.suites import nodes_of

#: What a variable may hold; None: what is not looked into.
_Held = Mapping[str, list[cst.BaseExpression | None]]
_NUMBERS = frozenset({"abs", "bool", "float", "int", "max", "min"})  #: functions that give them
_SEVERAL = (
    cst.BinaryOperation
    | cst.BooleanOperation
    | cst.Comparison
    | cst.ComparisonTarget
    | cst.IfExp
    | cst.UnaryOperation
)


def may_be_array(file: FileContext, name: str) -> bool:
    """Whether a variable of the module may hold an array, or a list."""
    held = file.globals.get(name)
    if not isinstance(held, Static) or isinstance(held.expr.value, (int, float, str)):
        return False
    return name not in file.tree.rebound or not _always_number(file, name)


def _always_number(file: FileContext, name: str) -> bool:
    """Whether all that a variable gets which changes along the way is written as a number."""
    for node in nodes_of(file.tree.module):
        if isinstance(node, (cst.For, cst.CompFor)) and name in _names(node.target):
            return False
    values = [value for target, value in _targets(file.tree.module) if target == name]
    return all(not _names(value) and is_number(file, value, {}) for value in values)


def _names(node: cst.CSTNode | None) -> set[str]:
    parts = nodes_of(node) if node is not None else ()
    return {part.value for part in parts if isinstance(part, cst.Name)}


def gets_numbers(file: FileContext, made: str) -> bool:
    """Whether a call, as it is written, gives numbers and no arrays; what is none has nothing."""
    try:
        node = cst.parse_expression(f"({made}\n)")
    except cst.ParserSyntaxError:
        return False  # the first line of several
    if not isinstance(node, cst.Call):
        return True
    found = assigned(file.tree.module)
    held = {name: values for name, values in found.items() if name not in file.globals}
    return all(is_number(file, argument.value, held) for argument in node.args)


def keeps_number(file: FileContext, home: cst.CSTNode, name: str) -> bool:
    """Whether a class or a function gives a name nothing but numbers."""
    held = assigned(home)
    if name not in held:
        return not name.startswith("self.")  # a module, or a function
    return all(is_number(file, value, held) for value in held[name])


def is_number(
    file: FileContext, node: cst.CSTNode | None, held: _Held, inside: frozenset[str] = frozenset()
) -> bool:
    """Whether an expression gives a number, or a tuple of axes, as far as its text shows it."""
    match node:
        case cst.SimpleString() | cst.Integer() | cst.Float():
            return True
        case cst.Name(value=name) | cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
            key = name if isinstance(node, cst.Name) else f"self.{name}"
            if key in inside or key not in held:
                return not may_be_array(file, key)
            return all(is_number(file, value, held, inside | {key}) for value in held[key])
        case cst.Attribute():
            return True
        case cst.Tuple(elements=elements):
            return all(isinstance(element.value, cst.Integer) for element in elements)
        case cst.Call(func=cst.Name(name), args=arguments) if name in _NUMBERS:
            return all(is_number(file, each.value, held, inside) for each in arguments)
        case _ if isinstance(node, _SEVERAL):
            parts = [n for n in children_of(node) if isinstance(n, (cst.BaseExpression, _SEVERAL))]
            return all(is_number(file, part, held, inside) for part in parts)
        case _:
            return False


def assigned(home: cst.CSTNode) -> _Held:
    """All that is assigned in a class or in functions, with the defaults of parameters."""
    held: dict[str, list[cst.BaseExpression | None]] = {}
    for part in home.body.body if isinstance(home, cst.ClassDef) else ():
        if isinstance(part, cst.SimpleStatementLine):
            for name, value in _targets(part):
                held.setdefault(f"self.{name}", []).append(value)
    for function in nodes_of(home):
        if not isinstance(function, (cst.FunctionDef, cst.Lambda)):
            continue
        for parameter in parameters_of(function):
            held.setdefault(parameter.name, []).extend(
                [parameter.default] if parameter.default is not None else []
            )
        for name, value in _targets(function):
            held.setdefault(name, []).append(value)
    return held


def _targets(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    """The names that statements assign to, each with what it gets."""
    for found in nodes_of(node):
        targets: list[cst.BaseExpression]
        if isinstance(found, cst.Assign):
            targets = [each.target for each in found.targets]
        elif isinstance(found, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr)):
            targets = [found.target]
        else:
            continue
        for target in targets:
            match target:
                case cst.Name(value=name):
                    yield name, found.value
                case cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)):
                    yield f"self.{name}", found.value
                case cst.Tuple(elements=elements):
                    given: list[cst.BaseExpression | None] = [None] * len(elements)
                    if isinstance(found.value, cst.Tuple) and len(found.value.elements) == len(
                        given
                    ):
                        given = [each.value for each in found.value.elements]
                    for element, value in zip(elements, given, strict=True):
                        if isinstance(element.value, cst.Name):
                            yield element.value.value, value
