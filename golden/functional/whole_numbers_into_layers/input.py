from tensorflow import keras
from tensorflow.keras import layers


def build_grader(grades=4):
    scores = keras.Input((8, 3))
    levels = layers.Discretization([-0.5, 0.0, 0.5])(scores)
    x = layers.LSTM(5)(levels)
    # Keras averages whole numbers as floats
    mean = layers.GlobalAveragePooling1D()(levels)
    x = layers.Concatenate()([x, mean])
    return keras.Model(scores, layers.Dense(grades)(x))


model = build_grader()
