import numpy as np
from torch import nn
from torch.nn import functional as F

x = np.random.rand(60, 6)
y = np.random.randint(0, 3, 60)
numbers = np.random.rand(60, 1)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.kind = nn.Linear(6, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.kind(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def classifier():
    return Classifier()


first = classifier()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 18, of the same model
first.compile("sgd", "sparse_categorical_crossentropy")
# TODO(tf2torch) T2T101: `fit` is left as it is: sample_weight together with class_weight, which Keras 3 refuses
first.fit(x, y, class_weight={0: 2.0}, sample_weight=np.random.rand(60))


class Several(nn.Module):
    def __init__(self):
        super().__init__()
        self.kind = nn.Linear(6, 3)
        self.size = nn.Linear(6, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        kind = F.softmax(self.kind(inputs), dim=-1)
        size = self.size(inputs)
        return kind, size


several = Several()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 25, of the same model
several.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
# TODO(tf2torch) T2T101: `fit` is left as it is: class_weight for several outputs, or for steps of an output
several.fit(x, [y, numbers], class_weight={0: 2.0})


def train(model, **kwargs):
    # which callbacks there are, some calls leave open
    for epoch in range(2):
        # TODO(tf2torch) T2T101: `fit` is left as it is: the argument validation_split, which some calls leave out
        model.fit(x, y, **kwargs)


third = classifier()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 31, of the same model
third.compile("sgd", "sparse_categorical_crossentropy")
train(third, epochs=2)
train(third, validation_split=0.2)

fourth = classifier()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 41, of the same model
fourth.compile("sgd", "sparse_categorical_crossentropy")
# TODO(tf2torch) T2T101: `fit` is left as it is: validation_data that is not a pair of arrays
fourth.fit(x, y, validation_data=(x, y, numbers, numbers))
