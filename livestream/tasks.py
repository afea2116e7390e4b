"""Background jobs of livestream/, by step name."""

from donghai import steps
from livestream.sessions import covers

steps.job(covers.DRAW, lane=steps.Lane.MEDIA)(covers.draw)
