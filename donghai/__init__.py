"""Donghai: the digital platform of a crystal trading centre (see README.md)."""

from donghai.celery import app as celery_app

__all__ = ["celery_app"]
