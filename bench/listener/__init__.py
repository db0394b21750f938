"""How well the line is understood: amounts and dates said by the running line, recognised by machines."""
