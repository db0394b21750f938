"""What the line is measured by; ``python -m bench`` measures a running one from outside."""
