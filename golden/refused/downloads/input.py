"""Files that are not downloaded in the same way."""

from tensorflow import keras
from tensorflow.keras import layers

archive = keras.utils.get_file("aclImdb", "https://example.com/aclImdb.tar.gz", extract=True)
checked = keras.utils.get_file(
    "a.txt", "https://example.com/a.txt", md5_hash="a7b3fe01876f51b976af0dea6bc144eb"
)
weights = keras.utils.get_file("vgg.h5", "https://example.com/vgg.h5", cache_subdir="models")
print(archive, checked, weights)

model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
