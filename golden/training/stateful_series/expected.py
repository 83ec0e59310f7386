import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

tsteps = 2
batch_size = 5
epochs = 3

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def cosine(amplitude=2.0, period=20, length=60, k=0.01):
    series = np.zeros((length, tsteps, 1))
    for i in range(length):
        series[i, :, 0] = amplitude * np.cos(2 * np.pi * i / period) * np.exp(-k * i)
    return series


series = cosine()
expected = np.roll(series[:, -1], -1, axis=0)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = single_bias(StatefulLSTM(1, 8, batch_first=True))
        self.simple_rnn = single_bias(StatefulRNN(8, 8, batch_first=True))
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.lstm(x)
        x, _ = self.simple_rnn(x)
        x = x[:, -1]
        return self.dense(x)


class StatefulLSTM(nn.LSTM):
    """Starts from the state in which the batch before has left it, until that is reset."""

    state = None

    def forward(self, x):
        outputs, state = super().forward(x, self.state)
        self.state = tuple(part.detach() for part in state)
        return outputs, state

    def reset_state(self):
        self.state = None


class StatefulRNN(nn.RNN):
    """Starts from the state in which the batch before has left it, until that is reset."""

    state = None

    def forward(self, x):
        outputs, state = super().forward(x, self.state)
        self.state = state.detach()
        return outputs, state

    def reset_state(self):
        self.state = None


def reset_states(model):
    """Let the layers that keep their state start from zeros again."""
    for module in model.modules():
        if hasattr(module, "reset_state"):
            module.reset_state()


def single_bias(rnn):
    """Keep torch's second bias at zero: Keras has one bias only."""
    for name, bias in list(rnn.named_parameters()):
        if name.startswith("bias_hh"):
            delattr(rnn, name)
            rnn.register_buffer(name, None)
            setattr(rnn, name, torch.zeros_like(bias.detach()))
    return rnn


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.LSTM, nn.RNN)):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name and isinstance(module, nn.LSTM):
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x, batch_size=32):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(batch_size)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for i in range(epochs):
    # the series goes on from batch to batch, and begins again with each epoch
    train_data = TensorDataset(
        torch.as_tensor(series, dtype=torch.float32),
        torch.as_tensor(expected, dtype=torch.float32).reshape(len(expected), -1),
    )
    train_loader = DataLoader(train_data, batch_size=batch_size)
    train_epoch(model, train_loader, criterion, optimizer)
    reset_states(model)

predicted = predict(model, series, batch_size=batch_size)
again = predict(model, series, batch_size=batch_size)
print(np.abs(predicted - again).max())
