"""Source of the data sets and samplers that torch lacks."""

from rules.emitted import TORCH, emitted

emitted("torch", "", (), TORCH)
emitted("glob", "", (), "import glob")
emitted("reduce", "", (), "from functools import reduce")


emitted(
    "to_array",
    '''
def to_array(weight):
    """A copy of a weight as a numpy array."""
    return weight.detach().cpu().numpy().copy()
''',
)

emitted(
    "take_samples",
    '''
def take_samples(batches, count):
    """As many batches as hold at least so many samples."""
    seen = 0
    for batch in batches:
        yield batch
        seen += len(batch[0])
        if seen >= count:
            break
''',
)


emitted(
    "epochs_of",
    '''
def epochs_of(loader, steps):
    """So many batches for each epoch; the last one of a pass gets what is left."""
    while True:
        batches = iter(loader)
        for _ in range(0, len(loader), steps):
            yield islice(batches, steps)
''',
)


def _of_parts(name: str, plain: str, source: str) -> None:
    """Declare what calls a function of samples: of tuples, and under another name of tensors."""
    for called, star in ((name, "*"), (plain, "")):
        emitted(called, source.replace("NAME", called).replace("STAR", star), (), early=True)


_of_parts(
    "MappedDataset",
    "MappedTensors",
    '''
class NAME(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(STARself.dataset[index])
''',
)

_of_parts(
    "MappedStream",
    "MappedTensorStream",
    '''
class NAME(IterableDataset):
    """What an iterable gives, as a function changes it."""

    def __init__(self, iterable, function):
        self.iterable = iterable
        self.function = function

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        return (self.function(STARitem) for item in self.iterable)
''',
)

_of_parts(
    "filtered",
    "filtered_tensors",
    '''
def NAME(dataset, keep):
    """The samples of a dataset for which `keep` holds."""
    return Subset(dataset, [i for i in range(len(dataset)) if keep(STARdataset[i])])
''',
)

_of_parts(
    "FilteredStream",
    "FilteredTensorStream",
    '''
class NAME(IterableDataset):
    """What an iterable gives, but for that for which `keep` does not hold."""

    def __init__(self, iterable, keep):
        self.iterable = iterable
        self.keep = keep

    def __iter__(self):
        return (item for item in self.iterable if self.keep(STARitem))
''',
)

emitted(
    "SlicedStream",
    '''
class SlicedStream(IterableDataset):
    """What an iterable gives from the place `start` to `stop`."""

    def __init__(self, iterable, start, stop=None):
        self.iterable = iterable
        self.start = start
        self.stop = stop

    def __iter__(self):
        return islice(self.iterable, self.start, self.stop)

    def __len__(self):
        size = len(self.iterable)
        stop = size if self.stop is None else min(self.stop, size)
        return max(stop - self.start, 0)
''',
    (),
    early=True,
)

emitted(
    "CachedStream",
    '''
class CachedStream(IterableDataset):
    """What an iterable gives in the first whole pass, which is kept."""

    def __init__(self, iterable):
        self.iterable = iterable
        self.items = None

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        if self.items is not None:
            yield from self.items
            return
        items = []
        for item in self.iterable:
            items.append(item)
            yield item
        self.items = items
''',
    (),
    early=True,
)

emitted(
    "CachedDataset",
    '''
class CachedDataset(Dataset):
    """The samples of a dataset as they were the first time, which are kept."""

    def __init__(self, dataset):
        self.dataset = dataset
        self.samples = None

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        if self.samples is None:
            self.samples = [self.dataset[i] for i in range(len(self.dataset))]
        return self.samples[index]
''',
    (),
    early=True,
)

emitted(
    "endless",
    '''
def endless(loader):
    """The batches of a loader, pass after pass."""
    while True:
        yield from loader
''',
    (),
    early=True,
)

emitted(
    "RepeatedStream",
    '''
class RepeatedStream(IterableDataset):
    """What an iterable gives, so many times; without a number of times, without end."""

    def __init__(self, iterable, times=None):
        self.iterable = iterable
        self.times = times

    def __iter__(self):
        passes = 0
        while passes != self.times:
            passes += 1
            yield from self.iterable

    def __len__(self):
        return self.times * len(self.iterable)
''',
    (),
    early=True,
)

emitted(
    "RepeatedSampler",
    '''
class RepeatedSampler(Sampler):
    """All samples so many times, or without end; shuffled, each time in another order."""

    def __init__(self, dataset, times=None, shuffle=False):
        self.dataset = dataset
        self.times = times
        self.shuffle = shuffle

    def __iter__(self):
        size, passes = len(self.dataset), 0
        while passes != self.times:
            passes += 1
            yield from torch.randperm(size).tolist() if self.shuffle else range(size)

    def __len__(self):
        return self.times * len(self.dataset)
''',
    (),
    TORCH,
    early=True,
)

emitted(
    "ShuffledStream",
    '''
class ShuffledStream(IterableDataset):
    """What an iterable gives, each time one at random of the next `size`."""

    def __init__(self, iterable, size):
        self.iterable = iterable
        self.size = size

    def __iter__(self):
        buffer = []
        for item in self.iterable:
            buffer.append(item)
            if len(buffer) == self.size:
                yield buffer.pop(torch.randint(len(buffer), ()))
        while buffer:
            yield buffer.pop(torch.randint(len(buffer), ()))

    def __len__(self):
        return len(self.iterable)
''',
    (),
    TORCH,
    early=True,
)

emitted(
    "UnbatchedStream",
    '''
class UnbatchedStream(IterableDataset):
    """The samples of batches, one by one."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        for batch in self.batches:
            yield from zip(*batch) if isinstance(batch, (tuple, list)) else batch
''',
    (),
    early=True,
)

emitted(
    "GeneratedStream",
    '''
class GeneratedStream(IterableDataset):
    """What a generator function yields, as tensors of these types."""

    def __init__(self, generate, dtypes):
        self.generate = generate
        self.dtypes = dtypes

    def __iter__(self):
        for sample in self.generate():
            if isinstance(self.dtypes, tuple):
                pairs = zip(sample, self.dtypes)
                yield tuple(torch.tensor(part, dtype=dtype) for part, dtype in pairs)
            else:
                yield torch.tensor(sample, dtype=self.dtypes)
''',
    (),
    TORCH,
    early=True,
)

emitted(
    "FlatStream",
    '''
class FlatStream(IterableDataset):
    """What is made of each item, one after the other."""

    def __init__(self, items, make):
        self.items = items
        self.make = make

    def __iter__(self):
        for item in self.items:
            yield from self.make(item)
''',
    (),
    early=True,
)

emitted(
    "InterleavedStream",
    '''
class InterleavedStream(IterableDataset):
    """Blocks of what is made of each item: of `cycle_length` items in turn."""

    def __init__(self, items, make, cycle_length, block_length=1):
        self.items = items
        self.make = make
        self.cycle_length = cycle_length
        self.block_length = block_length

    def __iter__(self):
        made = (iter(self.make(item)) for item in self.items)
        turns, goes_on = [None] * self.cycle_length, True
        while goes_on:
            turns = [next(made, None) if turn is None else turn for turn in turns]
            goes_on = any(turns)
            for place, turn in enumerate(turns):
                block = list(islice(turn or (), self.block_length))
                yield from block
                if len(block) < self.block_length:
                    turns[place] = None
''',
    (),
    early=True,
)

emitted(
    "NestedStream",
    '''
class NestedStream(IterableDataset):
    """What a generator function yields, its parts as tensors of these types."""

    def __init__(self, generate, dtypes):
        self.generate = generate
        self.dtypes = dtypes

    def __iter__(self):
        return (self.tensors(sample, self.dtypes) for sample in self.generate())

    def tensors(self, parts, dtypes):
        if isinstance(dtypes, dict):
            return {name: self.tensors(parts[name], dtypes[name]) for name in dtypes}
        if isinstance(dtypes, tuple):
            return tuple(map(self.tensors, parts, dtypes))
        return torch.tensor(parts, dtype=dtypes)
''',
    (),
    TORCH,
    early=True,
)

emitted(
    "to_tensor",
    '''
def to_tensor(value, dtype):
    """What a function of NumPy gives, as a tensor of this type."""
    return torch.tensor(np.asarray(value, order="C"), dtype=dtype)
''',
    (),
    TORCH,
    "import numpy as np",
    early=True,
)

emitted(
    "to_tensors",
    '''
def to_tensors(values, *dtypes):
    """What a function of NumPy gives, as tensors of these types."""
    return tuple(
        torch.tensor(np.asarray(value, order="C"), dtype=dtype)
        for value, dtype in zip(values, dtypes)
    )
''',
    (),
    TORCH,
    "import numpy as np",
    early=True,
)

emitted(
    "pad_batch",
    '''
def pad_batch(samples):
    """Samples as a batch: the shorter ones end in zeros."""
    if isinstance(samples[0], tuple):
        return tuple(pad_batch(parts) for parts in zip(*samples))
    if samples[0].dim():
        return pad_sequence(samples, batch_first=True)
    return torch.stack(samples)
''',
    (),
    TORCH,
    "from torch.nn.utils.rnn import pad_sequence",
    early=True,
)

emitted(
    "split_dataset",
    '''
def split_dataset(
    dataset,
    size=None,
    rest=None,  #? rest
    shuffle=False,
    seed=None,  #? seed
):
    """The first samples of a dataset, and the others; the size may be a share of all."""  #? !rest
    """The first samples of a dataset, and the last; the sizes may be shares of all."""  #? rest
    order = torch.randperm(len(dataset)).tolist() if shuffle else range(len(dataset))  #? !seed
    order = list(range(len(dataset)))  #? seed
    if shuffle:  #? seed
        random.seed(seed)
        random.shuffle(order)
    size = round(size * len(dataset)) if isinstance(size, float) else size
    rest = round(rest * len(dataset)) if isinstance(rest, float) else rest  #? rest
    rest = len(dataset) - size if rest is None else rest  #? rest
    size = len(dataset) - rest if size is None else size  #? rest
    return Subset(dataset, order[:size]), Subset(dataset, order[size:])  #? !rest
    return Subset(dataset, order[:size]), Subset(dataset, order[-rest:])  #? rest
''',
    (),
    "import random",
    TORCH,
    "from torch.utils.data import Subset",
    early=True,
)

emitted(
    "pad_to",
    '''
def pad_to(samples, shape, value=0):
    """Samples as a batch: each axis as long as it says, or as that of the longest sample."""
    if isinstance(samples[0], tuple):
        values = value if isinstance(value, tuple) else [value] * len(shape)
        return tuple(map(pad_to, zip(*samples), shape, values))
    longest = map(max, zip(*(sample.shape for sample in samples)))
    sizes = [most if size in (None, -1) else size for size, most in zip(shape, longest)]
    batch = torch.full((len(samples), *sizes), value, dtype=samples[0].dtype)
    for row, sample in zip(batch, samples):
        row[tuple(map(slice, sample.shape))] = sample
    return batch
''',
    (),
    TORCH,
    early=True,
)

_WINDOWS = """
def NAME(data, TARGETSlength, stride=1, step=1):
    \"\"\"Each stretch of a seriesWITH.\"\"\"
    size = (length - 1) * step + 1
    windows = torch.as_tensor(data).unfold(0, size, 1).movedim(-1, 1)[:, ::step]
RETURN
"""
for _name, _taken, _with, _given in (
    (
        "windows_with_targets",
        "targets, ",
        ", with the target at its start",
        """    count = min(len(windows), len(targets))
    targets = torch.as_tensor(targets)
    return TensorDataset(windows[:count:stride], targets[:count:stride])""",
    ),
    ("series_windows", "", "", "    return windows[::stride]"),
):
    emitted(
        _name,
        _WINDOWS.replace("NAME", _name)
        .replace("TARGETS", _taken)
        .replace("WITH", _with)
        .replace("RETURN", _given),
        (),
        TORCH,
        early=True,
    )
