import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
# recent samples count more
weight = np.linspace(0.2, 1.0, len(x))
x_train, x_test = x[:300], x[300:]

model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(12, activation="elu"), keras.layers.Dense(1)])
model.compile(loss="mae", optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), metrics=["mse"])
model.fit(x_train, y[:300], sample_weight=weight[:300], epochs=3, batch_size=50, verbose=0)
before = model.evaluate(x_test, y[300:], verbose=0)
history = model.fit(x_train, y[:300], sample_weight=weight[:300], epochs=3, batch_size=50,
                    validation_data=(x_test, y[300:], weight[300:]), verbose=0)
after = model.evaluate(x_test, y[300:], sample_weight=weight[300:], verbose=0)
print(f"{before[0]:.3f} -> {after[0]:.3f}")
