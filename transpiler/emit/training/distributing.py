"""Training in several processes: what differs from one, where a strategy of tf.distribute was.

Each process steps on its part of every batch, DistributedDataParallel averages the gradients, and
sums over the processes make the losses and metrics those of the whole batches.
"""

from __future__ import annotations

import re

from transpiler.emit.epochs import Steps
from transpiler.emit.training.lines import within
from transpiler.emit.training.shared import Shared, Trained
from transpiler.interpret.region import Built
from transpiler.interpret.strategies import WORLD
from transpiler.ir.pipeline import Batching, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Hooks
from transpiler.lower.training import Compiled
from transpiler.record import replace
from transpiler.regex import regex

#: Asks whether this is the process that prints and writes.
IS_FIRST = "dist.get_rank() == 0"
#: What `shuffle=True` adds to a call.
SHUFFLED = ", shuffle=True"

_SAVED = regex(r"torch\.save\(([\w.]+)\.state_dict\(\), (.*)\)$")
_OF_MODEL = regex(r"(?<![\w.])model(?=\.\W)")

REPEATED = (
    "where the number of samples is no multiple of that of the processes, DistributedSampler "
    "repeats some of them in each epoch"
)
DIVIDED = (
    "batch_size counts the samples of all processes together, each takes its part: it must be a "
    "multiple of their number"
)
OWN = (
    "what the program's own losses and metrics give for a batch is the mean of what they give for "
    "the parts of it: the same where they are means over the samples"
)
STATISTICS = (
    "each process normalizes with the statistics of its part of a batch, as Keras's replicas do; "
    "the running ones are averaged after each epoch"
)


def wrapped(model: str, parallel: str, statistics: bool) -> str:
    """The statement that makes gradients those of the whole batch."""
    running = ", broadcast_buffers=False" if statistics else ""
    return f"{parallel} = DistributedDataParallel({model}{running})"


def has_statistics(made: list[str]) -> bool:
    """Whether a model keeps running statistics, which each process has of its own part."""
    return any("BatchNorm" in text for text in made)


def check_parts(made: list[str]) -> None:
    """Refuse layers that do not see all batches alike."""
    if any("Stateful" in text for text in made):
        raise Unsupported("a layer that goes on from batch to batch, under a strategy")


def check(compiled: Compiled) -> None:
    """Refuse what is not the same of parts of a batch as of the whole."""
    if any(metric.made is not None for _, metric in compiled.metrics):
        raise Unsupported("a metric that is a class of the program's own, under a strategy")
    batches = any("{batches}" in metric.result for _, metric in compiled.metrics)
    if batches or (compiled.several and compiled.keras != "2"):
        raise Unsupported("means over batches under a strategy")
    criteria = " ".join(head.loss.criterion.text for head in compiled.heads)
    if "ignore_index" in criteria:
        raise Unsupported("a loss that leaves out some targets under a strategy")
    if any(head.steps is not None for head in compiled.heads):
        raise Unsupported("a loss that leaves out masked steps under a strategy")


def sampled(data: str, loader: str, sampler: str, size: str, order: str) -> list[str]:
    """The statements that make the loader with each process's part of every batch."""
    given = "" if order == SHUFFLED else order or ", shuffle=False"
    return [
        f"{sampler} = DistributedSampler({data}{given})",
        f"{loader} = DataLoader({data}, batch_size={of_process(size)}, sampler={sampler})",
    ]


def batching_of(pipeline: Pipeline) -> Batching:
    """How the batches of a data set are made, which other processes are to make, too."""
    if pipeline.batching is None:
        raise Unsupported("batches of samples that have no numbers, under a strategy")
    return pipeline.batching


def resampled(given: str, loader: str, sampler: str, batching: Batching) -> list[str]:
    """The same for a loader that the program makes."""
    order = "" if batching.shuffles else ", shuffle=False"
    order += ", drop_last=True" if batching.drops else ""
    return [
        f"{sampler} = DistributedSampler({given}.dataset{order})",
        f"{loader} = loader_of_process({given}, {sampler})",
    ]


def asked(given: str, pipeline: Pipeline) -> str:
    """The loader of a process that the model is only asked about, each sample once."""
    if batching_of(pipeline).drops:
        raise Unsupported("samples that drop_remainder leaves out, under a strategy")
    return f"loader_of_process({given}, part_of_process({given}.dataset))"


def divides(text: str, size: str) -> bool:
    """Whether a size is surely a multiple of the number of processes, as a program writes it."""
    if size.endswith(f" * {WORLD}") or size.startswith(f"{WORLD} * "):
        return True
    count = r"[A-Za-z_]\w*\.num_replicas_in_sync"
    product = rf"(?:[\w.]+ \* {count}|{count} \* [\w.]+)\s*(?:#.*)?$"
    assigned = re.findall(rf"^[ \t]*{re.escape(size)} = (.*)$", text, re.M)
    return len(assigned) == 1 and re.match(product, assigned[0]) is not None


def of_process(size: str) -> str:
    """The part of a batch that a process takes."""
    if size.endswith(f" * {WORLD}"):
        return size.removesuffix(f" * {WORLD}")
    if size.startswith(f"{WORLD} * "):
        return size.removeprefix(f"{WORLD} * ")
    plain = re.fullmatch(r"[\w.]+(\(.*\))?", size)
    return f"{size} // {WORLD}" if plain else f"({size}) // {WORLD}"


def summing(name: str, device: str) -> str:
    """The source of the function that adds up numbers of all processes."""
    return "\n".join(
        [
            f"def {name}(*values):",
            '    """The sums of numbers over all processes."""',
            f"    sums = torch.tensor(values, dtype=torch.float64, device={device})",
            "    dist.all_reduce(sums)",
            "    return sums.tolist()",
            "",
        ]
    )


def in_first(lines: tuple[str, ...] | list[str]) -> list[str]:
    """Statements for one process alone."""
    return [f"if {IS_FIRST}:", *(f"    {line}" for line in lines)] if lines else []


def joined(lines: list[str]) -> list[str]:
    """Statements for one process under one condition, where they follow each other."""
    found: list[str] = []
    head = f"if {IS_FIRST}:"
    outer = ""
    for line in lines:
        if line == outer == head:
            continue
        outer = outer if line.startswith(" ") else line
        found.append(line)
    return found


def steps_of_process(steps: Steps, made: list[str]) -> Steps:
    """What a step does to the model inside of DistributedDataParallel."""
    return replace(
        steps,
        shown="dist.get_rank() > 0",
        penalty=steps.penalty.replace("(model)", "(model.module)"),
        constraint=steps.constraint.replace("(model)", "(model.module)"),
        still=tuple(_OF_MODEL.sub("model.module", line) for line in steps.still),
        after=("average_statistics(model.module)",) if has_statistics(made) else (),
    )


def hooks_of_process(hooks: Hooks) -> Hooks:
    """Callbacks where each process runs the loop: one of them writes files."""
    if hooks.batch_start or hooks.batch_end or hooks.takes or hooks.test_takes:
        raise Unsupported("a callback for each batch under a strategy")
    if hooks.first:
        raise Unsupported("a callback that restores an interrupted training under a strategy")
    once = _in_first if hooks.writes else _saving_once
    changed = replace(
        hooks,
        before=once(hooks.before),
        epoch_start=once(hooks.epoch_start),
        epoch_end=once(hooks.epoch_end),
        after=once(hooks.after),
    )
    saves = changed != hooks and not hooks.writes
    return replace(changed, helpers=hooks.helpers | {"save_weights"}) if saves else changed


def _in_first(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(in_first(lines))


def _saving_once(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(saved_once, lines))


def saved_once(line: str) -> str:
    """A statement that saves weights, by the function that saves them in one process."""
    found = _SAVED.search(line)
    return f"{line[: found.start()]}save_weights({found[1]}, {found[2]})" if found else line


def spread(shared: Shared, made: Trained, built: Built, trains: bool) -> None:
    """Whether a strategy spreads the training of a model, and whether that can be."""
    known, training, tree = shared.file.distribution, made.training, shared.tree
    if known is None or not known.mirrored:
        return
    scopes = [tree.span(scope) for scope in known.scopes.values()]
    nodes = [node for node in (training.model.node, built.node) if node is not None]
    made.spread = any(within(tree.span(node)[0], scopes) for node in nodes)
    if trains and not made.spread:
        reason = "the model is made outside of the scope of the strategy"
        training.problem = (training.calls[0], reason)
