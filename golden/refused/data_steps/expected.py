import tensorflow as tf
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.utils.data import Dataset, TensorDataset


class MappedDataset(Dataset):
    """The samples of a dataset as a function changes them."""

    def __init__(self, dataset, function):
        self.dataset = dataset
        self.function = function

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return self.function(*self.dataset[index])


x, y = load_digits(return_X_y=True)


# TODO(tf2torch) T2T104: `flip` is left as it is: tf.image.random_jpeg_quality has no translation
def flip(image, label):
    return tf.image.random_jpeg_quality(image, 75, 95), label


# TODO(tf2torch) T2T103: `tf.data.TFRecordDataset` is left as it is: there is no rule for it
files = tf.data.TFRecordDataset("images.tfrecords")
dataset = TensorDataset(torch.tensor(x.reshape(-1, 8, 8, 1)), torch.tensor(y))
# TODO(tf2torch) T2T103: `take` is left as it is: the first ones of single samples that are shuffled: batch them before
train_ds = dataset.shuffle(1000).take(1500)  # other samples each time
# TODO(tf2torch) T2T103: `map` is left as it is: `flip`: tf.image.random_jpeg_quality has no translation
flipped = dataset.map(flip).batch(32)
# TODO(tf2torch) T2T103: `apply` is left as it is: there is no rule for it
halves = dataset.apply(lambda data: data.take(900)).batch(32)
for _ in range(2):
    # TODO(tf2torch) T2T104: a tensor or model is used where a plain value is expected
    dataset = MappedDataset(dataset, lambda image, label: (image / 2.0, label))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
model.compile(
    optimizer="sgd",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
# TODO(tf2torch) T2T101: `fit` is left as it is: x is not known to be an array: `take` is left as it is: the first ones of single samples that are shuffled: batch them before
model.fit(train_ds.batch(32), epochs=2)
