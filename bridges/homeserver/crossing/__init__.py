"""What crosses between two rooms, and as what? Decided without the network and the database."""
