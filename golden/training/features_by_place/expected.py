"""Features of a trained classifier, from the layer before its last one; then a new last layer."""

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

X, y = load_iris(return_X_y=True)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 16)
        self.dropout = nn.Dropout(0.2)
        self.embedding = nn.Linear(16, 8)
        self.dense_1 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        x = torch.tanh(self.embedding(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

train_data = TensorDataset(
    torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(3):
    train_epoch(model, train_loader, criterion, optimizer)

print("layers:", 5)


class Extractor(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.dense = model.dense
        self.dropout = model.dropout
        self.embedding = model.embedding

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return torch.tanh(self.embedding(x))


# the output of the layer before the last one
extractor = Extractor(model).to(device)
features = predict(extractor, X)
classifier = LogisticRegression().fit(features, y)
print(classifier.score(features, y))

# train the last layer alone
model.dense.requires_grad_(False)
model.embedding.requires_grad_(False)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

train_data = TensorDataset(
    torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)
