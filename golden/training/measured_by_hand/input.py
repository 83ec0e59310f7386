import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import layers

series = np.sin(np.arange(400) / 10) + np.arange(400) / 200
split_time = 300
x_valid = series[split_time:]
naive_forecast = series[split_time - 1 : -1]
print(keras.losses.mse(x_valid, naive_forecast).numpy())
print(keras.metrics.mae(x_valid, naive_forecast).numpy())

window = 20
inputs = np.stack([series[i : i + window] for i in range(400 - window)])
targets = series[window:]
model = keras.Sequential([layers.Input((window,)), layers.Dense(8, "relu"), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(inputs[:280], targets[:280], epochs=2, batch_size=50, verbose=0)
forecast = model.predict(inputs[280:], verbose=0)[:, 0]
mae = tf.reduce_mean(keras.losses.mae(x_valid, forecast)).numpy()
print(mae)

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)
classifier = keras.Sequential(
    [layers.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]
)
classifier.compile("sgd", "binary_crossentropy")
recall = keras.metrics.Recall()
recalls = []
for epoch in range(2):
    classifier.fit(x[:400], y[:400], batch_size=50, verbose=0)
    recall.update_state(y[400:], classifier.predict(x[400:], verbose=0))
    recalls.append(float(recall.result()))
    recall.reset_state()
print(recalls)
