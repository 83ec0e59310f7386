"""Runs a training script in both frameworks from the same weights, and compares what it leaves.

Compared are the final weights of every model, and every number, array, list of numbers and history
that both scripts hold under the same name at their end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from transpiler.verify.process import Worker
from transpiler.verify.records import Program, Trained, TrainingRequest
from transpiler.verify.torch_training import Replay
from transpiler.verify.training_runs import apart


@dataclass
class Scripts:
    """Two worker processes, one for each framework."""

    keras: Worker = field(default_factory=lambda: Worker("keras3"))
    torch: Worker = field(default_factory=lambda: Worker("torch"))

    def __enter__(self) -> Scripts:
        return self

    def __exit__(self, *error: object) -> None:
        self.keras.stop()
        self.torch.stop()

    def compare(self, original: str, converted: str) -> dict[str, float]:
        """How far each thing of the scripts is apart, norm-relative, by its name."""
        request = TrainingRequest(Program(original), whole=True)
        expected: Trained = self.keras.ask(request)
        replaying = TrainingRequest(Program(converted), whole=True, trained=expected)
        found: Replay = self.torch.ask(replaying)
        assert not found.reason, found.reason
        names = sorted(expected.values.keys() & found.values.keys())
        differences = {n: apart(expected.values[n], found.values[n]) for n in names}
        return {**differences, **found.differences}
