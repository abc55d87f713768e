"""What Plein remembers; the only package that speaks SQL."""
