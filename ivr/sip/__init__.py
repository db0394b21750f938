"""Datagrams to messages, transactions and dialogs and back (RFC 3261). No I/O, no clock."""
