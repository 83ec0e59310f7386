import os
import tempfile

import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras

x, y = load_iris(return_X_y=True)
batch_size = 30
steps = len(x) // batch_size
folder = os.path.join(tempfile.mkdtemp(), "checkpoints")

model = keras.Sequential()
model.add(keras.layers.Dense(8, activation="relu", input_shape=(4,)))
model.summary()
model.add(keras.layers.Dense(3))
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)

# Every second epoch, and in the middle of the others
each = keras.callbacks.ModelCheckpoint(
    os.path.join(folder, "each.weights.h5"), save_weights_only=True, save_freq=2 * steps + 1
)
model.fit(x, y, epochs=5, batch_size=batch_size, shuffle=False, callbacks=[each], verbose=0)
kept = len(os.listdir(folder))
last = model.evaluate(x, y, verbose=0)
model.load_weights(os.path.join(folder, "each.weights.h5"))
before = model.evaluate(x, y, verbose=0)
print(kept, np.round([last, before], 4))
