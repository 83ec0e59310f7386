"""Where data sets of tf.data begin: arrays, numbers, names of files, generators, series."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from rules.data_sets import loader, made, with_helpers
from transpiler.ir.expr import TERNARY, UNKNOWN, Arg, Configured, Expr, call, dict_expr, expr, index
from transpiler.ir.pipeline import OPEN, Columns, Element, Folder, Gives, Leaf, Pipeline, Yielding
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.rule import Param, helper, source

#: What a data set is made of: arrays in tuples and dicts.
Parts: TypeAlias = "Expr | tuple[Parts, ...] | dict[str, Parts]"


#: What makes data sets that torch has nothing for, and what to do instead.
FOREIGN = {
    "tf.data.TFRecordDataset": "torch reads no records of TensorFlow: write them as files once",
    "tf.data.experimental.CsvDataset": "read the table with pandas, and take its arrays",
    "tf.data.experimental.make_csv_dataset": "read the table with pandas, and take its arrays",
    "tf.data.Options": "these options have no meaning for torch: take them out",
    "keras.utils.audio_dataset_from_directory": "read the files with torchaudio in a data set",
    "tf.data.Dataset.rejection_resample": "weigh the samples, or draw them by "
    "`torch.utils.data.WeightedRandomSampler`",
    **{
        f"tensorflow_datasets.{name}": "its data sets are TensorFlow's: the same data may be in "
        "torchvision, torchtext or torchaudio, and `tfds.data_source` needs no TensorFlow"
        for name in ("load", "builder", "as_numpy", "as_dataframe")
    },
}


def _tensor(array: Expr) -> Expr:
    if isinstance(array.value, Leaf) and array.value.array == array.text:
        return array  # it is one already
    if re.match(r"(?:torch\.(?:as_)?tensor|torch\.rand\w*|F\.one_hot)\(", array.text):
        return array
    return call("torch.tensor", array)


def _element(parts: Parts, by: int = -1) -> Element:
    """What a sample of such arrays is."""
    if isinstance(parts, Expr) and isinstance(parts.value, Columns):
        if not by:
            raise Unsupported("a dict whose entries are not known one by one")
        return parts.value
    if isinstance(parts, Expr):
        leaf = parts.value if isinstance(parts.value, Leaf) else Leaf()
        if not by:
            return leaf
        rank = None if leaf.rank is None else leaf.rank + by
        sizes = None if leaf.sizes is None else leaf.sizes[-by:]
        return Leaf(rank, leaf.dtype, parts.text, sizes)
    if isinstance(parts, dict):
        return {name: _element(part, by) for name, part in parts.items()}
    return tuple(_element(part, by) for part in parts)


def _stacked(parts: Parts) -> Expr:
    """Arrays as a data set of their rows."""
    if isinstance(parts, Expr) and isinstance(parts.value, Columns):
        table = re.fullmatch(r"dict\(([\w.]+)\)", parts.text)  # its items are the same
        text = parts.text if table is None else table.group(1)
        return helper("table_rows", replace(parts, text=text, value=UNKNOWN))
    if isinstance(parts, Expr):
        return _tensor(parts)
    if isinstance(parts, dict):
        if not all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in parts):
            raise Unsupported("a data set whose parts have names that are no identifiers")
        return call("StackDataset", **{name: _stacked(part) for name, part in parts.items()})
    if all(map(_is_array, parts)):
        return call("TensorDataset", *map(_stacked, parts))
    return call("StackDataset", *map(_stacked, parts))


def _is_array(parts: Parts) -> bool:
    return isinstance(parts, Expr) and not isinstance(parts.value, Columns)


@source("tf.data.Dataset.from_tensor_slices")
def from_tensor_slices(tensors: Parts, name: Param = None) -> Expr:
    """The rows of arrays."""
    tensor = _is_array(tensors) or (isinstance(tensors, tuple) and all(map(_is_array, tensors)))
    pipeline = Pipeline(Gives.SAMPLES, _element(tensors), tensor=tensor)
    return made(_stacked(tensors), pipeline, rows=_short(tensors), count=_count(tensors))


def _count(parts: Parts) -> int | None:
    """How many rows arrays have."""
    if isinstance(parts, Expr):
        sizes = parts.value.sizes if isinstance(parts.value, Leaf) else None
        return sizes[0] if sizes else None
    found = map(_count, parts.values() if isinstance(parts, dict) else parts)
    return next((count for count in found if count is not None), None)


def _short(parts: Parts) -> Expr | None:
    """The first array of several that is not long, since all have as many rows."""
    if isinstance(parts, Expr) and isinstance(parts.value, Columns):
        return None  # its length is the number of columns
    if isinstance(parts, Expr):
        is_short = re.fullmatch(r"[\w.]+(\[[\w:]+\])?", parts.text)
        return replace(parts, value=UNKNOWN) if is_short else None
    found = (_short(part) for part in (parts.values() if isinstance(parts, dict) else parts))
    return next((one for one in found if one is not None), None)


@source("tf.data.Dataset.from_tensors")
def from_tensors(tensors: Parts, name: Param = None) -> Expr:
    """A single sample."""
    pipeline = Pipeline(Gives.SAMPLES, _element(tensors, 0), keeps=True, open=True)
    return made(expr([_single(tensors)]), pipeline)


def _single(parts: Parts) -> Arg:
    """Arrays as one sample."""
    if isinstance(parts, dict):
        return dict_expr({name: expr(_single(part)) for name, part in parts.items()})
    return _tensor(parts) if isinstance(parts, Expr) else tuple(map(_single, parts))


@source("tf.data.Dataset.range")
def range_(start: Param, stop: Param = None, step: Param = None) -> Expr:
    """Numbers."""
    given = [value for value in (start, stop, step) if not value.is_const(None)]
    pipeline = Pipeline(Gives.SAMPLES, Leaf(0, "int64"), tensor=True)
    numbers = [value.value for value in given]
    plain = all(isinstance(number, int) for number in numbers)
    count = len(range(*numbers)) if plain else None
    return made(call("torch.arange", *given), pipeline, count=count)


_SURELY_TEXT = regex(r"str\(|os\.path\.join\(|(?:[\w.]+ \+ )?f?['\"]")


@source("tf.data.Dataset.list_files")
def list_files(
    file_pattern: Param, shuffle: Param = None, seed: Param = None, name: Param = None
) -> Expr:
    """The names of files, in order or shuffled."""
    is_text = isinstance(file_pattern.value, str) or _SURELY_TEXT.match(file_pattern.text)
    files = call("sorted", call("glob.glob", file_pattern))
    if not is_text:
        files = helper("matching_files", replace(file_pattern, value=UNKNOWN))
    pipeline = Pipeline(Gives.SAMPLES, Leaf(0, "string"))
    if not shuffle.is_const(False):
        order = expr(True) if shuffle.is_const(None) else shuffle
        pipeline = replace(pipeline, shuffled=order, seed=None if seed.is_const(None) else seed)
    return made(with_helpers(files, "glob"), pipeline)


@source("tf.data.TextLineDataset")
def text_lines(
    filenames: Param,
    compression_type: Param = None,
    buffer_size: Param = None,
    num_parallel_reads: Param = None,
    name: Param = None,
) -> Expr:
    """The lines of files, which are read when the data set is made."""
    if not compression_type.is_const(None, ""):
        raise Unsupported("lines of files that are compressed")
    if not num_parallel_reads.is_const(None):
        raise Unsupported("lines of several files in turn")
    pipeline = Pipeline(Gives.SAMPLES, Leaf(0, "string"), sifted=True)
    return made(helper("text_lines", filenames), pipeline)


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
    known = generator.value
    generator = replace(generator, value=UNKNOWN)
    if not args.is_const(None):
        generator = _called(generator, args)
    spec = output_signature if not _is_none(output_signature) else output_types
    if _is_none(spec):
        raise Unsupported("a generator without the types of what it yields")
    if not output_shapes.is_const(None):
        spec = _with_shapes(spec, output_shapes)
    nested = isinstance(spec, dict) or (
        isinstance(spec, tuple) and any(isinstance(part, (dict, tuple)) for part in spec)
    )
    name_of_stream = "NestedStream" if nested else "GeneratedStream"
    code = helper(name_of_stream, generator, _dtypes(spec))
    is_open = all(leaf.text == OPEN for leaf in _leaves(spec))
    made_by = known if isinstance(known, Yielding) else Yielding(endless=False)
    pipeline = Pipeline(
        Gives.STREAM,
        _element(spec, 0),
        open=is_open,
        sifted=True,
        endless=made_by.endless,
        remade=not made_by.steady,
        of_python=not made_by.steady,
    )
    return made(code, pipeline)


def _with_shapes(spec: Any, shapes: Expr) -> Any:
    """Types together with shapes, as far as those are written one by one."""
    if isinstance(spec, dict):
        return spec
    if isinstance(spec, tuple):
        items = shapes.items or ()
        if len(items) != len(spec):
            return spec
        return tuple(_with_shapes(part, shape) for part, shape in zip(spec, items, strict=True))
    if isinstance(shapes.value, Configured) and shapes.value.name == "tf.TensorShape":
        shapes = shapes.value.args[0] if shapes.value.args else shapes
    sizes = _sizes(shapes)
    if sizes is None or not isinstance(spec, Expr) or not isinstance(spec.value, Leaf):
        return spec
    leaf = replace(spec.value, rank=len(sizes), sizes=sizes)
    is_open = bool(sizes) and sizes[0] is None
    return replace(spec, text=OPEN if is_open else spec.text, value=leaf)


def _sizes(shape: Expr) -> tuple[int | None, ...] | None:
    """The sizes in the source of a shape; None where it is none."""
    if shape.items is not None:
        values = [item.value for item in shape.items]
    elif isinstance(shape.value, (tuple, list)):
        values = list(shape.value)
    else:
        return None
    return tuple(value if isinstance(value, int) else None for value in values)


def _called(generator: Expr, args: Expr) -> Expr:
    """A generator function with its arguments, which TensorFlow makes arrays of."""
    items = args.items
    if items is None or not all(isinstance(i.value, (int, float)) or i.whole for i in items):
        raise Unsupported("arguments for the generator that are not surely numbers")
    made_of = call(generator, *items)
    return replace(made_of, text=f"lambda: {made_of.text}", strength=TERNARY)


def _leaves(spec: Parts) -> list[Expr]:
    """The single parts of what a generator yields."""
    if isinstance(spec, Expr):
        return [spec]
    parts = spec.values() if isinstance(spec, dict) else spec
    return [leaf for part in parts for leaf in _leaves(part)]


def _is_none(parts: Any) -> bool:
    return isinstance(parts, Expr) and parts.is_const(None)


def _dtypes(spec: Parts) -> Arg:
    if isinstance(spec, dict):
        return dict_expr({name: expr(_dtypes(part)) for name, part in spec.items()})
    if isinstance(spec, tuple):
        return tuple(_dtypes(part) for part in spec)
    if not isinstance(spec.value, Leaf) or not spec.value.dtype:
        raise Unsupported("a generator of values whose type is not known")
    return Expr(f"torch.{spec.value.dtype}")


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
    """Windows as a view of the series, or of a part of it."""
    data = _stretch(data, start_index, end_index)
    if not targets.is_const(None):
        targets = _stretch(targets, start_index, end_index)
    options: dict[str, Arg] = {}
    if not sequence_stride.is_const(1):
        options["stride"] = sequence_stride
    if not sampling_rate.is_const(1):
        options["step"] = sampling_rate
    single = targets.is_const(None)
    if single:
        code = helper("series_windows", data, sequence_length, **options)
    else:
        code = helper("windows_with_targets", data, targets, sequence_length, **options)
    element: Element = Leaf() if single else (Leaf(), Leaf())
    pipeline = Pipeline(Gives.SAMPLES, element, tensor=single)
    if not shuffle.is_const(False):
        order = None if seed.is_const(None) else seed
        pipeline = replace(pipeline, shuffled=shuffle, seed=order)
    samples = made(code, pipeline)
    return samples if batch_size.is_const(None) else loader(samples, batch_size, expr(False), {})


def _stretch(series: Expr, start: Expr, end: Expr) -> Expr:
    """The steps of a series from one place to another; None, or 0, stands for its own ends."""
    bounds = ["" if place.is_const(None, 0) else place.text for place in (start, end)]
    if not any(bounds):
        return series
    names = series.names | start.names | end.names
    plain = all(re.fullmatch(r"\w*", bound) for bound in bounds)
    text = (":" if plain else " : ").join(bounds).strip()
    return index(series, Expr(text, names=names))


@source("keras.preprocessing.sequence.TimeseriesGenerator")
def timeseries_generator(
    data: Param,
    targets: Param,
    length: Param,
    sampling_rate: Param = 1,
    stride: Param = 1,
    start_index: Param = 0,
    end_index: Param = None,
    shuffle: Param = False,
    reverse: Param = False,
    batch_size: Param = 128,
) -> Expr:
    """Windows as a view of the series, each with the target behind its end."""
    if not (sampling_rate.is_const(1) and stride.is_const(1) and reverse.is_const(False)):
        raise Unsupported("windows that leave steps out, or go backwards")
    if not (start_index.is_const(0) and end_index.is_const(None)):
        raise Unsupported("a part of the series")
    if not re.fullmatch(r"[A-Za-z_][\w.]*|np\.\w+\([A-Za-z_][\w.]*\)", targets.text):
        raise Unsupported("targets that are no variable")
    behind = index(targets, Expr(f"{length.text}:", names=length.names))
    code = helper("windows_with_targets", data, behind, length)
    pipeline = Pipeline(Gives.SAMPLES, (Leaf(), Leaf()))
    if not shuffle.is_const(False):
        pipeline = replace(pipeline, shuffled=shuffle)
    batches = loader(made(code, pipeline), batch_size, expr(False), {})
    assert isinstance(batches.value, Pipeline)
    return replace(batches, value=replace(batches.value, folder=Folder.ARRAYS))
