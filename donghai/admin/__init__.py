"""Pages of the rows that all apps share: people, rates, steps."""

from donghai.admin import people, rates, steps

__all__ = ["people", "rates", "steps"]
