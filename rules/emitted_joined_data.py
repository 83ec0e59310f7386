"""Source of the data sets that are made of several, of those in buckets, and of turned batches."""

from rules.emitted import TORCH, emitted

emitted(
    "ZippedStream",
    '''
class ZippedStream(IterableDataset):
    """What several iterables give, side by side."""

    def __init__(self, *iterables):
        self.iterables = iterables

    def __len__(self):
        return min(map(len, self.iterables))

    def __iter__(self):
        return zip(*self.iterables)
''',
    (),
    early=True,
)

emitted(
    "ChainedStream",
    '''
class ChainedStream(IterableDataset):
    """What several iterables give, one after the other."""

    def __init__(self, *iterables):
        self.iterables = iterables

    def __len__(self):
        return sum(map(len, self.iterables))

    def __iter__(self):
        for iterable in self.iterables:
            yield from iterable
''',
    (),
    early=True,
)

emitted(
    "SampledStream",
    '''
class SampledStream(IterableDataset):
    """The next item of one of several iterables, which chance picks by weight each time."""

    def __init__(self, iterables, weights=None):
        self.iterables = iterables
        self.weights = weights or [1.0] * len(iterables)

    def __iter__(self):
        iterators = [iter(iterable) for iterable in self.iterables]
        weights = torch.tensor(self.weights)
        while weights.any():
            number = torch.multinomial(weights, 1).item()
            item = next(iterators[number], None)
            if item is None:  # the others go on
                weights[number] = 0
            else:
                yield item
''',
    (),
    TORCH,
    early=True,
)

emitted(
    "ChosenStream",
    '''
class ChosenStream(IterableDataset):
    """The next item of the iterable whose number comes next."""

    def __init__(self, iterables, numbers):
        self.iterables = iterables
        self.numbers = numbers

    def __iter__(self):
        iterators = [iter(iterable) for iterable in self.iterables]
        for number in self.numbers:
            item = next(iterators[number], None)
            if item is None:
                return
            yield item
''',
    (),
    early=True,
)

for _name, _star in (("BucketedStream", "*"), ("BucketedTensorStream", "")):
    emitted(
        _name,
        '''
class NAME(IterableDataset):
    """Padded batches of samples of like length."""

    def __init__(self, samples, length, boundaries, batch_sizes):
        self.samples = samples
        self.length = length
        self.boundaries = boundaries
        self.batch_sizes = batch_sizes

    def __iter__(self):
        buckets = [[] for _ in self.batch_sizes]
        for sample in self.samples:
            number = bisect_right(self.boundaries, self.length(STARsample))
            buckets[number].append(sample)
            if len(buckets[number]) == self.batch_sizes[number]:
                yield pad_batch(buckets[number])
                buckets[number] = []
        yield from (pad_batch(bucket) for bucket in buckets if bucket)
'''.replace("NAME", _name).replace("STAR", _star),
        ("pad_batch",),
        "from bisect import bisect_right",
        early=True,
    )

emitted(
    "contiguous",
    '''
def contiguous(batch):
    """A batch without arrays that run backwards through the memory of others."""
    if isinstance(batch, dict):
        return {name: contiguous(part) for name, part in batch.items()}
    if isinstance(batch, (list, tuple)):
        return [contiguous(part) for part in batch]
    return np.ascontiguousarray(batch) if isinstance(batch, np.ndarray) else batch
''',
    (),
    "import numpy as np",
    early=True,
)
