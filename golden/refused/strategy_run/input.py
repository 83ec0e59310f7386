import numpy as np
import tensorflow as tf
from tensorflow import keras

strategy = tf.distribute.MirroredStrategy()
batch_size = 16 * strategy.num_replicas_in_sync
x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
batches = tf.data.Dataset.from_tensor_slices((x, 2 * x)).batch(batch_size)
batches = strategy.experimental_distribute_dataset(batches)

with strategy.scope():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)


def train_step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((model(x, training=True) - y) ** 2) / batch_size
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for batch in batches:
    losses = strategy.run(train_step, args=(batch,))
    print(strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None))
