"""The dialplan and the walk through it. No clock."""
