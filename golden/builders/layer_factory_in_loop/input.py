from tensorflow.keras import Input, Model
from tensorflow.keras.layers import BatchNormalization, Conv1D, Dense, Flatten
from tensorflow.keras.layers import LayerNormalization


def normalization(kind):
    if kind == "batch":
        return BatchNormalization()
    return LayerNormalization()


def build(kind, length=30, filters=(8, 16)):
    inputs = Input((length, 4))
    x = inputs
    for n in filters:
        x = Conv1D(n, 5, activation="relu")(x)
        x = normalization(kind)(x)
    x = Flatten()(x)
    return Model(inputs, Dense(3)(x))


batch_model = build("batch")
layer_model = build("layer")
