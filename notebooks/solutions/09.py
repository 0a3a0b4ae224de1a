"""Solutions of notebook 09."""


# %% running
def my_running(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = (1 - momentum) * var + momentum * H.var(axis=0, ddof=1)
    return new_mean, new_var


show(check_running(my_running))
