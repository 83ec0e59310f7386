"""Steps of tf.data as torch's data sets, samplers and loaders.

The first parameter is the data set before the step, an expression whose value is a `Pipeline`; so
is the value of what a step gives. `looped` says that the result is iterated where it stands.
"""

from __future__ import annotations

import re

from rules.data_sets import (
    in_order,
    known,
    loader,
    made,
    plain,
    rows,
    rows_of,
    seeded,
    streamed,
    uncut,
    with_helpers,
)
from rules.data_windows import whole_windows
from transpiler.ir.expr import TERNARY, UNKNOWN, Arg, Expr, call, expr, infix, method
from transpiler.ir.pipeline import (
    Applied,
    Columns,
    Gives,
    Leaf,
    Numbered,
    Pipeline,
    Windows,
    batched,
)
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.rule import Param, helper, source


def _same(dataset: Expr) -> Expr:
    """A step that changes nothing."""
    return dataset


@source("tf.data.Dataset.interleave")
def interleave(
    dataset: Param,
    map_func: Param,
    cycle_length: Param = None,
    block_length: Param = 1,
    num_parallel_calls: Param = None,
    deterministic: Param = None,
    name: Param = None,
) -> Expr:
    """Several data sets in turn; in Keras's order, where it is not left to the machine."""
    if not deterministic.is_const(None, True):
        raise Unsupported("an order that may be another one each time")
    if cycle_length.is_const(None, -1) or not (cycle_length.known or cycle_length.whole):
        raise Unsupported("as many data sets at a time as the machine has processors")
    if cycle_length.is_const(1):
        return flat_map(dataset, map_func)
    dataset, pipeline = in_order(dataset, "each")
    options: dict[str, Arg] = {} if block_length.is_const(1) else {"block_length": block_length}
    making, inner = _of_each(map_func)
    code = helper("InterleavedStream", dataset, making, cycle_length, **options)
    return made(code, _joined(pipeline, inner))


def _of_each(map_func: Expr) -> tuple[Expr, Pipeline]:
    """What makes a data set of each element, and what is known of that."""
    if not isinstance(map_func.value, Pipeline):
        raise Unsupported("a data set for each element that is not known")
    head, _, body = map_func.text.partition(": ")
    code, inner = streamed(replace(map_func, text=body), "each")
    if inner.endless:
        raise Unsupported("a data set without end for each element")
    return replace(code, value=UNKNOWN, text=f"{head}: {code.text}", strength=TERNARY), inner


def _joined(outer: Pipeline, inner: Pipeline) -> Pipeline:
    """Many data sets, one after the other."""
    gives = Gives.STREAM if inner.gives is Gives.SAMPLES else inner.gives
    random = outer.random or inner.random
    remade = outer.remade or inner.remade or random
    return Pipeline(
        gives, inner.element, remade=remade, random=random, endless=outer.endless, sifted=True
    )


@source("tf.data.Dataset.batch")
def batch(
    dataset: Param,
    batch_size: Param,
    drop_remainder: Param = False,
    num_parallel_calls: Param = None,
    deterministic: Param = None,
    name: Param = None,
) -> Expr:
    """A DataLoader, which also shuffles; of a series of numbers, its stretches are samples."""
    pipeline = uncut(dataset)
    is_series = (
        pipeline.tensor and isinstance(pipeline.element, Leaf) and pipeline.element.rank == 0
    )
    if is_series and pipeline.is_done and drop_remainder.is_const(True):
        code = method(dataset, "unfold", 0, batch_size, batch_size)
        return made(code, pipeline, element=batched(pipeline.element), open=True)
    return loader(dataset, batch_size, drop_remainder, {})


@source("tf.data.Dataset.padded_batch")
def padded_batch(
    dataset: Param,
    batch_size: Param,
    padded_shapes: Param = None,
    padding_values: Param = None,
    drop_remainder: Param = False,
    name: Param = None,
) -> Expr:
    """Samples with zeros at their ends, as long as the longest one of the batch."""
    if isinstance(known(dataset).element, (Columns, dict)):
        raise Unsupported("padding of samples that are dicts")
    plain = padding_values.is_const(None) and _is_open(padded_shapes)
    code = with_helpers(Expr("pad_batch"), "pad_batch") if plain else None
    return loader(
        dataset,
        batch_size,
        drop_remainder,
        {"collate_fn": code or _padding(padded_shapes, padding_values)},
    )


@source("tf.data.Dataset.bucket_by_sequence_length")
def bucket_by_sequence_length(
    dataset: Param,
    element_length_func: Param,
    bucket_boundaries: Param,
    bucket_batch_sizes: Param,
    padded_shapes: Param = None,
    padding_values: Param = None,
    pad_to_bucket_boundary: Param = False,
    no_padding: Param = False,
    drop_remainder: Param = False,
    name: Param = None,
) -> Expr:
    """Batches of samples that are about as long, padded with zeros."""
    usual = [one.is_const(False) for one in (pad_to_bucket_boundary, no_padding, drop_remainder)]
    if not all(usual) or not padding_values.is_const(None) or not _is_open(padded_shapes):
        raise Unsupported("buckets padded to other sizes than the longest sample, or with values")
    code, pipeline = streamed(dataset, "buckets")
    if pipeline.gives is Gives.BATCHES or not isinstance(pipeline.element, (Leaf, tuple)):
        raise Unsupported("buckets of batches, or of dicts")
    _applied(element_length_func)
    name_of = _by_parts(pipeline, "BucketedStream", "BucketedTensorStream")
    made_of = helper(name_of, code, element_length_func, bucket_boundaries, bucket_batch_sizes)
    element = batched(pipeline.element)
    found = replace(pipeline, gives=Gives.BATCHES, element=element, counted=False, sifted=True)
    return made(made_of, found)


def _padding(shapes: Expr, values: Expr) -> Expr:
    """What pads samples to given sizes, or with given values."""
    if shapes.is_const(None) or not _all_known(shapes):
        raise Unsupported("padding to sizes that are only known at run time, or with values alone")
    if not values.is_const(None) and not _all_known(values):
        raise Unsupported("padding with values that are only known at run time")
    given = [Expr("samples"), replace(shapes, value=UNKNOWN)]
    if not values.is_const(None):
        given.append(replace(values, value=UNKNOWN))
    code = helper("pad_to", *given)
    return replace(code, text=f"lambda samples: {code.text}", strength=TERNARY)


def _is_open(shapes: Expr) -> bool:
    """Whether each axis is as long as that of the longest sample."""
    if shapes.items is not None:
        return all(map(_is_open, shapes.items))
    return (
        shapes.is_const(None, -1, (), []) or re.fullmatch(r"[\[(]+[\])]+", shapes.text) is not None
    )


def _all_known(parts: Expr) -> bool:
    """Whether nested shapes, or values, are numbers and None."""
    if parts.items is not None:
        return all(map(_all_known, parts.items))
    return parts.known and isinstance(parts.value, (int, float, type(None), tuple, list))


@source("tf.data.Dataset.shuffle")
def shuffle(
    dataset: Param,
    buffer_size: Param,
    seed: Param = None,
    reshuffle_each_iteration: Param = None,
    name: Param = None,
) -> Expr:
    """Of samples, the loader shuffles all; the order is another one in any case."""
    pipeline = uncut(dataset)
    if buffer_size.is_const(1):
        return _same(dataset)
    given = None if seed.is_const(None) else seed
    if not reshuffle_each_iteration.is_const(None, True):
        return _shuffled_once(dataset, given, reshuffle_each_iteration)
    if pipeline.gives is not Gives.SAMPLES:
        if given is not None:
            raise Unsupported("a seed for the order of what is no longer single samples")
        code = helper("ShuffledStream", dataset, buffer_size)
        return made(code, pipeline, remade=True, random=True, counted=False)
    kept = rows_of(dataset, pipeline)
    return made(dataset, pipeline, shuffled=expr(True), seed=given or pipeline.seed, rows=kept)


def _shuffled_once(dataset: Expr, seed: Expr | None, again: Expr) -> Expr:
    """In one random order for all time."""
    pipeline = plain(dataset, "another order")
    if not again.is_const(False) or pipeline.gives is not Gives.SAMPLES:
        raise Unsupported("an order that may or may not change")
    options = {} if seed is None else {"generator": seeded(seed)}
    order = method(call("torch.randperm", call("len", dataset), **options), "tolist")
    code = with_helpers(call("Subset", dataset, order), "torch")
    return made(code, pipeline, tensor=False, random=True)


@source("tf.data.Dataset.map")
def map_(
    dataset: Param,
    map_func: Param,
    num_parallel_calls: Param = None,
    deterministic: Param = None,
    synchronous: Param = None,
    use_unbounded_threadpool: Param = False,
    name: Param = None,
) -> Expr:
    """Each sample, or batch, as a function changes it."""
    pipeline, applied = uncut(dataset), _applied(map_func)
    if applied.changes and pipeline.keeps:
        raise Unsupported("a function that changes the dict of a sample which is kept")
    names = ("MappedDataset", "MappedTensors")
    if pipeline.gives is not Gives.SAMPLES:
        names = ("MappedStream", "MappedTensorStream")
    code = helper(_by_parts(pipeline, *names), dataset, map_func)
    found = replace(
        pipeline,
        element=applied.element,
        remade=pipeline.remade or applied.draws,
        of_python=pipeline.of_python or applied.of_python,
        tensor=False,
    )
    code = made(code, found, rows=rows_of(dataset, pipeline))
    return replace(code, value=replace(code.value, count=pipeline.count))


def _by_parts(pipeline: Pipeline, of_tuples: str, of_tensors: str) -> str:
    """Which of two helpers it is: a function gets the parts of a tuple one by one."""
    return of_tuples if isinstance(pipeline.element, tuple) else of_tensors


def _applied(function: Expr) -> Applied:
    if not isinstance(function.value, Applied):
        raise Unsupported("a function that is not understood")
    return function.value


@source("tf.data.Dataset.filter")
def filter_(dataset: Param, predicate: Param, name: Param = None) -> Expr:
    """Samples are asked once, where they have an index."""
    pipeline, applied = known(dataset), _applied(predicate)
    if pipeline.gives is Gives.SAMPLES:
        if pipeline.remade or applied.draws or pipeline.passes is not None:
            raise Unsupported("a choice of samples that are random, or repeated")
        if pipeline.windows is not None:
            raise Unsupported("a choice of windows")
        name = _by_parts(pipeline, "filtered", "filtered_tensors")
        return made(helper(name, dataset, predicate), pipeline, tensor=False, sifted=True)
    name = _by_parts(pipeline, "FilteredStream", "FilteredTensorStream")
    return made(helper(name, dataset, predicate), pipeline, counted=False, sifted=True)


@source("tf.data.Dataset.take")
def take(dataset: Param, count: Param, name: Param = None, *, looped: bool = False) -> Expr:
    """The first ones."""
    if count.is_const(-1):
        return _same(dataset)
    dataset, pipeline = streamed(dataset, "the first ones")
    if pipeline.cached:
        raise Unsupported(
            "the first ones of what `cache` keeps: of a pass that is cut it keeps none"
        )
    if not looped and pipeline.gives is Gives.SAMPLES:
        return rows(dataset, pipeline, call("min", count, call("len", dataset)))
    code = call("islice", dataset, count) if looped else helper("SlicedStream", dataset, 0, count)
    return made(code, pipeline, endless=False, tensor=False)


@source("tf.data.Dataset.skip")
def skip(dataset: Param, count: Param, name: Param = None) -> Expr:
    """All but the first ones."""
    if count.is_const(-1):
        raise Unsupported("a data set without samples")
    dataset, pipeline = in_order(dataset, "all but the first ones")
    if pipeline.gives is Gives.SAMPLES:
        return rows(dataset, pipeline, count, call("len", dataset))
    return made(helper("SlicedStream", dataset, count), pipeline, tensor=False)


@source("tf.data.Dataset.shard")
def shard(dataset: Param, num_shards: Param, index: Param, name: Param = None) -> Expr:
    """Every so many-th sample."""
    pipeline = plain(dataset, "every other one")
    if pipeline.gives is not Gives.SAMPLES:
        raise Unsupported("a part of batches, or of a stream")
    return rows(dataset, pipeline, index, call("len", dataset), num_shards)


@source("tf.data.Dataset.repeat")
def repeat(dataset: Param, count: Param = None, name: Param = None) -> Expr:
    """Of samples, the loader's sampler begins again."""
    pipeline = known(dataset)
    if pipeline.windows is not None or pipeline.passes is not None or pipeline.endless:
        raise Unsupported("a data set that is repeated twice, or windows")
    if count.is_const(1):
        return _same(dataset)
    if not count.is_const(None, -1) and not isinstance(count.value, int) and not count.whole:
        raise Unsupported("a number of times that is only known at run time, and may mean no end")
    times = expr(None) if count.is_const(None, -1) else count
    if pipeline.gives is Gives.SAMPLES:
        return made(dataset, pipeline, passes=times, rows=rows_of(dataset, pipeline))
    given = [] if times.is_const(None) else [times]
    code = helper("RepeatedStream", dataset, *given)
    endless = times.is_const(None)  # which TensorFlow knows
    return made(
        code, pipeline, endless=endless, counted=False, sifted=pipeline.sifted and not endless
    )


@source("tf.data.Dataset.cache")
def cache(dataset: Param, filename: Param = "", name: Param = None) -> Expr:
    """Nothing, unless it holds what would be another one again; a pass without end isn't kept."""
    pipeline = known(dataset)
    if pipeline.endless and pipeline.repeats_if is None:
        return _same(dataset)
    if not (pipeline.remade or pipeline.shuffled is not None):
        return _same(dataset)
    if pipeline.endless or not filename.is_const("", None):
        raise Unsupported("what is random is kept under a condition, or in a file for the next run")
    dataset, pipeline = in_order(dataset, "what is kept")
    name_of_kept = "CachedDataset" if pipeline.gives is Gives.SAMPLES else "CachedStream"
    code = helper(name_of_kept, dataset)
    found = replace(pipeline, remade=False, keeps=True, cached=pipeline.of_python, tensor=False)
    return made(code, found)


@source("tf.data.Dataset.prefetch")
def prefetch(dataset: Param, buffer_size: Param, name: Param = None) -> Expr:
    """Nothing but time."""
    return _same(dataset)


@source("tf.data.Dataset.with_options")
def with_options(dataset: Param, options: Param, name: Param = None) -> Expr:
    """Nothing but time."""
    return _same(dataset)


@source("tf.data.Dataset.enumerate")
def enumerate_(
    dataset: Param, start: Param = 0, name: Param = None, *, looped: bool = False
) -> Expr:
    """Samples with their numbers."""
    pipeline = plain(dataset, "their numbers")
    given = [] if start.is_const(0) else [start]
    element = (Leaf(0, "int64"), pipeline.element)
    if looped:
        code = call("enumerate", dataset, *given)
    elif pipeline.gives is Gives.SAMPLES:
        stop = call("len", dataset) if not given else infix(call("len", dataset), "+", start)
        code = with_helpers(
            call("StackDataset", call("torch.arange", *given, stop), dataset), "torch"
        )
    else:
        raise Unsupported("the numbers of batches, other than in a loop")
    return made(code, pipeline, element=element, tensor=False)


@source("tf.data.Dataset.flat_map")
def flat_map(dataset: Param, map_func: Param, name: Param = None) -> Expr:
    """Each window as one sample, or one data set for each sample after the other."""
    if isinstance(map_func.value, Pipeline):
        dataset, before = in_order(dataset, "each")
        making, inner = _of_each(map_func)
        return made(helper("FlatStream", dataset, making), _joined(before, inner))
    pipeline = known(dataset)
    if pipeline.windows is None or not isinstance(map_func.value, Windows):
        raise Unsupported("a data set for each sample, other than windows as batches of their size")
    return whole_windows(dataset, pipeline, pipeline.windows, map_func.value)


@source("tf.data.Dataset.unbatch")
def unbatch(dataset: Param, name: Param = None) -> Expr:
    """Single samples, one after the other."""
    pipeline = plain(dataset, "single ones")
    if pipeline.gives is not Gives.BATCHES or isinstance(pipeline.element, (Columns, dict)):
        raise Unsupported("the parts of what is no batch, or of dicts")
    if isinstance(pipeline.element, tuple):
        if not all(isinstance(part, Leaf) for part in pipeline.element):
            raise Unsupported("the samples of nested batches")
    code = helper("UnbatchedStream", dataset)
    element = batched(pipeline.element, -1)
    found = replace(pipeline, gives=Gives.STREAM, element=element, counted=False, even=False)
    return made(code, found, sifted=True)


@source("tf.data.Dataset.as_numpy_iterator")
def as_numpy_iterator(dataset: Param) -> Expr:
    """Arrays."""
    pipeline = plain(dataset, "arrays")
    if isinstance(pipeline.element, Leaf):
        return Expr(f"(item.numpy() for item in {dataset.text})", names=dataset.names,
                    helpers=dataset.helpers)  # fmt: skip
    if isinstance(pipeline.element, (Columns, dict)):
        raise Unsupported("arrays of dicts")
    text = f"(tuple(part.numpy() for part in item) for item in {dataset.text})"
    return Expr(text, names=dataset.names, helpers=dataset.helpers)


@source("keras.utils.split_dataset")
def split_dataset(
    dataset: Param,
    left_size: Param = None,
    right_size: Param = None,
    shuffle: Param = False,
    seed: Param = None,
) -> Expr:
    """The first samples and the others, each as one of a pair of data sets."""
    pipeline = plain(dataset, "two parts")
    if pipeline.gives is not Gives.SAMPLES or pipeline.remade:
        raise Unsupported("two parts of batches, or of what is random")
    given = {"size": left_size, "rest": right_size, "seed": seed}
    options: dict[str, Arg] = {k: v for k, v in given.items() if not v.is_const(None)}
    if not shuffle.is_const(False):
        options["shuffle"] = shuffle
    first = [options.pop("size")] if "size" in options else []
    code = helper("split_dataset", dataset, *first, **options)
    asked = {f"split_dataset.{option}" for option in options.keys() & {"rest", "seed"}}
    code = replace(code, helpers=code.helpers | asked)
    part = replace(pipeline, tensor=False, rows=None, folder=None, batching=None)
    return replace(code, value=(part, part))


@source("tf.data.Dataset.reduce")
def reduce_(dataset: Param, initial_state: Param, reduce_func: Param, name: Param = None) -> Expr:
    """`functools.reduce`, from a tensor on; what only counts is a sum of ones."""
    code, pipeline = streamed(dataset, "one number")
    if pipeline.endless:
        raise Unsupported("one number of what has no end")
    _applied(reduce_func)
    counts = re.fullmatch(r"lambda (\w+), (\w+): (?:\1 \+ 1|1 \+ \1)", reduce_func.text)
    if counts is not None:
        return _number(_counted(code, pipeline, initial_state))
    if not initial_state.known and not _SCALAR.match(initial_state.text):
        raise Unsupported("a state that is not known to be one number")
    start_of = with_helpers(call("torch.tensor", initial_state), "torch")
    made_of = with_helpers(call("reduce", reduce_func, code, start_of), "reduce")
    return replace(made_of, value=Leaf(0))


def _counted(dataset: Expr, pipeline: Pipeline, start: Expr) -> Expr:
    """How many elements there are, from a number on."""
    from_zero = start.is_const(0) or _ZERO.fullmatch(start.text) is not None
    if pipeline.gives is Gives.SAMPLES or pipeline.counted:
        number = call("len", dataset)
        return replace(number if from_zero else infix(start, "+", number), whole=True)
    ones = replace(dataset, text=f"1 for _ in {dataset.text}", value=UNKNOWN)
    given = [ones] if from_zero else [replace(ones, text=f"({ones.text})"), start]
    return replace(call("sum", *given), whole=True)


_ZERO = regex(r"np\.int\d+\(0\)")
_SCALAR = regex(r"(?:np|numpy)\.(?:u?int|float)\d+\(")


def _number(number: Expr) -> Expr:
    """A number that TensorFlow holds in a tensor."""
    held = with_helpers(call("torch.tensor", number), "torch")
    return replace(held, value=Numbered(number))


@source("tf.data.Dataset.__iter__")
def each(dataset: Param) -> Expr:
    """A loop over samples shuffles and repeats them itself; Keras's generators have no end."""
    pipeline = dataset.value
    if isinstance(pipeline, Pipeline) and pipeline.is_generator and pipeline.is_done:
        return made(helper("endless", dataset), replace(pipeline, folder=None, endless=True))
    return streamed(dataset, "each")[0]


@source("tf.data.Dataset.cardinality", "tf.data.experimental.cardinality")
def cardinality(dataset: Param) -> Expr:
    """How many there are, which TensorFlow does not know of what is filtered or joined."""
    pipeline = uncut(dataset)
    if pipeline.sifted:
        raise Unsupported("a number that TensorFlow only knows by running through all: it says -2")
    endless = pipeline.passes is not None or pipeline.endless
    if endless or (pipeline.gives is not Gives.SAMPLES and not pipeline.counted):
        raise Unsupported("the number of what has no end, or is not known")
    number = replace(call("len", dataset), whole=True)
    return _number(number)
