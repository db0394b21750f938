"""One file an operator: pure functions over values, the time handed in."""
