"""What do the forms of one word have in common? The only place that imports snowballstemmer."""
