"""The office's own book, in SQLite: what came, what stands, what is yet to be said."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS arrivals (
    token TEXT PRIMARY KEY, name TEXT NOT NULL, arrived REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL,
    digest TEXT NOT NULL, content BLOB NOT NULL, attempt INTEGER NOT NULL,
    seen INTEGER NOT NULL, pre_no TEXT NOT NULL, invt_no TEXT NOT NULL,
    UNIQUE (kind, key));
CREATE TABLE IF NOT EXISTS moves (
    entry INTEGER NOT NULL REFERENCES entries, attempt INTEGER NOT NULL,
    status INTEGER NOT NULL, at REAL NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS moves_of ON moves (entry, attempt, at);
CREATE TABLE IF NOT EXISTS receipts (
    id INTEGER PRIMARY KEY, due REAL NOT NULL, name TEXT NOT NULL,
    content BLOB NOT NULL, laid INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS receipts_due ON receipts (due) WHERE laid = 0;
"""
SHOWN = ("kind", "key", "status", "attempt", "seen", "pre_no", "invt_no")
STATUS_NOW = """
    SELECT status FROM moves
    WHERE entry = entries.id AND attempt = entries.attempt AND at <= :now
    ORDER BY at DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the office knows, by its business key; `status` is today's."""

    id: int
    kind: str
    key: str
    digest: str
    content: bytes
    attempt: int
    seen: int
    pre_no: str
    invt_no: str
    status: int

    @property
    def rejected(self) -> bool:
        return self.status == 100 or self.status < 0


@dataclass(frozen=True, slots=True)
class Move:
    """One step of an entry's life, decided when it came."""

    status: int
    at: float
    text: str


class Register:
    """All statements on the book. `with register.db:` makes several of them one."""

    def __init__(self, folder: Path) -> None:
        self.db = sqlite3.connect(folder / "office.db", timeout=10)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(TABLES)

    def arrive(self, token: str, name: str, now: float) -> bool:
        """Note a file that came in; False when this very one was noted before."""
        noted = self.db.execute(
            "INSERT OR IGNORE INTO arrivals VALUES (?, ?, ?)", (token, name, now)
        )
        return noted.rowcount == 1

    def find(self, kind: str, key: str, now: float) -> Entry | None:
        found = self.entries(now, "WHERE kind = :kind AND key = :key", kind, key)
        return found[0] if found else None

    def entries(
        self, now: float, where: str = "", kind: str = "", key: str = ""
    ) -> list[Entry]:
        rows = self.db.execute(
            f"SELECT *, coalesce(({STATUS_NOW}), 0) FROM entries {where} ORDER BY id",
            {"now": now, "kind": kind, "key": key},
        )
        return [Entry(*row) for row in rows]

    def saw(self, entry: Entry) -> None:
        self.db.execute("UPDATE entries SET seen = seen + 1 WHERE id = ?", (entry.id,))

    def enter(self, kind: str, key: str, digest: str, content: bytes) -> None:
        """Write an entry down, or its next attempt over a former one."""
        self.db.execute(
            """
            INSERT INTO entries
                (kind, key, digest, content, attempt, seen, pre_no, invt_no)
            VALUES (?, ?, ?, ?, 1, 1, '', '')
            ON CONFLICT (kind, key) DO UPDATE SET
                digest = excluded.digest, content = excluded.content,
                attempt = attempt + 1
            """,
            (kind, key, digest, content),
        )

    def number(self, entry: Entry, pre_no: str, invt_no: str) -> None:
        self.db.execute(
            "UPDATE entries SET pre_no = ?, invt_no = ? WHERE id = ?",
            (pre_no, invt_no, entry.id),
        )

    def plan(self, entry: Entry, moves: Iterable[Move]) -> None:
        self.db.executemany(
            "INSERT INTO moves VALUES (?, ?, ?, ?, ?)",
            [(entry.id, entry.attempt, m.status, m.at, m.text) for m in moves],
        )

    def say(self, due: float, name: str, content: bytes) -> None:
        self.db.execute(
            "INSERT INTO receipts (due, name, content) VALUES (?, ?, ?)",
            (due, name, content),
        )

    def due(self, now: float) -> list[tuple[int, str, bytes]]:
        """Receipts to lay now; their names sort as they fall due, not as they arose."""
        return self.db.execute(
            "SELECT id, printf('%015d-%s-%d.xml', due * 1000, name, id), content"
            " FROM receipts WHERE laid = 0 AND due <= ? ORDER BY due LIMIT 200",
            (now,),
        ).fetchall()

    def laid(self, ids: Iterable[int]) -> None:
        self.db.executemany(
            "UPDATE receipts SET laid = 1 WHERE id = ?", [(i,) for i in ids]
        )

    def last_status(self, kind: str, key: str, now: float) -> int:
        entry = self.find(kind, key, now)
        return entry.status if entry else 0


def book(folder: Path, now: float = 1e12) -> list[dict[str, Any]]:
    """What the office knows, one row a business key; by default as it will end.

    `seen` tells how often the key arrived, `attempt` how often it was taken as new.
    """
    register = Register(folder)
    try:
        return [
            {name: getattr(entry, name) for name in SHOWN}
            for entry in register.entries(now)
        ]
    finally:
        register.db.close()


def arrivals(folder: Path) -> dict[str, int]:
    """How often each file name came in."""
    register = Register(folder)
    try:
        return dict(
            register.db.execute("SELECT name, count(*) FROM arrivals GROUP BY name")
        )
    finally:
        register.db.close()
