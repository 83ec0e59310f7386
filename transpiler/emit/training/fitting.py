"""The loop in the place of `fit`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.emit.epochs import Epoch, Watch, accumulators, means_so_far, train_epoch
from transpiler.emit.training import distributing
from transpiler.emit.training.asking_data import check_data
from transpiler.emit.training.callbacks import before_history, called, hooks_of
from transpiler.emit.training.called_once import called_once
from transpiler.emit.training.epoch_logs import (
    changes_logged,
    check_columns,
    put_in_turn,
    with_logs,
    written,
)
from transpiler.emit.training.epoch_logs import (
    in_order as sorted_logs,
)
from transpiler.emit.training.evaluation_order import check_arguments
from transpiler.emit.training.files import weights_file
from transpiler.emit.training.fit_data import FitData
from transpiler.emit.training.history import History
from transpiler.emit.training.late_optimizers import optimizer_of_round
from transpiler.emit.training.lines import blocks_joined, distinct, identifiers, replaced_in
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moments import check_counts
from transpiler.emit.training.one_of_several import picked
from transpiler.emit.training.progress import progress_of, shown_values
from transpiler.emit.training.receivers import label_of
from transpiler.emit.training.sequences import after_epoch
from transpiler.emit.training.step_parts import steps_of, taken_over
from transpiler.emit.training.validating import never_validates, validated_after, validates_first
from transpiler.emit.training.weighting import weight_arrays, weighting_of
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Function, Static
from transpiler.ir.expr import Expr, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import BATCH, BATCH_LOGS, Fit, Hooks
from transpiler.lower.watched import constructors
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.importers import texts_around
from transpiler.source.lexical import blanked, may_act, names_in

_NUMBERS = regex(r"[\d\[\](), ]+")
_WORD = regex(r"(?<![\w.])[A-Za-z_]\w*")
#: A place in a template for a file's name: `weights-{epoch:02d}.h5`.
_PLACE = regex(r"\{(\w+)(?=[:}])")
#: Variables of every function that trains for an epoch.
_LOCALS = frozenset(
    {
        "model", "loader", "batches", "optimizer", "scheduler", "scaler", "weights", "loss",
        "averaged", "batch_numbers", "loss_sum", "count", BATCH, BATCH_LOGS,
    }
)  # fmt: skip


def write_fit(writer: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine) -> None:
    """The loop in the place of `fit`."""
    if not writer.optimizer:
        raise Unsupported("the model is compiled in another function, where its optimizer stays")
    check_data(writer, call)
    fit = FitWriter(writer, call, statement)
    lines = fit.lines()
    kept = writer.statements.setdefault(id(statement), (statement, {}, {}))
    if fit.kept.place is None:
        writer.whole[id(statement)] = lines
        return
    kept[1][writer.tree.span(call.node)[1]] = lines
    kept[2][fit.kept.place] = fit.history
    writer.shared.replaced[fit.kept.place] = fit.history


_RATES_IN_TURN = "learning rates that several callbacks log, of which the program picks some"
#: The next line, where a statement begins in it.
_STATEMENT = regex(r"[ \t]*(?!(?:else|elif|except|finally)\b)\S")


#: A value of an epoch whose name is in a variable.
_LEAVES = regex(r"\b(?:break|continue)\b")
_CHOSEN = regex(r"\blogs\[(?![\"'])")


class FitWriter(FitData):
    """The loop in the place of one `fit`."""

    def __init__(
        self, model: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
    ) -> None:
        super().__init__(model, call, statement)
        self.first = self._argument("initial_epoch") or "0"
        self.after = validated_after(model, call)
        self.progress = progress_of(model, call)
        self.kept = History(model, call, statement, self.first, self.epochs)
        self.history = self.kept.growing or self.kept.variable
        self.held = self.kept.variable
        self.logs = ""  #: the variable for all values of an epoch
        self.logged_if: list[str] = []  #: what keeps the values that are logged under a condition
        self.taken: set[str] = set()  #: variables of callbacks
        self.parameters: set[str] = set()  #: of the function for an epoch that hold callbacks

    def lines(self) -> list[str]:
        """All statements."""
        model, compiled = self.model, self.compiled
        optimizer = optimizer_of_round(model, self.call)
        validated = self._validation()
        if not self.weights:
            self.weights, _ = weight_arrays(model, self.call, compiled, None)
        self.weighting = weighting_of(
            model, self.call, compiled, self.ys, self._name, self.weights, self.cut
        )
        self.split += self.weighting.before
        validating, self.streams = self.streams, []
        train = self._training_data()
        self.streams += validating  # in the order of what `fit` is given: both may draw at random
        values = {k: self._name(v, f"train_{v}") for k, v in identifiers(compiled.keys).items()}
        if validated and never_validates(self.after, self.first, self.epochs):
            validated = self._without_validation()
        if validated:
            seen = identifiers(compiled.keys).items()
            values |= {f"val_{key}": self._name(f"val_{name}") for key, name in seen}
        in_order = self._hooks(values, train)
        hooks = sorted(in_order, key=lambda hook: hook.order)
        if any(h.batch_start or h.batch_end for h in hooks) and self._runs_several():
            raise Unsupported(
                "steps_per_execution: Keras calls what is for each batch once for so many of them"
            )
        self.first = next((h.first for h in hooks if h.first), self.first)
        self.kept.first = self.first
        late = bool(self.after) and not validates_first(self.after, self.first)
        stops = any("break" in line for h in hooks for line in (*h.epoch_end, *h.stops))
        known = not stops and self.first.isdigit() and self.epochs.isdigit()
        perhaps = late and not (
            known and _NUMBERS.fullmatch(self.call.given["validation_freq"].text)
        )
        self.kept.rare = self.kept.sparse or (self.kept.rare and perhaps)
        read = {k for h in hooks for k in h.reads}
        if arrays := [k for k in read if k.removeprefix("val_") in compiled.arrays]:
            raise Unsupported(f"a callback that looks at {arrays[0]}, which is several numbers")
        shown = bool(self.progress.line or self.history)
        acts = "validation_data" in self.call.given and may_act(
            self.call.given["validation_data"].text
        )
        unread = not shown and not acts and not any(k.startswith("val_") for k in read)
        if validated and unread:
            validated = self._without_validation()
            values = {k: v for k, v in values.items() if not k.startswith("val_")}
        bound = shown or bool(read)
        step = self._steps(train, values, validated, bound, hooks)
        epoch = self._name("epoch")
        logged = {key: code for h in hooks for key, code in h.logs if not h.when}
        self.logged_if = self._kept_if(hooks)
        changes = changes_logged(in_order)
        logs = values if changes else values | logged
        total = self.epochs if self.epochs.isdigit() else replaced_in(self.epochs)
        shows = f"Epoch {{{epoch} + 1}}/{total} - "
        body = [f"{self.sampler}.set_epoch({epoch})"] if self.sampler else []
        body += [line for h in hooks for line in h.epoch_start]
        if validated and self.sometimes:
            body += self._in_some_epochs(step, logs, values, shows, hooks)
        else:
            body += [*step, *self._kept(logs), *self.logged_if]
            body += self._shown(shows, values)
        for hook in hooks:
            body += self._where_validated(hook, hook.epoch_end, hook.lacking or ())
            body += self._kept({key: f'{self.logs}["{key}"]' for key in hook.adds})
            body += self._kept_perhaps(hook.perhaps)
            body += self._kept(logged) if hook is changes else []
        body = blocks_joined(body, f"if {self.validates_if}:") if self.validates_if else body
        body += distinct(line for h in hooks for line in h.stops)
        body = distributing.joined(body)
        counted = any(re.search(rf"\b{epoch}\b", line) for line in body)
        rounds = self.epochs if self.first == "0" else f"{self.first}, {self.epochs}"
        counted |= any(not place.binds for place in model.shared.found.of("_"))  # which it reads
        head = f"for {epoch if counted else '_'} in range({rounds}):"
        before = distinct(line for h in hooks for line in h.before)
        ordered = self.kept.in_order(values, late) if self.history else values
        keys = [*ordered, *put_in_turn(in_order)]
        if self.history:
            before[:0] = self._empty_history(keys)
        after = []
        if compiled.optimizing.averaging is not None:
            after = [taken_over(model.variable, model.averaged)]
        after += [line for h in in_order for line in self._where_validated(h, h.after)]
        after += self.kept.finished()
        for hook in hooks:
            model.made.helpers |= hook.helpers
        setup = [*self.split, *self.streams, *self.datasets, *self.loaders, *self.parts]
        named, parts = self._called_once(setup, before, body, [head], after, step)
        setup, before, body, (head,), after, step = parts
        parts = [before, body, [head], after, step]
        setup, others = called_once(model, self.call, setup, [line for p in parts for line in p])
        rest = iter(others)
        before, body, (head,), after, step = ([next(rest) for _ in part] for part in parts)
        setup = model.ready.needed(self.call, setup, ("x", "y", "validation_data"))
        setup = [*named, *setup, *optimizer]
        if self.offered:
            model.ready.offer(self.offered, validated)
        if self.epochs == "1" and self.first == "0" and not hooks and not self.sometimes:
            return [*setup, *self._one_epoch(step, values, ordered), *after]
        alone = rounds == "1" and not counted and not any(map(_LEAVES.search, body))
        loop = [*before, *body] if alone else [*before, head, *(f"    {line}" for line in body)]
        loop += after
        made = [*setup, *([""] if setup else []), *loop]
        following = self.tree.text[self.tree.line_end(self.end) :]
        return [*made, ""] if _STATEMENT.match(following) else made

    def _without_validation(self) -> str:
        """Leave out the data of a validation that nobody sees; it is no step of an epoch."""
        del self.datasets[1:], self.loaders[1:]
        self.offered = ()
        return ""

    def _called_once(self, *parts: list[str]) -> tuple[list[str], list[list[str]]]:
        """The statements that name what the program calls once, and those that read it.

        What is read but once is called right there, where nothing else is called before or after.
        """
        named, found = [], list(parts)
        order = list(self.call.given)
        for name, (_, text) in sorted(self.acting.items(), key=lambda it: order.index(it[1][0])):
            read = re.compile(rf"(?<![\w.]){name}\b(?!=)")  # not as a keyword
            reads = sum(len(read.findall(line)) for part in found for line in part)
            alone = reads < 2 and len(self.acting) < 2 and name not in self.reading
            if not alone or not re.fullmatch(r"[\w.]+\([^()\\]*\)", text):
                named.append(f"{name} = {text}")
            else:
                found = [[read.sub(text, line) for line in part] for part in found]
        check_arguments(self.tree, self.call, bool(named))
        return named, found

    @property
    def sometimes(self) -> bool:
        """Whether some epochs may go without a validation."""
        return bool(self.after or self.validates_if)

    def _in_some_epochs(
        self,
        step: list[str],
        logs: dict[str, str],
        values: dict[str, str],
        shows: str,
        hooks: list[Hooks],
    ) -> list[str]:
        """Train in each epoch, and validate in some."""
        looking = [hook for hook in hooks if self._looks_at_validation(hook)]
        if any(self.after or hook.lacking is None for hook in looking):
            raise Unsupported("a callback that looks at a validation which some epochs lack")
        own = {k: v for k, v in logs.items() if k.startswith("val_")}
        others = {k: v for k, v in logs.items() if k not in own}
        validating = [*step[1:], *self._kept(own)]
        body = [step[0], *self._kept(others), *self.logged_if]
        body += self._shown(shows, {k: v for k, v in values.items() if k in others})
        validating += [line.replace('f" - ', 'f"', 1) for line in self._shown("", own)]
        due = self.after.replace("{}", f"{self._name('epoch')} + 1")
        head = f"if {' and '.join(filter(None, (self.validates_if, due)))}:"
        return [*body, head, *(f"    {line}" for line in validating)]

    def _looks_at_validation(self, hook: Hooks) -> bool:
        """Whether a callback may look at a validation where there is none."""
        if hook.looks_if and not self.after and hook.looks_if == self.validates_if:
            return False
        return any(key.startswith("val_") for key in hook.reads)

    def _where_validated(
        self, hook: Hooks, lines: Iterable[str], others: Iterable[str] = ()
    ) -> list[str]:
        """What a callback does, which may have no validation to look at."""
        if not (self.validates_if and self._looks_at_validation(hook) and lines):
            return list(lines)
        if hook.looks_if or any(_CHOSEN.search(line) for line in lines):
            raise Unsupported("a callback that looks at a value which only the run tells")
        otherwise = ["else:", *(f"    {line}" for line in others)] if others else []
        return [f"if {self.validates_if}:", *(f"    {line}" for line in lines), *otherwise]

    def _empty_history(self, keys: list[str]) -> list[str]:
        """The history before the first epoch; without a validation, it has no place for one."""
        if self.kept.empty or self.kept.sparse:
            return [f"{self.history} = {{}}"]
        keys = [k for k in keys if not (self.kept.rare and k.startswith("val_"))]
        sure = [k for k in keys if not (self.validates_if and k.startswith("val_"))]
        lines = [f"{self.history} = {{{', '.join(f'{literal(k)}: []' for k in sure)}}}"]
        if len(sure) < len(keys):
            entries = ", ".join(f"{literal(k)}: []" for k in keys if k not in sure)
            lines += [f"if {self.validates_if}:", f"    {self.history} |= {{{entries}}}"]
        return lines

    def _kept(self, logs: dict[str, str]) -> list[str]:
        """The values of an epoch go into the history, if there is one."""
        if not self.history:
            return []
        kept = self.kept
        if kept.rare:  # the first values make the entries
            logs = sorted_logs(logs, self.model.shared.file.options.keras)
        return [
            (
                f"{self._entry(key)}.append({value})"
                if kept.sparse or (kept.rare and key.startswith("val_"))
                else f'{self.history}["{key}"].append({value})'
            )
            for key, value in logs.items()
        ]

    def _kept_if(self, hooks: list[Hooks]) -> list[str]:
        """The same of what callbacks log that the program adds under a condition."""
        conditional = [hook for hook in hooks if hook.when and hook.logs] if self.history else []
        if conditional and (sum(bool(h.logs) for h in hooks) > 1 or changes_logged(hooks)):
            raise Unsupported(_RATES_IN_TURN)
        return [
            line
            for hook in conditional
            for key, code in hook.logs
            for line in (f"if {hook.when}:", f"    {self._entry(key)}.append({code})")
        ]

    def _entry(self, key: str) -> str:
        """A list of the history, which may have none for it yet."""
        return f"{self.history}.setdefault({literal(key)}, [])"

    def _kept_perhaps(self, keys: tuple[str, ...]) -> list[str]:
        """The same of what a callback adds in some epochs; the history may have no place for it."""
        found: list[str] = []
        for key in keys if self.history else ():
            found.append(f"if {literal(key)} in {self.logs}:")
            found.append(f"    {self._entry(key)}.append({self.logs}[{literal(key)}])")
        return found

    def _one_epoch(
        self, step: list[str], values: dict[str, str], ordered: dict[str, str]
    ) -> list[str]:
        """A single epoch needs no loop."""
        found = list(step)
        if self.history:
            entries = ", ".join(f'"{k}": [{v}]' for k, v in ordered.items())
            found.append(f"{self.history} = {{{entries}}}")
        return [*found, *self._shown("", values)]

    def _shown(self, head: str, values: dict[str, str]) -> list[str]:
        """The line of an epoch, printed by one process."""
        lines = self.progress.shown(head, shown_values(self.compiled, values))
        return distributing.in_first(lines) if lines and self.model.made.spread else lines

    def _steps(
        self, train: str, values: dict[str, str], validated: str, bound: bool, hooks: list[Hooks]
    ) -> list[str]:
        """The statements that train and validate."""
        model, compiled = self.model, self.compiled
        trained_model = model.parallel or model.variable
        arguments = [trained_model, train, model.criterion, *model.stepping(compiled)]
        arguments += [self.weighting.argument] if self.weighting.labels else []
        arguments += [argument for h in hooks for _, argument in h.takes]
        trained = f"{self._trainer(hooks)}({', '.join(arguments)})"
        if bound:
            names = [v for k, v in values.items() if not k.startswith("val_")]
            trained = f"{', '.join(names)} = {trained}"
        found = [trained]
        if validated:
            names = [v for k, v in values.items() if k.startswith("val_")]
            loop = self.validation_loop
            evaluator = model.evaluator(
                compiled, self.validates_stream, self.validation_weights, loop, self._watch(hooks)
            )
            averaged = any(h.averaged for h in hooks)
            looked_at = f"{model.averaged}.module" if averaged else model.variable
            given = [looked_at, validated, model.criterion]
            given += [argument for h in hooks for _, argument in h.test_takes]
            found += [line for h in hooks for line in h.test_start]
            found.append(f"{', '.join(names)} = {evaluator}({', '.join(given)})")
            found += [line for h in hooks for line in h.test_end]
        return found

    def _watch(self, hooks: list[Hooks]) -> Watch:
        """The callbacks that see each batch of the validation."""
        epoch = self.model.epoch(self.compiled, self.validates_stream, self.validation_loop)
        epoch = replace(epoch.counting(self.validation_weights), watched=True)
        ends = tuple(line for h in hooks for line in h.test_batch_end)
        return Watch(
            tuple(parameter for h in hooks for parameter, _ in h.test_takes),
            tuple(line for h in hooks for line in h.test_batch_start),
            self._with_logs(ends, means_so_far(epoch)),
        )

    def _with_logs(self, lines: tuple[str, ...], values: Iterable[str]) -> tuple[str, ...]:
        """Lines at the end of each batch, after one for the values so far where they read it."""
        if not any(re.search(rf"(?<![\w.]){BATCH_LOGS}\b", line) for line in lines):
            return lines
        pairs = dict(zip(self.compiled.keys, values, strict=True))
        return (f"{BATCH_LOGS} = {written(sorted_logs(pairs, self.compiled.keras))}", *lines)

    def _trainer(self, hooks: list[Hooks]) -> str:
        model, compiled = self.model, self.compiled
        ends = tuple(line for h in hooks for line in h.batch_end)
        ends = self._with_logs(ends, self._sums.values())
        if any(h.stops and (h.takes or h.stops_early) for h in hooks):
            ends += ("if model.stop_training:", "    break")
        epoch = replace(self._epoch, watched=bool(ends))
        steps = replace(
            steps_of(model, compiled),
            progress=self.progress.bar,
            weights=self.weighting.names,
            class_weights=self.weighting.labels,
            watching=tuple(parameter for h in hooks for parameter, _ in h.takes),
            batch_start=tuple(line for h in hooks for line in h.batch_start),
            batch_end=ends,
        )
        if model.made.spread:
            models = model.shared.freezing.of
            made = constructors(models, model.built, model.training.home)
            steps = distributing.steps_of_process(steps, made)
            model.made.helpers |= {"average_statistics"} if steps.after else set()
        label = label_of((model.home if model.open else model.part).variable)
        name, source = model.shared.function(
            ("train_epoch", f"train_{label}_epoch", "train_one_epoch"),
            ("train", epoch, steps),
            lambda name: train_epoch(name, epoch, steps),
        )
        model.emit(name, source)
        return picked(model, "train_epoch", name)

    def _free(self, wanted: str) -> str:
        """A variable of its own for each callback that asks for one."""
        name, number = self._name(wanted), 2
        while name in self.taken:
            name, number = self._name(f"{wanted}_{number}"), number + 1
        self.taken.add(name)
        return name

    def _free_in_epoch(self, wanted: str) -> str:
        """The same for a parameter of the function that trains for an epoch."""
        name, number = f"{wanted}_callback" if wanted in self._locals else wanted, 2
        while name in self.parameters:
            name, number = f"{wanted}_{number}", number + 1
        self.parameters.add(name)
        return name

    def _filled(self) -> tuple[str, ...]:
        """The values that templates of the program name, also in files around; f-strings don't."""
        path, texts = self.model.shared.file.path, [(self.tree.text, self.tree.blanked)]
        asked = path and "callbacks" in self.call.given
        others = texts_around(path) if asked else ()
        texts += [(text, blanked(text)) for text in others if _PLACE.search(text)]
        found = ((m, code) for text, code in texts for m in _PLACE.finditer(text))
        plain = (m.group(1) for m, code in found if code[m.start(1)].isspace())
        return tuple(dict.fromkeys(plain))

    def _runs_several(self) -> bool:
        """Whether Keras trains on several batches before it tells callbacks of them."""
        given = self.compiled.call.given.get("steps_per_execution")
        value = given.value if given is not None else None
        one = isinstance(value, Static) and value.expr.is_const(1, None)
        return given is not None and not one

    def _called_in_batch(self, function: Expr, given: tuple[str, ...]) -> str:
        """A function of the program's own in the function that trains for an epoch."""
        found = function.value
        inner = isinstance(found, Function) and (found.nested_in or found.frame is not None)
        alone = isinstance(found, Function) and isinstance(found.node, cst.Lambda)
        names = names_in(blanked(function.text)) - {BATCH, BATCH_LOGS}
        inner = inner or (alone and bool(names & self._locals))
        if inner or (alone and not isinstance(self.model.room.node, cst.Module)):
            raise Unsupported("a callback for each batch that reads variables of a function")
        return called(self.model, function, given, BATCH_LOGS, self._sums)

    @property
    def _epoch(self) -> Epoch:
        """What the function that trains for an epoch gets and counts."""
        epoch = self.model.epoch(self.compiled, self.streamed, self.loop, self.in_parts)
        return epoch.counting(self.weighting.names)

    @property
    def _locals(self) -> set[str]:
        """Variables of the function that trains for an epoch."""
        epoch = self._epoch
        sums = [name for names in accumulators(epoch).values() for name in names]
        words = _WORD.findall(" ".join([epoch.output, epoch.batch, *epoch.criteria]))
        counts = [epoch.batches] if epoch.counts_batches else []
        return {*_LOCALS, *sums, *words, *counts, *epoch.inputs, *epoch.targets}

    @property
    def _sums(self) -> dict[str, str]:
        """What the values of an epoch are after each of its batches."""
        epoch = replace(self._epoch, watched=True)
        return dict(zip(self.compiled.keys, means_so_far(epoch), strict=True))

    def _states(self) -> dict[str, str]:
        """What an interrupted training goes on with, by how it is called in a file."""
        names = ("optimizer", *steps_of(self.model, self.compiled).companions)
        made = zip(names, self.model.stepping(self.compiled), strict=True)
        return {"model": self.model.variable, **dict(made)}

    def _hooks(self, values: dict[str, str], train: str) -> list[Hooks]:
        """What callbacks do in the loop."""
        self.taken |= set(values.values())
        better = dict.fromkeys(self.compiled.keys, False)
        better |= {k: m.larger_is_better for k, m in self.compiled.metrics}
        better |= {f"val_{k}": v for k, v in better.items()}
        logs = self.logs = self._name("logs", "epoch_logs")
        fit = Fit(
            self.model.variable,
            self.model.optimizer,
            self.epochs,
            self._name("epoch"),
            values,
            better,
            self._free,
            self.taken,
            lambda function, given: called(self.model, function, given, logs, values),
            logs,
            self._filled(),
            "lr" if self.compiled.keras == "2" else "learning_rate",
            steps=self.model.argument(self.call, "steps_per_epoch") or f"len({train})",
            uneven=self.uneven or bool(self.steps),
            first=self.first,
            free_in_epoch=self._free_in_epoch,
            called_in_batch=self._called_in_batch,
            file=lambda path: weights_file(self.model.shared.file, path),
            states=self._states(),
            averages=self.model.averaged,
            device=self.model.device,
            keras=self.compiled.keras,
            exact=self.model.shared.file.options.exact,
        )
        check_counts(self.model, self.call)
        found = hooks_of(self.model, self.call, fit)
        if self.model.made.spread:
            found = [distributing.hooks_of_process(hooks) for hooks in found]
        for name in ("x", "validation_data"):
            if ends := after_epoch(self.model, self.call, name, self.loaders):
                found.append(Hooks(epoch_end=ends))
        check_columns(found)
        made = with_logs(found, fit)
        kept = before_history(self.call)
        unkept = 0 if kept is None else len(found) - kept
        later = [replace(h, logs=(), adds=(), perhaps=()) for h in made[len(made) - unkept :]]
        return [*made[: len(made) - unkept], *later]
