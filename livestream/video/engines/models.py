"""What an engine outside told of a stream."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from livestream.video.models import Stream


class Source(models.Model):
    """A camera's connection to the engine, by the engine's own name for it.

    One that ended stays, so that a late word of its beginning means nothing.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=64)
    told_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("source of a stream")
        verbose_name_plural = _("sources of streams")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "name"], name="a_source_of_a_stream_is_known_once"
            ),
        ]


class RecordedFile(models.Model):
    """A file the engine wrote of a live stream, on its own disk, for the replay."""

    stream = models.ForeignKey(
        Stream, on_delete=models.CASCADE, related_name="recorded_files"
    )
    path = models.CharField(max_length=400)
    seconds = models.FloatField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("file of a stream recorded elsewhere")
        verbose_name_plural = _("files of streams recorded elsewhere")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "path"], name="a_recording_is_known_once"
            ),
        ]
