"""Data sets of tf.data: what is known of one, whose code is that of a torch data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum
from typing import TypeAlias

from transpiler.ir.expr import Expr, expr, prefix
from transpiler.record import record, replace

#: The text of what an element looks like whose first axis has no fixed size.
OPEN = "tf.TensorSpec(None)"


class Gives(Enum):
    """What a data set gives, and how."""

    SAMPLES = "samples"  #: single samples, each by its index
    STREAM = "stream"  #: single samples, one after the other
    BATCHES = "batches"  #: batches, one after the other


@record(frozen=True, slots=True)
class Leaf:
    """One tensor of a sample, or of a batch."""

    rank: int | None = None  #: its axes, where they are known
    dtype: str = ""  #: its type, where it is known
    array: str = field(default="", compare=False)  #: the source of the array that it is a row of
    sizes: tuple[int | None, ...] | None = field(default=None, compare=False)  #: of its axes


@record(frozen=True, slots=True)
class Columns:
    """The tensors of a sample, or of a batch, by names that only the program knows."""

    part: Leaf = Leaf()


@record(frozen=True, slots=True)
class Listed:
    """The arrays of a batch one after the other; how many there are only the program knows."""


#: What a sample consists of: a tensor, a tuple of parts, or parts by their names.
Element: TypeAlias = "Leaf | Columns | Listed | tuple[Element, ...] | dict[str, Element]"


class Folder(Enum):
    """Whose loader of images from a folder it is: what the program may ask of it."""

    TF = "tf"  #: `image_dataset_from_directory`
    SINGLE = "single"  #: the same, whose images are not batched yet
    KERAS = "keras"  #: `flow_from_directory`, of a generator of Keras
    TABLE = "table"  #: `flow_from_dataframe`, of such a generator
    ARRAYS = "arrays"  #: `flow`, of such a generator


@record(frozen=True, slots=True)
class Windows:
    """Stretches of a series, each of which is to become a sample."""

    size: Expr
    step: Expr
    whole: bool  #: one that would be shorter, at the end, is left out
    stride: Expr = expr(1)  #: from one element to the next that is in it


@record(frozen=True, slots=True)
class Batching:
    """How a DataLoader makes batches of samples that have numbers: other samplers may do it."""

    shuffles: bool
    drops: bool  #: the last batch, where it is smaller
    size: str = field(default="", compare=False)  #: of a batch, as the program writes it


@record(frozen=True, slots=True)
class Pipeline:
    """The value of an expression that is a data set."""

    gives: Gives
    element: Element
    #: Whether its samples come in random order, which whoever loads them sees to: True, or a
    #: condition of the program.
    shuffled: Expr | None = None
    seed: Expr | None = None  #: of that order, where the program gives one
    passes: Expr | None = None  #: how often single samples come; the constant None: without end
    endless: bool = False  #: batches, or a stream, without end
    #: the condition of the program under which it comes so often, or without end; None: always
    repeats_if: Expr | None = None
    counted: bool = False  #: batches whose number is known
    even: bool = False  #: batches of which a smaller last one is left out
    sifted: bool = False  #: TensorFlow does not know how many there are
    remade: bool = False  #: looking at a sample twice may give another one
    random: bool = False  #: its order is random
    of_python: bool = False  #: functions of Python give its samples, which may give others again
    cached: bool = False  #: what these gave in its first pass it keeps, if that came to its end
    keeps: bool = False  #: looking at a sample twice gives the same object
    tensor: bool = False  #: it is a tensor, or a TensorDataset of several: a sample is a row
    windows: Windows | None = None  #: it is to be cut into these
    folder: Folder | None = None  #: its code is a loader of images
    batching: Batching | None = None  #: its code is a plain DataLoader
    read_anew: bool = False  #: its code is a property, which makes it each time
    loads: bool = False  #: its code is some DataLoader: no other one takes its batches for samples
    rows: Expr | None = field(default=None, compare=False)  #: an array of as many rows
    count: int | None = field(default=None, compare=False)  #: the number of samples, if known
    #: of the random numbers that change its images, batch by batch
    drawn: Expr | None = field(default=None, compare=False)
    assumed: bool = False  #: it is a parameter, which nothing else can be
    open: bool = False  #: what it gives may be batches: no first axis has a fixed size

    @property
    def is_generator(self) -> bool:
        """Whether Keras's is a sequence of batches: which goes on without end in a loop."""
        return self.folder in (Folder.KERAS, Folder.TABLE, Folder.ARRAYS)

    @property
    def is_done(self) -> bool:
        """Whether its code does all of its steps."""
        return self.shuffled is None and self.passes is None and self.windows is None


@record(frozen=True, slots=True)
class Generated:
    """The value of a generator of arrays, or of another iterator over batches of them."""

    element: Element | None = None  #: what it gives each time, where that is seen
    of_loader: bool = False  #: it stands for one of Keras's, which has a method `next`
    refilled: str = ""  #: an array that it gives again and again, with other contents
    ends: str = ""  #: the function that makes it, where that has no loop without an end


@record(frozen=True, slots=True)
class Elsewhere:
    """The value of a function, class or object of a file that is left to itself."""

    gives: Generated | Elsewhere | None = None  #: what its calls give
    parts: dict[str, Elsewhere] = field(default_factory=dict)  #: those of which something is known


@record(frozen=True, slots=True)
class Needs:
    """Statistics of images that are to be found before others are changed by them."""

    last: bool  #: the last of several modules finds them, else the only one
    factor: Expr | None = None  #: by what images are multiplied before


@record(frozen=True, slots=True)
class Changes:
    """The value of what changes each image, and splits them: an `ImageDataGenerator`."""

    split: Expr | None = None  #: the part that validates
    empty: bool = False  #: it changes nothing
    needs: Needs | None = None  #: what `fit` finds


@record(frozen=True, slots=True)
class Options:
    """The value of a dict of options that is unpacked."""

    keys: frozenset[str] | None  #: which it may hold; None: any


@record(frozen=True, slots=True)
class Walked:
    """The value of `iter(ds)` and `enumerate(ds)`, which give the elements of a data set."""

    element: Element
    numbered: bool = False  #: each with its number


@record(frozen=True, slots=True)
class Numbered:
    """The value of a number that TensorFlow holds in a tensor."""

    number: Expr


@record(frozen=True, slots=True)
class Yielding:
    """The value of a generator function that a data set begins with."""

    endless: bool
    steady: bool = False  #: it surely yields the same each time that it begins


@record(frozen=True, slots=True)
class Applied:
    """The value of a function that a step applies: what it gives for the data set at hand."""

    element: Element
    draws: bool = False  #: it draws random numbers
    of_python: bool = False  #: a function of Python in it may give something else again
    changes: bool = False  #: it puts something into the dict that it gets
    strings: tuple[str, ...] = ()  #: sources of arrays that it takes for names of files
    of_texts: bool = True  #: of what makes numbers: it makes them of texts
    alike: bool = False  #: it gives as many numbers as it gets


def batched(element: Element, by: int = 1) -> Element:
    """What many samples are together; with `by` -1, what one of them is."""
    if isinstance(element, Leaf):
        rank = None if element.rank is None else element.rank + by
        sizes = element.sizes
        if sizes is not None:
            sizes = (None, *sizes) if by > 0 else sizes[1:]
        return Leaf(rank, element.dtype, element.array if by > 0 else "", sizes)
    if isinstance(element, Columns):
        part = batched(element.part, by)
        return Columns(part if isinstance(part, Leaf) else Leaf())
    if isinstance(element, Listed):
        return element
    if isinstance(element, dict):
        return {name: batched(part, by) for name, part in element.items()}
    return tuple(batched(part, by) for part in element)


def joined(a: Pipeline, b: Pipeline, test: Expr, name: str) -> Pipeline | str:
    """What is known of either of two data sets; why nothing is, where that is so."""
    if a == b:
        return a
    same = replace(a, shuffled=b.shuffled, seed=b.seed, remade=b.remade, random=b.random)
    same = replace(same, batching=b.batching, loads=b.loads, counted=b.counted, tensor=b.tensor)
    same = replace(same, even=b.even, sifted=b.sifted)
    same = replace(same, passes=b.passes, endless=b.endless, repeats_if=b.repeats_if)
    element = _either(a.element, b.element)
    if element is None or replace(same, element=b.element, keeps=b.keeps) != b:
        return f"`{name}` holds data sets of different kinds on different ways"
    a = replace(a, element=element, keeps=a.keeps or b.keeps)
    merged = replace(
        a, remade=a.remade or b.remade, random=a.random or b.random, tensor=a.tensor and b.tensor
    )
    batching = a.batching if a.batching == b.batching else None
    counted, loads = a.counted and b.counted, a.loads or b.loads
    merged = replace(merged, batching=batching, counted=counted, loads=loads)
    merged = replace(merged, even=a.even or b.even, sifted=a.sifted or b.sifted)
    return _shuffled(_repeated(merged, a, b, test, name), a, b, test, name)


def _either(a: Element, b: Element) -> Element | None:
    """What is known of an element that is one of two; None where they are built otherwise."""
    if isinstance(a, Columns) and isinstance(b, Columns):
        return Columns()
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        rank = a.rank if a.rank == b.rank else None
        sizes = a.sizes if a.sizes == b.sizes else None
        return Leaf(rank, a.dtype if a.dtype == b.dtype else "", a.array, sizes)
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        parts = [_either(x, y) for x, y in zip(a, b, strict=True)]
        return None if None in parts else tuple(p for p in parts if p is not None)
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        entries = {key: _either(part, b[key]) for key, part in a.items()}
        return None if None in entries.values() else entries  # type: ignore[return-value]
    return None


def _repeated(merged: Pipeline, a: Pipeline, b: Pipeline, test: Expr, name: str) -> Pipeline | str:
    """How often either of the two comes."""
    if (a.passes, a.endless, a.repeats_if) == (b.passes, b.endless, b.repeats_if):
        return merged
    one, other = (p.passes is not None or p.endless for p in (a, b))
    if one == other or a.repeats_if is not None or b.repeats_if is not None:
        return f"how often `{name}` is repeated depends on several conditions"
    condition = test if one else prefix("not", test)
    passes, endless = a.passes or b.passes, a.endless or b.endless
    return replace(merged, passes=passes, endless=endless, repeats_if=condition)


def _shuffled(
    merged: Pipeline | str, a: Pipeline, b: Pipeline, test: Expr, name: str
) -> Pipeline | str:
    """Whether either of the two is shuffled."""
    if isinstance(merged, str):
        return merged
    if a.shuffled == b.shuffled:
        return merged if a.seed == b.seed else f"the seed of `{name}` depends on a condition"
    one, other = a.shuffled is not None, b.shuffled is not None
    always = all(s is None or s.is_const(True) for s in (a.shuffled, b.shuffled))
    if not always or one == other:
        return f"whether `{name}` is shuffled depends on several conditions"
    condition = test if one else prefix("not", test)
    return replace(merged, shuffled=condition, seed=a.seed or b.seed)


def decided(pipeline: Pipeline, decide: Callable[[Expr], Expr | bool]) -> Pipeline:
    """The data set where what its conditions come to is known, or is written in another way."""
    order, repeats = pipeline.shuffled, pipeline.repeats_if
    if order is not None and not order.is_const(True):
        found = decide(order)
        order = expr(True) if found is True else None if found is False else found
    if repeats is None:
        return replace(pipeline, shuffled=order)
    found = decide(repeats)
    if found is False:
        return replace(pipeline, shuffled=order, passes=None, endless=False, repeats_if=None)
    return replace(pipeline, shuffled=order, repeats_if=None if found is True else found)
