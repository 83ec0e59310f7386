"""A regression in bfloat16, layer by layer."""

import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler


def build_model(width, depth):
    model = tf.keras.Sequential(name="regressor")
    model.add(tf.keras.layers.Input(shape=(10,)))
    for _ in range(depth):
        model.add(tf.keras.layers.Dense(width, activation="tanh"))
    model.add(tf.keras.layers.Dense(1))
    return model


def main():
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    y = (y - y.mean()) / y.std()

    model = build_model(16, 2)
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 20, 0.9)
    model.compile(tf.keras.optimizers.SGD(schedule), loss="mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=34, epochs=4, verbose=2)
    return history.history["mae"]


if __name__ == "__main__":
    errors = main()
    print(f"mean absolute error: {errors[-1]:.2f}")
