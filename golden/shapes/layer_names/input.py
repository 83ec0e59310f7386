"""Names of layers in every spelling."""

from keras import Input, Model, layers


def fire_module(x, fire_id, squeeze=4, expand=8):
    s_id = "fire" + str(fire_id) + "/"
    x = layers.Conv2D(squeeze, (1, 1), padding="valid", name=s_id + "sq1x1")(x)
    x = layers.Activation("relu", name=s_id + "relu_sq1x1")(x)
    left = layers.Conv2D(expand, (1, 1), activation="relu", name=s_id + "e1x1")(x)
    right = layers.Conv2D(
        expand, (3, 3), padding="same", activation="relu", name=s_id + "e3x3"
    )(x)
    return layers.concatenate([left, right], axis=3, name=s_id + "concat")


img = Input((24, 24, 3), name="{}_{}".format("input", 1))
x = layers.Conv2D(8, 3, strides=2, name="conv%d" % 1)(img)
for i in range(2, 5):
    x = fire_module(x, fire_id=i)
x = layers.Conv2D(10, 1, name=f"conv{10}")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
model = Model(img, layers.Activation("softmax", name="loss")(x), name="squeezenet")
