"""The guide's examples, taken out of the page as it's served, and run for real."""

import html
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import httpx
import pytest

from catalog.connections import endpoints, outbox
from catalog.connections.models import EventType, WebhookAttempt
from catalog.models import StockLevel, Variant
from catalog.stock import services as stock
from donghai import steps
from donghai.steps.tasks import sweep_until_done
from tests.make import (
    make_endpoint,
    make_glossary,
    make_merchant,
    make_token,
    make_variant,
)

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLE = re.compile(r'<pre class="code" data-example="([^"]+)">(.*?)</pre>', re.DOTALL)


@pytest.fixture
def examples(live_server, settings):
    """The examples by name, with our own address in them."""
    settings.SITE_URL = live_server.url
    make_glossary()
    page = httpx.get(f"{live_server.url}/api/guide/", trust_env=False)
    assert page.status_code == 200
    return {name: html.unescape(text) for name, text in EXAMPLE.findall(page.text)}


@pytest.fixture
def merchant():
    return make_merchant()


def run(command, example, token):
    done = subprocess.run(
        [*command, example],
        env=os.environ | {"DONGHAI_TOKEN": token, "NO_PROXY": "*", "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_curl_examples_list_a_piece_and_move_its_stock(examples, merchant):
    token = make_token(merchant)

    listed = run(["bash", "-ec"], examples["put.sh"], token)
    moved = run(["bash", "-ec"], examples["stock.sh"], token)
    run(["bash", "-ec"], examples["put.sh"], token)  # a repeat: the same key

    assert '"outcome":"created"' in listed and '"state":"DRAFT"' in listed
    assert '"on_hand":15' in moved and '"on_hand":13' in moved
    assert StockLevel.objects.get(variant__sku="AM-8").on_hand == 13


def test_the_python_example_sends_pieces_and_reads_stock(examples, merchant):
    said = run([sys.executable, "-c"], examples["sync.py"], make_token(merchant))

    assert said.splitlines()[0].startswith("RQ-SPHERE-60 created LISTED")
    assert "RQ-WRONG refused" in said and "mineral" in said
    assert said.splitlines()[-1] == "RQ-SPHERE-60 4 free of 4"
    assert Variant.objects.get().product.customs_confirmed_at is not None


def test_the_receiver_example_takes_what_we_sign_and_nothing_else(examples, merchant):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    endpoint = make_endpoint(merchant, url, EventType.STOCK_CHANGED)
    (secret,) = endpoints.keys(endpoint)
    environment = {"DONGHAI_WEBHOOK_SECRET": secret, "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-u", "-c", examples["receive.py"]],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as receiver:
        try:
            _wait_for(port)
            variant = make_variant(merchant=merchant, on_hand=3)
            stock.adjust(variant_id=variant.pk, change=2, reason="x")
            outbox.write_messages()
            sweep_until_done(lane=steps.Lane.MERCHANTS)
            endpoints.send_again(message_id=endpoint.messages.get().pk)
            sweep_until_done(lane=steps.Lane.MERCHANTS)
            forged = httpx.post(
                url,
                content=b'{"type": "stock.changed", "data": {}}',
                headers={
                    "webhook-id": "msg_1",
                    "webhook-timestamp": str(int(time.time())),
                    "webhook-signature": "v1,AAAA",
                },
                trust_env=False,
            )
        finally:
            receiver.terminate()
        said = receiver.stdout.read() if receiver.stdout else ""

    statuses = list(WebhookAttempt.objects.values_list("status", flat=True))
    assert (statuses, forged.status_code) == ([204, 204], 400)
    assert said.count("stock.changed") == 1
    assert "'on_hand': 5" in said


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the receiver does not start")
