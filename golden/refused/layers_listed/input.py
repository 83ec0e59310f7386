import numpy as np
from tensorflow import keras

x, y = np.random.rand(64, 4), np.random.rand(64, 1)
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1)]
)
model.compile("sgd", "mse")
# which layers there are
for number, layer in enumerate(model.layers):
    print(number, layer.name)
shapes = [w.shape for layer in model.layers for w in layer.get_weights()]
lines = []
model.summary(print_fn=lambda line: lines.append(line))
model.fit(x, y, epochs=2)
print(len(model.layers), "layers")
