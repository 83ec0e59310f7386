import keras
from keras import layers


def block(x, filters, stride):
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(epsilon=1e-5)(x)
    return layers.Activation("relu")(x)


class Backbone(keras.Model):
    """A backbone with a feature map at every stage."""

    def __init__(
        self,
        stages=(16, 32, 64),
        include_top=True,
        num_classes=10,
        image_shape=(32, 32, 3),
    ):
        image = keras.Input(image_shape)
        x = image
        for i, filters in enumerate(stages):
            x = block(x, filters, 1 if i == 0 else 2)
        if include_top:
            x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
            x = layers.Dense(num_classes, activation="softmax", name="predictions")(x)
        super().__init__(inputs=image, outputs=x)
        self.stages = stages


backbone = Backbone()
headless = Backbone(stages=(8, 16), include_top=False)
