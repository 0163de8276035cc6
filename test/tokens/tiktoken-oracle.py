"""Reads a JSON list of texts, gives a JSON object: for each encoding the ids of each text, as tiktoken makes them.

Usage: tiktoken-oracle.py FOLDER < texts    FOLDER holds the packed vocabularies, so that nothing is fetched.
Their SHA-256 as OpenAI publishes them is checked when they are packed (scripts/generate-token-tables.mjs).
"""
import json
import sys

import tiktoken
import tiktoken_ext.openai_public as public

FILES = {"o200k_base": "o200k_base", "cl100k_base": "cl100k_base", "p50k_base": "p50k_base", "r50k_base": "p50k_base"}
SIZES = {"r50k_base": 50256}


def ranks(url, expected_hash=None):
    name = url.split("/")[-1].split(".")[0]
    packed = open(f"{sys.argv[1]}/{FILES[name]}.bin", "rb").read()
    found, at, rank = {}, 0, 0
    while at < len(packed) and rank < SIZES.get(name, 1 << 30):
        length = packed[at]
        if length:
            found[packed[at + 1 : at + 1 + length]] = rank
        at += 1 + length
        rank += 1
    return found


public.load_tiktoken_bpe = ranks
texts = json.load(sys.stdin)
answer = {}
for name in ["o200k_base", "o200k_harmony", "cl100k_base", "p50k_base", "r50k_base"]:
    encoding = tiktoken.Encoding(**getattr(public, name)())
    answer[name] = {
        "text": [encoding.encode(text, disallowed_special=()) for text in texts],
        "special": [encoding.encode(text, allowed_special="all") for text in texts[:200]],
    }
json.dump(answer, sys.stdout, separators=(",", ":"))
