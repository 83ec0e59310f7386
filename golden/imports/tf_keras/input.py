import tf_keras as keras
from tf_keras import layers

model = keras.Sequential(name="net")
model.add(layers.InputLayer(input_shape=(8, 8, 1)))
for filters in [4, 8]:
    model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(3, activation="softmax"))
