"""What does the bridge remember? The only package of the bridge that imports SQLAlchemy."""
