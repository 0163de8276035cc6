"""Counts each line of standard input, a text as JSON, with tiktoken, and says how long that took and how many tokens it had.

Usage: tokens-tiktoken.py FILE < lines    FILE is the packed vocabulary of o200k_base, so that nothing is fetched.
"""
import json
import sys
import time

import tiktoken
import tiktoken_ext.openai_public as public


def ranks(url, expected_hash=None):
    packed = open(sys.argv[1], "rb").read()
    found, at, rank = {}, 0, 0
    while at < len(packed):
        length = packed[at]
        if length:
            found[packed[at + 1 : at + 1 + length]] = rank
        at += 1 + length
        rank += 1
    return found


public.load_tiktoken_bpe = ranks
encoding = tiktoken.Encoding(**public.o200k_base())
for line in sys.stdin:
    text = json.loads(line)
    began = time.perf_counter()
    tokens = len(encoding.encode_ordinary(text))
    print(json.dumps({"ms": (time.perf_counter() - began) * 1000, "tokens": tokens}), flush=True)
