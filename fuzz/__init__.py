"""Coverage-guided fuzzing of what strangers can send: ``make fuzz``."""
