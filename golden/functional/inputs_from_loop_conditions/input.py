from tensorflow import keras
from tensorflow.keras import layers


def build_views(views=2, width=4, deep=False):
    """Images from several sides."""
    images = []
    for view in range(views):
        # one camera
        image = keras.Input((8, 8, 3), name=f"view_{view}")
        images.append(image)
    features = []
    for image in images:
        x = layers.Conv2D(width, 3)(image)
        if deep:
            x = layers.Conv2D(width, 3, activation="relu")(x)
        features.append(layers.GlobalAveragePooling2D()(x))
    x = layers.Add()(features)
    return keras.Model(inputs=images, outputs=layers.Dense(2)(x))
