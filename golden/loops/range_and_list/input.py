"""A plain MLP whose layers come from a list of sizes."""

from keras.layers import BatchNormalization, Dense, Dropout, Input
from keras.models import Model

hidden_sizes = [64, 32, 16]
n_extra = 2

inputs = Input(shape=(10,))
x = inputs
for size in hidden_sizes:
    x = Dense(size, activation="relu")(x)
    x = BatchNormalization()(x)

# A few more of the last size
for i in range(n_extra):
    x = Dense(hidden_sizes[-1], activation="relu", name="extra_%d" % i)(x)
    if i == 0:
        x = Dropout(0.5)(x)
outputs = Dense(1)(x)
model = Model(inputs, outputs)
