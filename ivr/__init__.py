"""Infoline: a telephone balance line."""

__version__ = "0.1.0"
