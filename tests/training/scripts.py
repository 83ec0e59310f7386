"""Runs a training script in both frameworks from the same weights, and compares what it leaves.

Compared are the final weights of every model, and every number, array, list of numbers and history
that both scripts hold under the same name at their end.
"""

from __future__ import annotations

from dataclasses import dataclass

from transpiler.verify.records import Program, Trained, TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.torch_training import Replay
from transpiler.verify.training_runs import apart


@dataclass
class Scripts:
    """Runs them in the worker processes of a session."""

    session: VerifySession

    def original(self, text: str, keras: str = "3", every: bool = False) -> Trained:
        """What the script trains under a generation of Keras."""
        request = TrainingRequest(Program(text), whole=True, every=every)
        trained: Trained = self.session.ask(f"keras{keras}", request)
        return trained

    def replayed(self, text: str, trained: Trained) -> Replay:
        """What the converted script makes of the same weights."""
        request = TrainingRequest(Program(text), whole=True, trained=trained)
        replay: Replay = self.session.ask("torch", request)
        return replay

    def compare(self, original: str, converted: str, keras: str = "3") -> dict[str, float]:
        """How far each thing of the scripts is apart, norm-relative, by its name."""
        expected = self.original(original, keras)
        found = self.replayed(converted, expected)
        assert not found.reason, found.reason
        names = sorted(expected.values.keys() & found.values.keys())
        differences = {n: apart(expected.values[n], found.values[n]) for n in names}
        return {**differences, **found.differences}
