import os
import re
import string

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, losses

batch_size = 8
seed = 42
rng = np.random.default_rng(0)
GOOD = ["fine", "great", "lovely", "film"]
BAD = ["dull", "poor", "long", "film"]

# some reviews of films, in two folders
for name, words in ("neg", BAD), ("pos", GOOD):
    os.makedirs(os.path.join("reviews", name), exist_ok=True)
    for number in range(30):
        text = " ".join(rng.choice(words, size=rng.integers(2, 7)))
        with open(os.path.join("reviews", name, f"{number}.txt"), "w") as file:
            file.write(f"A {text}!<br />Really, {text.upper()}.")

raw_train_ds = tf.keras.utils.text_dataset_from_directory(
    "reviews", batch_size=batch_size, validation_split=0.2, subset="training", seed=seed
)
raw_val_ds = tf.keras.utils.text_dataset_from_directory(
    "reviews", batch_size=batch_size, validation_split=0.2, subset="validation", seed=seed
)
for text_batch, label_batch in raw_train_ds.take(1):
    for i in range(3):
        print("Review", text_batch.numpy()[i])
        print("Label", label_batch.numpy()[i])
print("Label 0 corresponds to", raw_train_ds.class_names[0])


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped_html = tf.strings.regex_replace(lowercase, "<br />", " ")
    punctuation = "[%s]" % re.escape(string.punctuation)
    return tf.strings.regex_replace(stripped_html, punctuation, "")


max_features = 10
sequence_length = 12
vectorize_layer = layers.TextVectorization(
    standardize=custom_standardization,
    max_tokens=max_features,
    output_mode="int",
    output_sequence_length=sequence_length,
)
# a dataset without labels, for the vocabulary
train_text = raw_train_ds.map(lambda x, y: x)
vectorize_layer.adapt(train_text)


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


print(len(vectorize_layer.get_vocabulary()), "words")
train_ds = raw_train_ds.map(vectorize_text)
val_ds = raw_val_ds.map(vectorize_text)
AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.cache().prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)

model = tf.keras.Sequential(
    [
        tf.keras.Input((sequence_length,)),
        layers.Embedding(max_features, 4),
        layers.GlobalAveragePooling1D(),
        layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    loss=losses.BinaryCrossentropy(),
    optimizer="sgd",
    metrics=[tf.metrics.BinaryAccuracy(threshold=0.5)],
)
history = model.fit(train_ds, validation_data=val_ds, epochs=3, verbose=0)
loss, accuracy = model.evaluate(val_ds, verbose=0)
