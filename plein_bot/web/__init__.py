"""Plein to browsers and monitors: pages, health and metrics."""
