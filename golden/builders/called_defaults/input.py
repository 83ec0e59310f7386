import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.initializers import glorot_uniform, random_uniform
from tensorflow.keras.layers import Activation, Add, Conv2D, Dense, Flatten


def identity_block(X, f, filters, initializer=random_uniform):
    X_shortcut = X
    X = Conv2D(filters, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


def head(X, classes, activation=tf.nn.relu):
    X = Dense(8, kernel_initializer=glorot_uniform(seed=0))(Flatten()(X))
    X = activation(X)
    return Dense(classes, activation="softmax")(X)


def ResNet(input_shape=(8, 8, 3), classes=4):
    X_input = Input(input_shape)
    X = identity_block(X_input, 3, 3)
    X = identity_block(X, 5, 3)
    return Model(X_input, head(X, classes))


model = ResNet()
