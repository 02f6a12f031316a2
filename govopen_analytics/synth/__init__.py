"""A synthetic corpus: plans whose agendas, trends and deadlines are known."""

from govopen_analytics.synth.corpus import LAYOUTS, SyntheticCorpus, synthesize_corpus

__all__ = ["LAYOUTS", "SyntheticCorpus", "synthesize_corpus"]
