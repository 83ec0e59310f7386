"""The verdict on training: what each `fit` of the original is to the converted program."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from transpiler.verify.process import WorkerError, WorkerFailure
from transpiler.verify.records import Fitted, Program, Trained, TrainingRequest
from transpiler.verify.report import Check, ModelReport
from transpiler.verify.slices import DEFINITIONS, flatten
from transpiler.verify.torch_training import Replay
from transpiler.verify.training_text import calls_in, fits_of, fits_that_went, trains_otherwise

LEVELS = ("loss", "optimizer_step", "fit_history")
_WRONG = {
    "loss": "in training, {0} differs by {1:.1e} (norm-relative)",
    "optimizer_step": "in the first step, {0} differs by {1:.1e} (norm-relative)",
    "fit_history": "after some epochs, {0} differs by {1:.1e} (norm-relative)",
}

_UNCALLED = "nothing in its file calls it: what others train with it is not compared"

#: What asks a worker of a framework.
Ask = Callable[[str, TrainingRequest], Any]


def verify_training(
    original: Program, converted: Program, ask: Ask, frameworks: Sequence[str]
) -> list[ModelReport]:
    """A report for each place where the original calls `fit`."""
    tree = ast.parse(original.text)
    written = [*fits_of(tree), *fits_that_went(tree, ast.parse(converted.text))]
    if not written:
        return []
    if trains_otherwise(tree):
        return [_skipped(call, "steps outside of `fit` are not compared") for call in written]
    try:
        trained, framework = _trained(original, ask, frameworks)
        request = TrainingRequest(converted, original=original.text, trained=trained)
        replay = _replayed(request, ask)
        if _differs(replay):  # once more as Keras does it with torch's idioms
            alike = ask(framework, TrainingRequest(original, settled=True))
            if alike.notes:
                request = replace(request, trained=alike, settled=True)
                replay, trained = ask("torch", request), alike
                replay.notes += alike.notes
    except (WorkerError, WorkerFailure) as error:
        reason = f"training can't be compared: {str(error).strip().splitlines()[-1]}"
        return [_skipped(call, reason) for call in written]
    left = next(fits_of(ast.parse(converted.text)), None)
    if left is not None and replay.reason:
        stays = "TODO(tf2torch)" in converted.text
        what = "still trains with Keras" if stays else "trains by a method of another file"
        if stays or replay.uneven:
            reason = f"training can't be compared: line {left.lineno} {what}"
            return [_skipped(call, reason) for call in written]
    statements = [s for s in flatten(tree.body) if not isinstance(s, DEFINITIONS)]
    at_top = [call for statement in statements for call in calls_in(statement)]
    reports = [_report(number, one, replay) for number, one in enumerate(trained.fits)]
    return [*_by_place(reports), *_unreached(written, at_top, trained)]


def _trained(original: Program, ask: Ask, frameworks: Sequence[str]) -> tuple[Trained, str]:
    """What the original does under the first generation of Keras in which nothing fails."""
    attempts: list[tuple[Trained, str]] = []
    for framework in frameworks:
        attempts.append((ask(framework, TrainingRequest(original)), framework))
        if attempts[-1][0].fits and not attempts[-1][0].failures:
            break
    return max(attempts, key=lambda found: (len(found[0].fits), -len(found[0].failures)))


def _replayed(request: TrainingRequest, ask: Ask) -> Replay:
    """As torch does it; where that differs, once more as torch does it with Keras's idioms."""
    found: Replay = ask("torch", request)
    if not _differs(found):
        return found
    settled: Replay = ask("torch", replace(request, settled=True))
    closer = settled.notes and not settled.reason and _reached(settled) >= _reached(found)
    return settled if closer else found


def _differs(replay: Replay) -> bool:
    return not replay.reason and any(_wrong(checks) is not None for checks in replay.checks)


def _wrong(checks: dict[str, Check]) -> str | None:
    """The first level at which numbers differ."""
    return next((name for name in LEVELS if name in checks and not checks[name].passed), None)


def _reached(replay: Replay) -> int:
    """The first level at which anything differs, as a number."""
    wrong = filter(None, map(_wrong, replay.checks))
    return min(map(LEVELS.index, wrong), default=len(LEVELS))


def _report(number: int, one: Fitted, replay: Replay) -> ModelReport:
    checks = replay.checks[number]
    base = ModelReport(one.name, "different", checks, line=one.line)
    wrong = _wrong(checks)
    if wrong is not None and not replay.unsure:
        until = LEVELS[: LEVELS.index(wrong) + 1]
        kept = {name: checks[name] for name in until if name in checks}
        found = checks[wrong]
        reason = _WRONG[wrong].format(found.where, found.rel_diff)
        return replace(base, checks=kept, reason=reason)
    reason = replay.reason or (replay.unsure if wrong is not None else "")
    # the weights of a model that is loaded from a file are those of another one
    compared = set(LEVELS) - ({"optimizer_step"} if one.model < 0 else set())
    if reason or not compared <= set(checks):
        elsewhere = "its weights are those of a file or another model, and its losses are not kept"
        missing = "the model is not found in the converted program"
        reason = reason or (elsewhere if one.model < 0 else missing)
        different = replay.uneven or "differ" in reason
        status = "different" if different else "skipped"
        return replace(base, status=status, reason=f"training can't be compared: {reason}")
    status = "close" if replay.notes else "equal"
    reasons = [*replay.notes, *([replay.remarks[number]] if number in replay.remarks else [])]
    return replace(base, status=status, reason="; ".join(reasons))


def _by_place(reports: Sequence[ModelReport]) -> Iterator[ModelReport]:
    """One report where the same call fits several times: the worst."""
    order = ("equal", "close", "skipped", "different", "error")
    places: dict[tuple[str, int], ModelReport] = {}
    for report in reports:
        known = places.get((report.name, report.line))
        if known is None or order.index(report.status) > order.index(known.status):
            places[report.name, report.line] = report
    yield from places.values()


def _unreached(
    written: Sequence[ast.Call], at_top: Sequence[ast.Call], trained: Trained
) -> Iterator[ModelReport]:
    """Every `fit` that did not run: with the reason, if something went wrong."""
    reached = {one.line for one in trained.fits}
    failures = sorted(trained.failures)
    for call in written:
        # one that ran without training a model is a `fit` of the program's own
        ran = call in at_top and not any(line <= call.lineno for line, _ in failures)
        if call.lineno not in reached and not ran:
            failed = [why for line, why in failures if line >= call.lineno] or [
                why for _, why in failures
            ]
            reason = f"the original can't train: {failed[0]}" if failed else _UNCALLED
            yield _skipped(call, reason)


def _skipped(call: ast.Call, reason: str) -> ModelReport:
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return ModelReport(ast.unparse(receiver), "skipped", {}, reason, call.lineno)


def with_training(
    reports: Sequence[ModelReport], training: Sequence[ModelReport]
) -> list[ModelReport]:
    """The levels of training join the report of the model that they train, or follow it.

    Of several models of a name, it is the last that is made before.
    """
    found = list(reports)
    for one in training:
        named = [i for i, r in enumerate(found) if re.sub(r" \(\d+\)$", "", r.name) == one.name]
        before = [i for i in named if found[i].line <= one.line]
        at = before[-1] if before else next(iter(named), None)
        if at is None:
            found.append(one)
        elif found[at].good:
            old = found[at]
            worse = one.status if one.status != "equal" else old.status
            parts = [*old.reason.split("; "), *one.reason.split("; ")]
            reason = "; ".join(dict.fromkeys(filter(None, parts)))
            found[at] = replace(
                old, status=worse, checks={**old.checks, **one.checks}, reason=reason
            )
    return found
