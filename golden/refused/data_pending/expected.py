import torch
from torch.utils.data import DataLoader, IterableDataset
import numpy as np


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


x = np.random.rand(20, 3)
ds = torch.tensor(x)
for row in DataLoader(ds, batch_size=None, shuffle=True):
    print(row)
# TODO(tf2torch) T2T103: a data set is used that is still to be shuffled, repeated or cut: batch it before
rows = list(ds)
# TODO(tf2torch) T2T103: a data set is used that is still to be shuffled, repeated or cut: batch it before
n = len(torch.arange(3))


def make():
    return torch.tensor(x)


def show(d):
    for r in d:
        print(r)


for r in RepeatedStream(make()):
    break
# TODO(tf2torch) T2T104: `show`: a loop over something unknown: a data set is used that is still to be shuffled, repeated or cut: batch it before
show(ds)
# TODO(tf2torch) T2T103: a data set is used that is still to be shuffled, repeated or cut: batch it before
both = {"a": ds}
# TODO(tf2torch) T2T103: `mixed` holds data sets of different kinds on different ways
mixed = ds if len(x) > 3 else ds.batch(3)


class Data:
    def __init__(self):
        # TODO(tf2torch) T2T103: a data set is used that is still to be shuffled, repeated or cut: batch it before
        self.rows = torch.tensor(x)
