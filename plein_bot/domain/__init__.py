"""What Plein decides: the standard library only, and no await."""
