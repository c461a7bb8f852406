"""XML by its root: TTML, ELAN, TEI."""

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source
from notes_pipeline.readers.elan import read_elan
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading
from notes_pipeline.readers.tei import read_tei
from notes_pipeline.readers.ttml import read_ttml
from notes_pipeline.readers.xml_trees import local_name, parse_xml

_READERS = {
    "tt": read_ttml,
    "ANNOTATION_DOCUMENT": read_elan,
    "TEI": read_tei,
    "TEI.2": read_tei,
    "teiCorpus": read_tei,
}


def read_xml(source: Source, remarks: Remarks) -> Reading:
    """Read XML of a kind that we know.

    Raises:
        UnreadableTranscriptError: broken or unsafe XML, or XML that is no transcript we know.
    """
    root = parse_xml(source)
    reader = _READERS.get(local_name(root))
    if reader is None:
        raise UnreadableTranscriptError(
            f"{source.name}: XML (<{shown(local_name(root), 40)}>), but no transcript that we know. Known are TTML, "
            "ELAN and TEI. Export it as .vtt, .srt or .txt."
        )
    return reader(root, remarks)
