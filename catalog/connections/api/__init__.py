"""JSON doors of merchants' systems, under /api/v1/merchant/."""
