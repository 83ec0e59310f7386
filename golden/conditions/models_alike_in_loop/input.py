from tensorflow import keras
from tensorflow.keras import layers


def build_critic(width, target):
    inputs = keras.Input((6,))
    x = layers.Dense(width, activation="tanh")(inputs)
    value = layers.Dense(1)(x)
    if target:
        # follows the other one slowly
        return keras.Model(inputs, value, name="target")
    return keras.Model(inputs, value, name="critic")


critics = []
for width in (4, 8):
    critics.append(build_critic(width, False))
target = build_critic(8, True)
