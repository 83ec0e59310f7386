"""What steps of data sets have in common: what is known of one, its parts and its loader."""

from __future__ import annotations

from typing import Any

from transpiler.ir.expr import Arg, Expr, call, method
from transpiler.ir.pipeline import Gives, Pipeline, batched
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import helper


def made(code: Expr, pipeline: Pipeline, **changes: Any) -> Expr:
    """A data set: its code, and what is known of it."""
    return replace(code, value=replace(pipeline, folder=None, **changes))


def known(dataset: Expr) -> Pipeline:
    """What is known of a data set."""
    pipeline = dataset.value
    if not isinstance(pipeline, Pipeline):
        raise Unsupported("a data set that is not known")
    if pipeline.is_generator:
        raise Unsupported("what a generator of images has no method for")
    return pipeline


def uncut(dataset: Expr) -> Pipeline:
    """What is known of a data set that isn't still to be cut into windows."""
    pipeline = known(dataset)
    if pipeline.windows is not None:
        raise Unsupported("windows that are no batches: `window` without `flat_map` right after it")
    return pipeline


def plain(dataset: Expr, what: str) -> Pipeline:
    """What is known of a data set all of whose steps have been done."""
    pipeline = uncut(dataset)
    if pipeline.shuffled is not None or pipeline.passes is not None:
        done = "shuffled" if pipeline.shuffled is not None else "repeated"
        raise Unsupported(f"{what} of single samples that are {done}: batch them before")
    return pipeline


def rows(dataset: Expr, pipeline: Pipeline, *places: Arg) -> Expr:
    """Some of the samples of a data set, by a range of their places."""
    return made(call("Subset", dataset, call("range", *places)), pipeline, tensor=False)


def loader(dataset: Expr, size: Expr, drop: Expr, options: dict[str, Arg]) -> Expr:
    """The batches of samples, in the order and as often as is still to be seen to."""
    pipeline = uncut(dataset)
    if pipeline.gives is Gives.BATCHES:
        raise Unsupported("batches of batches")
    given: dict[str, Arg] = {"batch_size": size}
    if pipeline.passes is not None:
        given["sampler"] = _sampler(dataset, pipeline)
    elif pipeline.shuffled is not None:
        given["shuffle"] = pipeline.shuffled
        if pipeline.seed is not None:
            given["generator"] = seeded(pipeline.seed)
    if not drop.is_const(False):
        given["drop_last"] = drop
    code = call("DataLoader", dataset, **given, **options)
    random = pipeline.shuffled is not None
    found = Pipeline(
        Gives.BATCHES,
        batched(pipeline.element),
        endless=pipeline.passes is not None and pipeline.passes.is_const(None),
        remade=pipeline.remade or random,
        random=random,
    )
    return made(with_helpers(code, "torch") if "generator" in given else code, found)


def with_helpers(code: Expr, *helpers: str) -> Expr:
    """Code that reads emitted names."""
    return replace(code, helpers=code.helpers | frozenset(helpers))


def seeded(seed: Expr) -> Expr:
    """A generator of random numbers that begins with a seed."""
    return method(call("torch.Generator"), "manual_seed", seed)


def _sampler(dataset: Expr, pipeline: Pipeline) -> Expr:
    if pipeline.seed is not None:
        raise Unsupported("a seed for samples that are shuffled and repeated")
    times, options = pipeline.passes, {}
    assert times is not None
    if pipeline.shuffled is not None:
        options = {"shuffle": pipeline.shuffled}
    given = [] if times.is_const(None) else [times]
    return helper("RepeatedSampler", dataset, *given, **options)
