"""Rated usage, payments and SMS come in over HTTP; what became of them, statements and ledgers go out."""
