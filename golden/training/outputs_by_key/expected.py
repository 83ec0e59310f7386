"""A model that names its outputs: losses, metrics, targets and predictions go by the names."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(3)
reviews = rng.normal(size=(120, 12))
stars = reviews[:, :4].sum(axis=1, keepdims=True)
topic = np.argmax(reviews[:, 4:8], axis=1)
urgent = (reviews[:, 8] > 0).astype("float32")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 16)
        self.topic = nn.Linear(16, 4)
        self.urgent = nn.Linear(16, 1)
        self.stars = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        outputs = self.forward_logits(inputs)
        return {
            "topic": F.softmax(outputs["topic"], dim=-1),
            "urgent": torch.sigmoid(outputs["urgent"]),
            "stars": outputs["stars"],
        }

    def forward_logits(self, inputs):
        """The outputs before the softmax and the sigmoid, for the loss."""
        features = F.relu(self.dense(inputs))
        return {
            "topic": self.topic(features),
            "urgent": self.urgent(features),
            "stars": self.stars(features),
        }


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def train_epoch(
    model, loader, topic_criterion, urgent_criterion, stars_criterion, optimizer
):
    """Train on every batch once; mean loss, absolute error and accuracy over the samples."""
    model.train()
    loss_sum = topic_loss_sum = urgent_loss_sum = stars_loss_sum = 0.0
    stars_absolute_error = topic_correct = 0.0
    for inputs, topic_targets, urgent_targets, stars_targets in tqdm(loader):
        inputs = inputs.to(device)
        topic_targets = topic_targets.to(device)
        urgent_targets = urgent_targets.to(device)
        stars_targets = stars_targets.to(device)
        outputs = model.forward_logits(inputs)
        topic_loss = topic_criterion(outputs["topic"], topic_targets)
        urgent_loss = urgent_criterion(outputs["urgent"], urgent_targets)
        stars_loss = stars_criterion(outputs["stars"], stars_targets)
        loss = topic_loss + 0.5 * urgent_loss + 0.2 * stars_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
        topic_loss_sum += topic_loss.item()
        urgent_loss_sum += urgent_loss.item()
        stars_loss_sum += stars_loss.item()
        stars_absolute_error += (outputs["stars"] - stars_targets).abs().sum().item()
        topic_correct += (outputs["topic"].argmax(1) == topic_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        topic_loss_sum / len(loader),
        urgent_loss_sum / len(loader),
        stars_loss_sum / len(loader),
        stars_absolute_error / count,
        topic_correct / count,
    )


@torch.no_grad()
def evaluate(model, loader, topic_criterion, urgent_criterion, stars_criterion):
    """Mean loss, absolute error and accuracy over the samples."""
    model.eval()
    loss_sum = topic_loss_sum = urgent_loss_sum = stars_loss_sum = 0.0
    stars_absolute_error = topic_correct = 0.0
    for inputs, topic_targets, urgent_targets, stars_targets in loader:
        inputs = inputs.to(device)
        topic_targets = topic_targets.to(device)
        urgent_targets = urgent_targets.to(device)
        stars_targets = stars_targets.to(device)
        outputs = model.forward_logits(inputs)
        topic_loss = topic_criterion(outputs["topic"], topic_targets)
        urgent_loss = urgent_criterion(outputs["urgent"], urgent_targets)
        stars_loss = stars_criterion(outputs["stars"], stars_targets)
        loss = topic_loss + 0.5 * urgent_loss + 0.2 * stars_loss
        loss_sum += loss.item() * len(inputs)
        topic_loss_sum += topic_loss.item()
        urgent_loss_sum += urgent_loss.item()
        stars_loss_sum += stars_loss.item()
        stars_absolute_error += (outputs["stars"] - stars_targets).abs().sum().item()
        topic_correct += (outputs["topic"].argmax(1) == topic_targets).sum().item()
    count = len(loader.dataset)
    return (
        loss_sum / count,
        topic_loss_sum / len(loader),
        urgent_loss_sum / len(loader),
        stars_loss_sum / len(loader),
        stars_absolute_error / count,
        topic_correct / count,
    )


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays by their names."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return {
        key: torch.cat([given[key] for given in outputs]).cpu().numpy()
        for key in outputs[0]
    }


model = Model().to(device)
topic_criterion = nn.CrossEntropyLoss()
urgent_criterion = nn.BCEWithLogitsLoss()
stars_criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

targets = {"topic": topic, "urgent": urgent, "stars": stars}
train = {name: values[:90] for name, values in targets.items()}
held_out = {name: values[90:] for name, values in targets.items()}

train_data = TensorDataset(
    torch.as_tensor(reviews[:90], dtype=torch.float32),
    torch.as_tensor(train["topic"], dtype=torch.long).flatten(),
    torch.as_tensor(train["urgent"], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(train["stars"], dtype=torch.float32).reshape(-1, 1),
)
val_data = TensorDataset(
    torch.as_tensor(reviews[90:], dtype=torch.float32),
    torch.as_tensor(held_out["topic"], dtype=torch.long).flatten(),
    torch.as_tensor(held_out["urgent"], dtype=torch.float32).reshape(-1, 1),
    torch.as_tensor(held_out["stars"], dtype=torch.float32).reshape(-1, 1),
)
train_loader = DataLoader(train_data, batch_size=30, shuffle=True)
val_loader = DataLoader(val_data, batch_size=30)

history = {
    "loss": [],
    "topic_loss": [],
    "urgent_loss": [],
    "stars_loss": [],
    "stars_mae": [],
    "topic_accuracy": [],
    "val_loss": [],
    "val_topic_loss": [],
    "val_urgent_loss": [],
    "val_stars_loss": [],
    "val_stars_mae": [],
    "val_topic_accuracy": [],
}
for epoch in range(3):
    loss, topic_loss, urgent_loss, stars_loss, stars_mae, topic_accuracy = train_epoch(
        model,
        train_loader,
        topic_criterion,
        urgent_criterion,
        stars_criterion,
        optimizer,
    )
    (
        val_loss,
        val_topic_loss,
        val_urgent_loss,
        val_stars_loss,
        val_stars_mae,
        val_topic_accuracy,
    ) = evaluate(model, val_loader, topic_criterion, urgent_criterion, stars_criterion)
    history["loss"].append(loss)
    history["topic_loss"].append(topic_loss)
    history["urgent_loss"].append(urgent_loss)
    history["stars_loss"].append(stars_loss)
    history["stars_mae"].append(stars_mae)
    history["topic_accuracy"].append(topic_accuracy)
    history["val_loss"].append(val_loss)
    history["val_topic_loss"].append(val_topic_loss)
    history["val_urgent_loss"].append(val_urgent_loss)
    history["val_stars_loss"].append(val_stars_loss)
    history["val_stars_mae"].append(val_stars_mae)
    history["val_topic_accuracy"].append(val_topic_accuracy)
    print(
        f"Epoch {epoch + 1}/3 - loss: {loss:.4f} - topic_loss: {topic_loss:.4f}"
        f" - urgent_loss: {urgent_loss:.4f} - stars_loss: {stars_loss:.4f}"
        f" - stars_mae: {stars_mae:.4f} - topic_accuracy: {topic_accuracy:.4f}"
        f" - val_loss: {val_loss:.4f} - val_topic_loss: {val_topic_loss:.4f}"
        f" - val_urgent_loss: {val_urgent_loss:.4f}"
        f" - val_stars_loss: {val_stars_loss:.4f} - val_stars_mae: {val_stars_mae:.4f}"
        f" - val_topic_accuracy: {val_topic_accuracy:.4f}"
    )

print(history["val_topic_accuracy"])

# what it says of the reviews that it has not seen
predictions = predict(model, reviews[90:])
for name, values in predictions.items():
    print(name, values.shape)
found = predictions["topic"].argmax(axis=1)
alarms = int((predictions["urgent"] > 0.5).sum())
