"""What Plein does: gather, decide, perform, record."""
