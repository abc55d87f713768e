"""Plein in other worlds; each meets Plein in rooms, never in its database."""
