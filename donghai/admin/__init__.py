"""The admin: the centre's staff at work. Apps add their pages in an admin of their own.

duties   who may see, keep and do what
site     the door, the menu, the front page
figures  what the front page counts
pages    what every list and page of rows shares
"""

from donghai.admin import people, rates, steps

__all__ = ["people", "rates", "steps"]
