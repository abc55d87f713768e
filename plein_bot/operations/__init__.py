"""What the operator asks: is it set up well, what is wrong, how is it, make it again."""
