"""Plein: a government collaboration platform on Matrix."""
