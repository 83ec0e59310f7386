from keras.layers import Conv1D, Dense, GlobalAveragePooling1D, Input, add, concatenate
from keras.layers import average, multiply
from keras.models import Model


def build(steps=16, filters=8, depth=3, fuse="concatenate"):
    inputs = Input((steps, 2))
    x = Conv1D(filters, 3, padding="same")(inputs)
    levels = []
    for level in range(depth):
        y = Conv1D(filters, 3, padding="same", dilation_rate=2**level, activation="relu")(x)
        gate = Conv1D(filters, 1, activation="sigmoid")(x)
        x = add([x, multiply([y, gate])])
        levels.append(x)
    if fuse == "concatenate":
        x = concatenate(levels)
    else:
        x = average(levels)
    return Model(inputs, Dense(1)(GlobalAveragePooling1D()(x)))


model = build()
averaged = build(fuse="average")
