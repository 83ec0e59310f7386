"""The functions that train and test on a single batch, as short as the file needs them."""

from __future__ import annotations

from transpiler.emit.epochs import (
    Epoch,
    Steps,
    accumulators,
    batch_loss,
    class_weights,
    counted,
    means,
    row_counted,
    stepping,
)
from transpiler.emit.fold import WIDTH, fold
from transpiler.record import record


@record(frozen=True, slots=True)
class OneBatch:
    """What the functions for one batch get, and what they make of it."""

    epoch: Epoch
    arrays: tuple[str, ...]  #: the parameters: the arrays of inputs and targets
    tensors: tuple[str, ...]  #: what is made of each of them
    weights: tuple[str, ...] = ()  #: of the samples, where they have some: they are arrays, too
    labels: str = ""  #: what a dict gives weights to, where they come of that

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that hold the tensors."""
        weights = () if self.labels else self.weights
        return (*self.epoch.inputs, *self.epoch.targets, *weights)


def train_on_batch(name: str, batch: OneBatch, steps: Steps) -> str:
    """The source of the function that takes one step."""
    epoch = batch.epoch.counting(batch.weights)
    taken = ["model", *batch.arrays, *epoch.criteria, "optimizer", *steps.companions]
    taken += ["class_weight"] if batch.labels else []
    lines = [
        fold(f"def {name}({', '.join(taken)}):", 0),
        f'    """Train on one batch; its {means(epoch)}."""',
        "    model.train()",
        *(f"    {line}" for line in steps.still),
        *_forward(batch),
        *(fold(line, 4) for line in epoch.single_losses(batch.weights)),
        fold(f"loss = {batch_loss(epoch, steps.penalty, batch.weights)}", 4),
        *(f"    {line}" for line in stepping(steps)),
        *_result(epoch),
    ]
    return "\n".join(lines) + "\n"


def test_on_batch(name: str, batch: OneBatch, penalty: str) -> str:
    """The source of the function that only looks at one batch."""
    epoch = batch.epoch.counting(batch.weights)
    lines = [
        "@torch.no_grad()",
        fold(f"def {name}({', '.join(['model', *batch.arrays, *epoch.criteria])}):", 0),
        f'    """The {means(epoch)} of one batch."""',
        "    model.eval()",
        *_forward(batch),
        *(fold(line, 4) for line in epoch.single_losses(batch.weights)),
        fold(f"loss = {batch_loss(epoch, penalty, batch.weights)}", 4),
        *_result(epoch),
    ]
    return "\n".join(lines) + "\n"


def _forward(batch: OneBatch) -> list[str]:
    """The tensors of the batch, and what the model makes of them."""
    epoch = batch.epoch
    moved = (f"{tensor}.to({epoch.device})" for tensor in batch.tensors)
    return [
        *(fold(f"{name} = {made}", 4) for name, made in zip(batch.names, moved, strict=True)),
        *(fold(line, 4) for line in class_weights(batch.labels, epoch.device)),
        *(fold(line.lstrip(), 4 + len(line) - len(line.lstrip())) for line in epoch.forward),
        *(f"    {line}" for line in epoch.shaping),
    ]


def _result(epoch: Epoch) -> list[str]:
    """The loss, or a list of it and the metrics, as Keras gives them."""
    names = accumulators(epoch)
    lines: dict[str, str] = {}
    values = ["loss.item()", *(f"{name}.item()" for name, _, _ in epoch.losses)]
    for key, metric in epoch.metrics:
        for name, (_, value) in zip(names[key], metric.sums, strict=True):
            if metric.made is not None:
                lines.setdefault(f"{name} made", fold(f"{name} = {metric.made}", 4))
            lines.setdefault(name, fold(row_counted(epoch, counted(name, metric, value, "=")), 4))
        result = metric.result.replace(" / {batches}", "")
        result = result.format(*names[key], count="len(inputs)", batches="1")
        values.append(row_counted(epoch, result))
    given = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
    one = f"    return {given}"
    if len(one) > WIDTH:
        return [
            *lines.values(),
            "    return [",
            *(f"        {value}," for value in values),
            "    ]",
        ]
    return [*lines.values(), one]
