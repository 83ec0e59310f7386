import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from tensorflow import keras

cancer = load_breast_cancer()
x = (cancer.data / np.max(cancer.data, axis=0)).astype("float32")
y = cancer.target

options = tf.data.Options()
options.threading.private_threadpool_size = 2

dataset = tf.data.Dataset.from_tensor_slices((x, y)).with_options(options)
positive = dataset.filter(lambda features, label: label == 1)
negative = dataset.filter(lambda features, label: label == 0)
count = positive.reduce(np.int64(0), lambda number, _: number + 1).numpy()
print(f"{count} of {len(dataset)}")

# as many of each, in random order
balanced = tf.data.Dataset.sample_from_datasets(
    [positive.repeat(), negative.repeat()], weights=[0.5, 0.5]
).batch(20)
print([labels.numpy().mean() for _, labels in balanced.take(2)])

# one of each in turn, as long as there are some of both
choices = tf.data.Dataset.range(2).repeat(count)
in_turn = tf.data.Dataset.choose_from_datasets([positive, negative], choices).batch(20)
few = negative.take(30).batch(20).concatenate(positive.take(10).batch(20))

model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(30,))])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(in_turn, validation_data=few, epochs=2)
numbers = tf.data.Dataset.range(3).repeat()
for (features, label), number in tf.data.Dataset.zip((few, numbers)):
    print(number.numpy(), label.numpy().mean())
