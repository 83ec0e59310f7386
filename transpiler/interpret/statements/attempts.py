"""`try`, and `with` where that lets exceptions pass.

Names have there what one of several ways may have given them; what an attempt changes in place, or
a block that may not run, is not known behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from transpiler.interpret.context import Array, Shape
from transpiler.interpret.control.suites import MISSING, body_of, note_changes, run_block
from transpiler.interpret.dispatch import evaluate, executes, provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.statements.idle_attempts import keep_what_may_fail
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.statements.sureness import cannot_fail, may_pass
from transpiler.interpret.statements.targets import assign_value
from transpiler.interpret.statics import constant, is_plain
from transpiler.interpret.strategies import enter_scope
from transpiler.interpret.values import (
    Choice,
    Framework,
    Function,
    Mapping,
    Model,
    Namespace,
    PerhapsModel,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    models_in,
)
from transpiler.ir.expr import UNKNOWN, Configured
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.suites import assigned_names


@executes(cst.With)
def with_statement(region: Region, node: cst.With) -> None:
    before, idle = _State(region), {*region.idle}
    passing = False
    code = "\n".join(region.tree.source(item.item) for item in node.items)
    note_changes(region, code)
    for item in node.items:
        region.statement = node
        value = evaluate(region, item.item)
        passing = passing or may_pass(region, item.item, value)
        enter_scope(region, node, value)
        if item.asname is not None:
            target: cst.BaseExpression = item.asname.name
            if isinstance(target, (cst.Attribute, cst.Subscript)):
                assign_value(region, target, Unknown(_OF_WITH), node, None)
            for name in assigned_names(item.asname.name):
                region.scope.bump(name)
                given: Value = Unknown(_OF_WITH)
                if isinstance(value, Static) and not value.expr.known:  # a file, as a rule
                    given = Static(region.scope.read(name))
                region.scope.values[name] = given
        if not region.is_module and not isinstance(value, (Framework, Unknown)):
            if region.tensor_order or region.graph_events:
                raise GiveUp("a `with` statement in a function that builds or trains a model", node)
            region.entered.append(node)  # it may be one that only trains, or turn out not to be
    with _attempting(region, passing):
        run_block(region, body_of(node.body))
    note_changes(region, code)
    if passing:
        region.scope.values |= before.perhaps(node)
        keep_what_may_fail(region, node, idle, [])


@executes(cst.Try)
def try_statement(region: Region, node: cst.Try) -> None:
    """Names have what the body gives them if it can't fail, and else what one of the ways does."""
    idle = {*region.idle}
    if region.is_module or _only_imports(node.body):
        _run_ways(region, node)
    else:
        _run_attempt(region, node)
    kinds = {kind for handler in node.handlers for kind in _caught(handler)}
    if kinds - _NOT_OF_SETTINGS:
        others = [node.orelse.body] if node.orelse is not None else []
        keep_what_may_fail(region, node, idle, [*(h.body for h in node.handlers), *others])


def _run_ways(region: Region, node: cst.Try) -> None:
    arrays, versions = dict(region.file.arrays), dict(region.scope.versions)
    rest = _run_surely(region, node)
    before = _State(region)
    outer = region.attempts > 0  # what leaves this one may be caught there
    passing = [h.body for h in node.handlers if outer or not _ends(h.body)]
    with _attempting(region, bool(node.handlers)):
        run_block(region, rest)
    failed = before.perhaps(node) if rest and passing else {}
    done = dict(region.scope.values)
    tried = _State(region)
    if node.orelse is not None:
        run_block(region, body_of(node.orelse.body))
        if rest and passing:
            tried.refuse_added(node.orelse)
    known, sizes = dict(region.scope.values), dict(region.file.arrays)
    ways = [known]
    for handler in node.handlers:
        region.scope.values |= {**done, **failed}
        tried = _State(region)
        run_block(region, body_of(handler.body))
        if handler.body in passing:
            tried.refuse_added(handler)
            _forget_sizes(region, arrays, versions, sizes)
            ways.append(dict(region.scope.values))
    if len(ways) == 1:
        region.scope.values |= known
    _join_ways(region, ways, not rest)
    for name in _imported(node.body):
        if isinstance(region.scope.values.get(name), (Sequence, Mapping, Static)):
            if region.scope.values[name] is not known.get(name):  # only what is there if not
                region.scope.values[name] = Static(region.scope.read(name))
    if node.finalbody is not None:
        run_block(region, body_of(node.finalbody.body))


_OF_WITH = "what a `with` statement gives"
_SET_IN_TRY = "`{}` is set in a `try`"


@provides("run_perhaps")
def run_perhaps(region: Region, node: cst.CSTNode, statements: tuple[cst.CSTNode, ...]) -> bool:
    """Run what stands behind an attempt that may go on with the next round, `except: continue`."""
    before = _State(region)
    ended = run_block(region, statements)
    region.scope.values |= before.perhaps(node)
    return ended


@contextmanager
def _attempting(region: Region, caught: bool = True) -> Iterator[None]:
    """A block is open around which exceptions may be caught."""
    region.attempts += caught
    try:
        yield
    finally:
        region.attempts -= caught


def _run_surely(region: Region, node: cst.Try) -> tuple[cst.CSTNode, ...]:
    """Run the first statements of an attempt, those that can't fail; the others are given."""
    body = body_of(node.body)
    kinds = {kind for handler in node.handlers for kind in _caught(handler)}
    if kinds == {_INTERRUPT} and not _RAISES.search(region.tree.blanked):
        run_block(region, body)
        return ()
    done = 0
    while kinds <= {*MISSING, "TypeError"} and body[done:] and cannot_fail(region, body[done]):
        run_block(region, (body[done],))
        done += 1
    return body[done:]


#: What no call of Keras raises that only sets something.
_NOT_OF_SETTINGS = frozenset(
    {"KeyboardInterrupt", "SystemExit", "ImportError", "ModuleNotFoundError", "FileNotFoundError"}
)
#: What ends a program from outside, and what a program does so itself.
_INTERRUPT = "KeyboardInterrupt"
_RAISES = regex(r"\braise\s+KeyboardInterrupt\b|\binterrupt_main\b")


def _is_configured(value: Value) -> bool:
    return isinstance(value, Static) and isinstance(value.expr.value, Configured)


def _caught(handler: cst.ExceptHandler) -> Iterator[str]:
    """The kinds of exceptions that a handler is for; "" for others than named ones."""
    kinds = [handler.type]
    if isinstance(handler.type, cst.Tuple):
        kinds = [element.value for element in handler.type.elements]
    yield from (kind.value if isinstance(kind, cst.Name) else "" for kind in kinds)


class _State:
    """What is known where something begins that may not run, or not to its end."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.values, self.versions = dict(region.scope.values), dict(region.scope.versions)
        self.added = {m: len(m.additions) for m in self.values.values() if isinstance(m, Model)}

    def perhaps(self, node: cst.CSTNode) -> dict[str, Value]:
        """What is known of the names that it sets, or changes in place, where it may fail."""
        self.refuse_added(node)
        scope = self.region.scope
        found: dict[str, Value] = {}
        for name, value in scope.values.items():
            times = scope.versions.get(name, 0) - self.versions.get(name, 0)
            before = self.values.get(name, value)
            if times > 1 or (times and name in self.values) or _is_filled(before, value):
                found[name] = _one_of(scope, name, [before, value], times)
            elif isinstance(value, Model) and name not in self.values and value.additions:
                found[name] = PerhapsModel(_SET_IN_TRY.format(name), models=(value,))
        return found

    def refuse_added(self, node: cst.CSTNode) -> None:
        """Refuse layers that a Sequential gets, or loses, where only a run tells."""
        for model, number in self.added.items():
            if len(model.additions) != number:
                raise GiveUp("the model is another one where an attempt fails", node)


def _is_filled(before: Value, after: Value) -> bool:
    """Whether a list or dict has got something else in place."""
    if isinstance(before, Sequence) and isinstance(after, Sequence):
        return before.items != after.items
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.items != after.items
    return False


def _one_of(scope: Scope, name: str, values: list[Value], times: int = 1) -> Value:
    """What is known of a name that has one of some values, the last if they are alike."""
    last = values[-1]
    if isinstance(last, (Framework, Unknown)) and not isinstance(last, PerhapsModel):
        return last
    if _is_called(last) and all(v is last or _is_none(v) for v in values):
        return last  # it is there where it is called
    if models := models_in(*values):
        alike = all(value is last for value in values)
        return last if alike else PerhapsModel(_SET_IN_TRY.format(name), models=models)
    if not all(is_plain(value) and not _is_configured(value) for value in values):
        alike = all(_is_same(value, last) for value in values) and times == 1
        return last if alike else Unknown(_SET_IN_TRY.format(name))
    known = [constant(value) for value in values]
    one = known[-1]
    if all(type(other) is type(one) and other == one for other in known) and times == 1:
        return last
    return Static(scope.read(name)) if any(v is not UNKNOWN for v in known) else last


def _is_called(value: Value) -> bool:
    """Whether it is a module, class or function, whichever of two versions it is."""
    if isinstance(value, Choice):
        return all(map(_is_called, value.options))
    return isinstance(value, (Framework, Function, UserClass))


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.known and value.expr.value is None


def _is_same(one: Value, other: Value) -> bool:
    """Whether both are the same object, or what two spellings of an import bring of one file."""
    if isinstance(one, Namespace) and isinstance(other, Namespace):
        if one.items.keys() != other.items.keys():
            return False
        return all(_is_same(value, other.items[name]) for name, value in one.items.items())
    if isinstance(one, (Function, UserClass)) and isinstance(other, (Function, UserClass)):
        return one.node is other.node
    return one is other


def _join_ways(region: Region, ways: list[dict[str, Value]], surely: bool) -> None:
    """Names have the value of one of several ways that a `try` may have gone, its body's first.

    That is the only one if it `surely` is gone.
    """
    scope = region.scope
    if surely:
        scope.values |= ways[0]
        return
    for name, value in scope.values.items():
        held = [way[name] for way in reversed(ways) if name in way]
        if any(other is not value for other in held):
            scope.values[name] = _one_of(scope, name, held)


_LEAVING = frozenset({"sys.exit", "exit", "quit", "os._exit"})


def _ends(suite: cst.BaseSuite) -> bool:
    """Whether nothing comes behind a block."""
    line = suite.body[-1] if suite.body else None
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    match line.body[-1]:
        case cst.Raise():
            return True
        case cst.Expr(value=cst.Call(func=called)):
            return dotted(called) in _LEAVING
    return False


def _forget_sizes(
    region: Region, before: dict[str, Array], versions: dict[str, int], tried: dict[str, Array]
) -> None:
    """The sizes of arrays are not known that an attempt changes, which may end before that."""
    arrays = region.file.arrays
    for name, array in arrays.items():
        held = [before.get(name)] if versions.get(name.partition(".")[0]) else []
        held += [tried[name]] if name in tried else []
        shape = array.shape
        for one in held:
            shape = _either(shape, one.shape if one is not None else None)
        if shape != array.shape:
            arrays[name] = replace(array, shape=shape)
            region.file.reshaped.add(name)


def _either(one: Shape | None, other: Shape | None) -> Shape | None:
    """The sizes of an array that is one of two."""
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def _run_attempt(region: Region, node: cst.Try) -> None:
    """A `try` of a function that trains or asks models: what it sets is not known behind it."""
    suites = [node.body, *(handler.body for handler in node.handlers)]
    suites += [part.body for part in (node.orelse, node.finalbody) if part is not None]
    before, events = region.scope.copy(), region.graph_events
    idle, known = len(region.idle), {*region.settled}
    ways = [before.values]
    with region.collecting():
        for suite in suites:
            run_block(region, body_of(suite))
            ways.append(dict(region.scope.values))
    returns = any(_returns(suite) for suite in suites)
    lists = (
        region.settled[span].startswith("[torch.device(") for span in {*region.settled} - known
    )
    only_sets = len(region.idle) > idle and all(lists)
    stays = region.training or (only_sets and not returns)
    if region.graph_events != events or not stays:
        raise GiveUp("`try` in a function that builds or trains a model", node)
    after = region.scope
    for name in [n for n, v in after.versions.items() if before.versions.get(n, 0) != v]:
        after.bump(name)
        models = models_in(*(way[name] for way in ways if name in way))
        reason = _SET_IN_TRY.format(name)
        after.values[name] = PerhapsModel(reason, models=models) if models else Unknown(reason)


def _returns(node: cst.CSTNode) -> bool:
    """Whether a function is left in a suite."""
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return False
    return isinstance(node, cst.Return) or any(map(_returns, children_of(node)))


def _imported(suite: cst.BaseSuite) -> Iterator[str]:
    """The names that the imports of a block take from modules."""
    for statement in suite.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Import):
                names = (a.asname.name if a.asname is not None else a.name for a in small.names)
                yield from (dotted(name).partition(".")[0] for name in names)
            elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                for one in small.names:
                    name = one.asname.name if one.asname is not None else one.name
                    if isinstance(name, cst.Name):
                        yield name.value


def _only_imports(suite: cst.BaseSuite) -> bool:
    return all(
        isinstance(s, cst.SimpleStatementLine)
        and all(isinstance(b, (cst.Import, cst.ImportFrom)) for b in s.body)
        for s in suite.body
    )
