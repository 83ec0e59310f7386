import tensorflow as tf
import numpy as np

x = np.random.rand(20, 3)
ds = tf.data.Dataset.from_tensor_slices(x).shuffle(20)
for row in ds:
    print(row)
rows = list(ds)
n = len(tf.data.Dataset.range(3).repeat(2))


def make():
    return tf.data.Dataset.from_tensor_slices(x).repeat()


def show(d):
    for r in d:
        print(r)


for r in make():
    break
show(ds)
both = {"a": ds}
mixed = ds if len(x) > 3 else ds.batch(3)


class Data:
    def __init__(self):
        self.rows = tf.data.Dataset.from_tensor_slices(x).shuffle(20)
