import tensorflow as tf
from tensorflow.keras import layers


def encoder_block(inputs, head_size, num_heads, ff_dim, dropout=0.1):
    x = layers.LayerNormalization(epsilon=1e-6)(inputs)
    x = layers.MultiHeadAttention(num_heads, head_size, dropout=dropout)(x, x)
    x = layers.Dropout(dropout)(x)
    res = x + inputs

    x = layers.LayerNormalization(epsilon=1e-6)(res)
    x = layers.Conv1D(ff_dim, 1, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Conv1D(inputs.shape[-1], 1)(x)
    return x + res


def build_transformer(input_shape=(12, 4), blocks=2, mlp_units=(16,)):
    inputs = tf.keras.Input(shape=input_shape)
    x = inputs
    for _ in range(blocks):
        x = encoder_block(x, head_size=8, num_heads=2, ff_dim=6)
    x = layers.GlobalAveragePooling1D(data_format="channels_first")(x)
    for units in mlp_units:
        x = layers.Dense(units, activation="relu")(x)
    return tf.keras.Model(inputs, layers.Dense(3)(x), name="transformer")


def mixer_block(x, width):
    y = layers.Dense(width, activation="relu")(x)
    return layers.Conv1D(width, 3, padding="same")(y)


def build_mixer(width=8, depth=3):
    words = tf.keras.Input((10,), dtype="int32")
    x = layers.Embedding(50, width)(words)
    for _ in range(depth):
        x = mixer_block(x, width)
    return tf.keras.Model(words, layers.Dense(2)(x), name="mixer")


def build_dilated(filters=8, depth=3):
    """Convolutions alone: the channels are moved once, before the loop."""
    words = tf.keras.Input((10,), dtype="int32")
    x = layers.Embedding(50, filters)(words)
    for level in range(depth):
        y = layers.Conv1D(filters, 3, padding="same", dilation_rate=2**level)(x)
        x = layers.Activation("relu")(y)
    x = layers.GlobalMaxPooling1D()(x)
    return tf.keras.Model(words, layers.Dense(2)(x), name="dilated")


def build_residual(filters=8, depth=2):
    words = tf.keras.Input((10,), dtype="int32")
    x = layers.Embedding(50, filters)(words)
    for _ in range(depth):
        y = layers.LayerNormalization()(x)
        y = layers.Conv1D(filters, 3, padding="same", activation="relu")(y)
        x = layers.Add()([x, y])
    x = layers.GlobalMaxPooling1D()(x)
    return tf.keras.Model(words, layers.Dense(2)(x), name="residual")
