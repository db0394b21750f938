"""A sentence with facts to words to audio."""
