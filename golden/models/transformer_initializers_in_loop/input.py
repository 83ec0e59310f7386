from tensorflow import keras
from tensorflow.keras import layers


def encoder_block(x, heads=2, size=4):
    init = keras.initializers.TruncatedNormal(stddev=0.02)
    y = layers.MultiHeadAttention(heads, size, kernel_initializer=init, bias_initializer="ones")(
        x, x
    )
    x = layers.LayerNormalization()(x + y)
    y = layers.MultiHeadAttention(3, 5, kernel_initializer="zeros")(x, x)
    return layers.LayerNormalization()(x + y)


inputs = keras.Input((5, 8))
x = inputs
for _ in range(2):
    x = encoder_block(x)
model = keras.Model(inputs, layers.Dense(2)(x))
