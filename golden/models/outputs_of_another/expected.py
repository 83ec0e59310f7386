import torch
from torch import nn
from torch.nn import functional as F


class Judge(nn.Module):
    def __init__(self, features=8):
        super().__init__()
        self.dense = nn.Linear(features, 4)
        self.batch_normalization = BiasedBatchNorm1d(4, eps=1e-3, momentum=0.01)
        self.dense_1 = nn.Linear(4, 1)
        self.dense_2 = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        h = torch.tanh(self.dense(inputs))
        h = self.batch_normalization(h)
        good = torch.sigmoid(self.dense_1(h))
        kind = F.softmax(self.dense_2(h), dim=-1)
        return good, kind


class BiasedBatchNorm1d(nn.BatchNorm1d):
    """Keeps the variance of the batch itself; torch's is n / (n - 1) times as large."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        with torch.no_grad():
            var, mean = torch.var_mean(x, [0, *range(2, x.dim())], correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var, self.momentum)
        # unlike that of nn.functional, it takes a batch of one sample
        return torch.batch_norm(
            x, self.weight, self.bias, None, None, True, 0, self.eps, False
        )


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_judge(features=8):
    return Judge(features)


judge = build_judge()


class Judged(nn.Module):
    def __init__(self, judge):
        super().__init__()
        self.dense = nn.Linear(5, 8)
        self.judge = judge
        self.dense.apply(init_like_keras)

    def forward(self, noise):
        outputs = self.judge(self.dense(noise))
        return outputs[0], outputs[1]


# all that it says, at once
judged = Judged(judge)


class Joined(nn.Module):
    def __init__(self, judge):
        super().__init__()
        self.judge = judge
        self.dense = nn.Linear(5, 8)
        self.dense.apply(init_like_keras)

    def forward(self, noise):
        outputs = self.judge(self.dense(noise))
        return torch.cat([outputs[0], outputs[1]], dim=-1)


joined = Joined(judge)


class KindAlone(nn.Module):
    def __init__(self, judge):
        super().__init__()
        self.judge = judge
        self.dense = nn.Linear(5, 8)
        self.dense.apply(init_like_keras)

    def forward(self, noise):
        return self.judge(self.dense(noise))[1]


kind_alone = KindAlone(judge)


class Split(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.dense = nn.Linear(features, 6)
        self.batch_normalization = BiasedBatchNorm1d(6, eps=1e-3, momentum=0.01)
        self.dense_1 = nn.Linear(6, 2)
        self.dense_2 = nn.Linear(6, 3)

    def forward(self, x):
        x = self.dense(x)
        x = self.batch_normalization(x)
        return self.dense_1(x), self.dense_2(x)


class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.split = Split(5)
        self.apply(init_like_keras)

    def forward(self, wide):
        outputs = self.split(wide)
        return torch.cat([outputs[0], outputs[1]], dim=-1)


parts = Parts()


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.split = Split(5)
        self.apply(init_like_keras)

    def forward(self, wide):
        outputs = self.split(wide)
        return outputs[0], outputs[1]


both = Both()
