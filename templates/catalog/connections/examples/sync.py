# pip install httpx
import os

import httpx

donghai = httpx.Client(
    base_url="{{ site }}/api/v1/merchant/",
    headers={"Authorization": f"Bearer {os.environ['DONGHAI_TOKEN']}"},
    transport=httpx.HTTPTransport(retries=3),
)


def send(pieces):
    """Up to 100 at once; each is taken or refused for itself."""
    for start in range(0, len(pieces), 100):
        answer = donghai.post("products", json={"products": pieces[start : start + 100]})
        answer.raise_for_status()
        for one in answer.json()["results"]:
            print(one["sku"], one["outcome"], one["state"], one["note"])
            for problem in one["problems"]:
                print("  ", problem["field"], problem["sentence"])


def stock():
    """All of it, page by page."""
    after = 0
    while after is not None:
        page = donghai.get("stock", params={"after": after}).raise_for_status().json()
        yield from page["results"]
        after = page["next"]


send([
    {
        "sku": "RQ-SPHERE-60", "mineral": "ROSE_QUARTZ", "form": "SPHERE",
        "treatment": "NONE", "colour": "PINK", "origin": "BR",
        "diameter_mm": "60", "weight_g": "300", "wholesale_minor": 9900,
        "on_hand": 4, "hs_code": "7116200000",
    },
    {"sku": "RQ-WRONG", "mineral": "CHEESE"},
])
for level in stock():
    print(level["sku"], level["free"], "free of", level["on_hand"])
