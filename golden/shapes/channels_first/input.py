from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

K.set_image_data_format("channels_first")

inputs = keras.Input((3, 12, 10))
x = layers.Conv2D(4, (3, 5), activation="relu")(inputs)
x = layers.BatchNormalization(axis=1, scale=False)(x)
# channels, then rows and columns
x = layers.MaxPooling2D((2, 1))(x)
y = layers.Conv2D(4, 1, padding="same")(x)
x = layers.Add()([x, y])
x = layers.SpatialDropout2D(0.2)(x)
x = layers.Cropping2D((1, 0))(x)
x = layers.Reshape((-1, 6))(x)
outputs = layers.Dense(2)(x)
model = keras.Model(inputs, outputs)

volume = keras.Sequential(
    [
        keras.Input((2, 5, 6, 7)),
        layers.Conv3D(3, 2, strides=2, padding="same"),
        layers.UpSampling3D(),
        layers.AveragePooling3D(2),
        layers.GlobalMaxPooling3D(),
        layers.Dense(2),
    ]
)
