import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from sklearn.datasets import load_digits

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

images = load_digits().images[:400, :, :, np.newaxis] / 16.0
masks = (images > 0.5).astype(np.float32)


class UNet(nn.Module):
    def __init__(self, input_size=(8, 8, 1)):
        super().__init__()
        self.conv2d = nn.Conv2d(input_size[-1], 8, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(8, 16, 3, padding="same")
        self.conv2d_transpose = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.conv2d_2 = nn.Conv2d(16, 1, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return torch.sigmoid(self.forward_logits(inputs))

    def forward_logits(self, inputs):
        """The scores before the sigmoid, for the loss."""
        inputs = inputs.permute(0, 3, 1, 2)
        c1 = F.relu(self.conv2d(inputs))
        p1 = F.max_pool2d(c1, 2)
        c2 = F.relu(self.conv2d_1(p1))
        u1 = self.conv2d_transpose(c2)
        u1 = torch.cat([u1, c1], dim=1)
        outputs = self.conv2d_2(u1)
        return outputs.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        targets = targets.view_as(logits)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).double().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        targets = targets.view_as(logits)
        loss_sum += criterion(logits, targets).item() * len(inputs)
        correct += ((logits > 0) == targets).double().mean().item() * len(inputs)
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def unet(input_size=(8, 8, 1)):
    return UNet(input_size).to(device)


model = unet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

# The last 10% are for validation
split = int(len(images) * 0.9)
train_data = TensorDataset(
    torch.as_tensor(images[:split], dtype=torch.float32),
    torch.as_tensor(masks[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(images[split:], dtype=torch.float32),
    torch.as_tensor(masks[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=40, shuffle=True)
val_loader = DataLoader(val_data, batch_size=40)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

predicted = predict(model, images[-10:])
predicted_t = (predicted > 0.5).astype(np.uint8)
iou = (predicted_t * masks[-10:]).sum() / np.maximum(predicted_t, masks[-10:]).sum()
