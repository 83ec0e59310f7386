"""A small residual network on handwritten digits, after He et al."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras.layers import (
    Activation,
    Add,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
)
from tensorflow.keras.regularizers import l2

WEIGHT_DECAY = 1e-3


def resnet_layer(inputs, num_filters=8, kernel_size=3, strides=1, activation="relu"):
    """2D convolution and activation."""
    conv = Conv2D(
        num_filters,
        kernel_size=kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer="he_normal",
        kernel_regularizer=l2(WEIGHT_DECAY),
    )
    x = conv(inputs)
    if activation is not None:
        x = Activation(activation)(x)
    return x


def resnet(input_shape, depth, num_classes=10):
    num_filters = 4
    inputs = Input(shape=input_shape)
    x = resnet_layer(inputs, num_filters)
    for stack in range(2):
        for block in range(depth):
            first = stack > 0 and block == 0
            # downsample at the first layer of each stack but the first
            strides = 2 if first else 1
            y = resnet_layer(x, num_filters, strides=strides)
            y = resnet_layer(y, num_filters, activation=None)
            if first:
                x = resnet_layer(x, num_filters, 1, strides, activation=None)
            x = Add()([x, y])
            x = Activation("relu")(x)
        num_filters *= 2
    x = GlobalAveragePooling2D()(x)
    outputs = Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


digits = load_digits()
x = digits.images[:400, :, :, None] / 16.0
y = digits.target[:400]

model = resnet(x.shape[1:], depth=2)
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.SGD(0.05, momentum=0.9),
    metrics=["accuracy"],
)
history = model.fit(x, y, batch_size=32, epochs=2, validation_split=0.2)
loss, accuracy = model.evaluate(x, y, verbose=0)
print(f"loss {loss:.3f}, accuracy {accuracy:.3f}")
