"""Raw plans to tables; notebooks with parameters to ``reports/<run>/``."""
