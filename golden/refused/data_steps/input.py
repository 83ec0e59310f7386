import tensorflow as tf
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)


def flip(image, label):
    return tf.image.random_jpeg_quality(image, 75, 95), label


files = tf.data.TFRecordDataset("images.tfrecords")
dataset = tf.data.Dataset.from_tensor_slices((x.reshape(-1, 8, 8, 1), y))
train_ds = dataset.shuffle(1000).take(1500)  # other samples each time
flipped = dataset.map(flip).batch(32)
halves = dataset.apply(lambda data: data.take(900)).batch(32)
for _ in range(2):
    dataset = dataset.map(lambda image, label: (image / 2.0, label))

model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(8, 8, 1)),
    tf.keras.layers.Dense(10),
])
model.compile(
    optimizer="sgd",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
model.fit(train_ds.batch(32), epochs=2)
