"""Reverse digits, letter by letter: an encoder, a decoder, and what decodes with them."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

batch_size = 16
epochs = 3
latent_dim = 12
num_encoder_tokens, num_decoder_tokens = 10, 12
max_decoder_seq_length = 8

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(0)
numbers = rng.integers(0, 10, (100, 5))
encoder_input_data = np.eye(10)[numbers]
texts = np.concatenate([np.full((100, 1), 10), numbers[:, ::-1], np.full((100, 1), 11)], axis=1)
decoder_input_data = np.eye(12)[texts[:, :-1]]
decoder_target_data = np.eye(12)[texts[:, 1:]]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = single_bias(
            nn.LSTM(num_encoder_tokens, latent_dim, batch_first=True)
        )
        self.decoder_lstm = single_bias(
            nn.LSTM(num_decoder_tokens, latent_dim, batch_first=True)
        )
        self.decoder_dense = nn.Linear(latent_dim, num_decoder_tokens)
        self.apply(init_like_keras)

    def forward(self, encoder_inputs, decoder_inputs):
        _, state = self.encoder(encoder_inputs)
        decoder_outputs, _ = self.decoder_lstm(decoder_inputs, state)
        # logits: the loss applies the softmax
        return self.decoder_dense(decoder_outputs)


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
    for encoder_inputs, decoder_inputs, targets in tqdm(loader):
        encoder_inputs = encoder_inputs.to(device)
        decoder_inputs = decoder_inputs.to(device)
        targets = targets.to(device)
        logits = model(encoder_inputs, decoder_inputs)
        loss = criterion(logits.movedim(-1, 1), targets.movedim(-1, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(targets)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Mean loss over the samples."""
    model.eval()
    loss_sum = 0.0
    for encoder_inputs, decoder_inputs, targets in loader:
        encoder_inputs = encoder_inputs.to(device)
        decoder_inputs = decoder_inputs.to(device)
        targets = targets.to(device)
        logits = model(encoder_inputs, decoder_inputs)
        loss_sum += criterion(
            logits.movedim(-1, 1), targets.movedim(-1, 1)
        ).item() * len(targets)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def predict(model, x):
    """Outputs as numpy arrays."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    outputs = [model(batch.to(device)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


@torch.no_grad()
def predict_decoder_model(
    model, decoder_inputs, decoder_state_input_h, decoder_state_input_c
):
    """Outputs as numpy arrays."""
    model.eval()
    batches = DataLoader(
        TensorDataset(
            torch.as_tensor(decoder_inputs, dtype=torch.float32),
            torch.as_tensor(decoder_state_input_h, dtype=torch.float32),
            torch.as_tensor(decoder_state_input_c, dtype=torch.float32),
        ),
        batch_size=32,
    )
    outputs = [model(*(x.to(device) for x in batch)) for batch in batches]
    return [torch.cat(parts).cpu().numpy() for parts in zip(*outputs)]


model = Model().to(device)

criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

# The last 20% are for validation
split = int(len(encoder_input_data) * 0.8)
train_data = TensorDataset(
    torch.as_tensor(encoder_input_data[:split], dtype=torch.float32),
    torch.as_tensor(decoder_input_data[:split], dtype=torch.float32),
    torch.as_tensor(decoder_target_data[:split], dtype=torch.float32),
)
val_data = TensorDataset(
    torch.as_tensor(encoder_input_data[split:], dtype=torch.float32),
    torch.as_tensor(decoder_input_data[split:], dtype=torch.float32),
    torch.as_tensor(decoder_target_data[split:], dtype=torch.float32),
)
train_loader = DataLoader(train_data, batch_size=batch_size, shuffle=True)
val_loader = DataLoader(val_data, batch_size=batch_size)

for epoch in range(epochs):
    loss = train_epoch(model, train_loader, criterion, optimizer)
    val_loss = evaluate(model, val_loader, criterion)
    print(f"Epoch {epoch + 1}/{epochs} - loss: {loss:.4f} - val_loss: {val_loss:.4f}")


class Encoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.encoder = model.encoder

    def forward(self, encoder_inputs):
        _, (h, c) = self.encoder(encoder_inputs)
        state_h, state_c = h[-1], c[-1]
        return state_h, state_c


encoder_model = Encoder(model).to(device)


class Decoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.decoder_lstm = model.decoder_lstm
        self.decoder_dense = model.decoder_dense

    def forward(self, decoder_inputs, decoder_state_input_h, decoder_state_input_c):
        decoder_outputs, (h, c) = self.decoder_lstm(
            decoder_inputs,
            (decoder_state_input_h.unsqueeze(0), decoder_state_input_c.unsqueeze(0)),
        )
        state_h, state_c = h[-1], c[-1]
        decoder_outputs = F.softmax(self.decoder_dense(decoder_outputs), dim=-1)
        return decoder_outputs, state_h, state_c


decoder_model = Decoder(model).to(device)


def decode_sequence(input_seq):
    states_value = predict(encoder_model, input_seq)
    target_seq = np.zeros((1, 1, num_decoder_tokens))
    target_seq[0, 0, 10] = 1.0
    decoded, sure = [], []
    while len(decoded) < max_decoder_seq_length:
        output_tokens, h, c = predict_decoder_model(
            decoder_model, target_seq, *states_value
        )
        sampled = np.argmax(output_tokens[0, -1, :])
        decoded.append(sampled)
        sure.append(output_tokens[0, -1, sampled])
        if sampled == 11:
            break
        target_seq = np.zeros((1, 1, num_decoder_tokens))
        target_seq[0, 0, sampled] = 1.0
        states_value = [h, c]
    return decoded, sure


found = []
for seq_index in range(3):
    input_seq = encoder_input_data[seq_index : seq_index + 1]
    decoded, sure = decode_sequence(input_seq)
    print("Decoded:", decoded)
    found.append(np.mean(sure))
found = np.array(found)
