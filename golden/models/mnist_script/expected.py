'''Trains a simple deep NN on the MNIST dataset.

Gets to 98.40% test accuracy after 20 epochs.
'''

from __future__ import print_function

import keras
from keras.datasets import mnist
from torch import nn
from torch.nn import functional as F
from keras.optimizers import RMSprop

batch_size = 128
num_classes = 10
epochs = 20

# the data, split between train and test sets
# TODO(tf2torch) T2T103: `mnist.load_data` is left as it is
(x_train, y_train), (x_test, y_test) = mnist.load_data()

x_train = x_train.reshape(60000, 784)
x_test = x_test.reshape(10000, 784)
x_train = x_train.astype('float32')
x_test = x_test.astype('float32')
x_train /= 255
x_test /= 255

# convert class vectors to binary class matrices
# TODO(tf2torch) T2T103: `keras.utils.to_categorical` is left as it is
y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(784, 512)
        self.dropout = nn.Dropout(0.2)
        self.dense_1 = nn.Linear(512, 512)
        self.dropout_1 = nn.Dropout(0.2)
        self.dense_2 = nn.Linear(512, num_classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        x = F.relu(self.dense_1(x))
        x = self.dropout_1(x)
        return F.softmax(self.dense_2(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()

# TODO(tf2torch) T2T101: `summary` is left as it is; the model is an nn.Module now
model.summary()

# TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
model.compile(loss='categorical_crossentropy',
              optimizer=RMSprop(),
              metrics=['accuracy'])

# TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
history = model.fit(x_train, y_train,
                    batch_size=batch_size,
                    epochs=epochs,
                    verbose=1,
                    validation_data=(x_test, y_test))
score = model.evaluate(x_test, y_test, verbose=0)
print('Test loss:', score[0])
print('Test accuracy:', score[1])
