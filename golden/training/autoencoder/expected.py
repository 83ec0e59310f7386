import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

# This is the size of our encoded representations
encoding_dim = 12

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, encoding_dim)
        self.dense_1 = nn.Linear(encoding_dim, 64)
        self.apply(init_like_keras)

    def forward(self, input_img):
        # This is our input image
        encoded = F.relu(self.dense(input_img))
        return self.dense_1(encoded)  # logits: the loss applies the sigmoid


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss_sum += criterion(logits, targets).item() * len(inputs)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).sigmoid().cpu() for batch in batches]
    ).numpy()


@torch.no_grad()
def predict_encoder(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


# This model maps an input to its reconstruction
autoencoder = Autoencoder().to(device)


class Encoder(nn.Module):
    def __init__(self, autoencoder):
        super().__init__()
        self.dense = autoencoder.dense

    def forward(self, input_img):
        return F.relu(self.dense(input_img))


# This model maps an input to its encoded representation
encoder = Encoder(autoencoder).to(device)

criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.01)

x_all = load_digits().data
x_train = x_all[:1400].astype('float32') / 16.
x_test = x_all[1400:].astype('float32') / 16.
print(x_train.shape)

train_data = TensorDataset(
    torch.as_tensor(x_train, dtype=torch.float32),
    torch.as_tensor(x_train, dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(x_test, dtype=torch.float32),
    torch.as_tensor(x_test, dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=256, shuffle=True)
val_loader = DataLoader(val_data, batch_size=256)

for epoch in range(3):
    loss = train_epoch(autoencoder, train_loader, criterion, optimizer)
    val_loss = evaluate(autoencoder, val_loader, criterion)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - val_loss: {val_loss:.4f}")

encoded_imgs = predict_encoder(encoder, x_test)
decoded_imgs = predict(autoencoder, x_test)
mean_code = encoded_imgs.mean()
