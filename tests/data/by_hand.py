"""A step of training that is written for one network and one batch size, to save all that can be.

It says how much of a step's time NumPy's calls need, whatever library makes them. Results go into
memory that is kept, the learning rate is multiplied into the smallest gradient, nothing is checked,
x is centred once, there are no moving averages, and no biases where batch norm takes them out.
"""

import numpy as np

EPS = np.float32(1e-5)


class ByHand:
    """Layers of sigmoids and a softmax, in float32, with batch norm before each sigmoid or without.

    weights: one array for each layer, changed in place.
    """

    def __init__(self, weights, batch, rate, norm):
        self.W, self.rate, self.norm = weights, np.float32(rate), norm
        self.dW = [np.empty_like(W) for W in weights]
        self.b = [np.zeros(W.shape[1], np.float32) for W in weights]
        self.gamma = [np.ones_like(b) for b in self.b[:-1]]
        self.x = [np.empty((batch, len(W)), np.float32) for W in weights]  # what goes into a layer
        self.dx, self.x_hat, self.spare = ([np.empty_like(x) for x in self.x] for _ in range(3))
        self.std = [None] * len(weights)
        self.logits = np.empty((batch, len(self.b[-1])), np.float32)
        self.ones, self.rows = np.ones(batch, np.float32), np.arange(batch)
        self.classes = np.ones(len(self.b[-1]), np.float32)

    def step(self, x, labels, indices):
        """Train on the examples of these indices; return the loss."""
        np.take(x, indices, axis=0, out=self.x[0], mode="clip")
        labels = labels[indices]
        *hidden, last = range(len(self.W))
        for i in hidden:
            self._hidden(i, self.x[i], self.x[i + 1])
        p = np.dot(self.x[last], self.W[last], out=self.logits)
        p += self.b[last]
        loss = self._loss(p, labels)

        dy = p
        for i in reversed(range(len(self.W))):
            np.dot(self.x[i].T, dy, out=self.dW[i])
            if i == last or not self.norm:
                self.b[i] -= self.ones.dot(dy)
            if i:
                dy = self._backward(i, np.dot(dy, self.W[i].T, out=self.dx[i]))
            self.W[i] -= self.dW[i]
        return loss

    def _hidden(self, i, x, h):
        z = np.dot(x, self.W[i], out=h)
        if self.norm:
            m, x_hat, spare = len(x), self.x_hat[i + 1], self.spare[i + 1]
            np.subtract(z, self.ones.dot(z) / m, out=x_hat)
            var = self.ones.dot(np.multiply(x_hat, x_hat, out=spare)) / m
            self.std[i + 1] = std = np.sqrt(var + EPS)
            x_hat *= 1 / std
            np.multiply(x_hat, self.gamma[i], out=z)
        z += self.b[i]  # with batch norm, beta
        z *= np.float32(0.5)
        np.tanh(z, out=z)
        z *= np.float32(0.5)
        z += np.float32(0.5)

    def _loss(self, p, labels):
        """The loss; p becomes its gradient, times the learning rate."""
        p -= p.max(axis=1, keepdims=True)
        true = p[self.rows, labels]
        total = np.exp(p, out=p).dot(self.classes)
        share = self.rate / len(p)
        p *= (share / total)[:, None]
        p[self.rows, labels] -= share
        return (np.log(total) - true).sum() / len(p)

    def _backward(self, i, dy):
        """Through the sigmoid, and through batch norm."""
        h, spare = self.x[i], self.spare[i]
        np.subtract(np.float32(1), h, out=spare)
        spare *= h
        dy *= spare
        if self.norm:
            m, x_hat = len(h), self.x_hat[i]
            dgamma = self.ones.dot(np.multiply(dy, x_hat, out=spare))
            dbeta = self.ones.dot(dy)
            dy -= np.multiply(x_hat, dgamma / m, out=spare)
            dy -= dbeta / m
            dy *= self.gamma[i - 1] / self.std[i]
            self.gamma[i - 1] -= dgamma
            self.b[i - 1] -= dbeta
        return dy
