"""What a call costs the line and what it costs Asterisk: the same SIPp scenario, in the same run."""
