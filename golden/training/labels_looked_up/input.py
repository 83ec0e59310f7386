import numpy as np
import tensorflow as tf
from sklearn.datasets import load_iris
from tensorflow.keras import layers

iris = load_iris()
species = np.array(["setosa", "versicolor", "virginica"])[iris.target]
x = (iris.data - iris.data.mean(axis=0)).astype("float32")

# numbers for the names of the species
label_lookup = layers.StringLookup(num_oov_indices=0)
label_lookup.adapt(species)
print(label_lookup.get_vocabulary())


def prepare(features, label):
    return features, label_lookup(label)


dataset = tf.data.Dataset.from_tensor_slices((x, species))
train_ds = dataset.shuffle(150).map(prepare).batch(32)

model = tf.keras.Sequential(
    [
        layers.Dense(8, activation="relu", input_shape=(4,)),
        layers.Dense(label_lookup.vocabulary_size(), activation="softmax"),
    ]
)
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, epochs=3)
