from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T202: keras.layers.IntegerLookup: a vocabulary that `adapt` learns or a file holds
        self.lookup = NotConverted(
            "T2T202: keras.layers.IntegerLookup: a vocabulary that `adapt` learns or a file holds"
        )
        self.embedding = nn.Embedding(5, 3)
        # TODO(tf2torch) T2T202: keras.layers.IntegerLookup: a lookup that gives something else than indices
        self.counted = NotConverted(
            "T2T202: keras.layers.IntegerLookup: a lookup that gives something else than indices"
        )
        self.dense = LazyLinear(2)
        # TODO(tf2torch) T2T202: keras.layers.Equalization: Keras leaves it out of models: equalize the images in the data pipeline
        self.equalization = NotConverted(
            "T2T202: keras.layers.Equalization: Keras leaves it out of models: equalize the images in the data pipeline"
        )
        self.conv2d = LazyConv2d(4, 3)
        self.apply(init_like_keras)

    def forward(self, ids, images):
        x = self.embedding(self.lookup(ids).long())
        y = self.dense(self.counted(ids))
        z = self.conv2d(self.equalization(images).permute(0, 3, 1, 2))
        return x, y, z.permute(0, 2, 3, 1)


class LazyConv2d(nn.LazyConv2d):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_channels and not self.has_uninitialized_params():
            init_like_keras(self)


class LazyLinear(nn.LazyLinear):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_features and not self.has_uninitialized_params():
            init_like_keras(self)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


model = Model()
