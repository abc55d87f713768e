"""Plein on the wire: the only package that imports nio."""
