"""Trains the converted program as its original was trained, and compares step by step."""

from __future__ import annotations

import ast
import atexit
import contextlib
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import accumulate, islice
from typing import Any

import numpy as np

from transpiler.ir.training import LOGITS
from transpiler.verify.compare import check, check_updates
from transpiler.verify.execute import Run, execute, fresh_run, stored_by
from transpiler.verify.pairing import Pairing
from transpiler.verify.records import (
    Array,
    Fitted,
    LayerRecord,
    Measured,
    ModelData,
    Trained,
    TrainingRequest,
)
from transpiler.verify.report import Check
from transpiler.verify.torch_compare import Comparison
from transpiler.verify.torch_idioms import like_keras
from transpiler.verify.torch_quiet import quiet
from transpiler.verify.training_runs import apart, limit, patched, plain_values, scratch_folder
from transpiler.verify.training_text import KEEP_HISTORY, KEEP_VALUES, converted_slice
from transpiler.verify.unread import bind_unread
from transpiler.verify.weights import Misfit

#: Norm-relative bounds: of a loss and of a step, and of what rounding grows to in some 30 steps.
BOUND, HISTORY_BOUND = 1e-9, 1e-7
#: Where Keras goes back to logits and the converted program clips probabilities.
CLIPPED_BOUND, CLIPPED_HISTORY = 1e-6, 1e-4
#: How the names of emitted modules begin that change single images at random.
_RANDOM_CHANGES = ("RandomAffine", "RandomChannelShift", "RandomExposure", "RandomMirror")
_RANDOM_LAYERS = ("RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom")
CLIPPED = "CLOSE: Keras goes back to the logits, here the probabilities are clipped"


@dataclass
class Replay:
    """What the converted program did, fit by fit of its original."""

    checks: list[dict[str, Check]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  #: what is close by declaration
    remarks: dict[int, str] = field(default_factory=dict)  #: what wasn't compared, by fit
    reason: str = ""  #: why nothing could be compared
    uneven: bool = False  #: whether it took other steps
    unsure: str = ""  #: why it may be another `fit` that numbers differ from
    values: Mapping[str, Any] = field(default_factory=dict)
    differences: dict[str, float] = field(default_factory=dict)  #: of the final weights


def train_converted(torch: Any, request: TrainingRequest) -> Replay:
    """Run a converted program with the weights, data and batches of its original."""
    assert request.trained is not None
    torch.manual_seed(1)
    np.random.seed(1)
    random.seed(1)
    replay = Replay()
    player = Player(torch, request, request.trained, replay)
    with contextlib.ExitStack() as stack:
        if request.settled:
            replay.notes = stack.enter_context(like_keras(torch))
        stack.enter_context(player.watching())
        stack.enter_context(scratch_folder())
        if request.whole:
            text = request.program.text.replace("torch.float32", "torch.float64")
            namespace: dict[str, Any] = {"__name__": "__main__"}
            exec(compile(text, "<converted>", "exec"), namespace)
            replay.values = plain_values(namespace)
        else:
            replay.reason = _within_bounds(player, request)
    player.finish()
    return replay


def _within_bounds(player: Player, request: TrainingRequest) -> str:
    """Run what trains, statement by statement, with the data that the original had."""
    run = fresh_run(request.program)
    run.namespace[KEEP_HISTORY] = player.keep_history
    run.namespace[KEEP_VALUES] = player.keep_values
    tree, original = ast.parse(request.program.text), ast.parse(request.original)
    bound: dict[str, int] = {}
    failures = []
    for statement in converted_slice(tree, original):
        steps = player.steps
        reason = execute(statement, run, request.program)
        player.settle()
        _hand_over(statement, run, player.trained, bound)
        if reason:
            bind_unread(statement, run)
            failures.append((player.steps == steps and bool(stored_by(statement)), reason))
    complete = player.steps == player.total
    # of those that trained or bind nothing, else of the data
    return "" if complete or not failures else min(failures, key=lambda failed: failed[0])[1]


def _hand_over(statement: ast.stmt, run: Run, trained: Trained, bound: dict[str, int]) -> None:
    """Drawn data, and what could be read by the original alone, under the same names."""
    for name in stored_by(statement):
        versions = trained.arrays.get(name, ())
        number = bound[name] = bound.get(name, -1) + 1
        if name in trained.drawn:
            run.namespace[name] = trained.drawn[name]
        elif name not in run.namespace and number < len(versions):
            value = versions[number]
            if value is not None:
                run.namespace[name] = value


@dataclass
class Player:
    """Watches the models, steps and histories of the converted program."""

    torch: Any
    request: TrainingRequest
    trained: Trained
    replay: Replay
    waiting: list[tuple[int, ModelData]] = field(init=False)
    pairs: dict[int, tuple[Comparison, Pairing]] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)  #: of the backward passes
    steps: int = 0
    depth: int = 0
    #: by fit: the dictionaries that the program fills, and what each epoch measured
    histories: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    values: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    ended: dict[int, Check] = field(default_factory=dict)  #: the weights at the end of each fit
    pending: list[Callable[[], None]] = field(default_factory=list)  #: until a step is over
    misfit: str = ""
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __post_init__(self) -> None:
        self.waiting = [(number, self.trained.models[number]) for number in self.trained.made]
        self.replay.checks = [{} for _ in self.trained.fits]
        ends = list(accumulate((one.steps for one in self.trained.fits), initial=0))
        self.first = {step: number for number, step in enumerate(ends[:-1])}
        self.last = {step: number for number, step in enumerate(ends[1:])}
        self.ends, self.total = ends, ends[-1]

    # what happens -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Models, batches, losses and steps."""
        torch = self.torch
        loader = torch.utils.data.DataLoader
        optimizers = import_module("torch.optim.optimizer")
        with self.stack as stack:
            stack.enter_context(quiet(torch, torch.nn.Module()))
            stack.enter_context(patched(torch.nn.Module, "to", self._moving(torch.nn.Module.to)))
            stack.enter_context(patched(loader, "__init__", self._in_order(loader.__init__)))
            calling = self._leaving_images(torch.nn.Module.__call__)
            stack.enter_context(patched(torch.nn.Module, "__call__", calling))
            loading = self._loading(torch.nn.Module.load_state_dict)
            stack.enter_context(patched(torch.nn.Module, "load_state_dict", loading))
            ordered = patched(torch, "randperm", lambda n, *args, **kwargs: torch.arange(n))
            stack.enter_context(ordered)
            first = patched(torch, "randint", lambda *args, **kwargs: torch.tensor(0))
            stack.enter_context(first)
            # the next program joins its processes anew
            stack.enter_context(patched(atexit, "register", stack.callback))
            backward = self._measuring(torch.Tensor.backward)
            stack.enter_context(patched(torch.Tensor, "backward", backward))
            before = optimizers.register_optimizer_step_pre_hook(self._stepping)
            stack.callback(before.remove)
            stack.callback(optimizers.register_optimizer_step_post_hook(self._stepped).remove)
            yield

    def _moving(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def to(module: Any, *args: Any, **kwargs: Any) -> Any:
            moved = args and isinstance(args[0], self.torch.device)
            if moved and not self._knows(module):
                self._meet(module)
            return original(module, *args, **kwargs)

        return to

    def _leaving_images(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(module: Any, *args: Any, **kwargs: Any) -> Any:
            """What changes images at random leaves them alone."""
            self.settle()
            if type(module).__name__.startswith((*_RANDOM_CHANGES, *_RANDOM_LAYERS)):
                return args[0]
            return original(module, *args, **kwargs)

        return call

    def _loading(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def load(module: Any, *args: Any, **kwargs: Any) -> Any:
            """What is loaded takes the place of the weights that a model starts with."""
            self.settle()
            if not self._knows(module):
                self._meet(module)
            return original(module, *args, **kwargs)

        return load

    def _knows(self, module: Any) -> bool:
        return any(one.model is module for one, _ in self.pairs.values())

    def _meet(self, module: Any) -> None:
        """Give a model the weights of the first one of the original that it equals.

        What models share is as it was in the one that the original used first.
        """
        known = [
            (number, tensor, tensor.clone())
            for number, (one, _) in self.pairs.items()
            for tensor in one.model.state_dict().values()
        ]
        met = len(self.trained.models)
        try:
            met = self._pair(module)
        finally:
            with self.torch.no_grad():
                for number, tensor, value in known:
                    if number < met:
                        tensor.copy_(value)

    def _pair(self, module: Any) -> int:
        """The number of the model that it equals, or else how many there are."""
        for index, (number, data) in enumerate(self.waiting):
            measured = Measured("model", data=replace(data, loose=""), logits=True)
            one = Comparison(self.torch, module, measured)
            try:
                pairing, found = one.paired()
            except (Misfit, RuntimeError, TypeError) as misfit:  # other inputs, or shapes
                self.misfit = f"the weights don't correspond: {misfit}"
                continue
            if not found.passed:
                self.misfit = f"the models differ before training: {found.where}"
                continue
            del self.waiting[index]
            self.pairs[number] = one, pairing
            self.stack.enter_context(quiet(self.torch, module))
            for part in module.modules():
                if hasattr(part, "adapt"):  # the original had these weights after it had learned
                    part.adapt = lambda data, part=part: part
            return number
        return len(self.trained.models)

    def _in_order(self, original: Callable[..., Any]) -> Callable[..., Any]:
        of_processes = (self.torch.utils.data.DistributedSampler, range)

        def init(loader: Any, dataset: Any, batch_size: Any = 1, *args: Any, **kwargs: Any) -> None:
            kwargs["shuffle"] = False
            if isinstance(kwargs.get("sampler"), of_processes):
                del kwargs["sampler"]  # the one process there is takes all samples
            tensors = getattr(dataset, "tensors", None)
            fewer = batch_size and not self.request.whole
            if tensors is not None and fewer:
                kind = type(dataset)
                dataset = kind(*(tensor[limit(batch_size)] for tensor in tensors))
            elif fewer and isinstance(dataset, self.torch.utils.data.IterableDataset):
                dataset = self._first_of(dataset, limit(batch_size).stop)
            elif fewer and "sampler" not in kwargs and hasattr(dataset, "__len__"):
                rows = range(len(dataset))[limit(batch_size)]
                dataset = self.torch.utils.data.Subset(dataset, rows)
            original(loader, dataset, batch_size, *args[1:], **kwargs)

        return init

    def _first_of(self, dataset: Any, count: int) -> Any:
        """The first samples of a stream; its attributes are those of the whole."""

        class First(type(dataset)):  # type: ignore[misc]
            def __iter__(self) -> Iterator[Any]:
                return islice(super().__iter__(), count)

            def __len__(self) -> int:
                return min(count, int(super().__len__()))

        first = First.__new__(First)
        first.__dict__.update(dataset.__dict__)
        return first

    def _measuring(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensor: Any, *args: Any, **kwargs: Any) -> Any:
            self.losses.append(float(tensor.detach()) if tensor.numel() == 1 else float("nan"))
            return original(tensor, *args, **kwargs)

        return backward

    def _stepping(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self.depth += 1  # an optimizer's own class may call the `step` of torch's

    def _stepped(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self.depth -= 1
        if self.depth:
            return
        number = self.first.get(self.steps)
        self.steps += 1
        if number is not None:
            one = self.trained.fits[number]
            expected = np.array([one.loss])
            actual = np.array([sum(self.losses[-one.batches :])])
            checks = self.replay.checks[number]
            checks["loss"] = check([("the loss of the first batch", expected, actual)], self.bound)
            if one.model in self.pairs:
                self.pending.append(lambda: self._check_step(number))
        last = self.last.get(self.steps)
        if last is not None and self.trained.fits[last].model in self.pairs:
            self.pending.append(lambda: self._check_end(last))

    def settle(self) -> None:
        """Compare weights after a step, and after the constraints that the program keeps then."""
        pending, self.pending = self.pending, []
        for one in pending:
            one()

    def _check_step(self, number: int) -> None:
        one = self.trained.fits[number]
        triples = self._updates(one.model, one.before, one.stepped)
        self.replay.checks[number]["optimizer_step"] = check_updates(triples, self.bound)

    def _check_end(self, number: int) -> None:
        one = self.trained.fits[number]
        triples = self._updates(one.model, one.before, one.after)
        self.ended[number] = check_updates(triples, self._history_bound)

    def keep_history(self, history: dict[str, list[float]]) -> dict[str, list[float]]:
        """A dictionary that the program fills, for the steps that follow."""
        self.histories[bisect_right(self.ends, self.steps) - 1] = history
        return history

    def keep_values(self, values: Mapping[str, Any]) -> None:
        """What one epoch measured, whose steps are over."""
        self.settle()
        measured = self.values.setdefault(bisect_left(self.ends, self.steps) - 1, {})
        for name, value in values.items():
            measured.setdefault(name, []).append(float(np.mean(value)))

    # what it comes to -------------------------------------------------------------------------

    @property
    def clipped(self) -> bool:
        """Whether Keras goes back to logits that the converted models don't give."""
        models = [one for one, _ in self.pairs.values()]
        given = any(one.activation or hasattr(one.model, LOGITS) for one in models)
        return self.trained.from_logits and not given

    @property
    def bound(self) -> float:
        return CLIPPED_BOUND if self.clipped else BOUND

    def finish(self) -> None:
        """Compare the histories, and the weights at the end."""
        self.settle()
        replay, fits = self.replay, self.trained.fits
        if self.clipped:
            replay.notes.append(CLIPPED)
        if not replay.reason and self.misfit and self.waiting:
            replay.reason = self.misfit
        if not replay.reason and self.steps != self.total and not self.trained.stepwise:
            if self.trained.failures and self.steps > self.total:
                replay.unsure = f"the original can't train: {self.trained.failures[0][1]}"
            else:
                replay.reason = f"{self.steps} steps instead of {self.total}"
                replay.uneven = True
        last = {one.model: number for number, one in enumerate(fits)}
        for number, one in enumerate(fits):
            found = [*self._history(number, one), *filter(None, [self.ended.get(number)])]
            goes_on = any(
                other.model < 0 for other in fits[number:]
            )  # loaded under its name, maybe
            if last[one.model] == number and one.model in self.pairs and not goes_on:
                triples = self._updates(one.model, one.before, self.trained.final[one.model])
                final = check_updates(triples, self._history_bound)
                found.append(replace(final, where=f"at the end, {final.where}"))
            if found and not replay.reason:
                worst = max(found, key=lambda c: np.inf if np.isnan(c.rel_diff) else c.rel_diff)
                replay.checks[number]["fit_history"] = worst
        self._weights_apart()

    @property
    def _history_bound(self) -> float:
        return CLIPPED_HISTORY if self.clipped else HISTORY_BOUND

    def _history(self, number: int, one: Fitted) -> list[Check]:
        """The losses and metrics of each epoch, as far as the program keeps them."""
        kept = self.histories.get(number) or self.values.get(number, {})
        ignored = {"lr", "learning_rate"} - kept.keys()
        missing = [key for key in one.history if key not in kept and key not in ignored]
        if missing:
            self.replay.remarks[number] = f"not kept by the converted program: {', '.join(missing)}"
        pairs = [
            (f"{key} of the epochs", np.array(values), np.array(kept[key], "float64"))
            for key, values in one.history.items()
            if key in kept
        ]
        return [check([pair], self._history_bound) for pair in pairs]

    def _updates(
        self,
        number: int,
        before: tuple[LayerRecord, ...],
        after: tuple[LayerRecord, ...],
    ) -> list[tuple[str, Array, Array, Array]]:
        """The weights of a model at some time, what they should be now, and what they are."""
        comparison, pairing = self.pairs[number]
        layers = [replace(old, after=new.weights) for old, new in zip(before, after, strict=True)]
        return comparison.state(comparison.paired_alike(pairing, layers))

    def _weights_apart(self) -> None:
        """How far each tensor is apart at the end, whatever its model went through."""
        for number, data in enumerate(self.trained.models if self.request.whole else ()):
            if number in self.pairs:
                final = self.trained.final[number]
                for label, _, value, actual in self._updates(number, data.layers, final):
                    self.replay.differences[f"model {number}: {label}"] = apart(value, actual)
