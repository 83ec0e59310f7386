import tensorflow as tf
from tensorflow.keras import layers


def vit_head(x, classes, pooling):
    if pooling not in {"token", "gap"}:
        raise ValueError(f"`pooling` must be 'token' or 'gap'. Received: {pooling}")

    if pooling == "token":
        x = x[:, 0]
    else:
        x = layers.GlobalAveragePooling1D()(x)
    return layers.Dense(classes)(x)


def build(tokens=9, dim=12, classes=3, pooling="token"):
    assert tokens > 1, "at least two tokens"
    x = inputs = tf.keras.Input((tokens, dim))
    x = layers.Dense(dim, activation="gelu")(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    return tf.keras.Model(inputs, vit_head(x, classes, pooling))


token_model = build()
gap_model = build(pooling="gap")
