"""When sessions are: repeating, warned about, in calendars, and reminded of."""
