"""Networks as they are written in Keras, small enough to be timed often."""

RESNET = """
from tensorflow import keras
from tensorflow.keras import layers


def bottleneck(x, filters, stride=1, project=True):
    shortcut = x
    if project:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride)(x)
        shortcut = layers.BatchNormalization(epsilon=1.001e-5)(shortcut)
    x = layers.Conv2D(filters, 1, strides=stride)(x)
    x = layers.BatchNormalization(epsilon=1.001e-5)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.BatchNormalization(epsilon=1.001e-5)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(4 * filters, 1)(x)
    x = layers.BatchNormalization(epsilon=1.001e-5)(x)
    x = layers.Add()([shortcut, x])
    return layers.ReLU()(x)


def resnet50(input_shape=(64, 64, 3), classes=10):
    inputs = keras.Input(input_shape)
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(64, 7, strides=2)(x)
    x = layers.BatchNormalization(epsilon=1.001e-5)(x)
    x = layers.ReLU()(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    for filters, blocks, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        x = bottleneck(x, filters, stride)
        for _ in range(blocks - 1):
            x = bottleneck(x, filters, project=False)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(classes)(x)
    return keras.Model(inputs, outputs, name="net")


model = resnet50()
"""

VGG = """
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential()
model.add(keras.Input((64, 64, 3)))
for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
    for _ in range(count):
        model.add(layers.Conv2D(width, 3, padding="same", activation="relu"))
    model.add(layers.MaxPooling2D(2))
model.add(layers.Flatten())
model.add(layers.Dense(512, activation="relu"))
model.add(layers.Dense(512, activation="relu"))
model.add(layers.Dense(10))
"""

MOBILENET = """
from tensorflow import keras
from tensorflow.keras import layers


def inverted_residual(x, expansion, filters, stride):
    channels = x.shape[-1]
    shortcut = x
    if expansion > 1:
        x = layers.Conv2D(expansion * channels, 1, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.999)(x)
        x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.999)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.Conv2D(filters, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.999)(x)
    if stride == 1 and channels == filters:
        x = layers.Add()([shortcut, x])
    return x


def mobilenet_v2(input_shape=(64, 64, 3), classes=10):
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization(momentum=0.999)(x)
    x = layers.ReLU(6.0)(x)
    for expansion, filters, repeats, stride in [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ]:
        x = inverted_residual(x, expansion, filters, stride)
        for _ in range(repeats - 1):
            x = inverted_residual(x, expansion, filters, 1)
    x = layers.Conv2D(1280, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.999)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x), name="net")


model = mobilenet_v2()
"""

LSTM = """
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input((64,), dtype="int32"),
        layers.Embedding(1000, 64),
        layers.LSTM(64, return_sequences=True),
        layers.LSTM(64),
        layers.Dense(10),
    ]
)
"""

TRANSFORMER = """
from tensorflow import keras
from tensorflow.keras import layers


def encoder(x, heads, size, width):
    y = layers.MultiHeadAttention(heads, size // heads)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(x + y)
    y = layers.Dense(width, activation="relu")(x)
    y = layers.Dense(size)(y)
    return layers.LayerNormalization(epsilon=1e-6)(x + y)


tokens = keras.Input((64,), dtype="int32")
x = layers.Embedding(1000, 64)(tokens)
for _ in range(2):
    x = encoder(x, 4, 64, 128)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(tokens, layers.Dense(10)(x))
"""
