"""A small residual network, whose blocks are told how much their weights decay."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers, regularizers
from tensorflow.keras.constraints import MaxNorm

digits = load_digits()
images = digits.images[:400, :, :, None] / 16.0
labels = digits.target[:400]


def conv(x, filters, weight_decay, strides=1):
    x = layers.Conv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.l2(weight_decay),
    )(x)
    return layers.BatchNormalization()(x)


def residual_block(x, filters, weight_decay, strides=1):
    shortcut = x
    x = layers.ReLU()(conv(x, filters, weight_decay, strides))
    x = conv(x, filters, weight_decay)
    if strides > 1:
        # no decay where the sizes are brought together
        shortcut = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(shortcut)
    return layers.ReLU()(layers.add([x, shortcut]))


def build_resnet(widths, weight_decay=1 / 1024):
    inputs = keras.Input((8, 8, 1))
    x = layers.ReLU()(conv(inputs, widths[0], weight_decay))
    for i, width in enumerate(widths):
        x = residual_block(x, width, weight_decay / 2**i, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    # the weights of each class stay short
    outputs = layers.Dense(10, activation="softmax", kernel_constraint=MaxNorm(1.5))(x)
    return keras.Model(inputs, outputs)


model = build_resnet([8, 16])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, labels, epochs=3, validation_split=0.25)
print(history.history["val_loss"])
