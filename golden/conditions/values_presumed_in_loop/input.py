from tensorflow import keras
from tensorflow.keras import layers


def build_tagger(widths=(4, 3), merge="concat", stateful=False, zeros=True):
    """Tags words; the layers are bidirectional."""
    words = keras.Input((6,), dtype="int32")
    x = layers.Embedding(9, 4, mask_zero=zeros)(words)
    for width in widths:
        x = layers.Bidirectional(
            layers.LSTM(width, return_sequences=True, stateful=stateful),
            merge_mode=merge,
        )(x)
    return keras.Model(words, layers.Dense(2)(x))


model = build_tagger()
wide = build_tagger((5, 4), merge="concat")
