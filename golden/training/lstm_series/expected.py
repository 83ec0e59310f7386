import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import MinMaxScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

np.random.seed(1)
series = load_diabetes().data[:200, 2:3]
scaler = MinMaxScaler(feature_range=(0, 1))
dataset = scaler.fit_transform(series)


# convert an array of values into a dataset matrix
def create_dataset(dataset, look_back=1):
    dataX, dataY = [], []
    for i in range(len(dataset) - look_back - 1):
        a = dataset[i:(i + look_back), 0]
        dataX.append(a)
        dataY.append(dataset[i + look_back, 0])
    return np.array(dataX), np.array(dataY)


train_size = int(len(dataset) * 0.67)
train, test = dataset[0:train_size, :], dataset[train_size:, :]
look_back = 3
trainX, trainY = create_dataset(train, look_back)
testX, testY = create_dataset(test, look_back)

# reshape input to be [samples, time steps, features]
trainX = np.reshape(trainX, (trainX.shape[0], look_back, 1))
testX = np.reshape(testX, (testX.shape[0], look_back, 1))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = single_bias(nn.LSTM(1, 4, batch_first=True))
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        # create and fit the LSTM network
        x, _ = self.lstm(x)
        x = x[:, -1]
        return self.dense(x)


def single_bias(rnn):
    """Keep torch's second bias at zero: Keras has one bias only."""
    for name, bias in list(rnn.named_parameters()):
        if name.startswith("bias_hh"):
            delattr(rnn, name)
            rnn.register_buffer(name, None)
            setattr(rnn, name, torch.zeros_like(bias.detach()))
    return rnn


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
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
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
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

train_data = TensorDataset(
    torch.as_tensor(trainX, dtype=torch.float32),
    torch.as_tensor(trainY, dtype=torch.float32).reshape(len(trainY), -1),
)
train_loader = DataLoader(train_data, batch_size=8)

for epoch in range(3):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    print(f"Epoch {epoch + 1}/3 - loss: {loss:.4f}")

# make predictions
trainPredict = predict(model, trainX)
testPredict = predict(model, testX)
# invert predictions
trainPredict = scaler.inverse_transform(trainPredict)
testPredict = scaler.inverse_transform(testPredict)
trainScore = np.sqrt(np.mean((scaler.inverse_transform([trainY])[0] - trainPredict[:, 0]) ** 2))
print('Train Score: %.2f RMSE' % (trainScore))
