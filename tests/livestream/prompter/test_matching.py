"""Lines of chat as people write them, and the card that answers."""

from livestream.prompter.matching import likeliest

LINES = {
    "en": [
        ("is that real amethyst??", "real"),
        ("is it dyed?", "dyed"),
        ("whats the wrist size", "wrist"),
        ("how much to ship to texas", "post_cost"),
        ("do I have to pay customs", "tax"),
        ("can i shower with it on", "shower"),
        ("how long until it arrives", "how_long"),
        ("Does it come with a certificate", "certificate"),
        ("can you combine my orders pls", "combine"),
        ("any discount?", "cheaper"),
        ("will it fade in the sun", "fades"),
        ("where r u located", "where_host"),
        ("can I return it if I don't like it", "not_like"),
        ("how many left", "left"),
        ("i cant hear you", "no_sound"),
        ("hiii everyone", ""),
    ],
    "es": [
        ("es natural o falsa?", "real"),
        ("esta teñida esa piedra", "dyed"),
        ("cuanto cuesta", "price"),
        ("cuánto es con envío a Puebla", "total"),
        ("de que tamaño son las bolitas", "bead"),
        ("aceptan tarjeta de credito", "card"),
        ("se puede mojar?", "water"),
        ("cuanto tarda en llegar", "how_long"),
        ("hay cupon", "coupon"),
        ("tiene garantia?", "warranty"),
        ("no se escucha el audio", "no_sound"),
        ("hola buenas noches desde Colombia", "hello"),
        ("de donde es la piedra", "origin"),
        ("cuántas quedan??", "left"),
    ],
    "de": [
        ("ist das echter Stein?", "real"),
        ("wurde der erhitzt", "heated"),
        ("was kostet das mit versand", "total"),
        ("muss ich noch zoll zahlen", "tax"),
        ("wie schwer ist das stück", "weight"),
        ("kann ich mit paypal zahlen", "paypal"),
        ("darf der ins wasser", "water"),
        ("gibts ein zertifikat", "certificate"),
        ("kannst du mal näher ran gehen", "closer"),
    ],
    "fr": [
        ("c'est une vraie pierre ou du faux", "real"),
        ("elle vient de quel pays", "origin"),
        ("c'est combien svp", "price"),
        ("livraison en belgique possible? vous livrez dans mon pays", "ship_me"),
        ("le fil est elastique?", "string"),
        ("je peux payer en plusieurs fois", "instalments"),
        ("on vous entend pas", "no_sound"),
    ],
    "pt-br": [
        ("é verdadeira essa ametista?", "real"),
        ("quanto fica o frete", "total"),
        ("vou ser taxada?", "tax"),
        ("aceita pix", "paypal"),
        ("qual o tamanho da pulseira pro pulso", "wrist"),
        ("parcela no cartão", "instalments"),
    ],
    "ru": [
        ("это натуральный камень?", "real"),
        ("сколько стоит доставка", "post_cost"),
        ("какой вес у него", "weight"),
        ("камень крашеный?", "dyed"),
        ("можно мочить водой", "water"),
        ("есть сертификат", "certificate"),
        ("вас не слышно!!", "no_sound"),
    ],
    "ar": [
        ("هل الحجر طبيعي", "real"),
        ("كم السعر", "price"),
        ("كم الوزن", "weight"),
        ("هل هو مصبوغ", "dyed"),
        ("السلام عليكم", "hello"),
        ("الدفع عند الاستلام ممكن", "cash"),
    ],
    "ja": [
        ("これ本物ですか", "real"),
        ("送料はいくら？", "post_cost"),
        ("何ミリ玉ですか", "bead"),
        ("産地どこですか？", "origin"),
        ("鑑別書ついてますか", "certificate"),
        ("音が聞こえないです", "no_sound"),
    ],
    "ko": [
        ("이거 진짜예요?", "real"),
        ("가격이 얼마예요", "price"),
        ("배송비는요?", "post_cost"),
        ("원산지 어디에요", "origin"),
        ("염색한 건가요", "dyed"),
        ("깎아주세요 ㅠㅠ", "cheaper"),
    ],
    "zh-hans": [
        ("这个是天然的吗", "real"),
        ("多少钱一条", "price"),
        ("有没有证书啊", "certificate"),
        ("可以退货吗", "return"),
        ("戴着能洗澡不", "shower"),
    ],
}
TABLE = [(*line, language) for language, lines in LINES.items() for line in lines]


def test_at_least_nine_lines_of_ten_find_their_card():
    missed = [
        (language, line, card, found)
        for line, card, language in TABLE
        if (found := likeliest(line, language)) != card
    ]

    assert len(TABLE) >= 60
    assert len(missed) <= len(TABLE) // 10, missed


def test_a_line_that_asks_nothing_finds_no_card():
    for line in ("", "!!!", "🙂🙂", "xqzt wvk", "🔥" * 90):
        for language in LINES:
            assert likeliest(line, language) == ""
