import numpy as np
from keras.models import Sequential
from keras.layers import Dense, LSTM, Input
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import MinMaxScaler

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

# create and fit the LSTM network
model = Sequential()
model.add(Input((look_back, 1)))
model.add(LSTM(4))
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer='sgd')
model.fit(trainX, trainY, epochs=3, batch_size=8, verbose=2, shuffle=False)

# make predictions
trainPredict = model.predict(trainX)
testPredict = model.predict(testX)
# invert predictions
trainPredict = scaler.inverse_transform(trainPredict)
testPredict = scaler.inverse_transform(testPredict)
trainScore = np.sqrt(np.mean((scaler.inverse_transform([trainY])[0] - trainPredict[:, 0]) ** 2))
print('Train Score: %.2f RMSE' % (trainScore))
