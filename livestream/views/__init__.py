"""Pages of livestream/: the schedule for everybody, a host's studio and market."""
