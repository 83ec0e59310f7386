"""A trained network, and what its first layers make of an image."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(5)
images = rng.random((48, 12, 12, 1))
labels = (images[:, :6].mean(axis=(1, 2, 3)) > 0.5).astype("float32")


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 4, 3)
        self.conv2d_1 = nn.Conv2d(4, 6, 3)
        self.dense = nn.Linear(54, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.forward_logits(x))

    def forward_logits(self, x):
        """The scores before the sigmoid, for the loss."""
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv2d_1(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += ((logits > 0) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


classifier = Classifier().to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(classifier.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(images, dtype=torch.float32),
    torch.as_tensor(labels, dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)

for epoch in range(2):
    loss, accuracy = train_epoch(classifier, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}")


class Activation(nn.Module):
    def __init__(self, classifier):
        super().__init__()
        self.conv2d = classifier.conv2d
        self.conv2d_1 = classifier.conv2d_1

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        features = x
        x = F.max_pool2d(x, 2)
        features2 = x
        x = F.relu(self.conv2d_1(x))
        features3 = x
        return (
            features.permute(0, 2, 3, 1),
            features2.permute(0, 2, 3, 1),
            features3.permute(0, 2, 3, 1),
        )


# Extracts the outputs of the top layers
# Creates a model that will return these outputs, given the model input
activation_model = Activation(classifier).to(device)
activations = predict(activation_model, images[:1])
first_layer_activation = activations[0]
print(first_layer_activation.shape)

for number, activation in enumerate(activations):
    n_features = activation.shape[-1]
    print(number, n_features, float(activation.mean()))
