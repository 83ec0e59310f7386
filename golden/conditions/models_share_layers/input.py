from tensorflow import keras
from tensorflow.keras import layers


def build(input_dim, multi_output=False, return_features=False):
    inputs = keras.Input((input_dim,))
    x = layers.Dense(32, activation="relu")(inputs)
    features = layers.Dense(16, activation="relu")(x)
    score = layers.Dense(1)(features)
    if multi_output:
        label = layers.Dense(4, activation="softmax")(features)
        model = keras.Model(inputs, [score, label])
    else:
        model = keras.Model(inputs, score)
    if return_features:
        return model, keras.Model(inputs, features)
    return model
