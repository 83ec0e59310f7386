from tensorflow import keras
from tensorflow.keras import layers


def build_tagger(tags=4, centered=False, biased=False):
    steps = keras.Input((8, 3))
    x = layers.BatchNormalization(center=False, beta_initializer="ones")(steps)
    x = layers.BatchNormalization(center=centered, beta_initializer="ones")(x)
    x = layers.LayerNormalization(scale=False, gamma_initializer="zeros")(x)
    x = layers.SimpleRNN(5, return_sequences=True, use_bias=False, bias_initializer="ones")(x)
    x = layers.GRU(4, return_sequences=True, use_bias=biased, bias_initializer="ones")(x)
    return keras.Model(steps, layers.Dense(tags, use_bias=False, bias_initializer="ones")(x))


model = build_tagger()
other = build_tagger(centered=True, biased=True)
