from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO(tf2torch) T2T202: keras.layers.Conv2D: data_format=data_format is not supported, only channels_last
        self.conv2_d = NotConverted(
            "T2T202: keras.layers.Conv2D: data_format=data_format is not supported, only channels_last"
        )

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2_d(x)
        return x.permute(0, 2, 3, 1)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def build_net(data_format="channels_last"):
    return Net()


model = build_net()
other = build_net("channels_first")
