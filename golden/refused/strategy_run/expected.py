import numpy as np
import tensorflow as tf
from tensorflow import keras
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# TODO(tf2torch) T2T103: `tf.distribute.MirroredStrategy` is left as it is: `strategy.experimental_distribute_dataset` is asked for in line 9
strategy = tf.distribute.MirroredStrategy()
batch_size = 16 * strategy.num_replicas_in_sync
x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
batches = DataLoader(
    TensorDataset(torch.tensor(x), torch.tensor(2 * x)), batch_size=batch_size
)
# TODO(tf2torch) T2T103: `strategy.experimental_distribute_dataset` is left as it is
batches = strategy.experimental_distribute_dataset(batches)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


# TODO(tf2torch) T2T103: `strategy.scope` is left as it is
with strategy.scope():
    model = Model()
    optimizer = keras.optimizers.SGD(0.1)


# TODO(tf2torch) T2T103: `tf.GradientTape` is left as it is
def train_step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((model(x, training=True) - y) ** 2) / batch_size
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


# TODO(tf2torch) T2T103: `strategy.run` is left as it is
for batch in batches:
    losses = strategy.run(train_step, args=(batch,))
    print(strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None))
