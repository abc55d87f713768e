"""People and mailing lists that take part by e-mail."""
