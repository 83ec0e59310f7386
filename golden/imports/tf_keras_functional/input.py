from tf_keras.layers import Dense, Input
from tf_keras.models import Model

inputs = Input((8,))
x = Dense(16, activation="relu")(inputs)
model = Model(inputs, Dense(1, activation="sigmoid")(x))
