import numpy as np
import tensorflow as tf

hours = np.arange(600)
data = np.stack([np.sin(hours / 10), np.cos(hours / 7), np.sin(hours * 2 * np.pi / 24)], axis=1)


class WindowGenerator:
    def __init__(self, input_width, label_width, shift, data):
        # Split the data
        n = len(data)
        self.train_data = data[: int(n * 0.7)]
        self.val_data = data[int(n * 0.7) : int(n * 0.9)]
        self.test_data = data[int(n * 0.9) :]

        # Work out the window parameters.
        self.input_width = input_width
        self.label_width = label_width
        self.total_window_size = input_width + shift
        self.input_slice = slice(0, input_width)
        self.label_start = self.total_window_size - self.label_width
        self.labels_slice = slice(self.label_start, None)

    def split_window(self, features):
        inputs = features[:, self.input_slice, :]
        labels = features[:, self.labels_slice, :]
        labels = tf.stack([labels[:, :, 0]], axis=-1)

        # Slicing doesn't preserve static shape information, so set the shapes
        # manually.
        inputs.set_shape([None, self.input_width, None])
        labels.set_shape([None, self.label_width, None])

        return inputs, labels

    def make_dataset(self, data, shuffle=False):
        data = np.array(data, dtype=np.float32)
        ds = tf.keras.utils.timeseries_dataset_from_array(
            data=data,
            targets=None,
            sequence_length=self.total_window_size,
            sequence_stride=1,
            shuffle=shuffle,
            batch_size=32,
        )

        ds = ds.map(self.split_window)

        return ds

    @property
    def train(self):
        return self.make_dataset(self.train_data)

    @property
    def example(self):
        return next(iter(self.make_dataset(self.train_data, shuffle=True)))

    @property
    def val(self):
        return self.make_dataset(self.val_data)

    @property
    def test(self):
        return self.make_dataset(self.test_data)


window = WindowGenerator(input_width=12, label_width=1, shift=1, data=data)
print(window.example[0].shape)
for example_inputs, example_labels in window.val.take(1):
    print(f"Inputs shape (batch, time, features): {example_inputs.shape}")
    print(f"Labels shape (batch, time, features): {example_labels.shape}")

model = tf.keras.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(12, 3)),
        tf.keras.layers.Dense(units=16, activation="relu"),
        tf.keras.layers.Dense(units=1),
        tf.keras.layers.Reshape([1, -1]),
    ]
)
model.compile(
    loss=tf.keras.losses.MeanSquaredError(),
    optimizer=tf.keras.optimizers.SGD(),
    metrics=[tf.keras.metrics.MeanAbsoluteError()],
)
history = model.fit(window.train, epochs=3, validation_data=window.val)
performance = model.evaluate(window.test, verbose=0)
