"""Training as plain PyTorch: what stands in the places of compile, fit, evaluate and predict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM, DROPPED, Code, Fidelity
from transpiler.emit.edits import Edit, apply
from transpiler.emit.epochs import Epoch, Predicting, Steps, evaluate, predict, train_epoch
from transpiler.emit.fold import WIDTH, fold
from transpiler.emit.residual import _leaves, statement_lines
from transpiler.emit.text import substitute_names
from transpiler.interpret.region import Built, FileContext, Region
from transpiler.interpret.statics import rewritten
from transpiler.interpret.summary import Summary
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Function as UserFunction
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.code import Line, Node, Return
from transpiler.ir.expr import Configured, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks, Targets
from transpiler.lower.binding import use_of
from transpiler.lower.training import Compiled, Training, array, lower_training, weighs
from transpiler.passes.liveness import walk
from transpiler.source.lexical import blanked, comments_in
from transpiler.source.occurrences import FreeNames, Occurrence, Occurrences
from transpiler.source.tree import Tree

_TRAINS = re.compile(
    r"(?<![\w.])(\w+)\.(compile|fit|fit_generator|train_on_batch|test_on_batch|evaluate|predict)\b"
)
#: Attributes that a Keras model and an nn.Module have in common.
_OF_MODULES = ("add", "pop")
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


@dataclass(slots=True)
class Trained:
    """The training of one model, written out."""

    training: Training
    edits: list[Edit] = field(default_factory=list)
    said: list[tuple[Code, cst.CSTNode, str]] = field(default_factory=list)
    functions: list[tuple[str, str]] = field(default_factory=list)  #: name, source
    helpers: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)  #: which stand with what is written here
    left: list[tuple[int, str]] = field(default_factory=list)  #: uses that stay: where and what
    gone: list[cst.CSTNode] = field(default_factory=list)  #: statements that are taken out
    device: str = ""  #: the variable that holds the device, where there is need of one


def device_edit(tree: Tree, name: str, limit: int) -> Edit:
    """The line that chooses the device, after the imports and the constants that follow them."""
    spot = head_end(tree, limit)
    line = f'{name} = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    return Edit(spot, spot, f"\n{line}\n" if spot else f"{line}\n\n")


def loaders_edit(tree: Tree, source: str, limit: int) -> Edit:
    """Functions that load data, before the first statement that is neither import nor constant."""
    spot = head_end(tree, limit)
    return Edit(spot, spot, f"\n\n{source}\n\n" if spot else f"{source}\n\n\n")


def head_end(tree: Tree, limit: int) -> int:
    """Where the imports before an offset end, and the constants that follow them."""
    spot, after_import = 0, True
    for statement in tree.module.body:
        _, end = statement_lines(tree, statement)
        if end > limit:
            break
        if _is_import(statement):
            spot, after_import = end, True
        elif after_import and _is_head(tree, statement):
            spot = end
        else:
            after_import = False
    return spot


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(node, (cst.Import, cst.ImportFrom)) for node in statement.body
    )


def _is_head(tree: Tree, statement: cst.CSTNode) -> bool:
    """Whether a statement is the docstring, or gives a constant a name."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    for node in statement.body:
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString):
            continue
        if isinstance(node, cst.Assign):
            value = tree.source(node.value)
            if re.fullmatch(r"[\d.e+-]+|\"[^\"\n]*\"|'[^'\n]*'|\([\d, ]+\)|True|False", value):
                continue
        return False
    return True


@dataclass(frozen=True, slots=True)
class Room:
    """The module, or a function, in which models are made and trained."""

    region: Region
    node: cst.Module | cst.FunctionDef


def plan_training(file: FileContext, rooms: list[Room]) -> list[Trained]:
    """The training of every model that can be converted whole."""
    writer = _Writer(file, rooms)
    instances = [made for room in rooms for made in writer.instances(room)]
    moved = {id(c) for made in instances if not made.training.problem for c in made.training.moved}
    return [*instances, *(made for room in rooms for made in writer.room(room, moved))]


class _Writer:
    """Writes the training of the models of a file."""

    def __init__(self, file: FileContext, rooms: list[Room]) -> None:
        self.file = file
        self.tree = file.tree
        self.text = file.tree.text
        self.found = Occurrences(self.text)
        self.functions: dict[Any, str] = {}
        self.replaced: dict[tuple[int, int], str] = {}
        for room in rooms:
            self.replaced |= room.region.settled
        self.names = FreeNames(self.found, [])
        calls = [c for room in rooms for c in room.region.training.values()]
        self.calls = [self.tree.span(c.node) for c in calls]
        self.sized = any(c.name == "predict" and "batch_size" in c.given for c in calls)

    def enter(self, room: Room) -> list[TrainingCall]:
        """Turn to the module, or to one function; the calls there."""
        self.region, self.root = room.region, room.node
        calls = list(room.region.training.values())
        self.several = len({id(c.model) for c in calls if c.name != "summary"}) > 1
        return calls

    def room(self, room: Room, moved: set[int]) -> list[Trained]:
        """The models that are built here; calls that have moved elsewhere don't count."""
        calls = [c for c in self.enter(room) if id(c) not in moved]
        found = []
        for built in room.region.built:
            model = built.model
            of_model = [c for c in calls if c.model is model]
            variable = model.expr.text if model.expr is not None else ""
            if of_model and variable.isidentifier():
                training = Training(model, variable, room.region, of_model, room.region, model)
                found.append(self.write(training, built))
        return found

    def instances(self, room: Room) -> list[Trained]:
        """The models that functions give which compile them."""
        calls = self.enter(room)
        models = {id(c.model): c.model for c in calls if c.model.kind == "instance"}
        found = []
        for model in models.values():
            home = model.summary.region if model.summary is not None else None
            variable = model.expr.text if model.expr is not None else ""
            if home is None or len(home.built) != 1 or not variable.isidentifier():
                continue
            origin = home.built[0].model
            compiles = [
                c for c in home.training.values() if c.model is origin and c.name == "compile"
            ]
            own = [c for c in calls if c.model is model]
            if len(compiles) == 1 and home.file is self.file:
                for call in own:
                    call.compiled = call.compiled or compiles[0]
                training = Training(
                    model, variable, room.region, [*compiles, *own], home, origin, compiles
                )
                found.append(self.write(training, home.built[0]))
        return found

    def write(self, training: Training, built: Built) -> Trained:
        """One model; where something has no translation, `problem` says so and nothing is left."""
        made = Trained(training)
        elsewhere = self._elsewhere(training)
        if elsewhere:
            training.problem = (training.calls[0], elsewhere)
            return made
        names = {c.name for c in training.calls}
        in_function = not isinstance(self.root, cst.Module)
        if "compile" in names and "fit" not in names and in_function and not training.moved:
            compiles = next(c for c in training.calls if c.name == "compile")
            training.problem = (compiles, "the model is trained elsewhere")
            return made
        seen = not training.moved and self._all_seen(training)
        lower_training(self.file, training, built, seen)
        if training.problem is not None:
            return made
        one = _ModelWriter(self, made, built)
        for call in training.calls:
            try:
                one.call(call)
            except Unsupported as why:  # noqa: PERF203
                training.problem = (call, str(why))
                return made
        one.finish()
        made.left = list(self._left_uses(training))
        return made

    def _left_uses(self, training: Training) -> Iterator[tuple[int, str]]:
        """What else is asked of the model that an nn.Module has no answer to: where, and what."""
        region = training.region
        known = [self.tree.span(n) for n, _, _ in region.left_calls]
        known += [self.tree.span(n) for n in region.graph_statements.values()]
        for place in self.places(training.variable):
            if place.binds or _within(place.start, known):
                continue
            if place.attribute and place.attribute not in _OF_MODULES:
                yield place.start, f"`{training.variable}.{place.attribute}`"
            elif not place.attribute and self.text[place.end : place.end + 1] == "(":
                yield place.start, f"`{training.variable}(...)`"

    def places(self, name: str) -> list[Occurrence]:
        """Where a variable of this room stands: others of that name have nothing to do with it."""
        found = self.found.of(name)
        if isinstance(self.root, cst.Module):
            return [p for p in found if not p.local]
        start, end = self.tree.span(self.root)
        return [p for p in found if start <= p.start < end]

    def _is_home(self, training: Training, statement: cst.CSTNode) -> bool:
        summary = training.model.summary
        return summary is not None and summary.function.node is statement

    def _all_seen(self, training: Training) -> bool:
        """Whether each place that names the model is one that is converted here."""
        receivers = set()
        for call in training.calls:
            func = call.node.func
            if isinstance(func, cst.Attribute):
                receivers.add(self.tree.span(func.value)[0])
        for place in self.places(training.variable):
            if place.binds or place.start in receivers:
                continue
            if place.attribute in ("add", "pop") and training.model.kind == "sequential":
                continue
            return False
        return True

    def _elsewhere(self, training: Training) -> str:
        """Why the model may be trained in a place that is not converted, if it may."""
        places = self.places(training.variable)
        passed = any(not p.binds and not p.attribute for p in places)
        for statement in self.tree.module.body:
            if not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                continue
            start, end = self.tree.span(statement)
            for match in _TRAINS.finditer(blanked(self.text[start:end])):
                inside = _within(start + match.start(), self.calls)
                if not inside and (passed or match.group(1) == training.variable):
                    home = training.moved and self._is_home(training, statement)
                    if statement is not self.root and not home:
                        return f"`{match.group()}` in `{statement.name.value}` may be of this model"
        return ""

    def source(self, node: cst.CSTNode) -> str:
        """The source of a node, with what is converted inside of it."""
        text = rewritten(self.tree, node, self.replaced)
        return " ".join(line.strip() for line in text.split("\n")) if "#" not in text else text

    def function(self, wanted: tuple[str, ...], key: Any, write: Any) -> tuple[str, str]:
        """The name and source of an emitted function; equal ones are emitted once."""
        if key not in self.functions:
            self.functions[key] = self._fresh(wanted)
        name = self.functions[key]
        return name, write(name)

    def _fresh(self, wanted: tuple[str, ...]) -> str:
        free = [n for n in wanted if n not in self.functions.values()]
        return self.names.lasting(*(free or wanted))


def folded_sum(line: str) -> str:
    """`x = a * (b + c)`, in brackets over several lines where it is too long for one."""
    head, bracket, rest = line.partition(" * (")
    if len(line) <= WIDTH or not bracket:
        return line
    inner = rest.removesuffix(")")
    one = f"        {inner}"
    lines = [one] if len(one) <= WIDTH else [f"        {t}" for t in inner.split(" + ")]
    lines = [lines[0], *(f"        + {line.strip()}" for line in lines[1:])]
    return "\n".join([f"{head} * (", *lines, "    )"])


class _ModelWriter:
    """Writes the training of one model."""

    def __init__(self, shared: _Writer, made: Trained, built: Built) -> None:
        self.shared = shared
        self.made = made
        self.training = made.training
        self.built = built
        self.tree = shared.tree
        self.statements: dict[int, tuple[cst.CSTNode, list[str], dict[tuple[int, int], str]]] = {}
        self.whole: dict[int, list[str]] = {}
        self.removed: list[tuple[int, int]] = []
        self.carried: dict[int, list[str]] = {}  #: comments of statements that go
        self.appended: list[tuple[cst.SimpleStatementLine, list[str]]] = []  #: what follows them
        self.loaders: dict[tuple[Any, ...], str] = {}
        self.ready: dict[tuple[str, ...], Any] = {}  #: variables that hold data, and of what
        self._find_parts()
        root = shared.root
        function = None if isinstance(root, cst.Module) else self.tree.span(root)
        self.names = FreeNames(shared.found, self._vanishing(), function)
        self.penalty = ""
        if made.training.penalties:
            wanted = ("penalty", f"{self.training.variable}_penalty")
            self.penalty, source = shared.function(
                wanted, ("penalty", self.training.variable), self._penalty_source
            )
            made.functions.append((self.penalty, source))
        prefix = f"{self.training.variable}_" if shared.several else ""
        self.criterion = self._lasting(f"{prefix}criterion", f"{prefix}loss_function")
        self.optimizer = self._lasting(f"{prefix}optimizer", f"{prefix}optim")
        self.device = self._lasting("device", "torch_device")

    def _penalty_source(self, name: str) -> str:
        """The function that adds up what regularizers give; tokens stand for the modules."""
        sums: dict[str, list[str]] = {}
        for one in self.training.penalties:
            weight = f"model.{one.token}.{one.parameter}"
            for factor, method in ((one.penalty.square, "square"), (one.penalty.absolute, "abs")):
                if factor is not None and not factor.is_const(0, 0.0):
                    sums.setdefault(factor.wrapped(14), []).append(f"{weight}.{method}().sum()")
        terms = [
            f"{factor} * {parts[0]}" if len(parts) == 1 else f"{factor} * ({' + '.join(parts)})"
            for factor, parts in sums.items()
        ]
        doc = '"""What the regularizers add to the loss."""'
        lines = [f"    total = {terms[0]}", *(f"    total += {t}" for t in terms[1:])]
        lines = [*lines, "    return total"] if terms[1:] else [f"    return {terms[0]}"]
        return "\n".join([f"def {name}(model):", f"    {doc}", *lines, ""])

    def _lasting(self, *wanted: str) -> str:
        return self.names.lasting(*wanted)

    # what goes with the calls -----------------------------------------------------------------

    def _find_parts(self) -> None:
        """Statements that only name an optimizer, a loss, callbacks for these calls."""
        calls = [self.tree.span(c.node) for c in self.training.calls]
        statements = [s for s in _simple(self.shared.root) if self._makes_part(s)]
        for call in self.training.moved:
            calls.remove(self.tree.span(call.node))
        parts: list[tuple[str, cst.SimpleStatementLine]] = []
        for statement in statements:
            assign = statement.body[0]
            assert isinstance(assign, cst.Assign)
            target = assign.targets[0].target
            assert isinstance(target, cst.Name)
            parts.append((target.value, statement))
        changed = True
        while changed:
            changed = False
            spans = [self.tree.span(s) for _, s in parts]
            for name, statement in parts:
                places = [p for p in self.shared.places(name) if not p.binds]
                used = [p for p in places if _within(p.start, calls)]
                inside = [p for p in places if _within(p.start, [*calls, *spans])]
                if len(inside) != len(places) or not (used or inside):
                    parts = [p for p in parts if p[1] is not statement]
                    changed = True
                    break
        self.removed = [statement_lines(self.tree, s) for _, s in parts]
        self.parts = parts

    def _makes_part(self, statement: cst.CSTNode) -> bool:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return False
        node = statement.body[0]
        if not isinstance(node, cst.Assign) or len(node.targets) != 1:
            return False
        if not isinstance(node.targets[0].target, cst.Name):
            return False
        value = self.shared.region.scope.values.get(node.targets[0].target.value)
        items = value.items if isinstance(value, Sequence) else (value,)
        return any(isinstance(i, Static) and isinstance(i.expr.value, Configured) for i in items)

    def _vanishing(self) -> list[tuple[int, int]]:
        spans = list(self.removed)
        spans += [
            self.tree.span(call.statement)
            for call in self.training.calls
            if call.statement is not None and call.name in ("fit", "compile")
        ]
        return spans

    # the calls --------------------------------------------------------------------------------

    def call(self, call: TrainingCall) -> None:
        """One call."""
        statement = call.statement
        if call in self.training.moved:
            self._move_compile(call)
            return
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            raise Unsupported("a call in the middle of another statement")
        span, inside = self.tree.span(statement), self.tree.span(call.node)
        if not span[0] <= inside[0] < inside[1] <= span[1]:
            raise Unsupported("a call in the head of another statement")
        getattr(self, f"_{call.name}")(call, statement)

    def _compile(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        if not _is_statement(statement, call.node):
            raise Unsupported("what `compile` gives is used")
        self.whole[id(statement)] = self._compiled_lines(call)
        self.statements.setdefault(id(statement), (statement, [], {}))

    def _move_compile(self, call: TrainingCall) -> None:
        """Criterion and optimizer are made where a function gives the model that it compiled."""
        model, summary = self.training.model, self.training.model.summary
        assert summary is not None
        assert model.node is not None
        statement = call.statement
        if not isinstance(statement, cst.SimpleStatementLine) or call.conditional:
            raise Unsupported("`compile` under a condition in a function")
        name = summary.function.name
        if sum(not p.binds for p in self.shared.found.of(name)) != 1:
            raise Unsupported(f"`{name}` compiles the model, and is used in several places")
        span = self.tree.span(model.node)
        made = next((s for s in _simple(self.shared.root) if _holds(self.tree.span(s), span)), None)
        if made is None or len(made.body) != 1 or not isinstance(made.body[0], cst.Assign):
            raise Unsupported(f"the model that `{name}` compiles gets no name")
        given = self._given_to(model.node, summary)
        lines = [substitute_names(line, given) for line in self._compiled_lines(call)]
        local = {
            n
            for n in self.shared.found.names
            if any(p.binds and p.local and p.function == name for p in self.shared.found.of(n))
        }
        own = {self.criterion, self.optimizer, self.training.variable, "step"}
        unknown = sorted((local & {w for x in lines for w in _WORD.findall(x)}) - own)
        if unknown and unknown[0] not in given.values():
            raise Unsupported(f"`compile` reads `{unknown[0]}` of `{name}`")
        comments = [e.comment.value for e in statement.leading_lines if e.comment is not None]
        comments += comments_in(self.tree.source(statement))
        self.made.comments |= set(comments)
        self.appended.append((made, [*comments, *lines]))
        message = f"`{name}` gives the model alone; criterion and optimizer are made at its call"
        self.made.said.append((ASSUMED, call.node, message))
        self.made.gone.append(statement)

    def _given_to(self, node: cst.CSTNode, summary: Summary) -> dict[str, str]:
        """What the parameters of a function are in a call of it."""
        if not isinstance(node, cst.Call):
            raise Unsupported("a model that no call gives")
        order = [p.name for p in summary.parameters]
        given: dict[str, str] = {}
        for parameter in summary.parameters:
            if parameter.default is not None:
                given[parameter.name] = self.tree.source(parameter.default)
        for position, argument in enumerate(node.args):
            if argument.star or position >= len(order):
                raise Unsupported("a model that is made with arguments not known one by one")
            key = argument.keyword.value if argument.keyword is not None else order[position]
            given[key] = self.tree.source(argument.value)
        return given

    def _compiled_lines(self, call: TrainingCall) -> list[str]:
        """Criterion, optimizer and schedule."""
        compiled = self.training.compiled[id(call)]
        lines = []
        if compiled.loss.criterion.text.isidentifier():
            self.criterion = compiled.loss.criterion.text
        else:
            lines.append(f"{self.criterion} = {compiled.loss.criterion}")
        lines.append(f"{self.optimizer} = {compiled.optimizer.constructor}")
        if compiled.schedule is not None:
            self.scheduler = self._lasting("scheduler", "lr_scheduler")
            lines.append(
                f"{self.scheduler} = torch.optim.lr_scheduler.LambdaLR("
                f"{self.optimizer}, lambda step: {compiled.schedule.factor})"
            )
        self.made.helpers |= compiled.loss.criterion.helpers
        for _, metric in compiled.metrics:
            self.made.helpers |= metric.helpers
        for use in compiled.uses:
            if use.rule.fidelity is Fidelity.CLOSE:
                self.made.said.append((CLOSE_IDIOM, call.node, f"{use.symbol}: {use.rule.note}"))
        if any(name.endswith("clipnorm") for name, _ in compiled.clipping):
            message = "torch adds 1e-6 to the norm of a gradient before it is clipped by that"
            self.made.said.append((CLOSE_IDIOM, call.node, message))
        return lines

    def _summary(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        if not _is_statement(statement, call.node):
            raise Unsupported("what `summary` gives is used")
        if "print_fn" in call.given:
            raise Unsupported("print_fn is not translated")
        self._inline(call, statement, [], f"print({self.training.variable})")

    def _save(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        self._save_weights(call, statement)
        message = "the file holds the weights alone, in torch's format"
        self.made.said.append((ASSUMED, call.node, f"`save`: {message}"))

    def _save_weights(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        path = self._file(call)
        text = f"torch.save({self.training.variable}.state_dict(), {path})"
        self._inline(call, statement, [], text)

    def _load_weights(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        if not _is_statement(statement, call.node):
            raise Unsupported("what `load_weights` gives is used")
        self._refuse(call, "skip_mismatch")
        path = self._file(call)
        self._inline(
            call, statement, [], f"{self.training.variable}.load_state_dict(torch.load({path}))"
        )
        message = "a file that Keras has written must be converted first"
        self.made.said.append((ASSUMED, call.node, f"`load_weights`: {message}"))

    def _file(self, call: TrainingCall) -> str:
        """The name of a file of weights: a literal one gets the ending that torch's have."""
        given = call.given.get("filepath")
        if given is None:
            raise Unsupported("the file is not named")
        text = self._text(given)
        literal_path = re.fullmatch(r"([\"'])([^\"'{}]*)\1", text)
        if literal_path is None:
            return text
        stem = _SUFFIX.sub("", literal_path.group(2))
        return f'"{stem}.pt"'

    def _inline(
        self, call: TrainingCall, statement: cst.SimpleStatementLine, before: list[str], text: str
    ) -> None:
        """The call becomes another expression, after some statements."""
        if before and _is_nested(self.tree.source(statement)):
            raise Unsupported("a call in a comprehension or lambda")
        kept = self.statements.setdefault(id(statement), (statement, [], {}))
        kept[1].extend(before)
        kept[2][self.tree.span(call.node)] = text
        self.shared.replaced[self.tree.span(call.node)] = text

    # data -------------------------------------------------------------------------------------

    def _argument(self, call: TrainingCall, name: str) -> str | None:
        """The source of an argument, None where it is not given or None."""
        given = call.given.get(name)
        if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(None)):
            return None
        return self._text(given)

    def _text(self, given: Given) -> str:
        return self.shared.source(given.node) if given.node is not None else given.text

    def _array(self, call: TrainingCall, name: str) -> str:
        given = call.given.get(name)
        array(given, name)
        assert given is not None
        return self._text(given)

    def _refuse(self, call: TrainingCall, *names: str) -> None:
        for name in names:
            if self._argument(call, name) is not None:
                raise Unsupported(f"{name} is not translated")

    def _inputs(self, text: str) -> str:
        return f"torch.as_tensor({text}, dtype={self._dtype()}){self._column(self._features())}"

    def _column(self, single: bool) -> str:
        return ".reshape(-1, 1)" if single else ""

    def _features(self) -> bool:
        """Whether the model takes one number for each sample, which Keras gets in any shape."""
        dims = self.training.origin.inputs[0].tensor.dims
        return dims is not None and len(dims) == 1 and dims[0] is not None and dims[0].is_const(1)

    def _dtype(self) -> str:
        name = self.built.inputs[0]
        for node in walk(self.built.forward):
            if isinstance(node, (Line, Return)):
                text = node.text if isinstance(node, Line) else node.value.text
                modules = node.modules if isinstance(node, Line) else node.value.modules
                for module in modules:
                    is_lookup = module.constructor.text.startswith("nn.Embedding(")
                    if is_lookup and f"{module.token}({name})" in text:
                        return "torch.long"
        return "torch.float32"

    def _targets(self, text: str, compiled: Compiled) -> str:
        """Targets as the criterion wants them; Keras takes more shapes than torch."""
        rank, units = self.training.rank, self.training.units
        if compiled.loss.targets is Targets.CLASSES:
            made = f"torch.as_tensor({text}, dtype=torch.long)"
            if rank == 2:
                return f"{made}.flatten()"
            if rank == 3:
                return f"{made}.flatten(1)"
            raise Unsupported("classes as targets of an output with more than three axes")
        made = f"torch.as_tensor({text}, dtype=torch.float32)"
        return made + self._column(rank == 2 and units == 1)

    def _loader(self, data: str, size: str, shuffle: str = "") -> str:
        return f"DataLoader({data}, batch_size={size}{shuffle})"

    def _epoch(self, compiled: Compiled) -> Epoch:
        output = compiled.prediction.output.text
        targets = "targets"
        given = output
        if compiled.loss.classes_first:
            given = f"{output}.movedim(-1, 1)"
            if compiled.loss.targets is Targets.LIKE:
                targets = "targets.movedim(-1, 1)"
        elif compiled.loss.targets is Targets.LIKE and not self._same_shape():
            targets = f"targets.view_as({output})"
        elementwise = ""
        if compiled.prediction.elementwise:
            elementwise = "" if compiled.loss.per_sample else ".flatten(1).mean(1)"
        return Epoch(
            output,
            f"criterion({given}, {targets})",
            compiled.metrics,
            compiled.prediction.elementwise,
            elementwise,
            self.device,
        )

    def _same_shape(self) -> bool:
        """Whether targets are sure to have the shape of the output."""
        rank, units = self.training.rank, self.training.units
        return units is not None and (units > 1 or rank == 2)

    # evaluate, predict ------------------------------------------------------------------------

    def _evaluate(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        self._refuse(call, "sample_weight", "steps", "callbacks")
        if "return_dict" in call.given:
            raise Unsupported("return_dict is not translated")
        compiled = self._compiled_of(call)
        key = self._key(call)
        loader = self.loaders.get(key)
        before: list[str] = []
        if loader is None:
            data = self._lasting("test_data", "test_dataset")
            x, y = self._array(call, "x"), self._array(call, "y")
            before.append(
                f"{data} = TensorDataset({self._inputs(x)}, {self._targets(y, compiled)})"
            )
            if not self.is_new(call, before, ("x", "y")):
                before.clear()
            loader = self._loader(data, self._argument(call, "batch_size") or "32")
        text = f"{self._evaluator(compiled)}({self.training.variable}, {loader}, {self.criterion})"
        if _is_statement(statement, call.node):
            self.whole[id(statement)] = [*before, *self._shown(call, statement, compiled, text)]
            self.statements.setdefault(id(statement), (statement, [], {}))
            return
        if compiled.metrics and not self._unpacked(call, statement):
            text = f"list({text})"
        self._inline(call, statement, before, text)

    def is_new(self, call: TrainingCall, lines: list[str], names: tuple[str, ...]) -> bool:
        """Whether data must be made ready, since it isn't the same that it was before."""
        versions = tuple(call.given[n].versions for n in names if n in call.given)
        targets = tuple(line.split(" = ")[0] for line in lines)
        same = self.ready.get(targets) == (tuple(lines), versions)
        always = not (call.conditional or call.in_loop)
        self.ready[targets] = (tuple(lines), versions) if always else None
        return not same

    def _shown(
        self, call: TrainingCall, statement: cst.SimpleStatementLine, compiled: Compiled, text: str
    ) -> list[str]:
        """What an `evaluate` prints whose result nobody takes."""
        if self._argument(call, "verbose") in ("0", "False"):
            return [text]
        end = self.tree.span(statement)[1]
        values = {
            key: self.names.passing(_identifier(key), end=end, looped=call.in_loop)
            for key in compiled.keys
        }
        return [f"{', '.join(values.values())} = {text}", *_printed("", values)]

    def _unpacked(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> bool:
        """Whether a tuple serves as well as the list that Keras gives."""
        node = statement.body[0]
        after = self.tree.span(call.node)[1]
        if self.tree.text[after : after + 1] == "[":
            return True
        if not isinstance(node, cst.Assign) or node.value is not call.node:
            return False
        target = node.targets[0].target
        if isinstance(target, (cst.Tuple, cst.List)):
            return True
        if not isinstance(target, cst.Name):
            return False
        end = self.tree.span(statement)[1]
        places = [p for p in self.shared.places(target.value) if p.start > end and not p.binds]
        return all(self.tree.text[p.end : p.end + 1] == "[" for p in places)

    def _evaluator(self, compiled: Compiled) -> str:
        epoch = self._epoch(compiled)
        name, source = self.shared.function(
            ("evaluate", f"evaluate_{self.training.variable}", "evaluate_model"),
            ("evaluate", epoch, self.penalty),
            lambda name: evaluate(name, epoch, self._added()),
        )
        self._emit(name, source)
        return name

    def _added(self) -> str:
        """What is added to the loss of each batch."""
        return f"{self.penalty}(model)" if self.penalty else ""

    def _emit(self, name: str, source: str) -> None:
        if (name, source) not in self.made.functions:
            self.made.functions.append((name, source))
        self.made.device = self.device

    def _compiled_of(self, call: TrainingCall) -> Compiled:
        if call.compiled is None or id(call.compiled) not in self.training.compiled:
            raise Unsupported("the model is not compiled before, as far as can be seen")
        return self.training.compiled[id(call.compiled)]

    def _key(self, call: TrainingCall) -> tuple[Any, ...]:
        """What data a call names, and which assignments of it."""
        found = []
        for name in ("x", "y"):
            given = call.given.get(name)
            if given is not None:
                found.append((self._text(given), given.versions))
        return tuple(found)

    def _predict(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        self._refuse(call, "steps", "callbacks")
        x = self._array(call, "x")
        how = Predicting(
            self.training.activation,
            self.training.ends_in,
            1 if self.training.rank == 2 else -1,
            self._dtype(),
            self._column(self._features()),
            self.shared.sized,
            self.device,
        )
        name, source = self.shared.function(
            ("predict", f"predict_{self.training.variable}", "predict_with"),
            ("predict", how),
            lambda name: predict(name, how),
        )
        self._emit(name, source)
        size = self._argument(call, "batch_size")
        sized = f", batch_size={size}" if size is not None else ""
        self._inline(call, statement, [], f"{name}({self.training.variable}, {x}{sized})")

    # fit --------------------------------------------------------------------------------------

    def _fit(self, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
        self._refuse(call, "initial_epoch", "steps_per_epoch", "validation_steps")
        if "validation_freq" in call.given:
            raise Unsupported("validation_freq is not translated")
        writer = _FitWriter(self, call, statement)
        self.whole[id(statement)] = writer.lines()
        self.statements.setdefault(id(statement), (statement, [], {}))

    # the edits --------------------------------------------------------------------------------

    def finish(self) -> None:
        """The edits of all statements."""
        for _, part in self.parts:
            comments = [e.comment.value for e in part.leading_lines if e.comment is not None]
            if part.trailing_whitespace.comment is not None:
                comments.append(part.trailing_whitespace.comment.value)
            comments += comments_in(self.tree.source(part))
            self.made.gone.append(part)
            self._remove(part, comments)
        for after, lines in self.appended:
            start, end = self.tree.span(after)
            indent = start - self.tree.line_start(start)
            spot = self.tree.line_end(max(end - 1, start))
            newline = "" if self.tree.text[:spot].endswith("\n") else "\n"
            self.made.edits.append(Edit(spot, spot, f"{newline}{_block(lines, indent)}\n"))
        for key, (statement, before, inside) in self.statements.items():
            start, end = self.tree.span(statement)
            indent = start - self.tree.line_start(start)
            if key in self.whole:
                lines = [*before, *self.whole[key]]
                lost = comments_in(self.tree.source(statement))
                lines = [*self._taken(statement), *lost, *lines]
                apart = _begins_loop(lines) and self._follows_closely(start)
                text = _block(lines, indent).lstrip(" ")
                begin = start - indent if apart else start
                text = f"\n{' ' * indent}{text}" if apart else text
                self.made.edits.append(Edit(begin, end, text))
                continue
            source = self.tree.text[start:end]
            shifted = [Edit(s - start, e - start, t) for (s, e), t in inside.items()]
            text = apply(source, shifted)
            if "\n" not in text:
                text = fold(text, indent).lstrip(" ")
            head = _block(before, indent).lstrip(" ")
            joined = f"{head}\n{' ' * indent}{text}" if before else text
            self.made.edits.append(Edit(start, end, joined))

    def _follows_closely(self, start: int) -> bool:
        """Whether another statement stands right above, without a blank line."""
        begin = self.tree.line_start(start)
        for first, after in sorted(self.removed, reverse=True):
            begin = first if after == begin else begin
        above = self.tree.text[:begin].rstrip(" ")
        last = above.rstrip("\n").rpartition("\n")[2].strip()
        return bool(above) and not above.endswith("\n\n") and not last.endswith(":")

    def _taken(self, statement: cst.CSTNode) -> list[str]:
        """Comments of removed statements that belong to this one."""
        start = self.tree.span(statement)[0]
        found = [c for spot, cs in list(self.carried.items()) if spot < start for c in cs]
        for spot in [s for s in self.carried if s < start]:
            del self.carried[spot]
        return found

    def _remove(self, statement: cst.SimpleStatementLine, comments: list[str]) -> None:
        start, end = statement_lines(self.tree, statement)
        text = self.tree.text
        while end < len(text) and text[:start].endswith("\n\n"):
            line = text[end : self.tree.line_end(end)]
            if line.strip() or not line:
                break
            end = self.tree.line_end(end)
        self.made.edits.append(Edit(start, end, ""))
        if comments:
            self.carried[start] = comments


class _FitWriter:
    """The loop in the place of one `fit`."""

    def __init__(
        self, model: _ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
    ) -> None:
        self.model = model
        self.call = call
        self.statement = statement
        self.tree = model.tree
        self.compiled = model._compiled_of(call)
        self.end = self.tree.span(statement)[1]
        self.epochs = model._argument(call, "epochs") or "1"
        self.verbose = self._verbosity()
        self.history = self._history()
        self.x, self.y = model._array(call, "x"), model._array(call, "y")
        self.split: list[str] = []
        self.datasets: list[str] = []
        self.loaders: list[str] = []

    def _name(self, *wanted: str) -> str:
        return self.model.names.passing(*wanted, end=self.end, looped=self.call.in_loop)

    def _verbosity(self) -> int:
        given = self.call.given.get("verbose")
        if given is None:
            return 1
        value = given.value
        if isinstance(value, Static) and value.expr.is_const("auto", True):
            return 1
        if isinstance(value, Static) and value.expr.is_const(0, 1, 2, False):
            return int(value.expr.value)
        raise Unsupported("verbose is only known at run time")

    # what it gives ----------------------------------------------------------------------------

    def _history(self) -> str:
        """The variable for the history, "" where nobody reads it."""
        node = self.statement.body[0]
        if isinstance(node, cst.Expr) and node.value is self.call.node:
            return ""
        if (
            isinstance(node, cst.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0].target, cst.Name)
            and node.value is self.call.node
        ):
            name = node.targets[0].target.value
            places = self._readers(name)
            self.object = any(p.attribute not in ("history", "epoch") for p in places)
            return name if places else ""
        raise Unsupported("what `fit` gives is used in a way that is not translated")

    def _readers(self, name: str) -> list[Occurrence]:
        return [p for p in self.model.shared.places(name) if not p.binds]

    def _rewrite_readers(self) -> None:
        """`history.history["loss"]` becomes `history["loss"]`."""
        for place in self._readers(self.history):
            start, end = place.start, place.attribute_end
            if place.attribute == "history":
                text = self.history
            elif self.tree.text[:start].endswith("len(") and self.tree.text[end] == ")":
                text = f'{self.history}["loss"]'
            else:
                text = f'range(len({self.history}["loss"]))'
            self.model.made.edits.append(Edit(start, end, text))

    # the lines --------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """All statements."""
        model, compiled = self.model, self.compiled
        validated = self._validation()
        train = self._training_data()
        values = {key: self._name(_identifier(key)) for key in compiled.keys}
        if validated:
            values |= {f"val_{key}": self._name(f"val_{_identifier(key)}") for key in compiled.keys}
        hooks = self._hooks(values)
        read = {k for h in hooks for k in h.reads}
        shown = bool(self.verbose or self.history)
        if validated and not shown and not any(k.startswith("val_") for k in read):
            validated = ""
            values = {k: v for k, v in values.items() if not k.startswith("val_")}
            del self.datasets[1:], self.loaders[1:]
        bound = shown or bool(read)
        step = self._steps(train, values, validated, bound)
        body = [line for h in hooks for line in h.epoch_start] + step
        epoch = self._name("epoch")
        if self.history:
            body += [
                f'{self.history}["{k}"].append({v})'
                for k, v in [*values.items(), *((k, c) for h in hooks for k, c in h.logs)]
            ]
        if self.verbose:
            total = self.epochs if self.epochs.isdigit() else f"{{{self.epochs}}}"
            body += _printed(f"Epoch {{{epoch} + 1}}/{total} - ", values)
        body += [line for h in hooks for line in h.epoch_end]
        counted = any(re.search(rf"\b{epoch}\b", line) for line in body)
        head = f"for {epoch if counted else '_'} in range({self.epochs}):"
        before = [line for h in hooks for line in h.before]
        logged = {key: code for h in hooks for key, code in h.logs}
        if self.history:
            entries = ", ".join(f'"{k}": []' for k in [*values, *logged])
            before.insert(0, f"{self.history} = {{{entries}}}")
        after = [line for h in hooks for line in h.after]
        if self.history and not self.object:
            self._rewrite_readers()
        elif self.history:
            after.append(
                f"{self.history} = SimpleNamespace(history={self.history}, "
                f'epoch=list(range(len({self.history}["loss"]))))'
            )
        for hook in hooks:
            model.made.helpers |= hook.helpers
        setup = [*self.split, *self.datasets, *self.loaders]
        if not model.is_new(self.call, setup, ("x", "y", "validation_data")):
            setup = []
        if self.epochs == "1" and not hooks:
            return [*setup, *self._one_epoch(step, values), *after]
        loop = [*before, head, *(f"    {line}" for line in body), *after]
        made = [*setup, *([""] if setup else []), *loop]
        following = self.tree.text[self.tree.line_end(self.end) :]
        return made if not following.strip() or following.startswith(("\n", "\r")) else [*made, ""]

    def _one_epoch(self, step: list[str], values: dict[str, str]) -> list[str]:
        """A single epoch needs no loop."""
        found = list(step)
        if self.history:
            entries = ", ".join(f'"{k}": [{v}]' for k, v in values.items())
            found.append(f"{self.history} = {{{entries}}}")
        if self.verbose:
            found += _printed("", values)
        return found

    def _steps(self, train: str, values: dict[str, str], validated: str, bound: bool) -> list[str]:
        """The statements that train and validate."""
        model, compiled = self.model, self.compiled
        arguments = [model.training.variable, train, model.criterion, model.optimizer]
        if compiled.schedule is not None:
            arguments.append(model.scheduler)
        trained = f"{self._trainer()}({', '.join(arguments)})"
        if bound:
            names = [v for k, v in values.items() if not k.startswith("val_")]
            trained = f"{', '.join(names)} = {trained}"
        found = [trained]
        if validated:
            names = [v for k, v in values.items() if k.startswith("val_")]
            evaluator = model._evaluator(compiled)
            called = f"{evaluator}({model.training.variable}, {validated}, {model.criterion})"
            found.append(f"{', '.join(names)} = {called}")
        return found

    def _trainer(self) -> str:
        model, compiled = self.model, self.compiled
        epoch = model._epoch(compiled)
        steps = Steps(
            progress=self.verbose == 1,
            weighted=compiled.prediction.elementwise and weighs(self.call),
            clipping=_clipping(compiled),
            scheduled=compiled.schedule is not None,
            penalty=model._added(),
        )
        name, source = model.shared.function(
            ("train_epoch", f"train_{model.training.variable}_epoch", "train_one_epoch"),
            ("train", epoch, steps),
            lambda name: train_epoch(name, epoch, steps),
        )
        model._emit(name, source)
        return name

    def _training_data(self) -> str:
        model = self.model
        data = model._lasting("train_data", "training_data")
        loader = model._lasting("train_loader", "training_loader")
        inputs, targets = model._inputs(self.x), model._targets(self.y, self.compiled)
        size = model._argument(self.call, "batch_size") or "32"
        weights = self._weights()
        weighted = f", {weights}" if weights else ""
        self.datasets.insert(0, f"{data} = TensorDataset({inputs}, {targets}{weighted})")
        self.loaders.insert(0, f"{loader} = {model._loader(data, size, self._shuffle())}")
        return loader

    def _weights(self) -> str:
        """A weight for each sample, "" where all count alike."""
        model, call = self.model, self.call
        each = model._argument(call, "sample_weight")
        by_class = model._argument(call, "class_weight")
        if each is not None:
            array(call.given["sample_weight"], "sample_weight")
            if by_class is not None or model._argument(call, "validation_split") is not None:
                raise Unsupported("sample_weight together with class_weight or validation_split")
            return f"torch.as_tensor({each}, dtype=torch.float32)"
        if by_class is None:
            return ""
        if not by_class.isidentifier():
            name = self._name("class_weight", "weight_of_class")
            self.split.append(f"{name} = {by_class}")
            by_class = name
        labels = self.y
        classes = self.compiled.loss.targets is Targets.CLASSES
        if not classes and model.training.units != 1:
            labels = f"{self.y}.argmax(1)"
        labels = f"np.ravel({labels})"
        model.made.helpers.add("numpy")
        return f"torch.tensor([{by_class}.get(int(label), 1.0) for label in {labels}])"

    def _shuffle(self) -> str:
        given = self.call.given.get("shuffle")
        if given is None:
            return ", shuffle=True"
        if isinstance(given.value, Static) and given.value.expr.is_const(False):
            return ""
        return f", shuffle={self.model._text(given)}"

    def _validation(self) -> str:
        """The loader of the validation data, "" where there is none."""
        model, call = self.model, self.call
        size = (
            model._argument(call, "validation_batch_size")
            or model._argument(call, "batch_size")
            or "32"
        )
        data = model._lasting("val_data", "validation_data")
        loader = model._lasting("val_loader", "validation_loader")
        if model._argument(call, "validation_data") is not None:
            x, y, key = self._validation_arrays()
            model.loaders[key] = loader
        elif model._argument(call, "validation_split") is not None:
            if self._split_off():
                x, y = self.x_rest, self.y_rest
            else:
                return ""
        else:
            return ""
        made = f"TensorDataset({model._inputs(x)}, {model._targets(y, self.compiled)})"
        self.datasets.append(f"{data} = {made}")
        self.loaders.append(f"{loader} = {model._loader(data, size)}")
        return loader

    def _validation_arrays(self) -> tuple[str, str, tuple[Any, ...]]:
        given = self.call.given["validation_data"]
        value, node = given.value, given.node
        if not isinstance(value, Sequence) or len(value.items) != 2 or node is None:
            raise Unsupported("validation_data that is not a pair of arrays")
        if isinstance(node, (cst.Tuple, cst.List)):
            parts = []
            for element, item in zip(node.elements, value.items, strict=True):
                text = self.model.shared.source(element.value)
                words = set(_WORD.findall(text))
                versions = tuple(v for v in given.versions if v[0] in words)
                part = Given(item, text, versions, element.value)
                parts.append((array(part, "validation_data") and text, versions))
            return parts[0][0], parts[1][0], tuple(parts)
        text = self.model._text(given)
        return f"{text}[0]", f"{text}[1]", (text, given.versions)

    def _split_off(self) -> bool:
        """Take the last part of the data for validation, as Keras does before it shuffles."""
        given = self.call.given["validation_split"]
        value = given.value
        if not isinstance(value, Static):
            raise Unsupported("validation_split is not known")
        if value.expr.is_const(0, 0.0):
            return False
        text = self.model._text(given)
        share = f"(1 - {text})"
        if value.expr.known and isinstance(value.expr.value, float) and _NUMBER.fullmatch(text):
            rest = repr(1 - value.expr.value)
            if len(rest) < 6:
                share = rest
            percent = repr(round(value.expr.value * 100, 6)).removesuffix(".0")
            self.split.append(f"# The last {percent}% are for validation")
        for name, attribute in (("x", self.x), ("y", self.y)):
            if not attribute.isidentifier():
                raise Unsupported(f"validation_split of {name}, which is not a variable")
        split = self._name("split", "split_at")
        self.split.append(f"{split} = int(len({self.x}) * {share})")
        self.x_rest, self.y_rest = f"{self.x}[{split}:]", f"{self.y}[{split}:]"
        self.x, self.y = f"{self.x}[:{split}]", f"{self.y}[:{split}]"
        return True

    # callbacks --------------------------------------------------------------------------------

    def _hooks(self, values: dict[str, str]) -> list[Hooks]:
        given = self.call.given.get("callbacks")
        if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(None)):
            return []
        model = self.model
        value = given.value
        items = value.items if isinstance(value, Sequence) else (value,)
        better = {"loss": False, **{k: m.larger_is_better for k, m in self.compiled.metrics}}
        better |= {f"val_{k}": v for k, v in better.items()}
        fit = Fit(
            model.training.variable,
            model.optimizer,
            self.epochs,
            self._name("epoch"),
            values,
            better,
            lambda name: self._name(name),
            self._called,
            self.compiled.optimizer.momentum,
        )
        found = []
        for item in items:
            table = model.shared.file.rules.callbacks
            use = use_of(table, "keras.callbacks", item, "a callback")
            for name, argument in use.others.items():
                if not argument.is_const(None):
                    raise Unsupported(f"{use.symbol}: the argument {name} is not translated")
            hooks: Hooks = use.build(fit)
            if hooks.note:
                note = f"{use.symbol}: {hooks.note}"
                model.made.said.append((DROPPED, self.call.node, note))
            found.append(hooks)
        return found

    def _called(self, function: Expr, arguments: tuple[str, str]) -> str:
        """A schedule of the program's own, applied to the epoch and, if it asks, the rate."""
        found = function.value
        if not isinstance(found, UserFunction):
            raise Unsupported("a schedule that is not a function of the program")
        parameters = [p.name.value for p in found.node.params.params]
        if isinstance(found.node, cst.Lambda):
            pairs = dict(zip(parameters, arguments, strict=False))
            return substitute_names(self.tree.source(found.node.body), pairs)
        return f"{function.text}({', '.join(arguments[: len(parameters)])})"


_SUFFIX = re.compile(r"(\.weights)?\.(h5|hdf5|keras|ckpt|tf)$")
_NUMBER = re.compile(r"0?\.\d+")


def _identifier(key: str) -> str:
    cleaned = re.sub(r"\W", "_", key)
    return cleaned if cleaned.isidentifier() else f"value_{cleaned}"


def _printed(head: str, values: dict[str, str]) -> list[str]:
    """The line of an epoch, as Keras prints it."""
    entries = {key: f"{key}: {{{value}:.4f}}" for key, value in values.items()}
    training = " - ".join(e for key, e in entries.items() if not key.startswith("val_"))
    validation = "".join(f" - {e}" for key, e in entries.items() if key.startswith("val_"))
    one = f'print(f"{head}{training}{validation}")'
    if len(one) + 4 > WIDTH and validation:
        return [f'print(f"{head}{training}" f"{validation}")']
    return [one]


def _clipping(compiled: Compiled) -> tuple[str, ...]:
    found = []
    for name, value in compiled.clipping:
        if name == "clipvalue":
            found.append(f"nn.utils.clip_grad_value_(model.parameters(), {value})")
        elif name == "global_clipnorm":
            found.append(f"nn.utils.clip_grad_norm_(model.parameters(), {value})")
        else:
            found.append("for parameter in model.parameters():")
            found.append(f"    nn.utils.clip_grad_norm_(parameter, {value})")
    return tuple(found)


def _simple(root: cst.Module | cst.FunctionDef) -> list[cst.SimpleStatementLine]:
    """The simple statements of a room, those in its branches and loops too."""
    body = root.body if isinstance(root, cst.Module) else root.body.body
    return [s for s in _leaves(list(body)) if isinstance(s, cst.SimpleStatementLine)]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _begins_loop(lines: list[str]) -> bool:
    return any(line.startswith("for ") for line in lines)


def _within(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _is_statement(statement: cst.SimpleStatementLine, node: cst.Call) -> bool:
    small = statement.body[0]
    return isinstance(small, cst.Expr) and small.value is node


def _is_nested(text: str) -> bool:
    return bool(re.search(r"\b(lambda|for)\b", blanked(text)))


def _block(lines: list[str], indent: int) -> str:
    """Statements at an indentation, long ones folded."""
    found = []
    for line in lines:
        inner = len(line) - len(line.lstrip(" "))
        if not line:
            found.append("")
        elif line.lstrip().startswith("#"):
            found.append(" " * indent + line)
        elif line.startswith(("print(",), inner) and '" f"' in line:
            pad = " " * (indent + inner)
            first, second = line.strip()[len("print(") : -1].split('" f"')
            found.append(f'{pad}print(\n{pad}    {first}"\n{pad}    f"{second}\n{pad})')
        else:
            found.append(fold(line.lstrip(" "), indent + inner))
    return "\n".join(found)


__all__ = ["Node"]
