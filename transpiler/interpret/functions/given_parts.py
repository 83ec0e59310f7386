"""Functions that give parts of the training: what a call gives, as if it stood at the call.

def get_callbacks(patience, path="best.h5"):
    stopping = EarlyStopping(patience=patience)
    return [stopping, ModelCheckpoint(path)]

def get_optimizer(rate=0.01):
    return SGD(rate, momentum=0.9)

Methods likewise: what they read of `self` is read where they were called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import libcst as cst

from transpiler.interpret.control.perhaps import is_callback, joined_callbacks
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.functions.done_first import (
    Acting,
    acts,
    given_a_value,
    places_of_names,
    speaks_of_parts,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import (
    Choice,
    Framework,
    Function,
    Mapping,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
)
from transpiler.ir.expr import UNKNOWN, Configured, Expr, expr
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import may_act
from transpiler.source.modules import only_compiles
from transpiler.source.suites import assigned_names, is_docstring

#: What an argument may be made of that is written in another place, or several times.
_STEADY = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.JoinedStr,
    ast.FormattedValue, ast.Call, ast.operator, ast.unaryop, ast.expr_context, ast.Tuple,
    ast.keyword, ast.Compare, ast.cmpop, ast.BoolOp, ast.boolop,
)  # fmt: skip
#: A call that is noted where it stands.
_TRAINS = regex(r"\.(?:compile|fit|evaluate|predict|train_on_batch|test_on_batch)\w*\(")
#: What a function must speak of, one way or another.
_MENTIONED = (
    "callback", "optimizer", "schedule", "loss", "metric", "adam", "sgd", "rmsprop", "regularizer",
    "l1(", "l2(", "checkpoint", "stopping", "tensorboard",
)  # fmt: skip
_CALLBACK, _OPTIMIZER = "keras.callbacks.", "keras.optimizers."
_METRIC, _LOSS, _REGULARIZER = "keras.metrics.", "keras.losses.", "keras.regularizers."
_PARTS = (_CALLBACK, _OPTIMIZER, _METRIC, _LOSS, _REGULARIZER)
#: The functions of the framework that give a loss, or a metric, by its name.
_GETS = ("get", "deserialize")
#: Names of its functions that are written as those of classes.
SHORT_NAMES = ("MSE", "MAE", "MAPE", "MSLE", "KLD")


def given_parts(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> Sequence | Static | None:
    """What such a call gives, None where it gives something else, or is not understood."""
    made = function.node
    if not isinstance(made, cst.FunctionDef) or made.decorators:
        return None
    if function.file is not None and function.file is not region.file:
        _note_elsewhere(region, node, function)
        return None
    if function.nested_in != function.owner or function.frame is not None:
        return None
    if function.owner and not _is_of_this_object(region, node, function):
        return None
    if not is_about_parts(region, function) or _runs_already(region, made):
        return None
    inner = _bound(region, function, bound)
    if inner is None or shadows(region, made, inner):
        return None
    acting = Acting(region, node, function)
    try:
        with region.apart(inner), _within(region, acting):  # metrics are made as often as it runs
            found = _Body(region, inner, acting).run(made.body.body)
        if acting.lines and not isinstance(found, Sequence):
            if found is None or not _is_callback(found):
                return None
        acting.note()
    except GiveUp:
        if region.acting is not None:  # what calls it can't be written without it
            raise
        return None
    if isinstance(found, Static) and _is_part(found, *_PARTS):
        if _is_part(found, _OPTIMIZER):
            region.note_optimizer(region.tree.span(node), found)
    elif isinstance(found, Sequence) and are_parts(found):
        found = Sequence(found.items, list)
    else:
        return None
    if isinstance(found, Static) and _is_part(found, _REGULARIZER):
        region.inlined.append(function)  # it is a part of the model, too
    else:
        region.file.giving_calls.setdefault(made, {})[id(node)] = node
    return found


def _runs_already(region: Region, made: cst.FunctionDef) -> bool:
    """Whether a function calls itself."""
    around = region.acting
    while around is not None and around.node is not made:
        around = around.outer
    return around is not None


@contextmanager
def _within(region: Region, acting: Acting) -> Iterator[None]:
    """What functions do that this one calls, it does."""
    outer, region.acting = region.acting, acting
    try:
        yield
    finally:
        region.acting = outer


def _note_elsewhere(region: Region, node: cst.CSTNode, function: Function) -> None:
    """Keep of a call of a function of another file that it may give such parts."""
    plain = isinstance(node, cst.Call) and not function.owner and not function.nested_in
    if only_compiles(region.tree.blanked):  # it goes with the model to who trains that
        return
    if plain and is_about_parts(function.file.module, function):
        region.file.parts_elsewhere[id(node)] = (node, function)


def _is_of_this_object(region: Region, node: cst.CSTNode, function: Function) -> bool:
    """Whether a method calls it on its own `self`: what it reads of that means the same there."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    own = region.methods.get(function.name)
    known = own is not None and own.node is function.node
    plain = function.parameter == "" and not function.of_class
    return known and plain and getattr(node.func.value, "value", "") == "self"


def is_about_parts(region: Region, function: Function) -> bool:
    """Whether each part of the framework that a function calls is one of the training."""
    known = region.file.gives_parts
    key = id(function.node)
    assert isinstance(function.node, cst.FunctionDef)
    if key not in known:
        code = region.tree.code(function.node)
        said = _without_docstring(region, function.node).lower()
        known[key] = (
            any(word in said for word in _MENTIONED)
            and not _TRAINS.search(code)
            and not ("lambda" in code and _writes_own_names(region, function.node))
            and (
                calls_only_parts(function, function.node)
                or _calls_those_that_give_them(region, function)
            )
        )
    return known[key]


def _calls_those_that_give_them(region: Region, function: Function) -> bool:
    """Whether a function leaves it to others of its file to make parts, and makes nothing else."""
    region.file.gives_parts[id(function.node)] = False  # where it calls itself
    called = [symbol_of(function, call.func) for call in calls_in(function.node)]
    own = [one for one in called if isinstance(one, Function) and one.file in (None, function.file)]
    others = [one.name for one in called if isinstance(one, Framework)]
    giving = [one for one in own if isinstance(one.node, cst.FunctionDef)]
    return any(is_about_parts(region, one) for one in giving) and all(
        name.startswith(_PARTS) and not _computes(name) for name in others
    )


def _without_docstring(region: Region, function: cst.FunctionDef) -> str:
    """The source of a function, with its strings: a callback may speak of its monitor only."""
    start, end = region.tree.span(function)
    first = function.body.body[0]
    cut = region.tree.span(first) if is_docstring(first) else (end, end)
    return region.tree.text[start : cut[0]] + region.tree.text[cut[1] : end]


def _writes_own_names(region: Region, function: cst.FunctionDef) -> bool:
    """Whether a lambda, which comes out as it is, reads what only it has."""
    own = {parameter.name for parameter in parameters_of(function)} - {"self"}
    pending: list[cst.CSTNode] = [function.body]
    read = set()
    while pending:
        node = pending.pop()
        pending += () if isinstance(node, cst.Raise) else children_of(node)
        if isinstance(node, cst.AssignTarget):
            own.update(assigned_names(node.target))
        elif isinstance(node, cst.Lambda):
            taken = parameters_of(node)
            read |= region.tree.names(node.body) - {parameter.name for parameter in taken}
            defaults = [p.default for p in taken if p.default is not None]
            read.update(*map(region.tree.names, defaults))
    return bool(own & read)


def calls_only_parts(function: Function, node: cst.CSTNode) -> bool:
    """Whether all that is called of the framework in a part of a function is one of these."""
    symbols = [symbol_of(function, call.func) for call in calls_in(node)]
    called = [symbol.name for symbol in symbols if isinstance(symbol, Framework)]
    return bool(called) and all(name.startswith(_PARTS) and not _computes(name) for name in called)


def _computes(name: str) -> bool:
    """Whether a call gives numbers: `losses.mse(y, p)`, where `losses.Huber()` is an object."""
    asked = name.rpartition(".")[2]
    function = asked.islower() or asked in SHORT_NAMES
    return name.startswith((_LOSS, _METRIC)) and function and asked not in _GETS


def calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    """All calls in a node."""
    pending = [node]
    while pending:
        node = pending.pop()
        pending += children_of(node)
        if type(node) is cst.Call:
            yield node


def are_parts(found: Sequence) -> bool:
    """Whether a list has callbacks, or metrics, of Keras in it and nothing that is none."""
    if all(_is_callback(item) for item in found.items):
        return any(isinstance(i, Choice) or _is_part(i, _CALLBACK) for i in found.items)
    named = (isinstance(i, Static) and isinstance(i.expr.value, str) for i in found.items)
    metrics = [_is_part(item, _METRIC) for item in found.items]
    return any(metrics) and all(a or b for a, b in zip(metrics, named, strict=True))


def _bound(region: Region, function: Function, bound: dict[str, Value]) -> dict[str, Value] | None:
    """The arguments of all parameters, None where one of them can't be written anywhere."""
    found: dict[str, Value] = {}
    for parameter in parameters_of(function.node):
        value = bound.get(parameter.name)
        if value is None and parameter.default is not None and not parameter.star:
            value = _default(region, parameter.default)
        if isinstance(value, UserClass) and not value.bases:  # that holds settings
            value = Static(Expr(value.name))
        written = value.expr if isinstance(value, Static) else None
        if isinstance(value, Mapping):
            written = value.static
        if value is None or written is None or not _is_steady(written.text):
            return None
        found[parameter.name] = value
    return found


def _default(region: Region, node: cst.BaseExpression) -> Static | None:
    """A default that is a literal, or a class of the program that holds settings."""
    if isinstance(node, cst.Name) and isinstance(region.file.globals.get(node.value), UserClass):
        return Static(region.scope.read(node.value))
    if isinstance(node, cst.Name) and node.value == "None":
        return Static(expr(None))
    known = constant_of(node)
    return Static(expr(known)) if known is not None else None


def _is_steady(text: str) -> bool:
    """Whether an expression gives the same wherever it is written, and does nothing else."""
    try:
        parsed = ast.parse(text, mode="eval").body
    except SyntaxError:
        return False
    plain = all(isinstance(node, _STEADY) for node in ast.walk(parsed))
    return plain and not may_act(text)


def constant_of(node: cst.BaseExpression) -> Any:
    """The value of a literal, None where it is another expression."""
    if isinstance(node, (cst.Integer, cst.Float, cst.SimpleString)):
        return node.evaluated_value
    return {"True": True, "False": False}.get(node.value) if isinstance(node, cst.Name) else None


def shadows(region: Region, made: cst.CSTNode, inner: dict[str, Value]) -> bool:
    """Whether a name of the function means something else where it is called."""
    if region.is_module:
        return False
    own = {*inner, *given_a_value(made)}
    read = {place.value for place in places_of_names(made)} - own
    return any(name in region.scope.values for name in read)


def is_one_part(value: Value) -> bool:
    """Whether it is one optimizer, loss, metric or callback."""
    return _is_part(value, *_PARTS)


def _is_callback(value: Value) -> bool:
    if isinstance(value, Choice):
        return is_callback(value)
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, UserClass):
        return made.bases == ("keras.callbacks.Callback",)
    return _is_part(value, _CALLBACK)


def _is_part(value: Value, *kinds: str) -> bool:
    """Whether it is an object of Keras of some kinds, known by what it is made with."""
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Configured) or not made.name.startswith(kinds):
        return False
    # Keras numbers metrics without a name, and how often the function runs is not known
    return not made.name.startswith(_METRIC) or "name" in dict(made.kwargs)


class _Body:
    """The statements of such a function, of which few kinds are understood."""

    def __init__(self, region: Region, values: dict[str, Value], acting: Acting) -> None:
        self.region, self.acting = region, acting
        region.inline = self.values = values
        acting.begin(values)

    def run(self, body: object) -> Value | None:
        """What it gives; statements after the `return` are not looked at."""
        assert isinstance(body, (tuple, list))
        for statement in body:
            self.acting.statement = statement
            if isinstance(statement, cst.If) and self._is_followed(statement):
                found = self._branch(statement)
            elif acts(statement):
                self.acting.act(statement, self.values)
                found = None
            elif isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
                found = self._small(statement.body[0], statement)
            else:
                return None
            if found is not None:
                return found
        return None

    def _is_followed(self, node: cst.If) -> bool:
        """Whether it counts which way is taken; else both are done where the call stands."""
        known = constant(evaluate(self.region, node.test))
        return known is not UNKNOWN or speaks_of_parts(node)

    def _branch(self, node: cst.If) -> Value | None:
        """The way that is taken, or both where that is only known when the program runs."""
        test = evaluate(self.region, node.test)
        orelse = node.orelse
        other: object = (orelse,) if isinstance(orelse, cst.If) else ()
        if isinstance(orelse, cst.Else):
            other = orelse.body.body
        known = constant(test)
        if known is not UNKNOWN:
            return self.run(node.body.body if known else other)
        if not isinstance(test, Static):
            raise GiveUp("a condition that is not understood among callbacks", node)
        before, done = dict(self.values), len(self.acting.lines)
        ways = []
        for body in (node.body.body, other):
            self._go_on(before)
            if self.run(body) is not None:
                raise GiveUp("what a function gives is one of two by a condition", node)
            ways.append(dict(self.values))
        if len(self.acting.lines) > done:
            raise GiveUp("what is done among callbacks depends on a condition", node)
        self._go_on(self._joined(test, *ways))
        return None

    def _go_on(self, values: dict[str, Value]) -> None:
        self.region.inline = self.values = dict(values)

    def _joined(
        self, test: Static, then: dict[str, Value], otherwise: dict[str, Value]
    ) -> dict[str, Value]:
        """The variables that are the same on both ways, and lists that have more on one."""
        found: dict[str, Value] = {}
        for name in then.keys() | otherwise.keys():
            one, other = then.get(name), otherwise.get(name)
            both = one if one is other else None
            if both is None and one is not None and other is not None:
                both = joined_callbacks(test, one, other)
            found[name] = Unknown(f"`{name}`, by a condition") if both is None else both
        return found

    def _small(self, node: cst.CSTNode, line: cst.CSTNode) -> Value | None:
        match node:
            case cst.Return(value=cst.BaseExpression() as given):
                return evaluate(self.region, given)
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(name))], value=given
            ) | cst.AnnAssign(target=cst.Name(name), value=cst.BaseExpression() as given):
                self._keep(name, evaluate(self.region, given), line)
            case cst.Expr(value=cst.SimpleString()):
                pass
            case cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=cst.Name(name), attr=cst.Name("append")),
                    args=[cst.Arg(value=given)],
                )
            ):
                self._extend(name, (evaluate(self.region, given),), node)
            case cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=cst.Name(name), attr=cst.Name("extend")),
                    args=[cst.Arg(value=given)],
                )
            ) | cst.AugAssign(target=cst.Name(name), operator=cst.AddAssign(), value=given):
                more = evaluate(self.region, given)
                if not isinstance(more, Sequence):
                    raise GiveUp("a list is extended by something else", node)
                self._extend(name, tuple(more.items), node)
            case _:
                raise GiveUp("a statement that is not understood among callbacks", node)
        return None

    def _extend(self, name: str, more: tuple[Value, ...], node: cst.CSTNode) -> None:
        held = self.values.get(name)
        if not isinstance(held, Sequence):
            raise GiveUp("something else than a list is extended", node)
        self.values[name] = Sequence((*held.items, *more), list)

    def _keep(self, name: str, value: Value, line: cst.CSTNode) -> None:
        whole = isinstance(value, Sequence) or _is_callback(value) or _is_part(value, *_PARTS)
        if isinstance(value, Static) and not whole and self.acting.keeps(name, value.expr.text):
            value = self.acting.assign(name, value.expr, self.values, line)
        text = value.expr.text if isinstance(value, Static) else ""
        if not whole and not _is_steady(text):
            raise GiveUp("a variable among callbacks that is not plain")
        self.values[name] = value
