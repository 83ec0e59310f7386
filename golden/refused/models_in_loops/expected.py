from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T104: `build_heads` is left as it is: models made in a loop share layers that are made outside of it
def build_heads(input_dim, sizes=(2, 3)):
    """Models that share their trunk."""
    inputs = keras.Input((input_dim,))
    x = layers.Dense(16, activation="relu")(inputs)
    return [keras.Model(inputs, layers.Dense(size)(x)) for size in sizes]


# TODO(tf2torch) T2T104: `build_towers` is left as it is: models made in a loop take a tensor that the loop changes
def build_towers(input_dim, sizes=(2, 3)):
    """Each model goes on where the one before ended."""
    inputs = keras.Input((input_dim,))
    x = inputs
    models = []
    for size in sizes:
        x = layers.Dense(size)(x)
        models.append(keras.Model(inputs, x))
    return models


# TODO(tf2torch) T2T104: `build_after` is left as it is: a layer is added to a model that is made elsewhere
def build_after(deep=False):
    if deep:
        model = keras.Sequential([keras.Input((8,)), layers.Dense(32)])
    else:
        model = keras.Sequential([keras.Input((8,)), layers.Dense(16)])
    model.add(layers.Dense(1))
    return model


# TODO(tf2torch) T2T104: `build_shared_later` is left as it is: two models share layers, and the first is not always made
def build_shared_later(input_dim, auxiliary=False):
    inputs = keras.Input((input_dim,))
    x = layers.Dense(16, activation="relu")(inputs)
    if auxiliary:
        helper = keras.Model(inputs, x)
        helper.summary()
    return keras.Model(inputs, layers.Dense(1)(x))
