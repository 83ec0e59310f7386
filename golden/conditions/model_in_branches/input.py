from tensorflow import keras
from tensorflow.keras import layers


def make_model(kind, input_dim=20, classes=3):
    if kind == "linear":
        model = keras.Sequential(
            [
                keras.Input((input_dim,)),
                layers.Dense(classes, activation="softmax"),
            ]
        )
    else:
        model = keras.Sequential(
            [
                keras.Input((input_dim,)),
                layers.Dense(64, activation="relu"),
                layers.Dropout(0.5),
                layers.Dense(classes, activation="softmax"),
            ]
        )
    return model


linear = make_model("linear")
mlp = make_model("mlp")


def make_autoencoder(dims=20, code=4, variational=False):
    encoder = keras.Sequential(name="encoder")
    encoder.add(keras.Input((dims,)))
    encoder.add(layers.Dense(16, activation="relu"))
    encoder.add(layers.Dense(2 * code if variational else code))
    decoder = (
        keras.Sequential([keras.Input((code,)), layers.Dense(dims, activation="sigmoid")])
        if variational
        else keras.Sequential([keras.Input((code,)), layers.Dense(dims)])
    )
    return encoder, decoder


encoder, decoder = make_autoencoder()
