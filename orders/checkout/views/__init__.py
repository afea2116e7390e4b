"""A buyer's pages: the shop, the room, the bag; and the host's desk beside the room."""
