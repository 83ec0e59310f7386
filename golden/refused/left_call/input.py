from tensorflow import keras
from tensorflow.keras import layers


def build_classifier(weights="pretrained"):
    inputs = keras.Input((8,))
    x = layers.Dense(4, activation="relu")(inputs)
    model = keras.Model(inputs, layers.Dense(2)(x))
    if weights == "pretrained":
        # those of the paper
        path = keras.utils.get_file(
            "classifier.h5", "https://example.org/classifier.h5"
        )
        print(path)
    return model
