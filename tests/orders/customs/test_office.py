"""The sandbox office: its judgement in one process, its endurance as a real one."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from orders.customs import messages, receipts, schema
from orders.customs.exchange import FolderWindow, unwrap, wrap
from orders.customs.office import book
from orders.customs.office.desk import PACES, Office
from orders.customs.office.register import arrivals
from orders.customs.signing import SandboxSigner
from tests.orders.customs.make import (
    CARRIER,
    CENTRE,
    CLOSED_AT,
    SENDER,
    make_line,
    make_sending,
    make_snapshot,
)

ROOT = Path(__file__).resolve().parents[3]


class Visitor:
    """Somebody before the office: sends messages, waits, reads what came back."""

    def __init__(self, folder: Path) -> None:
        self.window = FolderWindow(folder)
        self.office = Office(folder, PACES["fast"], seed=1)
        self.now = time.time()

    def send(self, written: messages.Written, name: str = "") -> None:
        name = name or f"{written.kind}-{written.guid}.xml"
        self.window.send(name, wrap(written, SENDER, CLOSED_AT))

    def wait(self, seconds: float = 1.0) -> list[receipts.Receipt]:
        """Let time pass for the office and read all answers of it."""
        self.office.work(self.now)
        self.now += seconds
        self.office.work(self.now)
        return self.read()

    def read(self) -> list[receipts.Receipt]:
        answers = []
        for name, content in list(self.window.received()):
            answers += receipts.read(content)
            self.window.done(name)
        return answers

    def clear_papers(self, snapshot, sending=None) -> None:
        sending = sending or make_sending()
        self.send(messages.order(snapshot, sending))
        self.send(messages.waybill(snapshot, sending))
        assert {r.status for r in self.wait()} == {1, 2, 3, 120}


@pytest.fixture
def visitor(tmp_path):
    return Visitor(tmp_path)


def declared(snapshot, sending=None, cop_no="L1", **changes):
    sending = sending or make_sending(**changes)
    return messages.export_list(
        snapshot, sending, cop_no=cop_no, signer=SandboxSigner()
    )


def standing(folder, kind):
    return [row["status"] for row in book(folder) if row["kind"] == kind]


def test_a_list_is_released_and_closed(visitor, tmp_path):
    visitor.clear_papers(make_snapshot())
    visitor.send(declared(make_snapshot()))

    answers = sorted(set(visitor.wait()), key=lambda r: r.returned_at)

    assert [r.status for r in answers] == [1, 2, 3, 120, 399, 800, 899]
    assert {r.natural_key for r in answers} == {(CENTRE.code, "L1")}
    assert answers[0].invt_no == ""
    assert answers[-1].invt_no.startswith("2301")
    assert len(answers[-1].pre_no) == 18
    assert standing(tmp_path, "603") == [899]


def test_what_the_office_writes_is_as_the_schema_wants_it(visitor):
    visitor.clear_papers(make_snapshot())
    visitor.send(declared(make_snapshot()))
    visitor.wait()
    (visitor.window.out / "x.xml").write_bytes(b"no xml")
    visitor.wait()

    kinds = Counter()
    for path in visitor.window.archive.iterdir():
        inside = unwrap(path.read_bytes()).content.removeprefix(b"\xef\xbb\xbf")
        root = etree.fromstring(inside)
        name = etree.QName(root).localname
        form = schema.load(name)
        assert form.validate(root), form.error_log
        kinds[name[3:6]] += 1
    assert set(kinds) == {"304", "506", "604", "900"}


def test_answers_come_late_twice_and_out_of_order(visitor):
    for n in range(1, 9):
        visitor.send(messages.waybill(make_snapshot(n), make_sending(f"w{n}")))
    answers = visitor.wait()

    assert len(answers) > len({r.fingerprint for r in answers}) == 8 * 4
    assert any(
        statuses != sorted(statuses)
        for n in range(1, 9)
        for statuses in [
            [r.status for r in answers if r.natural_key[1] == f"LK00000000{n}CN"]
        ]
    )


def test_a_list_before_its_papers_is_turned_away(visitor, tmp_path):
    visitor.send(messages.order(make_snapshot(), make_sending()))
    visitor.wait()
    visitor.send(declared(make_snapshot()))

    rejection = max(visitor.wait(), key=lambda r: r.returned_at)

    assert rejection.status == 100
    assert "运单数据不存在" in rejection.text
    assert standing(tmp_path, "603") == [100]


def other(**changes):
    return replace(make_snapshot(), **changes)


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (other(gross_weight_g=Decimal(200)), "grossWeight differs"),
        (other(packages=2), "packNo differs"),
        (other(net_weight_g=Decimal(300)), "net weight above gross"),
        (other(customs_code="0000"), "unknown customs_district"),
        (other(seller=CARRIER), "another seller"),
        (make_snapshot(lines=[make_line(gcode="9999000000")]), "lines differ"),
        (
            make_snapshot(lines=[make_line(), make_line(3)]),
            "lines are misnumbered",
        ),
    ],
)
def test_a_list_that_does_not_agree_is_turned_away(visitor, snapshot, reason):
    snapshot = replace(
        snapshot,
        gross_weight_g=make_snapshot().gross_weight_g
        if "lines" in reason
        else snapshot.gross_weight_g,
    )
    visitor.clear_papers(make_snapshot())
    visitor.send(declared(snapshot))

    rejection = max(visitor.wait(), key=lambda r: r.returned_at)

    assert rejection.status == 100 or rejection.status < 0
    assert reason in rejection.text


def test_an_unknown_goods_code_is_turned_away_and_may_be_mended(visitor, tmp_path):
    wrong = make_snapshot(lines=[make_line(gcode="9999000000")])
    visitor.clear_papers(wrong)
    visitor.send(declared(wrong))
    rejection = max(visitor.wait(), key=lambda r: r.returned_at)
    assert (rejection.status, "9999000000" in rejection.text) == (100, True)

    mended = make_snapshot(lines=[make_line()])
    visitor.send(declared(mended, make_sending("second try")))
    visitor.wait()

    assert standing(tmp_path, "603") == [899]
    assert [row["attempt"] for row in book(tmp_path) if row["kind"] == "603"] == [2]


def test_an_unsigned_list_is_refused(visitor):
    visitor.clear_papers(make_snapshot())
    written = declared(make_snapshot())
    root = etree.fromstring(written.content)
    root.remove(root[-1])
    visitor.send(replace(written, content=etree.tostring(root)))

    (answer,) = set(visitor.wait())

    assert answer.status == -621029


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"no xml", -1),
        (b"<ceb:CEB303Message xmlns:ceb='http://www.chinaport.gov.cn/ceb'/>", -2),
        (b"<ceb:CEB999Message xmlns:ceb='http://www.chinaport.gov.cn/ceb'/>", -2001),
    ],
)
def test_what_can_not_be_read_is_sent_back(visitor, content, status):
    visitor.window.send("x.xml", content)

    (answer,) = set(visitor.wait())

    assert (answer.kind, answer.status) == ("900", status)


def test_the_same_again_is_answered_from_the_book(visitor, tmp_path):
    visitor.clear_papers(make_snapshot())
    for n in range(3):
        visitor.send(declared(make_snapshot(), make_sending(f"try {n}")))
        answers = visitor.wait()

    assert {r.status for r in answers} == {899}
    (entry,) = [row for row in book(tmp_path) if row["kind"] == "603"]
    assert (entry["attempt"], entry["seen"], entry["status"]) == (1, 3, 899)


def test_something_else_under_a_known_number_is_refused(visitor, tmp_path):
    visitor.clear_papers(make_snapshot())
    visitor.send(declared(make_snapshot()))
    visitor.wait()
    changed = make_snapshot(wrap_type="7")
    visitor.send(declared(changed, make_sending("again")))
    visitor.send(messages.order(make_snapshot(freight=Decimal(1)), make_sending("o")))

    assert {r.status for r in visitor.wait()} == {-621004, -301010}
    assert standing(tmp_path, "603") == [899]
    assert standing(tmp_path, "303") == [120]


def test_an_order_may_be_changed_until_a_list_stands_on_it(visitor, tmp_path):
    visitor.clear_papers(make_snapshot())
    changed = make_snapshot(freight=Decimal(1))
    visitor.send(messages.order(changed, make_sending("o2", app_type="2")))
    assert {r.status for r in visitor.wait()} == {1, 2, 3, 120}

    visitor.send(declared(make_snapshot()))
    visitor.wait()
    visitor.send(messages.order(make_snapshot(), make_sending("o3", app_type="2")))

    assert {r.status for r in visitor.wait()} == {-301010}
    assert standing(tmp_path, "603") == [899]


def open_office(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "orders.customs.office", str(folder), "--pace", "fast"],
        cwd=ROOT,
    )


def wait_for(what, seconds=20.0):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
    return found


def test_an_office_killed_again_and_again_loses_and_doubles_nothing(tmp_path):
    window, heard = FolderWindow(tmp_path), {}
    parcels = [make_snapshot(n) for n in range(1, 10)]

    def read() -> int:
        for name, content in list(window.received()):
            for receipt in receipts.read(content):
                key = (receipt.kind, *receipt.natural_key)
                heard.setdefault(key, set()).add(receipt.status)
            window.done(name)
        return sum(map(len, heard.values()))

    office = open_office(tmp_path)
    try:
        for n, parcel in enumerate(parcels):
            sending = make_sending(f"send {n}")
            for write in (messages.order, messages.waybill):
                written = write(parcel, sending)
                content = wrap(written, SENDER, CLOSED_AT)
                window.send(f"{written.kind}-{n}.xml", content)
            if n % 3 == 2:
                before = read()
                wait_for(lambda known=before: read() > known)
                office.kill()
                office.wait()
                office = open_office(tmp_path)
        wait_for(lambda: read() == 2 * 4 * len(parcels))
    finally:
        office.kill()
        office.wait()

    rows = book(tmp_path)
    assert len(rows) == 2 * len(parcels)
    assert {row["status"] for row in rows} == {120}
    assert {row["seen"] for row in rows} == {row["attempt"] for row in rows} == {1}
    assert set(arrivals(tmp_path).values()) == {1}


def test_an_office_killed_before_it_put_a_file_away_takes_it_in_once(visitor, tmp_path):
    visitor.send(messages.waybill(make_snapshot(), make_sending()), "505.xml")
    (tmp_path / "out" / "505.xml").rename(tmp_path / "desk" / "token_505.xml")
    content = (tmp_path / "desk" / "token_505.xml").read_bytes()
    visitor.wait()
    (tmp_path / "desk" / "token_505.xml").write_bytes(content)

    assert visitor.wait() == []
    (row,) = book(tmp_path)
    assert (row["seen"], row["attempt"]) == (1, 1)
    assert arrivals(tmp_path) == {"505.xml": 1}


def test_one_folder_has_one_office(tmp_path):
    first, second = open_office(tmp_path), open_office(tmp_path)
    try:
        window = FolderWindow(tmp_path)
        written = messages.waybill(make_snapshot(), make_sending())
        window.send("505.xml", wrap(written, SENDER, CLOSED_AT))
        wait_for(lambda: len(list(window.received())) >= 4)
        (row,) = book(tmp_path)
        assert row["seen"] == 1
    finally:
        for office in (first, second):
            office.kill()
            office.wait()
