import re
import string
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

text_pairs = [(f"go to {n} now", f"[start] ve a {n} ahora [end]") for n in range(60)]
num_val_samples = int(0.15 * len(text_pairs))
train_pairs = text_pairs[: len(text_pairs) - num_val_samples]
val_pairs = text_pairs[len(text_pairs) - num_val_samples :]
strip_chars = string.punctuation + "¿"
strip_chars = strip_chars.replace("[", "")
strip_chars = strip_chars.replace("]", "")
vocab_size = 100
sequence_length = 8
batch_size = 16


def custom_standardization(input_string):
    lowercase = tf.strings.lower(input_string)
    return tf.strings.regex_replace(lowercase, "[%s]" % re.escape(strip_chars), "")


eng_vectorization = layers.TextVectorization(
    max_tokens=vocab_size, output_mode="int", output_sequence_length=sequence_length
)
spa_vectorization = layers.TextVectorization(
    max_tokens=vocab_size,
    output_mode="int",
    output_sequence_length=sequence_length + 1,
    standardize=custom_standardization,
)
train_eng_texts = [pair[0] for pair in train_pairs]
train_spa_texts = [pair[1] for pair in train_pairs]
eng_vectorization.adapt(train_eng_texts)
spa_vectorization.adapt(train_spa_texts)


def format_dataset(eng, spa):
    eng = eng_vectorization(eng)
    spa = spa_vectorization(spa)
    return ({"encoder_inputs": eng, "decoder_inputs": spa[:, :-1]}, spa[:, 1:])


def make_dataset(pairs):
    eng_texts, spa_texts = zip(*pairs)
    eng_texts = list(eng_texts)
    spa_texts = list(spa_texts)
    dataset = tf.data.Dataset.from_tensor_slices((eng_texts, spa_texts))
    dataset = dataset.batch(batch_size)
    dataset = dataset.map(format_dataset)
    return dataset.shuffle(2048).prefetch(16).cache()


train_ds = make_dataset(train_pairs)
val_ds = make_dataset(val_pairs)
for inputs, targets in train_ds.take(1):
    print(f'inputs["encoder_inputs"].shape: {inputs["encoder_inputs"].shape}')
    print(f"targets.shape: {targets.shape}")
encoder_inputs = keras.Input(shape=(None,), dtype="int64", name="encoder_inputs")
x = layers.Embedding(vocab_size, 8)(encoder_inputs)
encoded = layers.GRU(8)(x)
decoder_inputs = keras.Input(shape=(None,), dtype="int64", name="decoder_inputs")
y = layers.Embedding(vocab_size, 8)(decoder_inputs)
y = layers.GRU(8, return_sequences=True)(y, initial_state=encoded)
out = layers.Dense(vocab_size, activation="softmax")(y)
model = keras.Model([encoder_inputs, decoder_inputs], out)
model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, epochs=2, validation_data=val_ds)
