import tensorflow as tf
from torch import nn

# TODO(tf2torch) T2T103: `tf.distribute.cluster_resolver.TPUClusterResolver` is left as it is: torch has no counterpart for TPUs
try:
    tpu = tf.distribute.cluster_resolver.TPUClusterResolver()
    tf.config.experimental_connect_to_cluster(tpu)
    tf.tpu.experimental.initialize_tpu_system(tpu)
    strategy = tf.distribute.TPUStrategy(tpu)
except ValueError:
    strategy = tf.distribute.get_strategy()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


with strategy.scope():
    model = Model()
    # TODO(tf2torch) T2T101: `compile` is left as it is: the strategy is left: `strategy` is asked for in line 8
    model.compile("sgd", "mse")
