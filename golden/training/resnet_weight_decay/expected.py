"""A small residual network on handwritten digits, after He et al."""

from functools import partial

from sklearn.datasets import load_digits
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

WEIGHT_DECAY = 1e-3

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class ResNetLayer(nn.Module):
    """2D convolution and activation."""

    def __init__(
        self, channels, num_filters=8, kernel_size=3, strides=1, activation="relu"
    ):
        super().__init__()
        self.conv = with_init(
            Conv2dSame(channels, num_filters, kernel_size, stride=strides),
            weight=he_normal_,
        )
        self.activation = (
            ChannelsFirstActivation(activation) if activation is not None else None
        )

    def forward(self, x):
        x = self.conv(x)
        if self.activation is not None:
            x = self.activation(x)
        return x


class ResNet(nn.Module):
    def __init__(self, input_shape, depth, num_classes=10):
        super().__init__()
        num_filters = 4
        self.resnet_layer = ResNetLayer(input_shape[-1], num_filters)
        channels = num_filters
        self.resnet_layers = nn.ModuleList()
        self.resnet_layers_1 = nn.ModuleList()
        self.resnet_layers_2 = nn.ModuleList()
        for stack in range(2):
            resnet_layers = nn.ModuleList()
            resnet_layers_1 = nn.ModuleList()
            resnet_layers_2 = nn.ModuleList()
            for block in range(depth):
                first = stack > 0 and block == 0
                # downsample at the first layer of each stack but the first
                strides = 2 if first else 1
                resnet_layers.append(
                    ResNetLayer(channels, num_filters, strides=strides)
                )
                resnet_layers_1.append(
                    ResNetLayer(num_filters, num_filters, activation=None)
                )
                resnet_layers_2.append(
                    ResNetLayer(channels, num_filters, 1, strides, activation=None)
                    if first
                    else None
                )
                channels = num_filters
            self.resnet_layers.append(resnet_layers)
            self.resnet_layers_1.append(resnet_layers_1)
            self.resnet_layers_2.append(resnet_layers_2)
            num_filters *= 2
        self.dense = nn.Linear(channels, num_classes)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.forward_logits(x), dim=-1)

    def forward_logits(self, x):
        """The scores before the softmax, for the loss."""
        x = x.permute(0, 3, 1, 2)
        x = self.resnet_layer(x)
        for resnet_layers, resnet_layers_1, resnet_layers_2 in zip(
            self.resnet_layers, self.resnet_layers_1, self.resnet_layers_2
        ):
            for resnet_layer, resnet_layer2, resnet_layer3 in zip(
                resnet_layers, resnet_layers_1, resnet_layers_2
            ):
                y = resnet_layer(x)
                y = resnet_layer2(y)
                if resnet_layer3 is not None:
                    x = resnet_layer3(x)
                x = x + y
                x = F.relu(x)
        x = x.mean((2, 3))
        return self.dense(x)


class Activation(nn.Module):
    """An activation by its Keras name; a function stands for itself."""

    functions = {
        None: nn.Identity(),
        "elu": F.elu,
        "exponential": torch.exp,
        "gelu": F.gelu,
        "hard_sigmoid": F.hardsigmoid,
        "leaky_relu": partial(F.leaky_relu, negative_slope=0.2),
        "linear": nn.Identity(),
        "log_softmax": partial(F.log_softmax, dim=-1),
        "mish": F.mish,
        "relu": F.relu,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": torch.sigmoid,
        "silu": F.silu,
        "softmax": partial(F.softmax, dim=-1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "swish": F.silu,
        "tanh": torch.tanh,
    }

    def __init__(self, name):
        super().__init__()
        if not callable(name) and name not in self.functions:
            raise ValueError(f"unknown activation: {name!r}")
        self.function = name if callable(name) else self.functions[name]

    def forward(self, x):
        return self.function(x)


class ChannelsFirstActivation(Activation):
    """The same where channels are at dimension 1: softmax runs over them."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


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


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


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
        nn.init.zeros_(module.bias)


def penalty(model):
    """What the regularizers add to the loss."""
    return WEIGHT_DECAY * sum(
        layer.weight.square().sum()
        for layer in model.modules()
        if isinstance(layer, nn.Conv2d)
    )


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


def resnet(input_shape, depth, num_classes=10):
    return ResNet(input_shape, depth, num_classes).to(device)


digits = load_digits()
x = digits.images[:400, :, :, None] / 16.0
y = digits.target[:400]

model = resnet(x.shape[1:], depth=2)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

# The last 20% are for validation
split = int(len(x) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(x[:split], dtype=torch.float32),
    torch.as_tensor(y[:split], dtype=torch.long),
)
val_data = TensorDataset(
    torch.as_tensor(x[split:], dtype=torch.float32),
    torch.as_tensor(y[split:], dtype=torch.long),
)
train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
val_loader = DataLoader(val_data, batch_size=32)

for epoch in range(2):
    loss, accuracy = train_epoch(model, train_loader, criterion, optimizer)
    val_loss, val_accuracy = evaluate(model, val_loader, criterion)
    print(
        f"Epoch {epoch + 1}/2 - loss: {loss:.4f} - accuracy: {accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {val_accuracy:.4f}"
    )

test_data = TensorDataset(
    torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.long)
)
loss, accuracy = evaluate(model, DataLoader(test_data, batch_size=32), criterion)
print(f"loss {loss:.3f}, accuracy {accuracy:.3f}")
