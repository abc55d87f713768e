"""Plein to mailboxes: outgoing messages."""
