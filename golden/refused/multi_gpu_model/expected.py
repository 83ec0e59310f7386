import numpy as np
from torch import nn
from keras.utils import multi_gpu_model


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T103: `multi_gpu_model` is left as it is: make the model under a MirroredStrategy, which is converted
parallel_model = multi_gpu_model(model, gpus=2)
# TODO(tf2torch) T2T101: `parallel_model.compile` is left as it is: so is what gives `parallel_model`, in line 9
parallel_model.compile("sgd", "mse")
# TODO(tf2torch) T2T101: `parallel_model.fit` is left as it is: so is what gives `parallel_model`, in line 9
parallel_model.fit(np.ones((32, 3)), np.ones((32, 1)), batch_size=32, epochs=2)
