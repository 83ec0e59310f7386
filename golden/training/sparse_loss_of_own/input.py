import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
text = rng.integers(1, 12, size=(60, 7))
text[:, 5:] *= rng.integers(0, 2, size=(60, 2))
x, y = text[:, :-1], text[:, 1:]


def masked_loss(labels, logits):
    loss = tf.keras.losses.sparse_categorical_crossentropy(
        labels, logits, from_logits=True
    )
    # padding does not count
    mask = tf.cast(tf.not_equal(labels, 0), loss.dtype)
    return tf.reduce_sum(loss * mask) / tf.reduce_sum(mask)


def perplexity(labels, logits):
    loss = tf.keras.losses.sparse_categorical_crossentropy(
        labels, logits, from_logits=True
    )
    return tf.exp(tf.reduce_mean(loss))


model = tf.keras.Sequential(
    [
        tf.keras.layers.Input((6,)),
        tf.keras.layers.Embedding(12, 8),
        tf.keras.layers.GRU(8, return_sequences=True),
        tf.keras.layers.Dense(12),
    ]
)
model.compile(optimizer="sgd", loss=masked_loss, metrics=[perplexity])
history = model.fit(x, y, epochs=3, batch_size=20, verbose=0)
print(history.history["perplexity"])
