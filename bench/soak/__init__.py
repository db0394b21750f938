"""Half an hour of callers who come, press, stop in the middle and vanish; what the line keeps of them."""
