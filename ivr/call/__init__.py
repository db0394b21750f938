"""The hall: the only place where the rooms meet."""
