import pytest
from lxml import etree

from orders.customs import messages
from orders.customs.office import checks
from orders.customs.signing import DS, SandboxSigner
from tests.orders.customs.make import make_sending, make_snapshot


def signed() -> etree._Element:
    written = messages.export_list(
        make_snapshot(), make_sending(), cop_no="L1", signer=SandboxSigner()
    )
    return etree.fromstring(written.content)


def test_a_signed_list_stands_before_the_office():
    checks.signature(signed())


def test_the_methods_are_those_of_the_edition():
    info = signed().find(f"{DS}Signature/{DS}SignedInfo")

    base = "http://www.chinaport.gov.cn/2022/04/xmldsig"
    assert info.find(f"{DS}SignatureMethod").get("Algorithm") == f"{base}#sm2-sm3"
    digest = info.find(f"{DS}Reference/{DS}DigestMethod")
    assert digest.get("Algorithm") == f"{base}#sm3"
    assert info.find(f"{DS}Reference").get("URI") == ""


def test_a_changed_list_does_not():
    root = signed()
    next(e for e in root.iter() if str(e.tag).endswith("grossWeight")).text = "0.2"

    with pytest.raises(checks.Wrong, match="-621028"):
        checks.signature(root)


def test_a_changed_signature_does_not():
    root = signed()
    digest = next(e for e in root.iter() if e.tag == f"{DS}DigestValue")
    digest.text = digest.text[:-4] + "AAA="

    with pytest.raises(checks.Wrong, match="-621029"):
        checks.signature(root)


def test_an_unsigned_list_does_not():
    root = signed()
    root.remove(root.find(f"{DS}Signature"))

    with pytest.raises(checks.Wrong, match="-621029"):
        checks.signature(root)


def test_the_signature_stands_before_an_extension():
    from orders.customs import signing

    root = etree.fromstring(
        '<ceb:A xmlns:ceb="http://www.chinaport.gov.cn/ceb">'
        "<ceb:BaseTransfer/><ceb:ExtendMessage/></ceb:A>"
    )

    signing.sign(root, SandboxSigner())

    assert [etree.QName(child).localname for child in root] == [
        "BaseTransfer",
        "Signature",
        "ExtendMessage",
    ]
    checks.signature(root)
