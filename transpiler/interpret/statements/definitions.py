"""Definitions and imports, and the `try` and `with` around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

import libcst as cst

from transpiler.interpret.context import Array, Shape
from transpiler.interpret.control.suites import MISSING, body_of, run_block
from transpiler.interpret.dispatch import evaluate, evaluates, executes, provided
from transpiler.interpret.functions.closures import changes_in_place, joined
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.statements.imports import dotted, import_from, import_module
from transpiler.interpret.statements.injected import injected
from transpiler.interpret.statements.targets import assign_value
from transpiler.interpret.statics import constant, is_plain
from transpiler.interpret.strategies import enter_scope
from transpiler.interpret.symbols import is_framework
from transpiler.interpret.values import (
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
    is_graph,
    models_in,
)
from transpiler.ir.code import Comments, Line
from transpiler.ir.expr import UNKNOWN, Configured
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import locate, real_path
from transpiler.source.lexical import words_in
from transpiler.source.suites import assigned_names


@executes(cst.Import)
def import_statement(region: Region, node: cst.Import) -> None:
    import_module(region, node)


@executes(cst.ImportFrom)
def from_import(region: Region, node: cst.ImportFrom) -> None:
    import_from(region, node)


@executes(cst.FunctionDef)
def function_def(region: Region, node: cst.FunctionDef) -> None:
    closure = (
        {**region.scope.outer, **region.scope.values}
        if not region.is_module
        else region.scope.values
    )
    made = Function(node.name.value, node, closure, nested_in=region.name, file=region.file)
    made = joined(region.file, made)
    name = node.name.value
    _forget_namesakes(region, name)
    region.scope.bump(name)
    region.scope.values[name] = made
    if region.is_module and name in region.tree.rebound:
        region.scope.values[name] = Unknown(
            f"`{name}` is defined again after it may have been called"
        )
    region.local_functions.append(made)
    builds = mentions_framework(region.file, made)
    if not region.is_module and not builds:
        _emit_definition(region, node)
    dicts = {n for n, v in region.scope.values.items() if _is_plain_dict(v)}
    for changed in changes_in_place(region.tree.source(node), dicts):
        region.scope.values[changed] = Static(region.scope.read(name))  # whenever it is called
    if region.is_module:
        for given, part in injected(region, node).items():
            region.scope.bump(given)
            region.scope.values[given] = part
            region.file.mentions.clear()


def _forget_namesakes(region: Region, name: str) -> None:
    """Give up other names of a function whose own name another one gets."""
    values = region.scope.values
    before = values.get(name)
    if not isinstance(before, Function):
        return
    for other, held in [*values.items()]:
        if other != name and _has(held, before):
            values[other] = Unknown(f"`{name}`, which `{other}` holds, is defined again")


def _has(held: Value, function: Function) -> bool:
    items: Iterable[Value] = (held,)
    if isinstance(held, (Mapping, Sequence)):
        items = held.items.values() if isinstance(held, Mapping) else held.items
    return any(isinstance(one, Function) and one.node is function.node for one in items)


def _is_plain_dict(value: Value) -> bool:
    held = isinstance(value, Mapping) and not is_graph(value)
    return held or (isinstance(value, Static) and value.either is not None)


def _emit_definition(region: Region, node: cst.FunctionDef) -> None:
    """A function on plain values inside of one that builds a graph: whoever calls it defines it."""
    start, end = region.tree.span(node)
    margin = start - region.tree.line_start(start)
    first, *rest = region.tree.text[start:end].rstrip().split("\n")
    text = "\n".join([first, *(line[margin:] for line in rest)])
    words = words_in(text) - {node.name.value}
    uses = frozenset(words & (set(region.scope.values) | set(region.parameters)))
    apart = Comments(() if node.leading_lines else ("",))
    name = frozenset({node.name.value})
    with region.within(node):
        for emit in (region.emit_init, region.emit_forward):
            emit(Line(text, name, uses, static=True, comments=apart))


@executes(cst.ClassDef)
def class_def(region: Region, node: cst.ClassDef) -> None:
    provided("define_class")(region, node)


@executes(cst.With)
def with_statement(region: Region, node: cst.With) -> None:
    held, versions = dict(region.scope.values), dict(region.scope.versions)
    for item in node.items:
        region.statement = node
        value = evaluate(region, item.item)
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
    run_block(region, body_of(node.body))
    if any(_SUPPRESS in region.tree.source(item.item) for item in node.items):
        _refuse_added(region, [node.body])
        region.scope.values |= _perhaps_unset(region, held, versions)


@executes(cst.Try)
def try_statement(region: Region, node: cst.Try) -> None:
    """`try` around imports: the first way that works when converting is taken."""
    if region.is_module or _only_imports(node.body):
        before, versions = dict(region.file.arrays), dict(region.scope.versions)
        held = dict(region.scope.values)
        run_block(region, body_of(node.body))
        _refuse_added(region, [handler.body for handler in node.handlers])
        lacking = all(map(_catches_missing, node.handlers)) and _is_surely_there(region, node.body)
        failed = _perhaps_unset(region, held, versions, lacking)
        if node.orelse is not None:
            run_block(region, body_of(node.orelse.body))
        known, tried = dict(region.scope.values), dict(region.file.arrays)
        ways = [known]
        for handler in node.handlers:
            region.scope.values |= {**known, **failed}
            run_block(region, body_of(handler.body))
            if not _ends(handler.body):
                _forget_sizes(region, before, versions, tried)
                ways.append(dict(region.scope.values))
        if len(ways) == 1:
            region.scope.values |= known
        _join_ways(region, ways, lacking)
        for name in _imported(node.body):
            if isinstance(region.scope.values.get(name), (Sequence, Mapping, Static)):
                if region.scope.values[name] is not known.get(name):  # only what is there if not
                    region.scope.values[name] = Static(region.scope.read(name))
        if node.finalbody is not None:
            run_block(region, body_of(node.finalbody.body))
        return
    _run_attempt(region, node)


_OF_WITH = "what a `with` statement gives"
_SUPPRESS = "suppress("  #: of `contextlib`
_SET_IN_TRY = "`{}` is set in a `try`"


def _is_configured(value: Value) -> bool:
    return isinstance(value, Static) and isinstance(value.expr.value, Configured)


def _catches_missing(handler: cst.ExceptHandler) -> bool:
    """Whether it is there for versions that lack something, or an argument."""
    kinds = [handler.type]
    if isinstance(handler.type, cst.Tuple):
        kinds = [element.value for element in handler.type.elements]
    names = [kind.value if isinstance(kind, cst.Name) else "" for kind in kinds]
    return {*names} <= {*MISSING, "TypeError"}


def _is_surely_there(region: Region, suite: cst.BaseSuite) -> bool:
    """Whether what a block imports is of Keras, Python or the project: no other way is for that."""
    home = os.path.dirname(real_path(region.file.path)) if region.file.path else ""
    for module in _modules(suite):
        top = module.partition(".")[0]
        if not (not top or is_framework(module) or top in sys.stdlib_module_names):
            if not home or locate(home, module, region.tree.text) is None:
                return False
    return True


def _modules(suite: cst.BaseSuite) -> Iterator[str]:
    """The modules that a block imports; those of relative imports begin with a dot."""
    for statement in suite.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Import):
                yield from (dotted(alias.name) for alias in small.names)
            elif isinstance(small, cst.ImportFrom):
                yield "." * len(small.relative) + dotted(small.module)


_ADDS = regex(r"(?<![\w.])([\w.]+)\.(?:add|pop)\(")


def _refuse_added(region: Region, suites: list[cst.BaseSuite]) -> None:
    """Refuse layers that a Sequential gets, or loses, where only a run tells whether it does."""
    for suite in suites:
        for name in _ADDS.findall(region.tree.source(suite)):
            if isinstance(region.scope.get(name), Model):
                raise GiveUp(f"`{name}` is another model where an attempt fails", suite)


def _perhaps_unset(
    region: Region, held: dict[str, Value], versions: dict[str, int], lacking: bool = False
) -> dict[str, Value]:
    """What is known of names that a block sets which may have failed before that, or in between.

    Where it fails because a version is `lacking` something, the first way is the one.
    """
    scope = region.scope
    found: dict[str, Value] = {}
    for name, value in scope.values.items():
        times = scope.versions.get(name, 0) - versions.get(name, 0)
        if times > 1 or (times and name in held):
            values = [held.get(name, value), value]
            found[name] = _one_of(scope, name, values, lacking and times == 1, times)
    return found


def _one_of(scope: Scope, name: str, values: list[Value], first_way: bool, times: int = 1) -> Value:
    """What is known of a name that has one of some values, the last if they are alike."""
    last = values[-1]
    if isinstance(last, (Framework, Unknown)) and not isinstance(last, PerhapsModel):
        return last
    if models := models_in(*values):
        alike = all(value is last for value in values)
        return last if alike else PerhapsModel(_SET_IN_TRY.format(name), models=models)
    if not all(is_plain(value) and not _is_configured(value) for value in values):
        alike = all(_is_same(value, last) for value in values) and times == 1
        return last if alike or first_way else Unknown(_SET_IN_TRY.format(name))
    known = [constant(value) for value in values]
    one = known[-1]
    if all(type(other) is type(one) and other == one for other in known) and times == 1:
        return last
    return Static(scope.read(name)) if any(v is not UNKNOWN for v in known) else last


def _is_same(one: Value, other: Value) -> bool:
    """Whether both are the same object, or what two spellings of an import bring of one file."""
    if isinstance(one, Namespace) and isinstance(other, Namespace):
        if one.items.keys() != other.items.keys():
            return False
        return all(_is_same(value, other.items[name]) for name, value in one.items.items())
    if isinstance(one, (Function, UserClass)) and isinstance(other, (Function, UserClass)):
        return one.node is other.node
    return one is other


def _join_ways(region: Region, ways: list[dict[str, Value]], lacking: bool) -> None:
    """Names have the value of one of several ways that a `try` may have gone, its body's first."""
    scope = region.scope
    for name, value in scope.values.items():
        held = [way[name] for way in reversed(ways) if name in way]
        if any(other is not value for other in held):
            scope.values[name] = _one_of(scope, name, held, lacking)


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


@evaluates(cst.Lambda)
def lambda_(region: Region, node: cst.Lambda) -> Value:
    return Function(
        "<lambda>", node, {**region.scope.outer, **region.scope.values}, file=region.file
    )
