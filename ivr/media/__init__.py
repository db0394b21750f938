"""Clips to RTP, RTP to digits. No sockets."""
