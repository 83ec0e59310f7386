"""The torch worker: builds the models of the converted program and compares them."""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.abc
import sys
from dataclasses import dataclass, field, replace
from typing import Any

from transpiler.verify import torch_quiet
from transpiler.verify.execute import Run, describe, models_in, run_program
from transpiler.verify.input_shapes import with_shapes
from transpiler.verify.neutral import callee
from transpiler.verify.records import FLOAT64, Measured, Request, TrainingRequest
from transpiler.verify.report import ModelReport
from transpiler.verify.shapes import Shape, guess_shape
from transpiler.verify.slices import names_in
from transpiler.verify.torch_compare import Comparison
from transpiler.verify.torch_datasets import with_samples
from transpiler.verify.torch_training import Replay, train_converted


class _NoKeras(importlib.abc.MetaPathFinder):
    """A converted program has no use for TensorFlow: what still wants it says so."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        """Refuse, unless torch only asks whether it is there, as its optimizers do."""
        only_asked = sys._getframe(2).f_code.co_filename == "<frozen importlib.util>"
        if fullname.split(".")[0] in ("tensorflow", "keras", "tf_keras") and not only_asked:
            raise ImportError(f"the converted program still needs {fullname}")


@dataclass
class TorchSide:
    """Torch in this process."""

    torch: Any
    dtype: str = field(default=FLOAT64)

    def answer(self, request: Request) -> tuple[ModelReport, ...] | dict[tuple[int, int], Shape]:
        """Compare every measured model; where some have no input shape, guess those first."""
        self.dtype = request.dtype
        program = with_samples(request.program)
        targets = tuple(map(with_shapes, request.targets))
        request = replace(request, program=program, targets=targets)
        self.clear()
        makes = _Constructs(request)
        run = run_program(request.program, request.targets, makes, self.is_model)
        built = self._built(request, run)
        open_ones = [m for m in request.measured if m.needs_shape]
        if open_ones:
            return self._guess(built, open_ones)
        return tuple(self._compare(built, measured) for measured in request.measured)

    def train(self, request: TrainingRequest) -> Replay:
        """Train a converted program as its original was."""
        self.dtype = request.dtype
        self.clear()
        program = request.program if request.whole else with_samples(request.program)
        return train_converted(self.torch, replace(request, program=program))

    def clear(self) -> None:
        """The state that a fresh program expects."""
        self.torch.set_default_dtype(getattr(self.torch, self.dtype))
        self.torch.manual_seed(1)
        gc.collect()

    def is_model(self, value: Any) -> bool:
        """Whether a value is a module."""
        criterion = self.torch.nn.modules.loss._Loss  # objects keep theirs beside their models
        return isinstance(value, self.torch.nn.Module) and not isinstance(value, criterion)

    def _built(self, request: Request, run: Run) -> dict[tuple[int, int], Any]:
        """The models by target and ordinal; an error in place of those of a target that failed."""
        built: dict[tuple[int, int], Any] = {}
        for index, target in enumerate(request.targets):
            try:
                values = run.values(target)
            except (Exception, SystemExit) as error:
                built[index, -1] = describe(error).replace("RuntimeError: ", "")
                continue
            models = [
                model
                for value, _ in values
                for _, model in models_in(target.name, value, self.is_model)
            ]
            built.update({(index, ordinal): model for ordinal, model in enumerate(models)})
        return built

    def _guess(
        self, built: dict[tuple[int, int], Any], measured: list[Measured]
    ) -> dict[tuple[int, int], Shape]:
        shapes = {}
        for one in measured:
            model = built.get((one.target, one.ordinal))
            shape = guess_shape(self.torch, model) if model is not None else None
            if shape is not None:
                shapes[one.target, one.ordinal] = shape
        return shapes

    def _compare(self, built: dict[tuple[int, int], Any], measured: Measured) -> ModelReport:
        name, line = measured.name, measured.line
        if measured.status == "error":
            return ModelReport(name, "error", {}, measured.reason, line)
        failure = built.get((measured.target, -1))
        if failure is not None:
            reason = f"the converted program can't build it: {failure}"
            return ModelReport(name, "error", {}, reason, line)
        model = built.get((measured.target, measured.ordinal))
        if model is None:
            return ModelReport(name, "error", {}, "the converted program has no such model", line)
        if measured.data is None:
            return ModelReport(name, measured.status, {}, measured.reason, line)
        try:
            return Comparison(self.torch, model, measured).report()
        except Exception as error:
            reason = f"the converted model can't run: {describe(error)}"
            return ModelReport(name, "error", {}, reason, line)


class _Constructs:
    """Whether an expression of the converted program makes a model, judged by its callees."""

    def __init__(self, request: Request) -> None:
        tree = ast.parse(request.program.text)
        self.functions = {name for t in request.targets if t.call for name in _names(t.call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _returns(node):
                self.functions.add(node.name)
            elif isinstance(node, ast.ImportFrom):
                self.functions |= {alias.asname or alias.name for alias in node.names}

    def __call__(self, value: ast.expr) -> bool:
        """A class, `nn.Sequential`, a function of the program, or `.to(...)` of a model."""
        return any(self._makes(callee(n)) for n in ast.walk(value) if isinstance(n, ast.Call))

    def _makes(self, name: str) -> bool:
        kept = name in ("to", "compile", "double", "float", "eval")
        return kept or name[:1].isupper() or name in self.functions


def _names(call: str) -> set[str]:
    return names_in(ast.parse(call))


def _returns(function: ast.FunctionDef) -> bool:
    """Whether a function gives a value back."""
    return any(isinstance(node, ast.Return) and node.value for node in ast.walk(function))


def start(framework: str) -> TorchSide:
    """Load torch."""
    torch = importlib.import_module("torch")
    importlib.import_module("torch.nn.functional")
    torch.set_num_threads(1)
    torch_quiet.install(torch)
    sys.meta_path.insert(0, _NoKeras())
    return TorchSide(torch)
