"""The sandbox customs office: a process of its own behind the shared folders.

`python -m orders.customs.office <folder>` behaves like the real thing: it judges by its
own checks, answers late, twice and out of order, and keeps a book that survives being
killed at any line. It knows nothing of the program's database.
"""

from orders.customs.office.register import book as book
