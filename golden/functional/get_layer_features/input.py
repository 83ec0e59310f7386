import tensorflow as tf
from tensorflow.keras import layers

inputs = layers.Input((24, 24, 3))
x = layers.Conv2D(8, 3, activation="relu", name="conv_1")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(16, 3, activation="relu", name="conv_2")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
outputs = layers.Dense(3, activation="softmax", name="classes")(x)
model = tf.keras.Model(inputs, outputs)

# What the last convolution sees
features = tf.keras.Model(
    inputs=model.input, outputs=[model.get_layer("conv_2").output, model.output]
)
