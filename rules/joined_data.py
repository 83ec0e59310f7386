"""Several data sets of tf.data as one: side by side, one after the other, in turn, by chance."""

from __future__ import annotations

from rules.data_sets import made, streamed
from rules.data_sources import Parts
from transpiler.ir.expr import Arg, Expr, call
from transpiler.ir.pipeline import Gives, Pipeline
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source


@source("tf.data.Dataset.zip")
def zip_(datasets: Parts, name: Param = None, *, looped: bool = False) -> Expr:
    """Samples together; torch refuses data sets of different lengths, which TensorFlow cuts."""
    codes, found = _all_streamed(datasets, "a pair")
    if looped:
        element = tuple(one.element for one in found)
        return made(call("zip", *codes), Pipeline(_gives(found), element))
    counts = {one.count for one in found if one.count is not None}
    unlike = len(counts) > 1 or len({one.sifted for one in found}) > 1
    if unlike or any(one.gives is not Gives.SAMPLES for one in found):
        return _side_by_side(codes, found)
    code = call("StackDataset", *codes)
    element = tuple(one.element for one in found)
    remade, random = _either(found)
    sifted = any(one.sifted for one in found)
    pipeline = Pipeline(Gives.SAMPLES, element, remade=remade, random=random, sifted=sifted)
    return made(code, pipeline)


def _side_by_side(datasets: list[Arg], found: list[Pipeline]) -> Expr:
    """Elements together, as many as the shortest data set has."""
    _check_alike(found)
    element = tuple(one.element for one in found)
    remade, random = _either(found)
    endless = all(one.endless for one in found)
    pipeline = Pipeline(_gives(found), element, remade=remade, random=random, endless=endless)
    counted = all(one.counted or one.gives is Gives.SAMPLES for one in found)
    sifted = any(one.sifted for one in found)
    return made(helper("ZippedStream", *datasets), pipeline, counted=counted, sifted=sifted)


@source("tf.data.Dataset.concatenate")
def concatenate(dataset: Param, other: Param, name: Param = None) -> Expr:
    """One after the other."""
    first, one = streamed(dataset, "one after the other")
    second, two = streamed(other, "one after the other")
    _check_alike([one, two])
    if one.endless:
        return first
    remade, random = _either([one, two])
    if one.gives is two.gives is Gives.SAMPLES:
        code = call("ConcatDataset", [first, second])
        found = replace(one, remade=remade, random=random, sifted=one.sifted or two.sifted)
        return made(code, found, tensor=False)
    known_numbers = [part.counted or part.gives is Gives.SAMPLES for part in (one, two)]
    found = Pipeline(_gives([one]), one.element, remade=remade, random=random, endless=two.endless)
    sifted = one.sifted or two.sifted
    code = helper("ChainedStream", first, second)
    return made(code, found, counted=all(known_numbers), sifted=sifted)


@source("tf.data.Dataset.sample_from_datasets", "tf.data.experimental.sample_from_datasets")
def sample_from_datasets(
    datasets: Parts,
    weights: Param = None,
    seed: Param = None,
    stop_on_empty_dataset: Param = False,
    rerandomize_each_iteration: Param = None,
) -> Expr:
    """The next element of one of them, which chance picks each time."""
    codes, found = _all_streamed(datasets, "one of several")
    _check_alike(found)
    if not (seed.is_const(None) and stop_on_empty_dataset.is_const(False)):
        raise Unsupported("a choice with a seed, or one that stops where one data set ends")
    if isinstance(weights.value, Pipeline):
        raise Unsupported("chances that change")
    given: list[Arg] = [codes, *([] if weights.is_const(None) else [weights])]
    endless = any(one.endless for one in found)
    pipeline = Pipeline(_gives(found), found[0].element, remade=True, random=True, endless=endless)
    return made(helper("SampledStream", *given), pipeline, sifted=not endless)


@source("tf.data.Dataset.choose_from_datasets", "tf.data.experimental.choose_from_datasets")
def choose_from_datasets(
    datasets: Parts, choice_dataset: Param, stop_on_empty_dataset: Param = True
) -> Expr:
    """The next element of the one whose number comes next."""
    codes, found = _all_streamed(datasets, "one of several")
    _check_alike(found)
    choices, chosen = streamed(choice_dataset, "choices")
    if not stop_on_empty_dataset.is_const(True):
        raise Unsupported("choices that go on where one data set has ended")
    remade, random = _either([*found, chosen])
    endless = chosen.endless and all(one.endless for one in found)
    pipeline = Pipeline(
        _gives(found), found[0].element, remade=remade, random=random, endless=endless
    )
    return made(helper("ChosenStream", codes, choices), pipeline, sifted=not endless)


def _all_streamed(datasets: Parts, what: str) -> tuple[list[Arg], list[Pipeline]]:
    """Data sets, with all of their steps done."""
    if not isinstance(datasets, tuple) or not all(isinstance(one, Expr) for one in datasets):
        raise Unsupported("what is joined is not a tuple or list of data sets")
    pairs = [streamed(one, what) for one in datasets if isinstance(one, Expr)]
    return [code for code, _ in pairs], [pipeline for _, pipeline in pairs]


def _check_alike(found: list[Pipeline]) -> None:
    batches = [one.gives is Gives.BATCHES for one in found]
    if any(batches) and not all(batches):
        raise Unsupported("batches and single samples in one data set")


def _gives(found: list[Pipeline]) -> Gives:
    return Gives.BATCHES if found[0].gives is Gives.BATCHES else Gives.STREAM


def _either(found: list[Pipeline]) -> tuple[bool, bool]:
    """Whether looking again may give other samples, and whether their order is random."""
    return any(one.remade for one in found), any(one.random for one in found)
