import tf_keras
from tf_keras import layers

ids = tf_keras.Input((6,), dtype="int32")
x = layers.Embedding(9, 4, mask_zero=True)(ids)
x = layers.MultiHeadAttention(2, key_dim=2, dropout=0.1)(x, x)
model = tf_keras.Model(ids, layers.Dense(3)(x))
