"""Who the caller is, what they have, and what the operator's rules make of it."""
