import numpy as np
import tensorflow as tf

text = "First Citizen: Before we proceed any further, hear me speak. " * 20
vocab = sorted(set(text))
char2idx = {u: i for i, u in enumerate(vocab)}
idx2char = np.array(vocab)
text_as_int = np.array([char2idx[c] for c in text])

# The maximum length sentence we want for a single input in characters
seq_length = 30
char_dataset = tf.data.Dataset.from_tensor_slices(text_as_int)
for i in char_dataset.take(5):
    print(idx2char[i.numpy()])
sequences = char_dataset.batch(seq_length + 1, drop_remainder=True)
for item in sequences.take(2):
    print(repr("".join(idx2char[item.numpy()])))


def split_input_target(chunk):
    input_text = chunk[:-1]
    target_text = chunk[1:]
    return input_text, target_text


dataset = sequences.map(split_input_target)
for input_example, target_example in dataset.take(1):
    print("Input data:", repr("".join(idx2char[input_example.numpy()])))
    print("Target data:", repr("".join(idx2char[target_example.numpy()])))

BATCH_SIZE = 8
BUFFER_SIZE = 10000
dataset = dataset.shuffle(BUFFER_SIZE).batch(BATCH_SIZE, drop_remainder=True)

vocab_size = len(vocab)
model = tf.keras.Sequential(
    [
        tf.keras.layers.Embedding(vocab_size, 8),
        tf.keras.layers.GRU(16, return_sequences=True),
        tf.keras.layers.Dense(vocab_size),
    ]
)
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="sgd", loss=loss)
history = model.fit(dataset, epochs=2)
