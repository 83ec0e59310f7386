from tensorflow import keras
from tensorflow.keras import layers

lookup = layers.IntegerLookup()
counted = layers.IntegerLookup(vocabulary=[1, 2], output_mode="multi_hot")

ids = keras.Input((4,), dtype="int64")
images = keras.Input((8, 8, 3))
x = layers.Embedding(5, 3)(lookup(ids))
y = layers.Dense(2)(counted(ids))
z = layers.Conv2D(4, 3)(layers.Equalization()(images))
model = keras.Model([ids, images], [x, y, z])
