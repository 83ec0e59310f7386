"""Source of the recurrent classes and functions that torch lacks."""

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

PACKING = "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence"

emitted(
    "pack_steps",
    '''
def pack_steps(x, mask):
    """Pack the steps that the mask keeps: a recurrent layer skips the others."""
    kept_first = mask.int().argsort(dim=1, descending=True, stable=True)
    x = x.take_along_dim(kept_first[..., None], dim=1)
    lengths = mask.sum(1).clamp(min=1).cpu()
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
''',
    (),
    TORCH,
    PACKING,
)

emitted(
    "unpack_steps",
    '''
def unpack_steps(packed, mask):
    """Undo pack_steps; steps that were left out repeat the output before them."""
    x, _ = pad_packed_sequence(packed, batch_first=True, total_length=mask.shape[1])
    seen = mask.cumsum(1)[..., None]
    x = x.take_along_dim((seen - 1).clamp(min=0), dim=1)
    return x.masked_fill(seen == 0, 0.0)
''',
    (),
    TORCH,
    PACKING,
)


def _stateful(kind: str, kept: str) -> None:
    """Declare a layer of torch that goes on where the batch before has ended."""
    emitted(
        f"Stateful{kind}",
        f'''
class Stateful{kind}(nn.{kind}):
    """Starts from the state in which the batch before has left it, until that is reset."""

    state = None

    def forward(self, x):
        outputs, state = super().forward(x, self.state)
        self.state = {kept}
        return outputs, state

    def reset_state(self):
        self.state = None
''',
        (),
        NN,
    )


_stateful("LSTM", "tuple(part.detach() for part in state)")
_stateful("GRU", "state.detach()")
_stateful("RNN", "state.detach()")

emitted(
    "reset_states",
    '''
def reset_states(model):
    """Let the layers that keep their state start from zeros again."""
    for module in model.modules():
        if hasattr(module, "reset_state"):
            module.reset_state()
''',
)

emitted(
    "single_bias",
    '''
def single_bias(rnn):
    """Keep torch's second bias at zero: Keras has one bias only."""
    for name, bias in list(rnn.named_parameters()):
        if name.startswith("bias_hh"):
            delattr(rnn, name)
            rnn.register_buffer(name, None)
            setattr(rnn, name, torch.zeros_like(bias.detach()))
    return rnn
''',
    (),
    TORCH,
)

emitted(
    "LSTM",
    '''
class LSTM(nn.Module):
    """An LSTM with any activations, dropout the same at all steps."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
        dropout=0.0,
        recurrent_dropout=0.0,
    ):
        super().__init__()
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)
        if bias:
            nn.init.ones_(self.bias[hidden_size : 2 * hidden_size])  # forget gate

    def forward(self, x, state=None, mask=None):
        if state is None:
            state = 2 * (x.new_zeros(len(x), self.weight_hh.shape[1]),)
        h, c = state
        weight_ih = self.weight_ih.unflatten(0, (4, -1)).mT  # one matrix for each gate
        weight_hh = self.weight_hh.unflatten(0, (4, -1)).mT
        keep_x = self.dropout_mask(x[:, 0], self.dropout)
        keep_h = self.dropout_mask(h, self.recurrent_dropout)
        bias = 0.0 if self.bias is None else self.bias.view(4, 1, -1)
        output, outputs = torch.zeros_like(h), []
        for step in range(x.shape[1]):
            gates = (x[:, step] * keep_x) @ weight_ih + (h * keep_h) @ weight_hh + bias
            i, f, o = self.recurrent_activation(gates[[0, 1, 3]])
            new_c = f * c + i * self.activation(gates[2])
            new_h = o * self.activation(new_c)
            if mask is None:
                output, h, c = new_h, new_h, new_c
            else:
                keep = mask[:, step, None]
                output = torch.where(keep, new_h, output)
                h, c = torch.where(keep, new_h, h), torch.where(keep, new_c, c)
            outputs.append(output)
        return torch.stack(outputs, dim=1), (h, c)

    def dropout_mask(self, x, rate):
        gates = 4 if self.recurrent_dropout else 1
        return F.dropout(x.new_ones(gates, *x.shape), rate, self.training)
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "GRU",
    '''
class GRU(nn.Module):
    """A GRU with any activations, dropout the same at all steps."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
        dropout=0.0,
        recurrent_dropout=0.0,
    ):
        super().__init__()
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(3 * hidden_size)) if bias else None
        self.bias_hh = nn.Parameter(torch.zeros(3 * hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)

    def forward(self, x, h=None, mask=None):
        if h is None:
            h = x.new_zeros(len(x), self.weight_hh.shape[1])
        weight_ih = self.weight_ih.unflatten(0, (3, -1)).mT  # one matrix for each gate
        weight_hh = self.weight_hh.unflatten(0, (3, -1)).mT
        keep_x = self.dropout_mask(x[:, 0], self.dropout)
        keep_h = self.dropout_mask(h, self.recurrent_dropout)
        bias_ih = 0.0 if self.bias_ih is None else self.bias_ih.view(3, 1, -1)
        bias_hh = 0.0 if self.bias_hh is None else self.bias_hh.view(3, 1, -1)
        output, outputs = torch.zeros_like(h), []
        for step in range(x.shape[1]):
            from_x = (x[:, step] * keep_x) @ weight_ih + bias_ih
            from_h = (h * keep_h) @ weight_hh + bias_hh
            r, z = self.recurrent_activation(from_x[:2] + from_h[:2])
            new_h = z * h + (1 - z) * self.activation(from_x[2] + r * from_h[2])
            if mask is None:
                output = h = new_h
            else:
                keep = mask[:, step, None]
                output = torch.where(keep, new_h, output)
                h = torch.where(keep, new_h, h)
            outputs.append(output)
        return torch.stack(outputs, dim=1), h

    def dropout_mask(self, x, rate):
        gates = 3 if self.recurrent_dropout else 1
        return F.dropout(x.new_ones(gates, *x.shape), rate, self.training)
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "ResetBeforeGRU",
    '''
class ResetBeforeGRU(nn.Module):
    """A GRU that resets its state before the matrix product (Cho et al., 2014)."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
        dropout=0.0,
        recurrent_dropout=0.0,
    ):
        super().__init__()
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(3 * hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)

    def forward(self, x, h=None, mask=None):
        if h is None:
            h = x.new_zeros(len(x), self.weight_hh.shape[1])
        weight_ih = self.weight_ih.unflatten(0, (3, -1)).mT  # one matrix for each gate
        weight_hh = self.weight_hh.unflatten(0, (3, -1)).mT
        keep_x = self.dropout_mask(x[:, 0], self.dropout)
        keep_h = self.dropout_mask(h, self.recurrent_dropout)
        bias = 0.0 if self.bias is None else self.bias.view(3, 1, -1)
        output, outputs = torch.zeros_like(h), []
        for step in range(x.shape[1]):
            from_x = (x[:, step] * keep_x) @ weight_ih + bias
            from_h = h * keep_h
            r, z = self.recurrent_activation(from_x[:2] + from_h[:2] @ weight_hh[:2])
            new = self.activation(from_x[2] + (r * from_h[-1]) @ weight_hh[2])
            new_h = z * h + (1 - z) * new
            if mask is None:
                output = h = new_h
            else:
                keep = mask[:, step, None]
                output = torch.where(keep, new_h, output)
                h = torch.where(keep, new_h, h)
            outputs.append(output)
        return torch.stack(outputs, dim=1), h

    def dropout_mask(self, x, rate):
        gates = 3 if self.recurrent_dropout else 1
        return F.dropout(x.new_ones(gates, *x.shape), rate, self.training)
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)

emitted(
    "RNN",
    '''
class RNN(nn.Module):
    """A simple RNN with any activation, dropout the same at all steps."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        activation=torch.tanh,
        dropout=0.0,
        recurrent_dropout=0.0,
    ):
        super().__init__()
        self.activation = activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_ih = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(hidden_size)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)

    def forward(self, x, h=None, mask=None):
        if h is None:
            h = x.new_zeros(len(x), self.weight_hh.shape[1])
        keep_x = F.dropout(torch.ones_like(x[:, :1]), self.dropout, self.training)
        keep_h = F.dropout(torch.ones_like(h), self.recurrent_dropout, self.training)
        from_x = F.linear(x * keep_x, self.weight_ih, self.bias)
        output, outputs = torch.zeros_like(h), []
        for step in range(x.shape[1]):
            new_h = self.activation(from_x[:, step] + (h * keep_h) @ self.weight_hh.T)
            if mask is None:
                output = h = new_h
            else:
                keep = mask[:, step, None]
                output = torch.where(keep, new_h, output)
                h = torch.where(keep, new_h, h)
            outputs.append(output)
        return torch.stack(outputs, dim=1), h
''',
    (),
    TORCH,
    NN,
    FUNCTIONAL,
)
