import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def center_bgr(images):
    """BGR images without the mean colors of ImageNet; floats change in place."""
    if not np.issubdtype(images.dtype, np.floating):
        images = images.astype("float32")
    images -= np.array([123.68, 116.779, 103.939], dtype=images.dtype)
    return np.ascontiguousarray(images[..., ::-1])


def scale_to_ones(images):
    """Images with values from -1 to 1; floats change in place."""
    if not np.issubdtype(images.dtype, np.floating):
        images = images.astype("float32")
    images /= 127.5
    images -= 1
    return images


def standardize(images):
    """Images by the mean and deviation of ImageNet's colors; floats change in place."""
    if not np.issubdtype(images.dtype, np.floating):
        images = images.astype("float32")
    images /= 255
    images -= np.array([0.485, 0.456, 0.406], dtype=images.dtype)
    images /= np.array([0.229, 0.224, 0.225], dtype=images.dtype)
    return images


digits = load_digits()
images = np.repeat(digits.images[:200, :, :, np.newaxis], 3, axis=-1) * 15.0
labels = digits.target[:200]


def prepare(images, kind):
    """Images as one or another pretrained model wants them."""
    if kind == "mobilenet":
        return scale_to_ones(images)
    return standardize(images)


scores = []
for kind in ("mobilenet", "densenet"):
    x = prepare(images.copy(), kind)
    scores.append(x.mean())
bgr = center_bgr(images.copy())
by_mode = standardize(images.copy())
x = images.copy()
# one batch with a single image
first = np.expand_dims(x[0], axis=0)
first = center_bgr(first)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.dense = nn.Linear(144, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)  # logits: the loss applies the softmax


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Class probabilities as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat(
        [model(batch.to(device)).softmax(1).cpu() for batch in batches]
    ).numpy()


model = Model().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x = scale_to_ones(images)

train_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(labels, dtype=torch.long)
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)

for _ in range(2):
    train_epoch(model, train_loader, criterion, optimizer)

predictions = predict(model, x[:5])
