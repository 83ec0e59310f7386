from tensorflow import keras
from tensorflow.keras import layers


def multi_task(n_features, tasks=("age", "gender", "income")):
    """One trunk and a head for each task."""
    inputs = keras.Input((n_features,))
    trunk = layers.Dense(64, activation="relu")(inputs)
    heads = []
    for task in tasks:
        head = layers.Dense(16, activation="relu")(trunk)
        head = layers.Dense(1, name=f"{task}_out")(head)
        heads.append(head)
    return keras.Model(inputs, heads)


model = multi_task(30)
