"""What the speech of a call costs the line, beside Asterisk and beside the least that C can do it with."""
