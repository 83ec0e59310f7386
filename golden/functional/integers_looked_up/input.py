from tensorflow import keras
from tensorflow.keras import layers

PRODUCTS = [103, 7, 52, 18]

ids = keras.Input((6,), dtype="int64", name="products")
# unknown products are all the same one
known = layers.IntegerLookup(vocabulary=PRODUCTS)(ids)
x = layers.Embedding(len(PRODUCTS) + 1, 8)(known)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(ids, layers.Dense(2, activation="softmax")(x))
