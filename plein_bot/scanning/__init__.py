"""Is there a virus in what people send? Asked of a scanner that runs beside Plein."""
