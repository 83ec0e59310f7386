import tf_keras
from tf_keras import layers


def build_encoder(causal=True, widths=(4, 3)):
    steps = tf_keras.Input((5, 4))
    # what is padded is left out
    x = layers.ZeroPadding1D((2, 0))(steps)
    x = layers.Masking()(x)
    x = layers.MultiHeadAttention(2, key_dim=3)(x, x, use_causal_mask=True)
    for width in widths:
        x = layers.Dense(width)(x)
    return tf_keras.Model(steps, x)


model = build_encoder()
