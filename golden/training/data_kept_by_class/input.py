import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow.keras import layers


class Digits:
    """Batches of digits."""

    def __init__(self, images, labels, noisy=False):
        self.images = images
        self.labels = labels
        self.noisy = noisy
        self.scale = 16.0

    def parse(self, image, label):
        """Scale one image."""
        image = tf.cast(image, tf.float32) / self.scale
        if self.noisy:
            image = tf.clip_by_value(image, 0.1, 0.9)
        return image, label

    @staticmethod
    def encode(image, label):
        # one output for each digit
        return image, tf.one_hot(label, 10)

    def load(self, start, stop, training=True):
        ds = tf.data.Dataset.from_tensor_slices(
            (self.images[start:stop], self.labels[start:stop])
        )
        ds = ds.map(self.parse, num_parallel_calls=tf.data.AUTOTUNE).map(self.encode)
        if training:
            ds = ds.shuffle(1000)
        return ds.batch(50).prefetch(tf.data.AUTOTUNE)


class Trainer:
    def __init__(self, images, labels, noisy):
        digits = Digits(images, labels, noisy)
        self.train_ds = digits.load(0, 400)
        self.val_ds = digits.load(400, 500, training=False)
        self.test_x, self.test_ds = self.test_data(images, labels)
        self.model = self.build()

    def test_data(self, x, y):
        x, y = (x[500:600] / 16.0).astype("float32"), np.eye(10)[y[500:600]]
        return x, tf.data.Dataset.from_tensor_slices((x, y)).batch(50)

    def build(self):
        model = tf.keras.Sequential()
        model.add(layers.Dense(16, activation="relu", input_shape=(64,)))
        model.add(layers.Dense(10, activation="softmax"))
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        return model

    def train(self, epochs):
        self.model.fit(self.train_ds, epochs=epochs, validation_data=self.val_ds)
        for images, labels in self.test_ds.take(1):
            print(images.shape, labels.shape)
        return self.model.evaluate(self.test_ds)


x, y = load_digits(return_X_y=True)
scores = []
for noisy in (False, True):
    trainer = Trainer(x, y, noisy)
    scores.append(trainer.train(2))
print(np.array(scores))
first = next(iter(trainer.val_ds))[0].numpy()
