from tensorflow.keras import Input, Model
from tensorflow.keras.layers import BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D
from tensorflow.keras.layers import LayerNormalization, LeakyReLU, ReLU


def conv_unit(x, filters, norm=BatchNormalization, act=ReLU):
    x = Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = norm()(x)
    return act()(x)


inputs = Input((16, 16, 3))
x = conv_unit(inputs, 8)
x = conv_unit(x, 8, act=LeakyReLU)
x = conv_unit(x, 16, norm=LayerNormalization)
x = GlobalAveragePooling2D()(x)
model = Model(inputs, Dense(2)(x))
