"""Stacked LSTM layers for a time series."""

from torch import nn

n_steps, n_features = 60, 1


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(n_features, 50, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.lstm_1 = nn.LSTM(50, 50, batch_first=True)
        self.dropout_1 = nn.Dropout(0.2)
        self.lstm_2 = nn.LSTM(50, 50, batch_first=True)
        self.dropout_2 = nn.Dropout(0.2)
        self.dense = nn.Linear(50, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        # First layer, with dropout
        x, _ = self.lstm(x)
        x = self.dropout(x)
        x, _ = self.lstm_1(x)
        x = self.dropout_1(x)
        # The last one gives only its last output
        x, _ = self.lstm_2(x)
        x = x[:, -1]
        x = self.dropout_2(x)
        return self.dense(x)


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


regressor = Regressor()
