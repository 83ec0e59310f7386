import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 8, batch_first=True)
        self.hidden = nn.Linear(8, 8)
        self.out = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.gru(x)
        x = x[:, -1]
        x = F.relu(self.hidden(x))
        return self.out(x)


def to_array(weight):
    """A copy of a weight as a numpy array."""
    return weight.detach().cpu().numpy().copy()


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)


def build_model():
    return Model()


model = build_model()
model.hidden.requires_grad_(False)
kernel = to_array(model.hidden.weight.T)
# TODO(tf2torch) T2T101: `layer.get_weights` is left as it is: the weights of keras.layers.GRU are stored in another way
gates = model.get_layer("gru").get_weights()
layer = model.out
with torch.no_grad():
    layer.weight.T.copy_(torch.as_tensor(np.ones((8, 1))))
    layer.bias.copy_(torch.as_tensor(np.zeros(1)))

untrained = build_model()
for i in range(3):
    # TODO(tf2torch) T2T104: a tensor or model is used where a plain value is expected
    untrained.layers[i].set_weights(model.layers[i].get_weights())
# TODO(tf2torch) T2T101: `untrained.weights` is left as it is; the model is an nn.Module now
print(untrained.weights[0].shape)
