"""A small residual network, whose blocks are told how much their weights decay."""

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

digits = load_digits()
images = digits.images[:400, :, :, None] / 16.0
labels = digits.target[:400]


class Conv(nn.Module):
    def __init__(self, channels, filters, weight_decay, strides=1):
        super().__init__()
        self.conv2d = regularized(
            with_init(
                Conv2dSame(channels, filters, 3, stride=strides, bias=False),
                weight=he_normal_,
            ),
            l2=weight_decay,
        )
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        return self.batch_normalization(x)


class ResidualBlock(nn.Module):
    def __init__(self, channels, filters, weight_decay, strides=1):
        super().__init__()
        shortcut_channels = channels
        self.conv = Conv(channels, filters, weight_decay, strides)
        self.conv_1 = Conv(filters, filters, weight_decay)
        self.conv2d = (
            nn.Conv2d(shortcut_channels, filters, 1, stride=strides, bias=False)
            if strides > 1
            else None
        )

    def forward(self, x):
        shortcut = x
        x = F.relu(self.conv(x))
        x = self.conv_1(x)
        if self.conv2d is not None:
            # no decay where the sizes are brought together
            shortcut = self.conv2d(shortcut)
        return F.relu(x + shortcut)


class ResNet(nn.Module):
    def __init__(self, widths, weight_decay=1 / 1024):
        super().__init__()
        self.conv = Conv(1, widths[0], weight_decay)
        channels = widths[0]
        self.residual_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            self.residual_blocks.append(
                ResidualBlock(channels, width, weight_decay / 2**i, strides=2)
            )
            channels = width
        self.dense = constrained(
            nn.Linear(channels, 10), lambda weight: limit_norms(weight, 1, 1.5)
        )
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv(x))
        for residual_block in self.residual_blocks:
            x = residual_block(x)
        x = x.mean((2, 3))
        # the weights of each class stay short
        return self.dense(x)


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def constrained(layer, constraint):
    """A layer that knows what its weight is kept to after each step."""
    layer.constraint = constraint
    return layer


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def limit_norms(weight, dim, most):
    """Shorten what is longer along an axis."""
    norms = torch.linalg.vector_norm(weight, dim=dim, keepdim=True)
    weight.mul_(norms.clamp(max=most) / (norms + 1e-7))


def regularized(layer, **factors):
    """A layer that knows the factors of its regularizers, which `penalty` reads."""
    vars(layer).update(factors)
    return layer


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def penalty(model):
    """What the regularizers add to the loss."""
    return sum(
        layer.l2 * layer.weight.square().sum()
        for layer in model.modules()
        if hasattr(layer, "l2")
    )


@torch.no_grad()
def constrain(model):
    """Bring the weights back to what is allowed, after each step."""
    for layer in model.modules():
        if hasattr(layer, "constraint"):
            layer.constraint(layer.weight)


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss and accuracy over the samples."""
    model.train()
    loss_sum = correct = 0.0
    for inputs, targets in tqdm(loader):
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss = criterion(logits, targets) + penalty(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        constrain(model)
        loss_sum += loss.item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss and accuracy over the samples."""
    model.eval()
    loss_sum = correct = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        logits = model.forward_logits(inputs)
        loss_sum += (criterion(logits, targets) + penalty(model)).item() * len(inputs)
        correct += (logits.argmax(1) == targets).sum().item()
    return loss_sum / len(loader.dataset), correct / len(loader.dataset)


def build_resnet(widths, weight_decay=1 / 1024):
    return ResNet(widths, weight_decay).to(device)


model = build_resnet([8, 16])
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 25% are for validation
split = int(len(images) * 0.75)
train_data = TensorDataset(
    torch.as_tensor(images[:split], dtype=torch.float32),
    torch.as_tensor(labels[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(images[split:], dtype=torch.float32),
    torch.as_tensor(labels[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
for epoch in range(3):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    history["loss"].append(loss)
    history["accuracy"].append(accuracy)
    history["val_loss"].append(val_loss)
    history["val_accuracy"].append(val_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

print(history["val_loss"])
