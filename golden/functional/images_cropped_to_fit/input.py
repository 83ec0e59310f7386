from tensorflow import keras
from tensorflow.keras import layers

images = keras.Input((None, None, 3))
x = layers.Resizing(24, 32, crop_to_aspect_ratio=True)(images)
x = layers.CenterCrop(20, 20)(x)
features = layers.Conv2D(4, 3, activation="relu")(x)
cropper = keras.Model(images, features)

small = keras.Input((9, 7, 3))
# wider than the images are: Keras enlarges them
x = layers.CenterCrop(8, 12)(small)
enlarger = keras.Model(small, layers.Flatten()(x))
