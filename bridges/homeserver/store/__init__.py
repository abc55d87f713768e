"""What plein-relay remembers; the only folder of it that speaks SQL."""
