import tensorflow as tf
from sklearn.datasets import load_digits


class Digits:
    """Batches of digits."""

    def __init__(self, batch_size):
        images, labels = load_digits(return_X_y=True)
        self.images, self.labels = images / 16.0, labels
        self.batch_size = batch_size

    def batches(self, first, last, training=False):
        images, labels = self.images[first:last], self.labels[first:last]
        dataset = tf.data.Dataset.from_tensor_slices((images, labels))
        if training:
            dataset = dataset.shuffle(last - first)
        return dataset.batch(self.batch_size).prefetch(tf.data.AUTOTUNE)


class Experiment:
    def __init__(self, config):
        self.config = config
        self.digits = Digits(config["batch_size"])
        self.model = tf.keras.Sequential([
            tf.keras.Input((64,)),
            tf.keras.layers.Dense(config["hidden"], activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ])
        self.model.compile(
            optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        )

    def run(self):
        train = self.digits.batches(0, 1000, training=True)
        val = self.digits.batches(1000, 1200)
        return self.model.fit(train, validation_data=val, epochs=self.config["epochs"], verbose=0)

    def test(self):
        loss, accuracy = self.model.evaluate(self.digits.batches(1200, 1797), verbose=0)
        return {"loss": loss, "accuracy": accuracy}


experiment = Experiment({"batch_size": 32, "hidden": 16, "epochs": 2})
history = experiment.run()
result = experiment.test()
print(history.history["val_accuracy"], result)
