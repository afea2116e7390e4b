"""Characters that stand for another: small tables of those that hide our own words."""

# Letters that look alike in capitals or in small, beside the Latin one they pass for
CYRILLIC = ("авекмнорстухіјѕһԁӏԛԝ", "abekmhopctyxijshdlqw")
GREEK = ("αβεζηικμνορτυχϲ", "abezhikmvoptuxc")
LATIN = ("ıɑɡłøđ", "iaglod")

# What our Chinese words are written with in Taiwan, Hong Kong and Macao
TRADITIONAL = (
    "療癒藥醫養緩壓開財轉運鎮護擋負場脈輪靈災純處經優無燒禮飾裝擺藝紀產貨樣態闢驅頭",
    "疗愈药医养缓压开财转运镇护挡负场脉轮灵灾纯处经优无烧礼饰装摆艺纪产货样态辟驱头",
)

LOOKALIKES = {
    ord(char): plain
    for chars, plains in (CYRILLIC, GREEK, LATIN, TRADITIONAL)
    for char, plain in zip(chars, plains, strict=True)
}
