from tensorflow import keras
from tensorflow.keras import layers


def tagger(units=(4, 6)):
    steps = keras.Input((5, 4))
    x = steps
    for size in units:
        recurrent = layers.GRU(size, return_sequences=True, recurrent_initializer="random_normal")
        x = layers.Bidirectional(recurrent, merge_mode="sum")(x)
    return keras.Model(steps, x)


model = tagger()
