"""What the owner waits for and what the machine must hold, beside peers and floors: ratios of one run, never a verdict."""
