"""Solutions of notebook 03."""


# %% saturated
def my_saturated(z, threshold):
    slope = sigmoid(z) * (1 - sigmoid(z))
    return np.mean(slope < threshold)


show(check_saturated(my_saturated))
