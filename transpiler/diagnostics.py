"""Everything that can be said to a user: places, severities, codes and their explanations."""

from __future__ import annotations

from enum import Enum

from transpiler.record import record
from transpiler.regex import regex


class Severity(str, Enum):
    """How much a person must care."""

    ERROR = "error"  #: not converted: the original or a stub that raises stands in its place
    WARNING = "warning"  #: converted under an assumption that the message states
    NOTE = "note"  #: converted; a difference worth knowing


class Fidelity(str, Enum):
    """What a rule promises about its numbers."""

    EXACT = "exact"  #: the same numbers, up to rounding
    CLOSE = "close"  #: torch's own idiom, a small stated difference, exact under `--exact`
    MANUAL = "manual"  #: a person must look


@record(frozen=True, slots=True)
class Diagnostic:
    """One thing said about one place. `line` counts from 1, `column` from 1, as editors do."""

    code: str
    severity: Severity
    message: str
    line: int
    column: int
    cell: int = 0  #: of a notebook: the line is one of this cell, counted from 1, with prose


@record(frozen=True, slots=True)
class Code:
    """One kind of diagnostic: its stable code, its severity, and what `explain` prints of it."""

    code: str
    severity: Severity
    title: str
    explanation: str

    def at(self, line: int, column: int, message: str) -> Diagnostic:
        """This kind of diagnostic at a place, with what is particular to it."""
        return Diagnostic(self.code, self.severity, in_short(message), line, column)

    def todo(self, message: str) -> str:
        """The comment that says it in the code, at what is left: code that it quotes, on a line."""
        said = " ".join(message.split()) if "\n" in message else message
        return f"# TODO(tf2torch) {self.code}: {in_short(said)}"


#: What is left as it is because something in it is.
_TWICE = regex(r"^(`([^`]*)` is left as it is): `([^`]*)` is left as it is(?=: )")


def in_short(message: str) -> str:
    """A message that says but once that something is left as it is."""
    return _TWICE.sub(lambda m: m[1] if m[2] == m[3] else f"{m[1]}, for its `{m[3]}`", message)


CODES: dict[str, Code] = {}


def _code(number: int, severity: Severity, title: str, explanation: str) -> Code:
    code = Code(f"T2T{number:03d}", severity, title, explanation)
    CODES[code.code] = code
    return code


# 0xx: the file
UNREADABLE = _code(
    1, Severity.ERROR, "file can't be read", "The file is missing, not readable or not text."
)
SYNTAX = _code(
    2,
    Severity.ERROR,
    "file can't be parsed",
    "The file is not valid Python 3; nothing was changed.",
)
UNWRITABLE = _code(
    3,
    Severity.ERROR,
    "file can't be written",
    "The result could not be written; the original stands.",
)
INTERNAL = _code(
    4,
    Severity.ERROR,
    "internal error",
    "tf2torch met a case that it does not handle. The file is unchanged. Please report it.",
)
GRAPH_MODE = _code(
    5,
    Severity.ERROR,
    "TensorFlow 1 graph code",
    "Sessions, placeholders, estimators and feature columns have no counterpart; "
    "the file is left alone.",
)

CELL = _code(
    6,
    Severity.ERROR,
    "cell of a notebook is not converted",
    "What is no Python, or is run by a magic such as `%timeit`, is left as it was.",
)

# 1xx: a place that is left as it was
LEFT_TRAINING = _code(
    101,
    Severity.ERROR,
    "training code is not converted",
    "The model is converted; the call that compiles, trains, saves or loads it is left as it was.",
)
LEFT_SUBCLASS = _code(
    102,
    Severity.ERROR,
    "subclass is not converted",
    "A Layer or Model subclass with build/call is left as it was.",
)
LEFT_CODE = _code(
    103,
    Severity.ERROR,
    "TensorFlow code is not converted",
    "Code outside of models still uses TensorFlow or Keras; it is left as it was.",
)
LEFT_MODEL = _code(
    104,
    Severity.ERROR,
    "model is not converted",
    "The model is built in a way that can't be translated with certainty; it is left as it was.",
)

# 2xx: one part of a model that is not converted
NO_RULE = _code(
    201,
    Severity.ERROR,
    "no rule",
    "This layer or function has no translation yet; a stub that raises stands in its place.",
)
UNSUPPORTED = _code(
    202,
    Severity.ERROR,
    "no faithful translation",
    "These arguments have no faithful translation; a stub that raises stands in its place.",
)
UNKNOWN_SIZE = _code(
    203,
    Severity.ERROR,
    "size is not known",
    "PyTorch needs this size when the layer is made, and the program does not show it.",
)
PRETRAINED = _code(
    204,
    Severity.ERROR,
    "base of keras.applications is not converted",
    "A stub stands in the place of the base, and what is built on it is converted. Put a torch "
    "model with the same number of output channels there. Where torchvision has the architecture, "
    "it has other weights, trained for another preprocessing, and differs in details.",
)

LEFT_WAY = _code(
    205,
    Severity.ERROR,
    "one way of a branch is not converted",
    "What a model is under this condition can't be translated with certainty; the class raises "
    "there, and the rest of it is converted.",
)

# 3xx: assumptions
ASSUMED_CALLERS = _code(
    301,
    Severity.WARNING,
    "callers can't all be seen",
    "A public block function became a class; callers in other files must be changed likewise.",
)
REGULARIZER = _code(
    302,
    Severity.WARNING,
    "regularizer left to the training loop",
    "PyTorch modules don't carry penalties: add the term to the loss, or use weight_decay.",
)
ASSUMED = _code(
    303, Severity.WARNING, "converted under an assumption", "The message states what was assumed."
)
FROZEN_LEFT = _code(
    304,
    Severity.WARNING,
    "frozen batch normalization left to the training loop",
    "What is not trainable normalizes as in inference in Keras: call `eval()` on it behind "
    "`model.train()`.",
)

# 4xx: differences worth knowing
CLOSE_IDIOM = _code(
    401,
    Severity.NOTE,
    "torch's own idiom differs slightly",
    "The message states the difference; `--exact` emits code without it, or warns where it can't.",
)
DROPPED = _code(
    402,
    Severity.NOTE,
    "argument without effect in PyTorch",
    "The message says why nothing is lost.",
)
LAZY_SIZE = _code(
    403,
    Severity.NOTE,
    "input size comes from the first batch",
    "The layer is an nn.Lazy* module: a model that says what it takes runs once when it is made; "
    "else run one batch before making the optimizer.",
)
DECIDED = _code(
    404,
    Severity.NOTE,
    "a switch is decided",
    "The condition depends on constants of the module only: what they choose is what the class "
    "has. Convert again after changing them in the original, or add the other side by hand.",
)
