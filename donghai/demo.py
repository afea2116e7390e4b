"""The demo market's log-ins and what to try: `seed` makes them, `up` shows them."""

PASSWORD = "crystal-by-night"

ADMIN = "admin@donghai.example"
CLERK = "clerk@donghai.example"
HOST = "host{number}@donghai.example"
STALL = "stall{number}@donghai.example"

LOG_INS = [
    ("Host", HOST.format(number=1), PASSWORD),
    ("Merchant", STALL.format(number=1), PASSWORD),
    ("Clerk", CLERK, PASSWORD),
    ("Administrator", ADMIN, PASSWORD),
]

TO_TRY = [
    "Open the shop as on a phone, enter a room, claim a piece, pay in the sandbox",
    "Log in as the host, open her desk, pin the next piece, watch claims come in",
    "Log in as the clerk and read the story of the order in the admin",
    "Play a whole evening: .venv/bin/python manage.py night --url http://127.0.0.1:8000",
]
