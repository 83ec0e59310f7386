from tensorflow import keras
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_classifier(weights="pretrained"):
    model = Classifier()
    if weights == "pretrained":
        # those of the paper
        # TODO(tf2torch) T2T103: keras.utils.get_file is left as it is: weights in Keras's format
        path = keras.utils.get_file(
            "classifier.h5", "https://example.org/classifier.h5"
        )
        print(path)
    return model
