"""Readers of aesthetics datasets: each returns a ``Dataset`` of photographs, ratings, attributes, groups and splits."""

from __future__ import annotations

from .aadb import load_aadb
from .ava import load_ava
from .cuhk_pq import load_cuhk_pq
from .dataset import About, Dataset, DatasetWarning, MissingImagesWarning
from .dpchallenge import load_dpchallenge
from .eva import load_eva
from .flickr_aes import load_flickr_aes
from .oasis import load_oasis
from .para import load_para
from .plain import load_csv, load_folder
from .quality import load_koniq10k, load_spaq
from .registry import DATASETS, Entry, load_dataset
from .tad66k import load_tad66k

__all__ = [
    "DATASETS",
    "About",
    "Dataset",
    "DatasetWarning",
    "Entry",
    "MissingImagesWarning",
    "load_aadb",
    "load_ava",
    "load_csv",
    "load_cuhk_pq",
    "load_dataset",
    "load_dpchallenge",
    "load_eva",
    "load_flickr_aes",
    "load_folder",
    "load_koniq10k",
    "load_oasis",
    "load_para",
    "load_spaq",
    "load_tad66k",
]
