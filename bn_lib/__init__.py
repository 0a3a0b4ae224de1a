"""Helper library of the course "Do γ and β undo batch normalization?"."""
