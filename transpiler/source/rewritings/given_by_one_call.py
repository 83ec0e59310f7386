"""Parts of the training that an object gets from the one call that makes it: made in its class.

class Trainer:                                  class Trainer:
    def __init__(self, model, optimizer):           def __init__(self, model):
        self.optimizer = optimizer                      self.optimizer = Adam(1e-4)

trainer = Trainer(model, Adam(1e-4))            trainer = Trainer(model)

What it is made of that only the caller knows becomes a parameter instead.

trainer = Trainer(model, Adam(args.lr))         trainer = Trainer(model, args.lr)
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.given_settings import (
    ArgumentOf,
    arguments_given,
    is_nothing,
    is_plain_class,
    places_of,
)
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.rewritings.picked_classes import IS_CLASS, arguments_of, is_plain
from transpiler.source.rewritings.taken_out import without_arguments, without_parameters
from transpiler.source.syntax import all_in, parts_of, program_tree

_INITIALIZER = regex(r"def \w+\(\s*self\s*,")
_TRAINS = regex(r"\.(?:compile|fit)\(")
_PART = regex(r"(?:\w+\.)*(?:losses|metrics|callbacks|optimizers)\.\w+$")
_WELL_KNOWN = regex(
    r"(?:\w+\.)*(?:EarlyStopping|ReduceLROnPlateau|ModelCheckpoint|CSVLogger|TensorBoard"
    r"|TerminateOnNaN|LearningRateScheduler|BackupAndRestore|\w*Crossentropy|Mean\w+Error|Huber"
    r"|LogCosh|\w*Hinge|KLDivergence|Poisson|CosineSimilarity|AUC|Precision|Recall|\w*Accuracy)$"
)
_GONE = "`{}` does not take {} any more: what its one call gave is written there"
_INSTEAD = "`{}` takes `{}` instead of `{}`, which is made there"


def made_in_class(text: str, path: str) -> Rewritten | None:
    """The text with such parts where the class reads them, if it has any."""
    if not (_INITIALIZER.search(text) and _TRAINS.search(text)):
        return None
    module = program_tree(text)
    if module is None:
        return None
    names, positions = _Names(module), Positions(text)
    plain = {n.name: n for n in module.body if isinstance(n, ast.ClassDef) and is_plain_class(n)}
    edits: dict[Span, str] = {}
    calls: list[str] = []
    assumed: list[tuple[int, str]] = []
    touched: list[tuple[int, int]] = []
    for place in places_of(module):
        function, owner = place.function, plain.get(place.owner)
        if owner is None or function is None or not _takes_parts(function):
            continue
        made = _Taker(function, owner.name, names, positions)
        for one in (*function.args.args[1:], *function.args.kwonlyargs):
            read = _read_once(function, one.arg)
            given = arguments_given(path, text, place, one.arg) if read is not None else []
            if given is None or len(given) > 1:
                break  # several calls make objects, or ones that are not seen
            if read is not None and given and not given[0].imports:
                made.take(one, read, given[0])
        made.finish()
        edits |= made.edits
        calls += made.calls
        assumed += ((function.lineno, said) for said in made.said)
        touched += [(owner.lineno, owner.end_lineno or owner.lineno)] if made.said else []
    return rewritten(text, edits, calls, assumed, touched) if edits else None


def _takes_parts(function: ast.FunctionDef) -> bool:
    """Whether it is `__init__`, or a method that compiles a model of its object."""
    return function.name == "__init__" or any(map(_compile_of, function.body))


def _compile_of(statement: ast.stmt) -> ast.Call | None:
    """The call of `compile` that a statement is."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="compile")) as call):
            return call
    return None


class _Taker:
    """The `__init__` of a class, or what compiles, which is called once; what changes in both."""

    def __init__(
        self, function: ast.FunctionDef, owner: str, names: _Names, positions: Positions
    ) -> None:
        self._function, self._owner = function, owner
        self._owner += f".{function.name}" if function.name != "__init__" else ""
        self._names, self._positions = names, positions
        self._gone: dict[str, ArgumentOf] = {}
        self.edits: dict[Span, str] = {}
        self.calls: list[str] = []  #: of the framework, as they are written in the class
        self.said: list[str] = []

    def take(self, parameter: ast.arg, read: ast.expr, given: ArgumentOf) -> None:
        """Write what the call gives where the class reads it, if that can be done."""
        kept = _keeping(self._function, read)
        part = self._names.part(given, self._positions, kept is None) if given.written else None
        if parameter.arg == "callbacks" and _is_empty(given.given):
            part = _Part("[]", None, [], {})
        if part is None or comments_in(part.source):
            return
        source = part.source
        if part.call is not None and part.unknown:
            found = self._instead(parameter, part.call, part.unknown, given, kept)
            if found is None:
                return
            source = found
        else:
            self._gone[parameter.arg] = given
        self.calls += [source] if part.call is not None else []
        self.edits |= {self._positions.span(read): source} | part.edits

    def _instead(
        self,
        parameter: ast.arg,
        made: ast.Call,
        unknown: list[ast.expr],
        given: ArgumentOf,
        kept: ast.Assign | None,
    ) -> str | None:
        """What makes the optimizer of parameters that the class gets for it; None if it can't."""
        taken, positions = self._function.args, self._positions
        found = _of_parameters(self._function, made, unknown, positions, "self." if kept else "")
        if found is None or parameter in taken.args[len(taken.args) - len(taken.defaults) :]:
            return None
        source, parameters, values = found
        self.said.append(_INSTEAD.format(self._owner, ", ".join(parameters), parameter.arg))
        self.edits[positions.span(parameter)] = ", ".join(parameters)
        key = next((k for k in given.call.keywords if k.value is given.given), None)
        pairs = zip(parameters, values, strict=True)
        passed = [value if key is None else f"{name}={value}" for name, value in pairs]
        first = key or given.given
        start = positions.offset(first.lineno, first.col_offset)
        self.edits[start, positions.span(given.given)[1]] = ", ".join(passed)
        if kept is not None:
            start = positions.span(kept)[0]
            margin = "\n" + " " * kept.col_offset
            self.edits[start, start] = "".join(f"self.{n} = {n}{margin}" for n in parameters)
        return source

    def finish(self) -> None:
        """Take out the parameters and arguments that nothing needs any more."""
        if not self._gone:
            return
        *most, last = [f"`{name}`" for name in self._gone]
        what = f"{', '.join(most)} and {last}" if most else last
        self.said.append(_GONE.format(self._owner, what))
        call = next(iter(self._gone.values())).call
        given = [one.given for one in self._gone.values()]
        out = without_arguments(self._positions, call, given)
        if any(a < d and c < b for a, b in self.edits for c, d in out):  # others change in it
            out = without_arguments(self._positions, call, given, each=True)
        self.edits |= out | without_parameters(self._positions, self._function, {*self._gone})


def _keeping(function: ast.FunctionDef, read: ast.expr) -> ast.Assign | None:
    """The statement that keeps a parameter, if that is what `__init__` does with it."""
    for statement in function.body:
        if isinstance(statement, ast.Assign) and any(n is read for n in all_in(statement)):
            return statement
    return None


def _of_parameters(
    function: ast.FunctionDef,
    made: ast.Call,
    unknown: list[ast.expr],
    positions: Positions,
    owner: str,
) -> tuple[str, list[str], list[str]] | None:
    """What makes an optimizer of parameters, these, and what a call gives for them."""
    text, (start, end) = positions.text, positions.span(made)
    source, parameters, given = text[start:end], [""][:0], [""][:0]
    keywords = {id(keyword.value): keyword.arg for keyword in made.keywords}
    own = {n.id for n in all_in(function) if isinstance(n, ast.Name)}
    own |= {n.arg for n in all_in(function) if isinstance(n, ast.arg)}
    own |= {*re.findall(r"\bself\.(\w+)", text)} if owner else set()
    for value in sorted(unknown, key=positions.span, reverse=True):
        first = bool(made.args) and made.args[0] is value
        name = "learning_rate" if first else keywords.get(id(value))
        if not name or name in {*own, *parameters} or not is_plain(value):
            return None
        begin, end = positions.span(value)
        given.insert(0, text[begin:end])
        source = f"{source[: begin - start]}{owner}{name}{source[end - start :]}"
        parameters.insert(0, name)
    return source, parameters, given


def _read_once(function: ast.FunctionDef, name: str) -> ast.expr | None:
    """Where `__init__` keeps a parameter, or compiles with it, if it does nothing else with it."""
    reads = [n for n in all_in(function) if isinstance(n, ast.Name) and n.id == name]
    if len(reads) != 1 or not isinstance(reads[0].ctx, ast.Load):
        return None
    for statement in function.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute()], value=ast.Call(ast.Name("list"), [value]) as copied
            ):
                if value is reads[0]:
                    return copied
            case ast.Assign(targets=[ast.Attribute()], value=value) if value is reads[0]:
                return reads[0]
        if (call := _compile_of(statement)) is not None:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(value is reads[0] for value in given):
                return reads[0]
    return None


class _Names:
    """What the names of a module stand for."""

    def __init__(self, module: ast.Module) -> None:
        self._module = module
        names = [n for n in all_in(module) if isinstance(n, ast.Name)]
        self._stored = Counter(n.id for n in names if not isinstance(n.ctx, ast.Load))
        self._parameters = {n.arg for n in all_in(module) if isinstance(n, ast.arg)}
        self._top = {
            name: statement
            for statement in module.body
            for name in _bound(statement)
        }  # fmt: skip

    def part(self, given: ArgumentOf, positions: Positions, direct: bool) -> _Part | None:
        """What makes the part that a call gives, if it is one that the class can make.

        Names of losses and metrics are only worth it where they go to `compile` at once.
        """
        held: list[ast.Assign] = []
        made = self._resolved(given.given, given, held)
        listed = isinstance(made, (ast.List, ast.Tuple))
        elements = made.elts if isinstance(made, (ast.List, ast.Tuple)) else [made]
        parts = [self._resolved(one, given, held) for one in elements] if listed else elements
        named = direct or any(isinstance(part, ast.Call) for part in parts)
        if not parts or not named or not all(map(_is_part, parts)):
            return None
        text = positions.text
        written = ", ".join(text[slice(*positions.span(one))] for one in parts)
        call = made if isinstance(made, ast.Call) else None
        unknown = [one for part in parts for one in self.unknown(part)]
        steady = all(self._is_steady(n) for part in parts for n in all_in(part))
        if unknown and not (call is not None and steady):
            return None
        gone: dict[Span, str] = {}
        for start, end in map(positions.span, held):
            start, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1
            gone[start, stop or len(text)] = ""
        return _Part(f"[{written}]" if listed else written, call, unknown, gone)

    def _resolved(self, node: ast.expr, given: ArgumentOf, held: list[ast.Assign]) -> ast.expr:
        """What a variable holds which only the call reads; notes the statement that makes it."""
        found = self._only_given(node.id, given) if isinstance(node, ast.Name) else None
        if found is None:
            return node
        held.append(found)
        return found.value

    def unknown(self, made: ast.expr) -> list[ast.expr]:
        """The arguments that only mean the same where the call stands, of a call; or it itself."""
        parts = [*arguments_of(made)] if isinstance(made, ast.Call) else [made]
        return [part for part in parts if not all(map(self._stays, all_in(part)))]

    def _stays(self, node: ast.AST) -> bool:
        """Whether a node gives the same where the class makes the part: somewhat later.

        `rng.uniform()` draws something else there, and `CFG["rate"]` may have changed.
        """
        match node:
            case ast.Name(id=name):
                return self._is_known(name)
            case ast.Call():
                return _is_part(node)
            case ast.Attribute(value=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name)):
                return not isinstance(self._top.get(name), (ast.Assign, ast.AnnAssign))
        return True

    def _is_steady(self, node: ast.AST) -> bool:
        """Whether a name has one value: a variable is read later than where it was."""
        return not isinstance(node, ast.Name) or self._stored[node.id] <= 1

    def _is_known(self, name: str) -> bool:
        once = self._stored[name] <= 1 and name not in self._parameters
        return once and name in self._top

    def _only_given(self, name: str, given: ArgumentOf) -> ast.Assign | None:
        """The statement that makes what a variable holds which nothing but a call reads.

        It runs as often as the call does.
        """
        uses = [*_uses(self._module, name)]
        if len(uses) != 2 or sum(isinstance(use.ctx, ast.Load) for use in uses) != 1:
            return None
        room = given.place.function or self._module
        around = [s for s in room.body if any(n is given.call for n in all_in(s))]
        if not around or isinstance(around[0], (ast.For, ast.While, ast.FunctionDef, ast.ClassDef)):
            return None
        for statement in room.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)]) if target == name:
                    return statement
        return None


@record(frozen=True, slots=True)
class _Part:
    """What makes a part of the training."""

    source: str
    call: ast.Call | None  #: None where it is a list, or a name
    unknown: list[ast.expr]  #: of the arguments: those which only the caller knows
    edits: dict[Span, str]  #: that take out the variables which have held it


def _uses(node: ast.AST, name: str) -> Iterator[ast.Name]:
    """Where a variable is read or stored, functions with a parameter of that name left out."""
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        taken = (one.arg for one in all_in(node.args) if isinstance(one, ast.arg))
        if name in taken:
            return
    if isinstance(node, ast.Name) and node.id == name:
        yield node
    for inner in parts_of(node):
        yield from _uses(inner, name)


def _is_empty(given: ast.expr) -> bool:
    """Whether a list of callbacks has none."""
    return is_nothing(given) or (isinstance(given, (ast.List, ast.Tuple)) and not given.elts)


def _is_part(made: ast.expr) -> bool:
    """Whether an expression makes a part of the training, or names one."""
    if isinstance(made, ast.Constant):
        return isinstance(made.value, str)
    called = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
    return any(pattern.match(called) for pattern in (IS_CLASS, _PART, _WELL_KNOWN))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module imports, or gives a value."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name
