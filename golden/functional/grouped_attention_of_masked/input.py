from tensorflow import keras
from tensorflow.keras import layers

steps = keras.Input((6, 4))
memory = keras.Input((5, 4))
x = layers.ZeroPadding1D((1, 2))(steps)
# queries of padding see nothing
x = layers.Masking()(x)
grouped = layers.GroupQueryAttention(2, 4, 1, dropout=0.2)(x, memory)
model = keras.Model([steps, memory], grouped)
