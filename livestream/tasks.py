"""Background jobs of livestream/, by step name."""

from donghai import steps
from livestream.chat import services as chat
from livestream.chat import translating
from livestream.media import replay
from livestream.schedule import following, mails, reminders
from livestream.sessions import covers
from livestream.video import retention, streams

steps.job(covers.DRAW, lane=steps.Lane.MEDIA)(covers.draw)
steps.job("livestream.finish_video")(streams.finish)
steps.job(streams.KEEP, lane=steps.Lane.MEDIA)(replay.keep)
steps.job(retention.WARN, lane=steps.Lane.OUTSIDE)(retention.warn)
steps.job(chat.TRANSLATE, lane=steps.Lane.TALK, attempts=2)(translating.translate)
steps.job(following.CONFIRM, lane=steps.Lane.OUTSIDE)(mails.ask_to_confirm)
steps.job(reminders.REMIND, lane=steps.Lane.OUTSIDE)(reminders.remind)
