"""The functions that train for an epoch and evaluate, as short as the file needs them."""

from __future__ import annotations

import re

from transpiler.emit.fold import WIDTH, fold
from transpiler.emit.text import substitute_names
from transpiler.ir.expr import Expr, literal
from transpiler.ir.training import BATCH, Metric
from transpiler.record import record, replace


@record(frozen=True, slots=True)
class Epoch:
    """What the functions of one kind of training have in common."""

    output: str  #: what the model's result is called: logits, outputs
    criterion: str  #: the call of the criterion
    model: str = "model"  #: what is called: the model, or its method that gives logits
    metrics: tuple[tuple[str, Metric], ...] = ()
    unaveraged: bool = False  #: whether the criterion gives single numbers, since weights follow
    #: of each output: how its numbers become one for each row, and for each weight; "mean" or
    #: "sum", or "" where it gives one number for a batch
    elementwise: tuple[tuple[str, str, str], ...] = ()
    device: str = "device"
    inputs: tuple[str, ...] = ("inputs",)
    keys: tuple[str, ...] = ()  #: of the dict in which the model takes them
    #: the same of as many as a loop makes: a key, its variable, and what that runs through
    order: tuple[str, str, str] | None = None
    targets: tuple[str, ...] = ("targets",)
    criteria: tuple[str, ...] = ("criterion",)
    losses: tuple[tuple[str, str, str], ...] = ()  #: of several outputs: name, code, factor
    by_rows: bool = False  #: whether their means are over samples, not over batches
    shaping: tuple[str, ...] = ()  #: statements that give targets the shapes of outputs
    streamed: tuple[str, ...] = ()  #: the inputs and targets, made of what a batch holds
    batch: str = ""  #: the variables for what it holds
    in_parts: bool = False  #: whether it gets but some batches of a loader
    source: str = "loader"  #: what the batches come from
    autocast: str = ""  #: the type of mixed precision
    watched: bool = False  #: whether something looks at the means after each batch
    summed: str = ""  #: the function that adds up what several processes count
    masked: bool = False  #: whether only some steps of the samples count

    def single_losses(self, weights: tuple[str, ...] = ()) -> list[str]:
        """The losses of several outputs, each by itself."""
        found = []
        for number, (name, code, _) in enumerate(self.losses):
            found.append(f"{name} = {self._averaged(code, number, weights)}")
        return found

    def single_loss(self, weights: tuple[str, ...] = ()) -> str:
        """The loss of the only output."""
        return self._averaged(self.criterion, 0, weights)

    def _averaged(self, code: str, number: int, weights: tuple[str, ...]) -> str:
        """The mean of what a criterion gives, if it gives one number for each sample."""
        if not self.unaveraged:
            return code
        rows, of_each, reduced = self.elementwise[number]
        if not reduced:
            return f"{code} * {weights[number % len(weights)]}.mean()" if weights else code
        if not weights:
            return f"{code}{rows if reduced == 'sum' else ''}.{reduced}()"
        weight = weights[number % len(weights)]
        return f"({code}{of_each} * {weight}).{reduced}()"

    def counting(self, weights: tuple[str, ...]) -> Epoch:
        """The same where samples have weights, which count in some of the metrics."""
        if not weights or not any(metric.weighted for _, metric in self.metrics):
            return self
        found = [(key, metric.weighted or metric) for key, metric in self.metrics]
        if len(weights) == 1 and self.losses:  # of all outputs alike
            own = [targets.removesuffix("_targets") for targets in self.targets]
            shared = {f"{name}_weights": weights[0] for name in own}
            found = [(key, _renamed(metric, shared)) for key, metric in found]
        return replace(self, metrics=tuple(found))

    @property
    def whole(self) -> str:
        """Over what the means go, in words."""
        return "the unmasked steps" if self.masked else "the samples"

    @property
    def total(self) -> str:
        """Their sum."""
        return " + ".join(f"{by} * {name}" if by else name for name, _, by in self.losses)

    @property
    def counts_batches(self) -> bool:
        """Whether it needs the number of batches, and counts them."""
        by_batches = any("{batches}" in metric.result for _, metric in self.metrics)
        return self.counts and (by_batches or (bool(self.losses) and not self.by_rows))

    @property
    def batches(self) -> str:
        """The variable for the number of batches."""
        return "steps" if self.source == "batches" else "batches"

    @property
    def counts(self) -> bool:
        """Whether it counts the samples."""
        return bool(self.streamed) or self.in_parts or self.watched or bool(self.summed)

    @property
    def forward(self) -> list[str]:
        """The statements that call the model; losses and metrics are computed in float32."""
        inputs = self.inputs
        if self.order is not None:
            inputs = tuple(name.removeprefix("*") for name in inputs)
        called = f"{self.model}({handed(inputs, self.keys)})"
        if not self.autocast:
            return [f"{self.output} = {called}"]
        called = f"(output.float() for output in {called})" if self.losses else f"{called}.float()"
        return [autocast(self.device, self.autocast), f"    {self.output} = {called}"]


def handed(inputs: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """The arguments that a model is called with: its inputs, or a dict of them."""
    if not keys:
        return ", ".join(inputs)
    pairs = zip(keys, inputs, strict=True)
    return f"{{{', '.join(f'{literal(key)}: {made}' for key, made in pairs)}}}"


def keyed(order: tuple[str, str, str], one: str, inputs: str) -> str:
    """The dict that a model takes, of a list of its inputs."""
    key, target, iterable = order
    return f"{{{key}: {one} for {target}, x in zip({iterable}, {inputs})}}"


def autocast(device: str, kind: str) -> str:
    """The head of a block in mixed precision."""
    return f"with torch.autocast({device}.type, dtype={kind}):"


@record(frozen=True, slots=True)
class Steps:
    """What training does besides."""

    progress: bool = False
    weights: tuple[str, ...] = ()  #: of the samples: for all outputs, or for each of them
    class_weights: str = ""  #: the labels that a dict gives weights to, where no data set does
    clipping: tuple[str, ...] = ()
    scheduled: bool = False
    scaled: bool = False  #: whether the loss is scaled, so that float16 holds its gradients
    averaging: tuple[str, ...] = ()  #: what keeps averages of the weights, after each step
    accumulated: str = ""  #: of how many batches a step takes the mean gradient
    penalty: str = ""
    constraint: str = ""  #: the call that brings weights back to what is allowed
    still: tuple[str, ...] = ()  #: statements that keep parts of the model in inference
    watching: tuple[str, ...] = ()  #: callbacks that are called with each batch
    batch_start: tuple[str, ...] = ()  #: those calls
    batch_end: tuple[str, ...] = ()
    shown: str = ""  #: what tells whether this process shows the progress, where there are several
    after: tuple[str, ...] = ()  #: statements after the last batch
    numbered: bool = False  #: whether the optimizer keeps how many steps it has taken

    @property
    def companions(self) -> list[str]:
        """What stands beside the optimizer."""
        found = ["scheduler"] if self.scheduled else []
        found += ["scaler"] if self.scaled else []
        found += ["averaged"] if self.averaging else []
        return [*found, "batch_numbers"] if self.accumulated else found


@record(frozen=True, slots=True)
class Watch:
    """The callbacks that see each batch of a validation."""

    callbacks: tuple[str, ...] = ()
    batch_start: tuple[str, ...] = ()
    batch_end: tuple[str, ...] = ()


_NOBODY = Watch()


def stepping(steps: Steps) -> list[str]:
    """The statements that take a step."""
    backward, step = ["loss.backward()"], ["optimizer.step()"]
    if steps.scaled:
        backward = ["scaler.scale(loss).backward()"]
        backward += ["scaler.unscale_(optimizer)"] if steps.clipping else []
        step = ["scaler.step(optimizer)", "scaler.update()"]
    scheduler = ["scheduler.step()"] if steps.scheduled else []
    constraint = [steps.constraint] if steps.constraint else []
    if steps.accumulated:
        step = [*steps.clipping, *step, *scheduler, "optimizer.zero_grad()"]
        return [
            f"(loss / {steps.accumulated}).backward()",
            f"if next(batch_numbers) % {steps.accumulated} == 0:",
            *(f"    {line}" for line in step),
            *constraint,
        ]
    step += [*steps.averaging, *(["optimizer.iterations += 1"] if steps.numbered else [])]
    return ["optimizer.zero_grad()", *backward, *steps.clipping, *step, *constraint, *scheduler]


def _renamed(metric: Metric, names: dict[str, str]) -> Metric:
    """A metric that reads other variables."""
    sums = ((k, replace(e, text=substitute_names(e.text, names))) for k, e in metric.sums)
    return replace(metric, sums=tuple(sums))


def batch_loss(epoch: Epoch, penalty: str, weights: tuple[str, ...] = ()) -> str:
    """The loss of a batch as one expression."""
    loss = epoch.total or epoch.single_loss(weights)
    return f"{loss} + {penalty}" if penalty else loss


def train_epoch(name: str, epoch: Epoch, steps: Steps) -> str:
    """The source of the function that trains on every batch once."""
    epoch = epoch.counting(steps.weights)
    batches = epoch.source
    parameters = ["model", batches, *epoch.criteria, "optimizer"]
    parameters += steps.companions
    parameters += ["class_weight"] if steps.class_weights else []
    held_weights = () if steps.class_weights else steps.weights
    shown = f", disable={steps.shown}" if steps.shown else ""
    loader = f"tqdm({batches}{shown})" if steps.progress else batches
    held = _batch(epoch, held_weights)
    held, loader = _numbered(held, loader, (*steps.batch_start, *steps.batch_end))
    loss = batch_loss(epoch, steps.penalty, steps.weights)
    lines = [
        fold(f"def {name}({', '.join([*parameters, *steps.watching])}):", 0),
        f'    """Train on every batch once; mean {means(epoch)} over {epoch.whole}."""',
        "    model.train()",
        *(f"    {line}" for line in steps.still),
        *_start(epoch),
        f"    for {held} in {loader}:",
        *(fold(line, 8) for line in steps.batch_start),
        *_to_device(epoch, held_weights),
        *(fold(line, 8) for line in class_weights(steps.class_weights, epoch.device)),
        *(f"        {line}" for line in epoch.forward),
        *(f"        {line}" for line in epoch.shaping),
        *(fold(line, 8) for line in epoch.single_losses(steps.weights)),
        fold(f"loss = {loss}", 8),
        *(f"        {line}" for line in stepping(steps)),
        *_sums(epoch, "loss.item()"),
        *_folded(steps.batch_end),
        *(f"    {line}" for line in steps.after),
        *_summed(epoch),
        *_results(epoch),
    ]
    return "\n".join(lines) + "\n"


def _numbered(held: str, loader: str, lines: tuple[str, ...]) -> tuple[str, str]:
    """What a loop binds, and over what it goes, where some lines read the number of the batch."""
    if not any(re.search(rf"\b{BATCH}\b", line) for line in lines):
        return held, loader
    return f"{BATCH}, ({held})" if "," in held else f"{BATCH}, {held}", f"enumerate({loader})"


def _folded(lines: tuple[str, ...]) -> list[str]:
    """Lines in the loop over the batches."""
    return [fold(line.lstrip(), 8 + len(line) - len(line.lstrip())) for line in lines]


def class_weights(labels: str, device: str) -> list[str]:
    """The weights of the samples of a batch by their classes, if a dict has them."""
    if not labels:
        return []
    label = "round(label)" if "flatten" in labels else "label"  # of two, it may be near to 0 or 1
    return [
        f"weights = [class_weight.get({label}, 1.0) for label in {labels}.tolist()]",
        f"weights = torch.tensor(weights, device={device})",
    ]


def means_so_far(epoch: Epoch) -> list[str]:
    """The means over the batches that the function for an epoch has seen, in its variables."""
    return _values(epoch, "count")


def evaluate(
    name: str,
    epoch: Epoch,
    penalty: str = "",
    weights: tuple[str, ...] = (),
    watch: Watch = _NOBODY,
) -> str:
    """The source of the function that only looks."""
    epoch = epoch.counting(weights)
    loss = batch_loss(epoch, penalty, weights)
    losses = [fold(line, 8) for line in epoch.single_losses(weights)]
    losses += [fold(f"loss = {loss}", 8)] if epoch.losses else []
    batches = epoch.source
    whole = bool(weights) and loss.endswith(".mean()") and not loss.startswith("(")
    value = "loss" if epoch.losses else f"({loss})" if penalty or whole else loss
    looking = (*watch.batch_start, *watch.batch_end)
    held, loader = _numbered(_batch(epoch, weights), batches, looking)
    parameters = ["model", batches, *epoch.criteria, *watch.callbacks]
    lines = [
        "@torch.no_grad()",
        fold(f"def {name}({', '.join(parameters)}):", 0),
        f'    """Mean {means(epoch)} over {epoch.whole}."""',
        "    model.eval()",
        *_start(epoch),
        f"    for {held} in {loader}:",
        *_folded(watch.batch_start),
        *_to_device(epoch, weights),
        *(f"        {line}" for line in epoch.forward),
        *(f"        {line}" for line in epoch.shaping),
        *losses,
        *_sums(epoch, f"{value}.item()"),
        *_folded(watch.batch_end),
        *_summed(epoch),
        *_results(epoch),
    ]
    return "\n".join(lines) + "\n"


def means(epoch: Epoch) -> str:
    """What is measured, in words."""
    labels = ["loss", *dict.fromkeys(m.label or key for key, m in epoch.metrics)]
    if len(", ".join(labels)) > 30:
        return "loss and metrics"
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _names(epoch: Epoch, weights: tuple[str, ...]) -> list[str]:
    return [*epoch.inputs, *epoch.targets, *weights]


def _batch(epoch: Epoch, weights: tuple[str, ...]) -> str:
    if epoch.streamed:
        return epoch.batch
    return ", ".join(_names(epoch, weights))


def _to_device(epoch: Epoch, weights: tuple[str, ...]) -> list[str]:
    """A batch goes to the device: in one line, if it fits."""
    names = _names(epoch, weights)
    if names[0].startswith("*") and not epoch.streamed:
        (whole, *names), one = (n.removeprefix("*") for n in names), f"x.to({epoch.device})"
        listed = f"        {whole} = [{one} for x in {whole}]"
        if epoch.order is not None:
            listed = fold(f"{whole} = {keyed(epoch.order, one, whole)}", 8)
        return [listed, *_to_device(replace(epoch, inputs=()), weights)]
    moved = [f"{name}.to({epoch.device})" for name in names]
    if epoch.streamed and list(epoch.streamed) != moved:
        pairs = zip(names, epoch.streamed, strict=True)
        return [fold(f"{name.removeprefix('*')} = {made}", 8) for name, made in pairs]
    one = f"        {', '.join(names)} = {', '.join(moved)}"
    if len(one) <= WIDTH:
        return [one]
    return [f"        {name} = {value}" for name, value in zip(names, moved, strict=True)]


def accumulators(epoch: Epoch) -> dict[str, tuple[str, ...]]:
    """The variables of each metric; equal sums share one."""
    taken: dict[str, str] = {}
    found: dict[str, tuple[str, ...]] = {}
    for key, metric in epoch.metrics:
        names = []
        for wanted, value in metric.sums:
            name, number = wanted, 2
            text = f"{metric.made}.{value}" if metric.made is not None else value.text
            while name in taken and taken[name] != text:
                name = f"{wanted}_{number}"
                number += 1
            taken[name] = text
            names.append(name)
        found[key] = tuple(names)
    return found


def _start(epoch: Epoch) -> list[str]:
    """What is summed up begins at nothing."""
    found, metrics = accumulators(epoch), dict(epoch.metrics)
    names = dict.fromkeys(n for key, ns in found.items() if not metrics[key].made for n in ns)
    made = {found[key][0]: m.made for key, m in metrics.items() if m.made is not None}
    sums = [f"{name}_sum" for name, _, _ in epoch.losses]
    counted = ["count"] if epoch.counts else []
    counted += [epoch.batches] if epoch.counts_batches else []
    lines: list[list[str]] = [[]]
    for name in ["loss_sum", *sums, *names, *counted]:
        if lines[-1] and len(" = ".join([*lines[-1], name, "0.0"])) > WIDTH - 4:
            lines.append([])
        lines[-1].append(name)
    started = [f"    {' = '.join([*line, '0.0'])}" for line in lines]
    return [*started, *(fold(f"{name} = {metric}", 4) for name, metric in made.items())]


def counted(name: str, metric: Metric, value: Expr, adds: str = "+=") -> str:
    """The statement that takes a batch into a sum of a metric."""
    return f"{name} {adds} {value}" if metric.made is None else f"{name}.update({value})"


def _sums(epoch: Epoch, loss: str) -> list[str]:
    size = row_counted(epoch, "len(inputs)")
    lines = {"loss_sum": fold(f"loss_sum += {loss} * {size}", 8)}
    times = f" * {size}" if epoch.by_rows else ""
    lines |= {name: f"        {name}_sum += {name}.item(){times}" for name, _, _ in epoch.losses}
    summed = accumulators(epoch)
    for key, metric in epoch.metrics:
        for name, (_, value) in zip(summed[key], metric.sums, strict=True):
            lines.setdefault(name, fold(row_counted(epoch, counted(name, metric, value)), 8))
    if epoch.counts:
        lines["count"] = f"        count += {size}"
    if epoch.counts_batches:
        lines[epoch.batches] = f"        {epoch.batches} += 1"
    return list(lines.values())


def row_counted(epoch: Epoch, line: str) -> str:
    """A line that counts the samples of a batch, by a tensor that there is."""
    if epoch.inputs == ("inputs",):
        return line
    counted = epoch.inputs[0] if epoch.masked else epoch.targets[0]
    return line.replace("len(inputs)", f"len({counted})")


def _summed(epoch: Epoch) -> list[str]:
    """The sums of one process become those of all; those that are tensors in their place."""
    if not epoch.summed:
        return []
    sums = {"loss_sum": True, **{f"{name}_sum": True for name, _, _ in epoch.losses}}
    names = accumulators(epoch)
    for key, metric in epoch.metrics:
        for name, (_, value) in zip(names[key], metric.sums, strict=True):
            sums[name] = ".item()" in value.text
    numbers = ", ".join([*(name for name, single in sums.items() if single), "count"])
    tensors = [f"    dist.all_reduce({name})" for name, single in sums.items() if not single]
    return [*tensors, fold(f"{numbers} = {epoch.summed}({numbers})", 4)]


def _results(epoch: Epoch) -> list[str]:
    """The means, as the function gives them."""
    if epoch.counts:
        values = _values(epoch, "count")
        one = f"    return {', '.join(values)}"
        return (
            [one]
            if len(one) <= WIDTH
            else ["    return (", *(fold(f"{v},", 8) for v in values), "    )"]
        )
    values = _values(epoch, "len(loader.dataset)")
    one = f"    return {', '.join(values)}"
    if len(one) <= WIDTH:
        return [one]
    values = _values(epoch, "count")
    counted = "    count = len(loader.dataset)"
    one = f"    return {', '.join(values)}"
    if len(one) <= WIDTH:
        return [counted, one]
    return [counted, "    return (", *(fold(f"{v},", 8) for v in values), "    )"]


def _values(epoch: Epoch, count: str) -> list[str]:
    summed = accumulators(epoch)
    parts = [f"loss_sum / {count}"]
    batches = epoch.batches if epoch.counts_batches else "len(loader)"
    number = count if epoch.by_rows else batches
    parts += [f"{name}_sum / {number}" for name, _, _ in epoch.losses]
    for key, metric in epoch.metrics:
        parts.append(metric.result.format(*summed[key], count=count, batches=batches))
    return parts
