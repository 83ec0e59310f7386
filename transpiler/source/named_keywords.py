"""Functions that read their keywords one by one: these become their parameters.

def build(shape, **options):                        def build(shape, units=4, rate=0.1):
    units = options.get("units", 4)                     inputs = Input(shape)
    inputs = Input(shape)                               outputs = Dense(units)(inputs)
    outputs = Dense(units)(inputs)                      outputs = Dropout(rate)(outputs)
    outputs = Dropout(options.pop("rate", 0.1))(outputs)

The dict stays for what is handed on of it, and where not all calls are seen.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Collection, Iterator

from transpiler.record import record, replace
from transpiler.source.callers import Others, calls_in, functions_of, keywords_given, parameters
from transpiler.source.literals import literals
from transpiler.source.passed_options import Fold, Spelled, Written
from transpiler.source.syntax import all_in, parts_of, program_tree

_FRAMEWORKS = ("keras", "tensorflow", "tf_keras")
_OF_MODELS = frozenset({"compile", "fit", "evaluate", "predict"})
#: Functions that see all variables.
_SEEING = frozenset({"locals", "vars", "eval", "exec"})
_REPEATED = (
    ast.For, ast.While, ast.comprehension, ast.Lambda, ast.FunctionDef, ast.ListComp,
    ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


@record(frozen=True, slots=True)
class _Read:
    """What a function reads of its keywords."""

    key: str
    place: ast.expr | ast.stmt
    default: ast.expr | None  #: where a call leaves it out; None where it can't
    takes: bool = False  #: and the dict has it no more
    sets: bool = False  #: and the dict has the default from then on
    binds: ast.stmt | None = None  #: the statement that computes a variable of its name with it
    names: ast.stmt | None = None  #: that, if it does nothing else
    annotation: ast.expr | None = None


def named_keywords(text: str, others: Others, fold: Fold) -> Spelled | None:
    """The text with such parameters in functions that have to do with models, if it has any."""
    module = program_tree(text)
    if module is None:
        return None
    found = [one for one in _reading(text, module) if one.is_sure]
    if not found:
        return None
    calls = calls_in(text, module, others, [one.function.name for one in found if one.owner])
    written = Written(text, fold)
    for one in found:
        owner = one.owner * (one.called != one.owner)
        texts = calls.of_methods if owner else calls.of_functions
        every = _calls_all(one, [each.module for each in texts])
        given = keywords_given(texts, one.called, owner)
        if one.needed and not (every and given and {*one.needed} <= given.each):
            continue
        known = {*one.keys, *parameters(one.function)}
        closed = every and given is not None and bool(given.positional) and given.some <= known
        written.name(one.function, one.declared, not closed or bool(one.handed), one.edits)
    return written.result() if written.edits else None


class _Reading:
    """A function that reads its keywords, and what it reads of them."""

    def __init__(
        self, text: str, function: ast.FunctionDef, owner: str, constants: dict[str, int]
    ) -> None:
        assert function.args.kwarg is not None
        self._text = text
        self.function = function
        self.owner = owner
        self._constants = constants
        self._star = function.args.kwarg.arg
        self._above: dict[ast.AST, ast.AST] = {}
        for node in all_in(function):
            self._above |= dict.fromkeys(parts_of(node), node)
        self._names = [n for n in all_in(function) if isinstance(n, ast.Name)]
        self.handed: list[ast.Name] = []  #: where it is handed on
        self.reads: list[_Read] = []
        self.is_sure = self._read_all() and bool(self.reads) and all(map(self._is_exact, self.keys))

    @property
    def called(self) -> str:
        """What calls of it say."""
        return self.owner if self.function.name == "__init__" else self.function.name

    @property
    def keys(self) -> list[str]:
        """What it reads, in the order of its text."""
        places = sorted(self.reads, key=lambda r: (r.place.lineno, r.place.col_offset))
        return [*dict.fromkeys(read.key for read in places)]

    @property
    def needed(self) -> list[str]:
        """What calls can't leave out."""
        return [key for key in self.keys if all(r.default is None for r in self._of(key))]

    @property
    def declared(self) -> list[str]:
        """The parameters, as the signature has them."""
        arguments = self.function.args
        bare = self.needed and arguments.defaults and not arguments.vararg
        star = ["*"] if bare and not arguments.kwonlyargs else []
        others = [key for key in self.keys if key not in self.needed]
        return [*star, *map(self._parameter, [*self.needed, *others])]

    @property
    def edits(self) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
        """What stands in the place of what: nothing, for statements."""
        for read in self.reads:
            if read.names is not None:
                yield read.names, ""
            else:
                yield read.place, "" if read.sets else read.key

    def _parameter(self, key: str) -> str:
        reads = self._of(key)
        given = next((r.default for r in reads if r.default is not None), None)
        default = "" if given is None else self._source(given)
        note = next((r.annotation for r in reads if r.annotation is not None), None)
        if note is not None:
            return f"{key}: {ast.unparse(note)}" + (f" = {default}" if default else "")
        return f"{key}={default}" if default else key

    def _source(self, default: ast.expr) -> str:
        """A default as the signature has it: nothing that calls could change."""
        if isinstance(default, ast.List):
            items = [*map(self._source, default.elts)]
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        written = ast.get_source_segment(self._text, default) or ast.unparse(default)
        return " ".join(written.split())

    def _of(self, key: str) -> list[_Read]:
        return [read for read in self.reads if read.key == key]

    def _read_all(self) -> bool:
        """Whether nothing else becomes of the dict."""
        if any(n.id in _SEEING for n in self._names):
            return False
        seen: set[ast.AST] = set()
        for name in (n for n in self._names if n.id == self._star):
            if name in seen:
                continue
            if isinstance(self._above[name], ast.keyword):
                self.handed.append(name)
                continue
            read = self._read(name)
            if read is None:
                return False
            seen |= {*all_in(read.place)}
            self.reads.append(self._named(read))
        return True

    def _read(self, name: ast.Name) -> _Read | None:
        """What is asked of the dict at a place."""
        above = self._above[name]
        match above:
            case ast.Attribute(attr="get" | "pop" | "setdefault" as asked):
                call = self._above[above]
                match call:
                    case ast.Call(args=[ast.Constant(str(key)), *more], keywords=[]):
                        if call.func is not above or len(more) > 1 or not _is_name(key):
                            return None
                        none = ast.Constant(None) if asked == "get" else None
                        default = more[0] if more else none
                        if asked != "setdefault":
                            return _Read(key, call, default, takes=asked == "pop")
                        line = self._above[call]
                        if isinstance(line, ast.Expr) and default is not None:
                            if self._above[line] is self.function:
                                return _Read(key, line, default, sets=True)
            case ast.Subscript(slice=ast.Constant(str(key)), ctx=ast.Load()) if _is_name(key):
                return _Read(key, above, None)
            case ast.Compare(left=ast.Constant(str(key)), ops=[ast.In()]) if _is_name(key):
                return self._chosen(key, above)
        return None

    def _chosen(self, key: str, test: ast.Compare) -> _Read | None:
        """`options["rate"] if "rate" in options else 0.1`, also as a statement."""
        choice = self._above[test]
        match choice:
            case ast.IfExp(test=ast.Compare(), body=taken, orelse=default):
                if choice.test is test and self._is_entry(taken, key):
                    return _Read(key, choice, default)
            case ast.If(
                test=ast.Compare(),
                body=[ast.Assign(targets=[ast.Name(id=one)], value=taken)],
                orelse=[ast.Assign(targets=[ast.Name(id=other)], value=default)],
            ):
                own = one == other == key and self._above[choice] is self.function
                if choice.test is test and own and self._is_entry(taken, key):
                    return _Read(key, choice, default, binds=choice, names=choice)
        return None

    def _is_entry(self, node: ast.expr, key: str) -> bool:
        match node:
            case ast.Subscript(value=ast.Name(id=held), slice=ast.Constant(value)):
                return held == self._star and value == key
        return False

    def _named(self, read: _Read) -> _Read:
        """A read with the statement that gives it to a variable of its name, if there is one."""
        line: ast.AST = read.place
        while self._above.get(line, self.function) is not self.function:
            line = self._above[line]
        note = line.annotation if isinstance(line, ast.AnnAssign) else None
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name == read.key and not self._shares_a_line(line):
                    whole = line if line.value is read.place else None
                    return replace(read, binds=line, names=whole, annotation=note)
        return read

    def _shares_a_line(self, statement: ast.AST) -> bool:
        """Whether another statement stands beside one of the function."""
        assert isinstance(statement, ast.stmt)
        others = [s for s in self.function.body if s is not statement]
        return any(s.lineno in (statement.lineno, statement.end_lineno) for s in others)

    def _is_exact(self, key: str) -> bool:
        """Whether a parameter means the same as what is read so."""
        reads = sorted(self._of(key), key=lambda r: (r.place.lineno, r.place.col_offset))
        texts = {None if r.default is None else ast.dump(r.default) for r in reads}
        if reads[0].sets:
            texts -= {None}
        if len(texts) > 1 or any(r.sets for r in reads[1:]):
            return False
        if not all(r.default is None or self._is_constant(r.default) for r in reads):
            lists = len(reads) == 1 and isinstance(reads[0].default, ast.List)
            if not lists or not self._is_looked_at(reads[0]):
                return False
        if any(self._within(r.place, (ast.JoinedStr,)) for r in reads):
            return False  # whose parts have no places that are known
        if any(r.takes for r in reads):
            if len(reads) > 1 or self._within(reads[0].place, _REPEATED):
                return False
        if self.handed and not self._is_taken_before(reads[0]):
            return False
        return not self._means_another(key, reads)

    def _is_taken_before(self, read: _Read) -> bool:
        """Whether a key is surely taken out before the dict is handed on."""
        within = self._within(read.place, (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.With))
        end = read.place.end_lineno or 0
        return read.takes and not within and all(end < name.lineno for name in self.handed)

    def _means_another(self, key: str, reads: list[_Read]) -> bool:
        """Whether the function has something else of such a name."""
        arguments = [n for n in all_in(self.function) if isinstance(n, ast.arg)]
        others = (ast.Global, ast.Nonlocal)
        declared = [n for n in all_in(self.function) if isinstance(n, others)]
        if any(a.arg == key for a in arguments) or any(key in n.names for n in declared):
            return True
        named = [name for name in self._names if name.id == key]
        line = reads[0].binds
        if line is None or (named and min(n.lineno for n in named) < line.lineno):
            return bool(named)
        inside = {*all_in(line)}
        if any(isinstance(n.ctx, ast.Load) and n in inside for n in named):
            return True
        changed = any(isinstance(n.ctx, ast.Store) and n not in inside for n in named)
        return (len(reads) > 1 and changed) or any(r.binds for r in reads[1:])

    def _is_constant(self, node: ast.expr) -> bool:
        """Whether a default is the same wherever it is computed, and nobody can change it."""
        match node:
            case ast.Constant():
                return True
            case ast.UnaryOp(operand=operand):
                return self._is_constant(operand)
            case ast.Tuple(elts=items):
                return all(map(self._is_constant, items))
            case ast.Name(id=name):
                own = any(isinstance(n, ast.arg) and n.arg == name for n in all_in(self.function))
                before = self._constants.get(name, self.function.lineno) < self.function.lineno
                return before and not own
        return False

    def _is_looked_at(self, read: _Read) -> bool:
        """Whether a list, if it is one, is only gone through: a tuple is the same there."""
        assert isinstance(read.default, ast.List)
        if not all(map(self._is_constant, read.default.elts)):
            return False
        if read.names is None:
            return self._goes_through(read.place)
        inside = {*all_in(read.names)}
        named = [n for n in self._names if n.id == read.key and n not in inside]
        return all(map(self._goes_through, named))

    def _goes_through(self, node: ast.AST) -> bool:
        match self._above[node]:
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
                return iterated is node
            case ast.Call(func=ast.Name(id="len" | "enumerate" | "zip" | "reversed")):
                return True
            case ast.Subscript(value=held, slice=part, ctx=ast.Load()) as above if held is node:
                return not isinstance(part, ast.Slice) or self._goes_through(above)
        return False

    def _within(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> bool:
        """Whether a part of the function stands in something of such a kind."""
        above = self._above[node]
        while above is not self.function:
            if isinstance(above, kinds):
                return True
            above = self._above[above]
        return False


def _is_name(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key)


def _reading(text: str, module: ast.Module) -> Iterator[_Reading]:
    """The functions and methods of models that read their keywords."""
    functions = [*functions_of(module)]
    if all(function.args.kwarg is None for _, function in functions):
        return
    framework, known = _of_framework(module), literals(text)
    lines = {
        target.id: statement.lineno
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in known
    }
    for owner, function in functions:
        gathers = function.args.kwarg is not None and not function.decorator_list
        if gathers and _is_of_models(function, framework):
            yield _Reading(text, function, owner, lines)


def _of_framework(module: ast.Module) -> Collection[str]:
    """What a file calls parts of the framework, and its own functions that have to do with it."""
    names: set[str] = set()
    for node in all_in(module):
        match node:
            case ast.Import(names=aliases):
                kept = [a for a in aliases if a.name.partition(".")[0] in _FRAMEWORKS]
                names |= {a.asname or a.name.partition(".")[0] for a in kept}
            case ast.ImportFrom(module=str(home), names=aliases):
                if home.partition(".")[0] in _FRAMEWORKS:
                    names |= {a.asname or a.name for a in aliases}
    changed = True
    while changed:
        before = len(names)
        for statement in module.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as value):
                    if _is_of_models(value, names):
                        names.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    if name not in names and _is_of_models(statement, names):
                        names.add(name)
        changed = len(names) > before
    return names


def _is_of_models(node: ast.AST, framework: Collection[str]) -> bool:
    for part in all_in(node):
        match part:
            case ast.Name(id=name) if name in framework or "*" in framework:
                return True
            case ast.Attribute(attr=name) if name in _OF_MODELS:
                return True
    return False


def _calls_all(one: _Reading, trees: list[ast.Module]) -> bool:
    """Whether a function, or a class, is named in nothing but calls, in some files."""
    mentioned, called = 0, 0
    for node in (n for tree in trees for n in all_in(tree)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                called += name == one.called
            case ast.Name(id=name) | ast.Attribute(attr=name):
                mentioned += name == one.called
            case ast.alias(name=name, asname=str()):
                mentioned += name == one.called
    return mentioned == called
