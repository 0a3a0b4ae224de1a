"""Solutions of notebook 07."""


# %% drift
def my_drift(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / stds[:-1])


show(check_drift(my_drift))
