from tensorflow import keras
from tensorflow.keras import layers


class Classifier:
    def __init__(self, rate, units=16):
        self.rate = rate
        self.units = units

    def block(self, x, units, activation="relu"):
        x = layers.Dense(units, activation=activation)(x)
        return layers.Dropout(self.rate)(x)

    def gate(self, units):
        def wrapper(x):
            return layers.Dropout(self.rate)(x * layers.Dense(units, activation="sigmoid")(x))

        return wrapper

    def build(self, depth=2):
        inputs = keras.Input((8,))
        x = inputs
        for _ in range(depth):
            x = self.block(x, self.units)
            x = self.gate(self.units)(x)
        return keras.Model(inputs, self.block(x, 3, activation="softmax"))


model = Classifier(0.1).build()
