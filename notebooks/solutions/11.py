"""Solutions of notebook 11."""


# %% forward
def my_forward(H, gamma, beta, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    return gamma * H_hat + beta


show(check_forward(my_forward))


# %% undo
def my_undo(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


show(check_undo(my_undo))


# %% gradients
def my_backward(dy, H_hat, gamma, std):
    along = np.mean(dy * H_hat, axis=0)
    dH = gamma / std * (dy - dy.mean(axis=0) - H_hat * along)
    return dH, np.sum(dy * H_hat, axis=0), np.sum(dy, axis=0)


show(check_gradients(my_backward))


# %% running
def my_running(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = (1 - momentum) * var + momentum * H.var(axis=0, ddof=1)
    return new_mean, new_var


show(check_running(my_running))


# %% inference
def my_inference(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


show(check_inference(my_inference))


# %% fold
def my_fold(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    return W * slope, slope * (b - mean) + beta


show(check_fold(my_fold))


# %% layer
class MyBatchNorm:
    parameters = ("gamma", "beta")  # what a network may learn

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)  # what it remembers
        self.training = True

    def forward(self, H):
        if not self.training:
            return my_inference(H, self.gamma, self.beta, self.mean, self.var, 1e-5)
        self.H, self.std = H, np.sqrt(H.var(axis=0) + 1e-5)
        self.H_hat = (H - H.mean(axis=0)) / self.std
        return my_forward(H, self.gamma, self.beta, 1e-5)

    def backward(self, dy):
        dH, self.dgamma, self.dbeta = my_backward(dy, self.H_hat, self.gamma, self.std)
        return dH

    def after_step(self):
        self.mean, self.var = my_running(self.mean, self.var, self.H, 0.1)


verdict = check_layer(MyBatchNorm)
show(verdict)
