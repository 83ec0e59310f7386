from tensorflow import keras
from tensorflow.keras import layers


def build_judge(features=8):
    inputs = keras.Input((features,))
    h = layers.Dense(4, activation="tanh")(inputs)
    h = layers.BatchNormalization()(h)
    good = layers.Dense(1, activation="sigmoid")(h)
    kind = layers.Dense(3, activation="softmax")(h)
    return keras.Model(inputs, [good, kind])


judge = build_judge()
noise = keras.Input((5,))
# all that it says, at once
judged = keras.Model(noise, judge(layers.Dense(8)(noise)))

noise = keras.Input((5,))
joined = keras.Model(noise, layers.concatenate(judge(layers.Dense(8)(noise))))

noise = keras.Input((5,))
kind_alone = keras.Model(noise, judge(layers.Dense(8)(noise))[1])


def split(x):
    x = layers.Dense(6)(x)
    x = layers.BatchNormalization()(x)
    return layers.Dense(2)(x), layers.Dense(3)(x)


wide = keras.Input((5,))
parts = keras.Model(wide, layers.concatenate(split(wide)))
wide = keras.Input((5,))
both = keras.Model(wide, split(wide))
