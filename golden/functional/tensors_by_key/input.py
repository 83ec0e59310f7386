import keras
from keras import layers


def backbone(input_shape=(16, 16, 3)):
    image = keras.Input(input_shape)
    c3 = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    c4 = layers.Conv2D(16, 3, padding="same", activation="relu")(c3)
    features = {"c3": c3, "c4": c4}
    features["c5"] = layers.Conv2D(32, 3, padding="same")(features["c4"])
    heads = {}
    for name, feature in features.items():
        heads["p" + name[1:]] = layers.Conv2D(4, 1, name="lateral_" + name)(feature)
    return keras.Model(image, heads)


model = backbone()
