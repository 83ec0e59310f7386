import random
import numpy as np
from collections import deque
from keras.models import Sequential
from keras.layers import Dense
from keras.optimizers import SGD

EPISODES = 2


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

    def _build_model(self):
        # Neural Net for Deep-Q learning Model
        model = Sequential()
        model.add(Dense(24, input_dim=self.state_size, activation="relu"))
        model.add(Dense(24, activation="relu"))
        model.add(Dense(self.action_size, activation="linear"))
        model.compile(loss="mse", optimizer=SGD(learning_rate=self.learning_rate))
        return model

    def memorize(self, state, action, reward, next_state, done):
        self.memory.append((state, action, reward, next_state, done))

    def act(self, state):
        if np.random.rand() <= self.epsilon:
            return random.randrange(self.action_size)
        act_values = self.model.predict(state)
        return np.argmax(act_values[0])  # returns action

    def values(self, states):
        return self.model.predict(states)

    def replay(self, batch_size):
        minibatch = random.sample(self.memory, batch_size)
        for state, action, reward, next_state, done in minibatch:
            target = reward
            if not done:
                target = reward + self.gamma * np.amax(self.model.predict(next_state)[0])
            target_f = self.model.predict(state)
            target_f[0][action] = target
            self.model.fit(state, target_f, epochs=1, verbose=0)
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
