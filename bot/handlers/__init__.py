"""One module for each thing the owner does."""
