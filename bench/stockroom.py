"""What `bench.import` brings in: sheets and photos of plausible pieces, and whose."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files import File
from django.db import connection
from PIL import Image
from stdnum.cn import uscc

from catalog.glossary.loading import load_glossary
from catalog.models import Merchant, StockMovement, Variant
from catalog.sheets import services
from catalog.sheets.columns import columns, header
from catalog.sheets.models import SheetImport
from donghai.models import User

LEFT_OUT = ("title_", "motif", "metal")
FIELDS = [name for name in columns() if not name.startswith(LEFT_OUT)]
MINERALS = ["紫水晶", "黄水晶", "粉晶", "白水晶", "玛瑙", "黑曜石", "虎眼石", "萤石"]
FORMS = ["手链", "项链", "吊坠"]
COLOURS = ["紫色", "黄色", "粉色", "白色", "绿色", "黑色"]
ORIGINS = ["乌拉圭", "巴西", "中国", "马达加斯加", "赞比亚"]


def get_ready() -> None:
    load_glossary()


def headers() -> list[str]:
    return [header(field, "zh-hans") for field in FIELDS]


def rows(count: int) -> Iterator[list[Any]]:
    """Pieces as a stallholder lists them; the same each time."""
    chance = random.Random(7)
    for number in range(count):
        price = chance.randint(20, 900) + chance.choice([0, 0.5, 0.8])
        facts = {
            "sku": f"DH-{number:06}",
            "mineral": chance.choice(MINERALS),
            "treatment": chance.choice(["无", "无", "加热", "染色"]),
            "form": chance.choice(FORMS),
            "colour": chance.choice(COLOURS),
            "origin": chance.choice(ORIGINS),
            "product": "",
            "size": chance.choice(["", "中号", "大号"]),
            "bead_mm": chance.choice([6, 8, 10, 12]),
            "wrist_mm": chance.choice([150, 160, 170]),
            "length_mm": chance.randint(20, 300),
            "weight_g": chance.randint(8, 90) + 0.5,
            "wholesale_minor": price,
            "min_quantity": chance.choice([1, 2, 3, 5]),
            "tiers": f"10:{price * 0.9:.2f}; 50:{price * 0.8:.2f}",
            "suggested_retail_minor": round(price * 3),
            "least_retail_minor": round(price * 2),
            "on_hand": chance.randint(1, 50),
            "is_one_off": "否",
            "alarm_at": 3,
            "hs_code": "",
            "story": f"编号{number}，颜色匀净，适合日常佩戴",
        }
        yield [facts.get(field, "") for field in FIELDS]


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers())
        writer.writerows(rows(count))


def write_xlsx(path: Path, count: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headers())
        for number, row in enumerate(rows(count), start=1):
            sheet.write_row(number, 0, row)


def write_photos(path: Path, count: int) -> None:
    """Photos as a phone sends them to a chat: 1,280 pixels wide."""
    chance = random.Random(7)
    ground = Image.effect_noise((1280, 960), 40).convert("RGB")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            ground.putpixel((number % 1280, number // 1280), (255, 0, 0))
            tone = tuple(chance.randint(60, 200) for _ in range(3))
            picture = Image.blend(ground, Image.new("RGB", ground.size, tone), 0.8)
            content = io.BytesIO()
            picture.save(content, "JPEG", quality=80)
            archive.writestr(f"photos/DH-{number:06}.jpg", content.getvalue())


def make_merchant() -> Merchant:
    number = Merchant.objects.count()
    body = f"91320722{number:09}"
    return Merchant.objects.create(
        name="Bench", name_zh="测", stall="A-1", state="APPROVED",
        credit_code=body + uscc.calc_check_digit(body),
    )  # fmt: skip


def upload(merchant: Merchant, path: Path, photos: Path | None = None) -> SheetImport:
    by, _ = User.objects.get_or_create(email="bench@example.org")
    with path.open("rb") as file:
        pictures = photos.open("rb") if photos else None
        try:
            return services.upload(
                merchant=merchant,
                by=by,
                language="zh-hans",
                file=File(file, name=path.name),
                photos=File(pictures, name="photos.zip") if pictures else None,
            )
        finally:
            if pictures:
                pictures.close()


def state_of(sheet: SheetImport) -> str:
    sheet.refresh_from_db()
    return sheet.state


def stands(merchant: Merchant) -> tuple[int, int, str]:
    """How many variants and stock movements there are, and a sum over what they say."""
    variants = Variant.objects.filter(merchant=merchant)
    moves = StockMovement.objects.filter(variant__merchant=merchant).count()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT md5(string_agg(concat_ws('|', v.sku, p.mineral, p.form, p.colour,
                v.weight_g, v.wholesale_minor, s.on_hand), E'\\n' ORDER BY v.sku))
            FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
            JOIN catalog_stocklevel s ON s.variant_id = v.id WHERE v.merchant_id = %s
            """,
            [merchant.pk],
        )
        return variants.count(), moves, cursor.fetchone()[0]


def copy_bare(path: Path) -> None:
    """PostgreSQL's own COPY of the same rows into a table without anything else."""
    names = ", ".join(f"c{number} text" for number in range(len(FIELDS)))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(f"CREATE TABLE bench_bare ({names})")
        with path.open("rb") as file:
            cursor.copy_expert(
                "COPY bench_bare FROM STDIN WITH (FORMAT csv, HEADER, ENCODING 'UTF8')",
                file,
            )
