"""How a private Synapse runs beside us: for `plein demo` and for tests."""
