import numpy as np
import tensorflow as tf
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import multi_gpu_model

with tf.device("/cpu:0"):
    model = Sequential([Dense(1, input_shape=(3,))])
parallel_model = multi_gpu_model(model, gpus=2)
parallel_model.compile("sgd", "mse")
parallel_model.fit(np.ones((32, 3)), np.ones((32, 1)), batch_size=32, epochs=2)
