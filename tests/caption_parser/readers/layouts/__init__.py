"""Small files in the layouts that data sets come in, and the captions in them."""

from tests.caption_parser.readers.layouts.containers import CONTAINERS
from tests.caption_parser.readers.layouts.conversations import CONVERSATIONS
from tests.caption_parser.readers.layouts.documents import DOCUMENTS
from tests.caption_parser.readers.layouts.records import RECORDS
from tests.caption_parser.readers.layouts.tables import TABLES

LAYOUTS = [*CONVERSATIONS, *RECORDS, *DOCUMENTS, *TABLES, *CONTAINERS]
