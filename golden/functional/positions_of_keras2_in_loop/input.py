import tf_keras
from tf_keras import layers


def build_decoder(widths=(3, 2), padding="same"):
    volume = tf_keras.Input((2, 3, 2, 4))
    x = volume
    for width in widths:
        # the padding of the output comes before the format of the data
        x = layers.Conv3DTranspose(width, 3, 2, padding, None, "channels_last")(x)
        x = layers.Softmax(-1)(x)
    return tf_keras.Model(volume, x)


model = build_decoder()
