from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Model


def vgg(input_shape, n_classes, cfg=((8, 2), (16, 2))):
    x = inputs = Input(input_shape)
    for block, (filters, convs) in enumerate(cfg, start=1):
        for conv in range(1, convs + 1):
            x = Conv2D(
                filters,
                (3, 3),
                activation="relu",
                padding="same",
                name="block{}_conv{}".format(block, conv),
            )(x)
        x = MaxPooling2D((2, 2), strides=(2, 2), name="block%d_pool" % block)(x)
    x = Flatten(name="flatten")(x)
    x = Dense(32, activation="relu", name="fc1")(x)
    x = Dense(n_classes, activation="softmax", name="predictions")(x)
    return Model(inputs, x, name="vgg" + str(len(cfg)))


model = vgg((16, 16, 3), 5)
