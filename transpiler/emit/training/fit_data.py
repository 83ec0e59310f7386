"""The data of one `fit`: what is made of arrays and data sets, and the loaders of its loop."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM
from transpiler.emit.training import distributing
from transpiler.emit.training.absent import batch_size, may_be_none
from transpiler.emit.training.copied_arrays import apart, refuse_early
from transpiler.emit.training.history_readers import EARLY, made_by_hand
from transpiler.emit.training.lines import bound_by, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.pairs import arrays_of
from transpiler.emit.training.ready import is_computed, size_that_counts
from transpiler.emit.training.sequences import (
    changes_after_epoch,
    sequence_loader,
    steps_of_sequence,
)
from transpiler.emit.training.single_samples import say_single_samples
from transpiler.emit.training.so_many_batches import (
    Count,
    first_batches,
    size_for,
    steps_of_arrays,
    steps_of_epochs,
)
from transpiler.emit.training.streams import (
    note_even,
    note_labels,
    note_listed,
    note_outputs,
    note_steps,
    note_validation,
    passes_go_on,
    so_many,
    stream,
)
from transpiler.emit.training.validation import named_arrays, split_off, validation_arrays
from transpiler.emit.training.weighting import Weighting, sample_weights, weight_arrays
from transpiler.interpret.functions.method_data import perhaps_given
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.lower.data import is_streamed
from transpiler.record import replace
from transpiler.source.lexical import may_act

_ENOUGH = "a sequence with fewer batches than steps_per_epoch ends the training in Keras 2"


class FitData:
    """The statements that make the data of one `fit` ready."""

    def __init__(
        self, model: ModelWriter, call: TrainingCall, statement: cst.SimpleStatementLine
    ) -> None:
        self.model = model
        self.call = call
        self.statement = statement
        self.tree = model.tree
        self.compiled = model.compiled_of(call)
        self.end = self.tree.span(statement)[1]
        self.held = ""  #: the variable of the program that gets the history
        #: variables for what must be called once: of which argument, and what is called
        self.acting: dict[str, tuple[str, str]] = {}
        self.reading: set[str] = set()  #: those that read what `fit` gives a variable anew
        self.epochs = self._argument("epochs") or "1"
        self.pipeline = model.data_set(call)
        self.xs: tuple[str, ...]
        self.ys: tuple[str, ...]
        self.size = self._argument("batch_size") or "32"
        self.steps = ""  #: how many batches of arrays an epoch has, where it is said
        self.in_parts = False  #: whether an epoch gets but some batches of the loader of arrays
        self.uneven = False  #: whether some epochs may have fewer batches than others
        self.streams: list[str] = []  #: generators that get a name
        self.streamed = is_streamed(call.given.get("x"))
        self.loop = None
        self.split: list[str] = []
        if self.streamed or self.pipeline is not None:
            model.check_batches(call)
            self.loop = model.loop_over(self.compiled, call.given["x"])
            note_listed(model, self.loop, call.given["x"])
            if model.argument(call, "steps_per_epoch") is None:
                note_outputs(model, call, self.pipeline, self.compiled)
            self.xs, self.ys = (), ()
            if self.streamed:
                note_labels(model, call, self.compiled)
        else:
            arrays = arrays_of(model, call, self.compiled, self._name, "train")
            self.xs, self.ys, self.split = arrays
            if "class_weight" in call.given and any(is_computed(model.shared, y) for y in self.ys):
                self.xs, of_x = named_arrays(model, self.xs, ("x_train", "train_x"), self._name)
                self.ys, of_y = named_arrays(model, self.ys, ("y_train", "train_y"), self._name)
                self.split += [*of_x, *of_y]
            self.steps = steps_of_epochs(model, call)
            say_single_samples(model, call, self.size)
            if self.steps and self.compiled.keras == "2":
                raise Unsupported("steps_per_epoch of arrays, whose passes Keras 2 joins")
        if model.made.spread and self.streamed:
            raise Unsupported("batches that the program makes itself, under a strategy")
        self.weighting = Weighting()
        self.weights: dict[str, str] = {}  #: the arrays of the samples' weights
        self.cut = ""  #: the variable for where a validation is split off
        self.validates_if = ""  #: the condition under which there is something to validate on
        self.offered: tuple[Any, ...] = ()  #: what the loader of the validation data gives
        self.datasets: list[str] = []
        self.loaders: list[str] = []
        self.parts: list[str] = []  #: what gives each epoch some batches of a loader
        self.sampler = ""  #: of the samples, where several processes share them in random order

    def _argument(self, what: str) -> str | None:
        """The source of an argument; a variable, where it calls what may do more than compute."""
        of_batches = what.endswith("batch_size")
        find = batch_size if of_batches else ModelWriter.argument
        text = find(self.model, self.call, what)
        reads = text is not None and what in EARLY and self._reads_history(what)
        if text is None or not (reads or may_act(text)):
            return text
        name = self._name(what)
        self.reading |= {name} if reads else set()
        self.acting[name] = what, text
        return name

    def _reads_history(self, what: str) -> bool:
        """`history = model.fit(x, y, initial_epoch=history.epoch[-1])`"""
        name = bound_by(self.tree, self.statement) or made_by_hand(self.model, self.call)[0]
        node = self.call.given[what].node
        if not name or node is None:
            return False
        span = self.tree.span(node)
        return any(within(p.start, [span]) for p in self.model.shared.places(self.model.room, name))

    def _name(self, *wanted: str) -> str:
        """A free variable; not the one that holds the history, though nothing reads that later."""
        wanted = tuple(w for w in wanted if w != self.held) or tuple(f"this_{w}" for w in wanted)
        looped = self.tree.span(self.statement)[0] if self.call.in_loop else None
        return self.model.names.passing(*wanted, end=self.end, looped=looped)

    def _stream(self, data: str, steps: str, name: str) -> str:
        """So many batches of a generator, which goes on where it stopped."""
        given = self.call.given[data]
        source = self.model.source_of(given)
        once = data == "x" and self.epochs == "1" and "callbacks" not in self.call.given
        variable = source if once or source.isidentifier() else self._name(name)
        if variable != source:
            self.streams.append(f"{variable} = {source}")
        return stream(self.model, self.call, data, steps, variable)

    def _loaded(self, data: str, pipeline: Pipeline, steps: str, name: str) -> str:
        """The batches of a data set, which stays where it is made; one without end goes on."""
        model = self.model
        given = model.source_of(self.call.given[data])
        count = model.argument(self.call, steps)
        if count is None and pipeline.endless:
            raise Unsupported(f"a data set without end, and no {steps}")
        if model.made.spread:
            if count is not None:
                raise Unsupported(f"{steps} under a strategy")
            if not given.isidentifier():
                wanted = "val_data" if name.startswith("val") else "train_data"
                variable = model.lasting(wanted, f"{wanted}_loader")
                self.streams.append(f"{variable} = {given}")
                given = variable
            return self._of_process(given, pipeline, name)
        loader = given
        is_made = pipeline.read_anew or not re.fullmatch(r"[\w.]+", given)
        if is_made and (self.epochs != "1" or count is not None):
            loader = model.lasting(name)
            self.streams.append(f"{loader} = {given}")
        if count is None:
            note_even(model, self.call, pipeline, self.compiled.keras)
            return loader
        if pipeline.is_generator:
            if count == f"len({loader})":
                return loader
            if passes_go_on(model, self.call, steps, self.compiled.keras):
                return self._parts_of(loader, count)
            return so_many(model, self.call, steps).format(loader)
        if self.call.by_samples:
            raise Unsupported(f"{steps} of a data set, in samples")
        if steps == "validation_steps":  # each time the first ones
            return f"islice({loader}, {count})"
        return self._in_turn(loader, pipeline, count)

    def _in_turn(self, loader: str, pipeline: Pipeline, count: str) -> str:
        """So many batches of a data set for each epoch, which go on where the one before ended."""
        if count == f"len({loader})":
            return loader
        if pipeline.endless:
            batches = self._name("train_batches")
            self.streams.append(f"{batches} = iter({loader})")
            return f"islice({batches}, {count})"
        if self.epochs == "1":
            return f"islice({loader}, {count})"
        if self.compiled.keras == "2" or not pipeline.counted:
            raise Unsupported("steps_per_epoch of a data set that ends: Keras stops training there")
        return self._parts_of(loader, count)

    def _parts_of(self, loader: str, count: str) -> str:
        """So many batches of a loader for each epoch, the last ones of a pass what is left."""
        if self.epochs == "1":
            return f"islice({loader}, {count})"
        self.uneven = True
        parts = self._name("train_epochs")
        self.model.made.helpers.add("epochs_of")
        self.parts.append(f"{parts} = epochs_of({loader}, {count})")
        return f"next({parts})"

    def _training_data(self) -> str:
        model = self.model
        made = sequence_loader(model, self.call, "x", self._shuffle())
        if made:
            loader = model.lasting("train_loader", "training_loader")
            self.loaders.insert(0, f"{loader} = {made}")
            return self._of_sequence(loader)
        if self.streamed:
            if model.argument(self.call, "steps_per_epoch") is None:
                note_steps(model, self.call, None, self.compiled, self.epochs)
            return self._stream("x", "steps_per_epoch", "train_batches")
        if self.pipeline is not None:
            if model.argument(self.call, "steps_per_epoch") is None:
                note_steps(model, self.call, self.pipeline, self.compiled, self.epochs)
            return self._loaded("x", self.pipeline, "steps_per_epoch", "train_loader")
        data = model.lasting("train_data", "training_data")
        loader = model.lasting("train_loader", "training_loader")
        xs, ys = (apart(model, self.call, arrays) for arrays in (self.xs, self.ys))
        inputs, targets = model.inputs(xs), model.targets(ys, self.compiled, self.call.sizes)
        tensors = ", ".join([inputs, targets, *self.weighting.tensors.values()])
        self.datasets.insert(0, f"{data} = TensorDataset({tensors})")
        if model.made.spread:
            self.loaders[:0] = self._sampled(data, loader)
        else:
            even = self.steps and model.argument(self.call, "batch_size") is None
            size = size_for(Count(self.steps), f"len({data})") if even else self.size
            self.loaders.insert(0, f"{loader} = {model.loader(data, size, self._shuffle())}")
            if self.steps and not even:
                self.in_parts = True
                return self._parts_of(loader, self.steps)
        return loader

    def _of_sequence(self, loader: str) -> str:
        """The batches of a sequence, or so many of them; Keras 2 begins with the first again."""
        count = steps_of_sequence(self.model, self.call, "x", "steps_per_epoch")
        if not count:
            return loader
        if self.compiled.keras != "2":
            if changes_after_epoch(self.call, "x"):
                raise Unsupported("steps_per_epoch of a sequence that changes after each epoch")
            return self._parts_of(loader, count)
        self.model.made.said.append((ASSUMED, self.call.node, _ENOUGH))
        return f"islice({loader}, {count})"

    def _of_process(self, given: str, pipeline: Pipeline, name: str) -> str:
        """The loader of one process; that of the validation also serves a later `evaluate`."""
        model = self.model
        loader = model.lasting(name, name.replace("loader", "batches"))
        model.made.helpers.add("loader_of_process")
        if name.startswith("val"):
            self.offered = model.key(self.call, "validation_data")
            model.made.helpers.add("part_of_process")
            self.loaders.append(f"{loader} = {distributing.asked(given, pipeline)}")
            return loader
        sampler, batching = self._sampler(), distributing.batching_of(pipeline)
        self.sampler = sampler if batching.shuffles else ""
        self._say_of_parts(batching.size, batching.drops)
        self.loaders[:0] = distributing.resampled(given, loader, sampler, batching)
        return loader

    def _say_of_parts(self, size: str, drops: bool = False) -> None:
        """What is assumed where processes share the samples and batches."""
        said = [] if drops else [(CLOSE_IDIOM, self.call.node, distributing.REPEATED)]
        if not distributing.divides(self.tree.text, size):
            said.append((ASSUMED, self.call.node, distributing.DIVIDED))
        self.model.made.said += said

    def _sampler(self) -> str:
        return self.model.lasting("train_sampler", "training_sampler")

    def _sampled(self, data: str, loader: str) -> list[str]:
        """The loader that gives each process its part of every batch."""
        sampler, order = self._sampler(), self._shuffle()
        self.sampler = sampler if order else ""
        self._say_of_parts(self.size)
        return distributing.sampled(data, loader, sampler, self.size, order)

    def _shuffle(self) -> str:
        given = self.call.given.get("shuffle")
        if given is None:
            return ", shuffle=True"
        if isinstance(given.value, Static) and given.value.expr.is_const(False):
            return ""
        return f", shuffle={self.model.source_of(given)}"

    def _refuse_perhaps(self, given: Given | None) -> None:
        """Batches that not all calls of a method give, and that more is done with than to load."""
        model = self.model
        if given is not None and perhaps_given(model.shared.file, model.room.node, given.text):
            steps = model.argument(self.call, "validation_steps")
            if is_streamed(given) or steps is not None or model.made.spread:
                raise Unsupported(f"`{given.text}` may be None")

    def _validation(self) -> str:
        """The loader of the validation data, "" where there is none."""
        model, call = self.model, self.call
        data = model.lasting("val_data", "validation_data")
        loader = model.lasting("val_loader", "validation_loader")
        self.validation_loop = None
        self.validation_weights: tuple[str, ...] = ()
        given = call.given.get("validation_data")
        self._refuse_perhaps(given)
        made = sequence_loader(model, call, "validation_data")
        self.validates_stream = is_streamed(given)
        pipeline = model.data_set(call, "validation_data")
        if given is not None and (self.validates_stream or pipeline is not None):
            self.validation_loop = model.loop_over(self.compiled, given)
            note_listed(model, self.validation_loop, given)
            if model.argument(call, "validation_steps") is None:
                note_outputs(model, call, pipeline, self.compiled)
            self.validation_weights = self.validation_loop.weights
        if made:
            self.loaders.append(f"{loader} = {made}")
            count = steps_of_sequence(model, call, "validation_data", "validation_steps")
            return f"islice({loader}, {count})" if count else loader
        if self.validates_stream:
            note_validation(model, call, self.compiled.keras)
            return self._stream("validation_data", "validation_steps", "val_batches")
        if pipeline is not None:
            loaded = self._loaded("validation_data", pipeline, "validation_steps", "val_loader")
            absent = pipeline.assumed and may_be_none(model, loaded)
            if absent or perhaps_given(model.shared.file, model.room.node, loaded):
                self.validates_if = f"{loaded} is not None"
            return loaded
        if model.argument(call, "validation_data") is not None:
            found = validation_arrays(model, call, self.compiled, self._name)
            if found.condition and model.argument(call, "validation_split") is not None:
                raise Unsupported("validation_split beside validation_data that may be None")
            if not found.weights and not found.condition:
                self.offered = found.key
        elif model.argument(call, "validation_split") is not None:
            share = call.given["validation_split"]
            split = split_off(model, share, self.xs, self.ys, self._name)
            if split is None:
                return ""
            self.split += split.before
            self.xs, self.ys, found = split.xs, split.ys, split.rest
            self.cut = split.at
            self.weights, named = weight_arrays(model, call, self.compiled, self._name)
            self.split += named
            rest = sample_weights(model, call, self.compiled, self.weights, f"[{split.at}:]")
            found = replace(found, weights=rest)
        else:
            return ""
        steps = steps_of_arrays(model, call, "validation_steps")
        size = self._argument("validation_batch_size")
        size = size or (self.size if model.argument(call, "batch_size") is not None else None)
        if self.offered:
            self.offered += size_that_counts(self.compiled, size)
        if steps:
            self.offered = ()
            if size is not None:
                found = first_batches(found, steps, size)
            size = size or size_for(steps, f"len({data})")
        refuse_early(model, call, (*found.xs, *found.ys, *found.weights.values()))
        xs, ys = (apart(model, call, arrays) for arrays in (found.xs, found.ys))
        own = model.argument(call, "validation_data") is not None
        sized = call.sized_to_validate if own else call.sized
        known = sized.known() if sized is not None else None
        inputs, targets = model.inputs(xs), model.targets(ys, self.compiled, known)
        self.validation_weights = tuple(found.weights)
        tensors = ", ".join([inputs, targets, *found.weights.values()])
        made = f"{data} = TensorDataset({tensors})"
        loaded = f"{loader} = {model.asking_loader(data, size or '32')}"
        self.validates_if = found.condition
        if found.condition:
            held = (*found.before, made, loaded)
            self.loaders += [f"if {found.condition}:", *(f"    {line}" for line in held)]
        else:
            self.datasets += [*found.before, made]
            self.loaders.append(loaded)
        return loader
