"""Files that are not downloaded in the same way."""

from tensorflow import keras
from torch import nn

# TODO(tf2torch) T2T103: `keras.utils.get_file` is left as it is: an archive: what its path is, is not the same in Keras 2 and Keras 3
archive = keras.utils.get_file("aclImdb", "https://example.com/aclImdb.tar.gz", extract=True)
# TODO(tf2torch) T2T103: `keras.utils.get_file` is left as it is: torch checks a file by its SHA-256, not by MD5
checked = keras.utils.get_file(
    "a.txt", "https://example.com/a.txt", md5_hash="a7b3fe01876f51b976af0dea6bc144eb"
)
# TODO(tf2torch) T2T103: `keras.utils.get_file` is left as it is: weights in Keras's format
weights = keras.utils.get_file("vgg.h5", "https://example.com/vgg.h5", cache_subdir="models")
print(archive, checked, weights)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
