"""Solutions of notebook 05."""


# %% step
def my_step(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    return (
        gamma - lr * 2 * np.mean(error * H_hat, axis=0),
        beta - lr * 2 * np.mean(error, axis=0),
    )


show(check_step(my_step))
