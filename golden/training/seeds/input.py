import os
import random

import numpy as np
import tensorflow as tf
from tensorflow import keras

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
SEED = 42
tf.random.set_seed(SEED)
np.random.seed(SEED)
keras.utils.set_random_seed(SEED)
tf.keras.utils.set_random_seed(seed=1)
tf.get_logger().setLevel("ERROR")
print("GPUs:", len(tf.config.list_physical_devices("GPU")))
physical_devices = tf.config.experimental.list_physical_devices("GPU")
if len(physical_devices) > 0:
    tf.config.experimental.set_memory_growth(physical_devices[0], True)
gpus = tf.config.list_physical_devices("GPU")
if gpus:
    try:
        # only what is needed
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as e:
        print(e)
print(tf.__version__)
tf.keras.backend.clear_session()


def seed_everything(seed=0):
    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)


seed_everything(3)
x = np.random.rand(40, 4)
y = x @ np.random.rand(4, 3)
model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,))])
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, verbose=2)
