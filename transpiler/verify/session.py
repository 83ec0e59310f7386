"""The Python interface: worker processes that compare many pairs of programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from transpiler.emit.naming import camel
from transpiler.regex import regex
from transpiler.source.modules import generation
from transpiler.verify.fewer_parameters import fitting_calls
from transpiler.verify.process import Worker, WorkerError, WorkerFailure
from transpiler.verify.records import (
    FLOAT32,
    Measured,
    Program,
    Request,
    Target,
    TrainingRequest,
)
from transpiler.verify.report import ModelReport
from transpiler.verify.targets import (
    Module,
    called_function,
    find_targets,
    read_module,
    unreached,
)
from transpiler.verify.training import verify_training, with_training

#: Errors that a run in float32 may not have.
_PRECISION = regex(r"dtype|float|double|kernel|type", re.IGNORECASE)
_BUILDING = "the original can't"
NO_ARGUMENTS = "no arguments for this builder are known: name a call with --call"


@dataclass
class VerifySession:
    """Compares programs in worker processes that stay alive; use it as a context manager."""

    timeout: float = 300.0  #: seconds for one program on one side
    workers: dict[str, Worker] = field(default_factory=dict, init=False)

    def __enter__(self) -> VerifySession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers.values():
            worker.stop()
        self.workers.clear()

    def verify(
        self,
        original: Program,
        converted: Program,
        calls: Sequence[str] = (),
        level: str = "gradients",
        keras: str = "auto",
        only: bool = False,
    ) -> list[ModelReport]:
        """The verdict on every model of a pair of programs; with `only`, just on the calls.

        Raises SyntaxError where one of the texts, or a call, isn't Python.
        """
        module = read_module(original)
        blocks = _now_blocks(ast.parse(original.text), ast.parse(converted.text))
        targets = tuple(
            t
            for t in find_targets(module, calls)
            if t.asked or not (only or called_function(t) in blocks)
        )
        reports: list[ModelReport] = []
        if targets:
            request = Request(original, targets, gradients=level != "forward")
            for framework in _generations(original, keras):
                attempt = self._run(request, converted, framework)
                if not reports or _failures(attempt) < _failures(reports):
                    reports = attempt
                if not _failures(reports):
                    break
        if not only:
            reports = [*reports, *_unreached(module, targets)]
        if level == "training":
            frameworks = _generations(original, keras)
            training = verify_training(original, converted, self.ask, frameworks)
            reports = with_training(reports, training)
        return _in_order(reports)

    def _run(self, request: Request, converted: Program, framework: str) -> list[ModelReport]:
        """Measure and compare in float64, and again in float32 what can't be judged there."""
        try:
            reports, measured = self._once(request, converted, framework)
            again = [
                index
                for index, (report, one) in enumerate(zip(reports, measured, strict=True))
                if _needs_float32(report, one)
            ]
            if again:
                single = replace(request, dtype=FLOAT32)
                others, _ = self._once(single, converted, framework)
                by_name = {report.name: report for report in others}
                for index in again:
                    reports[index] = _second(reports[index], by_name, measured[index])
        except (WorkerError, WorkerFailure) as error:
            reason = str(error).strip().splitlines()[-1]
            if isinstance(error, WorkerFailure):
                reason = f"verify itself failed: {reason}"
            return [ModelReport(t.name, "error", {}, reason, t.line) for t in request.targets]
        if framework == "keras2":
            reports = [_note(report, "under Keras 2") for report in reports]
        return reports

    def _once(
        self, request: Request, converted: Program, framework: str
    ) -> tuple[list[ModelReport], tuple[Measured, ...]]:
        measured: tuple[Measured, ...] = self.ask(framework, request)
        targets = fitting_calls(request.targets, request.program.text, converted.text)
        other = replace(request, program=converted, targets=targets, measured=measured)
        answer = self.ask("torch", other)
        if isinstance(answer, dict):
            measured = self.ask(framework, replace(request, shapes=answer))
            closed = tuple(replace(one, needs_shape=False) for one in measured)
            answer = self.ask("torch", replace(other, measured=closed))
        return list(answer), measured

    def ask(self, framework: str, request: Request | TrainingRequest) -> Any:
        """What the worker of a framework answers: "keras2", "keras3" or "torch"."""
        worker = self.workers.setdefault(framework, Worker(framework))
        worker.timeout = self.timeout
        return worker.ask(request)


def verify_pair(
    original: str,
    converted: str,
    calls: Sequence[str] = (),
    level: str = "gradients",
    keras: str = "auto",
    session: VerifySession | None = None,
) -> list[ModelReport]:
    """Compare the models of two program texts; give a session where there are many to compare."""
    if session is not None:
        return session.verify(Program(original), Program(converted), calls, level, keras)
    with VerifySession() as fresh:
        return fresh.verify(Program(original), Program(converted), calls, level, keras)


def _now_blocks(original: ast.Module, converted: ast.Module) -> set[str]:
    """Functions whose models are layers of others: classes now, which the others are proof of."""
    before = {s.name for s in original.body if isinstance(s, ast.FunctionDef)}
    after = {s.name for s in converted.body if isinstance(s, (ast.FunctionDef, ast.ClassDef))}
    return {name for name in before - after if camel(name) in after}


def _generations(program: Program, keras: str) -> tuple[str, ...]:
    """The generations of Keras to try, in order."""
    if keras in ("2", "3"):
        return (f"keras{keras}",)
    return ("keras2",) if generation(program.text, program.path) == "2" else ("keras3", "keras2")


def _failures(reports: Sequence[ModelReport]) -> int:
    """How many models of the original can't be built or run."""
    return sum(report.reason.startswith(_BUILDING) for report in reports)


def _needs_float32(report: ModelReport, measured: Measured) -> bool:
    if measured.data is not None and measured.data.loose:
        return True
    return report.status == "error" and bool(_PRECISION.search(report.reason))


def _second(first: ModelReport, others: dict[str, ModelReport], measured: Measured) -> ModelReport:
    """The verdict in float32, with the reason for it, where there is one."""
    other = others.get(first.name)
    if other is None or "forward_eval" not in other.checks:
        return first
    why = measured.data.loose if measured.data is not None else ""
    return _note(other, f"decided in float32: {why or first.reason}")


def _note(report: ModelReport, text: str) -> ModelReport:
    return replace(report, reason="; ".join(filter(None, [report.reason, text])))


def _unreached(module: Module, targets: Sequence[Target]) -> list[ModelReport]:
    return [
        ModelReport(target.name, "skipped", {}, NO_ARGUMENTS, target.line)
        for target in unreached(module, targets)
    ]


def _in_order(reports: list[ModelReport]) -> list[ModelReport]:
    return sorted(reports, key=lambda report: report.line)


__all__ = ["Program", "VerifySession", "verify_pair"]
