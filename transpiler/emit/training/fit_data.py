"""The data of one `fit`: what is made of arrays and data sets, and the loaders of its loop."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM
from transpiler.emit.training import distributing
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.sequences import sequence_loader, sequence_of
from transpiler.emit.training.streams import batches_of_images, note_validation, stream
from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Targets
from transpiler.lower.data import is_stream

_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_NUMBER = re.compile(r"0?\.\d+")


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
        self.epochs = model.argument(call, "epochs") or "1"
        self.pipeline = model.data_set(call)
        self.loop = model.loop_over(self.compiled, self.pipeline) if self.pipeline else None
        self.xs: tuple[str, ...]
        self.ys: tuple[str, ...]
        self.size = model.argument(call, "batch_size") or "32"
        self.streams: list[str] = []  #: generators that get a name
        given = call.given.get("x")
        self.streamed = is_stream(given) or sequence_of(given) is not None
        if self.streamed:
            model.refuse(
                call, "y", "batch_size", "validation_split", "sample_weight", "class_weight"
            )
            self.xs, self.ys = (), ()
        elif self.pipeline is not None:
            self.xs, self.ys = (), ()
        else:
            self.xs = model.arrays(call.given.get("x"), "x")
            self.ys = model.target_arrays(call.given.get("y"), self.compiled)
        if model.made.spread and self.streamed:
            raise Unsupported("batches that the program makes itself, under a strategy")
        self.offered: set[tuple[Any, ...]] = set()
        self.split: list[str] = []
        self.datasets: list[str] = []
        self.loaders: list[str] = []
        self.sampler = ""  #: of the samples, where several processes share them in random order

    def _name(self, *wanted: str) -> str:
        return self.model.names.passing(*wanted, end=self.end, looped=self.call.in_loop)

    def _stream(self, data: str, steps: str, name: str) -> str:
        """So many batches of a generator, which goes on where it stopped."""
        given = self.call.given[data]
        source = self.model.source_of(given)
        variable = source if source.isidentifier() else self._name(name)
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
            if count is not None or not given.isidentifier():
                raise Unsupported(f"{steps}, or a data set without a name, under a strategy")
            return self._of_process(given, pipeline, name)
        if count is None or pipeline.is_generator:
            loader = given
            if not given.isidentifier() and self.epochs != "1":
                loader = model.lasting(name)
                self.streams.append(f"{loader} = {given}")
            if count is None:
                return loader
            return batches_of_images(model, self.call, loader, steps, self.compiled.keras)
        if not pipeline.endless or self.call.by_samples:
            raise Unsupported(f"{steps} of a data set that ends: Keras begins the next epoch there")
        batches = self._name(name.replace("loader", "batches"))
        self.streams.append(f"{batches} = iter({given})")
        return f"islice({batches}, {count})"

    def _training_data(self) -> str:
        model = self.model
        made = sequence_loader(model, self.call, "x", "steps_per_epoch", self._shuffle())
        if made:
            loader = model.lasting("train_loader", "training_loader")
            self.loaders.insert(0, f"{loader} = {made}")
            return loader
        if self.streamed:
            return self._stream("x", "steps_per_epoch", "train_batches")
        if self.pipeline is not None:
            return self._loaded("x", self.pipeline, "steps_per_epoch", "train_loader")
        data = model.lasting("train_data", "training_data")
        loader = model.lasting("train_loader", "training_loader")
        inputs, targets = model.inputs(self.xs), model.targets(self.ys, self.compiled)
        weights = self._weights()
        weighted = f", {weights}" if weights else ""
        self.datasets.insert(0, f"{data} = TensorDataset({inputs}, {targets}{weighted})")
        if model.made.spread:
            self.loaders[:0] = self._sampled(data, loader)
        else:
            self.loaders.insert(0, f"{loader} = {model.loader(data, self.size, self._shuffle())}")
        return loader

    def _of_process(self, given: str, pipeline: Pipeline, name: str) -> str:
        """The loader of one process; that of the validation also serves a later `evaluate`."""
        model = self.model
        loader = model.lasting(name, name.replace("loader", "batches"))
        model.made.helpers.add("loader_of_process")
        if name.startswith("val"):
            self._offer(model.key(self.call, "validation_data"), loader)
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

    def _weights(self) -> str:
        """A weight for each sample, "" where all count alike."""
        model, call = self.model, self.call
        each = model.argument(call, "sample_weight")
        by_class = model.argument(call, "class_weight")
        if each is not None:
            if by_class is not None or model.argument(call, "validation_split") is not None:
                raise Unsupported("sample_weight together with class_weight or validation_split")
            return model.weights(call.given["sample_weight"])
        if by_class is None:
            return ""
        if not by_class.isidentifier():
            name = self._name("class_weight", "weight_of_class")
            self.split.append(f"{name} = {by_class}")
            by_class = name
        labels = self.ys[0]
        classes = self.compiled.loss.targets is Targets.CLASSES
        if not classes and model.training.units != 1:
            labels = f"{labels}.argmax(1)"
        labels = f"np.ravel({labels})"
        model.made.helpers.add("numpy")
        return f"torch.tensor([{by_class}.get(int(label), 1.0) for label in {labels}])"

    def _shuffle(self) -> str:
        given = self.call.given.get("shuffle")
        if given is None:
            return ", shuffle=True"
        if isinstance(given.value, Static) and given.value.expr.is_const(False):
            return ""
        return f", shuffle={self.model.source_of(given)}"

    def _validation(self) -> str:
        """The loader of the validation data, "" where there is none."""
        model, call = self.model, self.call
        size = model.argument(call, "validation_batch_size") or self.size
        data = model.lasting("val_data", "validation_data")
        loader = model.lasting("val_loader", "validation_loader")
        ys: tuple[str, ...]
        self.validation_loop = None
        weights = ""
        made = sequence_loader(model, call, "validation_data", "validation_steps")
        self.validates_stream = bool(made) or is_stream(call.given.get("validation_data"))
        if made:
            self.loaders.append(f"{loader} = {made}")
            return loader
        if self.validates_stream:
            note_validation(model, call, self.compiled.keras)
            return self._stream("validation_data", "validation_steps", "val_batches")
        if (given := model.data_set(call, "validation_data")) is not None:
            self.validation_loop = model.loop_over(self.compiled, given)
            return self._loaded("validation_data", given, "validation_steps", "val_loader")
        if model.argument(call, "validation_data") is not None:
            xs, ys, weights, key = self._validation_arrays()
            if not weights:
                self._offer(key, loader)
        elif model.argument(call, "validation_split") is not None:
            if self._split_off():
                xs, ys = self.xs_rest, self.ys_rest
            else:
                return ""
        else:
            return ""
        made = f"TensorDataset({model.inputs(xs)}, {model.targets(ys, self.compiled)}{weights})"
        self.datasets.append(f"{data} = {made}")
        self.loaders.append(f"{loader} = {model.asking_loader(data, size)}")
        return loader

    def _offer(self, key: tuple[Any, ...], loader: str) -> None:
        """A loader that a later `evaluate` of the same data may use."""
        if key not in self.model.loaders:
            self.offered.add(key)
        self.model.loaders[key] = loader

    def _validation_arrays(self) -> tuple[tuple[str, ...], tuple[str, ...], str, tuple[Any, ...]]:
        """The arrays of inputs and targets, the weights of samples, and what they are."""
        given = self.call.given["validation_data"]
        value, node = given.value, given.node
        if not isinstance(value, Sequence) or len(value.items) not in (2, 3) or node is None:
            raise Unsupported("validation_data that is not a pair of arrays")
        key: tuple[Any, ...]
        if not isinstance(node, (cst.Tuple, cst.List)):
            text = self.model.source_of(given)
            parts = [Given(i, f"{text}[{n}]", given.versions) for n, i in enumerate(value.items)]
            key = (text, given.versions)
        else:
            parts = []
            for element, item in zip(node.elements, value.items, strict=True):
                text = self.model.shared.source(element.value)
                words = set(_WORD.findall(text))
                versions = tuple(v for v in given.versions if v[0] in words)
                parts.append(Given(item, text, versions, element.value))
            key = tuple((part.text, part.versions) for part in parts)
        xs = self.model.arrays(parts[0], "validation_data")
        weights = "".join(f", {self.model.weights(part)}" for part in parts[2:])
        return xs, self._validation_targets(parts[1]), weights, key

    def _validation_targets(self, given: Given) -> tuple[str, ...]:
        return self.model.target_arrays(given, self.compiled, "validation_data")

    def _split_off(self) -> bool:
        """Take the last part of the data for validation, as Keras does before it shuffles."""
        given = self.call.given["validation_split"]
        value = given.value
        if not isinstance(value, Static):
            raise Unsupported("validation_split is not known")
        if value.expr.is_const(0, 0.0):
            return False
        text = self.model.source_of(given)
        share = f"(1 - {text})"
        if value.expr.known and isinstance(value.expr.value, float) and _NUMBER.fullmatch(text):
            rest = repr(1 - value.expr.value)
            if len(rest) < 6:
                share = rest
            percent = repr(round(value.expr.value * 100, 6)).removesuffix(".0")
            self.split.append(f"# The last {percent}% are for validation")
        for name, attribute in (*(("x", x) for x in self.xs), *(("y", y) for y in self.ys)):
            if not attribute.isidentifier():
                raise Unsupported(f"validation_split of {name}, which is not a variable")
        split = self._name("split", "split_at")
        self.split.append(f"{split} = int(len({self.xs[0]}) * {share})")
        self.xs_rest = tuple(f"{x}[{split}:]" for x in self.xs)
        self.xs = tuple(f"{x}[:{split}]" for x in self.xs)
        self.ys_rest = tuple(f"{y}[{split}:]" for y in self.ys)
        self.ys = tuple(f"{y}[:{split}]" for y in self.ys)
        return True
