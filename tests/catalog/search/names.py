"""A small glossary."""

PHRASES = {
    ("mineral", "AMETHYST"): {
        "en": ["amethyst"], "zh-hans": ["紫水晶", "紫晶"], "es": ["amatista"],
        "fr": ["améthyste"], "de": ["Amethyst"], "pt-br": ["ametista"],
        "ru": ["аметист"], "ar": ["جمشت"], "ja": ["アメジスト", "紫水晶"],
        "ko": ["자수정"],
    },
    ("mineral", "ROSE_QUARTZ"): {
        "en": ["rose quartz"], "zh-hans": ["粉水晶", "芙蓉石"], "es": ["cuarzo rosa"],
        "de": ["Rosenquarz"], "ru": ["розовый кварц"], "ja": ["ローズクォーツ"],
    },
    ("mineral", "ROCK_CRYSTAL"): {
        "en": ["rock crystal", "clear quartz"], "zh-hans": ["白水晶", "水晶"],
        "ru": ["горный хрусталь"],
    },
    ("mineral", "TIGER_EYE"): {"en": ["tiger's eye"], "zh-hans": ["虎眼石"]},
    ("mineral", "CITRINE"): {"en": ["citrine"], "zh-hans": ["黄水晶"]},
    ("mineral", "AGATE"): {"en": ["agate"], "zh-hans": ["玛瑙"], "ru": ["агат"]},
    ("form", "BRACELET"): {
        "en": ["bracelet"], "zh-hans": ["手链", "手串"], "es": ["pulsera"],
        "fr": ["bracelet"], "de": ["Armband"], "ru": ["браслет"], "ar": ["سوار"],
        "ja": ["ブレスレット"], "ko": ["팔찌"],
    },
    ("form", "PENDANT"): {
        "en": ["pendant"], "zh-hans": ["吊坠"], "es": ["colgante"], "de": ["Anhänger"],
        "ru": ["кулон"],
    },
    ("form", "SPHERE"): {"en": ["sphere"], "zh-hans": ["球"], "es": ["esfera"]},
    ("colour", "PURPLE"): {"en": ["purple"], "zh-hans": ["紫色", "紫"]},
    ("colour", "PINK"): {"en": ["pink"], "es": ["rosa"], "de": ["rosa"]},
    ("colour", "RED"): {"en": ["red"], "zh-hans": ["红"]},
    ("motif", "ROSE"): {"en": ["rose"], "fr": ["rose"]},
}  # fmt: skip


def names():
    for (facet, value), languages in PHRASES.items():
        for language, phrases in languages.items():
            for phrase in phrases:
                yield facet, value, language, phrase
