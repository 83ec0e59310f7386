"""Converts a training program, runs both, and compares all that they leave."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tests.generate.training_programs import Drawn
from tests.training.scripts import Scripts
from transpiler.conversion import Conversion
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.records import Trained
from transpiler.verify.torch_training import Replay
from transpiler.verify.training_runs import apart

REFUSED, REPORTED, EQUAL, SILENT, LOUD = "refused", "reported", "equal", "silent", "loud"
#: Norm-relative bounds: of numbers that both compute alike, where Keras computes some in float32,
#: and where a diagnostic states that the optimizer or a layer is close.
BOUND, NARROW, CLOSE = 1e-9, 1e-5, 2.0
_NARROW = re.compile(
    r"schedules\.|Scheduler|Plateau|Slower|learning_rate = |[Nn]adam|[Ff]trl|[Ll]og_?[Cc]osh"
    r"|[lL]1\b"
)
#: Keras goes by the sign of gradients, of which a bias before a normalization has but rounding.
_OF_SIGNS = re.compile(r"(?s)Lion.*BatchNorm|BatchNorm.*Lion")
#: What warnings say of numbers that differ.
_SAID = re.compile(
    r"goes on from epoch to epoch|takes batches in advance|where ids repeat in a batch"
    r"|once after each epoch|goes on with what it knows by now|gets the weight of its name"
    r"|the targets are taken as a column|sizes of what a generator gives"
)
#: What Keras 3 calls the metrics of models that a function or a loop makes, after the first.
_NUMBER = re.compile(r"(?<=[a-z])_\d+$")
#: Torch has no statistics of a batch of one, and says so.
_OF_ONE = "Expected more than 1 value per channel"


@dataclass(frozen=True)
class Verdict:
    """What became of one program."""

    status: str
    reason: str = ""
    conversion: Conversion | None = None

    @property
    def signature(self) -> str:
        """The reason without what is particular to one program."""
        plain = re.sub(r"[-+]?\d+(\.\d+)?(e[-+]\d+)?", "#", self.reason)
        return re.sub(r"'[^']*'|\([^)]*\)", "…", plain)[:160]


def judge_training(program: Drawn, scripts: Scripts) -> Verdict:
    """Whether the converted program trains the same."""
    options = Options(keras=program.generation, exact=program.exact)
    try:
        compile(program.text, "<original>", "exec")
    except SyntaxError as error:  # an argument that is given twice
        return Verdict(REFUSED, str(error))
    try:
        conversion = convert(program.text, options)
        compile(conversion.text, "<converted>", "exec")
    except Exception as error:
        return Verdict(LOUD, f"crash: {type(error).__name__}: {error}")
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    if any("internal error" in d.message for d in errors):
        internal = next(d.message for d in errors if "internal error" in d.message)
        return Verdict(LOUD, internal, conversion)
    if errors:
        roots = [d for d in errors if "it is: " in d.message] or errors
        return Verdict(REPORTED, f"{roots[0].code} {roots[0].message}", conversion)
    wrong = _order(program.text, conversion.text) if program.results is not None else ""
    if wrong:
        return Verdict(SILENT, wrong, conversion)
    verdict = _compared(program, conversion, scripts)
    if verdict.status == SILENT and program.results is None:
        # a model that is replaced before it is used may have been taken for the one that is
        again = _compared(program, conversion, scripts, every=True)
        return again if again.status == EQUAL else verdict
    return verdict


def _order(original: str, converted: str) -> str:
    """Arrays are shuffled exactly where Keras does it; the comparison itself shuffles nothing."""
    fits = [c for c in re.findall(r"\.fit\(.*", original) if "**" not in c]
    if len(fits) == original.count(".fit("):
        wants = any("shuffle=False" not in c and "train_" not in c for c in fits)
        has = "shuffle=True" in converted
        if has and not wants and "train_" not in " ".join(fits):
            return "order: shuffled where the original is not"
        if wants and not has:
            return "order: not shuffled where the original is"
    return ""


def _compared(
    program: Drawn, conversion: Conversion, scripts: Scripts, every: bool = False
) -> Verdict:
    """Run both."""
    try:
        expected = scripts.original(program.text, program.generation, every)
    except Exception as error:
        return Verdict(REFUSED, _last(error), conversion)
    if program.results is None and not expected.models:
        return Verdict(REFUSED, "nothing is trained", conversion)
    try:
        found = scripts.replayed(conversion.text, expected)
    except Exception as error:
        status = REFUSED if _OF_ONE in str(error) else LOUD
        return Verdict(status, _last(error), conversion)
    close = any(d.code == "T2T401" for d in conversion.diagnostics)
    close = close or _OF_SIGNS.search(program.text) is not None
    bound = CLOSE if close else NARROW if _NARROW.search(program.text) else BOUND
    reason = found.reason or _difference(program, expected, found, bound)
    said = [d.message for d in conversion.diagnostics if _SAID.search(d.message)]
    if reason:
        return Verdict(REPORTED if said else SILENT, said[0] if said else reason, conversion)
    return Verdict(EQUAL, "", conversion)


def _difference(program: Drawn, expected: Trained, found: Replay, bound: float) -> str:
    """What is not equal, "" where all is.

    After another `compile` without metrics, Keras 3 still lists those that were before.
    """
    recompiled = program.text.count(".compile(") > 1
    names = expected.values.keys() & found.values.keys()
    for name in sorted(names) if program.results is None else program.results:
        if name not in expected.values:
            continue
        if name not in found.values:
            return f"missing: {name}"
        wanted, got = _plain_keys(expected.values[name]), _plain_keys(found.values[name])
        if isinstance(wanted, dict) and isinstance(got, dict) and recompiled:
            wanted = {key: value for key, value in wanted.items() if key in got}
        far = apart(wanted, got)
        if isinstance(got, dict) and not _is_read(name, program.text):
            continue  # the emitted code keeps no history that nobody reads
        if not far <= bound:
            return f"differs: {name} by {far:.1e}"
    # the emitted code goes on with a model that Keras saves, and loads under the same name
    loaded = program.results is None and "load_model(" in program.text
    for name, far in found.differences.items():
        if not far <= bound and not loaded:
            return f"differs: {name} by {far:.1e}"
    return "" if found.differences else "no model was compared"


def _is_read(name: str, text: str) -> bool:
    """Whether a program does more with a variable than to bind it."""
    return re.search(rf"(?<![\w.]){name}\b(?!\s*=[^=])", text) is not None


def _plain_keys(values: object) -> object:
    """The values of a history without the numbers that Keras gives to names.

    Where there is no epoch, Keras has no names, and the emitted code no values.
    """
    if not isinstance(values, dict):
        return values
    named = {_NUMBER.sub("", str(key)): value for key, value in values.items()}
    return {key: value for key, value in named.items() if np.size(value)}


def _last(error: Exception) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1] if lines else ''}"
