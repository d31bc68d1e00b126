"""The conversation: talk, storage and wiring around `analytics`."""
