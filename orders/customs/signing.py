"""Enveloped XML signatures by SM2 and SM3, as the edition of 2022 asks.

`Signer` is the place of the real key, which lives in a USB key or a card behind its
vendor's service; `SandboxSigner` is a test key that everybody may know.
"""

import base64
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from gmssl.sm2 import CryptSM2  # type: ignore[import-untyped]
from lxml import etree

from orders.customs.schema import NAMESPACE, SIGNATURE_NAMESPACE

METHODS = "http://www.chinaport.gov.cn/2022/04/xmldsig"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{SIGNATURE_NAMESPACE}enveloped-signature"
DS = f"{{{SIGNATURE_NAMESPACE}}}"

SANDBOX_KEY = "39d01071a4085b1de4814571486fb5af1297d4a4adfa04ef4696fb7ae8192565"
SANDBOX_PUBLIC_KEY = (
    "b2cba1001b49549f846f06b107c2c2dc8c1b3a1e19645f645184628a066bf8b6"
    "7c6c676172408016ad3263859f3ab422dc582c9c76da6770d9174b5f5d2a45e4"
)


class Signer(Protocol):
    """A key that signs; `sign` gives the 64 raw bytes of an SM2 signature with SM3."""

    key_name: str
    certificate: bytes

    def sign(self, content: bytes) -> bytes: ...


class SandboxSigner:
    """A key without a secret. Its "certificate" is the bare public key."""

    key_name = "SANDBOX"
    certificate = bytes.fromhex(SANDBOX_PUBLIC_KEY)

    def sign(self, content: bytes) -> bytes:
        """The same content gets the same signature, so a repeat is the same message."""
        nonce = sm3(bytes.fromhex(SANDBOX_KEY) + sm3(content)).hex()
        key = CryptSM2(private_key=SANDBOX_KEY, public_key=SANDBOX_PUBLIC_KEY)
        return bytes.fromhex(key.sign_with_sm3(content, nonce))


def sm3(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def sign(root: Any, signer: Signer) -> None:
    """Put the signature of a message into it, before any ExtendMessage."""
    digest = sm3(etree.tostring(root, method="c14n"))
    signature = etree.Element(f"{DS}Signature", nsmap={"ds": SIGNATURE_NAMESPACE})
    info = _add(signature, "SignedInfo")
    _add(info, "CanonicalizationMethod", Algorithm=C14N)
    _add(info, "SignatureMethod", Algorithm=f"{METHODS}#sm2-sm3")
    reference = _add(info, "Reference", URI="")
    _add(_add(reference, "Transforms"), "Transform", Algorithm=ENVELOPED)
    _add(reference, "DigestMethod", Algorithm=f"{METHODS}#sm3")
    _add(reference, "DigestValue").text = _text(digest)
    extension = root.find(f"{{{NAMESPACE}}}ExtendMessage")
    root.insert(len(root) if extension is None else root.index(extension), signature)
    # Canonical form names the spaces of all ancestors, so only a placed element has it.
    value = signer.sign(etree.tostring(info, method="c14n"))
    _add(signature, "SignatureValue").text = _text(value)
    key = _add(signature, "KeyInfo")
    _add(key, "KeyName").text = signer.key_name
    certificate = _add(_add(key, "X509Data"), "X509Certificate")
    certificate.text = _text(signer.certificate)


def _add(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{DS}{name}", **attributes)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
