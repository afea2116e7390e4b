"""Background jobs of livestream/, by step name."""

from donghai import steps
from livestream.schedule import following, mails, reminders
from livestream.sessions import covers

steps.job(covers.DRAW, lane=steps.Lane.MEDIA)(covers.draw)
steps.job(following.CONFIRM, lane=steps.Lane.OUTSIDE)(mails.ask_to_confirm)
steps.job(reminders.REMIND, lane=steps.Lane.OUTSIDE)(reminders.remind)
