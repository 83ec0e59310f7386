"""Steps of tf.data as torch's data sets, samplers and loaders.

The first parameter is the data set before the step, an expression whose value is a `Pipeline`; so
is the value of what a step gives. `looped` says that the result is iterated where it stands.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from transpiler.ir.expr import Arg, Expr, call, expr, infix, method
from transpiler.ir.pipeline import Applied, Element, Gives, Leaf, Pipeline, Windows, batched
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

#: What a data set is made of: arrays in tuples and dicts.
Parts: TypeAlias = "Expr | tuple[Parts, ...] | dict[str, Parts]"


def _made(code: Expr, pipeline: Pipeline) -> Expr:
    return replace(code, value=replace(pipeline, folder=None))


def _same(dataset: Expr) -> Expr:
    """A step that changes nothing."""
    return dataset


def _known(dataset: Expr) -> Pipeline:
    """What is known of a data set."""
    pipeline = dataset.value
    if not isinstance(pipeline, Pipeline):
        raise Unsupported("a data set that is not known")
    if pipeline.is_generator:
        raise Unsupported("what a generator of images has no method for")
    return pipeline


def _plain(dataset: Expr, what: str) -> Pipeline:
    """What is known of a data set all of whose steps have been done."""
    pipeline = _known(dataset)
    if pipeline.windows is not None:
        raise Unsupported("windows that are no batches: `window` without `flat_map` right after it")
    if pipeline.shuffled is not None or pipeline.passes is not None:
        done = "shuffled" if pipeline.shuffled is not None else "repeated"
        raise Unsupported(f"{what} of single samples that are {done}: batch them before")
    return pipeline


def _tensor(array: Expr) -> Expr:
    return call("torch.tensor", array)


def _element(parts: Parts, by: int = -1) -> Element:
    """What a sample of such arrays is."""
    if isinstance(parts, Expr):
        leaf = parts.value if isinstance(parts.value, Leaf) else Leaf()
        return batched(leaf, by) if by else leaf
    if isinstance(parts, dict):
        return {name: _element(part, by) for name, part in parts.items()}
    return tuple(_element(part, by) for part in parts)


def _stacked(parts: Parts) -> Expr:
    """Arrays as a data set of their rows."""
    if isinstance(parts, Expr):
        return _tensor(parts)
    if isinstance(parts, dict):
        if not all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in parts):
            raise Unsupported("a data set whose parts have names that are no identifiers")
        return call("StackDataset", **{name: _stacked(part) for name, part in parts.items()})
    if all(isinstance(part, Expr) for part in parts):
        return call("TensorDataset", *map(_stacked, parts))
    return call("StackDataset", *map(_stacked, parts))


@source("tf.data.Dataset.from_tensor_slices")
def from_tensor_slices(tensors: Parts, name: Param = None) -> Expr:
    """The rows of arrays."""
    single = isinstance(tensors, Expr)
    return _made(_stacked(tensors), Pipeline(Gives.SAMPLES, _element(tensors), tensor=single))


@source("tf.data.Dataset.range")
def range_(start: Param, stop: Param = None, step: Param = None) -> Expr:
    """Numbers."""
    given = [value for value in (start, stop, step) if not value.is_const(None)]
    pipeline = Pipeline(Gives.SAMPLES, Leaf(0, "int64"), tensor=True)
    return _made(call("torch.arange", *given), pipeline)


@source("tf.data.Dataset.from_generator")
def from_generator(
    generator: Param,
    output_types: Any = None,
    output_shapes: Param = None,
    args: Param = None,
    output_signature: Any = None,
    name: Param = None,
) -> Expr:
    """What a generator function yields, begun anew each time."""
    if not args.is_const(None):
        raise Unsupported("arguments for the generator")
    spec = output_signature if not _is_none(output_signature) else output_types
    if _is_none(spec):
        raise Unsupported("a generator without the types of what it yields")
    code = helper("GeneratedStream", generator, _dtypes(spec))
    return _made(code, Pipeline(Gives.STREAM, _element(spec, 0)))


def _is_none(parts: Any) -> bool:
    return isinstance(parts, Expr) and parts.is_const(None)


def _dtypes(spec: Parts) -> Arg:
    if isinstance(spec, dict):
        raise Unsupported("a generator that yields dicts")
    if isinstance(spec, tuple):
        if any(isinstance(part, tuple) for part in spec):
            raise Unsupported("a generator that yields tuples in tuples")
        return tuple(_dtypes(part) for part in spec)
    if not isinstance(spec.value, Leaf) or not spec.value.dtype:
        raise Unsupported("a generator of values whose type is not known")
    return Expr(f"torch.{spec.value.dtype}")


@source("tf.data.Dataset.batch")
def batch(
    dataset: Param,
    batch_size: Param,
    drop_remainder: Param = False,
    num_parallel_calls: Param = None,
    deterministic: Param = None,
    name: Param = None,
) -> Expr:
    """A DataLoader, which also shuffles."""
    return _loader(dataset, batch_size, drop_remainder, {})


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
    if re.search(r"\d", padded_shapes.text) or not padding_values.is_const(None):
        raise Unsupported("padding to a given size, or with other values than zeros")
    if isinstance(_known(dataset).element, dict):
        raise Unsupported("padding of samples that are dicts")
    return _loader(
        dataset, batch_size, drop_remainder, {"collate_fn": _with(Expr("pad_batch"), "pad_batch")}
    )


def _loader(dataset: Expr, size: Expr, drop: Expr, options: dict[str, Arg]) -> Expr:
    pipeline = _known(dataset)
    if pipeline.windows is not None:
        raise Unsupported("windows that are no batches: `window` without `flat_map` right after it")
    if pipeline.gives is Gives.BATCHES:
        raise Unsupported("batches of batches")
    given: dict[str, Arg] = {"batch_size": size}
    if pipeline.passes is not None:
        given["sampler"] = _sampler(dataset, pipeline)
    elif pipeline.shuffled is not None:
        given["shuffle"] = pipeline.shuffled
        if pipeline.seed is not None:
            given["generator"] = _generator(pipeline.seed)
    if not drop.is_const(False):
        given["drop_last"] = drop
    code = call("DataLoader", dataset, **given, **options)
    element = batched(pipeline.element)
    endless = pipeline.passes is not None and pipeline.passes.is_const(None)
    remade = pipeline.remade or pipeline.shuffled is not None
    made = Pipeline(Gives.BATCHES, element, endless=endless, remade=remade)
    if pipeline.shuffled is not None:
        made = replace(made, random=True)
    return _made(_with(code, "torch") if "generator" in given else code, made)


def _with(code: Expr, *helpers: str) -> Expr:
    return replace(code, helpers=code.helpers | frozenset(helpers))


def _generator(seed: Expr) -> Expr:
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


@source("tf.data.Dataset.shuffle")
def shuffle(
    dataset: Param,
    buffer_size: Param,
    seed: Param = None,
    reshuffle_each_iteration: Param = None,
    name: Param = None,
) -> Expr:
    """Of samples, the loader shuffles all; the order is another one in any case."""
    pipeline = _known(dataset)
    if pipeline.windows is not None:
        raise Unsupported("windows that are no batches: `window` without `flat_map` right after it")
    if buffer_size.is_const(1):
        return _same(dataset)
    given = None if seed.is_const(None) else seed
    if not reshuffle_each_iteration.is_const(None, True):
        return _shuffled_once(dataset, given, reshuffle_each_iteration)
    if pipeline.gives is not Gives.SAMPLES:
        if given is not None:
            raise Unsupported("a seed for the order of what is no longer single samples")
        code = helper("ShuffledStream", dataset, buffer_size)
        return _made(code, replace(pipeline, remade=True, random=True))
    return _made(dataset, replace(pipeline, shuffled=expr(True), seed=given or pipeline.seed))


def _shuffled_once(dataset: Expr, seed: Expr | None, again: Expr) -> Expr:
    """In one random order for all time."""
    pipeline = _plain(dataset, "another order")
    if not again.is_const(False) or pipeline.gives is not Gives.SAMPLES:
        raise Unsupported("an order that may or may not change")
    options = {} if seed is None else {"generator": _generator(seed)}
    order = method(call("torch.randperm", call("len", dataset), **options), "tolist")
    code = _with(call("Subset", dataset, order), "torch")
    return _made(code, replace(pipeline, tensor=False, random=True))


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
    pipeline, applied = _known(dataset), _applied(map_func)
    if pipeline.windows is not None:
        raise Unsupported("windows that are no batches: `window` without `flat_map` right after it")
    names = ("MappedDataset", "MappedTensors")
    if pipeline.gives is not Gives.SAMPLES:
        names = ("MappedStream", "MappedTensorStream")
    code = helper(_by_parts(pipeline, *names), dataset, map_func)
    remade = pipeline.remade or applied.draws
    return _made(code, replace(pipeline, element=applied.element, remade=remade, tensor=False))


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
    pipeline, applied = _known(dataset), _applied(predicate)
    if pipeline.gives is Gives.SAMPLES:
        if pipeline.remade or applied.draws or pipeline.passes is not None:
            raise Unsupported("a choice of samples that are random, or repeated")
        if pipeline.windows is not None:
            raise Unsupported("a choice of windows")
        name = _by_parts(pipeline, "filtered", "filtered_tensors")
        return _made(helper(name, dataset, predicate), replace(pipeline, tensor=False))
    name = _by_parts(pipeline, "FilteredStream", "FilteredTensorStream")
    return _made(helper(name, dataset, predicate), pipeline)


@source("tf.data.Dataset.take")
def take(dataset: Param, count: Param, name: Param = None, *, looped: bool = False) -> Expr:
    """The first ones."""
    pipeline = _plain(dataset, "the first ones")
    if count.is_const(-1):
        return _same(dataset)
    if looped:
        code = call("islice", dataset, count)
    elif pipeline.gives is Gives.SAMPLES:
        code = call("Subset", dataset, call("range", call("min", count, call("len", dataset))))
    else:
        code = helper("SlicedStream", dataset, 0, count)
    return _made(code, replace(pipeline, endless=False, tensor=False))


@source("tf.data.Dataset.skip")
def skip(dataset: Param, count: Param, name: Param = None) -> Expr:
    """All but the first ones."""
    pipeline = _plain(dataset, "all but the first ones")
    if count.is_const(-1):
        raise Unsupported("a data set without samples")
    if pipeline.gives is Gives.SAMPLES:
        code = call("Subset", dataset, call("range", count, call("len", dataset)))
    else:
        code = helper("SlicedStream", dataset, count)
    return _made(code, replace(pipeline, tensor=False))


@source("tf.data.Dataset.shard")
def shard(dataset: Param, num_shards: Param, index: Param, name: Param = None) -> Expr:
    """Every so many-th sample."""
    pipeline = _plain(dataset, "every other one")
    if pipeline.gives is not Gives.SAMPLES:
        raise Unsupported("a part of batches, or of a stream")
    places = call("range", index, call("len", dataset), num_shards)
    return _made(call("Subset", dataset, places), replace(pipeline, tensor=False))


@source("tf.data.Dataset.repeat")
def repeat(dataset: Param, count: Param = None, name: Param = None) -> Expr:
    """Of samples, the loader's sampler begins again."""
    pipeline = _known(dataset)
    if pipeline.windows is not None or pipeline.passes is not None or pipeline.endless:
        raise Unsupported("a data set that is repeated twice, or windows")
    if count.is_const(1):
        return _same(dataset)
    if not count.is_const(None, -1) and not isinstance(count.value, int) and not count.whole:
        raise Unsupported("a number of times that is only known at run time, and may mean no end")
    times = expr(None) if count.is_const(None, -1) else count
    if pipeline.gives is Gives.SAMPLES:
        return _made(dataset, replace(pipeline, passes=times))
    given = [] if times.is_const(None) else [times]
    code = helper("RepeatedStream", dataset, *given)
    return _made(code, replace(pipeline, endless=times.is_const(None)))


@source("tf.data.Dataset.cache")
def cache(dataset: Param, filename: Param = "", name: Param = None) -> Expr:
    """Nothing, unless it holds what would be drawn again."""
    pipeline = _known(dataset)
    if not (pipeline.remade or pipeline.shuffled is not None):
        return _same(dataset)
    if pipeline.gives is Gives.SAMPLES or pipeline.endless:
        raise Unsupported("what is random is drawn once and kept")
    return _made(helper("CachedStream", dataset), replace(pipeline, remade=False))


@source("tf.data.Dataset.prefetch")
def prefetch(dataset: Param, buffer_size: Param, name: Param = None) -> Expr:
    """Nothing but time."""
    return _same(dataset)


@source("tf.data.Dataset.with_options")
def with_options(dataset: Param, options: Param, name: Param = None) -> Expr:
    """Nothing but time."""
    return _same(dataset)


@source("tf.data.Dataset.zip")
def zip_(datasets: Parts, name: Param = None) -> Expr:
    """Samples together; torch refuses data sets of different lengths, which TensorFlow cuts."""
    if not isinstance(datasets, tuple) or not all(isinstance(one, Expr) for one in datasets):
        raise Unsupported("what is zipped is not a tuple of data sets")
    known = [_plain(one, "a pair") for one in datasets if isinstance(one, Expr)]
    if any(one.gives is not Gives.SAMPLES for one in known):
        raise Unsupported("batches, or streams, side by side")
    code = call("StackDataset", *(one for one in datasets if isinstance(one, Expr)))
    element = tuple(one.element for one in known)
    random = any(one.random for one in known)
    remade = any(one.remade for one in known)
    return _made(code, Pipeline(Gives.SAMPLES, element, remade=remade, random=random))


@source("tf.data.Dataset.concatenate")
def concatenate(dataset: Param, other: Param, name: Param = None) -> Expr:
    """One after the other."""
    one, two = _plain(dataset, "one after the other"), _plain(other, "one after the other")
    if one.gives is not Gives.SAMPLES or two.gives is not Gives.SAMPLES:
        raise Unsupported("batches, or streams, one after the other")
    code = call("ConcatDataset", [dataset, other])
    remade, random = one.remade or two.remade, one.random or two.random
    return _made(code, replace(one, remade=remade, random=random, tensor=False))


@source("tf.data.Dataset.enumerate")
def enumerate_(
    dataset: Param, start: Param = 0, name: Param = None, *, looped: bool = False
) -> Expr:
    """Samples with their numbers."""
    pipeline = _plain(dataset, "their numbers")
    given = [] if start.is_const(0) else [start]
    element = (Leaf(0, "int64"), pipeline.element)
    if looped:
        code = call("enumerate", dataset, *given)
    elif pipeline.gives is Gives.SAMPLES:
        stop = call("len", dataset) if not given else infix(call("len", dataset), "+", start)
        code = _with(call("StackDataset", call("torch.arange", *given, stop), dataset), "torch")
    else:
        raise Unsupported("the numbers of batches, other than in a loop")
    return _made(code, replace(pipeline, element=element, tensor=False))


@source("tf.data.Dataset.window")
def window(
    dataset: Param,
    size: Param,
    shift: Param = None,
    stride: Param = 1,
    drop_remainder: Param = False,
    name: Param = None,
) -> Expr:
    """Together with the `flat_map` behind it, a view of the series."""
    pipeline = _plain(dataset, "windows")
    if not pipeline.tensor or not stride.is_const(1):
        raise Unsupported("windows of something else than one array, or that leave steps out")
    step = size if shift.is_const(None) else shift
    whole = drop_remainder.is_const(True)
    return _made(dataset, replace(pipeline, windows=Windows(size, step, whole)))


@source("tf.data.Dataset.flat_map")
def flat_map(dataset: Param, map_func: Param, name: Param = None) -> Expr:
    """Each window as one sample."""
    pipeline = _known(dataset)
    windows, found = pipeline.windows, map_func.value
    if windows is None or not isinstance(found, Windows):
        raise Unsupported("a data set for each sample, other than windows as batches of their size")
    if found.size.text != windows.size.text or not (windows.whole or found.whole):
        raise Unsupported("windows that are cut again, or that may be shorter at the end")
    code = method(dataset, "unfold", 0, windows.size, windows.step)
    element = pipeline.element
    if not (isinstance(element, Leaf) and element.rank == 0):
        code = method(code, "movedim", -1, 1)
    return _made(code, replace(pipeline, windows=None, element=batched(element)))


@source("tf.data.Dataset.unbatch")
def unbatch(dataset: Param, name: Param = None) -> Expr:
    """Single samples, one after the other."""
    pipeline = _plain(dataset, "single ones")
    if pipeline.gives is not Gives.BATCHES or isinstance(pipeline.element, dict):
        raise Unsupported("the parts of what is no batch, or of dicts")
    if isinstance(pipeline.element, tuple):
        if not all(isinstance(part, Leaf) for part in pipeline.element):
            raise Unsupported("the samples of nested batches")
    code = helper("UnbatchedStream", dataset)
    element = batched(pipeline.element, -1)
    return _made(code, replace(pipeline, gives=Gives.STREAM, element=element))


@source("tf.data.Dataset.as_numpy_iterator")
def as_numpy_iterator(dataset: Param) -> Expr:
    """Arrays."""
    pipeline = _plain(dataset, "arrays")
    if isinstance(pipeline.element, Leaf):
        return Expr(f"(item.numpy() for item in {dataset.text})", names=dataset.names,
                    helpers=dataset.helpers)  # fmt: skip
    if isinstance(pipeline.element, dict):
        raise Unsupported("arrays of dicts")
    text = f"(tuple(part.numpy() for part in item) for item in {dataset.text})"
    return Expr(text, names=dataset.names, helpers=dataset.helpers)


@source("tf.data.Dataset.cardinality", "tf.data.experimental.cardinality")
def cardinality(dataset: Param) -> Expr:
    """How many there are."""
    pipeline = _plain(dataset, "the number")
    if pipeline.endless or pipeline.gives is Gives.STREAM:
        raise Unsupported("the number of what has no end, or is not known")
    return _with(call("torch.tensor", call("len", dataset)), "torch")


@source("keras.utils.timeseries_dataset_from_array",
        "keras.preprocessing.timeseries_dataset_from_array")  # fmt: skip
def timeseries_dataset_from_array(
    data: Param,
    targets: Param,
    sequence_length: Param,
    sequence_stride: Param = 1,
    sampling_rate: Param = 1,
    batch_size: Param = 128,
    shuffle: Param = False,
    seed: Param = None,
    start_index: Param = None,
    end_index: Param = None,
) -> Expr:
    """Windows as a view of the series."""
    if not start_index.is_const(None) or not end_index.is_const(None):
        raise Unsupported("a part of the series")
    options: dict[str, Arg] = {}
    if not sequence_stride.is_const(1):
        options["stride"] = sequence_stride
    if not sampling_rate.is_const(1):
        options["step"] = sampling_rate
    single = targets.is_const(None)
    if single:
        made = helper("series_windows", data, sequence_length, **options)
    else:
        made = helper("windows_with_targets", data, targets, sequence_length, **options)
    element: Element = Leaf() if single else (Leaf(), Leaf())
    pipeline = Pipeline(Gives.SAMPLES, element, tensor=single)
    if not shuffle.is_const(False):
        order = None if seed.is_const(None) else seed
        pipeline = replace(pipeline, shuffled=shuffle, seed=order)
    made = _made(made, pipeline)
    return made if batch_size.is_const(None) else _loader(made, batch_size, expr(False), {})
