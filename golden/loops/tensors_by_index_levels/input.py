from tensorflow.keras import Input, Model, layers

inputs = Input((24, 24, 3))
c1 = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
c2 = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(c1)
c3 = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(c2)

levels = [c1, c2, c3]
levels[2] = layers.Conv2D(8, 1)(levels[2])
for i in range(2, 0, -1):
    levels[i - 1] = layers.Add()([levels[i - 1], layers.UpSampling2D()(levels[i])])
outputs = []
for level in levels:
    outputs.append(layers.Conv2D(2, 3, padding="same")(level))
model = Model(inputs, outputs)
