"""Calls to every line as text, and what holds them to the lines as they are."""
