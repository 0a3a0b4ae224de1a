"""The kit that figures are made of. It draws, and knows neither the course nor its widgets."""
