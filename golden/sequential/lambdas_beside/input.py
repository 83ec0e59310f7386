import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers

table = pd.DataFrame({"size": [3, 1, 2], "kind": ["b", "a", "b"]})
table["half"] = table["size"].apply(lambda size: size / 2)
means = table.groupby("kind")["size"].agg(lambda group: group.mean())
names = sorted(table.columns, key=lambda name: name.lower())
largest = max(means.items(), key=lambda pair: pair[1])
doubled = list(map(lambda size: size * 2, table["size"]))
rows = np.apply_along_axis(lambda row: row[::-1], 1, np.ones((2, 3)))


def build_model(sizes, scale=2):
    """The widest layer comes first."""
    sizes = sorted(sizes, key=lambda size: -size)
    model = keras.Sequential()
    model.add(layers.Dense(sizes[0] * scale, activation="relu", input_shape=(4,)))
    for size in filter(lambda size: size > 2, sizes[1:]):
        model.add(layers.Dense(size * scale, activation="relu"))
    model.add(layers.Dense(1))
    return model


model = build_model([4, 8, 2, 6])
