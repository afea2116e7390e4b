"""Merchants' own systems: tokens, JSON doors, webhooks that tell what changed."""
