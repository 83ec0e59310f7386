"""A regression on all GPUs, with callbacks and a model kept on disk."""

import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

PER_REPLICA = 20


def build_model(width):
    inputs = tf.keras.Input((10,))
    x = inputs
    for _ in range(2):
        x = tf.keras.layers.Dense(width, activation="tanh")(x)
    outputs = tf.keras.layers.Dense(1)(x)
    return tf.keras.Model(inputs, outputs, name="regressor")


def main(epochs=6):
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    y = (y - y.mean()) / y.std()

    with strategy.scope():
        model = build_model(12)
        model.compile(
            optimizer=tf.keras.optimizers.SGD(0.05, momentum=0.9),
            loss=tf.keras.losses.MeanSquaredError(),
            metrics=[tf.keras.metrics.RootMeanSquaredError(name="rmse"), "mae"],
        )

    batch_size = PER_REPLICA * strategy.num_replicas_in_sync
    stopping = tf.keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    history = model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=epochs,
        validation_split=0.2,
        callbacks=[
            stopping,
            tf.keras.callbacks.CSVLogger("training.csv"),
            tf.keras.callbacks.ModelCheckpoint(
                "best.weights.h5", save_best_only=True, save_weights_only=True
            ),
        ],
        verbose=2,
    )
    model.save_weights("last.weights.h5")
    scores = model.evaluate(x, y, verbose=0)
    return history.history["val_loss"], scores, model.predict(x[:5])


if __name__ == "__main__":
    losses, scores, predictions = main()
    print(losses, scores)
