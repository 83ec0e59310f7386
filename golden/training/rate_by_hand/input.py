from sklearn.datasets import load_diabetes
from tensorflow import keras

x, y = load_diabetes(return_X_y=True)
y = y / 100.0

model = keras.Sequential([keras.layers.Dense(16, activation="relu", input_shape=(10,)), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9))
h1 = model.fit(x, y, epochs=2, batch_size=64, verbose=2)
model.optimizer.learning_rate.assign(0.001)
h3 = model.fit(x, y, epochs=2, batch_size=64, verbose=2)
model.optimizer.learning_rate = 0.005
h4 = model.fit(x, y, epochs=2, batch_size=64, verbose=2)
lr = float(model.optimizer.learning_rate.numpy())
losses = h1.history["loss"] + h3.history["loss"] + h4.history["loss"]
