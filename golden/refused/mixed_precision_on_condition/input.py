import sys

import numpy as np
from tensorflow import keras

if "--fp16" in sys.argv:
    keras.mixed_precision.set_global_policy("mixed_float16")

x, y = np.ones((64, 4)), np.ones((64, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2)
