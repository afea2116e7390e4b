"""Measurements, one command each: `bin/bench NAME`. They bring up what they need."""
