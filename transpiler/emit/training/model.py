"""What the calls of one model have in common: names, data, and the edits of their statements."""

from __future__ import annotations

from typing import Any, TypeAlias

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.epochs import Epoch, Watch, evaluate
from transpiler.emit.training import distributing
from transpiler.emit.training.called_once import called_once
from transpiler.emit.training.captured_settings import refuse_captured
from transpiler.emit.training.compound import Compound, is_nested_head, takes_lines
from transpiler.emit.training.constructors import takes_through_constructor
from transpiler.emit.training.data import (
    arrays_by_name,
    chosen_steps,
    criterion_call,
    each_as_array,
    factor_of,
    for_weights,
    given_by,
    input_keys,
    input_names,
    input_tensors,
    is_aligned,
    is_listed,
    rows_of,
    shaped_targets,
    target_tensor,
)
from transpiler.emit.training.evaluation_order import check_order
from transpiler.emit.training.going_parts import calls_of_others, going_parts
from transpiler.emit.training.hidden_functions import refuse_hidden
from transpiler.emit.training.lent_parts import (
    has_loss_of_caller,
    has_several_losses,
    in_force,
    take_as_arguments,
)
from transpiler.emit.training.lines import is_made_once, is_nested, within
from transpiler.emit.training.listed_arrays import (
    arrays_of_list,
    batch_order,
    entries_of,
    of_batches,
    weights_of_outputs,
)
from transpiler.emit.training.loaders import Unpacked, Unpacking, data_set
from transpiler.emit.training.losses_of_calls import gets_another_loss
from transpiler.emit.training.objects import COMPANIONS, takes_from_object
from transpiler.emit.training.one_of_several import pick_parts, picked
from transpiler.emit.training.penalties import asked_of, bounds, constraint, penalty
from transpiler.emit.training.ready import Ready, is_computed
from transpiler.emit.training.receivers import function_of, label_of
from transpiler.emit.training.shared import Part, Shared, Trained
from transpiler.emit.training.whole_steps import STEPS, whole_steps
from transpiler.interpret.context import Shape
from transpiler.interpret.region import Built
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Mapping, Sequence, Static
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import ACTIVITY, LOGITS, PENALIZED
from transpiler.lower.data import array, element_of, is_streamed, sequence_of
from transpiler.lower.heads import Head
from transpiler.lower.masked import INPUT
from transpiler.lower.traced import is_eager
from transpiler.lower.training import Compiled
from transpiler.lower.weighing import holds_weights
from transpiler.record import replace
from transpiler.source.backwards import may_run_backwards, runs_backwards
from transpiler.source.lexical import words_in
from transpiler.source.occurrences import FreeNames
from transpiler.source.suites import statement_lines

#: A statement in which the model is asked for something.
Asking: TypeAlias = "cst.SimpleStatementLine | Compound"

#: A statement, what must stand before it by the ends of the calls, and its new parts.
Changes: TypeAlias = "tuple[cst.CSTNode, dict[int, list[str]], dict[tuple[int, int], str]]"


class ModelWriter:
    """Writes the training of one model."""

    def __init__(
        self,
        shared: Shared,
        made: Trained,
        built: Built,
        part: Part,
        first: ModelWriter | None = None,
    ) -> None:
        self.shared = shared
        self.made = made
        self.training = made.training
        self.built = built
        self.part = part
        self.room = part.room
        self.variable = part.variable
        self.label = label_of(made.training.label or part.variable)
        self.tree = shared.tree
        self.statements: dict[int, Changes] = {}
        self.whole: dict[int, list[str]] = {}
        self.removed: list[tuple[int, int]] = []
        self.named_calls: dict[str, str] = {}  #: calls that have got names, by these
        self.appended: list[tuple[cst.SimpleStatementLine, list[str]]] = []  #: what follows them
        self.ready = Ready(shared, part.room)
        made.ready.append(self.ready)
        self.edits = made.texts.setdefault(part.room.node, [])
        if shared.serves_several(part):
            made.lent[part.room.node] = part.room.region
        self._find_parts()
        root = part.room.node
        function = None if isinstance(root, cst.Module) else self.tree.span(root)
        compiled = made.training.compiled.values()
        helpers = shared.file.names_done_first().union(*(c.helpers for c in compiled))
        reserved = helpers | shared.function_names | shared.starred
        self.names = FreeNames(shared.found, self._vanishing(), function, reserved)
        self.penalty = ""
        weights = made.training.weights
        if weights.adds and not made.training.idle:
            made.asked, paths = asked_of(weights, made.training.home)
            made.asked_paths = paths
            self.penalty, source = shared.function(
                ("penalty", f"{self.label}_penalty"),
                penalty("penalty", weights, paths),
                lambda name: penalty(name, weights, paths),
            )
            made.functions.append((self.penalty, source))
            made.helpers |= weights.helpers
        self.constraint = ""
        if weights.constraints and not made.training.idle:
            constraints = weights.constraints
            self.constraint, source = shared.function(
                ("constrain", f"constrain_{self.label}"),
                constraint("constrain", constraints),
                lambda name: constraint(name, constraints),
            )
            made.functions.append((self.constraint, source))
            made.helpers |= frozenset[str]().union(*(c.constraint.helpers for c in constraints))
        if weights.bounds and not made.training.idle:
            self.constraint, source = shared.function(
                ("constrain", "constrain_layers"), ("bounds",), bounds
            )
            made.functions.append((self.constraint, source))
        told_apart = made.training.label or shared.several(part.room)
        prefix = f"{self.label}_" if told_apart else ""
        given = {name for c in made.training.moved if c.region for name in c.region.parameters}
        read = {w for c in compiled for h in c.heads for w in words_in(h.loss.criterion.text)}
        varies = read & given or any(h.given for c in compiled for h in c.heads)
        self.other_loss = gets_another_loss(shared, made.training, given)
        varies = varies or self.other_loss
        alike = "" if shared.of_one_kind(part.room) and not varies else prefix
        #: The variable of the criterion, and what the calls are given: a function has no variable.
        self.criterion_name = self.lasting(f"{alike}criterion", f"{alike}loss_function")
        self.criterion = self.criterion_name
        mine = prefix if made.training.late is None else ""  # a loop makes one for each model
        self.optimizer = self.lasting(f"{mine}optimizer", f"{mine}optim")
        self.device = self.names.seen_everywhere("device", "torch_device")
        self.scheduler = self.scaler = self.averaged = self.batch_numbers = ""
        #: of functions that hand the model on, by the ids of their regions
        self.passing: dict[int, ModelWriter] = {}
        self.home: Part = part if first is None else first.home  #: where it is compiled
        self.open = False  #: whether other models may be meant by what is written here
        self.parallel = ""  #: the model in DistributedDataParallel, where a strategy spreads it
        if first is not None and made.training.beside is None:
            self._take_over(first)
            pick_parts(self, first.part)

    @property
    def kept_on(self) -> str:
        """What the names of attributes begin with, where the object keeps the optimizer."""
        owner, dot, _ = self.optimizer.rpartition(".")
        return f"{owner}{dot}"

    def criterion_of(self, head: Head) -> str:
        """The variable for the criterion of an output."""
        owner, dot, name = self.criterion_name.rpartition(".")
        return f"{owner}{dot}{head.variable}_{name}" if head.name else self.criterion_name

    def _take_over(self, first: ModelWriter) -> None:
        """Criterion and optimizer of the function where the model is compiled."""
        if first.optimizer.startswith("self.") and first.room.owner == self.room.owner:
            self.criterion, self.optimizer = first.criterion, first.optimizer
            self.criterion_name = first.criterion_name
            self._take_companions(first)
            return
        if takes_from_object(self, first):
            return
        if first.room.owner != self.room.owner and takes_through_constructor(self, first):
            return
        seen = isinstance(first.room.node, cst.Module) or first.room is self.room
        if seen and not self.part.is_lent:
            self.criterion, self.optimizer = first.criterion, first.optimizer
            self._take_companions(first)
            return
        self.optimizer = self.criterion = ""
        several = any(c.several for c in self.training.compiled.values())
        trains = any(c.name in ("fit", "train_on_batch") for c in self.part.calls)
        trains |= self.part.passes
        if not several and self.part.is_lent and trains:
            take_as_arguments(self, first)
            return
        own = has_loss_of_caller(self) or has_several_losses(self)
        if not several and self.part.is_lent and own:
            take_as_arguments(self, first, trains=False)
            return
        compiled = in_force(self)
        if compiled is not None and not compiled.several:
            self.criterion = compiled.loss.criterion.text
            if compiled.loss.criterion.names or compiled.heads[0].given:
                self.criterion = ""

    def _take_companions(self, first: ModelWriter) -> None:
        """What stands beside the optimizer, where that is the same variable."""
        for what in COMPANIONS:
            setattr(self, what, getattr(first, what))

    def lent_with_it(self, compiled: Compiled) -> dict[str, str]:
        """What a function gets with the model to train it, and the variables that hold it."""
        names = ["criterion", *compiled.heads[0].given]
        wanted = dict(zip(names, self.criterion.split(", "), strict=False))
        wanted["optimizer"] = self.optimizer
        if compiled.loss.criterion.text.isidentifier() and not compiled.loss.given:
            del wanted["criterion"]
        wanted |= self.companions(compiled)
        return wanted | ({"parallel": self.parallel} if self.parallel else {})

    def stepping(self, compiled: Compiled) -> list[str]:
        """What steps the weights: the optimizer, and what stands beside it."""
        return [self.optimizer, *self.companions(compiled).values()]

    def companions(self, compiled: Compiled) -> dict[str, str]:
        """What stands beside the optimizer, and the variables that hold it."""
        return {name: getattr(self, name) for name in compiled.optimizing.companions}

    def lasting(self, *wanted: str) -> str:
        return self.names.lasting(*wanted)

    def _find_parts(self) -> None:
        """Statements that only name an optimizer, a loss, callbacks for these calls."""
        chosen = [c.choices for c in self.training.compiled.values() if c.choices is not None]
        waiting = [span for choices in chosen for span in choices.texts]
        parts = going_parts(self.shared, self.part, waiting)
        self.naming = parts  #: those that other models have taken out, too
        self.removed = [statement_lines(self.tree, s) for _, s in parts]
        serves = self.shared.serves_several(self.part)  # then others write the same of it
        self.parts = [p for p in parts if serves or id(p[1]) not in self.shared.gone]
        self.shared.gone |= {id(statement) for _, statement in parts}
        self.made.vanishing += [self.tree.span(c.node) for c in self.part.calls]
        self.made.vanishing += [*self.part.lending, *self.removed]
        places = [p for name, _ in parts for p in self.shared.places(self.room, name)]
        self.made.sharing |= {
            id(node)
            for span, node in calls_of_others(self.shared, self.part).items()
            if any(within(p.start, [span]) for p in places)
        }

    def _vanishing(self) -> list[tuple[int, int]]:
        spans = [*self.removed, *self.part.lending]
        spans += [
            self.tree.span(call.statement)
            for call in self.part.calls
            if call.statement is not None and call.name in ("fit", "compile")
        ]
        return spans

    def inline(self, call: TrainingCall, statement: Asking, before: list[str], text: str) -> None:
        """The call becomes another expression, after some statements."""
        before, (text,) = called_once(self, call, before, [text])
        if isinstance(statement, cst.SimpleStatementLine):
            around = self.tree.source(statement).replace(self.tree.source(call.node), "")
            nested = is_nested(around)
        elif not (nested := is_nested_head(self.tree, statement)):
            nested = not takes_lines(self.tree, statement)
        if before and nested and not is_made_once(self.tree.source(statement), call):
            raise Unsupported("a call in what may be evaluated again and again: write a loop")
        if before:
            check_order(self.tree, statement, call)
        kept = self.statements.setdefault(id(statement), (statement, {}, {}))
        span = self.tree.span(call.node)
        kept[1][span[1]] = before
        kept[2][span] = text
        self.shared.replaced[span] = self.made.inlined[span] = text

    def argument(self, call: TrainingCall, name: str) -> str | None:
        """The source of an argument, None where it is not given or None."""
        given = call.given.get(name)
        if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(None)):
            return None
        text = self.source_of(given)
        counts = name in STEPS and not call.by_samples
        return whole_steps(text, self.shared.tree.text) if counts else text

    def source_of(self, given: Given) -> str:
        return self.shared.source(given.node) if given.node is not None else given.text

    def array(self, call: TrainingCall, name: str) -> str:
        given = call.given.get(name)
        array(given, name)
        assert given is not None
        return self.source_of(given)

    def inputs(self, xs: tuple[str, ...]) -> str:
        """The tensors of arrays."""
        if is_listed(self.built):
            if self.shared.tables.hold_in(xs[0]):
                self.made.helpers.add("numpy")
                xs = (each_as_array(xs[0]), *xs[1:])
            arrays = (xs[0], *map(self.as_array, xs[1:]))
        else:
            arrays = tuple(map(self.as_array, xs))
        return ", ".join(input_tensors(self.built, self.training, arrays))

    def as_array(self, x: str) -> str:
        """The source of an array that torch takes, also where the program has a table."""
        turned = runs_backwards(x, self.tree.blanked)
        if turned and not self.shared.tables.hold(x):  # a copy of a table is one
            return f"{x}.copy()"
        if turned or may_run_backwards(x, self.tree.text, self.shared.turning):
            self.made.helpers.add("numpy")
            return f"np.ascontiguousarray({x})"
        if not self.shared.tables.hold(x):
            return x
        self.made.helpers.add("numpy")
        return f"np.asarray({x})"

    @property
    def input_keys(self) -> list[str]:
        """What Keras calls the inputs of the model; "" without a name."""
        return input_keys(self.built, self.training.origin)

    def arrays(self, given: Given | None, what: str, surely: bool = False) -> tuple[str, ...]:
        """The sources of the arrays for the inputs of the model."""
        text = self.source_of(given) if given is not None else ""
        if is_listed(self.built):
            return arrays_of_list(self, text, given, what)
        listed = given is not None and isinstance(given.value, Sequence)
        if listed and len(self.built.keys) > 1:
            raise Unsupported(f"{what} is a list, of which Keras gives a dict in another order")
        keys = self.input_keys
        held = entries_of(self, given, keys)
        return held or arrays_by_name(given, text, keys, what, surely)

    def data_set(self, call: TrainingCall, name: str = "x") -> Pipeline | None:
        """The data set of tf.data that an argument is, which knows its targets and batches."""
        found = data_set(call.given.get(name))
        if found is not None and found.assumed:
            said = f"`{call.given[name].text}` is taken for a loader of inputs and targets"
            self.made.said.append((ASSUMED, call.node, said))
        return found

    def check_batches(self, call: TrainingCall) -> None:
        """Refuse what says of batches that are given what they say themselves."""
        self.refuse(call, "y", "batch_size", "validation_split", "sample_weight")
        if holds_weights(call, "x"):
            self.refuse(call, "class_weight")

    def unpacking(self, given: Given) -> Unpacking:
        """How loops unpack the batches of an argument: of a data set, or made by the program."""
        whole = is_listed(self.built)
        if whole and self.training.taking.inputs:
            raise Unsupported("batches for a model that takes a list of inputs and single ones")
        arrays = is_streamed(given)
        turned = arrays and sequence_of(given) is None and self.shared.turns_arrays()
        self.made.helpers |= {"numpy"} if turned else set()
        order = batch_order(self) if whole else None
        return Unpacking(self.built, self.training, self.device, arrays, turned, order)

    def loop_over(self, compiled: Compiled, given: Given) -> Unpacked:
        """How loops that train or evaluate do."""
        return self.unpacking(given).batch(element_of(given), compiled)

    def key(self, call: TrainingCall, *names: str) -> tuple[Any, ...]:
        """What data a call names, and which assignments of it."""
        given = [call.given[name] for name in names if name in call.given]
        return tuple((self.source_of(one), one.versions) for one in given)

    def refuse(self, call: TrainingCall, *names: str) -> None:
        for name in names:
            if self.argument(call, name) is not None:
                raise Unsupported(f"{name} is not translated")

    def targets(self, ys: tuple[str, ...], compiled: Compiled, sizes: Shape | None = None) -> str:
        """The tensors of targets, one for each output; `sizes` are those of the only one."""
        sizes = sizes if len(compiled.heads) == 1 else None
        heads = zip(ys, compiled.heads, strict=True)
        return ", ".join(
            target_tensor(self.as_array(y), head, not is_computed(self.shared, y), sizes)
            for y, head in heads
        )

    def target_arrays(
        self, given: Given | None, compiled: Compiled, what: str = "y", surely: bool = False
    ) -> tuple[str, ...]:
        """The sources of the arrays of targets."""
        text = self.source_of(given) if given is not None else ""
        names = [head.name for head in compiled.heads]
        if compiled.heads[0].key and given is not None and isinstance(given.value, Sequence):
            order = sorted(names)  # in which Keras takes the outputs in a dict
            found = dict(zip(order, arrays_by_name(given, text, order, what, surely), strict=True))
            return tuple(found[name] for name in names)
        return arrays_by_name(given, text, names, what, surely)

    def loader(self, data: str, size: str, shuffle: str = "") -> str:
        return f"DataLoader({data}, batch_size={size}{shuffle})"

    def asking_loader(self, data: str, size: str) -> str:
        """The loader of samples that the model is only asked about, once by one process each."""
        if not self.made.spread:
            return self.loader(data, size)
        self.made.helpers.add("part_of_process")
        size = distributing.of_process(size) if not size.isdigit() else size
        return self.loader(data, size, f", sampler=part_of_process({data})")

    def epoch(
        self,
        compiled: Compiled,
        streamed: bool = False,
        loop: Unpacked | None = None,
        in_parts: bool = False,
    ) -> Epoch:
        """What the functions that train and evaluate have in common."""
        heads = compiled.heads
        named = compiled.several
        self.made.helpers |= {"with_axes_of"} if any(map(is_aligned, heads)) else set()
        criteria = tuple(f"{h.variable}_criterion" if named else "criterion" for h in heads)
        calls = [criterion_call(h, name) for h, name in zip(heads, criteria, strict=True)]
        besides = tuple(name for head in heads for name in head.given)
        losses = [
            (f"{head.variable}_loss", code, factor_of(head))
            for head, code in zip(heads, calls, strict=True)
        ]
        outputs = given_by(heads)
        called = f"model.{LOGITS}" if self.training.logits is not None else "model"
        if self.training.penalized is not None:
            outputs, called = [*outputs, ACTIVITY], f"model.{PENALIZED}"
        targets = [head.prediction.targets.text for head in heads]
        refuse_hidden(compiled, {*criteria, *outputs, *targets, *input_names(self.built)})
        return Epoch(
            ", ".join(outputs),
            calls[0],
            called,
            compiled.metrics,
            compiled.prediction.elementwise,
            tuple(map(_reduced, heads)) if compiled.prediction.elementwise else (),
            self.device,
            input_names(self.built),
            self.built.keys,
            of_batches(self),
            tuple(targets),
            criteria + besides,
            tuple(losses) if named else (),
            by_rows=compiled.keras == "2" or is_eager(compiled.call),
            shaping=self._shaping(heads),
            streamed=() if loop is None else loop.tensors,
            batch="" if loop is None else loop.names,
            in_parts=in_parts,
            source="batches" if streamed else "loader",
            autocast=f"torch.{compiled.precision}" if compiled.precision else "",
            summed=self._summing(compiled),
            masked=any(head.steps is not None and not head.steps.apart for head in heads),
        )

    def _shaping(self, heads: tuple[Head, ...]) -> tuple[str, ...]:
        """What stands between a model and its losses: targets in its shape, steps that count."""
        names = {INPUT.format(n): name for n, name in enumerate(input_names(self.built))}
        chosen = [line for head in heads for line in chosen_steps(head, names)]
        return (*filter(None, map(shaped_targets, heads)), *chosen)

    def _summing(self, compiled: Compiled) -> str:
        """The function that adds up what all processes count, "" where there is but one."""
        if not self.made.spread:
            return ""
        distributing.check(compiled)
        name, source = self.shared.function(
            ("sum_over_processes", "sum_across_processes"),
            ("sum", self.device),
            lambda name: distributing.summing(name, self.device),
        )
        self.emit(name, source)
        return name

    def weight_arrays(self, given: Given, compiled: Compiled) -> dict[str, str]:
        """Their arrays: one for all outputs, or one for each."""
        heads = compiled.heads
        if len(heads) > 1:
            given = weights_of_outputs(self, given, [head.name for head in heads])
        written = isinstance(given.node, (cst.List, cst.Tuple, cst.Dict))
        each = (written or isinstance(given.value, (Sequence, Mapping))) and len(heads) > 1
        names = [f"{head.variable}_weights" for head in heads] if each else ["weights"]
        arrays = (
            self.target_arrays(given, compiled, "sample_weight")
            if each
            else arrays_by_name(given, self.source_of(given), [""], "sample_weight")
        )
        return dict(zip(names, arrays, strict=True))

    def evaluator(
        self,
        compiled: Compiled,
        streamed: bool = False,
        weights: tuple[str, ...] = (),
        loop: Unpacked | None = None,
        watch: Watch | None = None,
    ) -> str:
        watch = watch or Watch()
        epoch = replace(self.epoch(compiled, streamed, loop), watched=bool(watch.batch_end))
        label = function_of(label_of((self.home if self.open else self.part).variable))
        names = ("evaluate", f"evaluate_{label}", "evaluate_model")
        name, source = self.shared.function(
            ("evaluate_weighted", *names) if weights else names,
            ("evaluate", epoch, self.added(), weights, watch),
            lambda name: evaluate(name, epoch, self.added(), weights, watch),
        )
        self.emit(name, source)
        return picked(self, "evaluate", name)

    def added(self) -> str:
        """What is added to the loss of each batch."""
        found = [ACTIVITY] if self.training.penalized is not None else []
        found += [f"{self.penalty}(model)"] if self.penalty else []
        return " + ".join(found)

    def emit(self, name: str, source: str) -> None:
        refuse_captured(source, self.training.compiled.values())
        if (name, source) not in self.made.functions:
            self.made.functions.append((name, source))
        self.made.device = self.device

    def compiled_of(self, call: TrainingCall) -> Compiled:
        if call.compiled is None or id(call.compiled) not in self.training.compiled:
            raise Unsupported("the model is not compiled before, as far as can be seen")
        if not self.criterion:
            raise Unsupported("the loss is made with what another function knows")
        return self.training.compiled[id(call.compiled)]


def _reduced(head: Head) -> tuple[str, str, str]:
    """How an unaveraged criterion gives one number for each row, for each weight, and for all."""
    if head.loss.whole:
        return "", "", ""
    return rows_of(head), for_weights(head), "sum" if head.loss.summed else "mean"
