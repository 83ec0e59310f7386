import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build_model():
    return keras.Sequential(
        [
            layers.Input((6, 3)),
            layers.GRU(8, name="gru"),
            layers.Dense(8, activation="relu", name="hidden"),
            layers.Dense(1, name="out"),
        ]
    )


model = build_model()
model.layers[1].trainable = False
kernel = model.get_layer("hidden").kernel.numpy()
gates = model.get_layer("gru").get_weights()
layer = model.get_layer("out")
layer.set_weights([np.ones((8, 1)), np.zeros(1)])

untrained = build_model()
for i in range(len(model.layers)):
    untrained.layers[i].set_weights(model.layers[i].get_weights())
print(untrained.weights[0].shape)
