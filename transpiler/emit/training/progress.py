"""What a training shows of itself: a bar for each epoch, a line after it, or nothing."""

from __future__ import annotations

from transpiler.emit.training.lines import printed
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.lower.training import Compiled
from transpiler.record import record
from transpiler.regex import regex

#: `1 if debug else 0`: what matters is `debug`.
_CHOICE = regex(r"(?:[12]|True) if ([\w.]+) else (?:0|False)")


@record(frozen=True, slots=True)
class Progress:
    """What `verbose` says."""

    bar: bool = True
    line: bool = True
    condition: str = ""  #: where it is only known at run time whether there is a line

    def shown(self, head: str, values: dict[str, str]) -> list[str]:
        """The statements that show some values."""
        if not self.line:
            return []
        return self.guarded(printed(head, values))

    def guarded(self, lines: list[str]) -> list[str]:
        """Statements that run where something is shown."""
        if not self.condition:
            return lines
        return [f"if {self.condition}:", *(f"    {line}" for line in lines)]


def shown_values(compiled: Compiled, values: dict[str, str]) -> dict[str, str]:
    """What is shown of some values: of several numbers, their mean, as Keras does."""
    arrays = compiled.arrays
    return {
        key: f"{value}.mean()" if key.removeprefix("val_") in arrays else value
        for key, value in values.items()
    }


def progress_of(writer: ModelWriter, call: TrainingCall) -> Progress:
    """What a call shows: where `verbose` is not known, a line under its condition."""
    given = call.given.get("verbose")
    if given is None:
        return Progress()
    value = given.value
    if isinstance(value, Static) and value.expr.is_const("auto", True, 1):
        return Progress()
    if isinstance(value, Static) and value.expr.is_const(2):
        return Progress(bar=False)
    if isinstance(value, Static) and value.expr.is_const(0, False, None):
        return Progress(bar=False, line=False)
    text = writer.source_of(given)
    choice = _CHOICE.fullmatch(text)
    return Progress(bar=False, condition=choice.group(1) if choice else text)
