"""Pages of a merchant as a firm: her application, her people."""
