import tensorflow as tf
import numpy as np
from tensorflow.data import Dataset

x = np.random.RandomState(1).rand(64, 5).astype("float32")
y = (x.sum(1) > 2.5).astype(int)
w = np.random.RandomState(0).rand(64)
ds = Dataset.from_tensor_slices((x, y, w)).batch(8)
m = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid", input_shape=(5,))])
m.compile("sgd", "binary_crossentropy")
h = m.fit(ds, epochs=2, validation_data=ds)
sc = m.evaluate(ds)
ds2 = tf.data.Dataset.from_tensor_slices({"a": x, "b": y}).batch(4)
for batch in ds2:
    print(batch["a"].shape, batch["b"])
ae = tf.keras.Sequential([tf.keras.layers.Dense(5, input_shape=(5,))])
ae.compile("sgd", "mse")
ae.fit(tf.data.Dataset.from_tensor_slices((x, x)).batch(16), epochs=2)
it = iter(Dataset.from_tensor_slices((x, y)).batch(8))
b = next(it)
