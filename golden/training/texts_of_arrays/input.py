import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, losses

GOOD, BAD = "a good film", "such a bad film"
texts = np.array([f"{text} {'really ' * (n % 3)}" for n in range(20) for text in (GOOD, BAD)])
labels = np.array([1, 0] * 20)
sequence_length = 6

raw_ds = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(8)
vectorize_layer = layers.TextVectorization(
    max_tokens=20, output_mode="int", output_sequence_length=sequence_length
)
vectorize_layer.adapt(raw_ds.map(lambda text, label: text))


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


train_ds = raw_ds.map(vectorize_text).cache().prefetch(tf.data.AUTOTUNE)
for numbers, _ in train_ds.take(1):
    first = numbers.numpy()

model = tf.keras.Sequential(
    [
        tf.keras.Input((sequence_length,)),
        layers.Embedding(20, 4),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1),
    ]
)
model.compile(
    loss=losses.BinaryCrossentropy(from_logits=True), optimizer="sgd", metrics=["accuracy"]
)
history = model.fit(train_ds, epochs=2)
lengths = []
for size in (3, 5):
    shorter = layers.TextVectorization(max_tokens=9, output_sequence_length=size)
    shorter.adapt(texts)
    lengths.append(shorter(texts[:4]).numpy())
