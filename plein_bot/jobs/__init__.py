"""Plein and the clock: a job calls an action, nothing more."""
