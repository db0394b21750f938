"""Bytes in and out: the only room with sockets."""
