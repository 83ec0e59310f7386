from tensorflow import keras
from tensorflow.keras import layers

COLUMNS = {"city": 20, "weekday": 7, "shop": 50}

inputs = {name: keras.Input((1,), name=name, dtype="int32") for name in COLUMNS}
embedded = {
    name: layers.Flatten()(layers.Embedding(size, 4)(inputs[name]))
    for name, size in COLUMNS.items()
}
x = layers.Concatenate()(list(embedded.values()))
model = keras.Model(inputs, layers.Dense(1)(x))
