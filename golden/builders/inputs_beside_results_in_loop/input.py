import keras
from keras import layers


def backbone(shape, filters=(8, 16), norm=True):
    image = keras.Input(shape)
    x = image
    skips = []
    for f in filters:
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
        if norm:
            x = layers.BatchNormalization()(x)
        skips.append(x)
        x = layers.MaxPool2D()(x)
    return image, x, skips


def segmentation(shape=(32, 32, 3), classes=2):
    image, x, skips = backbone(shape)
    for skip in reversed(skips):
        x = layers.UpSampling2D()(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(8, 3, padding="same")(x)
    return keras.Model(image, layers.Conv2D(classes, 1)(x))


model = segmentation()
