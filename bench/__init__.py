"""What the line is measured by: how long callers wait, what calls cost; a running line, from outside."""
