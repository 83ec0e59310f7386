"""Source of the convolutional LSTMs, which torch lacks."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

_THINGS = {1: "sequences", 2: "images", 3: "volumes"}

for _n in (1, 2, 3):
    emitted(
        f"ConvLSTM{_n}d",
        f'''
class ConvLSTM{_n}d(nn.Module):
    """An LSTM over {_THINGS[_n]} whose matrix products are convolutions."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
    ):
        super().__init__()
        self.options = {{"stride": stride, "padding": padding, "dilation": dilation}}
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        if isinstance(kernel_size, int):
            kernel_size = {_n} * (kernel_size,)
        gates = 4 * out_channels
        self.weight_ih = nn.Parameter(torch.empty(gates, in_channels, *kernel_size))
        self.weight_hh = nn.Parameter(torch.empty(gates, out_channels, *kernel_size))
        self.bias = nn.Parameter(torch.zeros(gates)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)
        if bias:
            nn.init.ones_(self.bias[out_channels : 2 * out_channels])  # forget gate

    def forward(self, x):
        frames = x.transpose(1, 2)  # the steps before the channels
        inputs = F.conv{_n}d(
            frames.flatten(0, 1), self.weight_ih, self.bias, **self.options
        )
        inputs = inputs.unflatten(0, frames.shape[:2])
        h = c = torch.zeros_like(inputs[:, 0].chunk(4, dim=1)[0])
        outputs = []
        for step in inputs.unbind(1):
            gates = step + F.conv{_n}d(h, self.weight_hh, padding="same")
            i, f, g, o = gates.chunk(4, dim=1)
            new = self.recurrent_activation(i) * self.activation(g)
            c = self.recurrent_activation(f) * c + new
            h = self.recurrent_activation(o) * self.activation(c)
            outputs.append(h)
        return torch.stack(outputs, dim=2), (h, c)
''',
        (),
        TORCH,
        NN,
        FUNCTIONAL,
    )
