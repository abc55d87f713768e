"""What the example square looks like, and how it comes up."""
