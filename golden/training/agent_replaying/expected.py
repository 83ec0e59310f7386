import random
import numpy as np
from collections import deque
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

EPISODES = 2

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Model(nn.Module):
    def __init__(self, action_size, state_size):
        super().__init__()
        self.dense = nn.Linear(state_size, 24)
        self.dense_1 = nn.Linear(24, 24)
        self.dense_2 = nn.Linear(24, action_size)
        self.apply(init_like_keras)

    def forward(self, x):
        # Neural Net for Deep-Q learning Model
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)


def with_axes_of(outputs, targets):
    """Give targets the last axis of one number that they lack, or have besides."""
    if targets.dim() == outputs.dim() + 1:
        return targets.squeeze(-1)
    if targets.dim() == outputs.dim() - 1 and outputs.shape[-1] == 1:
        return targets.unsqueeze(-1)
    return targets


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


@torch.no_grad()
def predict(model, x):
    """Outputs as a numpy array."""
    model.eval()
    batches = torch.as_tensor(x, dtype=torch.float32).split(32)
    return torch.cat([model(batch.to(device)).cpu() for batch in batches]).numpy()


def train_epoch(model, loader, criterion, optimizer):
    """Train on every batch once; mean loss over the samples."""
    model.train()
    loss_sum = 0.0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, with_axes_of(outputs, targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(inputs)
    return loss_sum / len(loader.dataset)


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size = state_size
        self.action_size = action_size
        self.memory = deque(maxlen=2000)
        self.gamma = 0.95  # discount rate
        self.epsilon = 1.0  # exploration rate
        self.epsilon_min = 0.01
        self.epsilon_decay = 0.995
        self.learning_rate = 0.0625
        self.model = self._build_model()
        self.criterion = nn.MSELoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.learning_rate)

    def _build_model(self):
        return Model(self.action_size, self.state_size).to(device)

    def memorize(self, state, action, reward, next_state, done):
        self.memory.append((state, action, reward, next_state, done))

    def act(self, state):
        if np.random.rand() <= self.epsilon:
            return random.randrange(self.action_size)
        act_values = predict(self.model, state)
        return np.argmax(act_values[0])  # returns action

    def values(self, states):
        return predict(self.model, states)

    def replay(self, batch_size):
        minibatch = random.sample(self.memory, batch_size)
        for state, action, reward, next_state, done in minibatch:
            target = reward
            if not done:
                target = reward + self.gamma * np.amax(
                    predict(self.model, next_state)[0]
                )
            target_f = predict(self.model, state)
            target_f[0][action] = target
            train_data = TensorDataset(
                torch.as_tensor(state, dtype=torch.float32),
                torch.as_tensor(target_f, dtype=torch.float32),
            )
            train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
            train_epoch(self.model, train_loader, self.criterion, self.optimizer)
        if self.epsilon > self.epsilon_min:
            self.epsilon *= self.epsilon_decay


class Corridor:
    """Walk to the right end; each step costs a little."""

    def reset(self):
        self.place = 2
        return np.array([self.place / 5, 1.0])

    def step(self, action):
        self.place += 1 if action else -1
        done = self.place in (0, 5)
        reward = 1.0 if self.place == 5 else -0.1
        return np.array([self.place / 5, 1.0]), reward, done


if __name__ == "__main__":
    env = Corridor()
    agent = DQNAgent(2, 2)
    random.seed(1)
    np.random.seed(1)
    batch_size = 4
    rewards = []
    for episode in range(EPISODES):
        state = np.reshape(env.reset(), [1, 2])
        total = 0.0
        for time in range(7):
            action = agent.act(state)
            next_state, reward, done = env.step(action)
            next_state = np.reshape(next_state, [1, 2])
            agent.memorize(state, action, reward, next_state, done)
            state = next_state
            total += reward
            if done:
                print("episode: {}/{}, e: {:.2}".format(episode, EPISODES, agent.epsilon))
                break
            if len(agent.memory) > batch_size:
                agent.replay(batch_size)
        rewards.append(total)
    rewards = np.array(rewards)
    values = agent.values(np.array([[0.2, 1.0], [0.8, 1.0]]))
