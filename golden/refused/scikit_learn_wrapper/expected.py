import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import cross_val_score


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 12)
        self.dense_1 = nn.Linear(12, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def create_model():
    model = Model()
    # TODO(tf2torch) T2T101: `compile` is left as it is: what trains the model is not seen
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


X = np.random.rand(64, 8)
Y = (X.sum(axis=1) > 4).astype(int)
# TODO(tf2torch) T2T103: `KerasClassifier` is left as it is: for scikit-learn, skorch wraps modules of PyTorch: NeuralNetClassifier(create_model, max_epochs=10, batch_size=10, train_split=None), with the criterion and optimizer that `compile` names
model = KerasClassifier(build_fn=create_model, epochs=10, batch_size=10, verbose=0)
results = cross_val_score(model, X, Y, cv=3)
print(results.mean())
