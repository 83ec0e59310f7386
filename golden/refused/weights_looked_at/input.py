import numpy as np
from tensorflow import keras

x, y = np.random.rand(64, 5, 4), np.random.rand(64, 1)
model = keras.Sequential(
    [keras.Input((5, 4)), keras.layers.LSTM(3), keras.layers.Dense(1)]
)
model.compile("sgd", "mse")
model.fit(x, y, epochs=2)
print(model.count_params())
weights = model.get_weights()
for w in weights:
    print(w.shape)
model.set_weights([w * 0.5 for w in weights])
