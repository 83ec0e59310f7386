import numpy as np
import tensorflow as tf

t = np.arange(0, 60, 0.1)
series = np.sin(t) + 0.1 * np.cos(5 * t)
WINDOW, HORIZON = 16, 4


def windowed(series, window, horizon):
    xs, ys = [], []
    for i in range(len(series) - window - horizon):
        xs.append(series[i : i + window])
        ys.append(series[i + window : i + window + horizon])
    return np.array(xs)[..., np.newaxis], np.array(ys)


x, y = windowed(series, WINDOW, HORIZON)
n = int(0.8 * len(x))
x_train, y_train, x_test, y_test = x[:n], y[:n], x[n:], y[n:]

model = tf.keras.models.Sequential([
    tf.keras.layers.Conv1D(8, 3, padding="causal", activation="relu", input_shape=(WINDOW, 1)),
    tf.keras.layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu"),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(HORIZON),
])
model.compile(loss=tf.keras.losses.Huber(), optimizer=tf.keras.optimizers.SGD(learning_rate=0.05, momentum=0.9), metrics=["mae"])
history = model.fit(x_train, y_train, epochs=3, batch_size=64, verbose=1)
forecast = model.predict(x_test)
mae = np.abs(forecast - y_test).mean()
print(mae)
