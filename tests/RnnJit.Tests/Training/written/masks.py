#!/usr/bin/env python3
"""Prints the masks of TrainerMaskTests: Philox4x32-10 (Salmon et al. 2011, section 4.3) in plain Python.

A mask is the function of seed, update, site, row and unit that DropoutMask documents.
"""

MASK = 0xFFFFFFFF
SEED, UPDATES, SITES, ROWS, UNITS, KEEP = 7, 3, 2, 4, 6, 0.5


def philox(key, low, high):
    k = [key & MASK, key >> 32]
    c = [low & MASK, low >> 32, high & MASK, high >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def kept(update, site, row, unit):
    first, second, _, _ = philox(SEED, update, site)
    return philox(first | second << 32, unit >> 2, row)[unit & 3] < KEEP * 2 ** 32


for update in range(UPDATES):
    for site in range(SITES):
        rows = [''.join('1' if kept(update, site, row, unit) else '0' for unit in range(UNITS)) for row in range(ROWS)]
        print(f'update {update}, site {site}: "{" ".join(rows)}"')
