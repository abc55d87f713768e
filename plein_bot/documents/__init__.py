"""What is in a document that somebody sent? Read in a child process that may not do much."""
