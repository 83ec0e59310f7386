import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

x, y = np.random.rand(64, 5, 4), np.random.rand(64, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 3, batch_first=True)
        self.dense = nn.Linear(3, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x, _ = self.lstm(x)
        x = x[:, -1]
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.LSTM):
        for name, weight in module.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(weight)
            elif "weight_hh" in name:
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if "bias_ih" in name:
                nn.init.ones_(weight.detach().chunk(4)[1])  # forget gate


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


model = Model().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for epoch in range(2):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f}")

# TODO(tf2torch) T2T101: `count_params` is left as it is: torch keeps other weights than Keras
print(model.count_params())
# TODO(tf2torch) T2T101: `get_weights` is left as it is: the weights of keras.layers.LSTM are stored in another way
weights = model.get_weights()
for w in weights:
    print(w.shape)
# TODO(tf2torch) T2T101: `set_weights` is left as it is: the weights of keras.layers.LSTM are stored in another way
model.set_weights([w * 0.5 for w in weights])
