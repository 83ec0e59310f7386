import torch
import tensorflow_datasets as tfds

tfds.disable_progress_bar()


def normalize(image, label):
    return torch.as_tensor(image, dtype=torch.float32) / 255.0, label


def load(split, batch_size=128):
    # TODO(tf2torch) T2T103: `tensorflow_datasets.load` is left as it is: its data sets are TensorFlow's: the same data may be in torchvision, torchtext or torchaudio, and `tfds.data_source` needs no TensorFlow
    ds = tfds.load("cifar10", split=split, as_supervised=True)
    # TODO(tf2torch) T2T103: `ds.map` is left as it is: `normalize`, which it applies, takes torch's tensors now
    return ds.map(normalize).batch(batch_size)


# TODO(tf2torch) T2T103: `tensorflow_datasets.load` is left as it is: its data sets are TensorFlow's: the same data may be in torchvision, torchtext or torchaudio, and `tfds.data_source` needs no TensorFlow
(train_ds, test_ds), info = tfds.load(
    "mnist", split=["train", "test"], as_supervised=True, with_info=True
)
# TODO(tf2torch) T2T103: `train_ds.map` is left as it is: `normalize`, which it applies, takes torch's tensors now
train_ds = train_ds.map(normalize).cache()
for images, labels in train_ds.batch(32).take(1):
    print(images.shape)
