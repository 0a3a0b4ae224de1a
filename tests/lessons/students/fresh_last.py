"""Functions written by somebody who saw the notebooks' texts only: the others of 11."""

import statistics

import numpy as np

from . import right, wrong


# The paper's algorithm: gradients for the variance and the mean first, then for H.
@right("gradients")
def algorithm_of_the_paper(dy, H_hat, gamma, std):
    N = dy.shape[0]
    centered = H_hat * std
    d_hat = dy * gamma
    dvar = np.sum(d_hat * centered, axis=0) * -0.5 * std**-3.0
    dmean = -np.sum(d_hat / std, axis=0) - 2 * dvar * centered.mean(axis=0)
    dH = d_hat / std + dvar * 2 * centered / N + dmean / N
    dgamma = np.sum(dy * H_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    return dH, dgamma, dbeta


# The sums dγ and dβ come first, and dH is made from them, N times as large and then divided by N.
@right("gradients")
def sums_first(dy, H_hat, gamma, std):
    N = len(dy)
    dbeta = np.ones(N) @ dy
    dgamma = np.einsum("nu,nu->u", dy, H_hat)
    dH = np.array(dy, dtype=float)
    dH *= N
    dH -= dbeta
    dH -= dgamma * H_hat
    dH *= gamma / (N * std)
    return dH, dgamma, dbeta


@wrong(
    "gradients",
    "The gradients of γ and β are averaged over the examples; they have to be summed.",
    r"(?s)dγ is a mean over the examples.*dβ",
)
def averaged(dy, H_hat, gamma, std):
    dgamma = np.mean(dy * H_hat, axis=0)
    dbeta = np.mean(dy, axis=0)
    dH = gamma / std * (dy - dbeta - H_hat * dgamma)
    return dH, dgamma, dbeta


@wrong(
    "gradients",
    "Multiplies dy by γ before the gradients of γ and β are taken, so both contain a γ too many.",
    r"(?s)dγ is multiplied by γ.*dβ is multiplied by γ",
)
def gamma_too_many(dy, H_hat, gamma, std):
    dy = dy * gamma
    dgamma = np.sum(dy * H_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dH = (dy - dy.mean(axis=0) - H_hat * (dy * H_hat).mean(axis=0)) / std
    return dH, dgamma, dbeta


@wrong(
    "gradients",
    "Takes the product of the means of dy and Ĥ instead of the mean of their product; since Ĥ"
    " has mean 0, the whole term vanishes.",
    r"become 0: the mean of H_hat is 0",
)
def product_of_means(dy, H_hat, gamma, std):
    mean_dy = dy.mean(axis=0)
    along = mean_dy * H_hat.mean(axis=0)
    dH = gamma / std * (dy - mean_dy - H_hat * along)
    return dH, (dy * H_hat).sum(axis=0), dy.sum(axis=0)


@wrong(
    "gradients",
    "Changes the caller's dy: the lines with −= and *= work in place.",
    r"changes the dy",
)
def changes_dy(dy, H_hat, gamma, std):
    dgamma = (dy * H_hat).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dy -= dbeta / len(dy)
    dy -= H_hat * dgamma / len(dy)
    dy *= gamma / std
    return dy, dgamma, dbeta


# Row by row, each with nothing but the remembered numbers.
@right("inference")
def row_by_row(H, gamma, beta, mean, var, eps):
    Y = np.empty(H.shape, dtype=float)
    for i, row in enumerate(H):
        Y[i] = beta + (row - mean) / np.sqrt(var + eps) * gamma
    return Y


# A product with a diagonal matrix of slopes, plus the constant that belongs to the line.
@right("inference")
def diagonal_matrix(H, gamma, beta, mean, var, eps):
    slope = gamma / np.hypot(np.sqrt(var), np.sqrt(eps))
    return H @ np.diag(slope) + (beta - slope * mean)


@wrong(
    "inference",
    "The mean is the remembered one, but the variance is still measured on this batch.",
    r"Whatever var is",
)
def variance_of_this_batch(H, gamma, beta, mean, var, eps):
    var = ((H - mean) ** 2).mean(axis=0)
    H_hat = (H - mean) / np.sqrt(var + eps)
    return gamma * H_hat + beta


@wrong(
    "inference",
    "Multiplies the remembered variance by N/(N − 1) with the N of this batch; it was "
    "corrected before it was remembered.",
    r"var \* \(N / \(N - 1\)\).*factor too many",
)
def corrects_var_again(H, gamma, beta, mean, var, eps):
    N = len(H)
    if N > 1:
        var = var * N / (N - 1)
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


@wrong(
    "inference",
    "γ multiplies β as well, because β is added before γ multiplies.",
    r"γ multiplies β too",
)
def gamma_times_beta(H, gamma, beta, mean, var, eps):
    Y = (H - mean) / np.sqrt(var + eps)
    Y += beta
    Y *= gamma
    return Y


@wrong(
    "inference",
    "ε stands behind the parenthesis of the root, so it is added to the result instead of to "
    "the variance.",
    r"np\.sqrt\(var\) \+ eps.*`eps` belongs to another place",
)
def eps_behind_the_root(H, gamma, beta, mean, var, eps):
    H_hat = (H - mean) / np.sqrt(var) + eps
    return gamma * H_hat + beta


# Mean and variance of each column from Python's statistics module, whose variance divides by N −
# 1.
@right("running")
def statistics_module(mean, var, H, momentum):
    columns = H.T.astype(float).tolist()
    batch_mean = np.array([statistics.fmean(column) for column in columns])
    batch_var = np.array([statistics.variance(column) for column in columns])
    mean = mean - momentum * mean + momentum * batch_mean
    var = var - momentum * var + momentum * batch_var
    return mean, var


# np.average with the two weights 1 − momentum and momentum.
@right("running")
def np_average(mean, var, H, momentum):
    weights = [1 - momentum, momentum]
    new_mean = np.average(np.stack([mean, H.mean(axis=0)]), axis=0, weights=weights)
    new_var = np.average(np.stack([var, H.var(axis=0, ddof=1)]), axis=0, weights=weights)
    return new_mean, new_var


# keepdims leaves the new mean and var with the shape (1, units) instead of one number for each
# unit. It is accepted, with a remark.
@right("running")
def kept_axes(mean, var, H, momentum):
    batch_mean = np.mean(H, axis=0, keepdims=True)
    batch_var = np.var(H, axis=0, ddof=1, keepdims=True)
    return (
        (1 - momentum) * mean + momentum * batch_mean,
        (1 - momentum) * var + momentum * batch_var,
    )


@wrong(
    "running",
    "Corrects the batch's variance in the wrong direction: (N − 1)/N makes it smaller, N/(N −"
    " 1) is meant.",
    r"sides are swapped",
)
def corrects_upside_down(mean, var, H, momentum):
    N = H.shape[0]
    batch_var = H.var(axis=0) * (N - 1) / N
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = (1 - momentum) * var + momentum * batch_var
    return new_mean, new_var


@wrong(
    "running",
    "Squares the weights for the variance, as for a sum of random numbers; here two variances"
    " are averaged, so the weights stay as they are.",
    r"\(1 − momentum\)² and the batch's the weight momentum²",
)
def squares_the_weights(mean, var, H, momentum):
    keep = 1 - momentum
    new_mean = keep * mean + momentum * H.mean(axis=0)
    new_var = keep**2 * var + momentum**2 * H.var(axis=0, ddof=1)
    return new_mean, new_var


@wrong(
    "running",
    "Adds to the variance the distance between the old mean and the batch's, as if both made "
    "one big group; only the two variances are averaged.",
    r"lets mean come into var",
)
def distance_of_means(mean, var, H, momentum):
    batch_mean = H.mean(axis=0)
    new_mean = (1 - momentum) * mean + momentum * batch_mean
    new_var = (1 - momentum) * var + momentum * H.var(axis=0, ddof=1)
    new_var = new_var + momentum * (1 - momentum) * (batch_mean - mean) ** 2
    return new_mean, new_var


# Goes through the rows once and updates mean and sum of squared distances (Welford's way).
@right("undo")
def welford(H, eps):
    beta = np.zeros(H.shape[1])
    squares = np.zeros(H.shape[1])
    for n, row in enumerate(H, start=1):
        away = row - beta
        beta = beta + away / n
        squares = squares + away * (row - beta)
    gamma = np.sqrt(squares / len(H) + eps)
    return gamma, beta


# Adds a row √(N ε) to the centered numbers, so that the length of a column divided by √N is √(σ² +
# ε).
@right("undo")
def longer_by_a_row(H, eps):
    N, units = H.shape
    beta = H.sum(axis=0) / N
    longer = np.vstack([H - beta, np.full((1, units), np.sqrt(N * eps))])
    gamma = np.linalg.norm(longer, axis=0) / np.sqrt(N)
    return gamma, beta


@wrong(
    "undo",
    "Returns the two results in the wrong order, β before γ.",
    r"swap the two",
)
def beta_first(H, eps):
    mean = H.mean(axis=0)
    std = np.sqrt(H.var(axis=0) + eps)
    return mean, std


@wrong(
    "undo",
    "Subtracts ε from the variance, to take it out again; but γ has to be the same root √(σ² "
    "+ ε) that divided.",
    r"np\.sqrt\(var - eps\).*np\.sqrt\(var \+ eps\)",
)
def minus_eps(H, eps):
    gamma = np.sqrt(H.var(axis=0) - eps)
    beta = H.mean(axis=0)
    return gamma, beta


@wrong(
    "undo",
    "np.cov divides by N − 1, while the layer divides the variance by N.",
    r"ddof=1",
)
def covariance(H, eps):
    covariance = np.atleast_2d(np.cov(H, rowvar=False))
    gamma = np.sqrt(np.diag(covariance) + eps)
    beta = np.mean(H, axis=0)
    return gamma, beta


@wrong(
    "undo",
    "Returns a pair for each unit, in one table, instead of an array of all gammas and an "
    "array of all betas.",
    r"row for each unit.*the columns",
)
def pairs(H, eps):
    pairs = []
    for unit in H.T:
        pairs.append((np.sqrt(unit.var() + eps), unit.mean()))
    return np.array(pairs)


# Keeps the batch's mean and its N − 1 variance instead of H itself, and builds dH from the two
# sums.
@right("layer")
class KeepsTheSums:
    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)
        self.training = True

    def forward(self, H):
        if not self.training:
            slope = self.gamma / np.sqrt(self.var + 1e-5)
            return slope * H + (self.beta - slope * self.mean)
        N = len(H)
        self.batch_mean = H.mean(axis=0)
        centered = H - self.batch_mean
        squares = np.einsum("nu,nu->u", centered, centered)
        self.batch_var = squares / (N - 1)
        self.root = np.sqrt(squares / N + 1e-5)
        self.H_hat = centered / self.root
        return self.gamma * self.H_hat + self.beta

    def backward(self, dy):
        N = len(dy)
        self.dbeta = dy.sum(axis=0)
        self.dgamma = (dy * self.H_hat).sum(axis=0)
        rest = N * dy - self.dbeta - self.H_hat * self.dgamma
        return self.gamma * rest / (N * self.root)

    def after_step(self):
        self.mean = self.mean + 0.1 * (self.batch_mean - self.mean)
        self.var = self.var + 0.1 * (self.batch_var - self.var)


def my_inference(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


def my_forward(H, gamma, beta, eps):
    return my_inference(H, gamma, beta, H.mean(axis=0), H.var(axis=0), eps)


def my_backward(dy, H_hat, gamma, std):
    d_hat = dy * gamma
    dc = (d_hat - H_hat * (d_hat * H_hat).mean(axis=0)) / std
    return dc - dc.mean(axis=0), (dy * H_hat).sum(axis=0), dy.sum(axis=0)


# The steps as functions beside the class, as the notebook proposes, and in-place updates of the
# layer's own running numbers.
@right("layer")
class CallsFunctions:
    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)
        self.training = True

    def forward(self, H):
        if self.training:
            self.H = np.array(H, dtype=float)
            self.std = np.sqrt(self.H.var(axis=0) + 1e-5)
            self.H_hat = (self.H - self.H.mean(axis=0)) / self.std
            return my_forward(H, self.gamma, self.beta, 1e-5)
        return my_inference(H, self.gamma, self.beta, self.mean, self.var, 1e-5)

    def backward(self, dy):
        dH, self.dgamma, self.dbeta = my_backward(dy, self.H_hat, self.gamma, self.std)
        return dH

    def after_step(self):
        self.mean *= 0.9
        self.mean += 0.1 * self.H.mean(axis=0)
        self.var *= 0.9
        self.var += 0.1 * self.H.var(axis=0, ddof=1)


class Layer:
    """What the four below have in common to the letter; each shows the methods of its own."""

    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)
        self.training = True

    def forward(self, H):
        if self.training:
            self.H = H
            self.root = np.sqrt(H.var(axis=0) + 1e-5)
            self.H_hat = (H - H.mean(axis=0)) / self.root
            return self.gamma * self.H_hat + self.beta
        return self.gamma * (H - self.mean) / np.sqrt(self.var + 1e-5) + self.beta

    def backward(self, dy):
        self.dgamma = np.sum(dy * self.H_hat, axis=0)
        self.dbeta = np.sum(dy, axis=0)
        inner = dy - dy.mean(axis=0) - self.H_hat * (dy * self.H_hat).mean(axis=0)
        return self.gamma / self.root * inner

    def after_step(self):
        self.mean = 0.9 * self.mean + 0.1 * self.H.mean(axis=0)
        self.var = 0.9 * self.var + 0.1 * self.H.var(axis=0, ddof=1)


@wrong(
    "layer",
    "The running mean and var move in forward and again in after_step, so each batch counts twice.",
    r"step taken twice",
)
class FollowsTwice(Layer):
    def forward(self, H):
        if self.training:
            self.H = H
            self.root = np.sqrt(H.var(axis=0) + 1e-5)
            self.H_hat = (H - H.mean(axis=0)) / self.root
            self.follow()
            return self.gamma * self.H_hat + self.beta
        H_hat = (H - self.mean) / np.sqrt(self.var + 1e-5)
        return self.gamma * H_hat + self.beta

    def follow(self):
        self.mean = 0.9 * self.mean + 0.1 * self.H.mean(axis=0)
        self.var = 0.9 * self.var + 0.1 * self.H.var(axis=0, ddof=1)

    def after_step(self):
        self.follow()


@wrong(
    "layer",
    "The gradients of γ and β are added to those of earlier steps; each backward has to set "
    "them anew.",
    r"batch before is still in it.*anew",
)
class AddsGradients(Layer):
    def __init__(self, units):
        super().__init__(units)
        self.dgamma, self.dbeta = np.zeros(units), np.zeros(units)

    def backward(self, dy):
        self.dgamma += np.sum(dy * self.H_hat, axis=0)
        self.dbeta += np.sum(dy, axis=0)
        inner = dy - dy.mean(axis=0) - self.H_hat * (dy * self.H_hat).mean(axis=0)
        return self.gamma / self.root * inner


@wrong(
    "layer",
    "backward divides by the root of the remembered variance; it has to be the root of this "
    "batch, which forward divided by.",
    r"changes with self\.var, which is remembered",
)
class RootOfRemembered(Layer):
    def forward(self, H):
        if self.training:
            self.H = H
            mean, var = H.mean(axis=0), H.var(axis=0)
        else:
            mean, var = self.mean, self.var
        H_hat = (H - mean) / np.sqrt(var + 1e-5)
        if self.training:
            self.H_hat = H_hat
        return self.gamma * H_hat + self.beta

    def backward(self, dy):
        root = np.sqrt(self.var + 1e-5)
        self.dgamma = np.sum(dy * self.H_hat, axis=0)
        self.dbeta = np.sum(dy, axis=0)
        inner = dy - dy.mean(axis=0) - self.H_hat * (dy * self.H_hat).mean(axis=0)
        return self.gamma / root * inner


@wrong(
    "layer",
    "backward returns all three gradients; those of γ and β are kept in self, and only dH is "
    "returned.",
    r"In backward: .*tuple. Return it alone",
)
class ReturnsAllThree(Layer):
    def backward(self, dy):
        dH, dgamma, dbeta = my_backward(dy, self.H_hat, self.gamma, self.root)
        self.dgamma, self.dbeta = dgamma, dbeta
        return dH, dgamma, dbeta
