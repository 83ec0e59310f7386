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
    """Worker processes, one for each framework and each generation of Keras."""

    keras: dict[str, Worker] = field(
        default_factory=lambda: {"3": Worker("keras3"), "2": Worker("keras2")}
    )
    torch: Worker = field(default_factory=lambda: Worker("torch"))

    def __enter__(self) -> Scripts:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self.keras.values():
            worker.stop()
        self.torch.stop()

    def compare(self, original: str, converted: str, keras: str = "3") -> dict[str, float]:
        """How far each thing of the scripts is apart, norm-relative, by its name."""
        request = TrainingRequest(Program(original), whole=True)
        expected: Trained = self.keras[keras].ask(request)
        replaying = TrainingRequest(Program(converted), whole=True, trained=expected)
        found: Replay = self.torch.ask(replaying)
        assert not found.reason, found.reason
        names = sorted(expected.values.keys() & found.values.keys())
        differences = {n: apart(expected.values[n], found.values[n]) for n in names}
        return {**differences, **found.differences}
