/* SHA-1, which names the content of files. */
#include "wimDouble.h"
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t value, unsigned bits) { return value << bits | value >> (32 - bits); }

static void hashBlock(const unsigned char block[64], uint32_t state[5])
{
  uint32_t words[80];
  for (unsigned i = 0; i < 80; i++) {
    words[i] = i < 16 ? (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3]
      : rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (unsigned i = 0; i < 80; i++) {
    uint32_t mixed = i < 20 ? ((b & c) | (~b & d)) + 0x5A827999u : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1u
      : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu : (b ^ c ^ d) + 0xCA62C1D6u;
    uint32_t next = rotate(a, 5) + mixed + e + words[i];
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

/* SHA-1, in hexadecimal. */
void hashOf(const char *data, size_t size, char hash[41])
{
  uint32_t state[5] = { 0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u };
  size_t whole = size / 64 * 64, left = size - whole;
  for (size_t at = 0; at < whole; at += 64) {
    hashBlock((const unsigned char *)data + at, state);
  }
  unsigned char last[128] = { 0 };
  size_t lastSize = left < 56 ? 64 : 128;
  if (left > 0) {
    memcpy(last, data + whole, left);
  }
  last[left] = 0x80;
  for (unsigned i = 0; i < 8; i++) {
    last[lastSize - 1 - i] = (unsigned char)((uint64_t)size * 8 >> (8 * i));
  }
  for (size_t at = 0; at < lastSize; at += 64) {
    hashBlock(last + at, state);
  }
  for (unsigned i = 0; i < 5; i++) {
    snprintf(hash + 8 * i, 9, "%08x", (unsigned)state[i]);
  }
}
