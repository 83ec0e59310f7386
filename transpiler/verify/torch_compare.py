"""Compares one torch model with what was measured of its Keras original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from transpiler.verify.compare import (
    FORWARD_BOUND,
    GRADIENT_BOUND,
    ROUNDING,
    check,
    check_updates,
    gradient_floor,
    where_finite,
)
from transpiler.verify.packing import tensors_of
from transpiler.verify.pairing import Pair, Pairing, pairings
from transpiler.verify.records import FLOAT32, Array, LayerRecord, Measured, ModelData
from transpiler.verify.report import Check, ModelReport
from transpiler.verify.running import running_variances, settle_running
from transpiler.verify.torch_quiet import Drops, quiet
from transpiler.verify.torch_units import (
    as_unit,
    load,
    own_tensors,
    unit_modules,
    watched,
)
from transpiler.verify.weights import Misfit, Unit, fit

#: Outputs are measured against this at least, since inputs are about one; and against the second
#: number where they are no larger than `ROUNDING`: what a normalization leaves of zeros, say.
LEAST_NORM, LEAST_OF_ZEROS = 1e-6, 1e-1
#: Gradients may differ by so many times what rounding moves them by, if that is little.
MARGIN, LARGEST_ROUNDING = 30.0, 1e-5
LOGITS = "equal after {0} over the last axis: the converted model returns logits"


@dataclass
class Comparison:
    """One model on both sides."""

    torch: Any
    model: Any
    measured: Measured
    data: ModelData = field(init=False)
    modules: dict[str, Any] = field(init=False)
    call: Callable[[Sequence[Any]], Any] = field(init=False)
    activation: str = field(default="", init=False)
    units: tuple[list[Unit], list[Unit]] = field(init=False)

    def __post_init__(self) -> None:
        assert self.measured.data is not None
        self.data = self.measured.data

    def report(self) -> ModelReport:
        """The verdict."""
        base = ModelReport(self.measured.name, "different", line=self.measured.line)
        try:
            best = self.paired()
        except Misfit as misfit:
            return replace(base, reason=f"the weights don't correspond: {misfit}")
        pairing, forward = best
        checks = {"forward_eval": forward}
        if not forward.passed:
            return replace(base, checks=checks, reason=_difference("in evaluation", forward))
        return self._trained(base, pairing, checks)

    def paired(self) -> tuple[Pairing, Check]:
        """Move the weights over; raises Misfit where they don't correspond."""
        self.units = self._dry_run()
        return self._best_pairing(*self.units)

    def paired_alike(self, pairing: Pairing, layers: Sequence[LayerRecord]) -> Pairing:
        """The same pairing of the same layers with other weights."""
        wanted = [(pair.layer.name, pair.unit) for pair in pairing]
        for other in pairings(layers, *self.units):
            if [(pair.layer.name, pair.unit) for pair in other] == wanted:
                return other
        raise Misfit("the layers can't be paired again")

    def _bound(self, bounds: dict[str, float]) -> float:
        loose = self.data.loose or self.data.dtype == FLOAT32
        return bounds[FLOAT32 if loose else "float64"]

    def _inputs(self, gradients: bool = False) -> list[Any]:
        tensors = []
        for array in self.data.inputs:
            tensor = self.torch.as_tensor(np.array(array))
            if tensor.is_floating_point():
                tensor = tensor.to(self.torch.get_default_dtype()).requires_grad_(gradients)
            tensors.append(tensor)
        return tensors

    def _dry_run(self) -> tuple[list[Unit], list[Unit]]:
        """Find out how the model takes its inputs, and the units in call and definition order."""
        order: dict[str, int] = {}
        everything = dict(self.model.named_modules())
        self.model.eval()

        def note(path: str, module: Any, inputs: Any) -> None:
            order.setdefault(path, len(order))

        failures: list[Exception] = []
        for call in _conventions(self.model, self.data.packing.keys):
            order.clear()
            try:
                with self.torch.no_grad(), watched(everything, note), quiet(self.torch, self.model):
                    call(self._inputs())
            except Exception as error:
                failures.append(error)
                continue
            self.call = call
            break
        else:
            raise failures[0]
        self.modules = unit_modules(self.model)
        units = [as_unit(path, module) for path, module in self.modules.items()]
        return sorted(units, key=lambda u: order.get(u.path, len(order))), units

    def _best_pairing(self, called: list[Unit], defined: list[Unit]) -> tuple[Pairing, Check]:
        """The pairing with equal outputs, else the nearest one."""
        best: tuple[Pairing, Check] | None = None
        for pairing in pairings(self.data.layers, called, defined):
            forward = self._evaluated(pairing)
            if best is None or forward.rel_diff < best[1].rel_diff:
                best = pairing, forward
            if forward.passed:
                break
        assert best is not None
        return best

    def _fill(self, pairing: Pairing) -> None:
        for pair in pairing:
            load(self.torch, self.modules[pair.unit.path], fit(pair.layer, pair.unit))

    def _evaluated(self, pairing: Pairing) -> Check:
        self._fill(pairing)
        self.model.eval()
        with self.torch.no_grad(), quiet(self.torch, self.model):
            outputs = self._flat(self.call(self._inputs()))
        result = self._outputs(self.data.eval_outputs, outputs)
        last = self.data.activation
        if not result.passed and self.measured.logits and last and len(outputs) == 1:
            activated = self._outputs(self.data.eval_outputs, [self._activate(outputs[0], last)])
            if activated.passed:
                self.activation = last
                return activated
        return result

    def _activate(self, output: Any, name: str) -> Any:
        return output.softmax(-1) if name == "softmax" else output.sigmoid()

    def _flat(self, result: Any) -> list[Any]:
        outputs = tensors_of(result)[0]
        return [self._activate(o, self.activation) for o in outputs] if self.activation else outputs

    def _outputs(self, expected: tuple[Array, ...], outputs: list[Any]) -> Check:
        bound = self._bound(FORWARD_BOUND)
        if len(expected) != len(outputs):
            infinite = float("inf")
            label = f"{len(outputs)} outputs instead of {len(expected)}"
            return Check(infinite, infinite, bound, label)
        actual = [output.detach().numpy() for output in outputs]
        pairs = []
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            label = f"output {index}"
            if one.shape != other.shape:
                label += f" of shape {other.shape} instead of {one.shape}"
            pairs.append((label, one, other))
        if bound != FORWARD_BOUND["float64"]:
            return check(pairs, bound)
        zeros: list[tuple[str, Array, Array]] = []
        others: list[tuple[str, Array, Array]] = []
        for pair in pairs:
            (zeros if np.all(np.abs(pair[1]) <= ROUNDING) else others).append(pair)
        checks = check(others, bound, LEAST_NORM), check(zeros, bound, LEAST_OF_ZEROS)
        return max(checks, key=lambda c: float("inf") if np.isnan(c.rel_diff) else c.rel_diff)

    def _trained(
        self, base: ModelReport, pairing: Pairing, checks: dict[str, Check]
    ) -> ModelReport:
        """The checks of one step in training mode."""
        self._fill(pairing)
        self.model.train()
        for parameter in self.model.parameters():
            parameter.requires_grad_(True)
            parameter.grad = None
        inputs = self._inputs(gradients=True)
        with (
            quiet(self.torch, self.model) as drops,
            running_variances(self.torch, self.modules, pairing) as expected_variances,
        ):
            outputs = self._flat(self.call(inputs))
        forward = self._outputs(self.data.train_outputs, outputs)
        state = check_updates(self.state(pairing), self._bound(FORWARD_BOUND))
        close = ""
        if forward.passed and not state.passed:
            settled = settle_running(self.state(pairing), expected_variances, state.bound)
            if settled:
                close, state = settled, Check(state.max_abs_diff, state.rel_diff, float("inf"))
        worst = forward if forward.rel_diff >= state.rel_diff or not forward.passed else state
        checks["forward_train"] = worst
        if not worst.passed:
            return replace(base, checks=checks, reason=_difference("in training mode", worst))
        rates = self._rates(drops)
        if rates:
            return replace(base, checks=checks, reason=rates)
        if self.data.slopes:
            self._backward(outputs)
            checks["gradients"] = self._gradients(pairing, inputs)
            if not checks["gradients"].passed:
                reason = _difference("in gradients", checks["gradients"])
                return replace(base, checks=checks, reason=reason)
            if not any(np.isfinite(slope).any() for slope in self.data.slopes):
                reason = "no gradient of the original is finite: nothing to compare"
                return replace(base, status="skipped", checks=checks, reason=reason)
        logits = LOGITS.format(self.activation) if self.activation else ""
        reasons = [close, logits, self._loose(), self._infinite()]
        status = "close" if close else "equal"
        return replace(base, status=status, checks=checks, reason="; ".join(filter(None, reasons)))

    def _infinite(self) -> str:
        slopes = self.data.slopes
        count = sum(not np.isfinite(slope).all() for slope in slopes)
        return f"{count} of {len(slopes)} gradients are not finite in the original" if count else ""

    def _loose(self) -> str:
        return f"decided in float32: {self.data.loose}" if self.data.loose else ""

    def state(self, pairing: Pairing) -> list[tuple[str, Array, Array, Array]]:
        """Weights and statistics before the step, after it, and what they should be."""
        found = []
        for pair in pairing:
            tensors = own_tensors(self.modules[pair.unit.path])
            before = fit(pair.layer, pair.unit)
            for name, value in fit(pair.layer, pair.unit, pair.layer.after).items():
                old = before[name]
                if isinstance(value, np.ndarray) and isinstance(old, np.ndarray):
                    label = f"{pair.unit.path}.{name}"
                    found.append((label, old, value, tensors[name].detach().numpy()))
        return found

    def _rates(self, drops: Drops) -> str:
        """What is wrong with the dropout rates, where the program leaves them to torch."""
        mine, theirs = sorted(set(drops.rates)), sorted(set(self.data.rates))
        if drops.custom or mine == theirs:
            return ""
        return f"dropout rates in training are {mine} instead of {theirs}"

    def _backward(self, outputs: list[Any]) -> None:
        total = sum(
            (output * self.torch.as_tensor(factor).to(output.dtype)).sum()
            for output, factor in zip(outputs, self.data.cotangents, strict=True)
            if output.is_floating_point()
        )
        if hasattr(total, "backward") and total.requires_grad:
            total.backward()

    def _gradients(self, pairing: Pairing, inputs: list[Any]) -> Check:
        pairs = self._slopes(pairing, inputs)
        bound = self._bound(GRADIENT_BOUND)
        floor = gradient_floor((expected for _, expected, _ in pairs), bound)
        known = [(label, *where_finite(expected, actual)) for label, expected, actual in pairs]
        found = check(known, bound, floor)
        if found.passed or found.rel_diff > LARGEST_ROUNDING:
            return found
        noise = self._rounding(pairing, pairs)
        return check([pair for pair in known if _gap(pair) > noise[pair[0]]], bound, floor)

    def _rounding(
        self, pairing: Pairing, pairs: list[tuple[str, Array, Array]]
    ) -> dict[str, float]:
        """How far rounding alone may move each gradient: as far as it does for the next numbers.

        Where digits cancel out, as behind the normalization of two numbers that are nearly equal,
        that is far. Layers round, too: where torch has a plain zero, Keras may have what is left of
        the difference of two numbers.
        """
        self._fill(pairing)
        inputs = self._inputs(gradients=True)
        with self.torch.no_grad():
            for tensor in [*self.model.parameters(), *inputs]:
                if tensor.is_floating_point():
                    tensor.mul_(1 + self._digits(tensor))
        for parameter in self.model.parameters():
            parameter.grad = None
        leaves = [m for m in self.model.modules() if not list(m.children())]
        hooks = [leaf.register_forward_hook(self._rounded) for leaf in leaves]
        with quiet(self.torch, self.model):
            self._backward(self._flat(self.call(inputs)))
        for hook in hooks:
            hook.remove()
        nearby = self._slopes(pairing, inputs)
        return {
            label: MARGIN * float(np.linalg.norm(other - one))
            for (label, _, one), (_, _, other) in zip(pairs, nearby, strict=True)
        }

    def _rounded(self, module: Any, given: tuple[Any, ...], output: Any) -> Any:
        """What a layer gives, and its slopes, rounded as the largest of its numbers are."""
        tensors = [t for t in (*given, output) if self.torch.is_tensor(t) and t.numel()]
        if len(tensors) < 2 or not all(t.is_floating_point() for t in tensors):
            return output
        result = output + self._digits(output, *tensors)
        if result.requires_grad:
            behind: list[Any] = []
            result.register_hook(behind.append)
            for tensor in tensors[:-1]:
                if tensor.requires_grad:
                    tensor.register_hook(lambda slope: slope + self._digits(slope, slope, *behind))
        return result

    def _digits(self, tensor: Any, *others: Any) -> Any:
        """The last digit of the largest number of the others: up, down or unchanged."""
        step = self.torch.randint(-1, 2, tensor.shape).to(tensor.dtype)
        largest = max((float(t.detach().abs().max()) for t in others), default=1.0)
        return step * largest * self.torch.finfo(tensor.dtype).eps

    def _slopes(self, pairing: Pairing, inputs: list[Any]) -> list[tuple[str, Array, Array]]:
        """What was measured and what is found of each gradient."""
        pairs = [entry for pair in pairing for entry in self._unit_gradients(pair)]
        for index, (slope, tensor) in enumerate(
            zip(self.data.input_gradients, inputs, strict=True)
        ):
            if tensor.requires_grad:
                expected = np.zeros(tensor.shape) if slope is None else slope
                pairs.append((f"input {index}", expected, _gradient_of(tensor)))
        return pairs

    def _unit_gradients(self, pair: Pair) -> list[tuple[str, Array, Array]]:
        layer = pair.layer
        slopes = [
            np.zeros(weight.shape) if slope is None else slope
            for slope, weight in zip(layer.gradients, layer.weights, strict=True)
        ]
        tensors = own_tensors(self.modules[pair.unit.path])
        return [
            (f"{pair.unit.path}.{name}", value, _gradient_of(tensors[name]))
            for name, value in fit(layer, pair.unit, slopes).items()
            if isinstance(value, np.ndarray) and name in pair.unit.parameters
        ]


def _gap(pair: tuple[str, Array, Array]) -> float:
    _, expected, actual = pair
    same = expected.shape == actual.shape
    return float(np.linalg.norm(actual - expected)) if same else float("inf")


def _gradient_of(tensor: Any) -> Array:
    if tensor.grad is None:
        return np.zeros(tuple(tensor.shape))
    result: Array = tensor.grad.detach().numpy()
    return result


def _conventions(model: Any, keys: tuple[str, ...]) -> list[Callable[[Sequence[Any]], Any]]:
    """The ways to hand several inputs to a model, in the order in which they are tried."""
    ways: list[Callable[[Sequence[Any]], Any]] = []
    if keys:
        ways.append(lambda inputs: model(dict(zip(keys, inputs, strict=True))))
        ways.append(lambda inputs: model(**dict(zip(keys, inputs, strict=True))))
    ways.append(lambda inputs: model(*inputs))
    ways.append(lambda inputs: model(list(inputs)))
    return ways


def _difference(where: str, found: Check) -> str:
    return f"{where}, {found.where} differs by {found.rel_diff:.1e} (norm-relative)"
