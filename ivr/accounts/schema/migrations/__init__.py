"""The way from every released schema to this one: forward only."""
