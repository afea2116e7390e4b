"""Proofs: what is taken in, who may see it, and that checked means checked."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image

from catalog.models import Evidence, LabReport, Work
from catalog.provenance import files, services
from tests.make import (
    make_artisan,
    make_client,
    make_lot,
    make_staff,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
GPS = 0x8825
PDF = b"%PDF-1.7 a paper"


def photo(size=(40, 20), kind="JPEG", **more):
    out = BytesIO()
    Image.new("RGB", size, "purple").save(out, kind, **more)
    return SimpleUploadedFile("../../evil.html", out.getvalue(), "text/html")


def paper(**facts):
    return services.Paper(**{"kind": "PHOTO", "proves": "it", "link": ""} | facts)


def test_a_photo_loses_its_place_and_stands_upright():
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (34.0, 32.0, 1.0)}
    exif[0x0112] = 6  # on its side

    kept = Image.open(files.taken_in(photo(exif=exif)))

    assert kept.size == (20, 40)
    assert not kept.getexif()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        b"GIF89a" + b"\0" * 100,
        b"\xff\xd8\xff" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_paper_and_no_photo_is_refused_and_nothing_hangs_there(content):
    lot = make_lot()

    with pytest.raises(services.NeedsProof if not content else files.UnusableFile):
        sent = ContentFile(content, name="x.pdf") if content else None
        services.attach(claim=lot, paper=paper(file=sent))

    assert not Evidence.objects.exists()


def test_a_picture_that_would_fill_the_memory_is_refused():
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")

    with pytest.raises(files.UnusableFile):
        files.taken_in(ContentFile(out.getvalue()))


@pytest.mark.parametrize("link", ["http://lab.example/1", "javascript:alert(1)"])
def test_an_address_that_is_not_https_is_refused(link):
    with pytest.raises(services.NeedsProof):
        services.attach(claim=make_lot(), paper=paper(link=link))

    assert not Evidence.objects.exists()


@time_machine.travel(date(2026, 11, 3), tick=False)
def test_only_staff_vouches_and_signs_with_name_and_day():
    proof = services.attach(claim=make_lot(), paper=paper(file=photo()))
    clerk = make_staff(name="Clerk Wang")

    with pytest.raises(services.NotStaff):
        services.check_evidence(evidence_id=proof.pk, by=make_user())
    assert services.check_evidence(evidence_id=proof.pk, by=clerk)
    assert not services.check_evidence(evidence_id=proof.pk, by=make_staff())

    proof.refresh_from_db()
    assert (proof.checked_by, proof.checked_on) == (clerk, date(2026, 11, 3))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_evidence SET file = 'evidence/other.pdf'",
        "UPDATE catalog_evidence SET proves = 'something else'",
        "UPDATE catalog_evidence SET lot_id = NULL, work_id = 1",
        "UPDATE catalog_evidence SET checked_on = NULL",
        "UPDATE catalog_evidence SET link = 'https://two.example'",
        "DELETE FROM catalog_evidence",
    ],
)
def test_what_was_checked_stays_as_it_was(statement):
    proof = services.attach(claim=make_lot(), paper=paper(file=photo()))
    services.check_evidence(evidence_id=proof.pk, by=make_staff())

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_evidence_proves_exactly_one_claim():
    proof = services.attach(claim=make_lot(), paper=paper(file=photo()))

    for owners in ({"lot": None}, {"honour_id": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.filter(pk=proof.pk).update(**owners)


def test_a_claim_is_taken_back_until_one_of_its_proofs_was_checked():
    job = services.Job(artisan=make_artisan(), role="CARVED")
    product_id = make_variant().product_id
    work = services.record_work(
        product_id=product_id, job=job, paper=paper(file=photo())
    )
    proof, clerk = work.evidence.get(), make_staff()
    services.check_evidence(evidence_id=proof.pk, by=clerk)

    with pytest.raises(services.Checked):
        services.take_back(work)
    assert Work.objects.filter(pk=work.pk).exists()

    services.uncheck_evidence(evidence_id=proof.pk, by=clerk)
    services.take_back(work)
    assert not Evidence.objects.exists()


def test_a_report_whose_paper_is_refused_is_not_written_either():
    finding = services.Finding(
        laboratory="Lab", number="1", issued_on=date(2026, 1, 1), treatment="HEATED"
    )

    with pytest.raises(files.UnusableFile):
        services.add_report(
            product_id=make_variant().product_id,
            finding=finding,
            paper=paper(file=ContentFile(b"<html>")),
        )

    assert not LabReport.objects.exists()


def test_the_public_opens_a_proof_only_once_it_was_checked_and_is_public(client):
    shown = services.attach(claim=make_lot(), paper=paper(file=photo()))
    hidden = services.attach(
        claim=make_lot(), paper=paper(file=photo(), is_public=False)
    )
    clerk = make_staff()
    assert client.get(f"/evidence/{shown.pk}/").status_code == 404

    for proof in (shown, hidden):
        services.check_evidence(evidence_id=proof.pk, by=clerk)

    answer = client.get(f"/evidence/{shown.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(f"/evidence/{shown.pk}/photo/").status_code == 200
    for door in ("", "photo/"):
        assert client.get(f"/evidence/{hidden.pk}/{door}").status_code == 404


def test_staff_opens_every_file_as_what_it_is():
    proof = services.attach(
        claim=make_lot(), paper=paper(file=ContentFile(PDF), is_public=False)
    )
    address = f"/admin/catalog/evidence/{proof.pk}/file/"

    answer = make_client(make_staff()).get(address)

    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert make_client(make_user()).get(address).status_code == 302
