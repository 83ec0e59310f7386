import numpy as np
from scikeras.wrappers import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV
import torch
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.dense = nn.Linear(8, hidden)
        self.dense_1 = nn.Linear(hidden, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def build_classifier(meta=None, hidden=8):
    return Classifier(hidden)


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_regressor():
    return Regressor()


X = np.random.rand(64, 8)
y = (X.sum(axis=1) > 4).astype(int)
# TODO(tf2torch) T2T103: `KerasClassifier` is left as it is: for scikit-learn, skorch wraps modules of PyTorch: NeuralNetClassifier(build_classifier, max_epochs=5, train_split=None), with the criterion and optimizer that `compile` names
classifier = KerasClassifier(
    model=build_classifier,
    loss="binary_crossentropy",
    optimizer="adam",
    epochs=5,
    hidden=8,
)
search = GridSearchCV(classifier, {"hidden": [4, 8]}, cv=3)
# TODO(tf2torch) T2T101: `search.fit` is left as it is: which model that is, is not known
search.fit(X, y)
# TODO(tf2torch) T2T103: `KerasRegressor` is left as it is: for scikit-learn, skorch wraps modules of PyTorch: NeuralNetRegressor(build_regressor, batch_size=size, train_split=None), with the criterion and optimizer that `compile` names
for size in (8, 16):
    regressor = KerasRegressor(build_regressor, loss="mse", batch_size=size, verbose=0)
    # TODO(tf2torch) T2T101: `regressor.fit` is left as it is: so is what gives `regressor`, in line 31
    regressor.fit(X, X.sum(axis=1))
