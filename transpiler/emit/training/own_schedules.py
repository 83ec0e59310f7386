"""Schedules of learning rates that are classes of the program's own: they compute with torch.

def __call__(self, step):                  def __call__(self, step):
    step = tf.cast(step, tf.float32)           step = torch.as_tensor(step, dtype=torch.float32)
    return self.rate * tf.sqrt(step)           return self.rate * torch.sqrt(step)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.interpret.context import FileContext
from transpiler.interpret.statics import rewritten
from transpiler.interpret.symbols import canonical
from transpiler.interpret.values import Framework, UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import read_text
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked, mentions, names_in
from transpiler.source.suites import is_docstring
from transpiler.source.tree import Tree

SCHEDULE = "keras.optimizers.schedules.LearningRateSchedule"  #: what such a class is derived from
#: Functions of one number, which torch has under the same name.
_ALIKE = frozenset({
    "sqrt", "rsqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "floor", "ceil",
    "square",
})  # fmt: skip
#: Functions of two numbers.
_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "pow": "**",
              "floordiv": "//", "mod": "%", "less": "<", "greater": ">", "less_equal": "<=",
              "greater_equal": ">="}  # fmt: skip
_PYTHONS = {"minimum": "min", "maximum": "max", "abs": "abs"}
_BOUNDS = {"minimum": "max", "maximum": "min"}  #: what a tensor is clamped by
_TENSORS = frozenset({"cast", "constant", "convert_to_tensor"})
_PACKAGES = frozenset(
    {"tf", "tf.math", "tf.dtypes", "keras.ops", "keras.backend", "tf.experimental"}
)
_TYPES = {"float16", "float32", "float64", "int32", "int64"}
_OF_KERAS = regex(r"super\([^)]*\)\.(?!__init__\(\))\w+")


def schedule_edits(file: FileContext, made: UserClass) -> list[Edit]:
    """The edits of its methods, in its own file, which compute with tensors of one number."""
    where = f"`{made.name}`"
    if len(made.node.bases) != 1 or made.node.keywords or made.node.decorators:
        raise Unsupported(f"{where} has several bases")
    if re.search(rf"^\s*class \w+\(.*\b{made.name}\b", file.tree.blanked, re.M):
        raise Unsupported(f"{where} is the base of another class")
    methods = [s for s in made.node.body.body if isinstance(s, cst.FunctionDef)]
    if any(method.decorators for method in methods):
        raise Unsupported(f"{where} has a method with a decorator")
    replaced: dict[tuple[int, int], str] = {}
    for method in methods:
        _rewrite(file, method.body, replaced, {_step_of(method), *_cast_in(file, method)})
    start, end = file.tree.span(made.node.body)
    edits = [Edit(first, last, text) for (first, last), text in replaced.items()]
    shifted = [Edit(e.start - start, e.end - start, e.text) for e in edits]
    rest = blanked(apply(file.tree.text[start:end], shifted))
    if (found := _OF_KERAS.search(rest)) is not None:
        raise Unsupported(f"{where} asks for `{found.group()}`")
    frameworks = {n for n, value in file.globals.items() if isinstance(value, Framework)}
    if used := sorted(n for n in frameworks & names_in(rest) if mentions(n, rest)):
        raise Unsupported(f"{where} uses `{used[0]}` in a way that is not translated")
    called = next((m for m in methods if m.name.value == "__call__"), None)
    if called is not None and edits and _is_called_by_hand(file, made.name):
        edits += _of_tensor(file, called)
    return edits


def _is_called_by_hand(file: FileContext, name: str) -> bool:
    """Whether the program asks a schedule for a rate itself: `[schedule(n) for n in range(9)]`."""
    texts = [file.tree.blanked]
    texts += (blanked(read_text(path)) for path in importing_files(file.path, rf"\b{name}\b"))
    made = re.compile(rf"([\w.]+)\s*=\s*(?:\w+\.)*{name}\(")
    for text in texts:
        objects = {re.escape(found) for found in made.findall(text)}
        called = "|".join((*objects, rf"{name}\([^()]*\)"))
        if re.search(rf"(?<![\w.])(?:{called})\(", text):
            return True
    return False


def _of_tensor(file: FileContext, method: cst.FunctionDef) -> list[Edit]:
    """The edit that makes a tensor of the step first, unless a statement does so at once."""
    body = method.body.body if isinstance(method.body, cst.IndentedBlock) else ()
    code, step = [s for s in body if not is_docstring(s)], _step_of(method)
    if not step or not code:
        return []
    start = file.tree.span(code[0])[0]
    source = file.tree.source(code[0])
    if re.match(rf"\w+ = (?:[\w.]+\.)?(?:cast|convert_to_tensor|constant)\({step}\b", source):
        rest = file.tree.source(method.body).partition(source)[2]
        if source.startswith(f"{step} =") or not mentions(step, rest):
            return []
    margin = " " * (start - file.tree.line_start(start))
    return [Edit(start, start, f"{step} = torch.as_tensor({step})\n{margin}")]


def _step_of(method: cst.FunctionDef) -> str:
    """The parameter that is the number of the step, a tensor, as long as it is no other one."""
    names = [p.name.value for p in method.params.params]
    return names[1] if method.name.value == "__call__" and len(names) == 2 else ""


def _cast_in(file: FileContext, method: cst.FunctionDef) -> set[str]:
    """The variables that a method surely gives tensors."""
    source = file.tree.source(method.body)
    known = {*_CAST.findall(source), _step_of(method)} - {""}
    given = [(n, one.value) for one in _assigned(method.body) for n in [_target(one)] if n]
    while more := {n for n, value in given if n not in known and _is_tensor(value, known)}:
        known |= more
    return {n for n in known if len(re.findall(rf"\b{n}\s*=(?!=)", source)) == 1}


def _assigned(node: cst.CSTNode) -> Iterator[cst.Assign]:
    for child in children_of(node):
        if isinstance(child, cst.Assign):
            yield child
        else:
            yield from _assigned(child)


def _target(one: cst.Assign) -> str:
    target = one.targets[0].target
    return target.value if len(one.targets) == 1 and isinstance(target, cst.Name) else ""


_CAST = regex(r"^\s*(\w+) = (?:\w+\.)*(?:cast|convert_to_tensor)\(", re.MULTILINE)


def _rewrite(
    file: FileContext, node: cst.CSTNode, replaced: dict[tuple[int, int], str], tensors: set[str]
) -> None:
    """Calls of the framework, from the inside out."""
    for child in children_of(node):
        _rewrite(file, child, replaced, tensors)
    if isinstance(node, cst.Call):
        text = _called(file, node, replaced, tensors)
        if text:
            replaced[file.tree.span(node)] = text


def _called(
    file: FileContext, node: cst.Call, replaced: dict[tuple[int, int], str], tensors: set[str]
) -> str:
    """What a call of the framework becomes, "" where it is none that is known."""
    package, _, name = _symbol(file, node.func).rpartition(".")
    if package not in _PACKAGES or any(a.star for a in node.args):
        return ""
    tree = file.tree
    given = [rewritten(tree, a.value, replaced) for a in node.args if a.keyword is None]
    named = {a.keyword.value: a for a in node.args if a.keyword is not None}
    named.pop("name", None)  # which only graphs show
    if name in _TENSORS and given and len(given) + len(named) <= 2:
        kind = [a.value for a in node.args[1:]]
        if set(named) - {"dtype"}:
            return ""
        return _tensor(file, given[0], kind)
    if named:
        return ""
    if name in _ALIKE and len(given) == 1:
        return f"torch.{name}({_as_tensor(given[0])})"
    if name in _BOUNDS and len(given) == 2 and (bound := _bounded(node, given, tensors)):
        return f"{bound[0]}.clamp({_BOUNDS[name]}={bound[1]})"
    if name in _PYTHONS and len(given) == (1 if name == "abs" else 2):
        return f"{_PYTHONS[name]}({', '.join(given)})"
    if name == "where" and len(given) == 3:
        return f"torch.where({', '.join(given)})"
    if name in _OPERATORS and len(given) == 2:
        left, right = (_wrapped(a.value, text) for a, text in zip(node.args, given, strict=True))
        return f"({left} {_OPERATORS[name]} {right})"
    if name == "cond" and len(given) == 3:
        return _condition(tree, node, given[0], replaced)
    return ""


def _as_tensor(text: str) -> str:
    """What a function of torch gets: Python's `max(step, 1)` may be the number."""
    return f"torch.as_tensor({text})" if _MAY_BE_PLAIN.search(text) else text


_MAY_BE_PLAIN = regex(r"\b(?:min|max)\((?:-?[\d.]+,|.*,\s*-?[\d.e-]+\))|^-?[\d.]+(?:e-?\d+)?$")


def _bounded(node: cst.Call, given: list[str], tensors: set[str]) -> tuple[str, str] | None:
    """The step, or what was made of it, and the number that bounds that."""
    plain = (cst.Integer, cst.Float, cst.Attribute, cst.Name)
    for one, other in ((0, 1), (1, 0)):
        number, held = node.args[other].value, node.args[one].value
        told = isinstance(number, plain) and not _is_tensor(number, tensors)
        if told and _is_tensor(held, tensors):
            return _wrapped(held, given[one]), given[other]
    return None


def _is_tensor(node: cst.BaseExpression, tensors: set[str]) -> bool:
    """Whether it surely is a tensor: what is computed with one, by any other number."""
    match node:
        case cst.Name(value=name):
            return name in tensors
        case cst.BinaryOperation(left=left, right=right):
            return _is_tensor(left, tensors) or _is_tensor(right, tensors)
        case cst.UnaryOperation(expression=inner):
            return _is_tensor(inner, tensors)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)), args=given):
            alike = name in _ALIKE or name in _BOUNDS or name in _TENSORS
            return alike and any(_is_tensor(a.value, tensors) for a in given)
    return False


def _tensor(file: FileContext, value: str, kind: list[cst.BaseExpression]) -> str:
    if not kind:
        return f"torch.as_tensor({value})"
    name = _symbol(file, kind[0]).rpartition(".")[2]
    if isinstance(kind[0], cst.SimpleString):
        name = str(kind[0].evaluated_value)
    return f"torch.as_tensor({value}, dtype=torch.{name})" if name in _TYPES else ""


def _condition(tree: Tree, node: cst.Call, test: str, replaced: dict[tuple[int, int], str]) -> str:
    """`tf.cond(step < warmup, lambda: rising, lambda: falling)`."""
    branches = []
    for argument in (a for a in node.args[1:] if a.keyword is None):
        function = argument.value
        if not isinstance(function, cst.Lambda) or function.params.params:
            return ""
        branches.append(rewritten(tree, function.body, replaced))
    return f"({branches[0]} if {test} else {branches[1]})"


def _wrapped(node: cst.BaseExpression, text: str) -> str:
    plain = (cst.Name, cst.Attribute, cst.Call, cst.Integer, cst.Float, cst.Subscript)
    return text if isinstance(node, plain) else f"({text})"


def _symbol(file: FileContext, node: cst.BaseExpression) -> str:
    """The canonical name of a part of the framework, "" where it is none."""
    names = list(_names(node))
    value = file.globals.get(names[0]) if names else None
    return canonical(".".join([value.name, *names[1:]])) if isinstance(value, Framework) else ""


def _names(node: cst.BaseExpression) -> Iterator[str]:
    if isinstance(node, cst.Attribute):
        yield from _names(node.value)
        yield node.attr.value
    elif isinstance(node, cst.Name):
        yield node.value
