"""Functions written by somebody who saw the notebooks' texts only, after the checks of set 6.

The causes are in a teacher's words.
"""

import numpy as np

from . import wrong


@wrong(
    "normalize",
    "The parentheses around H − mean are missing, so only the mean is divided by the root.",
    r"only the mean is divided",
)
def brackets_missing(H, eps):
    mean = H.mean(axis=0)
    var = H.var(axis=0)
    return H - mean / np.sqrt(var + eps)


@wrong(
    "normalize",
    "The variance is taken as the mean of the squares of H itself, not of the squared "
    "distances from the mean.",
    r"squares of H",
)
def squares_of_H_itself(H, eps):
    mean = np.mean(H, axis=0)
    var = np.mean(H**2, axis=0)
    H_hat = (H - mean) / np.sqrt(var + eps)
    return H_hat


@wrong(
    "normalize",
    "eps serves as a lower limit of the variance instead of being added to it.",
    r"at least|limit|larger of",
)
def eps_as_a_limit(H, eps):
    mu = H.mean(axis=0)
    var = H.var(axis=0)
    return (H - mu) / np.sqrt(np.maximum(var, eps))


@wrong("undo", "The two results are returned in the wrong order, beta first.", r"swap the two")
def swapped(H, eps):
    beta = H.mean(axis=0)
    gamma = np.sqrt(H.var(axis=0) + eps)
    return (beta, gamma)


@wrong(
    "undo",
    "eps is added to the standard deviation, outside of the root, instead of to the variance.",
    r"belongs under it",
)
def eps_outside(H, eps):
    gamma = np.std(H, axis=0) + eps
    beta = np.mean(H, axis=0)
    return (gamma, beta)


@wrong(
    "undo",
    "beta is divided by gamma, as if beta were added before the multiplication by gamma.",
    r"β is divided by the spread",
)
def beta_divided(H, eps):
    mean = H.mean(axis=0)
    gamma = np.sqrt(H.var(axis=0) + eps)
    beta = mean / gamma
    return (gamma, beta)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@wrong(
    "saturated",
    "The sigmoid's values are stored in an array of z's type, so for integers they are "
    "all cut off to 0.",
    r"cuts off",
)
def cut_to_whole_numbers(z, threshold):
    h = np.empty_like(z)
    h[...] = sigmoid(z)
    slope = h * (1 - h)
    return np.mean(slope < threshold)


@wrong(
    "saturated",
    "The threshold is applied to the height of the curve, near 0 or near 1, instead of to "
    "its slope.",
    r"near the sigmoid's value",
)
def near_0_or_1(z, threshold):
    h = sigmoid(z)
    flat = (h < threshold) | (h > 1 - threshold)
    return flat.mean()


@wrong(
    "saturated",
    "The count is divided by len(z), the number of rows, so with several columns it is "
    "not the share of the entries.",
    r"number of rows",
)
def out_of_rows(z, threshold):
    h = sigmoid(z)
    slope = h * (1 - h)
    return np.sum(slope < threshold) / len(z)


@wrong(
    "backward",
    "The mean of the product dy · H_hat is replaced by the product of the two means.",
    r"before you take the mean",
)
def product_of_means(dy, H_hat, gamma, std):
    tilt = dy.mean(axis=0) * H_hat.mean(axis=0)
    return gamma / std * (dy - dy.mean(axis=0) - H_hat * tilt)


@wrong(
    "backward",
    "The mean of dy is taken over all units together, because its axis is missing.",
    r"name an axis",
)
def no_axis(dy, H_hat, gamma, std):
    along = np.mean(dy * H_hat, axis=0)
    dH = dy - np.mean(dy) - H_hat * along
    return dH * gamma / std


@wrong(
    "backward",
    "The parentheses are missing, so gamma / std multiplies only dy and not the two "
    "subtracted terms.",
    r"not what is subtracted",
)
def factor_on_dy_only(dy, H_hat, gamma, std):
    mean_dy = dy.mean(axis=0)
    mean_dy_hat = (dy * H_hat).mean(axis=0)
    return gamma / std * dy - mean_dy - H_hat * mean_dy_hat


@wrong(
    "step",
    "The gradients are added up over the examples, although the loss is a mean.",
    r"sum over the examples",
)
def summed(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    dgamma = 2 * np.sum(error * H_hat, axis=0)
    dbeta = 2 * np.sum(error, axis=0)
    return (gamma - lr * dgamma, beta - lr * dbeta)


@wrong(
    "step",
    "The error is multiplied by H instead of by the normalized H in the gradient of gamma.",
    r"is H_hat, not H",
)
def times_H(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    new_gamma = gamma - lr * 2 * np.mean(error * H, axis=0)
    new_beta = beta - lr * 2 * np.mean(error, axis=0)
    return (new_gamma, new_beta)


@wrong(
    "step",
    "What is returned are the changes of gamma and beta, not the new gamma and beta.",
    r"change only",
)
def changes_only(H, gamma, beta, lr, eps):
    mean, var = (H.mean(axis=0), H.var(axis=0))
    H_hat = (H - mean) / np.sqrt(var + eps)
    error = gamma * H_hat + beta - H
    step_gamma = -lr * 2 * np.mean(error * H_hat, axis=0)
    step_beta = -lr * 2 * np.mean(error, axis=0)
    return (step_gamma, step_beta)


@wrong(
    "population",
    "m is taken as the number of batches instead of the number of examples in a batch.",
    r"counts the batches",
)
def m_of_batches(batches):
    m = len(batches)
    mean = batches.mean(axis=1).mean(axis=0)
    var = m / (m - 1) * batches.var(axis=1).mean(axis=0)
    return (mean, var)


@wrong(
    "population",
    "The standard deviations are averaged and then squared, instead of averaging the variances.",
    r"average standard deviations",
)
def roots_averaged(batches):
    m = batches.shape[1]
    mu_B = batches.mean(axis=1)
    sigma_B = batches.std(axis=1)
    mean = mu_B.mean(axis=0)
    var = m / (m - 1) * sigma_B.mean(axis=0) ** 2
    return (mean, var)


@wrong(
    "population",
    "The correction is made twice: ddof=1 already divides by m − 1, and the factor m/(m − "
    "1) comes on top.",
    r"is in it twice",
)
def corrected_twice(batches):
    m = batches.shape[1]
    mean = np.mean(batches, axis=(0, 1))
    var = m / (m - 1) * np.var(batches, axis=1, ddof=1).mean(axis=0)
    return (mean, var)


@wrong(
    "drift",
    "The absolute value is taken only after averaging, so moves up and moves down cancel.",
    r"absolute value at the end",
)
def size_at_the_end(means, stds):
    moved = means[1:] - means[:-1]
    return np.abs(np.mean(moved / stds[:-1]))


@wrong(
    "drift",
    "The average move is divided by the average spread, instead of averaging the "
    "quotients of each unit and step.",
    r"divide by the average spread",
)
def ratio_of_averages(means, stds):
    moves = np.abs(np.diff(means, axis=0))
    return moves.mean() / stds[:-1].mean()


@wrong(
    "drift",
    "Each mean is divided by the spread of its own row before the difference is taken, so "
    "two different spreads enter one step.",
    r"divide before you take differences",
)
def divided_first(means, stds):
    relative = means / stds
    return np.mean(np.abs(relative[1:] - relative[:-1]))


@wrong("effective_rate", "The learning rate is squared together with the length.", r"as lr²")
def rate_squared(W, lr):
    length = np.linalg.norm(W, axis=0)
    return (lr / length) ** 2


@wrong(
    "effective_rate",
    "The weights are summed first and then squared, instead of summing their squares.",
    r"square of the sum",
)
def square_of_the_sum(W, lr):
    return lr / np.sum(W, axis=0) ** 2


@wrong(
    "effective_rate",
    "The length is that of the whole matrix, the same for every unit, because the axis is missing.",
    r"name an axis",
)
def one_length(W, lr):
    rates = np.zeros(W.shape[1])
    for j in range(W.shape[1]):
        rates[j] = lr / np.linalg.norm(W) ** 2
    return rates


@wrong(
    "running",
    "Momentum weighs the new batch in the mean but the old value in the variance, so the "
    "two follow different conventions.",
    r"unlike the other",
)
def two_conventions(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = momentum * var + (1 - momentum) * H.var(axis=0, ddof=1)
    return (new_mean, new_var)


@wrong(
    "running",
    "The batch's variance is measured from the running mean instead of from the batch's own mean.",
    r"`batch_mean` belongs",
)
def around_the_running_mean(mean, var, H, momentum):
    batch_mean = H.mean(axis=0)
    batch_var = np.sum((H - mean) ** 2, axis=0) / (len(H) - 1)
    new_mean = (1 - momentum) * mean + momentum * batch_mean
    new_var = (1 - momentum) * var + momentum * batch_var
    return (new_mean, new_var)


@wrong(
    "running",
    "The difference has the wrong sign, so the averages move away from the batch.",
    r"`-` stands where `\+` belongs",
)
def away_from_the_batch(mean, var, H, momentum):
    mean = mean + momentum * (mean - H.mean(axis=0))
    var = var + momentum * (var - H.var(axis=0, ddof=1))
    return (mean, var)


@wrong(
    "group_norm",
    "The number of groups and the channels per group are swapped in the reshape.",
    r"number of channels in a group",
)
def groups_as_size(x, groups, eps):
    N, C, H, W = x.shape
    g = x.reshape(N, C // groups, groups, H, W)
    mean = g.mean(axis=(2, 3, 4), keepdims=True)
    var = g.var(axis=(2, 3, 4), keepdims=True)
    return ((g - mean) / np.sqrt(var + eps)).reshape(x.shape)


@wrong(
    "group_norm",
    "Mean and variance also run over the examples, so the examples of a batch share them.",
    r"axis 0 is among your axes",
)
def shared_by_examples(x, groups, eps):
    size = x.shape[1] // groups
    x_hat = np.zeros(x.shape)
    for g in range(groups):
        part = x[:, g * size : (g + 1) * size]
        x_hat[:, g * size : (g + 1) * size] = (part - part.mean()) / np.sqrt(part.var() + eps)
    return x_hat


@wrong(
    "group_norm",
    "x was overwritten by its reshaped form, so the last reshape does not give the "
    "original shape back, and the result keeps the extra axis of the groups.",
    r"groups apart",
)
def groups_left_apart(x, groups, eps):
    N, C, H, W = x.shape
    x = x.reshape(N, groups, C // groups, H, W)
    mean = x.mean(axis=(2, 3, 4), keepdims=True)
    var = x.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return x_hat.reshape(x.shape)


@wrong(
    "gradients",
    "The gradients of gamma and beta are means over the examples instead of sums.",
    r"it is a sum",
)
def means_for_sums(dy, H_hat, gamma, std):
    dbeta = dy.mean(axis=0)
    dgamma = (dy * H_hat).mean(axis=0)
    dH = gamma / std * (dy - dbeta - H_hat * dgamma)
    return (dH, dgamma, dbeta)


@wrong(
    "gradients",
    "dy has already been multiplied by gamma when the gradients of gamma and beta are "
    "taken from it.",
    r"is multiplied by γ",
)
def gamma_in_both(dy, H_hat, gamma, std):
    dy = gamma * dy
    dH = (dy - dy.mean(axis=0) - H_hat * np.mean(dy * H_hat, axis=0)) / std
    dgamma = np.sum(dy * H_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    return (dH, dgamma, dbeta)


@wrong(
    "gradients",
    "A pair of parentheses turns the sign of the H_hat term, so it is added instead of subtracted.",
    r"wrong sign",
)
def sign_turned(dy, H_hat, gamma, std):
    dgamma = np.sum(dy * H_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    N = dy.shape[0]
    dH = gamma / std * (dy - (dbeta / N - H_hat * dgamma / N))
    return (dH, dgamma, dbeta)


@wrong(
    "fold", "W is changed in place, so the old layer's weights are overwritten.", r"changes the W"
)
def in_place(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    new_b = slope * (b - mean) + beta
    W *= slope
    return (W, new_b)


@wrong("fold", "The old b is left out of the new one.", r"old b is missing")
def old_b_forgotten(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    return (W * slope, beta - slope * mean)


@wrong(
    "fold",
    "The slope multiplies only b and not the mean, because the parentheses around b − "
    "mean are missing.",
    r"mean is not scaled",
)
def mean_not_scaled(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    W_new = W * slope
    b_new = slope * b - mean + beta
    return (W_new, b_new)


@wrong(
    "forward",
    "beta is added before the multiplication, so gamma multiplies beta as well.",
    r"γ multiplies β too",
)
def beta_multiplied(H, gamma, beta, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    return gamma * (H_hat + beta)


@wrong("forward", "The variance is divided by N − 1 instead of by N.", r"ddof=1")
def by_n_minus_1(H, gamma, beta, eps):
    N = len(H)
    mu = H.sum(axis=0) / N
    var = ((H - mu) ** 2).sum(axis=0) / (N - 1)
    return gamma * (H - mu) / np.sqrt(var + eps) + beta


@wrong(
    "forward",
    "The parenthesis of the root closes too early, so eps is added to the quotient and "
    "not under the root.",
    r"`eps` belongs to another place",
)
def eps_behind_the_root(H, gamma, beta, eps):
    mu = np.mean(H, axis=0)
    var = np.var(H, axis=0)
    H_hat = (H - mu) / np.sqrt(var) + eps
    Y = gamma * H_hat + beta
    return Y


@wrong(
    "inference",
    "The remembered variance is squared once more under the root, as if it were a "
    "standard deviation.",
    r"square var before the root",
)
def squared_once_more(H, gamma, beta, mean, var, eps):
    H_hat = (H - mean) / np.sqrt(var**2 + eps)
    return gamma * H_hat + beta


@wrong(
    "inference",
    "The mean is the remembered one, but the variance is still measured in the batch.",
    r"batch's own spread",
)
def spread_of_the_batch(H, gamma, beta, mean, var, eps):
    var = H.var(axis=0)
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


@wrong(
    "inference",
    "The parentheses around H − mean are missing, so only the mean is divided by the root.",
    r"brackets stand elsewhere",
)
def only_the_mean_divided(H, gamma, beta, mean, var, eps):
    std = np.sqrt(var + eps)
    Y = gamma * (H - mean / std) + beta
    return Y


# The three layers below call the student's other functions, which are right, as the notebook
# proposes. They came as whole classes; what they share stands here once, so that each shows the
# methods in which its mistake is.
def my_forward(H, gamma, beta, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    return gamma * H_hat + beta


def my_backward(dy, H_hat, gamma, std):
    dgamma = np.sum(dy * H_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dH = gamma / std * (dy - dy.mean(axis=0) - H_hat * np.mean(dy * H_hat, axis=0))
    return (dH, dgamma, dbeta)


def my_running(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = (1 - momentum) * var + momentum * H.var(axis=0, ddof=1)
    return (new_mean, new_var)


def my_inference(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


class CallsFunctions:
    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = (np.ones(units), np.zeros(units))
        self.mean, self.var = (np.zeros(units), np.ones(units))
        self.training = True

    def forward(self, H):
        if self.training:
            self.H = H
            self.std = np.sqrt(H.var(axis=0) + 1e-05)
            self.H_hat = (H - H.mean(axis=0)) / self.std
            return my_forward(H, self.gamma, self.beta, 1e-05)
        return my_inference(H, self.gamma, self.beta, self.mean, self.var, 1e-05)

    def backward(self, dy):
        dH, self.dgamma, self.dbeta = my_backward(dy, self.H_hat, self.gamma, self.std)
        return dH

    def after_step(self):
        self.mean, self.var = my_running(self.mean, self.var, self.H, 0.1)


@wrong(
    "layer",
    "The new running mean and variance go into local names, so self.mean and self.var "
    "never change.",
    r"comes back as it came",
)
class NeverStored(CallsFunctions):
    def after_step(self):
        _mean, _var = my_running(self.mean, self.var, self.H, 0.1)


@wrong(
    "layer",
    "What is kept as H_hat is the output Y, which already contains gamma and beta.",
    r"Y.*H_hat|contains γ",
)
class YKeptAsHHat(CallsFunctions):
    def forward(self, H):
        if self.training:
            self.H = H
            self.std = np.sqrt(H.var(axis=0) + 1e-05)
            self.H_hat = my_forward(H, self.gamma, self.beta, 1e-05)
            return self.H_hat
        return my_inference(H, self.gamma, self.beta, self.mean, self.var, 1e-05)


@wrong(
    "layer",
    "The running averages are updated in forward as well as in after_step, so each batch "
    "counts twice.",
    r"step taken twice",
)
class TwiceAStep(CallsFunctions):
    def forward(self, H):
        if self.training:
            self.mean, self.var = my_running(self.mean, self.var, H, 0.1)
        return super().forward(H)


@wrong(
    "running",
    "The correction is upside down: the variance is multiplied by (N − 1)/N instead of N/(N − 1).",
    r"two sides are swapped",
)
def upside_down(mean, var, H, momentum):
    N = len(H)
    batch_var = H.var(axis=0) * (N - 1) / N
    mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    var = (1 - momentum) * var + momentum * batch_var
    return (mean, var)


@wrong(
    "running",
    "The batch's standard deviation goes into the running variance, without being squared.",
    r"averages a standard deviation",
)
def root_for_var(mean, var, H, momentum):
    mean = (1 - momentum) * mean + momentum * np.mean(H, axis=0)
    var = (1 - momentum) * var + momentum * np.std(H, axis=0, ddof=1)
    return (mean, var)


@wrong(
    "running",
    "The line for the variance starts from the old mean instead of the old variance.",
    r"`mean` stands where `var` belongs",
)
def from_the_mean(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = (1 - momentum) * mean + momentum * H.var(axis=0, ddof=1)
    return (new_mean, new_var)


@wrong(
    "undo",
    "gamma comes from the variance of the whole table, because the axis is missing there, "
    "so all units get the same one.",
    r"name an axis",
)
def one_spread(H, eps):
    gamma = np.ones(H.shape[1]) * np.sqrt(H.var() + eps)
    beta = H.mean(axis=0)
    return (gamma, beta)


@wrong(
    "undo",
    "eps is subtracted under the root, as if undoing meant taking it away, although gamma "
    "must equal the divisor.",
    r"`-` stands where `\+` belongs",
)
def eps_subtracted(H, eps):
    var = H.var(axis=0)
    gamma = np.sqrt(var - eps)
    beta = H.mean(axis=0)
    return (gamma, beta)


@wrong("undo", "The root of the sum is split into a sum of two roots.", r"added to the root")
def two_roots(H, eps):
    gamma = H.std(axis=0) + np.sqrt(eps)
    beta = H.mean(axis=0)
    return (gamma, beta)
