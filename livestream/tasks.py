"""Background jobs of livestream/, by step name."""

from donghai import steps
from livestream.chat import services as chat
from livestream.chat import translating
from livestream.schedule import following, mails, reminders
from livestream.sessions import covers
from livestream.video import streams

steps.job(covers.DRAW, lane=steps.Lane.MEDIA)(covers.draw)
steps.job("livestream.finish_video")(streams.finish)
steps.job(chat.TRANSLATE, lane=steps.Lane.TALK, attempts=2)(translating.translate)
steps.job(following.CONFIRM, lane=steps.Lane.OUTSIDE)(mails.ask_to_confirm)
steps.job(reminders.REMIND, lane=steps.Lane.OUTSIDE)(reminders.remind)
