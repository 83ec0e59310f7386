"""What steps of data sets have in common: what is known of one, its parts and its loader."""

from __future__ import annotations

import re
from typing import Any

from transpiler.ir.expr import TERNARY, UNKNOWN, Arg, Expr, call, expr, method
from transpiler.ir.pipeline import Batching, Gives, Pipeline, batched
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import helper


def made(code: Expr, pipeline: Pipeline, **changes: Any) -> Expr:
    """A data set: its code, and what is known of it."""
    anew = {"folder": None, "batching": None, "rows": None, "loads": False, "count": None}
    anew["read_anew"] = False
    if changes.get("endless") is False or "passes" in changes:
        anew["repeats_if"] = None
    return replace(code, value=replace(pipeline, **{**anew, **changes}))


def rows_of(dataset: Expr, pipeline: Pipeline) -> Expr | None:
    """Something short that has as many rows as a data set."""
    named = re.fullmatch(r"[\w.]+", dataset.text)
    return replace(dataset, value=UNKNOWN) if named else pipeline.rows


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


def in_order(dataset: Expr, what: str) -> tuple[Expr, Pipeline]:
    """A data set whose samples come as they are: those still to be shuffled, one after another."""
    pipeline = uncut(dataset)
    if pipeline.shuffled is None or pipeline.passes is not None:
        return dataset, plain(dataset, what)
    options: dict[str, Arg] = {"batch_size": expr(None), "shuffle": pipeline.shuffled}
    code = call("DataLoader", dataset, **options)
    if pipeline.seed is not None:
        code = with_helpers(
            call("DataLoader", dataset, **options, generator=seeded(pipeline.seed)), "torch"
        )
    found = replace(
        pipeline, gives=Gives.STREAM, shuffled=None, seed=None, remade=True, random=True
    )
    made_of = made(code, found, tensor=False)
    return made_of, found


def streamed(dataset: Expr, what: str) -> tuple[Expr, Pipeline]:
    """The same, also of samples that are still to be repeated."""
    pipeline = uncut(dataset)
    times = pipeline.passes
    if times is None:
        return in_order(dataset, what)
    code, found = in_order(made(dataset, pipeline, passes=None), what)
    if pipeline.repeats_if is not None:
        raise Unsupported(f"{what} of samples that are repeated under a condition")
    endless = times.is_const(None)
    code = helper("RepeatedStream", code, *([] if endless else [times]))
    found = replace(found, gives=Gives.STREAM, endless=endless)
    return made(code, found, tensor=False), found


def rows(dataset: Expr, pipeline: Pipeline, *places: Arg) -> Expr:
    """Some of the samples of a data set, by a range of their places."""
    if re.match(r"(?:text_lines|sorted)\(", dataset.text):
        bounds = places[:1] if len(places) == 2 and isinstance(places[1], Expr) else ()
        if bounds and expr(places[1]).text == f"len({dataset.text})":
            return made(replace(dataset, text=f"{dataset.text}[{expr(bounds[0]).text}:]"), pipeline)
    return made(call("Subset", dataset, call("range", *places)), pipeline, tensor=False)


def loader(dataset: Expr, size: Expr, drop: Expr, options: dict[str, Arg]) -> Expr:
    """The batches of samples, in the order and as often as is still to be seen to."""
    pipeline = uncut(dataset)
    if pipeline.loads or pipeline.folder is not None:
        raise Unsupported("batches of batches, with no step between")
    given: dict[str, Arg] = {"batch_size": size}
    unnamed = pipeline.repeats_if is None and rows_of(dataset, pipeline) is None
    if pipeline.passes is not None and unnamed:
        dataset, pipeline = streamed(dataset, "batches")  # made once, not for a sampler, too
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
    repeats = pipeline.passes is not None and pipeline.passes.is_const(None)
    found = Pipeline(
        Gives.BATCHES,
        batched(pipeline.element),
        endless=repeats or pipeline.endless,
        repeats_if=pipeline.repeats_if if repeats else None,
        remade=pipeline.remade or random,
        of_python=pipeline.of_python,
        cached=pipeline.cached,
        random=random,
        counted=pipeline.gives is Gives.SAMPLES and pipeline.passes is None,
        even=not drop.is_const(False),
        sifted=pipeline.sifted and not repeats,
    )
    code = with_helpers(code, "torch") if "generator" in given else code
    return made(code, found, batching=_batching(pipeline, size, drop), loads=True)


def _batching(pipeline: Pipeline, size: Expr, drop: Expr) -> Batching | None:
    """How batches are made of samples that have numbers, in an order that is known."""
    order = pipeline.shuffled
    known_order = order is None or order.is_const(True)
    if pipeline.gives is not Gives.SAMPLES or pipeline.passes is not None or pipeline.random:
        return None
    if not known_order or not drop.is_const(True, False):
        return None
    return Batching(order is not None, bool(drop.value), size.text)


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
    if (condition := pipeline.repeats_if) is not None:
        text = f"{times.wrapped(TERNARY + 1)} if {condition.wrapped(TERNARY + 1)} else 1"
        times = Expr(text, strength=TERNARY, names=times.names | condition.names)
    given = [] if times.is_const(None) else [times]
    return helper("RepeatedSampler", rows_of(dataset, pipeline) or dataset, *given, **options)
