"""The same training as a person writes it in torch: the same model, data, loss and metrics."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

Arrays = dict[str, Any]
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Images:
    def __init__(self, data: Arrays) -> None:
        self.model = nn.Sequential(
            nn.Conv2d(1, 16, 3),
            nn.ReLU(),
            nn.BatchNorm2d(16, eps=1e-3, momentum=0.01),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(1152, 10),
        ).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        images = torch.from_numpy(data["x_train"]).permute(0, 3, 1, 2)
        labels = torch.from_numpy(data["y_train"])
        self.loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

    def epoch(self) -> None:
        self.model.train()
        total = correct = 0.0
        for images, labels in tqdm(self.loader):
            images = images.to(device, memory_format=torch.channels_last)
            labels = labels.to(device)
            logits = self.model(images)
            loss = F.cross_entropy(logits, labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(images)
            correct += (logits.argmax(1) == labels).sum().item()


class Table:
    def __init__(self, data: Arrays) -> None:
        self.model = nn.Sequential(
            nn.Linear(13, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)
        ).to(device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        self.scheduler = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, 0.9**0.01)
        rows, values = (torch.from_numpy(data[name]).float() for name in ("x_train", "y_train"))
        self.loader = DataLoader(TensorDataset(rows, values), batch_size=32, shuffle=True)

    def epoch(self) -> None:
        self.model.train()
        total = error = 0.0
        first, second = self.model[0].weight, self.model[2].weight
        assert isinstance(first, Tensor)
        assert isinstance(second, Tensor)
        for rows, values in tqdm(self.loader):
            rows, values = rows.to(device), values.to(device)
            outputs = self.model(rows)
            loss = F.mse_loss(outputs, values) + 1e-4 * ((first**2).sum() + (second**2).sum())
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(self.model.parameters(), 0.5)
            self.optimizer.step()
            self.scheduler.step()
            total += loss.item() * len(rows)
            error += (outputs - values).abs().sum().item()


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1000, 32)
        self.lstm = nn.LSTM(32, 32, batch_first=True, bidirectional=True)
        self.output = nn.Linear(64, 1)

    def forward(self, tokens: Tensor) -> Any:
        _, (last, _) = self.lstm(self.embedding(tokens))
        return self.output(torch.cat([last[0], last[1]], dim=1)).squeeze(1)


class Texts:
    def __init__(self, data: Arrays) -> None:
        self.model = Classifier().to(device)
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), lr=1e-3, alpha=0.9)
        tokens, labels = torch.from_numpy(data["x_train"]), torch.from_numpy(data["y_train"])
        weights = torch.tensor([1.0, 3.0])[labels]
        samples = TensorDataset(tokens, labels.float(), weights)
        self.loader = DataLoader(samples, batch_size=32, shuffle=True)

    def epoch(self) -> None:
        self.model.train()
        total = correct = 0.0
        for tokens, labels, weights in tqdm(self.loader):
            tokens, labels = tokens.to(device), labels.to(device)
            logits = self.model(tokens)
            loss = F.binary_cross_entropy_with_logits(logits, labels, weights.to(device))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(tokens)
            correct += ((logits > 0) == labels).sum().item()
