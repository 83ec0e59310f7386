import tensorflow as tf
import tensorflow_datasets as tfds

tfds.disable_progress_bar()


def normalize(image, label):
    return tf.cast(image, tf.float32) / 255.0, label


def load(split, batch_size=128):
    ds = tfds.load("cifar10", split=split, as_supervised=True)
    return ds.map(normalize).batch(batch_size)


(train_ds, test_ds), info = tfds.load(
    "mnist", split=["train", "test"], as_supervised=True, with_info=True
)
train_ds = train_ds.map(normalize).cache()
for images, labels in train_ds.batch(32).take(1):
    print(images.shape)
