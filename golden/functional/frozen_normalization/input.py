from tensorflow.keras import Input, Model
from tensorflow.keras.layers import BatchNormalization, Conv2D, Flatten, ReLU

inputs = Input((16, 16, 3))
# these statistics come with the weights, and stay
x = BatchNormalization(epsilon=2e-5, trainable=False, name="bn_data")(inputs)
x = Conv2D(8, 3, use_bias=False)(x)
x = BatchNormalization(trainable=False, scale=False, name="bn0")(x)
x = ReLU()(x)
x = Conv2D(4, 3, strides=2)(x)
last = BatchNormalization()
last.trainable = False
x = last(x)
model = Model(inputs, Flatten()(x))
