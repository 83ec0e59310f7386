import keras
from keras import layers


def tabular(numeric=("age", "income"), vocabularies=None, units=16):
    """One input for each column, all of them in one dict."""
    vocabularies = vocabularies or {"job": 12, "city": 30}
    inputs = {}
    encoded = []
    for name in numeric:
        inputs[name] = keras.Input(shape=(1,), name=name)
        encoded.append(inputs[name])
    for name, size in vocabularies.items():
        column = keras.Input(shape=(1,), name=name, dtype="int32")
        inputs[name] = column
        x = layers.Embedding(size, 4)(column)
        encoded.append(layers.Flatten()(x))
    x = layers.concatenate(encoded)
    x = layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs=inputs, outputs=layers.Dense(1, activation="sigmoid")(x))


def towers(sizes):
    inputs = {name: keras.Input((size,), name=name) for name, size in sizes.items()}
    outputs = []
    for name, features in inputs.items():
        outputs.append(layers.Dense(4, name=f"tower_{name}")(features))
    return keras.Model(inputs, layers.Concatenate()(outputs))


def joined(names):
    inputs = {}
    for name in names:
        inputs[name] = keras.Input((3,), name=name)
    x = layers.Concatenate()(list(inputs.values()))
    return keras.Model(inputs, layers.Dense(2)(x))


model = tabular()
ranking = towers({"user": 3, "item": 5})
joint = joined(["first", "second", "third"])
