"""A model of our own behind the OpenAI protocol: it picks passages by BM25 and quotes them. It needs no key.

It cannot paraphrase and does not understand; wherever its notes appear, its name says what it is.
"""

OFFLINE_MODEL = "offline-bm25-v1"


def is_offline(model: str) -> bool:
    """Tell whether a model is ours, also under a name that asks for a fault ("offline-bm25-v1+slow")."""
    return model.partition("+")[0] == OFFLINE_MODEL
